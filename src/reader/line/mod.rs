//! The second, independent reader: the picture of a whole line in, the likelihood of every string of symbols out.

pub mod symbol;

pub use symbol::Symbol;

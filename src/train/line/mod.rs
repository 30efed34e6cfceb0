//! Training of the reader of whole lines: drawn lines of handwriting that it learns from.

pub mod writing;

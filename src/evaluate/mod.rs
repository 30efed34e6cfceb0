//! Measuring: results and labels in, figures out.

pub mod score;

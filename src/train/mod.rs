//! Training of the digit reader.

pub mod activation;
pub mod convolution;
pub mod matrix_product;
pub mod network;
pub mod optimiser;
pub mod step;

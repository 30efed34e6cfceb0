//! Measuring readers on labelled images: [`labelled`] reads a folder, [`digits`] measures, [`render`] makes text of it.

pub mod confusion;
pub mod digits;
pub mod glyphs;
pub mod labels;
pub mod render;

pub use digits::{DigitReport, LabelledGlyphs, digits, labelled};

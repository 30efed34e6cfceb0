//! Measuring readers on labelled images: [`labelled`] reads a folder, [`digits()`] measures, [`render`] makes text of it.
//! Measuring whole runs against a truth file is [`score`].

pub mod chart;
pub mod confusion;
pub mod digits;
pub mod glyphs;
pub mod labels;
pub mod render;
pub mod score;

pub use digits::{DigitReport, LabelledGlyphs, digits, labelled};

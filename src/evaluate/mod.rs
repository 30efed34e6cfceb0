//! Measuring readers on labelled images: [`labelled`] reads a folder, [`digits()`] measures, [`render`] makes
//! text of it, [`rows`] tables and [`graphics`] charts.
//! Measuring whole runs against a truth file is [`score`].

pub mod chart;
pub mod confusion;
pub mod curves;
pub mod digits;
pub mod distortion;
pub mod drafts;
pub mod explain;
pub mod glyphs;
pub mod graphics;
pub mod labels;
mod paper;
pub mod render;
pub mod robustness;
pub mod rows;
pub mod rules;
pub mod score;

pub use chart::template_picture;
pub use digits::{DigitReport, LabelledGlyphs, digits, labelled, parts};

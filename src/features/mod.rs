//! Measurements of glyphs for the classical readers: a [`Glyph`](crate::glyph::Glyph) in, a row of numbers out.
//!
//! [`FeatureSet`] says what is measured, [`Reduction`] takes out what is redundant. What the numbers mean for a digit is
//! left to `reader`.

pub mod hog;
pub mod pixels;
pub mod principal;
pub mod projections;
pub mod reduction;
pub mod set;
pub mod varying;
pub mod zoning;

pub use reduction::Reduction;
pub use set::FeatureSet;

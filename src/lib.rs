//! Reads the handwritten numbers on scanned forms and cheques, with confidences that can be trusted.
//!
//! One direction, one module a stage, one type handed on at each door: [`scan`] (file to pages), [`clean`] (page to
//! ink), [`form`] (ink to fields), [`segment`] (field to candidates), [`glyph`] (candidate to 28x28), [`reader`] (glyph
//! to scores), [`number`] (scores to a number), [`consistency`] (rules across the numbers of a page), [`table`] (numbers to files). [`pipeline`] alone knows the order;
//! [`batch`] walks folders and runs it in parallel. [`train`], [`evaluate`], [`compare`], [`study`] and [`synth`] make models,
//! figures and scans; [`features`] are what the classical readers go by.

#![warn(missing_docs)]

pub mod batch;
pub mod clean;
pub mod compare;
pub mod consistency;
pub mod correlation;
pub mod crop;
pub mod error;
pub mod evaluate;
pub mod features;
pub mod form;
pub mod geometry;
pub mod glyph;
pub mod idx;
pub mod journal;
pub mod matrix_product;
pub mod number;
pub mod pipeline;
pub mod product_tile;
pub mod reader;
pub mod review;
pub mod runs;
pub mod scan;
pub mod segment;
pub mod stopwatch;
pub mod study;
pub mod style;
pub mod synth;
pub mod table;
pub mod template;
pub mod train;
pub mod vectorised;

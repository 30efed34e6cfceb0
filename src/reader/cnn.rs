//! The convolutional reader: glyphs in, calibrated probabilities out.

use std::path::Path;

use crate::error::{Error, Result};
use crate::glyph::Glyph;
use crate::reader::engine::Engine;
use crate::reader::weights::Weights;
use crate::reader::{CLASS_COUNT, DigitReader, Reading};

/// The shipped weights; `models/digits.md` tells how they were made.
pub const SHIPPED: &[u8] = include_bytes!("../../models/digits.safetensors");

/// A convolutional network on one thread a call; calls may run side by side.
#[derive(Clone, Debug)]
pub struct CnnReader {
    engine: Engine,
    temperature: f32,
}

impl CnnReader {
    /// A reader with these weights.
    ///
    /// # Errors
    /// [`Error::Model`] if the network has more classes than a [`Reading`].
    pub fn new(weights: &Weights) -> Result<Self> {
        let engine = Engine::new(weights);
        if !(1..=CLASS_COUNT).contains(&engine.class_count()) {
            let reason = format!("it has {} classes, a reader of digits has 10 to {CLASS_COUNT}", engine.class_count());
            return Err(Error::Model { model: "cnn".to_owned(), reason });
        }
        Ok(Self { engine, temperature: weights.temperature })
    }

    /// The shipped reader, which is part of the program.
    ///
    /// # Errors
    /// [`Error::Model`] if the program was built with a damaged file.
    pub fn shipped() -> Result<Self> {
        Self::from_bytes("digits (built in)", SHIPPED)
    }

    /// The reader in the bytes of a safetensors file; `name` is what messages call it.
    ///
    /// # Errors
    /// [`Error::Model`] if the bytes are no such file.
    pub fn from_bytes(name: &str, bytes: &[u8]) -> Result<Self> {
        Self::new(&Weights::from_bytes(name, bytes)?)
    }

    /// The reader in a safetensors file.
    ///
    /// # Errors
    /// [`Error::Model`] if the file cannot be read or is not one that `scantally train` wrote.
    pub fn from_file(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        let bytes = std::fs::read(path)
            .map_err(|cause| Error::Model { model: name.clone(), reason: format!("it cannot be opened: {cause}") })?;
        Self::from_bytes(&name, &bytes)
    }
}

impl DigitReader for CnnReader {
    fn name(&self) -> &str {
        "cnn"
    }

    fn read(&self, glyphs: &[Glyph]) -> Result<Vec<Reading>> {
        let mut readings = Vec::with_capacity(glyphs.len());
        self.engine.for_each_scores(glyphs, |scores| readings.push(probabilities(scores, self.temperature)));
        Ok(readings)
    }
}

/// Scores as probabilities (softmax of the scores divided by the temperature); classes without a score get 0.
pub fn probabilities(scores: &[f32], temperature: f32) -> Reading {
    let greatest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut probabilities = [0.0; CLASS_COUNT];
    for (probability, score) in probabilities.iter_mut().zip(scores) {
        *probability = ((score - greatest) / temperature).exp();
    }
    let sum: f32 = probabilities.iter().sum();
    probabilities.iter_mut().for_each(|probability| *probability /= sum);
    Reading { probabilities }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_add_up_and_temperature_flattens_them() {
        let scores = [1.0, 4.0, -200.0];
        let (sharp, flat) = (probabilities(&scores, 1.0), probabilities(&scores, 3.0));
        assert!((sharp.probabilities.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        assert!(sharp.probabilities[1] > flat.probabilities[1] && flat.probabilities[1] > flat.probabilities[0]);
        assert!((flat.probabilities[1] / flat.probabilities[0] - 1f32.exp()).abs() < 1e-4);
        assert_eq!(sharp.probabilities[3..], [0.0; CLASS_COUNT - 3]);
    }

    #[test]
    fn the_shipped_reader_reads_a_drawn_digit() -> Result<()> {
        let mut ink = image::GrayImage::new(40, 60);
        for step in 0..400 {
            let turn = step as f32 * std::f32::consts::TAU / 400.0;
            for width in -2..=2 {
                let radius = 1.0 + width as f32 / 20.0;
                let (x, y) = (20.0 + 14.0 * radius * turn.cos(), 30.0 + 24.0 * radius * turn.sin());
                ink.put_pixel(x as u32, y as u32, image::Luma([255]));
            }
        }
        let glyph = crate::glyph::normalise(&ink, crate::geometry::Rect::new(0, 0, 40, 60));
        let readings = CnnReader::shipped()?.read(&[glyph])?;
        assert_eq!(readings[0].best_digit().0, 0);
        assert!(readings[0].best_digit().1 > 0.9, "{:?}", readings[0]);
        Ok(())
    }

    #[test]
    fn a_missing_file_is_named() {
        let message = CnnReader::from_file(Path::new("no/such/model.safetensors")).expect_err("missing").to_string();
        assert!(message.contains("no/such/model.safetensors"), "{message}");
    }
}

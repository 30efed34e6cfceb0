//! The second, independent reader: the picture of a whole line in, the likelihood of every string of symbols out.
//!
//! It needs no cuts, so it reads what touches; and its faults are not those of the lattice, so that agreement means much.

pub mod architecture;
mod engine;
pub mod scores;
pub mod strip;
pub mod symbol;
pub mod weights;

use std::path::Path;

pub use scores::{LineScores, LineString, Wanted};
pub use symbol::Symbol;

use crate::error::{Error, Result};
use engine::Engine;
use strip::Strip;
use weights::LineWeights;

/// The shipped weights; `models/lines.md` tells how they were made.
pub const SHIPPED: &[u8] = include_bytes!("../../../models/lines.safetensors");

/// Stretch and shear of the further views of a line that is in doubt. Of 1,063 real amounts 84.6 % were right without them and 85.9 %
/// with these two; two more that lean to both sides gave 0.1 % more and cost a fifth of the speed.
const VIEWS: [(f32, f32); 2] = [(1.12, 0.0), (0.9, 0.0)];

/// A line whose likeliest string is at least so probable is not looked at again: with 0.98 no more lines were right.
const SURE: f64 = 0.9;

/// A convolutional network over the whole line, trained with connectionist temporal classification; one thread a call, and
/// calls may run side by side.
#[derive(Clone, Debug)]
pub struct LineReader {
    engine: Engine,
    temperature: f32,
}

impl LineReader {
    /// A reader with these weights.
    pub fn new(weights: &LineWeights) -> Self {
        Self { engine: Engine::new(weights), temperature: weights.temperature }
    }

    /// The shipped reader, which is part of the program.
    ///
    /// # Errors
    /// [`Error::Model`] if the program was built with a damaged file.
    pub fn shipped() -> Result<Self> {
        Self::from_bytes("lines (built in)", SHIPPED)
    }

    /// The reader in the bytes of a safetensors file; `name` is what messages call it.
    ///
    /// # Errors
    /// [`Error::Model`] if the bytes are no such file.
    pub fn from_bytes(name: &str, bytes: &[u8]) -> Result<Self> {
        Ok(Self::new(&LineWeights::from_bytes(name, bytes)?))
    }

    /// The reader in a safetensors file.
    ///
    /// # Errors
    /// [`Error::Model`] if the file cannot be read or is not one that training wrote.
    pub fn from_file(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        let bytes = std::fs::read(path)
            .map_err(|cause| Error::Model { model: name.clone(), reason: format!("it cannot be opened: {cause}") })?;
        Self::from_bytes(&name, &bytes)
    }

    /// Reads one line; where that leaves doubt, also stretched and squeezed.
    pub fn read(&self, strip: &Strip, wanted: Wanted) -> LineScores {
        let mut scores = self.read_view(strip, wanted);
        if scores.likeliest(1).first().is_none_or(|string| string.probability < SURE) {
            for (stretch, shear) in VIEWS {
                scores.add_view(self.read_view(&strip.warped(stretch, shear), wanted));
            }
        }
        scores
    }

    fn read_view(&self, strip: &Strip, wanted: Wanted) -> LineScores {
        LineScores::of(&self.raw_scores(strip), self.temperature, strip.scale, wanted)
    }

    /// The scores of a strip as the network gives them, before any temperature.
    pub(crate) fn raw_scores(&self, strip: &Strip) -> Vec<f32> {
        self.engine.scores(strip)
    }
}

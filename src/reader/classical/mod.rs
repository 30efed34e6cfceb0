//! Readers without a network: glyphs in, calibrated probabilities out. How they are fitted is `train`'s business.

pub mod file;
pub mod naive_bayes;
pub mod neighbours;
pub mod support_vectors;
pub mod trees;

use crate::error::{Error, Result};
use crate::glyph::Glyph;
use crate::reader::cnn::probabilities;
use crate::reader::kind::ReaderKind;
use crate::reader::{CLASS_COUNT, DigitReader, Reading};
use file::{ModelFile, Notes};
use naive_bayes::NaiveBayes;
use neighbours::Neighbours;
use support_vectors::SupportVectors;
use trees::Trees;

pub use file::is_classical;

/// One score a class, higher where it is more probable (a logarithm, up to a factor); classes that were never trained have
/// minus infinity.
pub type Scores = [f32; CLASS_COUNT];

/// What a classical reader has learnt.
#[derive(Clone, Debug, PartialEq)]
pub enum Model {
    /// For [`ReaderKind::Knn`].
    Neighbours(Neighbours),
    /// For [`ReaderKind::Forest`] and [`ReaderKind::Tree`].
    Trees(Trees),
    /// For [`ReaderKind::Svm`].
    SupportVectors(SupportVectors),
    /// For [`ReaderKind::Bayes`].
    NaiveBayes(NaiveBayes),
}

impl Model {
    /// The scores of each glyph, in order; those of one do not depend on the others.
    pub fn scores(&self, glyphs: &[Glyph]) -> Vec<Scores> {
        match self {
            Model::Neighbours(model) => model.scores(glyphs),
            Model::Trees(model) => model.scores(glyphs),
            Model::SupportVectors(model) => model.scores(glyphs),
            Model::NaiveBayes(model) => model.scores(glyphs),
        }
    }
}

/// A fitted reader on one thread a call; calls may run side by side.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassicalReader {
    kind: ReaderKind,
    model: Model,
    temperature: f32,
}

impl ClassicalReader {
    /// A reader of a kind that goes with the model; `temperature` is what scores are divided by before they become
    /// probabilities (Guo et al. 2017).
    pub fn new(kind: ReaderKind, model: Model, temperature: f32) -> Self {
        Self { kind, model, temperature }
    }

    /// Which reader it is.
    pub fn kind(&self) -> ReaderKind {
        self.kind
    }

    /// What scores are divided by.
    pub fn temperature(&self) -> f32 {
        self.temperature
    }

    /// The bytes of its file; the same reader always gives the same bytes.
    ///
    /// # Errors
    /// [`Error::Model`] if the numbers do not fit together.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let mut file = ModelFile::new(Notes::new(self.kind, self.temperature));
        match &self.model {
            Model::Neighbours(model) => model.store(&mut file),
            Model::Trees(model) => model.store(&mut file),
            Model::SupportVectors(model) => model.store(&mut file),
            Model::NaiveBayes(model) => model.store(&mut file),
        }
        file.to_bytes().map_err(|reason| Error::Model { model: "to be saved".to_owned(), reason })
    }

    /// The reader in the bytes of a file; `name` is what messages call it.
    ///
    /// # Errors
    /// [`Error::Model`] if the bytes are damaged or not of a classical reader.
    pub fn from_bytes(name: &str, bytes: &[u8]) -> Result<Self> {
        Self::restore(bytes).map_err(|reason| Error::Model { model: name.to_owned(), reason })
    }

    fn restore(bytes: &[u8]) -> std::result::Result<Self, String> {
        let mut file = ModelFile::from_bytes(bytes)?;
        let (kind, temperature) = (file.notes.reader, file.notes.temperature);
        let model = match kind {
            ReaderKind::Knn => Model::Neighbours(Neighbours::restore(&mut file)?),
            ReaderKind::Forest | ReaderKind::Tree => Model::Trees(Trees::restore(&mut file)?),
            ReaderKind::Svm => Model::SupportVectors(SupportVectors::restore(&mut file)?),
            ReaderKind::Bayes => Model::NaiveBayes(NaiveBayes::restore(&mut file)?),
            network => {
                return Err(format!("its header calls it {}, which is a network; train it again", network.name()));
            }
        };
        Ok(Self { kind, model, temperature })
    }
}

impl DigitReader for ClassicalReader {
    fn name(&self) -> &str {
        self.kind.name()
    }

    fn read(&self, glyphs: &[Glyph]) -> Result<Vec<Reading>> {
        let scores = self.model.scores(glyphs);
        Ok(scores.iter().map(|scores| probabilities(scores, self.temperature)).collect())
    }
}

/// Scores of classes that were never trained, before those of the others are put in.
const UNTRAINED: Scores = [f32::NEG_INFINITY; CLASS_COUNT];

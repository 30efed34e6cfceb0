//! Fitting of the readers without a network: samples in, a calibrated [`ClassicalReader`] and a report out.
//!
//! The same data and seed give the same reader at any number of threads.

mod naive_bayes;
mod support_vectors;
#[cfg(test)]
mod tests;
mod trees;

use std::time::Instant;

use rayon::prelude::*;

use super::calibration;
use super::examples::Examples;
use super::samples::{Samples, Validation};
use super::{ValidationFigure, fault};
use crate::error::{Error, Result};
use crate::features::reduction::Kept;
use crate::features::{FeatureSet, Reduction};
use crate::glyph::Glyph;
use crate::reader::Class;
use crate::reader::classical::neighbours::Neighbours;
use crate::reader::classical::{ClassicalReader, Model, Scores};
use crate::reader::kind::ReaderKind;

/// Glyphs that a thread reads in one piece when the validation glyphs are read.
const PIECE: usize = 128;

/// What to fit, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct FitRequest {
    /// A kind that is no network.
    pub kind: ReaderKind,
    /// What is measured; the nearest neighbours compare pixels, whatever is said here.
    pub features: FeatureSet,
    /// Principal components that are kept of it; 0 keeps all that varies.
    pub components: usize,
    /// Decides which samples a tree of a forest sees, and which features it may use.
    pub seed: u64,
    /// Threads at most; the reader does not depend on them.
    pub threads: usize,
}

impl FitRequest {
    /// The request that reads best, as far as was tried on the 4,994 validation digits of MNIST. Right were, in percent,
    /// with features and components: svm 99.42 (hog 64), 99.32 (union 96), 99.28 (union 160); bayes 96.26 (hog 64), 95.67
    /// (hog 32), 94.73 (union 64); forest 97.36 (hog 32), 97.32 (hog 64), 96.58 (union 64), 94.71 (all of zoning); tree
    /// 91.09 (hog 16), 90.67 (hog 48), 89.51 (all of hog), 87.42 (all of zoning), 86.92 (all pixels).
    pub fn new(kind: ReaderKind) -> Self {
        let (features, components) = match kind {
            ReaderKind::Svm | ReaderKind::Bayes => (FeatureSet::Hog, 64),
            ReaderKind::Forest => (FeatureSet::Hog, 32),
            ReaderKind::Tree => (FeatureSet::Hog, 16),
            _ => (FeatureSet::Pixels, 0),
        };
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Self { kind, features, components, seed: 1, threads }
    }
}

/// What fitting made.
#[derive(Clone, Debug)]
pub struct FitReport {
    /// Ready to read and to be saved.
    pub reader: ClassicalReader,
    /// How many glyphs it was fitted to.
    pub examples: usize,
    /// What is left of the features, where the reader works on features.
    pub kept: Option<Kept>,
    /// Figures on glyphs that no fitting saw; the temperature is fitted to them.
    pub validation: Vec<ValidationFigure>,
    /// Duration in seconds, the reading of the data left aside.
    pub seconds: f32,
}

/// Fits a reader and calibrates it on the validation glyphs.
///
/// # Errors
/// [`Error::Data`] if there are not two classes to tell apart, [`Error::Model`] if the kind is a network or the method
/// fails, [`Error::Threads`] if the threads cannot be had.
pub fn fit(request: &FitRequest, samples: &Samples) -> Result<FitReport> {
    let begun = Instant::now();
    let threads = request.threads.max(1);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|cause| Error::Threads { threads, reason: cause.to_string() })?;
    let examples = Examples::of(samples);
    if examples.class_indices().len() < 2 {
        let reason = "has a single class; a reader needs at least two to tell apart".to_owned();
        let name = samples.digits.first().map(|source| source.name.as_str()).unwrap_or_default();
        return Err(Error::Data { path: name.into(), reason });
    }
    pool.install(|| {
        let (model, kept) = model(request, &examples)?;
        let scored: Vec<Vec<Scores>> = samples.validation.iter().map(|part| scores(&model, part)).collect();
        let pairs = scored.iter().flatten().map(|scores| scores.to_vec());
        let classes = samples.validation.iter().flat_map(|part| part.classes.iter().copied());
        let temperature = calibration::temperature(&pairs.zip(classes).collect::<Vec<_>>(), calibration::wide_range());
        let validation = samples.validation.iter().zip(&scored).map(|(part, scores)| figure(part, scores)).collect();
        Ok(FitReport {
            reader: ClassicalReader::new(request.kind, model, temperature),
            examples: examples.glyphs.len(),
            kept,
            validation,
            seconds: begun.elapsed().as_secs_f32(),
        })
    })
}

fn model(request: &FitRequest, examples: &Examples) -> Result<(Model, Option<Kept>)> {
    match request.kind {
        ReaderKind::Knn => {
            let pixels = examples.glyphs.iter().flat_map(|glyph| glyph.pixels.iter().copied()).collect();
            let classes = examples.classes.iter().map(|class| class.index() as u8).collect();
            Ok((Model::Neighbours(Neighbours::new(pixels, classes)), None))
        }
        ReaderKind::Forest => trees::forest(request, examples).map(|(model, kept)| (Model::Trees(model), Some(kept))),
        ReaderKind::Tree => trees::tree(request, examples).map(|(model, kept)| (Model::Trees(model), Some(kept))),
        ReaderKind::Svm => {
            support_vectors::fit(request, examples).map(|(model, kept)| (Model::SupportVectors(model), Some(kept)))
        }
        ReaderKind::Bayes => {
            let (model, kept) = naive_bayes::fit(request, examples);
            Ok((Model::NaiveBayes(model), Some(kept)))
        }
        network => Err(fault(format!("{} is a network, which is trained, not fitted", network.name()))),
    }
}

fn scores(model: &Model, part: &Validation) -> Vec<Scores> {
    part.glyphs.par_chunks(PIECE).flat_map_iter(|glyphs| model.scores(glyphs)).collect()
}

fn figure(part: &Validation, scores: &[Scores]) -> ValidationFigure {
    let is_wrong = |(scores, class): &(&Scores, &Class)| {
        (0..scores.len()).any(|other| other != class.index() && scores[other] >= scores[class.index()])
    };
    let errors = scores.iter().zip(&part.classes).filter(is_wrong).count();
    ValidationFigure { name: part.name.clone(), images: part.glyphs.len(), errors }
}

/// The number of each example's class among the classes that occur.
fn class_numbers(examples: &Examples, classes: &[u8]) -> Vec<usize> {
    let number = |class: &Class| classes.partition_point(|&index| usize::from(index) < class.index());
    examples.classes.iter().map(number).collect()
}

/// The features of glyphs, measured on all threads.
fn measured(reduction: &Reduction, glyphs: &[Glyph]) -> Vec<f32> {
    glyphs.par_chunks(PIECE).flat_map_iter(|glyphs| reduction.apply(glyphs)).collect()
}

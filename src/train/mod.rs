//! Training of the digit reader: labelled images in, weights and a report of how they came about out.
//!
//! The seed decides everything: the same data, seed and number of epochs give the same weights at any number of threads.

pub mod activation;
pub mod batches;
pub mod calibration;
pub mod canvas;
pub mod classical;
pub mod convolution;
pub mod distort;
pub mod drawn;
pub mod examples;
pub mod line;
pub mod network;
pub mod optimiser;
pub mod rubbish;
pub mod samples;
pub mod schedule;
pub mod step;

use std::path::PathBuf;
use std::time::Instant;

use rand::SeedableRng;
use rand_pcg::Pcg64Mcg;

use crate::error::{Error, Result};
use crate::reader::Class;
use crate::reader::architecture::Architecture;
use crate::reader::engine::Engine;
use crate::reader::weights::Weights;
use activation::BatchStatistics;
use network::Network;
use optimiser::Optimiser;
use samples::{Samples, Validation};
use step::{Batch, Gradients};

/// Images in a batch.
pub const BATCH_SIZE: usize = 128;

/// Batches in what is called an epoch: 64,000 images, about as many as MNIST has.
pub const EPOCH_BATCHES: usize = 500;

/// How fast weights shrink by themselves, times the learning rate.
const WEIGHT_DECAY: f32 = 0.02;

/// What share of the glyphs in fields of numbers is no digit; training shows more, so that they are learned. With the share of
/// training 41 of the 4,994 validation digits of MNIST were read wrong (slanted ones as slashes, mostly), with this one 21;
/// of 813 validation symbols and letters, 4 instead of 2 were then taken for a digit at a confidence of 0.9.
const EXPECTED_NO_DIGIT_SHARE: f64 = 0.06;

/// Weight of the past in the running average of the weights, a step: it looks back over about two epochs.
const AVERAGE_DECAY: f32 = 0.999;

/// Batches whose statistics are averaged for the reader's normalisation, after an epoch and at the end.
const STATISTICS_BATCHES: (usize, usize) = (12, 100);

/// What to train on, and how.
#[derive(Clone, Debug)]
pub struct TrainRequest {
    /// Folders of idx files; parts named t10k, test or validation in them are left alone.
    pub data: Vec<PathBuf>,
    /// How many times 64,000 distorted images are shown.
    pub epochs: usize,
    /// Decides the initial weights and every distortion.
    pub seed: u64,
    /// Threads that compute gradients; one more makes batches. The weights do not depend on it.
    pub threads: usize,
    /// The greatest learning rate; it rises in the first epoch and falls as a cosine to almost nothing.
    pub learning_rate: f32,
    /// The shape of the network.
    pub architecture: Architecture,
}

impl TrainRequest {
    /// The request that made the shipped weights, for these folders.
    pub fn new(data: Vec<PathBuf>) -> Self {
        Self {
            data,
            epochs: 140,
            seed: 1,
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            learning_rate: 0.004,
            architecture: Architecture::shipped(),
        }
    }
}

/// How far training has come.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// Epochs done.
    pub epoch: usize,
    /// Epochs asked for.
    pub epochs: usize,
    /// Mean cross-entropy over the epoch, on distorted images.
    pub loss: f32,
    /// Share of the epoch's distorted images that were read right, 0 to 1.
    pub accuracy: f32,
    /// What the averaged weights do on images that no training saw.
    pub validation: Vec<ValidationFigure>,
    /// Images trained on, a second.
    pub images_a_second: f32,
    /// The averaged weights so far, not calibrated yet: good for a look, or to be kept if training is broken off.
    pub weights: Weights,
}

/// How well one part's validation images are read.
#[derive(Clone, Debug, PartialEq)]
pub struct ValidationFigure {
    /// Folder and part.
    pub name: String,
    /// Images kept for validation.
    pub images: usize,
    /// How many of them got another class.
    pub errors: usize,
}

/// What training made.
#[derive(Clone, Debug)]
pub struct TrainReport {
    /// The averaged weights with their temperature, ready to be saved.
    pub weights: Weights,
    /// What each folder and part gave: name, images trained on, how often each is seen for one of MNIST.
    pub sources: Vec<(String, usize, f32)>,
    /// The last figures on images that no training saw.
    pub validation: Vec<ValidationFigure>,
    /// Duration in seconds.
    pub seconds: f32,
    /// Images that went through the network.
    pub images: usize,
}

/// Trains a reader, telling `progress` after every epoch.
///
/// # Errors
/// [`Error::Data`] if a folder cannot be used, [`Error::Model`] if the network cannot be computed.
pub fn train(request: &TrainRequest, progress: &mut dyn FnMut(&Progress)) -> Result<TrainReport> {
    train_on(request, &Samples::read(&request.data)?, progress)
}

/// Trains a reader on samples that are in memory already; the folders of the request are not looked at.
///
/// # Errors
/// [`Error::Model`] if the network cannot be computed.
pub fn train_on(request: &TrainRequest, samples: &Samples, progress: &mut dyn FnMut(&Progress)) -> Result<TrainReport> {
    let begun = Instant::now();
    let network = Network::new(&request.architecture).map_err(fault)?;
    let mut parameters = network.initial_parameters(&mut Pcg64Mcg::seed_from_u64(request.seed));
    let mut optimiser = Optimiser::new(&parameters, network.decaying(), WEIGHT_DECAY, AVERAGE_DECAY);
    let gradients = Gradients::new(&network, request.threads);
    let steps = request.epochs * EPOCH_BATCHES;
    let is_normalised = request.architecture.layers.iter().any(|layer| layer.normalised);
    let statistics_batches = if is_normalised { STATISTICS_BATCHES } else { (1, 1) };
    let mut total = 0;
    batches::ahead(samples, request.seed, BATCH_SIZE, |batches| -> Result<()> {
        for epoch in 0..request.epochs {
            let (mut loss, mut correct, mut images, start) = (0.0, 0, 0, Instant::now());
            for batch in 0..EPOCH_BATCHES {
                let rate = schedule::learning_rate(request.learning_rate, epoch * EPOCH_BATCHES + batch, steps);
                let Ok(batch) = batches.recv() else { return Err(fault("the batches ran out")) };
                let batch = known_alone(batch, network.class_count());
                images += batch.classes.len();
                let outcome = gradients.of(&parameters, &batch).map_err(fault)?;
                optimiser.step(&mut parameters, &outcome.gradients, rate);
                loss += outcome.loss / EPOCH_BATCHES as f32;
                correct += outcome.correct;
            }
            total += images;
            let images_a_second = images as f32 / start.elapsed().as_secs_f32();
            let weights = weights(&network, optimiser.average(), samples, request.seed, statistics_batches.0)?;
            progress(&Progress {
                epoch: epoch + 1,
                epochs: request.epochs,
                loss,
                accuracy: correct as f32 / images.max(1) as f32,
                validation: validate(&weights, &samples.validation),
                images_a_second,
                weights,
            });
        }
        Ok(())
    })?;
    let mut weights = weights(&network, optimiser.average(), samples, request.seed, statistics_batches.1)?;
    weights.temperature = temperature(&weights, &samples.validation);
    calibration::expect_no_digits(&mut weights, batches::NO_DIGIT_SHARE, EXPECTED_NO_DIGIT_SHARE);
    let sources = samples.digits.iter().chain(&samples.symbols);
    Ok(TrainReport {
        sources: sources.map(|source| (source.name.clone(), source.samples.len(), source.weight)).collect(),
        validation: validate(&weights, &samples.validation),
        weights,
        seconds: begun.elapsed().as_secs_f32(),
        images: total,
    })
}

/// A batch without the images that a network of so many classes has no name for: the original network knows digits alone.
fn known_alone(batch: Batch, class_count: usize) -> Batch {
    if batch.classes.iter().all(|&class| class < class_count) {
        return batch;
    }
    let size = batch.pixels.len() / batch.classes.len().max(1);
    let mut known = Batch::default();
    for (&class, pixels) in batch.classes.iter().zip(batch.pixels.chunks_exact(size)) {
        if class < class_count {
            known.classes.push(class);
            known.pixels.extend_from_slice(pixels);
        }
    }
    known
}

fn fault(cause: impl ToString) -> Error {
    Error::Model { model: "in training".to_owned(), reason: cause.to_string() }
}

/// Folds parameters for reading, with the mean statistics of some fresh batches.
fn weights(network: &Network, parameters: &[f32], samples: &Samples, seed: u64, batches: usize) -> Result<Weights> {
    let mut mixer = batches::Mixer::new(samples, seed.wrapping_add(1));
    let mut total: Vec<BatchStatistics> = Vec::new();
    for _ in 0..batches {
        let batch = mixer.batch(BATCH_SIZE);
        let statistics = network.measure(&batch.pixels, parameters).map_err(fault)?;
        if total.is_empty() {
            total = statistics.iter().map(|layer| BatchStatistics::zeros(layer.means.len())).collect();
        }
        total.iter_mut().zip(&statistics).for_each(|(sum, part)| sum.add(part, 1.0 / batches as f32));
    }
    Ok(network.fold(parameters, &total))
}

fn validate(weights: &Weights, validation: &[Validation]) -> Vec<ValidationFigure> {
    let engine = Engine::new(weights);
    let figure = |part: &Validation| {
        let (mut errors, mut classes) = (0, part.classes.iter());
        engine.for_each_scores(&part.glyphs, |scores| {
            let best = (0..scores.len()).max_by(|&a, &b| scores[a].total_cmp(&scores[b])).unwrap_or(0);
            errors += usize::from(classes.next().is_some_and(|class| class.index() != best));
        });
        ValidationFigure { name: part.name.clone(), images: part.glyphs.len(), errors }
    };
    validation.iter().map(figure).collect()
}

/// The temperature that makes the validation images most probable, to a hundredth (Guo et al. 2017).
fn temperature(weights: &Weights, validation: &[Validation]) -> f32 {
    let engine = Engine::new(weights);
    let mut scored: Vec<(Vec<f32>, Class)> = Vec::new();
    for part in validation {
        let mut classes = part.classes.iter();
        engine.for_each_scores(&part.glyphs, |scores| scored.extend(classes.next().map(|&c| (scores.to_vec(), c))));
    }
    calibration::temperature(&scored, (20..=300).map(|hundredths| hundredths as f32 / 100.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_of_unknown_classes_are_left_out_of_a_batch() {
        let batch = Batch { pixels: vec![0.0, 0.1, 0.2, 0.3, 0.4, 0.5], classes: vec![9, 15, 0] };
        assert_eq!(known_alone(batch.clone(), 16), batch);
        let known = known_alone(batch, 10);
        assert_eq!((known.classes, known.pixels), (vec![9, 0], vec![0.0, 0.1, 0.4, 0.5]));
    }
}

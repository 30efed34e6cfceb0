//! Training of the line reader: digits in, lines drawn with them, weights and a report of how they came about out.
//!
//! The seed decides everything: the same data, seed and number of lines give the same weights at any number of threads.

mod loss;
pub mod material;
mod network;
mod step;
pub mod validation;
pub mod writing;

use std::time::Instant;

use rand::SeedableRng;
use rand_pcg::Pcg64Mcg;

use super::ValidationFigure;
use super::activation::BatchStatistics;
use super::optimiser::Optimiser;
use super::samples::Samples;
use super::schedule;
use crate::error::{Error, Result};
use crate::reader::line::architecture::LineArchitecture;
use crate::reader::line::weights::LineWeights;
use material::{LINE_BATCH_SIZE, LineBatch};
use network::{LineNetwork, Room};
use step::Gradients;

/// Batches in what is called an epoch: 16,000 lines.
pub const EPOCH_BATCHES: usize = 500;

/// How fast weights shrink by themselves, times the learning rate.
const WEIGHT_DECAY: f32 = 0.02;

/// Weight of the past in the running average of the weights, a step.
const AVERAGE_DECAY: f32 = 0.9995;

/// Batches whose statistics are averaged for the reader's normalisation.
const STATISTICS_BATCHES: usize = 60;

/// How to train a line reader.
#[derive(Clone, Debug)]
pub struct LineRequest {
    /// How many times [`EPOCH_BATCHES`] batches of lines are drawn and shown, each line once.
    pub epochs: usize,
    /// Decides the initial weights and every line.
    pub seed: u64,
    /// Threads that compute gradients, at most two of use; as many draw lines. The weights do not depend on it.
    pub threads: usize,
    /// The greatest learning rate; it rises first and falls as a cosine to almost nothing.
    pub learning_rate: f32,
    /// The shape of the network.
    pub architecture: LineArchitecture,
}

impl Default for LineRequest {
    fn default() -> Self {
        Self {
            epochs: 72,
            seed: 1,
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            learning_rate: 0.003,
            architecture: LineArchitecture::shipped(),
        }
    }
}

/// How far training has come.
#[derive(Clone, Debug, PartialEq)]
pub struct LineProgress {
    /// Epochs done.
    pub epoch: usize,
    /// Epochs asked for.
    pub epochs: usize,
    /// Mean loss of a line over the epoch.
    pub loss: f32,
    /// Share of the epoch's lines that were read without any error, 0 to 1.
    pub accuracy: f32,
    /// Lines trained on, a second.
    pub lines_a_second: f32,
    /// The averaged weights so far.
    pub weights: LineWeights,
}

/// What training made.
#[derive(Clone, Debug)]
pub struct LineReport {
    /// The averaged weights with their temperature, ready to be saved.
    pub weights: LineWeights,
    /// What each folder and part gave to write with: name, digits, how often each is used for one of MNIST.
    pub sources: Vec<(String, usize, f32)>,
    /// How lines are read that are written with digits kept for validation.
    pub validation: ValidationFigure,
    /// Lines drawn and learned from.
    pub lines: usize,
    /// Duration in seconds.
    pub seconds: f32,
}

/// Trains a line reader on lines drawn with the digits of `samples`, telling `progress` after every epoch.
///
/// # Errors
/// [`Error::Model`] if the network cannot be computed.
pub fn train(request: &LineRequest, samples: &Samples, progress: &mut dyn FnMut(&LineProgress)) -> Result<LineReport> {
    let begun = Instant::now();
    let network = LineNetwork::new(&request.architecture);
    let mut parameters = network.initial_parameters(&mut Pcg64Mcg::seed_from_u64(request.seed));
    let mut optimiser = Optimiser::new(&parameters, network.decaying(), WEIGHT_DECAY, AVERAGE_DECAY);
    let mut gradients = Gradients::new(&network, request.threads);
    let steps = request.epochs * EPOCH_BATCHES;
    let weights = material::ahead(samples, request.seed, request.threads, |next| -> Result<LineWeights> {
        let mut statistics_batches: Vec<LineBatch> = Vec::new();
        let mut take = || next().ok_or_else(|| fault("the drawn lines ran out"));
        for _ in 0..STATISTICS_BATCHES {
            statistics_batches.push(take()?);
        }
        let folded = |parameters: &[f32]| weights(&network, parameters, &statistics_batches);
        for epoch in 0..request.epochs {
            let (mut loss, mut correct, start) = (0.0, 0, Instant::now());
            for batch in 0..EPOCH_BATCHES {
                let rate = schedule::learning_rate(request.learning_rate, epoch * EPOCH_BATCHES + batch, steps);
                let outcome = gradients.of(&parameters, &take()?).map_err(fault)?;
                optimiser.step(&mut parameters, &outcome.gradients, rate);
                loss += outcome.loss / EPOCH_BATCHES as f32;
                correct += outcome.correct;
            }
            let lines = EPOCH_BATCHES * LINE_BATCH_SIZE;
            progress(&LineProgress {
                epoch: epoch + 1,
                epochs: request.epochs,
                loss,
                accuracy: correct as f32 / lines as f32,
                lines_a_second: lines as f32 / start.elapsed().as_secs_f32(),
                weights: folded(optimiser.average())?,
            });
        }
        folded(optimiser.average())
    })?;
    let (weights, validation) = validation::calibrate(weights, samples, request.seed);
    Ok(LineReport {
        weights,
        sources: samples
            .digits
            .iter()
            .map(|source| (source.name.clone(), source.samples.len(), source.weight))
            .collect(),
        validation,
        lines: steps * LINE_BATCH_SIZE,
        seconds: begun.elapsed().as_secs_f32(),
    })
}

fn fault(cause: impl ToString) -> Error {
    Error::Model { model: "in training".to_owned(), reason: cause.to_string() }
}

/// Folds parameters for reading, with the mean statistics of some batches.
fn weights(network: &LineNetwork, parameters: &[f32], batches: &[LineBatch]) -> Result<LineWeights> {
    let (mut total, mut room): (Vec<BatchStatistics>, Room) = (Vec::new(), Room::default());
    for batch in batches {
        network.forward(&batch.pixels, batch.width_px, parameters, &mut room).map_err(fault)?;
        let statistics = LineNetwork::statistics(&room);
        if total.is_empty() {
            total = statistics.iter().map(|layer| BatchStatistics::zeros(layer.means.len())).collect();
        }
        total.iter_mut().zip(&statistics).for_each(|(sum, part)| sum.add(part, 1.0 / batches.len() as f32));
    }
    Ok(network.fold(parameters, &total))
}

//! The gradient of one batch of lines, on several threads: the batch is cut into two shards, each goes through the network by
//! itself, and the gradients are added in order, so that the result is the same on any number of threads.

use candle_core::Result;

use super::loss;
use super::material::LineBatch;
use super::network::{LineNetwork, Room};
use crate::reader::line::architecture::{COLUMN_STEP_PX, LINE_CLASS_COUNT, STRIP_HEIGHT_PX};

/// Shards of a batch. Normalisation sees one at a time, so this is part of the recipe.
const SHARDS: usize = 2;

/// What one batch gave.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Outcome {
    /// One value a parameter, for the mean over the batch.
    pub gradients: Vec<f32>,
    /// Mean loss of a line.
    pub loss: f32,
    /// How many lines were read without any error, taking the best class of each column.
    pub correct: usize,
}

/// Computes gradients of one network, with room to work in for each shard.
#[derive(Debug)]
pub(super) struct Gradients<'a> {
    network: &'a LineNetwork,
    rooms: Vec<Room>,
    threads: usize,
}

impl<'a> Gradients<'a> {
    /// At most `threads` are used; more than two are of no use.
    pub fn new(network: &'a LineNetwork, threads: usize) -> Self {
        Self { network, rooms: (0..SHARDS).map(|_| Room::default()).collect(), threads }
    }

    /// The gradient of the mean loss of a batch.
    ///
    /// # Errors
    /// If the layers do not fit on the strips.
    pub fn of(&mut self, parameters: &[f32], batch: &LineBatch) -> Result<Outcome> {
        let count = batch.lines.len();
        let size = count.div_ceil(SHARDS).max(1);
        let network = self.network;
        let mut work: Vec<_> = self.rooms.iter_mut().zip((0..count).step_by(size)).collect();
        let run = |(room, start): &mut (&mut Room, usize)| {
            shard_gradient(network, parameters, batch, *start..(*start + size).min(count), room)
        };
        let parts: Vec<Result<Outcome>> = if self.threads > 1 && work.len() > 1 {
            std::thread::scope(|scope| {
                let threads: Vec<_> = work.iter_mut().map(|shard| scope.spawn(move || run(shard))).collect();
                let ended = |thread: std::thread::ScopedJoinHandle<'_, Result<Outcome>>| {
                    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
                };
                threads.into_iter().map(ended).collect()
            })
        } else {
            work.iter_mut().map(run).collect()
        };
        let mut total = Outcome { gradients: vec![0.0; parameters.len()], ..Outcome::default() };
        for part in parts {
            let part = part?;
            total.loss += part.loss;
            total.correct += part.correct;
            total.gradients.iter_mut().zip(&part.gradients).for_each(|(sum, value)| *sum += value);
        }
        Ok(total)
    }
}

fn shard_gradient(
    network: &LineNetwork,
    parameters: &[f32],
    batch: &LineBatch,
    lines: std::ops::Range<usize>,
    room: &mut Room,
) -> Result<Outcome> {
    let size = STRIP_HEIGHT_PX * batch.width_px;
    let strips = &batch.pixels[lines.start * size..lines.end * size];
    let scores = network.forward(strips, batch.width_px, parameters, room)?.to_vec();
    let mut gradient = vec![0.0; scores.len()];
    let (share, mut outcome) = (1.0 / batch.lines.len() as f32, Outcome::default());
    let run = batch.width_px / COLUMN_STEP_PX * LINE_CLASS_COUNT;
    let all = scores.chunks_exact(run).zip(gradient.chunks_exact_mut(run));
    for ((scores, gradient), (columns, classes)) in all.zip(&batch.lines[lines]) {
        let own = columns * LINE_CLASS_COUNT;
        let (scores, gradient) = (&scores[..own], &mut gradient[..own]);
        if let Some(loss) = loss::loss(scores, classes, gradient) {
            outcome.loss += loss * share;
        }
        outcome.correct += usize::from(best_classes(scores) == *classes);
    }
    gradient.iter_mut().for_each(|value| *value *= share);
    outcome.gradients = network.backward(strips, batch.width_px, parameters, &gradient, room)?;
    Ok(outcome)
}

/// The best class of each column, repetitions and "nothing" left out.
pub(super) fn best_classes(scores: &[f32]) -> Vec<usize> {
    let best = |column: &[f32]| (0..column.len()).max_by(|&a, &b| column[a].total_cmp(&column[b])).unwrap_or(0);
    let mut classes: Vec<usize> = scores.chunks_exact(LINE_CLASS_COUNT).map(best).collect();
    classes.dedup();
    classes.retain(|&class| class != 0);
    classes
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_pcg::Pcg64Mcg;

    use super::*;
    use crate::reader::line::architecture::{LineArchitecture, LineLayer, Pooling};
    use crate::train::optimiser::Optimiser;

    fn tiny() -> LineArchitecture {
        let block = LineLayer::block;
        let last =
            LineLayer { kernel: (8, 1), padding: (0, 0), activated: false, ..block(LINE_CLASS_COUNT, Pooling::None) };
        LineArchitecture { layers: vec![block(8, Pooling::Blocks), block(16, Pooling::Blocks), last] }
    }

    /// Six lines of noise, each with classes of its own.
    fn batch(random: &mut Pcg64Mcg) -> LineBatch {
        let pixels = (0..6 * STRIP_HEIGHT_PX * 32).map(|_| random.random::<f32>()).collect();
        LineBatch { width_px: 32, pixels, lines: (0..6).map(|line| (8, vec![1 + line % 3, 4])).collect() }
    }

    #[test]
    fn any_number_of_threads_gives_the_same_gradient_and_steps_learn_a_batch_by_heart() -> Result<()> {
        let mut random = Pcg64Mcg::seed_from_u64(2);
        let network = LineNetwork::new(&tiny());
        let mut parameters = network.initial_parameters(&mut random);
        let batch = batch(&mut random);
        let before = Gradients::new(&network, 1).of(&parameters, &batch)?;
        assert_eq!(before, Gradients::new(&network, 2).of(&parameters, &batch)?);
        let mut optimiser = Optimiser::new(&parameters, network.decaying(), 0.0, 0.9);
        let mut gradients = Gradients::new(&network, 2);
        for _ in 0..80 {
            let outcome = gradients.of(&parameters, &batch)?;
            optimiser.step(&mut parameters, &outcome.gradients, 0.01);
        }
        let after = gradients.of(&parameters, &batch)?;
        assert!(after.loss < before.loss / 4.0 && after.correct == 6, "{before:?} to {} {}", after.loss, after.correct);
        Ok(())
    }
}

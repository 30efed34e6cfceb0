//! The gradient of one batch, on several threads: the batch is cut into a number of shards that depends on its size alone, each goes through the
//! network by itself, and the gradients are added in the order of the shards. So the result is the same to the last bit
//! on any number of threads.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use candle_core::{D, Device, Result, Tensor, Var};

use super::network::Network;
use crate::glyph::GLYPH_SIZE_PX;

/// A batch is cut into at most this many pieces, and more threads are of no use.
pub const MOST_SHARDS: usize = 4;

/// Images in a piece, if the batch has enough. Normalisation sees one piece at a time, so this is part of the recipe: the
/// batches of 128 used here have pieces of 32 images, about the least that gives steady statistics.
const LEAST_IMAGES: usize = 16;

/// Images and what they show.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    /// 28x28 values from 0 (paper) to 1 (ink) an image.
    pub pixels: Vec<f32>,
    /// The class of each image, as an index of the network's outputs.
    pub classes: Vec<usize>,
}

/// What one batch gave.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// One value a parameter, for the mean over the batch.
    pub gradients: Vec<f32>,
    /// Mean cross-entropy.
    pub loss: f32,
    /// How many images had their class on top.
    pub correct: usize,
}

/// Computes gradients of one network; keeps a copy of it, with its own room to work in, for each shard.
#[derive(Debug)]
pub struct Gradients {
    shards: Vec<Network>,
    threads: usize,
}

impl Gradients {
    /// `threads` are used at most, and more than [`MOST_SHARDS`] are of no use.
    pub fn new(network: &Network, threads: usize) -> Self {
        Self { shards: (0..MOST_SHARDS).map(|_| network.with_own_room()).collect(), threads }
    }

    /// The gradient of the mean cross-entropy of a batch. Labels are not smoothed: that hides sure errors among sure digits
    /// (Xia et al. 2024), and rejection lives on telling them apart.
    ///
    /// # Errors
    /// If candle fails.
    pub fn of(&self, parameters: &[f32], batch: &Batch) -> Result<Outcome> {
        let count = batch.classes.len();
        let shard_size = count.div_ceil((count / LEAST_IMAGES).clamp(1, MOST_SHARDS)).max(1);
        let shard_count = count.div_ceil(shard_size);
        let (next, results) = (AtomicUsize::new(0), Mutex::new(Vec::with_capacity(shard_count)));
        let work = || {
            loop {
                let shard = next.fetch_add(1, Ordering::Relaxed);
                if shard >= shard_count {
                    return;
                }
                let images = shard * shard_size..((shard + 1) * shard_size).min(count);
                let result = shard_gradient(&self.shards[shard], parameters, batch, images);
                results.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push((shard, result));
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..self.threads.min(shard_count) {
                scope.spawn(work);
            }
            work();
        });
        let mut results = results.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
        results.sort_by_key(|(shard, _)| *shard);
        let mut total = Outcome { gradients: vec![0.0; parameters.len()], ..Outcome::default() };
        for (_, result) in results {
            let part = result?;
            total.loss += part.loss;
            total.correct += part.correct;
            total.gradients.iter_mut().zip(part.gradients).for_each(|(sum, value)| *sum += value);
        }
        Ok(total)
    }
}

fn shard_gradient(
    network: &Network,
    parameters: &[f32],
    batch: &Batch,
    images: std::ops::Range<usize>,
) -> Result<Outcome> {
    let size = GLYPH_SIZE_PX * GLYPH_SIZE_PX;
    let (count, class_count) = (images.len(), network.class_count());
    let pixels = &batch.pixels[images.start * size..images.end * size];
    let classes = &batch.classes[images];
    let scores = network.forward(pixels, parameters)?;
    let scores = Var::from_vec(scores, (count, class_count), &Device::Cpu)?;
    let mut targets = vec![0f32; count * class_count];
    for (target, &class) in targets.chunks_exact_mut(class_count).zip(classes) {
        target[class] = 1.0;
    }
    let targets = Tensor::from_vec(targets, (count, class_count), &Device::Cpu)?;
    let logarithms = candle_nn::ops::log_softmax(&scores, D::Minus1)?;
    let loss = ((logarithms * targets)?.sum_all()? * (-1.0 / batch.classes.len() as f64))?;
    let Some(gradient) = loss.backward()?.remove(&scores) else {
        candle_core::bail!("the loss does not depend on the scores")
    };
    let gradients = network.backward(pixels, parameters, &gradient.flatten_all()?.to_vec1()?)?;
    let best = scores.argmax(D::Minus1)?.to_vec1::<u32>()?;
    let correct = best.iter().zip(classes).filter(|(best, class)| **best as usize == **class).count();
    Ok(Outcome { gradients, loss: loss.to_scalar()?, correct })
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_pcg::Pcg64Mcg;

    use super::*;
    use crate::reader::architecture::{Architecture, Layer};
    use crate::train::optimiser::Optimiser;

    fn tiny() -> Result<(Network, Vec<f32>, Batch)> {
        let block = Layer { channels: 4, kernel: 3, padding: 1, normalised: true, rectified: true, pooled: true };
        let dense = Layer { channels: 3, kernel: 14, padding: 0, normalised: false, rectified: false, pooled: false };
        let mut random = Pcg64Mcg::seed_from_u64(1);
        let network = Network::new(&Architecture { layers: vec![block, dense] })?;
        let parameters = network.initial_parameters(&mut random);
        let pixels = (0..40 * 784).map(|_| random.random::<f32>()).collect();
        Ok((network, parameters, Batch { pixels, classes: (0..40).map(|image| image % 3).collect() }))
    }

    #[test]
    fn any_number_of_threads_gives_the_same_gradient() -> Result<()> {
        let (network, parameters, batch) = tiny()?;
        let one = Gradients::new(&network, 1).of(&parameters, &batch)?;
        assert_eq!(one, Gradients::new(&network, 3).of(&parameters, &batch)?);
        assert!(one.gradients.iter().any(|&value| value != 0.0));
        Ok(())
    }

    #[test]
    fn steps_along_the_gradient_learn_a_batch_by_heart() -> Result<()> {
        let (network, mut parameters, batch) = tiny()?;
        let mut optimiser = Optimiser::new(&parameters, network.decaying(), 0.0, 0.9);
        let gradients = Gradients::new(&network, 2);
        let before = gradients.of(&parameters, &batch)?;
        for _ in 0..40 {
            let outcome = gradients.of(&parameters, &batch)?;
            optimiser.step(&mut parameters, &outcome.gradients, 0.01);
        }
        let after = gradients.of(&parameters, &batch)?;
        assert!(after.loss < before.loss / 4.0 && after.correct == 40, "{} to {}", before.loss, after.loss);
        Ok(())
    }
}

//! The gradient of one batch, on several threads: the batch is cut into a fixed number of shards, each goes through the
//! network by itself, and the gradients are added in the order of the shards. So the result is the same to the last bit
//! on any number of threads.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use candle_core::{D, Device, Result, Tensor, Var};

use super::network::Network;
use crate::glyph::GLYPH_SIZE_PX;

/// Into how many pieces a batch is cut. Normalisation sees one shard at a time, so this is part of the recipe: with the
/// batches of 128 used here a shard has 32 images, about the least that gives steady statistics.
pub const SHARD_COUNT: usize = 4;

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
    /// One gradient a variable, in the order of [`Network::variables`], averaged over the batch.
    pub gradients: Vec<Vec<f32>>,
    /// Mean cross-entropy.
    pub loss: f32,
    /// How many images had their class on top.
    pub correct: usize,
}

/// Computes the gradient of the mean cross-entropy of a batch.
///
/// `smoothing` is the share of the probability that is spread over all classes (Szegedy et al. 2016).
///
/// # Errors
/// If candle fails.
pub fn gradient(network: &Network, batch: &Batch, smoothing: f32, threads: usize) -> Result<Outcome> {
    let variables: Vec<Var> = network.variables().into_iter().map(|(variable, _)| variable).collect();
    let count = batch.classes.len();
    let shard_size = count.div_ceil(SHARD_COUNT).max(1);
    let shard_count = count.div_ceil(shard_size);
    let (next, results) = (AtomicUsize::new(0), Mutex::new(Vec::with_capacity(shard_count)));
    let work = || {
        loop {
            let shard = next.fetch_add(1, Ordering::Relaxed);
            if shard >= shard_count {
                return;
            }
            let images = shard * shard_size..((shard + 1) * shard_size).min(count);
            let result = shard_gradient(network, &variables, batch, images, smoothing);
            results.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push((shard, result));
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads.min(shard_count) {
            scope.spawn(work);
        }
        work();
    });
    let mut results = results.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
    results.sort_by_key(|(shard, _)| *shard);
    let mut total = Outcome::default();
    for (_, result) in results {
        add(&mut total, result?);
    }
    Ok(total)
}

fn add(total: &mut Outcome, part: Outcome) {
    total.loss += part.loss;
    total.correct += part.correct;
    if total.gradients.is_empty() {
        total.gradients = part.gradients;
        return;
    }
    for (sum, values) in total.gradients.iter_mut().zip(part.gradients) {
        sum.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
    }
}

fn shard_gradient(
    network: &Network,
    variables: &[Var],
    batch: &Batch,
    images: std::ops::Range<usize>,
    smoothing: f32,
) -> Result<Outcome> {
    let size = GLYPH_SIZE_PX * GLYPH_SIZE_PX;
    let (count, pixels) = (images.len(), &batch.pixels[images.start * size..images.end * size]);
    let pixels = Tensor::from_slice(pixels, (count, GLYPH_SIZE_PX, GLYPH_SIZE_PX, 1), &Device::Cpu)?;
    let classes = &batch.classes[images];
    let (scores, _) = network.forward(&pixels)?;
    let class_count = scores.dim(D::Minus1)?;
    let mut targets = vec![smoothing / class_count as f32; count * class_count];
    for (target, &class) in targets.chunks_exact_mut(class_count).zip(classes) {
        target[class] += 1.0 - smoothing;
    }
    let targets = Tensor::from_vec(targets, (count, class_count), &Device::Cpu)?;
    let logarithms = candle_nn::ops::log_softmax(&scores, D::Minus1)?;
    let loss = ((logarithms * targets)?.sum_all()? * (-1.0 / batch.classes.len() as f64))?;
    let gradients = loss.backward()?;
    let mut outcome = Outcome { loss: loss.to_scalar()?, ..Outcome::default() };
    for variable in variables {
        let gradient = match gradients.get(variable) {
            Some(gradient) => gradient.flatten_all()?.to_vec1()?,
            None => vec![0.0; variable.elem_count()],
        };
        outcome.gradients.push(gradient);
    }
    let best = scores.argmax(D::Minus1)?.to_vec1::<u32>()?;
    outcome.correct = best.iter().zip(classes).filter(|(best, class)| **best as usize == **class).count();
    Ok(outcome)
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_pcg::Pcg64Mcg;

    use super::*;
    use crate::reader::architecture::{Architecture, Layer};

    fn tiny() -> Result<(Network, Batch)> {
        let block = Layer { channels: 4, kernel: 3, padding: 1, normalised: true, rectified: true, pooled: true };
        let dense = Layer { channels: 3, kernel: 14, padding: 0, normalised: false, rectified: false, pooled: false };
        let mut random = Pcg64Mcg::seed_from_u64(1);
        let network = Network::new(&Architecture { layers: vec![block, dense] }, &mut random)?;
        let pixels = (0..10 * 784).map(|_| random.random::<f32>()).collect();
        Ok((network, Batch { pixels, classes: (0..10).map(|image| image % 3).collect() }))
    }

    #[test]
    fn any_number_of_threads_gives_the_same_gradient() -> Result<()> {
        let (network, batch) = tiny()?;
        let one = gradient(&network, &batch, 0.1, 1)?;
        assert_eq!(one, gradient(&network, &batch, 0.1, 3)?);
        assert!(one.gradients[0].iter().any(|&value| value != 0.0));
        Ok(())
    }

    #[test]
    fn steps_along_the_gradient_learn_a_batch_by_heart() -> Result<()> {
        let (network, batch) = tiny()?;
        let mut optimiser = super::super::optimiser::Optimiser::new(network.variables(), 0.0, 0.9)?;
        let before = gradient(&network, &batch, 0.0, 2)?;
        for _ in 0..40 {
            let outcome = gradient(&network, &batch, 0.0, 2)?;
            optimiser.step(&outcome.gradients, 0.01)?;
        }
        let after = gradient(&network, &batch, 0.0, 2)?;
        assert!(after.loss < before.loss / 4.0 && after.correct == 10, "{} to {}", before.loss, after.loss);
        Ok(())
    }
}

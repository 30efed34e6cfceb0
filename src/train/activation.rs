//! What follows a convolution in training, fused into one candle operation with its gradients: batch normalisation (or a
//! bias), the rectifier (negative values become 0), and the greatest of each 2x2 block where the layer pools.
//!
//! In: images (n, h, w, c). Out: the same, or (n, h / 2, w / 2, c). A chain of candle's elementwise operations walks the
//! largest tensors of the network a dozen times; this walks them twice forward and twice back.

use std::sync::{Arc, Mutex};

use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Tensor};

use super::convolution::{contiguous, with_values};
use crate::reader::vectorised::vectorised;

/// Added to each variance, as in Ioffe and Szegedy 2015 and in PyTorch.
pub const VARIANCE_FLOOR: f32 = 1e-5;

/// Mean and variance of each channel over one batch.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BatchStatistics {
    /// One mean a channel.
    pub means: Vec<f32>,
    /// One variance a channel (of the batch, not the unbiased estimate).
    pub variances: Vec<f32>,
}

/// Normalisation by the batch, rectifier and pooling of `images` (n, h, w, c) with `scales` (c) and `shifts` (c).
#[derive(Clone, Debug)]
pub struct Activation {
    /// Whether to normalise by the batch; without it `scales` is not used, and `shifts` is a plain bias.
    pub normalised: bool,
    /// Whether the greatest of each 2x2 block is taken; an odd last row or column is left out.
    pub pooled: bool,
    /// Filled by the forward pass when `normalised`.
    pub statistics: Arc<Mutex<BatchStatistics>>,
}

/// One affine map a channel, `value * factor + offset`.
struct Affine {
    factors: Vec<f32>,
    offsets: Vec<f32>,
}

/// Sizes of the input, channels last.
#[derive(Clone, Copy)]
struct Sizes {
    images: usize,
    height: usize,
    width: usize,
    channels: usize,
}

impl Sizes {
    fn of(dims: &[usize]) -> Result<Self> {
        match *dims {
            [images, height, width, channels] if height >= 2 && width >= 2 || images > 0 => {
                Ok(Self { images, height, width, channels })
            }
            _ => candle_core::bail!("an activation takes images of 4 dimensions, not {dims:?}"),
        }
    }

    /// Calls `visit(start of the pooled values, starts of the four values they come from)`, a channel run each.
    #[inline(always)]
    fn for_each_block(&self, mut visit: impl FnMut(usize, [usize; 4])) {
        let (pooled_height, pooled_width) = (self.height / 2, self.width / 2);
        for image in 0..self.images {
            for y in 0..pooled_height {
                for x in 0..pooled_width {
                    let target = ((image * pooled_height + y) * pooled_width + x) * self.channels;
                    let first = ((image * self.height + 2 * y) * self.width + 2 * x) * self.channels;
                    let below = first + self.width * self.channels;
                    visit(target, [first, first + self.channels, below, below + self.channels]);
                }
            }
        }
    }
}

impl Activation {
    /// A fresh operation with its own place for statistics.
    pub fn new(normalised: bool, pooled: bool) -> Self {
        Self { normalised, pooled, statistics: Arc::default() }
    }

    fn affine(&self, statistics: &BatchStatistics, scales: &[f32], shifts: &[f32]) -> Affine {
        if !self.normalised {
            return Affine { factors: vec![1.0; shifts.len()], offsets: shifts.to_vec() };
        }
        let factors: Vec<f32> =
            scales.iter().zip(&statistics.variances).map(|(s, v)| s / (v + VARIANCE_FLOOR).sqrt()).collect();
        let offsets = shifts.iter().zip(&factors).zip(&statistics.means).map(|((b, f), m)| b - f * m).collect();
        Affine { factors, offsets }
    }

    fn forward(&self, sizes: Sizes, values: &[f32], affine: &Affine) -> Vec<f32> {
        let channels = sizes.channels;
        let (factors, offsets) = (&affine.factors[..channels], &affine.offsets[..channels]);
        if !self.pooled {
            let mut output = vec![0.0; values.len()];
            for (source, target) in values.chunks_exact(channels).zip(output.chunks_exact_mut(channels)) {
                for channel in 0..channels {
                    target[channel] = (source[channel] * factors[channel] + offsets[channel]).max(0.0);
                }
            }
            return output;
        }
        let mut output = vec![0.0; sizes.images * (sizes.height / 2) * (sizes.width / 2) * channels];
        sizes.for_each_block(|start, sources| {
            let [a, b, c, d] = sources.map(|source| &values[source..source + channels]);
            let target = &mut output[start..start + channels];
            for channel in 0..channels {
                let value = |run: &[f32]| run[channel] * factors[channel] + offsets[channel];
                target[channel] = value(a).max(value(b)).max(value(c).max(value(d))).max(0.0);
            }
        });
        output
    }

    /// The gradient behind normalisation: 0 where the rectifier cut, else that of the output (of the winner of its block).
    fn route(&self, sizes: Sizes, values: &[f32], affine: &Affine, gradient: &[f32]) -> Vec<f32> {
        let channels = sizes.channels;
        let (factors, offsets) = (&affine.factors[..channels], &affine.offsets[..channels]);
        let mut routed = vec![0.0; values.len()];
        if !self.pooled {
            let runs = values.chunks_exact(channels).zip(gradient.chunks_exact(channels));
            for ((source, gradient), target) in runs.zip(routed.chunks_exact_mut(channels)) {
                for channel in 0..channels {
                    let alive = source[channel] * factors[channel] + offsets[channel] > 0.0;
                    target[channel] = if alive { gradient[channel] } else { 0.0 };
                }
            }
            return routed;
        }
        sizes.for_each_block(|start, sources| {
            let [a, b, c, d] = sources.map(|source| &values[source..source + channels]);
            let gradient = &gradient[start..start + channels];
            let mut winners = [0f32; 4];
            for channel in 0..channels {
                let [a, b, c, d] = [a, b, c, d].map(|run| run[channel] * factors[channel] + offsets[channel]);
                let best = a.max(b).max(c.max(d));
                let alive = if best > 0.0 { gradient[channel] } else { 0.0 };
                winners[0] = if a == best { alive } else { 0.0 };
                winners[1] = if b == best && a != best { alive } else { 0.0 };
                winners[2] = if c == best && a != best && b != best { alive } else { 0.0 };
                winners[3] = alive - winners[0] - winners[1] - winners[2];
                for (source, winner) in sources.iter().zip(winners) {
                    routed[source + channel] = winner;
                }
            }
        });
        routed
    }

    /// Turns the routed gradient into that of the input, in place; returns the gradients of `scales` and `shifts`.
    fn unnormalise(&self, sizes: Sizes, values: &[f32], scales: &[f32], routed: &mut [f32]) -> (Vec<f32>, Vec<f32>) {
        let channels = sizes.channels;
        let (sums, products) = channel_sums(sizes, routed, values);
        if !self.normalised {
            return (vec![0.0; channels], sums);
        }
        let statistics = self.statistics.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone();
        let count = (values.len() / channels) as f32;
        let inverse: Vec<f32> = statistics.variances.iter().map(|v| 1.0 / (v + VARIANCE_FLOOR).sqrt()).collect();
        // The sum of gradient times normalised value, from the sum of gradient times raw value.
        let scale_gradient: Vec<f32> =
            (0..channels).map(|c| (products[c] - statistics.means[c] * sums[c]) * inverse[c]).collect();
        let outer: Vec<f32> = (0..channels).map(|c| scales[c] * inverse[c]).collect();
        let slope: Vec<f32> = (0..channels).map(|c| -outer[c] * scale_gradient[c] * inverse[c] / count).collect();
        let constant: Vec<f32> =
            (0..channels).map(|c| -outer[c] * sums[c] / count - slope[c] * statistics.means[c]).collect();
        for (source, target) in values.chunks_exact(channels).zip(routed.chunks_exact_mut(channels)) {
            for channel in 0..channels {
                target[channel] =
                    outer[channel] * target[channel] + slope[channel] * source[channel] + constant[channel];
            }
        }
        (scale_gradient, sums)
    }
}

/// For each channel the sum of `first` and the sum of `first * second`: in single precision within an image, in double
/// precision across images, so that large batches lose nothing.
#[inline(always)]
fn channel_sums(sizes: Sizes, first: &[f32], second: &[f32]) -> (Vec<f32>, Vec<f32>) {
    let channels = sizes.channels;
    let image = sizes.height * sizes.width * channels;
    let (mut sums, mut products) = (vec![0f64; channels], vec![0f64; channels]);
    let (mut image_sums, mut image_products) = (vec![0f32; channels], vec![0f32; channels]);
    for (first, second) in first.chunks_exact(image).zip(second.chunks_exact(image)) {
        image_sums.fill(0.0);
        image_products.fill(0.0);
        let (image_sums, image_products) = (&mut image_sums[..channels], &mut image_products[..channels]);
        for (first, second) in first.chunks_exact(channels).zip(second.chunks_exact(channels)) {
            for channel in 0..channels {
                image_sums[channel] += first[channel];
                image_products[channel] += first[channel] * second[channel];
            }
        }
        for channel in 0..channels {
            sums[channel] += f64::from(image_sums[channel]);
            products[channel] += f64::from(image_products[channel]);
        }
    }
    let single = |values: Vec<f64>| values.into_iter().map(|value| value as f32).collect();
    (single(sums), single(products))
}

#[inline(always)]
fn statistics_of(sizes: Sizes, values: &[f32]) -> BatchStatistics {
    let (sums, squares) = channel_sums(sizes, values, values);
    let count = (values.len() / sizes.channels) as f32;
    let means: Vec<f32> = sums.iter().map(|sum| sum / count).collect();
    let variances = squares.iter().zip(&means).map(|(square, mean)| (square / count - mean * mean).max(0.0)).collect();
    BatchStatistics { means, variances }
}

impl CustomOp3 for Activation {
    fn name(&self) -> &'static str {
        "normalisation, rectifier and pooling"
    }

    fn cpu_fwd(
        &self,
        s1: &CpuStorage,
        l1: &Layout,
        s2: &CpuStorage,
        l2: &Layout,
        s3: &CpuStorage,
        l3: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let sizes = Sizes::of(l1.dims())?;
        let (values, scales, shifts) = (contiguous(s1, l1)?, contiguous(s2, l2)?, contiguous(s3, l3)?);
        if scales.len() != sizes.channels || shifts.len() != sizes.channels {
            candle_core::bail!("{} channels need as many scales and shifts", sizes.channels)
        }
        let statistics =
            if self.normalised { vectorised(|| statistics_of(sizes, values)) } else { BatchStatistics::default() };
        let affine = self.affine(&statistics, scales, shifts);
        *self.statistics.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = statistics;
        let output = vectorised(
            #[inline(always)]
            || self.forward(sizes, values, &affine),
        );
        let by = if self.pooled { 2 } else { 1 };
        Ok((CpuStorage::F32(output), Shape::from((sizes.images, sizes.height / by, sizes.width / by, sizes.channels))))
    }

    fn bwd(
        &self,
        images: &Tensor,
        scales: &Tensor,
        shifts: &Tensor,
        _result: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let sizes = Sizes::of(images.dims())?;
        let (scale_values, shift_values) = (scales.to_vec1::<f32>()?, shifts.to_vec1::<f32>()?);
        let statistics = self.statistics.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone();
        let affine = self.affine(&statistics, &scale_values, &shift_values);
        let (routed, scale_gradient, shift_gradient) = with_values(images, |values| {
            with_values(gradient, |gradient| {
                let mut routed = vectorised(|| self.route(sizes, values, &affine, gradient));
                let (scales, shifts) = vectorised(|| self.unnormalise(sizes, values, &scale_values, &mut routed));
                Ok((routed, scales, shifts))
            })
        })?;
        let device = images.device();
        Ok((
            Some(Tensor::from_vec(routed, images.shape(), device)?),
            Some(Tensor::from_vec(scale_gradient, scales.shape(), device)?),
            Some(Tensor::from_vec(shift_gradient, shifts.shape(), device)?),
        ))
    }
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, Var};

    use super::*;

    fn random(shape: &[usize], seed: u32) -> Tensor {
        let mut state = seed;
        let values: Vec<f32> = (0..shape.iter().product())
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 8) as f32 / (1 << 23) as f32 - 1.0
            })
            .collect();
        Tensor::from_vec(values, shape, &Device::Cpu).expect("as many values as the shape says")
    }

    fn greatest_difference(a: &Tensor, b: &Tensor) -> f32 {
        let difference = (a - b).and_then(|d| d.abs()).and_then(|d| d.flatten_all()).and_then(|d| d.max(0));
        difference.and_then(|d| d.to_scalar()).expect("same shapes")
    }

    /// The same from candle's own operations.
    fn reference(images: &Tensor, scales: &Tensor, shifts: &Tensor, operation: &Activation) -> Result<Tensor> {
        let channels = images.dim(3)?;
        let mut values = images.clone();
        if operation.normalised {
            let rows = images.reshape(((), channels))?;
            let means = rows.mean(0)?;
            let centred = images.broadcast_sub(&means)?;
            let variances = centred.reshape(((), channels))?.sqr()?.mean(0)?;
            let deviations = (variances + f64::from(VARIANCE_FLOOR))?.sqrt()?;
            values = centred.broadcast_div(&deviations)?.broadcast_mul(scales)?;
        }
        values = values.broadcast_add(shifts)?.relu()?;
        if operation.pooled {
            // Not candle's max_pool2d, whose gradient is a quarter of the right one in 0.11.
            let (images, height, width, channels) = values.dims4()?;
            values = values.reshape((images, height / 2, 2, width * channels))?.max(2)?;
            values = values.reshape((images, height / 2, width / 2, 2, channels))?.max(3)?;
        }
        Ok(values)
    }

    #[test]
    fn forward_and_gradients_agree_with_candle() -> Result<()> {
        for (normalised, pooled) in [(true, true), (true, false), (false, true), (false, false)] {
            let images = Var::from_tensor(&random(&[3, 6, 4, 5], 1))?;
            let scales = Var::from_tensor(&(random(&[5], 2) + 1.5)?)?;
            let shifts = Var::from_tensor(&random(&[5], 3))?;
            let operation = Activation::new(normalised, pooled);
            let theirs = reference(&images, &scales, &shifts, &operation)?;
            let ours = images.apply_op3(&scales, &shifts, operation)?;
            assert!(greatest_difference(&ours, &theirs) < 1e-5, "{normalised} {pooled}");
            let weights = random(ours.dims(), 4);
            let (ours, theirs) =
                ((ours * &weights)?.sum_all()?.backward()?, (theirs * &weights)?.sum_all()?.backward()?);
            for variable in [&images, &scales, &shifts] {
                let Some(theirs) = theirs.get(variable) else { continue };
                let difference = greatest_difference(ours.get(variable).expect("ours"), theirs);
                assert!(difference < 2e-5, "{normalised} {pooled} {:?}: {difference}", variable.dims());
            }
        }
        Ok(())
    }

    #[test]
    fn statistics_are_those_of_the_batch() -> Result<()> {
        let images = Tensor::from_vec(vec![1f32, 10.0, 3.0, 10.0, 5.0, 10.0, 7.0, 10.0], (1, 2, 2, 2), &Device::Cpu)?;
        let (ones, zeros) = (Tensor::ones(2, candle_core::DType::F32, &Device::Cpu)?, random(&[2], 1));
        let operation = Activation::new(true, false);
        images.apply_op3(&ones, &zeros, operation.clone())?;
        let statistics = operation.statistics.lock().expect("no thread panicked").clone();
        assert_eq!(statistics, BatchStatistics { means: vec![4.0, 10.0], variances: vec![5.0, 0.0] });
        Ok(())
    }
}

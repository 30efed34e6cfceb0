//! What follows a convolution in training, fused into one candle operation with its gradients: batch normalisation (or a
//! bias), the rectifier (negative values become 0), and the greatest of each 2x2 block where the layer pools.
//!
//! In: images (n, h, w, c). Out: the same, or (n, h / 2, w / 2, c). A chain of candle's elementwise operations walks the
//! largest tensors of the network a dozen times; this walks them twice forward and twice back.

use std::sync::{Arc, Mutex};

use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Tensor};

use super::convolution::{contiguous, with_values};
use crate::reader::line::architecture::Pooling;
use crate::vectorised::vectorised;

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

impl BatchStatistics {
    /// All means and variances 0.
    pub fn zeros(channels: usize) -> Self {
        Self { means: vec![0.0; channels], variances: vec![0.0; channels] }
    }

    /// Adds a share of other statistics, for a mean over batches.
    pub fn add(&mut self, other: &BatchStatistics, share: f32) {
        self.means.iter_mut().zip(&other.means).for_each(|(sum, mean)| *sum += mean * share);
        self.variances.iter_mut().zip(&other.variances).for_each(|(sum, variance)| *sum += variance * share);
    }
}

/// Normalisation by the batch, rectifier and pooling of `images` (n, h, w, c) with `scales` (c) and `shifts` (c).
#[derive(Clone, Debug)]
pub struct Activation {
    /// Whether to normalise by the batch; without it `scales` is not used, and `shifts` is a plain bias.
    pub normalised: bool,
    /// Whether the greatest of each 2x2 block is taken; an odd last row or column is left out.
    pub pooled: bool,
    statistics: Arc<Mutex<BatchStatistics>>,
}

/// One affine map a channel, `value * factor + offset`.
struct Affine {
    factors: Vec<f32>,
    offsets: Vec<f32>,
}

impl Affine {
    fn new(statistics: Option<&BatchStatistics>, scales: &[f32], shifts: &[f32]) -> Self {
        let Some(statistics) = statistics else {
            return Self { factors: vec![1.0; shifts.len()], offsets: shifts.to_vec() };
        };
        let factors: Vec<f32> =
            scales.iter().zip(&statistics.variances).map(|(s, v)| s / (v + VARIANCE_FLOOR).sqrt()).collect();
        let offsets = shifts.iter().zip(&factors).zip(&statistics.means).map(|((b, f), m)| b - f * m).collect();
        Self { factors, offsets }
    }
}

/// Sizes of the input, channels last, and the work itself on plain slices.
#[derive(Clone, Copy, Debug)]
pub(super) struct ActivationSizes {
    images: usize,
    height: usize,
    width: usize,
    channels: usize,
    normalised: bool,
    pooling: Pooling,
}

impl ActivationSizes {
    /// The sizes for images (n, h, w, c).
    pub fn new(dims: &[usize], normalised: bool, pooling: Pooling) -> Result<Self> {
        match *dims {
            [images, height, width, channels] if channels > 0 => {
                Ok(Self { images, height, width, channels, normalised, pooling })
            }
            _ => candle_core::bail!("an activation takes images of 4 dimensions, not {dims:?}"),
        }
    }

    /// The dimensions of the output.
    pub fn output(&self) -> [usize; 4] {
        let (rows, columns) = match self.pooling {
            Pooling::None => (1, 1),
            Pooling::Rows => (2, 1),
            Pooling::Blocks => (2, 2),
        };
        [self.images, self.height / rows, self.width / columns, self.channels]
    }

    /// Calls `visit(start of the pooled values, start of the upper two, start of the lower two)` for each 2x2 block.
    #[inline(always)]
    fn for_each_block(&self, mut visit: impl FnMut(usize, usize, usize)) {
        let (pooled_height, pooled_width) = (self.height / 2, self.width / 2);
        for image in 0..self.images {
            for y in 0..pooled_height {
                for x in 0..pooled_width {
                    let target = ((image * pooled_height + y) * pooled_width + x) * self.channels;
                    let upper = ((image * self.height + 2 * y) * self.width + 2 * x) * self.channels;
                    visit(target, upper, upper + self.width * self.channels);
                }
            }
        }
    }

    /// Calls `visit(start of the pooled values, start of the upper ones, start of the lower ones)` for each pair of rows and
    /// each column.
    #[inline(always)]
    fn for_each_pair(&self, mut visit: impl FnMut(usize, usize, usize)) {
        let (pooled_height, line) = (self.height / 2, self.width * self.channels);
        for image in 0..self.images {
            for y in 0..pooled_height {
                let (target, upper) = ((image * pooled_height + y) * line, (image * self.height + 2 * y) * line);
                for place in (0..line).step_by(self.channels) {
                    visit(target + place, upper + place, upper + line + place);
                }
            }
        }
    }

    /// Fills `output` and returns the statistics that normalised it (none where it is not normalised).
    pub fn forward(&self, values: &[f32], scales: &[f32], shifts: &[f32], output: &mut [f32]) -> BatchStatistics {
        vectorised(
            #[inline(always)]
            || {
                let statistics = self.normalised.then(|| statistics_of(self, values));
                let affine = Affine::new(statistics.as_ref(), scales, shifts);
                self.apply(values, &affine, output);
                statistics.unwrap_or_default()
            },
        )
    }

    #[inline(always)]
    fn apply(&self, values: &[f32], affine: &Affine, output: &mut [f32]) {
        let channels = self.channels;
        let (factors, offsets) = (&affine.factors[..channels], &affine.offsets[..channels]);
        if self.pooling == Pooling::None {
            for (source, target) in values.chunks_exact(channels).zip(output.chunks_exact_mut(channels)) {
                for channel in 0..channels {
                    target[channel] = (source[channel] * factors[channel] + offsets[channel]).max(0.0);
                }
            }
            return;
        }
        if self.pooling == Pooling::Rows {
            self.for_each_pair(
                #[inline(always)]
                |start, upper, lower| {
                    let (upper, lower) = (&values[upper..upper + channels], &values[lower..lower + channels]);
                    let target = &mut output[start..start + channels];
                    for channel in 0..channels {
                        let value = |run: &[f32]| run[channel] * factors[channel] + offsets[channel];
                        target[channel] = value(upper).max(value(lower)).max(0.0);
                    }
                },
            );
            return;
        }
        self.for_each_block(
            #[inline(always)]
            |start, upper, lower| {
                let (a, b) = values[upper..upper + 2 * channels].split_at(channels);
                let (c, d) = values[lower..lower + 2 * channels].split_at(channels);
                let target = &mut output[start..start + channels];
                for channel in 0..channels {
                    let value = |run: &[f32]| run[channel] * factors[channel] + offsets[channel];
                    target[channel] = value(a).max(value(b)).max(value(c).max(value(d))).max(0.0);
                }
            },
        );
    }

    /// Writes the gradient of the input to `routed`; returns the gradients of `scales` and of `shifts`.
    pub fn backward(
        &self,
        values: &[f32],
        scales: &[f32],
        shifts: &[f32],
        statistics: &BatchStatistics,
        gradient: &[f32],
        routed: &mut [f32],
    ) -> (Vec<f32>, Vec<f32>) {
        let statistics = self.normalised.then_some(statistics);
        let affine = Affine::new(statistics, scales, shifts);
        vectorised(
            #[inline(always)]
            || {
                match self.pooling {
                    Pooling::None => self.route(values, &affine, gradient, routed),
                    Pooling::Rows => self.route_to_winning_rows(values, &affine, gradient, routed),
                    Pooling::Blocks => self.route_to_winners(values, &affine, gradient, routed),
                }
                let (sums, products) = channel_sums(self, routed, values);
                match statistics {
                    Some(statistics) => self.unnormalise(values, scales, statistics, routed, sums, &products),
                    None => (vec![0.0; self.channels], sums),
                }
            },
        )
    }

    /// The gradient behind normalisation: that of the output, and 0 where the rectifier cut.
    #[inline(always)]
    fn route(&self, values: &[f32], affine: &Affine, gradient: &[f32], routed: &mut [f32]) {
        let channels = self.channels;
        let (factors, offsets) = (&affine.factors[..channels], &affine.offsets[..channels]);
        let runs = values.chunks_exact(channels).zip(gradient.chunks_exact(channels));
        for ((source, gradient), target) in runs.zip(routed.chunks_exact_mut(channels)) {
            for channel in 0..channels {
                let alive = source[channel] * factors[channel] + offsets[channel] > 0.0;
                target[channel] = if alive { gradient[channel] } else { 0.0 };
            }
        }
    }

    /// The same where a layer pools: the first of the greatest values of a block gets the gradient, the others 0.
    #[inline(always)]
    fn route_to_winners(&self, values: &[f32], affine: &Affine, gradient: &[f32], routed: &mut [f32]) {
        let channels = self.channels;
        let (factors, offsets) = (&affine.factors[..channels], &affine.offsets[..channels]);
        if !(self.height.is_multiple_of(2) && self.width.is_multiple_of(2)) {
            routed.fill(0.0);
        }
        self.for_each_block(
            #[inline(always)]
            |start, upper, lower| {
                let (a, b) = values[upper..upper + 2 * channels].split_at(channels);
                let (c, d) = values[lower..lower + 2 * channels].split_at(channels);
                let gradient = &gradient[start..start + channels];
                let (above, below) = routed.split_at_mut(lower);
                let (to_a, to_b) = above[upper..upper + 2 * channels].split_at_mut(channels);
                let (to_c, to_d) = below[..2 * channels].split_at_mut(channels);
                for channel in 0..channels {
                    let value = |run: &[f32]| run[channel] * factors[channel] + offsets[channel];
                    let (va, vb, vc, vd) = (value(a), value(b), value(c), value(d));
                    let (left, right) = (va.max(vb), vc.max(vd));
                    let alive = if left.max(right) > 0.0 { gradient[channel] } else { 0.0 };
                    let (up, down) = if left >= right { (alive, 0.0) } else { (0.0, alive) };
                    to_a[channel] = if va >= vb { up } else { 0.0 };
                    to_b[channel] = if va >= vb { 0.0 } else { up };
                    to_c[channel] = if vc >= vd { down } else { 0.0 };
                    to_d[channel] = if vc >= vd { 0.0 } else { down };
                }
            },
        );
    }

    /// The same where a layer pools pairs of rows.
    #[inline(always)]
    fn route_to_winning_rows(&self, values: &[f32], affine: &Affine, gradient: &[f32], routed: &mut [f32]) {
        let channels = self.channels;
        let (factors, offsets) = (&affine.factors[..channels], &affine.offsets[..channels]);
        if !self.height.is_multiple_of(2) {
            routed.fill(0.0);
        }
        self.for_each_pair(
            #[inline(always)]
            |start, upper, lower| {
                let (a, b) = (&values[upper..upper + channels], &values[lower..lower + channels]);
                let gradient = &gradient[start..start + channels];
                let (above, below) = routed.split_at_mut(lower);
                let (to_a, to_b) = (&mut above[upper..upper + channels], &mut below[..channels]);
                for channel in 0..channels {
                    let value = |run: &[f32]| run[channel] * factors[channel] + offsets[channel];
                    let (va, vb) = (value(a), value(b));
                    let alive = if va.max(vb) > 0.0 { gradient[channel] } else { 0.0 };
                    to_a[channel] = if va >= vb { alive } else { 0.0 };
                    to_b[channel] = if va >= vb { 0.0 } else { alive };
                }
            },
        );
    }

    /// Turns the routed gradient into that of the input, in place; returns the gradients of scales and shifts.
    #[inline(always)]
    fn unnormalise(
        &self,
        values: &[f32],
        scales: &[f32],
        statistics: &BatchStatistics,
        routed: &mut [f32],
        sums: Vec<f32>,
        products: &[f32],
    ) -> (Vec<f32>, Vec<f32>) {
        let channels = self.channels;
        let (means, count) = (&statistics.means, (values.len() / channels) as f32);
        let inverse: Vec<f32> = statistics.variances.iter().map(|v| 1.0 / (v + VARIANCE_FLOOR).sqrt()).collect();
        // The sum of gradient times normalised value, from the sum of gradient times raw value.
        let of_scales: Vec<f32> = (0..channels).map(|c| (products[c] - means[c] * sums[c]) * inverse[c]).collect();
        let outer: Vec<f32> = (0..channels).map(|c| scales[c] * inverse[c]).collect();
        let slope: Vec<f32> = (0..channels).map(|c| -outer[c] * of_scales[c] * inverse[c] / count).collect();
        let constant: Vec<f32> = (0..channels).map(|c| -outer[c] * sums[c] / count - slope[c] * means[c]).collect();
        for (source, target) in values.chunks_exact(channels).zip(routed.chunks_exact_mut(channels)) {
            for channel in 0..channels {
                target[channel] =
                    outer[channel] * target[channel] + slope[channel] * source[channel] + constant[channel];
            }
        }
        (of_scales, sums)
    }
}

impl Activation {
    /// A fresh operation with its own place for statistics.
    pub fn new(normalised: bool, pooled: bool) -> Self {
        Self { normalised, pooled, statistics: Arc::default() }
    }

    fn pooling(&self) -> Pooling {
        if self.pooled { Pooling::Blocks } else { Pooling::None }
    }

    /// What normalised the last batch.
    pub fn statistics(&self) -> BatchStatistics {
        self.statistics.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }
}

/// For each channel the sum of `first` and the sum of `first * second`: in single precision within an image, in double
/// precision across images, so that large batches lose nothing.
#[inline(always)]
fn channel_sums(sizes: &ActivationSizes, first: &[f32], second: &[f32]) -> (Vec<f32>, Vec<f32>) {
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
fn statistics_of(sizes: &ActivationSizes, values: &[f32]) -> BatchStatistics {
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
        let sizes = ActivationSizes::new(l1.dims(), self.normalised, self.pooling())?;
        let (values, scales, shifts) = (contiguous(s1, l1)?, contiguous(s2, l2)?, contiguous(s3, l3)?);
        if scales.len() != sizes.channels || shifts.len() != sizes.channels {
            candle_core::bail!("{} channels need as many scales and shifts", sizes.channels)
        }
        let shape = Shape::from(sizes.output().to_vec());
        let mut output = vec![0.0; shape.elem_count()];
        let statistics = sizes.forward(values, scales, shifts, &mut output);
        *self.statistics.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = statistics;
        Ok((CpuStorage::F32(output), shape))
    }

    fn bwd(
        &self,
        images: &Tensor,
        scales: &Tensor,
        shifts: &Tensor,
        _result: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let sizes = ActivationSizes::new(images.dims(), self.normalised, self.pooling())?;
        let (scale_values, shift_values) = (scales.to_vec1::<f32>()?, shifts.to_vec1::<f32>()?);
        let (statistics, mut routed) = (self.statistics(), vec![0.0; images.elem_count()]);
        let (scale_gradient, shift_gradient) = with_values(images, |values| {
            with_values(gradient, |gradient| {
                Ok(sizes.backward(values, &scale_values, &shift_values, &statistics, gradient, &mut routed))
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
            let images = Var::from_tensor(&random(&[3, 6, 4, 20], 1))?;
            let scales = Var::from_tensor(&(random(&[20], 2) + 1.5)?)?;
            let shifts = Var::from_tensor(&random(&[20], 3))?;
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
        assert_eq!(operation.statistics(), BatchStatistics { means: vec![4.0, 10.0], variances: vec![5.0, 0.0] });
        Ok(())
    }
}

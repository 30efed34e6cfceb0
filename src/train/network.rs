//! The network in training: its parameters in one run of memory, and the way from images to scores and back to gradients.
//!
//! The layers are those of candle operations ([`Convolution`](super::convolution::Convolution),
//! [`Activation`](super::activation::Activation)), called one after the other without a tape: candle's would add up every
//! intermediate gradient with its own elementwise pass, on a thread pool that all shards would wait for.

use std::ops::Range;
use std::sync::{Arc, Mutex};

use candle_core::Result;
use rand::RngExt;
use rand_pcg::Pcg64Mcg;

use super::activation::{ActivationSizes, BatchStatistics, VARIANCE_FLOOR};
use super::convolution::{ConvolutionRoom, ConvolutionSizes};
use crate::glyph::GLYPH_SIZE_PX;
use crate::reader::architecture::{Architecture, Layer};
use crate::reader::line::architecture::Pooling;
use crate::reader::weights::{LayerWeights, Weights};

/// Where the parameters of one layer stand among all parameters.
#[derive(Clone, Debug)]
struct Places {
    layer: Layer,
    /// Width of the input in pixels.
    size: usize,
    /// Channels of the input.
    channels: usize,
    kernels: Range<usize>,
    /// One a channel, all 1 and without effect where the layer does not normalise.
    scales: Range<usize>,
    shifts: Range<usize>,
}

/// A network that can be trained: which parameters it has, the way from images and parameters to scores, and back.
///
/// Images are (n, 28, 28, 1) with values from 0 to 1, parameters one run of [`Network::parameter_count`] values, scores
/// (n, classes). Clones share their room to work in, and the statistics of the last batch, so each thread takes its own.
#[derive(Clone, Debug)]
pub struct Network {
    architecture: Architecture,
    places: Vec<Places>,
    room: Arc<Mutex<Room>>,
}

/// What the backward pass needs of the forward pass, and buffers that are kept from batch to batch: fresh ones of this
/// size would come from the system each time, page by page.
#[derive(Debug, Default)]
struct Room {
    layers: Vec<LayerRoom>,
    convolution: ConvolutionRoom,
    gradient: Vec<f32>,
    next_gradient: Vec<f32>,
}

#[derive(Debug, Default)]
struct LayerRoom {
    convolved: Vec<f32>,
    output: Vec<f32>,
    statistics: BatchStatistics,
}

impl Network {
    /// A network of this shape.
    ///
    /// # Errors
    /// If the layers do not fit on each other.
    pub fn new(architecture: &Architecture) -> Result<Self> {
        let Some(sizes) = architecture.sizes() else { candle_core::bail!("the layers do not fit: {architecture:?}") };
        let (mut places, mut start) = (Vec::new(), 0);
        for (&layer, (size, channels)) in architecture.layers.iter().zip(sizes) {
            let scales = start + layer.kernel * layer.kernel * channels * layer.channels;
            let shifts = scales + layer.channels;
            let end = shifts + layer.channels;
            places.push(Places {
                layer,
                size,
                channels,
                kernels: start..scales,
                scales: scales..shifts,
                shifts: shifts..end,
            });
            start = end;
        }
        Ok(Self { architecture: architecture.clone(), places, room: Arc::default() })
    }

    /// A network of the same shape with its own room to work in, for another thread.
    pub fn with_own_room(&self) -> Self {
        Self { room: Arc::default(), ..self.clone() }
    }

    /// How many parameters there are.
    pub fn parameter_count(&self) -> usize {
        self.places.last().map_or(0, |places| places.shifts.end)
    }

    /// How many classes there are.
    pub fn class_count(&self) -> usize {
        self.places.last().map_or(0, |places| places.layer.channels)
    }

    /// Parameters to begin with: kernels drawn as He et al. 2015 have it (normal, variance 2 / inputs), scales 1, shifts 0.
    pub fn initial_parameters(&self, random: &mut Pcg64Mcg) -> Vec<f32> {
        let mut parameters = vec![0.0; self.parameter_count()];
        for places in &self.places {
            let inputs = places.layer.kernel * places.layer.kernel * places.channels;
            let deviation = (if places.layer.rectified { 2.0f32 } else { 1.0 } / inputs as f32).sqrt();
            parameters[places.kernels.clone()].fill_with(|| normal(random) * deviation);
            parameters[places.scales.clone()].fill(1.0);
        }
        parameters
    }

    /// Whether weight decay applies to a parameter (to kernels alone), for each parameter.
    pub fn decaying(&self) -> Vec<bool> {
        let mut decaying = vec![false; self.parameter_count()];
        for places in &self.places {
            decaying[places.kernels.clone()].fill(true);
        }
        decaying
    }

    /// What normalised the last batch, a layer.
    fn statistics(&self) -> Vec<BatchStatistics> {
        self.room().layers.iter().map(|layer| layer.statistics.clone()).collect()
    }

    fn room(&self) -> std::sync::MutexGuard<'_, Room> {
        self.room.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// What normalises each layer when these images (n times 28x28 values) go through with these parameters.
    ///
    /// # Errors
    /// If candle fails.
    pub fn measure(&self, images: &[f32], parameters: &[f32]) -> Result<Vec<BatchStatistics>> {
        self.forward(images, parameters)?;
        Ok(self.statistics())
    }

    /// The weights for reading: normalisation by `statistics` (one entry a layer) is folded into kernels and biases.
    pub fn fold(&self, parameters: &[f32], statistics: &[BatchStatistics]) -> Weights {
        let layer = |(places, statistics): (&Places, &BatchStatistics)| {
            let of = |range: &Range<usize>| &parameters[range.clone()];
            let layer = LayerWeights { kernels: of(&places.kernels).to_vec(), biases: of(&places.shifts).to_vec() };
            if places.layer.normalised { folded(layer, of(&places.scales), statistics) } else { layer }
        };
        let layers = self.places.iter().zip(statistics).map(layer).collect();
        Weights { architecture: self.architecture.clone(), layers, temperature: 1.0 }
    }

    /// The scores (n, classes) of images (n times 28x28 values), normalised as one batch.
    ///
    /// # Errors
    /// If there are not as many parameters as the network has.
    pub fn forward(&self, images: &[f32], parameters: &[f32]) -> Result<Vec<f32>> {
        if parameters.len() != self.parameter_count() {
            candle_core::bail!("the network has {} parameters, not {}", self.parameter_count(), parameters.len())
        }
        let room = &mut *self.room();
        let count = images.len() / (GLYPH_SIZE_PX * GLYPH_SIZE_PX);
        room.layers.resize_with(self.places.len(), LayerRoom::default);
        for (index, places) in self.places.iter().enumerate() {
            let (before, after) = room.layers.split_at_mut(index);
            let input: &[f32] = before.last().map_or(images, |layer| &layer.output);
            let (convolution, activation) = places.sizes(count)?;
            let layer = &mut after[0];
            layer.convolved.resize(convolution.output(), 0.0);
            convolution.forward(
                input,
                &parameters[places.kernels.clone()],
                &mut room.convolution,
                &mut layer.convolved,
            );
            let (scales, shifts) = (&parameters[places.scales.clone()], &parameters[places.shifts.clone()]);
            match activation {
                Some(activation) => {
                    layer.output.resize(activation.output().iter().product(), 0.0);
                    layer.statistics = activation.forward(&layer.convolved, scales, shifts, &mut layer.output);
                }
                None => {
                    layer.output.clone_from(&layer.convolved);
                    for run in layer.output.chunks_exact_mut(shifts.len()) {
                        run.iter_mut().zip(shifts).for_each(|(score, shift)| *score += shift);
                    }
                }
            }
        }
        Ok(room.layers.last().map(|layer| layer.output.clone()).unwrap_or_default())
    }

    /// The gradient of the parameters, from that of the scores; to be called with what [`Network::forward`] was last called.
    ///
    /// # Errors
    /// If candle fails.
    pub fn backward(&self, images: &[f32], parameters: &[f32], gradient: &[f32]) -> Result<Vec<f32>> {
        let room = &mut *self.room();
        if room.layers.len() != self.places.len() {
            candle_core::bail!("gradients are computed after scores")
        }
        let count = images.len() / (GLYPH_SIZE_PX * GLYPH_SIZE_PX);
        let mut gradients = vec![0.0; self.parameter_count()];
        room.gradient.clear();
        room.gradient.extend_from_slice(gradient);
        for (index, places) in self.places.iter().enumerate().rev() {
            let (convolution, activation) = places.sizes(count)?;
            let layer = &room.layers[index];
            let (scales, shifts) = (&parameters[places.scales.clone()], &parameters[places.shifts.clone()]);
            let (of_scales, of_shifts) = match activation {
                Some(activation) => {
                    room.next_gradient.resize(convolution.output(), 0.0);
                    let (values, statistics) = (&layer.convolved, &layer.statistics);
                    let output = &mut room.next_gradient;
                    let sums = activation.backward(values, scales, shifts, statistics, &room.gradient, output);
                    std::mem::swap(&mut room.gradient, &mut room.next_gradient);
                    sums
                }
                None => (vec![0.0; shifts.len()], column_sums(&room.gradient, shifts.len())),
            };
            gradients[places.scales.clone()].copy_from_slice(&of_scales);
            gradients[places.shifts.clone()].copy_from_slice(&of_shifts);
            let input: &[f32] = index.checked_sub(1).map_or(images, |before| &room.layers[before].output);
            let of_images = (index > 0).then(|| {
                room.next_gradient.resize(input.len(), 0.0);
                room.next_gradient.as_mut_slice()
            });
            let (kernels, of_kernels) = (&parameters[places.kernels.clone()], &mut gradients[places.kernels.clone()]);
            convolution.backward(input, kernels, &room.gradient, &mut room.convolution, of_kernels, of_images);
            std::mem::swap(&mut room.gradient, &mut room.next_gradient);
        }
        Ok(gradients)
    }
}

impl Places {
    fn sizes(&self, count: usize) -> Result<(ConvolutionSizes, Option<ActivationSizes>)> {
        let (layer, out) = (self.layer, self.size + 2 * self.layer.padding + 1 - self.layer.kernel);
        let images = [count, self.size, self.size, self.channels];
        let kernels = [layer.kernel, layer.kernel, self.channels, layer.channels];
        let convolution = ConvolutionSizes::new(&images, &kernels, (layer.padding, layer.padding))?;
        let convolved = [count, out, out, layer.channels];
        let pooling = if layer.pooled { Pooling::Blocks } else { Pooling::None };
        let activation = ActivationSizes::new(&convolved, layer.normalised, pooling)?;
        Ok((convolution, layer.rectified.then_some(activation)))
    }
}

/// A layer with normalisation folded into its kernels and biases, which are the shifts so far.
pub(super) fn folded(mut layer: LayerWeights, scales: &[f32], statistics: &BatchStatistics) -> LayerWeights {
    let deviations = statistics.variances.iter().map(|variance| (variance + VARIANCE_FLOOR).sqrt());
    let factors: Vec<f32> = scales.iter().zip(deviations).map(|(scale, deviation)| scale / deviation).collect();
    for run in layer.kernels.chunks_exact_mut(factors.len()) {
        run.iter_mut().zip(&factors).for_each(|(kernel, factor)| *kernel *= factor);
    }
    let shifts = factors.iter().zip(&statistics.means).map(|(factor, mean)| factor * mean);
    layer.biases.iter_mut().zip(shifts).for_each(|(bias, shift)| *bias -= shift);
    layer
}

pub(super) fn column_sums(values: &[f32], columns: usize) -> Vec<f32> {
    let mut sums = vec![0.0; columns];
    for row in values.chunks_exact(columns) {
        sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
    }
    sums
}

/// A normally distributed number (Box and Muller 1958).
pub(super) fn normal(random: &mut Pcg64Mcg) -> f32 {
    let radius = (-2.0 * (1.0 - random.random::<f32>()).ln()).sqrt();
    radius * (std::f32::consts::TAU * random.random::<f32>()).cos()
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, Tensor, Var};
    use rand::SeedableRng;

    use super::*;
    use crate::train::activation::Activation;
    use crate::train::convolution::Convolution;

    fn tiny() -> Architecture {
        let block = |channels, padding, pooled: bool| Layer {
            channels,
            kernel: 3,
            padding,
            normalised: !pooled,
            rectified: true,
            pooled,
        };
        let dense = Layer { channels: 3, kernel: 12, padding: 0, normalised: false, rectified: false, pooled: false };
        Architecture { layers: vec![block(3, 1, true), block(4, 0, false), dense] }
    }

    /// The same network as a chain of operations on candle's tape.
    fn chain(network: &Network, images: &Tensor, parameters: &Tensor) -> Result<Tensor> {
        let mut values = images.clone();
        for places in &network.places {
            let take = |range: &Range<usize>| parameters.narrow(0, range.start, range.len());
            let shape = (places.layer.kernel, places.layer.kernel, places.channels, places.layer.channels);
            let kernels = take(&places.kernels)?.reshape(shape)?;
            values = values.apply_op2(&kernels, Convolution { padding: places.layer.padding })?;
            let (scales, shifts) = (take(&places.scales)?, take(&places.shifts)?);
            values = if places.layer.rectified {
                values.apply_op3(&scales, &shifts, Activation::new(places.layer.normalised, places.layer.pooled))?
            } else {
                values.broadcast_add(&shifts)?
            };
        }
        values.flatten_from(1)
    }

    #[test]
    fn scores_and_gradients_agree_with_a_chain_of_operations() -> Result<()> {
        let mut random = Pcg64Mcg::seed_from_u64(3);
        let network = Network::new(&tiny())?;
        let values = network.initial_parameters(&mut random);
        let images: Vec<f32> = (0..5 * 784).map(|_| random.random()).collect();
        let scores = network.forward(&images, &values)?;
        // The gradient of the sum of squares.
        let gradient: Vec<f32> = scores.iter().map(|score| 2.0 * score).collect();
        let gradients = network.backward(&images, &values, &gradient)?;

        let parameters = Var::from_slice(&values, values.len(), &Device::Cpu)?;
        let images = Tensor::from_vec(images, (5, 28, 28, 1), &Device::Cpu)?;
        let theirs = chain(&network, &images, &parameters)?;
        let agree = |ours: &[f32], theirs: &[f32]| {
            let greatest = theirs.iter().fold(1f32, |greatest, value| greatest.max(value.abs()));
            ours.iter().zip(theirs).all(|(ours, theirs)| (ours - theirs).abs() < 1e-4 * greatest)
        };
        assert!(agree(&scores, &theirs.flatten_all()?.to_vec1()?));
        let theirs = theirs.sqr()?.sum_all()?.backward()?.get(&parameters).expect("a gradient").to_vec1()?;
        assert!(agree(&gradients, &theirs) && theirs.iter().any(|value: &f32| value.abs() > 1.0));
        Ok(())
    }

    #[test]
    fn folded_weights_keep_the_scores() -> Result<()> {
        let mut random = Pcg64Mcg::seed_from_u64(4);
        let network = Network::new(&tiny())?;
        let parameters: Vec<f32> = network.initial_parameters(&mut random).iter().map(|value| value + 0.1).collect();
        let images: Vec<f32> = (0..3 * 784).map(|_| random.random()).collect();
        let expected = network.forward(&images, &parameters)?;
        let folded = network.fold(&parameters, &network.statistics());
        let plain = Architecture {
            layers: tiny().layers.into_iter().map(|layer| Layer { normalised: false, ..layer }).collect(),
        };
        let plain = Network::new(&plain)?;
        let mut values = vec![1.0; plain.parameter_count()];
        for (places, layer) in plain.places.iter().zip(&folded.layers) {
            values[places.kernels.clone()].copy_from_slice(&layer.kernels);
            values[places.shifts.clone()].copy_from_slice(&layer.biases);
        }
        let scores = plain.forward(&images, &values)?;
        for (score, expected) in scores.iter().zip(&expected) {
            assert!((score - expected).abs() < 1e-3 * expected.abs().max(1.0), "{score} and {expected}");
        }
        Ok(())
    }
}

//! The line network in training: its parameters in one run of memory, and the way from strips to scores and back.

use std::ops::Range;

use candle_core::Result;
use rand_pcg::Pcg64Mcg;

use crate::reader::line::architecture::{LineArchitecture, LineLayer, STRIP_HEIGHT_PX};
use crate::reader::line::weights::LineWeights;
use crate::reader::weights::LayerWeights;
use crate::train::activation::{ActivationSizes, BatchStatistics};
use crate::train::convolution::{ConvolutionRoom, ConvolutionSizes};
use crate::train::network::{column_sums, folded, normal};

/// Where the parameters of one layer stand among all parameters.
#[derive(Clone, Debug)]
struct Places {
    layer: LineLayer,
    /// Channels of the input.
    channels: usize,
    kernels: Range<usize>,
    /// One a channel, all 1 and without effect where the layer is not activated.
    scales: Range<usize>,
    shifts: Range<usize>,
}

/// A line network that can be trained. Strips are (n, 32, width, 1), all of one width, and scores (n, width / 4, classes).
#[derive(Clone, Debug)]
pub(super) struct LineNetwork {
    architecture: LineArchitecture,
    places: Vec<Places>,
}

/// What the backward pass needs of the forward pass, and buffers kept from batch to batch.
#[derive(Debug, Default)]
pub(super) struct Room {
    layers: Vec<LayerRoom>,
    convolution: ConvolutionRoom,
    gradient: Vec<f32>,
    next_gradient: Vec<f32>,
}

#[derive(Debug, Default)]
struct LayerRoom {
    /// Height and width of the input.
    size: (usize, usize),
    convolved: Vec<f32>,
    output: Vec<f32>,
    statistics: BatchStatistics,
}

impl LineNetwork {
    /// A network of this shape.
    pub fn new(architecture: &LineArchitecture) -> Self {
        let (mut places, mut start, mut channels) = (Vec::new(), 0, 1);
        for &layer in &architecture.layers {
            let scales = start + layer.kernel.0 * layer.kernel.1 * channels * layer.channels;
            let shifts = scales + layer.channels;
            let end = shifts + layer.channels;
            places.push(Places {
                layer,
                channels,
                kernels: start..scales,
                scales: scales..shifts,
                shifts: shifts..end,
            });
            (start, channels) = (end, layer.channels);
        }
        Self { architecture: architecture.clone(), places }
    }

    /// How many parameters there are.
    pub fn parameter_count(&self) -> usize {
        self.places.last().map_or(0, |places| places.shifts.end)
    }

    /// Parameters to begin with: kernels drawn as He et al. 2015 have it, scales 1, shifts 0.
    pub fn initial_parameters(&self, random: &mut Pcg64Mcg) -> Vec<f32> {
        let mut parameters = vec![0.0; self.parameter_count()];
        for places in &self.places {
            let inputs = places.layer.kernel.0 * places.layer.kernel.1 * places.channels;
            let deviation = (if places.layer.activated { 2.0f32 } else { 1.0 } / inputs as f32).sqrt();
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

    /// The scores of strips of one width, normalised as one batch.
    ///
    /// # Errors
    /// If the layers do not fit on the strips.
    pub fn forward<'a>(
        &self,
        strips: &[f32],
        width: usize,
        parameters: &[f32],
        room: &'a mut Room,
    ) -> Result<&'a [f32]> {
        let (count, mut size) = (strips.len() / (STRIP_HEIGHT_PX * width), (STRIP_HEIGHT_PX, width));
        room.layers.resize_with(self.places.len(), LayerRoom::default);
        for (index, places) in self.places.iter().enumerate() {
            let (before, after) = room.layers.split_at_mut(index);
            let input: &[f32] = before.last().map_or(strips, |layer| &layer.output);
            let (convolution, activation) = places.sizes(count, size)?;
            let layer = &mut after[0];
            layer.size = size;
            layer.convolved.resize(convolution.output(), 0.0);
            let kernels = &parameters[places.kernels.clone()];
            convolution.forward(input, kernels, &mut room.convolution, &mut layer.convolved);
            let (scales, shifts) = (&parameters[places.scales.clone()], &parameters[places.shifts.clone()]);
            let [_, height, width, _] = activation.output();
            if places.layer.activated {
                layer.output.resize(activation.output().iter().product(), 0.0);
                layer.statistics = activation.forward(&layer.convolved, scales, shifts, &mut layer.output);
                if places.layer.residual {
                    layer.output.iter_mut().zip(input).for_each(|(sum, value)| *sum += value);
                }
            } else {
                layer.output.clone_from(&layer.convolved);
                for run in layer.output.chunks_exact_mut(shifts.len()) {
                    run.iter_mut().zip(shifts).for_each(|(score, shift)| *score += shift);
                }
            }
            size = (height, width);
        }
        Ok(room.layers.last().map(|layer| layer.output.as_slice()).unwrap_or_default())
    }

    /// The gradient of the parameters from that of the scores; to be called with what [`LineNetwork::forward`] was last
    /// called with.
    ///
    /// # Errors
    /// If the layers do not fit on the strips.
    pub fn backward(
        &self,
        strips: &[f32],
        width: usize,
        parameters: &[f32],
        gradient: &[f32],
        room: &mut Room,
    ) -> Result<Vec<f32>> {
        let count = strips.len() / (STRIP_HEIGHT_PX * width);
        let mut gradients = vec![0.0; self.parameter_count()];
        room.gradient.clear();
        room.gradient.extend_from_slice(gradient);
        for (index, places) in self.places.iter().enumerate().rev() {
            let layer = &room.layers[index];
            let (convolution, activation) = places.sizes(count, layer.size)?;
            let (scales, shifts) = (&parameters[places.scales.clone()], &parameters[places.shifts.clone()]);
            let around = places.layer.residual.then(|| room.gradient.clone());
            let (of_scales, of_shifts) = if places.layer.activated {
                room.next_gradient.resize(convolution.output(), 0.0);
                let (values, statistics) = (&layer.convolved, &layer.statistics);
                let output = &mut room.next_gradient;
                let sums = activation.backward(values, scales, shifts, statistics, &room.gradient, output);
                std::mem::swap(&mut room.gradient, &mut room.next_gradient);
                sums
            } else {
                (vec![0.0; shifts.len()], column_sums(&room.gradient, shifts.len()))
            };
            gradients[places.scales.clone()].copy_from_slice(&of_scales);
            gradients[places.shifts.clone()].copy_from_slice(&of_shifts);
            let input: &[f32] = index.checked_sub(1).map_or(strips, |before| &room.layers[before].output);
            let of_images = (index > 0).then(|| {
                room.next_gradient.resize(input.len(), 0.0);
                room.next_gradient.as_mut_slice()
            });
            let (kernels, of_kernels) = (&parameters[places.kernels.clone()], &mut gradients[places.kernels.clone()]);
            convolution.backward(input, kernels, &room.gradient, &mut room.convolution, of_kernels, of_images);
            std::mem::swap(&mut room.gradient, &mut room.next_gradient);
            if let Some(around) = around {
                room.gradient.iter_mut().zip(&around).for_each(|(sum, value)| *sum += value);
            }
        }
        Ok(gradients)
    }

    /// What normalised the last batch, a layer.
    pub fn statistics(room: &Room) -> Vec<BatchStatistics> {
        room.layers.iter().map(|layer| layer.statistics.clone()).collect()
    }

    /// The weights for reading: normalisation by `statistics` (one entry a layer) is folded into kernels and biases.
    pub fn fold(&self, parameters: &[f32], statistics: &[BatchStatistics]) -> LineWeights {
        let layer = |(places, statistics): (&Places, &BatchStatistics)| {
            let of = |range: &Range<usize>| &parameters[range.clone()];
            let layer = LayerWeights { kernels: of(&places.kernels).to_vec(), biases: of(&places.shifts).to_vec() };
            if places.layer.activated { folded(layer, of(&places.scales), statistics) } else { layer }
        };
        let layers = self.places.iter().zip(statistics).map(layer).collect();
        LineWeights { architecture: self.architecture.clone(), layers, temperature: 1.0 }
    }
}

impl Places {
    fn sizes(&self, count: usize, (height, width): (usize, usize)) -> Result<(ConvolutionSizes, ActivationSizes)> {
        let layer = self.layer;
        let images = [count, height, width, self.channels];
        let kernels = [layer.kernel.0, layer.kernel.1, self.channels, layer.channels];
        let convolution = ConvolutionSizes::new(&images, &kernels, layer.padding)?;
        let Some((rows, columns)) = layer.convolved(height, width) else {
            candle_core::bail!("a strip of {width} pixels is too narrow")
        };
        let convolved = [count, rows, columns, layer.channels];
        Ok((convolution, ActivationSizes::new(&convolved, layer.activated, layer.pooling)?))
    }
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};

    use super::*;
    use crate::reader::line::architecture::Pooling;

    fn tiny() -> LineArchitecture {
        let block = LineLayer::block;
        let along = LineLayer { kernel: (1, 3), padding: (0, 1), residual: true, ..block(3, Pooling::None) };
        let last = LineLayer { kernel: (8, 1), padding: (0, 0), activated: false, ..block(4, Pooling::None) };
        LineArchitecture { layers: vec![block(2, Pooling::Blocks), block(3, Pooling::Rows), along, last] }
    }

    #[test]
    fn gradients_agree_with_finite_differences() -> Result<()> {
        let mut random = Pcg64Mcg::seed_from_u64(5);
        let network = LineNetwork::new(&tiny());
        let mut room = Room::default();
        let mut parameters = network.initial_parameters(&mut random);
        parameters.iter_mut().for_each(|value| *value += 0.05);
        let strips: Vec<f32> = (0..2 * 32 * 8).map(|_| random.random()).collect();
        let loss = |parameters: &[f32], room: &mut Room| -> Result<f64> {
            let scores = network.forward(&strips, 8, parameters, room)?;
            Ok(scores.iter().map(|score| f64::from(*score) * f64::from(*score)).sum())
        };
        let gradient: Vec<f32> =
            network.forward(&strips, 8, &parameters, &mut room)?.iter().map(|score| 2.0 * score).collect();
        let gradients = network.backward(&strips, 8, &parameters, &gradient, &mut room)?;
        let greatest = f64::from(gradients.iter().fold(1f32, |greatest, value| greatest.max(value.abs())));
        let mut moved = parameters.clone();
        for place in (0..parameters.len()).step_by(3) {
            let mut at = |step: f32| -> Result<f64> {
                moved[place] = parameters[place] + step;
                let loss = loss(&moved, &mut room)?;
                moved[place] = parameters[place];
                Ok(loss)
            };
            // Single values of the first layer cross the kinks of rectifiers and pooling on the way.
            let difference = (at(0.004)? - at(-0.004)?) / 0.008;
            let ours = f64::from(gradients[place]);
            assert!((difference - ours).abs() < 0.04 * greatest, "{place}: {difference} and {ours} of {greatest}");
        }
        Ok(())
    }
}

//! The line network for reading: strips in, scores out, without a tape and on one thread a call.
//!
//! Every layer is one [`Walk`] through its framed input, channels last.

use super::architecture::{LINE_CLASS_COUNT, LineLayer, Pooling, STRIP_HEIGHT_PX};
use super::strip::Strip;
use super::weights::LineWeights;
use crate::product_tile::{LANES, LeftStrides, RightStrides, Start, Walk};
use crate::vectorised::vectorised;

/// The network, its weights packed for walking.
#[derive(Clone, Debug)]
pub(super) struct Engine {
    layers: Vec<PackedLayer>,
}

#[derive(Clone, Debug)]
struct PackedLayer {
    layer: LineLayer,
    /// Channels in memory: those of the layer before, filled up to a multiple of [`LANES`].
    channels: usize,
    out: usize,
    /// (row, column, channel in, channel out).
    kernels: Vec<f32>,
    biases: Vec<f32>,
}

/// An image, channels last, without a frame.
#[derive(Default)]
struct Plane {
    height: usize,
    width: usize,
    values: Vec<f32>,
}

impl Engine {
    /// Packs weights; they fit the architecture, as [`LineWeights::from_bytes`] has made sure.
    pub fn new(weights: &LineWeights) -> Self {
        let (mut channels, mut stored) = (1, 1);
        let mut layers = Vec::new();
        for (&layer, numbers) in weights.architecture.layers.iter().zip(&weights.layers) {
            let out = layer.channels.next_multiple_of(LANES);
            let mut kernels = vec![0.0; out * layer.kernel.0 * layer.kernel.1 * stored];
            for (place, run) in numbers.kernels.chunks_exact(layer.channels).enumerate() {
                let step = place / channels * stored + place % channels;
                kernels[step * out..][..run.len()].copy_from_slice(run);
            }
            let mut biases = numbers.biases.clone();
            biases.resize(out, 0.0);
            layers.push(PackedLayer { layer, channels: stored, out, kernels, biases });
            (channels, stored) = (layer.channels, out);
        }
        Self { layers }
    }

    /// The scores of a strip: [`LINE_CLASS_COUNT`] values a column.
    pub fn scores(&self, strip: &Strip) -> Vec<f32> {
        let mut plane = Plane { height: STRIP_HEIGHT_PX, width: strip.width_px, values: strip.pixels.clone() };
        let (mut framed, mut convolved) = (Vec::new(), Vec::new());
        for packed in &self.layers {
            plane = packed.run(plane, &mut framed, &mut convolved);
        }
        let out = self.layers.last().map_or(LANES, |packed| packed.out);
        plane.values.chunks_exact(out).flat_map(|column| column[..LINE_CLASS_COUNT].to_vec()).collect()
    }
}

impl PackedLayer {
    fn run(&self, input: Plane, framed: &mut Vec<f32>, convolved: &mut Vec<f32>) -> Plane {
        let (layer, channels, out) = (&self.layer, self.channels, self.out);
        let line = (input.width + 2 * layer.padding.1) * channels;
        let (rows, columns) = layer.convolved(input.height, input.width).unwrap_or_default();
        let source: &[f32] = if layer.padding == (0, 0) {
            &input.values
        } else {
            framed.clear();
            framed.resize((input.height + 2 * layer.padding.0) * line, 0.0);
            let first = layer.padding.0 * line + layer.padding.1 * channels;
            let run = input.width * channels;
            for (source, target) in input.values.chunks_exact(run).zip(framed[first..].chunks_mut(line)) {
                target[..run].copy_from_slice(source);
            }
            framed
        };
        let run = layer.kernel.1 * channels;
        let walk = Walk {
            lines: rows,
            rows: columns,
            columns: out,
            segments: layer.kernel.0,
            steps: run,
            left: LeftStrides { line, row: channels, segment: line, step: 1 },
            right: RightStrides { line: 0, segment: run * out, step: out },
            target: (columns * out, out),
            rectified: layer.activated,
        };
        convolved.resize(rows * columns * out, 0.0);
        walk.sum(source, &self.kernels, Start::Biases(&self.biases), convolved);
        if layer.residual {
            convolved.iter_mut().zip(&input.values).for_each(|(sum, value)| *sum += value);
        }
        match layer.pooling {
            Pooling::None => {
                let values = std::mem::replace(convolved, input.values);
                Plane { height: rows, width: columns, values }
            }
            Pooling::Rows => {
                let mut values = input.values;
                pool_rows(convolved, columns * out, &mut values);
                Plane { height: rows / 2, width: columns, values }
            }
            Pooling::Blocks => {
                let mut values = input.values;
                pool_blocks(convolved, columns, out, &mut values);
                Plane { height: rows / 2, width: columns / 2, values }
            }
        }
    }
}

/// The greater of each pair of lines of `line` values.
fn pool_rows(values: &[f32], line: usize, target: &mut Vec<f32>) {
    target.resize(values.len() / (2 * line) * line, 0.0);
    vectorised(
        #[inline(always)]
        || {
            for (pair, target) in values.chunks_exact(2 * line).zip(target.chunks_exact_mut(line)) {
                let (upper, lower) = pair.split_at(line);
                for ((target, upper), lower) in target.iter_mut().zip(upper).zip(lower) {
                    *target = upper.max(*lower);
                }
            }
        },
    );
}

/// The greatest of each 2x2 block; an odd last column is left out.
fn pool_blocks(values: &[f32], columns: usize, channels: usize, target: &mut Vec<f32>) {
    let (line, pooled_line) = (columns * channels, columns / 2 * channels);
    target.resize(values.len() / (2 * line) * pooled_line, 0.0);
    vectorised(
        #[inline(always)]
        || {
            for (pair, target) in values.chunks_exact(2 * line).zip(target.chunks_exact_mut(pooled_line)) {
                let (upper, lower) = pair.split_at(line);
                let blocks = upper.chunks_exact(2 * channels).zip(lower.chunks_exact(2 * channels));
                for ((upper, lower), target) in blocks.zip(target.chunks_exact_mut(channels)) {
                    for channel in 0..channels {
                        let (a, b) = (upper[channel], upper[channels + channel]);
                        let (c, d) = (lower[channel], lower[channels + channel]);
                        target[channel] = a.max(b).max(c.max(d));
                    }
                }
            }
        },
    );
}

//! The line network for reading: strips in, scores out, without a tape and on one thread a call.
//!
//! 3x3 layers go by Winograd's minimal filtering, every other one is one [`Walk`] through its framed input; channels last.

use super::architecture::{LINE_CLASS_COUNT, LineLayer, Pooling, STRIP_HEIGHT_PX};
use super::strip::Strip;
use super::weights::LineWeights;
use crate::product_tile::{LANES, LeftStrides, RightStrides, Start, Walk};
use crate::reader::engine::Scratch;
use crate::reader::winograd::{Tiling, Winograd};
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
    weights: Packed,
}

/// Weights in the form that is fastest for a layer.
#[derive(Clone, Debug)]
enum Packed {
    /// Kernels as (row, column, channel in, channel out), and biases.
    Direct(Vec<f32>, Vec<f32>),
    Winograd(Winograd),
}

/// An image, channels last, without a frame.
#[derive(Default)]
struct Plane {
    height: usize,
    width: usize,
    values: Vec<f32>,
}

/// Room to work in, kept from layer to layer.
#[derive(Default)]
struct Room {
    framed: Vec<f32>,
    convolved: Vec<f32>,
    scratch: Scratch,
}

impl Engine {
    /// Packs weights; they fit the architecture, as [`LineWeights::from_bytes`] has made sure.
    pub fn new(weights: &LineWeights) -> Self {
        let (mut channels, mut stored) = (1, 1);
        let mut layers = Vec::new();
        for (&layer, numbers) in weights.architecture.layers.iter().zip(&weights.layers) {
            let out = layer.channels.next_multiple_of(LANES);
            let is_block = layer.kernel == (3, 3) && layer.padding == (1, 1) && !layer.residual;
            let winograd = is_block
                .then(|| Winograd::new((channels, stored), &numbers.kernels, &numbers.biases, layer.activated))
                .flatten();
            let weights = winograd.map_or_else(
                || direct(&layer, (channels, stored), &numbers.kernels, &numbers.biases),
                Packed::Winograd,
            );
            layers.push(PackedLayer { layer, channels: stored, out, weights });
            (channels, stored) = (layer.channels, out);
        }
        Self { layers }
    }

    /// The scores of a strip: [`LINE_CLASS_COUNT`] values a column.
    pub fn scores(&self, strip: &Strip) -> Vec<f32> {
        let mut plane = Plane { height: STRIP_HEIGHT_PX, width: strip.width_px, values: strip.pixels.clone() };
        let mut room = Room::default();
        for packed in &self.layers {
            plane = match &packed.weights {
                Packed::Direct(kernels, biases) => packed.run_direct(plane, kernels, biases, &mut room),
                Packed::Winograd(kernels) => packed.run_winograd(plane, kernels, &mut room),
            };
        }
        let out = self.layers.last().map_or(LANES, |packed| packed.out);
        plane.values.chunks_exact(out).flat_map(|column| column[..LINE_CLASS_COUNT].to_vec()).collect()
    }
}

/// Fills kernels up to the channels that are in memory.
fn direct(layer: &LineLayer, (channels, stored): (usize, usize), kernels: &[f32], biases: &[f32]) -> Packed {
    let out = layer.channels.next_multiple_of(LANES);
    let mut filled = vec![0.0; out * layer.kernel.0 * layer.kernel.1 * stored];
    for (place, run) in kernels.chunks_exact(layer.channels).enumerate() {
        let step = place / channels * stored + place % channels;
        filled[step * out..][..run.len()].copy_from_slice(run);
    }
    let mut biases = biases.to_vec();
    biases.resize(out, 0.0);
    Packed::Direct(filled, biases)
}

impl Plane {
    /// Copies the image into a frame of `height` rows of `width` pixels of zeros, `rows` from above and `columns` from the left.
    fn frame(
        &self,
        channels: usize,
        (height, width): (usize, usize),
        (rows, columns): (usize, usize),
        target: &mut Vec<f32>,
    ) {
        let line = width * channels;
        target.clear();
        target.resize(height * line, 0.0);
        let run = self.width * channels;
        let first = rows * line + columns * channels;
        for (source, target) in self.values.chunks_exact(run).zip(target[first..].chunks_mut(line)) {
            target[..run].copy_from_slice(source);
        }
    }
}

impl PackedLayer {
    /// A 3x3 layer; what is pooled behind it is pooled on the way.
    fn run_winograd(&self, input: Plane, kernels: &Winograd, room: &mut Room) -> Plane {
        let (height, width) = (input.height, input.width);
        // Whole tiles of two by two.
        let side = |length: usize| 2 * length.div_ceil(2) + 2;
        input.frame(self.channels, (side(height), side(width)), (1, 1), &mut room.framed);
        let (rows, columns) = match self.layer.pooling {
            Pooling::None => (height, width),
            Pooling::Rows => (height / 2, width),
            Pooling::Blocks => (height / 2, width / 2),
        };
        let tiling = Tiling {
            convolved: (height, width),
            pooling: self.layer.pooling,
            input_line: side(width) * self.channels,
            target_line: columns * self.out,
        };
        let mut values = input.values;
        values.resize(rows * columns * self.out, 0.0);
        kernels.run(&tiling, &room.framed, &mut room.scratch, &mut values);
        Plane { height: rows, width: columns, values }
    }

    fn run_direct(&self, input: Plane, kernels: &[f32], biases: &[f32], room: &mut Room) -> Plane {
        let (layer, channels, out) = (&self.layer, self.channels, self.out);
        let (padding_rows, padding_columns) = layer.padding;
        let (height, width) = (input.height + 2 * padding_rows, input.width + 2 * padding_columns);
        let (rows, columns) = layer.convolved(input.height, input.width).unwrap_or_default();
        let Room { framed, convolved, .. } = room;
        let source: &[f32] = if layer.padding == (0, 0) {
            &input.values
        } else {
            input.frame(channels, (height, width), layer.padding, framed);
            framed
        };
        let (line, run) = (width * channels, layer.kernel.1 * channels);
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
        walk.sum(source, kernels, Start::Biases(biases), convolved);
        if layer.residual {
            convolved.iter_mut().zip(&input.values).for_each(|(sum, value)| *sum += value);
        }
        let mut values = input.values;
        match layer.pooling {
            Pooling::None => {
                std::mem::swap(&mut values, convolved);
                Plane { height: rows, width: columns, values }
            }
            Pooling::Rows => {
                pool_rows(convolved, columns * out, &mut values);
                Plane { height: rows / 2, width: columns, values }
            }
            Pooling::Blocks => {
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

//! A layer of the [engine](super::engine) as one [`Walk`] through its input: nothing is unfolded, and weights are read in
//! the order in which they lie. Any kernel, and layers whose kernel covers the whole image (dense layers).

use crate::product_tile::{LANES, LeftStrides, RightStrides, Start, Walk};
use crate::reader::architecture::Layer;
use crate::reader::engine::{Frame, Scratch};
use crate::reader::weights::LayerWeights;
use crate::vectorised::vectorised;

/// A layer with its weights as they are walked through.
#[derive(Clone, Debug)]
pub(super) struct DirectLayer {
    layer: Layer,
    frame: Frame,
    /// Channels of the input as stored.
    channels: usize,
    /// Width and height after the convolution.
    convolved: usize,
    /// Channels of the output as stored: a multiple of [`LANES`].
    out: usize,
    /// (window row, window column, channel in, channel out).
    weights: Vec<f32>,
    biases: Vec<f32>,
}

impl DirectLayer {
    /// Packs a layer whose input has this width and these channels, of which `stored` are in memory.
    pub fn new(layer: Layer, (size, channels): (usize, usize), stored: usize, numbers: &LayerWeights) -> Self {
        let out = layer.channels.next_multiple_of(LANES);
        let mut weights = vec![0.0; out * layer.kernel * layer.kernel * stored];
        for (place, run) in numbers.kernels.chunks_exact(layer.channels).enumerate() {
            let step = place / channels * stored + place % channels;
            weights[step * out..][..run.len()].copy_from_slice(run);
        }
        let mut biases = numbers.biases.clone();
        biases.resize(out, 0.0);
        let frame = Frame { padding: layer.padding, side: size + 2 * layer.padding };
        Self { layer, frame, channels: stored, convolved: frame.side + 1 - layer.kernel, out, weights, biases }
    }

    /// The frame in which it wants its input.
    pub fn frame(&self) -> Frame {
        self.frame
    }

    /// Channels of its output as stored.
    pub fn out(&self) -> usize {
        self.out
    }

    /// Width and height of its output.
    pub fn size_after(&self) -> usize {
        if self.layer.pooled { self.convolved / 2 } else { self.convolved }
    }

    /// Reads the framed `input`; writes an image that begins at `target` and lies in the frame `next`.
    pub fn run(&self, input: &[f32], scratch: &mut Scratch, next: Frame, target: &mut [f32]) {
        let line = next.side * self.out;
        if !self.layer.pooled {
            let walk = self.walk(self.convolved, (line, self.out), self.layer.rectified);
            walk.sum(input, &self.weights, Start::Biases(&self.biases), target);
            return;
        }
        let size = self.size_after();
        let rows = &mut scratch.first;
        let row_length = self.convolved * self.out;
        rows.resize(2 * row_length, 0.0);
        let walk = self.walk(2, (row_length, self.out), false);
        for y in 0..size {
            let upper_line = &input[2 * y * self.frame.side * self.channels..];
            walk.sum(upper_line, &self.weights, Start::Biases(&self.biases), &mut rows[..2 * row_length]);
            let target = &mut target[y * line..][..size * self.out];
            let (upper, lower) = rows[..2 * row_length].split_at(row_length);
            pool(upper, lower, self.out, self.layer.rectified, target);
        }
    }

    /// The walk for some lines of the output.
    fn walk(&self, lines: usize, target: (usize, usize), rectified: bool) -> Walk {
        let line = self.frame.side * self.channels;
        let run = self.layer.kernel * self.channels;
        Walk {
            lines,
            rows: self.convolved,
            columns: self.out,
            segments: self.layer.kernel,
            steps: run,
            left: LeftStrides { line, row: self.channels, segment: line, step: 1 },
            right: RightStrides { line: 0, segment: run * self.out, step: self.out },
            target,
            rectified,
        }
    }

    /// Takes `count` images at once through a layer whose kernel covers an image.
    pub fn run_dense(&self, images: &[f32], count: usize, output: &mut Vec<f32>) {
        let values = self.frame.side * self.frame.side * self.channels;
        let walk = Walk {
            lines: 1,
            rows: count,
            columns: self.out,
            segments: 1,
            steps: values,
            left: LeftStrides { row: values, step: 1, ..LeftStrides::default() },
            right: RightStrides { step: self.out, ..RightStrides::default() },
            target: (0, self.out),
            rectified: self.layer.rectified,
        };
        output.resize(count * self.out, 0.0);
        walk.sum(images, &self.weights, Start::Biases(&self.biases), output);
    }
}

/// The greatest of each 2x2 block of two rows, and of 0 where the layer is rectified.
fn pool(upper: &[f32], lower: &[f32], channels: usize, rectified: bool, target: &mut [f32]) {
    let least = if rectified { 0.0 } else { f32::NEG_INFINITY };
    vectorised(
        #[inline(always)]
        || {
            let pairs = upper.chunks_exact(2 * channels).zip(lower.chunks_exact(2 * channels));
            for ((upper, lower), target) in pairs.zip(target.chunks_exact_mut(channels)) {
                let ((a, b), (c, d)) = (upper.split_at(channels), lower.split_at(channels));
                for channel in 0..channels {
                    let greatest = a[channel].max(b[channel]).max(c[channel].max(d[channel]));
                    target[channel] = greatest.max(least);
                }
            }
        },
    );
}

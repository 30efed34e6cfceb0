//! The fast way through a trained network: [`Weights`] in, an [`Engine`] that turns glyphs into scores out.
//!
//! Images are (row, column, channel), with their padding around them, so that a layer is one [`Walk`]: nothing is
//! unfolded, and weights are read in the order in which they lie. Glyphs share the weights of dense layers while these
//! are in the cache, but each keeps its own sums, so that what is read of it cannot depend on its batch.

use crate::glyph::{GLYPH_SIZE_PX, Glyph};
use crate::product_tile::{LANES, LeftStrides, Start, Walk};
use crate::reader::architecture::Layer;
use crate::reader::weights::{LayerWeights, Weights};
use crate::vectorised::vectorised;

/// Glyphs that go through the dense layers together: as many as the registers of AVX-512 hold sums for.
const GROUP: usize = 13;

/// A layer with its weights as they are walked through.
#[derive(Clone, Debug)]
struct PackedLayer {
    layer: Layer,
    /// Width and height of the input with its padding.
    padded: usize,
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

/// A network ready to read.
#[derive(Clone, Debug)]
pub struct Engine {
    /// Layers that give images.
    convolutions: Vec<PackedLayer>,
    /// The layers behind them, which take in all that is left of an image at once.
    dense: Vec<PackedLayer>,
    class_count: usize,
}

/// Room to work in, kept from glyph to glyph.
#[derive(Clone, Debug, Default)]
struct Room {
    input: Vec<f32>,
    output: Vec<f32>,
    rows: Vec<f32>,
    /// One run of values a glyph of the group, before and after a dense layer.
    group: Vec<f32>,
    next_group: Vec<f32>,
}

impl Engine {
    /// Packs the weights of a network whose layers fit on each other.
    pub fn new(weights: &Weights) -> Self {
        let (mut convolutions, mut stored) = (Vec::new(), 1);
        let sizes = weights.architecture.sizes().unwrap_or_default();
        let layers = weights.architecture.layers.iter().zip(sizes).zip(&weights.layers);
        for ((&layer, (size, channels)), numbers) in layers {
            let packed = PackedLayer::new(layer, size, channels, stored, numbers);
            stored = packed.out;
            convolutions.push(packed);
        }
        let dense = convolutions.iter().rposition(|layer| !layer.is_dense()).map_or(0, |last| last + 1);
        let dense = convolutions.split_off(dense);
        Self { convolutions, dense, class_count: weights.architecture.layers.last().map_or(0, |layer| layer.channels) }
    }

    /// How many scores a glyph gets.
    pub fn class_count(&self) -> usize {
        self.class_count
    }

    /// Calls `take` with the scores of each glyph, in order.
    pub fn for_each_scores(&self, glyphs: &[Glyph], mut take: impl FnMut(&[f32])) {
        let mut room = Room::default();
        for group in glyphs.chunks(GROUP) {
            room.group.clear();
            for glyph in group {
                self.place(glyph, &mut room.input);
                self.convolve(&mut room);
                room.group.extend_from_slice(&room.input);
            }
            for layer in &self.dense {
                layer.run_dense(&room.group, group.len(), &mut room.next_group);
                std::mem::swap(&mut room.group, &mut room.next_group);
            }
            let stored = room.group.len() / group.len();
            room.group.chunks_exact(stored.max(1)).for_each(|scores| take(&scores[..self.class_count]));
        }
    }

    /// Writes the glyph, values 0 to 1, with the frame of zeros that the first layer wants.
    fn place(&self, glyph: &Glyph, input: &mut Vec<f32>) {
        let padding = self.convolutions.first().map_or(0, |first| first.layer.padding);
        let padded = GLYPH_SIZE_PX + 2 * padding;
        input.clear();
        input.resize(padded * padded, 0.0);
        for (row, pixels) in glyph.pixels.chunks_exact(GLYPH_SIZE_PX).enumerate() {
            let start = (row + padding) * padded + padding;
            let target = &mut input[start..start + GLYPH_SIZE_PX];
            target.iter_mut().zip(pixels).for_each(|(value, &pixel)| *value = f32::from(pixel) / 255.0);
        }
    }

    /// Takes `room.input` through all layers that give images.
    fn convolve(&self, room: &mut Room) {
        for (index, layer) in self.convolutions.iter().enumerate() {
            let padding = self.convolutions.get(index + 1).map_or(0, |next| next.layer.padding);
            layer.run(&room.input, &mut room.rows, &mut room.output, padding);
            std::mem::swap(&mut room.input, &mut room.output);
        }
    }
}

impl PackedLayer {
    fn new(layer: Layer, size: usize, channels: usize, stored: usize, numbers: &LayerWeights) -> Self {
        let out = layer.channels.next_multiple_of(LANES);
        let window = layer.kernel * layer.kernel;
        let mut weights = vec![0.0; out * window * stored];
        for (place, run) in numbers.kernels.chunks_exact(layer.channels).enumerate() {
            let step = place / channels * stored + place % channels;
            weights[step * out..][..run.len()].copy_from_slice(run);
        }
        let mut biases = numbers.biases.clone();
        biases.resize(out, 0.0);
        let padded = size + 2 * layer.padding;
        Self { layer, padded, channels: stored, convolved: padded + 1 - layer.kernel, out, weights, biases }
    }

    /// Whether the kernel covers the whole image.
    fn is_dense(&self) -> bool {
        self.convolved == 1 && self.layer.padding == 0 && !self.layer.pooled
    }

    /// Reads the padded `input`, fills `output` with a frame of `padding` zeros around each image.
    fn run(&self, input: &[f32], rows: &mut Vec<f32>, output: &mut Vec<f32>, padding: usize) {
        let size = if self.layer.pooled { self.convolved / 2 } else { self.convolved };
        let framed = size + 2 * padding;
        let first = (padding * framed + padding) * self.out;
        if padding > 0 {
            output.clear();
        }
        output.resize(framed * framed * self.out, 0.0);
        if !self.layer.pooled {
            let walk = self.walk(self.convolved, (framed * self.out, self.out), self.layer.rectified);
            walk.sum(input, &self.weights, Start::Biases(&self.biases), &mut output[first..]);
            return;
        }
        let row_length = self.convolved * self.out;
        rows.resize(2 * row_length, 0.0);
        let walk = self.walk(2, (row_length, self.out), false);
        for y in 0..size {
            let upper_line = &input[2 * y * self.padded * self.channels..];
            walk.sum(upper_line, &self.weights, Start::Biases(&self.biases), rows);
            let target = &mut output[first + y * framed * self.out..][..size * self.out];
            let (upper, lower) = rows.split_at(row_length);
            pool(upper, lower, self.out, self.layer.rectified, target);
        }
    }

    /// The walk for some lines of the output.
    fn walk(&self, lines: usize, target: (usize, usize), rectified: bool) -> Walk {
        let line = self.padded * self.channels;
        let run = self.layer.kernel * self.channels;
        Walk {
            lines,
            rows: self.convolved,
            columns: self.out,
            segments: self.layer.kernel,
            steps: run,
            left: LeftStrides { line, row: self.channels, segment: line, step: 1 },
            right: (run * self.out, self.out),
            target,
            rectified,
        }
    }

    /// Takes `count` images at once through a layer whose kernel covers an image.
    fn run_dense(&self, images: &[f32], count: usize, output: &mut Vec<f32>) {
        let values = self.padded * self.padded * self.channels;
        let walk = Walk {
            lines: 1,
            rows: count,
            columns: self.out,
            segments: 1,
            steps: values,
            left: LeftStrides { row: values, step: 1, ..LeftStrides::default() },
            right: (0, self.out),
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

#[cfg(test)]
mod tests {
    use candle_core::{Device, Tensor};

    use super::*;
    use crate::geometry::Rect;
    use crate::reader::architecture::Architecture;

    fn noise(count: usize, seed: u32) -> Vec<f32> {
        let mut state = seed;
        (0..count)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 8) as f32 / (1 << 23) as f32 - 1.0
            })
            .collect()
    }

    fn weights(architecture: Architecture) -> Weights {
        let sizes = architecture.sizes().expect("layers that fit");
        let layers = architecture.layers.iter().zip(sizes).zip(1..).map(|((layer, (_, channels)), seed)| {
            let window = layer.kernel * layer.kernel * channels;
            let scale = (2.0 / window as f32).sqrt();
            let kernels = noise(window * layer.channels, seed).iter().map(|value| value * scale).collect();
            LayerWeights { kernels, biases: noise(layer.channels, seed + 100) }
        });
        Weights { layers: layers.collect(), architecture, temperature: 1.0 }
    }

    fn glyphs(count: usize) -> Vec<Glyph> {
        let glyph = |seed| {
            let pixels: Vec<u8> = noise(784, seed).iter().map(|value| (value * 127.0 + 127.0) as u8).collect();
            let pixels: [u8; 784] = pixels.try_into().expect("784 pixels");
            Glyph { pixels: Box::new(pixels), origin: Rect::default() }
        };
        (0..count as u32).map(glyph).collect()
    }

    fn scores(engine: &Engine, glyphs: &[Glyph]) -> Vec<Vec<f32>> {
        let mut all = Vec::new();
        engine.for_each_scores(glyphs, |scores| all.push(scores.to_vec()));
        all
    }

    /// The same network in candle's own operations, from the file that the weights are saved to.
    fn reference(weights: &Weights, glyphs: &[Glyph]) -> candle_core::Result<Vec<Vec<f32>>> {
        let bytes = weights.to_bytes().expect("sizes that fit");
        let tensors = candle_core::safetensors::load_buffer(&bytes, &Device::Cpu)?;
        let pixels: Vec<f32> = glyphs.iter().flat_map(|g| g.pixels.iter().map(|&p| f32::from(p) / 255.0)).collect();
        let mut values = Tensor::from_vec(pixels, (glyphs.len(), 1, 28, 28), &Device::Cpu)?;
        for (index, layer) in weights.architecture.layers.iter().enumerate() {
            let kernels = &tensors[&format!("layer{index}.weight")];
            let biases = tensors[&format!("layer{index}.bias")].reshape((1, layer.channels, 1, 1))?;
            values = values.conv2d(kernels, layer.padding, 1, 1, 1)?.broadcast_add(&biases)?;
            values = if layer.rectified { values.relu()? } else { values };
            values = if layer.pooled { values.max_pool2d(2)? } else { values };
        }
        values.flatten_from(1)?.to_vec2()
    }

    #[test]
    fn scores_agree_with_candle() -> candle_core::Result<()> {
        let glyphs = glyphs(3);
        for architecture in [Architecture::shipped(), Architecture::original()] {
            let weights = weights(architecture);
            let ours = scores(&Engine::new(&weights), &glyphs);
            let theirs = reference(&weights, &glyphs)?;
            for (ours, theirs) in ours.iter().flatten().zip(theirs.iter().flatten()) {
                assert!((ours - theirs).abs() < 1e-4, "{ours} and {theirs}");
            }
        }
        Ok(())
    }

    #[test]
    fn scores_do_not_depend_on_the_batch() {
        let (glyphs, engine) = (glyphs(20), Engine::new(&weights(Architecture::shipped())));
        let together = scores(&engine, &glyphs);
        for (glyph, expected) in glyphs.iter().zip(&together) {
            assert_eq!(&scores(&engine, std::slice::from_ref(glyph))[0], expected);
        }
    }
}

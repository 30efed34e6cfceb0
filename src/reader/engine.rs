//! The fast way through a trained network: [`Weights`] in, an [`Engine`] that turns glyphs into scores out.
//!
//! Images are (row, column, channel). A convolution works on one row of one image at a time: it keeps the sums of up to
//! 14 pixels and 16 channels in registers and walks once through the window, one value times 16 weights a step. Nothing is
//! unfolded, weights are packed once in the order of use, and every glyph goes its way alone, so that what is read of it
//! cannot depend on its batch.

use crate::glyph::{GLYPH_SIZE_PX, Glyph};
use crate::reader::architecture::Layer;
use crate::reader::weights::{LayerWeights, Weights};
use crate::vectorised::{has_fused_sums, vectorised};

/// Channels that are summed at once: one register of AVX-512, two of AVX2, four of NEON. Channels are padded to this.
const LANES: usize = 16;

/// A layer with its weights in the order of use.
#[derive(Clone, Debug)]
struct PackedLayer {
    layer: Layer,
    /// Width and height of the input with its padding.
    padded: usize,
    /// Channels of the input as stored.
    channels: usize,
    /// Width and height after the convolution.
    convolved: usize,
    /// Channels of the output as stored.
    out: usize,
    /// For each 16 channels out: window row, window column, channel in, 16 weights.
    weights: Vec<f32>,
    biases: Vec<f32>,
}

/// A network ready to read.
#[derive(Clone, Debug)]
pub struct Engine {
    layers: Vec<PackedLayer>,
    class_count: usize,
}

/// Room to work in, kept from glyph to glyph.
#[derive(Clone, Debug, Default)]
pub struct Room {
    input: Vec<f32>,
    output: Vec<f32>,
    rows: Vec<f32>,
}

impl Engine {
    /// Packs the weights of a network whose layers fit on each other.
    pub fn new(weights: &Weights) -> Self {
        let (mut layers, mut stored) = (Vec::new(), 1);
        let sizes = weights.architecture.sizes().unwrap_or_default();
        for ((&layer, (size, channels)), numbers) in weights.architecture.layers.iter().zip(sizes).zip(&weights.layers)
        {
            let packed = PackedLayer::new(layer, size, channels, stored, numbers);
            stored = packed.out;
            layers.push(packed);
        }
        Self { layers, class_count: weights.architecture.layers.last().map_or(0, |layer| layer.channels) }
    }

    /// How many scores a glyph gets.
    pub fn class_count(&self) -> usize {
        self.class_count
    }

    /// Calls `take` with the scores of each glyph, in order.
    pub fn for_each_scores(&self, glyphs: &[Glyph], mut take: impl FnMut(&[f32])) {
        let (mut room, fused) = (Room::default(), has_fused_sums());
        for glyph in glyphs {
            vectorised(
                #[inline(always)]
                || if fused { self.run::<true>(glyph, &mut room) } else { self.run::<false>(glyph, &mut room) },
            );
            take(&room.input[..self.class_count]);
        }
    }

    /// Leaves the scores at the start of `room.input`.
    #[inline(always)]
    fn run<const FUSED: bool>(&self, glyph: &Glyph, room: &mut Room) {
        let Some(first) = self.layers.first() else { return };
        let padding = first.layer.padding;
        room.input.clear();
        room.input.resize(first.padded * first.padded, 0.0);
        for (row, pixels) in glyph.pixels.chunks_exact(GLYPH_SIZE_PX).enumerate() {
            let start = (row + padding) * first.padded + padding;
            let target = &mut room.input[start..start + GLYPH_SIZE_PX];
            target.iter_mut().zip(pixels).for_each(|(value, &pixel)| *value = f32::from(pixel) / 255.0);
        }
        for (index, layer) in self.layers.iter().enumerate() {
            let padding = self.layers.get(index + 1).map_or(0, |next| next.layer.padding);
            layer.run::<FUSED>(&room.input, &mut room.rows, &mut room.output, padding);
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
            for (channel, &weight) in run.iter().enumerate() {
                let block = channel / LANES * window * stored;
                weights[(block + step) * LANES + channel % LANES] = weight;
            }
        }
        let mut biases = numbers.biases.clone();
        biases.resize(out, 0.0);
        let padded = size + 2 * layer.padding;
        Self { layer, padded, channels: stored, convolved: padded + 1 - layer.kernel, out, weights, biases }
    }

    /// Reads the padded `input`, fills `output` with a frame of `padding` zeros.
    #[inline(always)]
    fn run<const FUSED: bool>(&self, input: &[f32], rows: &mut Vec<f32>, output: &mut Vec<f32>, padding: usize) {
        let step = if self.layer.pooled { 2 } else { 1 };
        let size = self.convolved / step;
        let framed = size + 2 * padding;
        let row_length = self.convolved * self.out;
        output.clear();
        output.resize(framed * framed * self.out, 0.0);
        rows.resize(row_length * step, 0.0);
        for y in 0..size {
            for (part, row) in rows.chunks_exact_mut(row_length).enumerate() {
                self.convolve_row::<FUSED>(input, y * step + part, row);
            }
            let start = ((y + padding) * framed + padding) * self.out;
            let target = &mut output[start..start + size * self.out];
            if self.layer.pooled {
                let (upper, lower) = rows.split_at(row_length);
                pool(upper, lower, self.out, target);
            } else {
                target.copy_from_slice(rows);
            }
            if self.layer.rectified {
                target.iter_mut().for_each(|value| *value = value.max(0.0));
            }
        }
    }

    /// One row of the convolution with its biases.
    #[inline(always)]
    fn convolve_row<const FUSED: bool>(&self, input: &[f32], y: usize, row: &mut [f32]) {
        let block_length = self.layer.kernel * self.layer.kernel * self.channels * LANES;
        let blocks = self.weights.chunks_exact(block_length).zip(self.biases.chunks_exact(LANES));
        for (block, (weights, biases)) in blocks.enumerate() {
            let mut x = 0;
            while x < self.convolved {
                let start = (y * self.padded + x) * self.channels;
                let tile = Tile { layer: self, input: &input[start..], weights, biases };
                let target = &mut row[x * self.out + block * LANES..];
                x += match self.convolved - x {
                    14.. => tile.sum::<14, FUSED>(target),
                    12.. => tile.sum::<12, FUSED>(target),
                    10.. => tile.sum::<10, FUSED>(target),
                    7.. => tile.sum::<7, FUSED>(target),
                    5.. => tile.sum::<5, FUSED>(target),
                    4 => tile.sum::<4, FUSED>(target),
                    3 => tile.sum::<3, FUSED>(target),
                    2 => tile.sum::<2, FUSED>(target),
                    _ => tile.sum::<1, FUSED>(target),
                };
            }
        }
    }
}

/// Some pixels beside each other and 16 channels.
struct Tile<'a> {
    layer: &'a PackedLayer,
    /// From the first value of the first pixel's window on.
    input: &'a [f32],
    weights: &'a [f32],
    biases: &'a [f32],
}

impl Tile<'_> {
    /// Sums up the windows of `PIXELS` pixels and returns how many they were.
    #[inline(always)]
    fn sum<const PIXELS: usize, const FUSED: bool>(&self, target: &mut [f32]) -> usize {
        let channels = self.layer.channels;
        let run = self.layer.layer.kernel * channels;
        let mut start = [0f32; LANES];
        start.copy_from_slice(self.biases);
        let mut sums = [start; PIXELS];
        for (window_row, weights) in self.weights.chunks_exact(run * LANES).enumerate() {
            let row = &self.input[window_row * self.layer.padded * channels..];
            let pixels: [&[f32]; PIXELS] = std::array::from_fn(|pixel| &row[pixel * channels..pixel * channels + run]);
            for (step, weights) in weights.chunks_exact(LANES).enumerate().take(run) {
                for pixel in 0..PIXELS {
                    let value = pixels[pixel][step];
                    for lane in 0..LANES {
                        sums[pixel][lane] = if FUSED {
                            value.mul_add(weights[lane], sums[pixel][lane])
                        } else {
                            value * weights[lane] + sums[pixel][lane]
                        };
                    }
                }
            }
        }
        for (pixel, sums) in sums.iter().enumerate() {
            target[pixel * self.layer.out..][..LANES].copy_from_slice(sums);
        }
        PIXELS
    }
}

/// The greatest of each 2x2 block of two rows.
#[inline(always)]
fn pool(upper: &[f32], lower: &[f32], channels: usize, target: &mut [f32]) {
    let pairs = upper.chunks_exact(2 * channels).zip(lower.chunks_exact(2 * channels));
    for ((upper, lower), target) in pairs.zip(target.chunks_exact_mut(channels)) {
        let ((a, b), (c, d)) = (upper.split_at(channels), lower.split_at(channels));
        for channel in 0..channels {
            target[channel] = a[channel].max(b[channel]).max(c[channel].max(d[channel]));
        }
    }
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

//! The fast way through a trained network: [`Weights`] in, an [`Engine`] that turns glyphs into scores out.
//!
//! Images are (row, column, channel), with zeros around them where the next layer wants them. Each glyph goes through the
//! layers that give images by itself; in dense layers, glyphs share the weights while these are in the cache, but each
//! keeps its own sums, so that what is read of a glyph cannot depend on its batch.

use crate::glyph::{GLYPH_SIZE_PX, Glyph};
use crate::reader::direct::DirectLayer;
use crate::reader::weights::Weights;
use crate::reader::winograd::WinogradLayer;

/// Glyphs that go through the dense layers together: as many as the registers of AVX-512 hold sums for.
const GROUP: usize = 13;

/// A network ready to read.
#[derive(Clone, Debug)]
pub struct Engine {
    /// Layers that give images.
    convolutions: Vec<ImageLayer>,
    /// The layers behind them, which take in all that is left of an image at once.
    dense: Vec<DirectLayer>,
    class_count: usize,
}

/// A layer with its weights in the form that is fastest for it.
#[derive(Clone, Debug)]
enum ImageLayer {
    Direct(DirectLayer),
    Winograd(WinogradLayer),
}

/// The square of values in which a layer finds or leaves an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    /// Rows of zeros above, columns of zeros to the left.
    pub padding: usize,
    /// Rows and columns in all; there may be zeros below and to the right.
    pub side: usize,
}

/// Room to work in, kept from glyph to glyph.
#[derive(Clone, Debug, Default)]
struct Room {
    input: Vec<f32>,
    output: Vec<f32>,
    scratch: Scratch,
    /// One run of values a glyph of the group, before and after a dense layer.
    group: Vec<f32>,
    next_group: Vec<f32>,
}

/// Room for what a layer keeps while it works.
#[derive(Clone, Debug, Default)]
pub(super) struct Scratch {
    pub first: Vec<f32>,
    pub second: Vec<f32>,
}

impl Engine {
    /// Packs the weights of a network whose layers fit on each other.
    pub fn new(weights: &Weights) -> Self {
        let layers = &weights.architecture.layers;
        let sizes = weights.architecture.sizes().unwrap_or_default();
        let covers = |place: usize| layers[place].kernel == sizes[place].0 && layers[place].padding == 0;
        let is_dense = |place: usize| covers(place) && !layers[place].pooled;
        let first_dense = (0..sizes.len()).rposition(|place| !is_dense(place)).map_or(0, |last| last + 1);
        let (mut convolutions, mut dense, mut stored) = (Vec::new(), Vec::new(), 1);
        for (place, (&layer, &size)) in layers.iter().zip(&sizes).enumerate() {
            let numbers = &weights.layers[place];
            let winograd = WinogradLayer::new(layer, size, stored, numbers).filter(|_| place < first_dense);
            stored = match winograd {
                Some(packed) => {
                    let out = packed.out();
                    convolutions.push(ImageLayer::Winograd(packed));
                    out
                }
                None => {
                    let packed = DirectLayer::new(layer, size, stored, numbers);
                    let out = packed.out();
                    if place < first_dense {
                        convolutions.push(ImageLayer::Direct(packed))
                    } else {
                        dense.push(packed)
                    }
                    out
                }
            };
        }
        Self { convolutions, dense, class_count: layers.last().map_or(0, |layer| layer.channels) }
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
                self.convolve(glyph, &mut room);
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

    /// Takes a glyph, values 0 to 1, through all layers that give images and leaves the last one in `room.input`.
    fn convolve(&self, glyph: &Glyph, room: &mut Room) {
        let first = self.convolutions.first().map_or(Frame { padding: 0, side: GLYPH_SIZE_PX }, ImageLayer::frame);
        first.prepare(GLYPH_SIZE_PX, 1, &mut room.input);
        for (row, pixels) in glyph.pixels.chunks_exact(GLYPH_SIZE_PX).enumerate() {
            let target = &mut room.input[(row + first.padding) * first.side + first.padding..][..GLYPH_SIZE_PX];
            target.iter_mut().zip(pixels).for_each(|(value, &pixel)| *value = f32::from(pixel) / 255.0);
        }
        for (index, layer) in self.convolutions.iter().enumerate() {
            let size = layer.size_after();
            let next = self.convolutions.get(index + 1).map_or(Frame { padding: 0, side: size }, ImageLayer::frame);
            next.prepare(size, layer.out(), &mut room.output);
            let target = &mut room.output[next.start(layer.out())..];
            match layer {
                ImageLayer::Direct(layer) => layer.run(&room.input, &mut room.scratch, next, target),
                ImageLayer::Winograd(layer) => layer.run(&room.input, &mut room.scratch, next, target),
            }
            std::mem::swap(&mut room.input, &mut room.output);
        }
    }
}

impl ImageLayer {
    fn frame(&self) -> Frame {
        match self {
            ImageLayer::Direct(layer) => layer.frame(),
            ImageLayer::Winograd(layer) => layer.frame(),
        }
    }

    fn out(&self) -> usize {
        match self {
            ImageLayer::Direct(layer) => layer.out(),
            ImageLayer::Winograd(layer) => layer.out(),
        }
    }

    fn size_after(&self) -> usize {
        match self {
            ImageLayer::Direct(layer) => layer.size_after(),
            ImageLayer::Winograd(layer) => layer.size_after(),
        }
    }
}

impl Frame {
    /// Gives `values` the size of an image in this frame, with zeros around it.
    fn prepare(self, size: usize, channels: usize, values: &mut Vec<f32>) {
        if self.side > size {
            values.clear();
        }
        values.resize(self.side * self.side * channels, 0.0);
    }

    /// Where the image begins.
    fn start(self, channels: usize) -> usize {
        (self.padding * self.side + self.padding) * channels
    }
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, Tensor};

    use super::*;
    use crate::geometry::Rect;
    use crate::reader::architecture::Architecture;
    use crate::reader::weights::LayerWeights;

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

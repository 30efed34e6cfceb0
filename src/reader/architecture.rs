//! The shape of a convolutional reader: which layers it has. Training and reading build the same network from it.

use crate::glyph::GLYPH_SIZE_PX;
use crate::reader::CLASS_COUNT;

/// One convolution and what follows it. A dense layer is a convolution whose kernel covers the whole image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Layer {
    /// Channels that come out.
    pub channels: usize,
    /// Width and height of the kernel in pixels.
    pub kernel: usize,
    /// Rows and columns of zeros around the image.
    pub padding: usize,
    /// Whether training normalises each batch (the reader has it folded into kernels and biases).
    pub normalised: bool,
    /// Whether negative values become 0.
    pub rectified: bool,
    /// Whether the greatest of each 2x2 block is taken.
    pub pooled: bool,
}

impl Layer {
    /// A 3x3 convolution with normalisation and rectifier.
    const fn block(channels: usize, padding: usize, pooled: bool) -> Self {
        Self { channels, kernel: 3, padding, normalised: true, rectified: true, pooled }
    }

    /// The last layer: one score a class from all that is left of the image.
    const fn dense(channels: usize, size: usize) -> Self {
        Self { channels, kernel: size, padding: 0, normalised: false, rectified: false, pooled: false }
    }

    /// Width (and height) of the image behind this layer, given that before it; `None` if the kernel does not fit.
    fn size_after(&self, size: usize) -> Option<usize> {
        let convolved = (size + 2 * self.padding + 1).checked_sub(self.kernel).filter(|&size| size > 0)?;
        Some(if self.pooled { convolved / 2 } else { convolved })
    }
}

/// The layers of a network, from a 28x28 image of one channel to one score a class.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Architecture {
    /// In the order of computation.
    pub layers: Vec<Layer>,
}

impl Architecture {
    /// The shipped reader. Ink keeps four pixels away from the frame of a glyph, so two of the convolutions may eat the
    /// border instead of padding it, which saves 40 % of their products.
    pub fn shipped() -> Self {
        let layers = vec![
            Layer::block(16, 1, true),
            Layer::block(32, 0, false),
            Layer::block(32, 0, true),
            Layer::block(64, 1, false),
            Layer::block(64, 1, false),
            Layer::block(64, 1, false),
            Layer::dense(CLASS_COUNT, 5),
        ];
        Self { layers }
    }

    /// The network of the original project: 64 and 32 channels of 3x3, then ten scores; 203,434 parameters.
    pub fn original() -> Self {
        let plain = |channels| Layer { normalised: false, ..Layer::block(channels, 0, false) };
        Self { layers: vec![plain(64), plain(32), Layer::dense(10, 24)] }
    }

    /// The variant of the original network with 2x2 pooling behind both convolutions; 27,114 parameters.
    pub fn original_pooled() -> Self {
        let plain = |channels| Layer { normalised: false, ..Layer::block(channels, 0, true) };
        Self { layers: vec![plain(64), plain(32), Layer::dense(10, 5)] }
    }

    /// Each layer with the width of its input in pixels, and the channels that go into it.
    ///
    /// Returns `None` if the layers do not fit on each other or do not end in one pixel.
    pub fn sizes(&self) -> Option<Vec<(usize, usize)>> {
        let (mut size, mut channels) = (GLYPH_SIZE_PX, 1);
        let mut sizes = Vec::with_capacity(self.layers.len());
        for layer in &self.layers {
            sizes.push((size, channels));
            size = layer.size_after(size)?;
            channels = layer.channels;
        }
        (size == 1).then_some(sizes)
    }

    /// Multiplications and additions to read one glyph, in millions, as benchmarks count them (two a product).
    pub fn mflop(&self) -> f64 {
        let sizes = self.sizes().unwrap_or_default();
        let products = self.layers.iter().zip(sizes).map(|(layer, (size, channels))| {
            let out = size + 2 * layer.padding + 1 - layer.kernel;
            out * out * layer.kernel * layer.kernel * channels * layer.channels
        });
        2.0 * products.sum::<usize>() as f64 / 1e6
    }

    /// How many numbers a reader of this shape keeps: kernels and biases.
    pub fn parameter_count(&self) -> usize {
        let sizes = self.sizes().unwrap_or_default();
        let layers = self.layers.iter().zip(sizes);
        layers.map(|(layer, (_, channels))| (layer.kernel * layer.kernel * channels + 1) * layer.channels).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_original_network_has_its_published_size() {
        let original = Architecture::original();
        assert_eq!(original.parameter_count(), 203_434);
        assert!((original.mflop() - 22.4).abs() < 0.1, "{}", original.mflop());
    }

    #[test]
    fn the_pooled_variant_has_its_size() {
        let pooled = Architecture::original_pooled();
        assert_eq!(pooled.sizes().expect("layers that fit").last(), Some(&(5, 32)));
        assert_eq!(pooled.parameter_count(), 640 + 18_464 + 8_010);
    }

    #[test]
    fn the_shipped_network_is_small() {
        let shipped = Architecture::shipped();
        assert_eq!(shipped.sizes().expect("layers that fit").last(), Some(&(5, 64)));
        assert!(shipped.mflop() < 8.1 && shipped.parameter_count() * 4 < 1_500_000);
    }

    #[test]
    fn layers_that_do_not_fit_are_noticed() {
        let mut network = Architecture::original();
        network.layers[2].kernel = 25;
        assert_eq!(network.sizes(), None);
        network.layers[2].kernel = 23;
        assert_eq!(network.sizes(), None);
    }
}

//! The shape of the line network: which layers take a strip of 32 rows to one row of scores, a quarter as wide.

use crate::reader::line::symbol::Symbol;

/// Rows of a strip, in pixels.
pub const STRIP_HEIGHT_PX: usize = 32;

/// Columns of a strip for each column of scores.
pub const COLUMN_STEP_PX: usize = 4;

/// Scores of a column: "nothing", and one for each of [`Symbol::ALL`].
pub const LINE_CLASS_COUNT: usize = Symbol::ALL.len() + 1;

/// Which neighbours the greatest value is taken of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pooling {
    /// None: every value stays.
    None,
    /// Pairs of rows; an odd last row is left out.
    Rows,
    /// Blocks of 2x2; an odd last row or column is left out.
    Blocks,
}

/// One convolution and what follows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct LineLayer {
    /// Channels that come out.
    pub channels: usize,
    /// Rows and columns of the kernel.
    pub kernel: (usize, usize),
    /// Rows of zeros above and below, columns of zeros at both sides.
    pub padding: (usize, usize),
    /// Whether training normalises each batch and negative values become 0; the last layer does neither.
    pub activated: bool,
    /// What is pooled behind that.
    pub pooling: Pooling,
    /// Whether the input of the layer is added to its output (He et al. 2016).
    pub residual: bool,
}

/// The layers of a line network.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct LineArchitecture {
    /// In the order of computation.
    pub layers: Vec<LineLayer>,
}

impl LineArchitecture {
    /// The shipped line reader: five 3x3 convolutions that halve height and width step by step, one that takes the last two
    /// rows together, two residual ones along the line (they see six digits' width), and the scores. No recurrence: a
    /// feasibility study on real amounts read no better with one.
    pub fn shipped() -> Self {
        let block = LineLayer::block;
        let along = LineLayer { kernel: (1, 5), padding: (0, 2), residual: true, ..block(128, Pooling::None) };
        Self {
            layers: vec![
                block(16, Pooling::Blocks),
                block(32, Pooling::Blocks),
                block(48, Pooling::None),
                block(64, Pooling::Rows),
                block(96, Pooling::Rows),
                LineLayer { kernel: (2, 3), padding: (0, 1), ..block(128, Pooling::None) },
                along,
                along,
                LineLayer {
                    channels: LINE_CLASS_COUNT,
                    kernel: (1, 1),
                    padding: (0, 0),
                    activated: false,
                    pooling: Pooling::None,
                    residual: false,
                },
            ],
        }
    }

    /// Height, width and channels of the input of each layer for a strip of this width in pixels.
    ///
    /// `None` if the layers do not fit on each other or do not end in one row of [`LINE_CLASS_COUNT`] scores for every
    /// [`COLUMN_STEP_PX`] pixels.
    pub fn sizes(&self, width_px: usize) -> Option<Vec<(usize, usize, usize)>> {
        let (mut height, mut width, mut channels) = (STRIP_HEIGHT_PX, width_px, 1);
        let mut sizes = Vec::with_capacity(self.layers.len());
        for layer in &self.layers {
            sizes.push((height, width, channels));
            let (rows, columns) = layer.convolved(height, width)?;
            if layer.residual
                && ((rows, columns, layer.channels) != (height, width, channels) || layer.pooling != Pooling::None)
            {
                return None;
            }
            (height, width) = match layer.pooling {
                Pooling::None => (rows, columns),
                Pooling::Rows => (rows / 2, columns),
                Pooling::Blocks => (rows / 2, columns / 2),
            };
            channels = layer.channels;
        }
        let fits = height == 1 && channels == LINE_CLASS_COUNT && width == width_px / COLUMN_STEP_PX;
        fits.then_some(sizes)
    }

    /// Multiplications and additions to read a strip of this width, in millions (two a product).
    pub fn megaflop(&self, width_px: usize) -> f64 {
        let sizes = self.sizes(width_px).unwrap_or_default();
        let products = self.layers.iter().zip(sizes).map(|(layer, (height, width, channels))| {
            let (rows, columns) = layer.convolved(height, width).unwrap_or_default();
            rows * columns * layer.kernel.0 * layer.kernel.1 * channels * layer.channels
        });
        2e-6 * products.sum::<usize>() as f64
    }

    /// How many numbers the network has for reading.
    pub fn parameter_count(&self) -> usize {
        let channels = std::iter::once(1).chain(self.layers.iter().map(|layer| layer.channels));
        let count =
            |(layer, channels): (&LineLayer, usize)| (layer.kernel.0 * layer.kernel.1 * channels + 1) * layer.channels;
        self.layers.iter().zip(channels).map(count).sum()
    }
}

impl LineLayer {
    /// A 3x3 convolution that keeps height and width, normalised and rectified, with what is pooled behind it.
    pub const fn block(channels: usize, pooling: Pooling) -> Self {
        Self { channels, kernel: (3, 3), padding: (1, 1), activated: true, pooling, residual: false }
    }

    /// Rows and columns behind the convolution, before any pooling.
    pub fn convolved(&self, height: usize, width: usize) -> Option<(usize, usize)> {
        let rows = (height + 2 * self.padding.0 + 1).checked_sub(self.kernel.0).filter(|&rows| rows > 0)?;
        let columns = (width + 2 * self.padding.1 + 1).checked_sub(self.kernel.1).filter(|&columns| columns > 0)?;
        Some((rows, columns))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_layers_fit_any_width_and_stay_small() {
        let shipped = LineArchitecture::shipped();
        for width in [16, 100, 640] {
            assert!(shipped.sizes(width).is_some(), "{width}");
        }
        assert!(shipped.parameter_count() * 4 < 4_000_000, "{}", shipped.parameter_count());
        assert!(shipped.megaflop(160) < 100.0, "{}", shipped.megaflop(160));
    }

    #[test]
    fn layers_that_do_not_fit_are_told() {
        let mut layers = LineArchitecture::shipped().layers;
        layers.remove(3);
        assert_eq!(LineArchitecture { layers }.sizes(160), None);
    }
}

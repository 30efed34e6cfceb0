//! The numbers of a trained line reader, and their file: safetensors in, [`LineWeights`] out, and back.

use super::architecture::{LineArchitecture, STRIP_HEIGHT_PX};
use crate::error::Result;
use crate::reader::tensors::{Notes, TensorFile};
use crate::reader::weights::LayerWeights;

const FILE: TensorFile =
    TensorFile { key: "scantally-line", prefix: "line", advice: "give a file that `scantally train --lines` wrote" };

/// A trained line reader: its shape, its numbers and its calibration.
#[derive(Clone, Debug, PartialEq)]
pub struct LineWeights {
    /// The shape of the network.
    pub architecture: LineArchitecture,
    /// One entry a layer; kernels are (row, column, channel in, channel out).
    pub layers: Vec<LayerWeights>,
    /// What scores are divided by before they become probabilities.
    pub temperature: f32,
}

impl LineWeights {
    /// Reads a safetensors file that is in memory; `name` is what messages call it.
    ///
    /// # Errors
    /// [`crate::error::Error::Model`] if the bytes are not safetensors, or not of a line reader of this program.
    pub fn from_bytes(name: &str, bytes: &[u8]) -> Result<Self> {
        let (Notes { architecture, temperature }, layers) = FILE.read(name, bytes, shapes)?;
        Ok(Self { architecture, layers, temperature })
    }

    /// The bytes of the safetensors file; the same weights always give the same bytes.
    ///
    /// # Errors
    /// [`crate::error::Error::Model`] if the numbers do not have the shape of the architecture.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let notes = Notes { architecture: &self.architecture, temperature: self.temperature };
        FILE.write(&notes, &self.layers, shapes(&self.architecture))
    }
}

/// The kernels (out, in, row, column) of each layer.
fn shapes(architecture: &LineArchitecture) -> Option<Vec<[usize; 4]>> {
    let pairs = architecture.layers.iter().zip(architecture.sizes(STRIP_HEIGHT_PX)?);
    Some(pairs.map(|(layer, (_, _, channels))| [layer.channels, channels, layer.kernel.0, layer.kernel.1]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reader::line::SHIPPED;

    #[test]
    fn what_is_saved_is_read_back_to_the_byte() -> Result<()> {
        let weights = LineWeights::from_bytes("lines", SHIPPED)?;
        assert_eq!(weights.architecture, LineArchitecture::shipped());
        assert_eq!(weights.to_bytes()?, SHIPPED);
        Ok(())
    }

    #[test]
    fn a_reader_of_digits_is_no_line_reader() {
        let error = LineWeights::from_bytes("digits", crate::reader::cnn::SHIPPED).expect_err("another network");
        assert!(error.to_string().contains("train --lines"), "{error}");
    }
}

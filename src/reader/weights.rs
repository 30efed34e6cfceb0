//! The numbers of a trained reader of digits, and their file: safetensors in, [`Weights`] out, and back.

use super::tensors::{Notes, TensorFile};
use crate::error::Result;
use crate::reader::architecture::Architecture;

const FILE: TensorFile =
    TensorFile { key: "scantally", prefix: "layer", advice: "give a file that `scantally train` wrote" };

/// Kernels and biases of one layer.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerWeights {
    /// (row, column, channel in, channel out).
    pub kernels: Vec<f32>,
    /// One a channel out.
    pub biases: Vec<f32>,
}

/// A trained reader: its shape, its numbers and its calibration.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    /// The shape of the network.
    pub architecture: Architecture,
    /// One entry a layer.
    pub layers: Vec<LayerWeights>,
    /// What scores are divided by before they become probabilities (Guo et al. 2017), fitted on validation data.
    pub temperature: f32,
}

impl Weights {
    /// Reads a safetensors file that is in memory; `name` is what messages call it.
    ///
    /// # Errors
    /// [`crate::error::Error::Model`] if the bytes are not safetensors, or not of a reader of this program.
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
fn shapes(architecture: &Architecture) -> Option<Vec<[usize; 4]>> {
    let pairs = architecture.layers.iter().zip(architecture.sizes()?);
    Some(pairs.map(|(layer, (_, channels))| [layer.channels, channels, layer.kernel, layer.kernel]).collect())
}

#[cfg(test)]
mod tests {
    use safetensors::SafeTensors;
    use safetensors::tensor::TensorView;

    use super::*;
    use crate::reader::architecture::Layer;
    use crate::reader::tensors::values;

    fn tiny() -> Weights {
        let layer = Layer { channels: 2, kernel: 3, padding: 1, normalised: true, rectified: true, pooled: true };
        let dense = Layer { channels: 16, kernel: 14, padding: 0, normalised: false, rectified: false, pooled: false };
        let numbers = |count: usize| (0..count).map(|number| number as f32).collect::<Vec<f32>>();
        Weights {
            architecture: Architecture { layers: vec![layer, dense] },
            layers: vec![
                LayerWeights { kernels: numbers(18), biases: numbers(2) },
                LayerWeights { kernels: numbers(14 * 14 * 2 * 16), biases: numbers(16) },
            ],
            temperature: 1.25,
        }
    }

    #[test]
    fn what_is_saved_is_read_back() -> Result<()> {
        let bytes = tiny().to_bytes()?;
        assert_eq!(Weights::from_bytes("tiny", &bytes)?, tiny());
        assert_eq!(bytes, tiny().to_bytes()?);
        Ok(())
    }

    #[test]
    fn kernels_are_in_the_order_of_other_programs() -> Result<()> {
        let bytes = tiny().to_bytes()?;
        let tensors = SafeTensors::deserialize(&bytes).expect("just written");
        let kernels = values(&tensors, "layer0.weight", &[2, 1, 3, 3], FILE.advice).expect("it is there");
        assert_eq!(kernels[..3], [0.0, 2.0, 4.0]);
        assert_eq!(kernels[9..12], [1.0, 3.0, 5.0]);
        Ok(())
    }

    #[test]
    fn a_wrong_file_is_named_with_what_is_wrong() -> Result<()> {
        let message = |bytes: &[u8]| Weights::from_bytes("some.bin", bytes).expect_err("wrong").to_string();
        assert!(message(b"not a model at all").contains("some.bin"));
        let good = tiny().to_bytes()?;
        assert!(message(&good[..good.len() - 8]).contains("some.bin"));
        let foreign = safetensors::serialize(Vec::<(&str, TensorView)>::new(), None).expect("an empty file");
        assert!(message(&foreign).contains("scantally train"));
        let mut spoilt = tiny();
        spoilt.layers[1].biases[3] = f32::NAN;
        assert!(message(&spoilt.to_bytes()?).contains("layer1.bias"));
        spoilt.layers[1].biases.pop();
        assert!(spoilt.to_bytes().is_err());
        Ok(())
    }
}

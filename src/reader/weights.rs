//! The numbers of a trained reader, and their file: safetensors in, [`Weights`] out, and back.
//!
//! In the file a layer's kernels are (out, in, row, column), as candle and PyTorch have them, so that other programs can
//! use them; in memory they are (row, column, in, out), as the reader works through them.

use std::collections::HashMap;

use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};

use crate::error::{Error, Result};
use crate::reader::architecture::Architecture;

/// The key of [`Notes`] in the header of the file. One key alone: the order of several would change from run to run.
const NOTES_KEY: &str = "scantally";

/// What message after message recommends.
const ADVICE: &str = "give a file that `scantally train` wrote";

/// What the header says beside names and shapes.
#[derive(serde::Serialize, serde::Deserialize)]
struct Notes {
    architecture: Architecture,
    temperature: f32,
}

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
    /// [`Error::Model`] if the bytes are not safetensors, or not of a reader of this program.
    pub fn from_bytes(name: &str, bytes: &[u8]) -> Result<Self> {
        let fault = |reason: String| Error::Model { model: name.to_owned(), reason };
        let (_, header) = SafeTensors::read_metadata(bytes)
            .map_err(|cause| fault(format!("it is no safetensors file ({cause}); {ADVICE}")))?;
        let tensors =
            SafeTensors::deserialize(bytes).map_err(|cause| fault(format!("it is damaged ({cause}); {ADVICE}")))?;
        let notes: Notes = header
            .metadata()
            .as_ref()
            .and_then(|notes| serde_json::from_str(notes.get(NOTES_KEY)?).ok())
            .ok_or_else(|| fault(format!("its header does not say which layers it has; {ADVICE}")))?;
        let temperature = notes.temperature;
        let sizes = notes.architecture.sizes().filter(|_| temperature.is_finite() && temperature > 0.0);
        let sizes = sizes.ok_or_else(|| fault(format!("its layers do not fit on each other; {ADVICE}")))?;
        let mut layers = Vec::new();
        for (index, (layer, (_, channels))) in notes.architecture.layers.iter().zip(sizes).enumerate() {
            let shape = [layer.channels, channels, layer.kernel, layer.kernel];
            let kernels = values(&tensors, &format!("layer{index}.weight"), &shape).map_err(fault)?;
            let biases = values(&tensors, &format!("layer{index}.bias"), &shape[..1]).map_err(fault)?;
            layers.push(LayerWeights { kernels: exchange(&kernels, shape, [2, 3, 1, 0]), biases });
        }
        Ok(Self { architecture: notes.architecture, layers, temperature })
    }

    /// The bytes of the safetensors file; the same weights always give the same bytes.
    ///
    /// # Errors
    /// [`Error::Model`] if the numbers do not have the shape of the architecture.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let fault = |reason: String| Error::Model { model: "to be saved".to_owned(), reason };
        let sizes = self.architecture.sizes().ok_or_else(|| fault("its layers do not fit on each other".to_owned()))?;
        let mut tensors: Vec<(String, Vec<usize>, Vec<u8>)> = Vec::new();
        let layers = self.layers.iter().zip(&self.architecture.layers).zip(sizes).enumerate();
        for (index, ((weights, layer), (_, channels))) in layers {
            let shape = [layer.kernel, layer.kernel, channels, layer.channels];
            if weights.kernels.len() != shape.iter().product::<usize>() || weights.biases.len() != layer.channels {
                return Err(fault(format!("layer {index} does not have the size of its shape")));
            }
            let kernels = exchange(&weights.kernels, shape, [3, 2, 0, 1]);
            let file_shape = vec![layer.channels, channels, layer.kernel, layer.kernel];
            tensors.push((format!("layer{index}.weight"), file_shape, little_endian(&kernels)));
            tensors.push((format!("layer{index}.bias"), vec![layer.channels], little_endian(&weights.biases)));
        }
        let notes = Notes { architecture: self.architecture.clone(), temperature: self.temperature };
        let notes = serde_json::to_string(&notes).map_err(|cause| fault(cause.to_string()))?;
        let mut views = Vec::new();
        for (name, shape, bytes) in &tensors {
            let view = TensorView::new(Dtype::F32, shape.clone(), bytes).map_err(|cause| fault(cause.to_string()))?;
            views.push((name.as_str(), view));
        }
        let notes = Some(HashMap::from([(NOTES_KEY.to_owned(), notes)]));
        safetensors::serialize(views, notes).map_err(|cause| fault(cause.to_string()))
    }
}

pub(super) fn little_endian(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// The values of a tensor of the file, or what is wrong with it.
pub(super) fn values(tensors: &SafeTensors, name: &str, shape: &[usize]) -> std::result::Result<Vec<f32>, String> {
    let tensor = tensors.tensor(name).map_err(|_| format!("it has no tensor {name}; {ADVICE}"))?;
    if tensor.dtype() != Dtype::F32 || tensor.shape() != shape {
        return Err(format!("its tensor {name} is {:?} of {:?}, not {shape:?} of F32", tensor.shape(), tensor.dtype()));
    }
    let values: Vec<f32> = tensor
        .data()
        .chunks_exact(4)
        .map(|bytes| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
        .collect();
    if values.iter().all(|value| value.is_finite()) {
        Ok(values)
    } else {
        Err(format!("its tensor {name} holds values that are no numbers; train it again"))
    }
}

/// Puts the dimensions of a tensor in another order: dimension `i` of the result is dimension `order[i]` of `values`.
pub(super) fn exchange(values: &[f32], shape: [usize; 4], order: [usize; 4]) -> Vec<f32> {
    let strides = [shape[1] * shape[2] * shape[3], shape[2] * shape[3], shape[3], 1];
    let [a, b, c, d] = order.map(|dimension| (shape[dimension], strides[dimension]));
    let mut exchanged = Vec::with_capacity(values.len());
    for first in 0..a.0 {
        for second in 0..b.0 {
            for third in 0..c.0 {
                let start = first * a.1 + second * b.1 + third * c.1;
                exchanged.extend((0..d.0).map(|fourth| values[start + fourth * d.1]));
            }
        }
    }
    exchanged
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reader::architecture::Layer;

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
        let kernels = values(&tensors, "layer0.weight", &[2, 1, 3, 3]).expect("it is there");
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

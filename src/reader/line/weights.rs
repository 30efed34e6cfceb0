//! The numbers of a trained line reader, and their file: safetensors in, [`LineWeights`] out, and back.

use std::collections::HashMap;

use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};

use super::architecture::{LineArchitecture, STRIP_HEIGHT_PX};
use crate::error::{Error, Result};
use crate::reader::weights::{LayerWeights, exchange, little_endian, values};

/// The key of [`Notes`] in the header of the file.
const NOTES_KEY: &str = "scantally-line";

/// What message after message recommends.
const ADVICE: &str = "give a file that `scantally train --line` wrote";

/// What the header says beside names and shapes.
#[derive(serde::Serialize, serde::Deserialize)]
struct Notes {
    architecture: LineArchitecture,
    temperature: f32,
}

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
    /// [`Error::Model`] if the bytes are not safetensors, or not of a line reader of this program.
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
        let sizes = notes.architecture.sizes(STRIP_HEIGHT_PX).filter(|_| temperature.is_finite() && temperature > 0.0);
        let sizes = sizes.ok_or_else(|| fault(format!("its layers do not fit on each other; {ADVICE}")))?;
        let mut layers = Vec::new();
        for (index, (layer, (_, _, channels))) in notes.architecture.layers.iter().zip(sizes).enumerate() {
            let shape = [layer.channels, channels, layer.kernel.0, layer.kernel.1];
            let kernels = values(&tensors, &format!("line{index}.weight"), &shape).map_err(fault)?;
            let biases = values(&tensors, &format!("line{index}.bias"), &shape[..1]).map_err(fault)?;
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
        let sizes = self.architecture.sizes(STRIP_HEIGHT_PX);
        let sizes = sizes.ok_or_else(|| fault("its layers do not fit on each other".to_owned()))?;
        let mut tensors: Vec<(String, Vec<usize>, Vec<u8>)> = Vec::new();
        let layers = self.layers.iter().zip(&self.architecture.layers).zip(sizes).enumerate();
        for (index, ((weights, layer), (_, _, channels))) in layers {
            let shape = [layer.kernel.0, layer.kernel.1, channels, layer.channels];
            if weights.kernels.len() != shape.iter().product::<usize>() || weights.biases.len() != layer.channels {
                return Err(fault(format!("layer {index} does not have the size of its shape")));
            }
            let kernels = exchange(&weights.kernels, shape, [3, 2, 0, 1]);
            let file_shape = vec![layer.channels, channels, layer.kernel.0, layer.kernel.1];
            tensors.push((format!("line{index}.weight"), file_shape, little_endian(&kernels)));
            tensors.push((format!("line{index}.bias"), vec![layer.channels], little_endian(&weights.biases)));
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

//! The file of a trained network: safetensors in; what its header says and the numbers of its layers out, and back.
//!
//! In the file a layer's kernels are (out, in, row, column), as candle and PyTorch have them, so that other programs can
//! use them; in memory they are (row, column, in, out), as the readers work through them.

use std::collections::HashMap;

use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::weights::LayerWeights;
use crate::error::{Error, Result};

/// What tells the files of one kind of network from those of others.
pub(super) struct TensorFile {
    /// The key of [`Notes`] in the header. One key alone: the order of several would change from run to run.
    pub(super) key: &'static str,
    /// What the names of its tensors begin with, before the number of the layer.
    pub(super) prefix: &'static str,
    /// What message after message recommends.
    pub(super) advice: &'static str,
}

/// What the header says beside names and shapes.
#[derive(serde::Serialize, serde::Deserialize)]
pub(super) struct Notes<A> {
    pub(super) architecture: A,
    pub(super) temperature: f32,
}

impl TensorFile {
    /// Reads a file that is in memory; `name` is what messages call it, `shapes` gives the kernels (out, in, row, column) of each layer
    /// of an architecture, `None` if its layers do not fit.
    pub(super) fn read<A: DeserializeOwned>(
        &self,
        name: &str,
        bytes: &[u8],
        shapes: impl Fn(&A) -> Option<Vec<[usize; 4]>>,
    ) -> Result<(Notes<A>, Vec<LayerWeights>)> {
        let (prefix, advice) = (self.prefix, self.advice);
        let fault = |reason: String| Error::Model { model: name.to_owned(), reason };
        let (_, header) = SafeTensors::read_metadata(bytes)
            .map_err(|cause| fault(format!("it is no safetensors file ({cause}); {advice}")))?;
        let tensors =
            SafeTensors::deserialize(bytes).map_err(|cause| fault(format!("it is damaged ({cause}); {advice}")))?;
        let notes: Notes<A> = header
            .metadata()
            .as_ref()
            .and_then(|notes| serde_json::from_str(notes.get(self.key)?).ok())
            .ok_or_else(|| fault(format!("its header does not say which layers it has; {advice}")))?;
        let is_temperature = notes.temperature.is_finite() && notes.temperature > 0.0;
        let shapes = shapes(&notes.architecture).filter(|_| is_temperature);
        let shapes = shapes.ok_or_else(|| fault(format!("its layers do not fit on each other; {advice}")))?;
        let mut layers = Vec::new();
        for (index, shape) in shapes.into_iter().enumerate() {
            let kernels = values(&tensors, &format!("{prefix}{index}.weight"), &shape, advice).map_err(fault)?;
            let biases = values(&tensors, &format!("{prefix}{index}.bias"), &shape[..1], advice).map_err(fault)?;
            layers.push(LayerWeights { kernels: exchange(&kernels, shape, [2, 3, 1, 0]), biases });
        }
        Ok((notes, layers))
    }

    /// The bytes of a file; the same numbers always give the same bytes.
    pub(super) fn write<A: Serialize>(
        &self,
        notes: &Notes<A>,
        layers: &[LayerWeights],
        shapes: Option<Vec<[usize; 4]>>,
    ) -> Result<Vec<u8>> {
        let fault = |reason: String| Error::Model { model: "to be saved".to_owned(), reason };
        let shapes = shapes.ok_or_else(|| fault("its layers do not fit on each other".to_owned()))?;
        let mut tensors: Vec<(String, Vec<usize>, Vec<u8>)> = Vec::new();
        for (index, (layer, shape)) in layers.iter().zip(shapes).enumerate() {
            let [out, channels, rows, columns] = shape;
            if layer.kernels.len() != shape.iter().product::<usize>() || layer.biases.len() != out {
                return Err(fault(format!("layer {index} does not have the size of its shape")));
            }
            let kernels = exchange(&layer.kernels, [rows, columns, channels, out], [3, 2, 0, 1]);
            tensors.push((format!("{}{index}.weight", self.prefix), shape.to_vec(), little_endian(&kernels)));
            tensors.push((format!("{}{index}.bias", self.prefix), vec![out], little_endian(&layer.biases)));
        }
        let notes = serde_json::to_string(notes).map_err(|cause| fault(cause.to_string()))?;
        let mut views = Vec::new();
        for (name, shape, bytes) in &tensors {
            let view = TensorView::new(Dtype::F32, shape.clone(), bytes).map_err(|cause| fault(cause.to_string()))?;
            views.push((name.as_str(), view));
        }
        let notes = Some(HashMap::from([(self.key.to_owned(), notes)]));
        safetensors::serialize(views, notes).map_err(|cause| fault(cause.to_string()))
    }
}

fn little_endian(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// The values of a tensor of the file, or what is wrong with it.
pub(super) fn values(
    tensors: &SafeTensors,
    name: &str,
    shape: &[usize],
    advice: &str,
) -> std::result::Result<Vec<f32>, String> {
    let tensor = tensors.tensor(name).map_err(|_| format!("it has no tensor {name}; {advice}"))?;
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
fn exchange(values: &[f32], shape: [usize; 4], order: [usize; 4]) -> Vec<f32> {
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

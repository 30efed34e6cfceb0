//! The network in training: its variables in candle, and the way from images to scores.

use std::sync::{Arc, Mutex};

use candle_core::{Device, Result, Tensor, Var};
use rand::RngExt;
use rand_pcg::Pcg64Mcg;

use super::activation::{Activation, BatchStatistics, VARIANCE_FLOOR};
use super::convolution::Convolution;
use crate::reader::architecture::Architecture;
use crate::reader::weights::{LayerWeights, Weights};

/// The variables of one layer.
#[derive(Debug)]
pub struct LayerVariables {
    /// (k, k, c, o).
    pub kernels: Var,
    /// (o); all 1 and without effect where the layer does not normalise.
    pub scales: Var,
    /// (o).
    pub shifts: Var,
}

/// A network whose variables can be trained.
#[derive(Debug)]
pub struct Network {
    architecture: Architecture,
    layers: Vec<LayerVariables>,
}

/// Where the statistics of each layer's batch are found after a forward pass.
pub type StatisticsPlaces = Vec<Arc<Mutex<BatchStatistics>>>;

impl Network {
    /// A network with kernels drawn as He et al. 2015 have it (normal, variance 2 / inputs).
    ///
    /// # Errors
    /// If the layers do not fit on each other, or candle fails.
    pub fn new(architecture: &Architecture, random: &mut Pcg64Mcg) -> Result<Self> {
        let Some(sizes) = architecture.sizes() else { candle_core::bail!("the layers do not fit: {architecture:?}") };
        let mut layers = Vec::new();
        for (layer, (_, channels)) in architecture.layers.iter().zip(sizes) {
            let shape = (layer.kernel, layer.kernel, channels, layer.channels);
            let inputs = layer.kernel * layer.kernel * channels;
            let deviation = (if layer.rectified { 2.0f32 } else { 1.0 } / inputs as f32).sqrt();
            let kernels: Vec<f32> = (0..inputs * layer.channels).map(|_| normal(random) * deviation).collect();
            layers.push(LayerVariables {
                kernels: Var::from_vec(kernels, shape, &Device::Cpu)?,
                scales: Var::ones(layer.channels, candle_core::DType::F32, &Device::Cpu)?,
                shifts: Var::zeros(layer.channels, candle_core::DType::F32, &Device::Cpu)?,
            });
        }
        Ok(Self { architecture: architecture.clone(), layers })
    }

    /// The shape of the network.
    pub fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    /// All variables that training changes, each with whether weight decay applies to it (to kernels alone).
    pub fn variables(&self) -> Vec<(Var, bool)> {
        let mut variables = Vec::new();
        for (layer, shape) in self.layers.iter().zip(&self.architecture.layers) {
            variables.push((layer.kernels.clone(), true));
            if shape.normalised {
                variables.push((layer.scales.clone(), false));
            }
            variables.push((layer.shifts.clone(), false));
        }
        variables
    }

    /// Scores (n, classes) of images (n, 28, 28, 1) with values from 0 to 1, normalised by this batch.
    ///
    /// # Errors
    /// If the images are of another size, or candle fails.
    pub fn forward(&self, images: &Tensor) -> Result<(Tensor, StatisticsPlaces)> {
        let mut values = images.clone();
        let mut places = Vec::new();
        for (layer, shape) in self.layers.iter().zip(&self.architecture.layers) {
            values = values.apply_op2(&layer.kernels, Convolution { padding: shape.padding })?;
            if shape.rectified {
                let activation = Activation::new(shape.normalised, shape.pooled);
                places.push(Arc::clone(&activation.statistics));
                values = values.apply_op3(&layer.scales, &layer.shifts, activation)?;
            } else {
                places.push(Arc::default());
                values = values.broadcast_add(&layer.shifts)?;
            }
        }
        Ok((values.flatten_from(1)?, places))
    }

    /// The weights for reading: `values` stand for the variables (in the order of [`Network::variables`]), normalisation
    /// by `statistics` is folded into kernels and biases.
    pub fn fold(&self, values: &[Vec<f32>], statistics: &[BatchStatistics]) -> Weights {
        let mut values = values.iter();
        let mut layers = Vec::new();
        for (shape, statistics) in self.architecture.layers.iter().zip(statistics) {
            let mut kernels = values.next().cloned().unwrap_or_default();
            if !shape.normalised {
                layers.push(LayerWeights { kernels, biases: values.next().cloned().unwrap_or_default() });
                continue;
            }
            let (scales, shifts) =
                (values.next().cloned().unwrap_or_default(), values.next().cloned().unwrap_or_default());
            let deviations = statistics.variances.iter().map(|variance| (variance + VARIANCE_FLOOR).sqrt());
            let factors: Vec<f32> = scales.iter().zip(deviations).map(|(scale, deviation)| scale / deviation).collect();
            for run in kernels.chunks_exact_mut(factors.len()) {
                run.iter_mut().zip(&factors).for_each(|(kernel, factor)| *kernel *= factor);
            }
            let biases = shifts.iter().zip(&factors).zip(&statistics.means).map(|((b, f), m)| b - f * m).collect();
            layers.push(LayerWeights { kernels, biases });
        }
        Weights { architecture: self.architecture.clone(), layers, temperature: 1.0 }
    }
}

/// A normally distributed number (Box and Muller 1958).
pub(super) fn normal(random: &mut Pcg64Mcg) -> f32 {
    let radius = (-2.0 * (1.0 - random.random::<f32>()).ln()).sqrt();
    radius * (std::f32::consts::TAU * random.random::<f32>()).cos()
}

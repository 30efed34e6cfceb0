//! AdamW (Loshchilov and Hutter 2019) with a running average of the weights: gradients in, changed variables out.
//!
//! The average (Polyak and Juditsky 1992, exponential) is what gets shipped: late in training it stands where the single
//! steps only circle around.

use candle_core::{Device, Result, Tensor, Var};

/// Weight of the past in the average of gradients.
const FIRST_DECAY: f32 = 0.9;
/// Weight of the past in the average of squared gradients.
const SECOND_DECAY: f32 = 0.999;
/// Keeps the division by the root of that average away from 0.
const FLOOR: f32 = 1e-8;

/// One variable with its averages.
#[derive(Debug)]
struct Slot {
    variable: Var,
    decays: bool,
    values: Vec<f32>,
    first: Vec<f32>,
    second: Vec<f32>,
    average: Vec<f32>,
}

/// The optimiser of one network.
#[derive(Debug)]
pub struct Optimiser {
    slots: Vec<Slot>,
    weight_decay: f32,
    average_decay: f32,
    steps: i32,
}

impl Optimiser {
    /// An optimiser of these variables, each with whether weight decay applies to it.
    ///
    /// `average_decay` is the weight of the past in the running average of the weights, a step.
    ///
    /// # Errors
    /// If candle cannot read a variable.
    pub fn new(variables: Vec<(Var, bool)>, weight_decay: f32, average_decay: f32) -> Result<Self> {
        let mut slots = Vec::new();
        for (variable, decays) in variables {
            let values = variable.flatten_all()?.to_vec1::<f32>()?;
            let zeros = vec![0.0; values.len()];
            let average = values.clone();
            slots.push(Slot { variable, decays, values, first: zeros.clone(), second: zeros, average });
        }
        Ok(Self { slots, weight_decay, average_decay, steps: 0 })
    }

    /// Takes one step; `gradients` are in the order of the variables.
    ///
    /// # Errors
    /// If candle cannot set a variable.
    pub fn step(&mut self, gradients: &[Vec<f32>], learning_rate: f32) -> Result<()> {
        self.steps += 1;
        let first_scale = 1.0 / (1.0 - FIRST_DECAY.powi(self.steps));
        let second_scale = 1.0 / (1.0 - SECOND_DECAY.powi(self.steps));
        // Early on the average would hang on to the random start; it begins with a short memory.
        let early = self.steps as f32;
        let average_decay = self.average_decay.min((1.0 + early) / (10.0 + early));
        for (slot, gradient) in self.slots.iter_mut().zip(gradients) {
            let shrink = if slot.decays { 1.0 - learning_rate * self.weight_decay } else { 1.0 };
            for (index, &gradient) in gradient.iter().enumerate() {
                slot.first[index] = FIRST_DECAY * slot.first[index] + (1.0 - FIRST_DECAY) * gradient;
                slot.second[index] = SECOND_DECAY * slot.second[index] + (1.0 - SECOND_DECAY) * gradient * gradient;
                let direction = slot.first[index] * first_scale / ((slot.second[index] * second_scale).sqrt() + FLOOR);
                slot.values[index] = slot.values[index] * shrink - learning_rate * direction;
                slot.average[index] = average_decay * slot.average[index] + (1.0 - average_decay) * slot.values[index];
            }
            slot.variable.set(&Tensor::from_slice(&slot.values, slot.variable.shape(), &Device::Cpu)?)?;
        }
        Ok(())
    }

    /// The running averages, in the order of the variables.
    pub fn averages(&self) -> Vec<Vec<f32>> {
        self.slots.iter().map(|slot| slot.average.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parabola_is_descended_to_its_lowest_point() -> Result<()> {
        let variable = Var::from_vec(vec![5.0f32, -3.0], 2, &Device::Cpu)?;
        let mut optimiser = Optimiser::new(vec![(variable.clone(), false)], 0.1, 0.9)?;
        for step in 0..600 {
            let values = variable.to_vec1::<f32>()?;
            let gradient = vec![2.0 * (values[0] - 1.0), 2.0 * (values[1] - 2.0)];
            optimiser.step(&[gradient], if step < 400 { 0.1 } else { 0.01 })?;
        }
        let average = &optimiser.averages()[0];
        assert!((average[0] - 1.0).abs() < 0.01 && (average[1] - 2.0).abs() < 0.01, "{average:?}");
        Ok(())
    }

    #[test]
    fn decay_shrinks_a_variable_without_gradient() -> Result<()> {
        let variable = Var::from_vec(vec![1.0f32], 1, &Device::Cpu)?;
        let mut optimiser = Optimiser::new(vec![(variable.clone(), true)], 0.5, 0.9)?;
        optimiser.step(&[vec![0.0]], 0.1)?;
        assert_eq!(variable.to_vec1::<f32>()?, [0.95]);
        Ok(())
    }
}

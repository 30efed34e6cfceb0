//! AdamW (Loshchilov and Hutter 2019) with a running average of the weights: gradients in, changed parameters out.
//!
//! The average (Polyak and Juditsky 1992, exponential) is what gets shipped: late in training it stands where the single
//! steps only circle around.

/// Weight of the past in the average of gradients.
const FIRST_DECAY: f32 = 0.9;
/// Weight of the past in the average of squared gradients.
const SECOND_DECAY: f32 = 0.999;
/// Keeps the division by the root of that average away from 0.
const FLOOR: f32 = 1e-8;

/// The optimiser of one network.
#[derive(Clone, Debug)]
pub struct Optimiser {
    decaying: Vec<bool>,
    weight_decay: f32,
    average_decay: f32,
    steps: i32,
    first: Vec<f32>,
    second: Vec<f32>,
    average: Vec<f32>,
}

impl Optimiser {
    /// An optimiser that begins at `parameters`; `decaying` says for each whether weight decay applies to it.
    ///
    /// `average_decay` is the weight of the past in the running average of the parameters, a step.
    pub fn new(parameters: &[f32], decaying: Vec<bool>, weight_decay: f32, average_decay: f32) -> Self {
        let zeros = vec![0.0; parameters.len()];
        let average = parameters.to_vec();
        Self { decaying, weight_decay, average_decay, steps: 0, first: zeros.clone(), second: zeros, average }
    }

    /// Takes one step.
    pub fn step(&mut self, parameters: &mut [f32], gradients: &[f32], learning_rate: f32) {
        self.steps += 1;
        let first_scale = 1.0 / (1.0 - FIRST_DECAY.powi(self.steps));
        let second_scale = 1.0 / (1.0 - SECOND_DECAY.powi(self.steps));
        // Early on the average would hang on to the random start; it begins with a short memory.
        let early = self.steps as f32;
        let average_decay = self.average_decay.min((1.0 + early) / (10.0 + early));
        let moments = self.first.iter_mut().zip(&mut self.second).zip(&mut self.average).zip(&self.decaying);
        for ((parameter, &gradient), (((first, second), average), &decays)) in
            parameters.iter_mut().zip(gradients).zip(moments)
        {
            *first = FIRST_DECAY * *first + (1.0 - FIRST_DECAY) * gradient;
            *second = SECOND_DECAY * *second + (1.0 - SECOND_DECAY) * gradient * gradient;
            let direction = *first * first_scale / ((*second * second_scale).sqrt() + FLOOR);
            let shrink = if decays { 1.0 - learning_rate * self.weight_decay } else { 1.0 };
            *parameter = *parameter * shrink - learning_rate * direction;
            *average = average_decay * *average + (1.0 - average_decay) * *parameter;
        }
    }

    /// The running averages of the parameters.
    pub fn average(&self) -> &[f32] {
        &self.average
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parabola_is_descended_to_its_lowest_point() {
        let mut values = vec![5.0f32, -3.0];
        let mut optimiser = Optimiser::new(&values, vec![false; 2], 0.1, 0.9);
        for step in 0..600 {
            let gradient = [2.0 * (values[0] - 1.0), 2.0 * (values[1] - 2.0)];
            optimiser.step(&mut values, &gradient, if step < 400 { 0.1 } else { 0.01 });
        }
        let average = optimiser.average();
        assert!((average[0] - 1.0).abs() < 0.01 && (average[1] - 2.0).abs() < 0.01, "{average:?}");
    }

    #[test]
    fn decay_shrinks_only_what_decays() {
        let mut values = vec![1.0, 1.0];
        let mut optimiser = Optimiser::new(&values, vec![true, false], 0.5, 0.9);
        optimiser.step(&mut values, &[0.0, 0.0], 0.1);
        assert_eq!(values, [0.95, 1.0]);
    }
}

//! How far scores may be believed: scores with the true classes in, the temperature that fits them out; and what share of
//! glyphs is expected to be no digit.

use crate::reader::Class;
use crate::reader::cnn::probabilities;
use crate::reader::weights::Weights;

/// The digits come first among the classes.
const DIGIT_COUNT: usize = 10;

/// The temperature, of the candidates, that makes the true classes most probable (Guo et al. 2017); 1 if there is nothing
/// to fit it to.
pub fn temperature(scored: &[(Vec<f32>, Class)], candidates: impl Iterator<Item = f32>) -> f32 {
    if scored.is_empty() {
        return 1.0;
    }
    let surprise = |temperature: f32| -> f64 {
        let of = |(scores, class): &(Vec<f32>, Class)| {
            -f64::from(probabilities(scores, temperature).of(*class).max(1e-12)).ln()
        };
        scored.iter().map(of).sum()
    };
    candidates
        .map(|temperature| (surprise(temperature), temperature))
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .map_or(1.0, |(_, temperature)| temperature)
}

/// Turns weights that were trained where `trained` of all glyphs were no digits into weights for a use where `expected` are
/// (shares, 0 to 1): the odds of every class that is no digit change by the same factor, through the biases of the last layer
/// (Saerens, Latinne and Decaestecker 2002). The temperature must be fitted already.
pub fn expect_no_digits(weights: &mut Weights, trained: f64, expected: f64) {
    let odds = |share: f64| share / (1.0 - share);
    let shift = (odds(expected) / odds(trained)).ln() as f32 * weights.temperature;
    if let Some(last) = weights.layers.last_mut() {
        last.biases.iter_mut().skip(DIGIT_COUNT).for_each(|bias| *bias += shift);
    }
}

/// Candidates for scores of unknown scale: 0.05 to 100, each 2 % above the one before.
pub fn wide_range() -> impl Iterator<Item = f32> {
    std::iter::successors(Some(0.05f32), |temperature| Some(temperature * 1.02))
        .take_while(|&candidate| candidate <= 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reader::architecture::{Architecture, Layer};
    use crate::reader::weights::LayerWeights;

    #[test]
    fn scores_that_are_right_three_times_in_four_are_made_to_say_so() {
        let one = |class: u8| (vec![0.0, 10.0], Class::Digit(class));
        let temperature = temperature(&[one(1), one(1), one(0), one(1)], wide_range());
        let sure = probabilities(&[0.0, 10.0], temperature).of(Class::Digit(1));
        assert!((sure - 0.75).abs() < 0.01, "{sure} at {temperature}");
    }

    #[test]
    fn fewer_expected_symbols_leave_the_odds_of_digits_alone() {
        let layer = LayerWeights { kernels: vec![0.0; 784 * 16], biases: vec![1.0; 16] };
        let dense = Layer { channels: 16, kernel: 28, padding: 0, normalised: false, rectified: false, pooled: false };
        let architecture = Architecture { layers: vec![dense] };
        let mut weights = Weights { architecture, layers: vec![layer], temperature: 2.0 };
        expect_no_digits(&mut weights, 0.5, 0.2);
        let reading = probabilities(&weights.layers[0].biases, 2.0);
        assert!((reading.of(Class::Slash) / reading.of(Class::Digit(3)) - 0.25).abs() < 1e-5, "{reading:?}");
        assert_eq!(reading.of(Class::Digit(0)), reading.of(Class::Digit(9)));
    }

    #[test]
    fn nothing_to_fit_to_changes_nothing() {
        assert_eq!(temperature(&[], wide_range()), 1.0);
    }
}

//! How far scores may be believed: scores with the true classes in, the temperature that fits them out.

use crate::reader::Class;
use crate::reader::cnn::probabilities;

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

/// Candidates for scores of unknown scale: 0.05 to 100, each 2 % above the one before.
pub fn wide_range() -> impl Iterator<Item = f32> {
    std::iter::successors(Some(0.05f32), |temperature| Some(temperature * 1.02))
        .take_while(|&candidate| candidate <= 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_that_are_right_three_times_in_four_are_made_to_say_so() {
        let one = |class: u8| (vec![0.0, 10.0], Class::Digit(class));
        let temperature = temperature(&[one(1), one(1), one(0), one(1)], wide_range());
        let sure = probabilities(&[0.0, 10.0], temperature).of(Class::Digit(1));
        assert!((sure - 0.75).abs() < 0.01, "{sure} at {temperature}");
    }

    #[test]
    fn nothing_to_fit_to_changes_nothing() {
        assert_eq!(temperature(&[], wide_range()), 1.0);
    }
}

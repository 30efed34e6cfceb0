//! The learning rate over a training: up in a line, down in a cosine (Loshchilov and Hutter 2017).

/// Steps over which the rate rises.
const RISING_STEPS: usize = 500;

/// What is left of the rate at the end.
const LAST_SHARE: f32 = 0.005;

/// The learning rate of step `step` (from 0) of `steps`.
pub fn learning_rate(greatest: f32, step: usize, steps: usize) -> f32 {
    let rise = ((step + 1) as f32 / RISING_STEPS.min(steps / 4 + 1) as f32).min(1.0);
    let angle = std::f32::consts::PI * step as f32 / steps.max(1) as f32;
    greatest * rise * (LAST_SHARE + (1.0 - LAST_SHARE) * (1.0 + angle.cos()) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_rises_first_and_falls_to_almost_nothing() {
        let rate = |step| learning_rate(0.1, step, 10_000);
        assert!(rate(0) < 0.001 && rate(600) > 0.095 && (rate(5_000) - 0.05).abs() < 0.001);
        assert!(rate(9_999) < 0.001);
        assert!((1000..9999).all(|step| rate(step) > rate(step + 1)));
    }
}

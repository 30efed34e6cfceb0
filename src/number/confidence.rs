//! How sure a number is: the paths and readings in, a calibrated probability that the value is right as a whole out.

use super::decode::{Path, Symbol};
use crate::reader::Reading;
use crate::segment::Segments;

/// Confidence of an empty field: writing that leaves no trace at all is rare.
pub const OF_EMPTY: f32 = 0.99;

/// What speaks for and against the best path.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evidence {
    /// Sum of the log-probabilities of the digits, at most 0.
    pub log_probability: f32,
    /// Log-probability of the weakest digit.
    pub weakest: f32,
    /// How much better the best path is than the second, in log-likelihood, at most 12.
    pub margin: f32,
    /// Share of the ink that is left out.
    pub unread_share: f32,
}

/// Weights of a logistic regression of "the value is right" on the evidence.
const INTERCEPT: f32 = 2.0;
const LOG_PROBABILITY_WEIGHT: f32 = 1.0;
const WEAKEST_WEIGHT: f32 = 0.5;
const MARGIN_WEIGHT: f32 = 0.25;
const UNREAD_WEIGHT: f32 = -8.0;

/// Margins beyond this say no more.
const MAX_MARGIN: f32 = 12.0;

impl Evidence {
    /// Gathers the evidence for the first of the `paths`, best first.
    pub fn of(paths: &[Path], segments: &Segments, readings: &[Reading], unread_share: f32) -> Self {
        let best = &paths[0];
        let mut log_probability = 0.0;
        let mut weakest = 0.0f32;
        for step in &best.steps {
            if let Symbol::Digit(digit) = step.symbol {
                let probability = readings[step.candidate].probabilities[usize::from(digit)].max(1e-6).ln();
                log_probability += probability;
                weakest = weakest.min(probability);
            }
        }
        let second = paths.get(1).map_or(best.score - MAX_MARGIN, |path| path.score);
        let _ = segments;
        Self { log_probability, weakest, margin: (best.score - second).min(MAX_MARGIN), unread_share }
    }
}

/// The probability that the value is right, 0 to 1.
pub fn calibrated(evidence: &Evidence) -> f32 {
    let logit = INTERCEPT
        + LOG_PROBABILITY_WEIGHT * evidence.log_probability
        + WEAKEST_WEIGHT * evidence.weakest
        + MARGIN_WEIGHT * evidence.margin
        + UNREAD_WEIGHT * evidence.unread_share;
    1.0 / (1.0 + (-logit).exp())
}

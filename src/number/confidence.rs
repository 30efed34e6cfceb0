//! How sure a number is: what both readers think of its value in, a calibrated probability that it is right as a whole out.

use super::vote::Ballot;
use crate::reader::Reading;
use crate::reader::line::Symbol;
use crate::segment::Segments;

/// Confidence of an empty field: writing that leaves no trace at all is rare.
pub const OF_EMPTY: f32 = 0.99;

/// What speaks for and against the best value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evidence {
    /// Probability of the value among all that were proposed, 0 to 1.
    pub share: f32,
    /// Probability that the line reader alone gives to it, 0 to 1.
    pub line_probability: f32,
    /// Minus the sum of the log-probabilities of its digits in the lattice: the expected number of wrong ones, about.
    pub doubt: f32,
    /// Share of the ink that is left out, 0 to 1.
    pub unread_share: f32,
    /// Whether touching characters were cut.
    pub has_cuts: bool,
}

/// Doubt of a value for which the lattice has no path.
const NO_PATH_DOUBT: f32 = 12.0;

/// Logistic regression of "the value is right" on the evidence: an intercept, and a weight for each entry of
/// [`Evidence::measures`].
///
/// Fitted on 11,100 drawn numbers that show digits kept from all training: busy lines by many hands, lines without, with some and with
/// many touching digits, amounts, and forms without a template. Calibration error there 1.7, 0.7, 1.0, 1.4, 2.3 and 1.1 %; on
/// 1,063 real cheque amounts, which are not among what was fitted, 1.9 %, and as much would come of chance alone in so few numbers.
const INTERCEPT: f32 = -0.360;
const WEIGHTS: [f32; 6] = [0.225, 0.655, -0.734, -0.119, -0.200, -0.114];

impl Evidence {
    /// Gathers the evidence for a value.
    pub fn of(ballot: &Ballot, segments: &Segments, readings: &[Reading], unread_share: f32) -> Self {
        let steps = || ballot.path.iter().flat_map(|path| &path.steps);
        let doubt = steps()
            .filter_map(|step| match step.symbol {
                Some(Symbol::Digit(digit)) => Some(readings[step.candidate].probabilities[usize::from(digit)]),
                _ => None,
            })
            .map(|probability| -probability.max(1e-6).ln())
            .sum();
        Self {
            share: ballot.share,
            line_probability: ballot.line_probability,
            doubt: if ballot.path.is_some() { doubt } else { NO_PATH_DOUBT },
            unread_share,
            has_cuts: steps().any(|step| segments.is_cut_behind(&segments.candidates[step.candidate])),
        }
    }

    /// The evidence on scales on which it adds up; beyond their limits it says no more.
    fn measures(&self) -> [f32; 6] {
        let log_odds = |share: f32| (share / (1.0 - share).max(1e-6)).max(1e-6).ln();
        let odds = log_odds(self.share).clamp(-3.0, 10.0);
        [
            odds,
            // Rivals that are as likely say more against a value than its lead says for it.
            odds.min(1.0),
            (1.0 - self.line_probability).clamp(1e-3, 1.0).ln(),
            self.doubt.clamp(1e-3, NO_PATH_DOUBT).ln(),
            self.unread_share,
            f32::from(self.has_cuts),
        ]
    }
}

/// The probability that the value is right, 0 to 1.
pub fn calibrated(evidence: &Evidence) -> f32 {
    let weighed = evidence.measures().into_iter().zip(WEIGHTS).map(|(measure, weight)| measure * weight);
    1.0 / (1.0 + (-INTERCEPT - weighed.sum::<f32>()).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLEAR: Evidence =
        Evidence { share: 0.9999, line_probability: 0.998, doubt: 0.005, unread_share: 0.0, has_cuts: false };

    #[test]
    fn clear_numbers_are_sure_and_every_doubt_costs() {
        let clear = calibrated(&CLEAR);
        assert!(clear > 0.95, "{clear}");
        for worse in [
            Evidence { share: 0.6, ..CLEAR },
            Evidence { line_probability: 0.5, ..CLEAR },
            Evidence { doubt: 0.5, ..CLEAR },
            Evidence { unread_share: 0.1, ..CLEAR },
            Evidence { has_cuts: true, ..CLEAR },
        ] {
            assert!(calibrated(&worse) < clear, "{worse:?}");
        }
    }
}

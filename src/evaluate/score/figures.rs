//! The figures of a score: numbers, truths and their pairs in, counts and shares out.

use serde::Serialize;

use crate::evaluate::score::{Comparison, Match, ScoredNumber, Truth};
use crate::number::Status;

/// Bins of the calibration error (Guo et al. 2017, "On Calibration of Modern Neural Networks", M = 15).
const CALIBRATION_BINS: usize = 15;

/// How good the numbers of a run are. Shares are 0 to 1, and 0 where there is nothing to share.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Score {
    /// Truths with a value.
    pub truths: usize,
    /// Of these, those whose number has the very value.
    pub exact: usize,
    /// Of these, those whose number has any value.
    pub found: usize,
    /// `exact` of `truths`.
    pub exact_share: f64,
    /// `found` of `truths`.
    pub found_share: f64,
    /// Digits of all truths.
    pub digits: usize,
    /// Digits that would have to be changed, put in or taken out; for each truth no more than it has digits.
    pub digit_errors: usize,
    /// The share of digits that are right: 1 less `digit_errors` of `digits`.
    pub digit_accuracy: f64,
    /// Truths without a value.
    pub empties: usize,
    /// Of these, those with the status `empty` or without any number.
    pub empties_right: usize,
    /// Numbers with a value that belong to no truth.
    pub spurious: usize,
    /// Of these, those with the status `ok`.
    pub spurious_ok: usize,
    /// Numbers with the status `ok` that belong to a truth.
    pub accepted: usize,
    /// Of these, those with another value than their truth.
    pub accepted_wrong: usize,
    /// `accepted` of `truths`.
    pub accepted_share: f64,
    /// `accepted_wrong` of `accepted`.
    pub accepted_wrong_share: f64,
    /// Expected calibration error of whole numbers that belong to a truth.
    pub calibration_error: f64,
    /// The same with the spurious numbers, each counted as wrong.
    pub calibration_error_with_spurious: f64,
}

impl Score {
    /// Counts what is right; `matches` is what [`crate::evaluate::score::match_numbers`] gives.
    pub fn of(numbers: &[ScoredNumber], truths: &[Truth], matches: &[Match], comparison: Comparison) -> Self {
        let mut number_of: Vec<Option<&ScoredNumber>> = vec![None; truths.len()];
        let mut is_matched = vec![false; numbers.len()];
        for found in matches {
            number_of[found.truth] = Some(&numbers[found.number]);
            is_matched[found.number] = true;
        }
        let mut score = Score::default();
        let mut outcomes = Vec::new();
        for (truth, number) in truths.iter().zip(number_of) {
            score.count_truth(truth, number, comparison);
            outcomes.extend(
                number
                    .filter(|number| number.has_value())
                    .map(|number| (number.confidence, comparison.equal(&number.value, &truth.value))),
            );
        }
        score.calibration_error = calibration_error(&outcomes);
        for (number, _) in numbers.iter().zip(is_matched).filter(|(number, matched)| !matched && number.has_value()) {
            score.spurious += 1;
            score.spurious_ok += usize::from(number.status == Status::Ok);
            outcomes.push((number.confidence, false));
        }
        score.calibration_error_with_spurious = calibration_error(&outcomes);
        score.with_shares()
    }

    fn count_truth(&mut self, truth: &Truth, number: Option<&ScoredNumber>, comparison: Comparison) {
        let value = number.filter(|number| number.has_value()).map_or("", |number| number.value.as_str());
        let is_exact = comparison.equal(value, &truth.value);
        if number.is_some_and(|number| number.has_value() && number.status == Status::Ok) {
            self.accepted += 1;
            self.accepted_wrong += usize::from(!is_exact);
        }
        if truth.value.is_empty() {
            self.empties += 1;
            self.empties_right += usize::from(number.is_none_or(|number| number.status == Status::Empty));
            return;
        }
        let wanted = Comparison::DigitsOnly.key(&truth.value);
        let digit_errors = edit_distance(wanted.as_bytes(), Comparison::DigitsOnly.key(value).as_bytes());
        self.truths += 1;
        self.exact += usize::from(is_exact);
        self.found += usize::from(!value.is_empty());
        self.digits += wanted.len();
        self.digit_errors += digit_errors.min(wanted.len());
    }

    fn with_shares(mut self) -> Self {
        self.exact_share = share(self.exact, self.truths);
        self.found_share = share(self.found, self.truths);
        self.digit_accuracy = share(self.digits - self.digit_errors, self.digits);
        self.accepted_share = share(self.accepted, self.truths);
        self.accepted_wrong_share = share(self.accepted_wrong, self.accepted);
        self
    }
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// Expected calibration error of `(confidence, right)` pairs: the mean gap between confidence and share of right ones, in
/// bins of equal width, each weighted by its size (Guo et al. 2017).
fn calibration_error(outcomes: &[(f32, bool)]) -> f64 {
    let mut bins = [(0.0, 0.0); CALIBRATION_BINS];
    for (confidence, is_right) in outcomes {
        let confidence = f64::from(confidence.clamp(0.0, 1.0));
        let bin = ((confidence * CALIBRATION_BINS as f64) as usize).min(CALIBRATION_BINS - 1);
        bins[bin].0 += confidence;
        bins[bin].1 += f64::from(u8::from(*is_right));
    }
    let gaps: f64 = bins.iter().map(|(confidence, right)| (confidence - right).abs()).sum();
    if outcomes.is_empty() { 0.0 } else { gaps / outcomes.len() as f64 }
}

/// How many characters must be changed, put in or taken out to make one text of the other (Levenshtein 1966).
pub fn edit_distance(left: &[u8], right: &[u8]) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, from) in left.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in right.iter().enumerate() {
            let changed = diagonal + usize::from(from != to);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}

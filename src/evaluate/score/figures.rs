//! The figures of a score: numbers, truths and their pairs in, counts and shares out.

use serde::Serialize;

use crate::evaluate::score::{Comparison, Match, ScoredNumber, Truth, is_tenfold_error};
use crate::number::Status;

/// Bins of the calibration error (Guo et al. 2017, "On Calibration of Modern Neural Networks", M = 15).
const CALIBRATION_BINS: usize = 15;

/// The share of wrong ones among accepted numbers at which `readable` is told.
const WRONG_SHARE_OF_READABLE: f64 = 0.01;

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
    /// Of these, those whose value is ten, a hundred ... times too large or too small, as a lost decimal mark makes it.
    pub accepted_tenfold: usize,
    /// `accepted` of `truths`.
    pub accepted_share: f64,
    /// `accepted_wrong` of `accepted`.
    pub accepted_wrong_share: f64,
    /// `accepted_tenfold` of `accepted`.
    pub accepted_tenfold_share: f64,
    /// The most truths with a value whose numbers can be accepted by their confidence alone, whatever their status, with at most 1 % of
    /// the accepted wrong; spurious numbers of that confidence are accepted too, and wrong.
    pub readable: usize,
    /// `readable` of `truths`.
    pub readable_share: f64,
    /// The least confidence that is accepted for it; 1 where nothing can be.
    pub readable_confidence: f64,
    /// Expected calibration error of whole numbers that belong to a truth.
    pub calibration_error: f64,
    /// The same with the spurious numbers, each counted as wrong.
    pub calibration_error_with_spurious: f64,
}

/// A number with a value, and what became of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outcome {
    confidence: f32,
    is_right: bool,
    /// Whether it belongs to a truth; one that does not is spurious.
    has_truth: bool,
    /// Whether it belongs to a truth with a value.
    has_true_value: bool,
}

impl Score {
    /// Counts what is right; `matches` is what [`crate::evaluate::score::match_numbers`] gives.
    pub fn of(numbers: &[ScoredNumber], truths: &[Truth], matches: &[Match], comparison: Comparison) -> Self {
        let mut number_of: Vec<Option<&ScoredNumber>> = vec![None; truths.len()];
        matches.iter().for_each(|found| number_of[found.truth] = Some(&numbers[found.number]));
        let mut score = Score::default();
        for (truth, number) in truths.iter().zip(number_of) {
            score.count_truth(truth, number, comparison);
        }
        for number in without_truth(numbers, matches) {
            score.spurious += 1;
            score.spurious_ok += usize::from(number.status == Status::Ok);
        }
        let outcomes = outcomes(numbers, truths, matches, comparison);
        score.calibration_error = calibration_error(outcomes.iter().filter(|outcome| outcome.has_truth));
        score.calibration_error_with_spurious = calibration_error(outcomes.iter());
        (score.readable, score.readable_confidence) = readable(&outcomes, WRONG_SHARE_OF_READABLE);
        score.with_shares()
    }

    fn count_truth(&mut self, truth: &Truth, number: Option<&ScoredNumber>, comparison: Comparison) {
        let value = number.filter(|number| number.has_value()).map_or("", |number| number.value.as_str());
        let is_exact = comparison.equal(value, &truth.value);
        if number.is_some_and(|number| number.has_value() && number.status == Status::Ok) {
            self.accepted += 1;
            self.accepted_wrong += usize::from(!is_exact);
            let is_tenfold = is_tenfold_error(&comparison.key(value), &comparison.key(&truth.value));
            self.accepted_tenfold += usize::from(is_tenfold);
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
        self.accepted_tenfold_share = share(self.accepted_tenfold, self.accepted);
        self.readable_share = share(self.readable, self.truths);
        self
    }
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// The numbers with a value that belong to no truth.
fn without_truth<'a>(numbers: &'a [ScoredNumber], matches: &[Match]) -> impl Iterator<Item = &'a ScoredNumber> {
    let mut is_matched = vec![false; numbers.len()];
    matches.iter().for_each(|found| is_matched[found.number] = true);
    let pairs = numbers.iter().zip(is_matched);
    pairs.filter(|(number, matched)| !matched && number.has_value()).map(|(number, _)| number)
}

/// What became of each number with a value: those of truths in the order of the matches, then the spurious ones.
pub(super) fn outcomes(
    numbers: &[ScoredNumber],
    truths: &[Truth],
    matches: &[Match],
    comparison: Comparison,
) -> Vec<Outcome> {
    let pairs = matches.iter().map(|found| (&numbers[found.number], &truths[found.truth]));
    let matched = pairs.filter(|(number, _)| number.has_value()).map(|(number, truth)| Outcome {
        confidence: number.confidence,
        is_right: comparison.equal(&number.value, &truth.value),
        has_truth: true,
        has_true_value: !truth.value.is_empty(),
    });
    let spurious = without_truth(numbers, matches).map(|number| Outcome {
        confidence: number.confidence,
        is_right: false,
        has_truth: false,
        has_true_value: false,
    });
    matched.chain(spurious).collect()
}

/// How many numbers of truths can be accepted with at most the share `max_wrong` of all accepted wrong, and from what confidence (1 where
/// none can); equally sure numbers are accepted together.
pub(super) fn readable(outcomes: &[Outcome], max_wrong: f64) -> (usize, f64) {
    let mut outcomes = outcomes.to_vec();
    outcomes.sort_by(|left, right| right.confidence.total_cmp(&left.confidence));
    let (mut accepted, mut wrong, mut with_truth) = (0, 0, 0);
    let mut most = (0, 1.0);
    for equals in outcomes.chunk_by(|left, right| left.confidence == right.confidence) {
        accepted += equals.len();
        wrong += equals.iter().filter(|outcome| !outcome.is_right).count();
        with_truth += equals.iter().filter(|outcome| outcome.has_true_value).count();
        if wrong as f64 <= max_wrong * accepted as f64 {
            most = (with_truth, f64::from(equals[0].confidence));
        }
    }
    most
}

/// Expected calibration error: the mean gap between confidence and share of right ones, in
/// bins of equal width, each weighted by its size (Guo et al. 2017).
fn calibration_error<'a>(outcomes: impl Iterator<Item = &'a Outcome>) -> f64 {
    let mut bins = [(0.0, 0.0); CALIBRATION_BINS];
    let mut count: usize = 0;
    for outcome in outcomes {
        count += 1;
        let confidence = f64::from(outcome.confidence.clamp(0.0, 1.0));
        let bin = ((confidence * CALIBRATION_BINS as f64) as usize).min(CALIBRATION_BINS - 1);
        bins[bin].0 += confidence;
        bins[bin].1 += f64::from(u8::from(outcome.is_right));
    }
    let gaps: f64 = bins.iter().map(|(confidence, right)| (confidence - right).abs()).sum();
    if count == 0 { 0.0 } else { gaps / count as f64 }
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

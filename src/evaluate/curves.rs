//! What confidences are worth: readings with their truth in, reliability and error against rejection out.

use crate::reader::Class;

/// Bins of the reliability diagram and of the expected calibration error (Guo et al. 2017).
pub const CALIBRATION_BINS: usize = 15;

/// The shares of the least certain readings whose rejection is reported.
pub const REJECT_SHARES: [f64; 10] = [0.0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5];

/// What became of one glyph.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    /// What it shows.
    pub truth: Class,
    /// The most probable class.
    pub read: Class,
    /// Its probability, 0 to 1.
    pub confidence: f32,
}

impl Outcome {
    /// Whether the glyph was read as what it shows.
    pub fn is_right(&self) -> bool {
        self.truth == self.read
    }
}

/// The readings whose confidence lies in one range.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ReliabilityBin {
    /// The range: from this confidence ...
    pub from: f64,
    /// ... up to this one, which belongs to the next bin.
    pub to: f64,
    /// How many readings lie in it.
    pub count: usize,
    /// Their mean confidence; 0 for none.
    pub confidence: f64,
    /// The share of them that is right; 0 for none.
    pub accuracy: f64,
}

/// What is left when the least certain readings are set aside.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RejectPoint {
    /// The share that was asked to be set aside, 0 to 1.
    pub rejected: f64,
    /// How many readings are left.
    pub left: usize,
    /// How many of these are wrong.
    pub errors: usize,
}

impl RejectPoint {
    /// The share of errors among what is left, 0 to 1; 0 where nothing is left.
    pub fn error(&self) -> f64 {
        self.errors as f64 / self.left.max(1) as f64
    }
}

/// The reliability diagram: [`CALIBRATION_BINS`] bins of equal width.
pub fn reliability(outcomes: &[Outcome]) -> Vec<ReliabilityBin> {
    let mut sums = [(0usize, 0f64, 0usize); CALIBRATION_BINS];
    for outcome in outcomes {
        let bin = ((outcome.confidence * CALIBRATION_BINS as f32) as usize).min(CALIBRATION_BINS - 1);
        sums[bin].0 += 1;
        sums[bin].1 += f64::from(outcome.confidence);
        sums[bin].2 += usize::from(outcome.is_right());
    }
    let edge = |bin: usize| bin as f64 / CALIBRATION_BINS as f64;
    let bin = |(bin, (count, confidence, right)): (usize, (usize, f64, usize))| ReliabilityBin {
        from: edge(bin),
        to: edge(bin + 1),
        count,
        confidence: confidence / count.max(1) as f64,
        accuracy: right as f64 / count.max(1) as f64,
    };
    sums.into_iter().enumerate().map(bin).collect()
}

/// The expected calibration error: the mean distance between confidence and accuracy over the bins of [`reliability`],
/// weighted by their size; 0 to 1.
pub fn calibration_error(outcomes: &[Outcome]) -> f64 {
    let bins = reliability(outcomes);
    let gaps = bins.iter().map(|bin| (bin.confidence - bin.accuracy).abs() * bin.count as f64);
    gaps.sum::<f64>() / outcomes.len().max(1) as f64
}

/// The errors that are left when each of the shares (0 to 1) of the least certain readings is set aside, rounded up to
/// whole readings; of equally certain ones the earlier goes first.
pub fn reject_curve(outcomes: &[Outcome], shares: &[f64]) -> Vec<RejectPoint> {
    let mut sorted = outcomes.to_vec();
    sorted.sort_by(|a, b| a.confidence.total_cmp(&b.confidence));
    let point = |&rejected: &f64| {
        let count = (sorted.len() as f64 * rejected).ceil() as usize;
        let left = &sorted[count.min(sorted.len())..];
        let errors = left.iter().filter(|outcome| !outcome.is_right()).count();
        RejectPoint { rejected, left: left.len(), errors }
    };
    shares.iter().map(point).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcomes(readings: &[(f32, bool)]) -> Vec<Outcome> {
        let read = |&right: &bool| if right { Class::Digit(1) } else { Class::Digit(7) };
        let outcome = |(confidence, right): &(f32, bool)| Outcome {
            truth: Class::Digit(1),
            read: read(right),
            confidence: *confidence,
        };
        readings.iter().map(outcome).collect()
    }

    #[test]
    fn a_bin_compares_confidence_and_accuracy() {
        let outcomes = outcomes(&[(0.95, true), (0.97, false), (0.5, true), (1.0, true)]);
        let bins = reliability(&outcomes);
        assert_eq!(bins.iter().map(|bin| bin.count).collect::<Vec<_>>(), [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 3]);
        assert!((bins[14].confidence - 2.92 / 3.0).abs() < 1e-6 && (bins[14].accuracy - 2.0 / 3.0).abs() < 1e-9);
        assert!((bins[14].from - 14.0 / 15.0).abs() < 1e-9 && bins[14].to == 1.0);
        assert!((calibration_error(&outcomes) - ((2.92 - 2.0) + 0.5) / 4.0).abs() < 1e-6);
    }

    #[test]
    fn the_least_certain_go_first() {
        let outcomes = outcomes(&[(0.9, true), (0.6, false), (0.8, false), (0.99, true)]);
        let errors: Vec<(usize, usize)> =
            reject_curve(&outcomes, &[0.0, 0.1, 0.5, 1.0]).iter().map(|point| (point.left, point.errors)).collect();
        assert_eq!(errors, [(4, 2), (3, 1), (2, 0), (0, 0)]);
        assert_eq!(reject_curve(&outcomes, &[1.0])[0].error(), 0.0);
        assert_eq!(reject_curve(&[], &REJECT_SHARES).len(), REJECT_SHARES.len());
    }
}

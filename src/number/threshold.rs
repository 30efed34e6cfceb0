//! The threshold of `ok`: the share of wrong numbers that may be accepted in, the least confidence to accept out.
//!
//! A number is marked as soon as its file is read, whatever else the run holds; so the threshold is fixed beforehand, by a table
//! measured on labelled lines.

/// The shares of wrong numbers at which the calibration is measured, 0 to 1, ascending.
pub const MEASURED_ERRORS: [f32; 7] = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1];

/// For each of [`MEASURED_ERRORS`] the confidence from which on at most that share of the accepted numbers is wrong; descending.
///
/// Measured on 4,000 lines drawn by many hands, mostly on busy paper, with digits kept from all training: the hardest of the validation
/// sets, so that the limit holds on the easier ones too (clean lines reach 1 % from 0.88 on, real cheque amounts from 0.94).
/// `score --calibration table.csv` measures the same on anyone's own labelled scans.
const LEAST_CONFIDENCES: [f32; MEASURED_ERRORS.len()] = [0.9998, 0.9994, 0.9954, 0.9808, 0.9531, 0.7439, 0.4366];

/// The least confidence, 0 to 1, to accept if at most the share `max_error` (0 to 1) of the accepted numbers is to be wrong.
///
/// Between the shares of the table it runs in straight lines. Beyond the largest share it falls no more; below the smallest one, where
/// nothing was measured, it rises to 1.
pub fn min_confidence_for(max_error: f32) -> f32 {
    let (mut below, mut sure) = (0.0, 1.0);
    for (error, confidence) in MEASURED_ERRORS.into_iter().zip(LEAST_CONFIDENCES) {
        if max_error <= error {
            let way = ((max_error - below) / (error - below)).clamp(0.0, 1.0);
            return sure + way * (confidence - sure);
        }
        (below, sure) = (error, confidence);
    }
    sure
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_within_bounds() {
        assert!(MEASURED_ERRORS.is_sorted_by(|a, b| a < b) && MEASURED_ERRORS[0] > 0.0);
        assert!(LEAST_CONFIDENCES.is_sorted_by(|a, b| a >= b));
        assert!(LEAST_CONFIDENCES.iter().all(|confidence| (0.0..=1.0).contains(confidence)));
    }

    #[test]
    fn fewer_errors_need_more_confidence() {
        for (error, confidence) in MEASURED_ERRORS.into_iter().zip(LEAST_CONFIDENCES) {
            assert!((min_confidence_for(error) - confidence).abs() < 1e-6, "{error}");
        }
        let thresholds: Vec<f32> = (0..=2000).map(|step| min_confidence_for(step as f32 / 10_000.0)).collect();
        assert!(thresholds.is_sorted_by(|a, b| a >= b));
        assert_eq!((thresholds[0], thresholds[2000]), (1.0, LEAST_CONFIDENCES[6]));
        let between = min_confidence_for(0.015);
        assert!(between < LEAST_CONFIDENCES[3] && between > LEAST_CONFIDENCES[4], "{between}");
    }
}

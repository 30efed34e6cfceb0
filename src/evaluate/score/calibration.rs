//! The calibration table: the outcomes of a labelled run in, the least confidence for each share of wrong numbers out.

use std::path::Path;

use super::figures::{Outcome, outcomes, readable};
use super::{Comparison, Match, ScoredNumber, Truth};
use crate::error::{Error, Result};
use crate::number::threshold::MEASURED_ERRORS;
use crate::table::confidence_cell;

const COLUMNS: [&str; 3] = ["max_error", "min_confidence", "share_read"];

/// Writes for each of [`MEASURED_ERRORS`] the confidence from which on at most that share of all accepted numbers is wrong, as
/// `readable` of [`super::Score`] has it for one in a hundred, and the share of the truths with a value that is accepted so.
///
/// The confidence is 1 and the share 0 where nothing can be accepted.
///
/// # Errors
/// [`Error::Output`] if the file cannot be written.
pub fn write_calibration(
    path: &Path,
    numbers: &[ScoredNumber],
    truths: &[Truth],
    matches: &[Match],
    comparison: Comparison,
) -> Result<()> {
    let cannot_write = |cause: csv::Error| Error::Output { path: path.to_owned(), reason: cause.to_string() };
    let outcomes = outcomes(numbers, truths, matches, comparison);
    let wanted = truths.iter().filter(|truth| !truth.value.is_empty()).count();
    let mut writer =
        csv::WriterBuilder::new().terminator(csv::Terminator::Any(b'\n')).from_path(path).map_err(cannot_write)?;
    writer.write_record(COLUMNS).map_err(cannot_write)?;
    for max_error in MEASURED_ERRORS {
        writer.write_record(cells(&outcomes, wanted, max_error)).map_err(cannot_write)?;
    }
    writer.flush().map_err(|cause| cannot_write(cause.into()))
}

fn cells(outcomes: &[Outcome], wanted: usize, max_error: f32) -> [String; COLUMNS.len()] {
    // A share such as 0.01 is a little less than that in single precision, and one wrong number of a hundred would be too many.
    let max_wrong = (f64::from(max_error) * 1e6).round() / 1e6;
    let (read, least) = readable(outcomes, max_wrong);
    let share_read = read as f64 / wanted.max(1) as f64;
    [max_error.to_string(), confidence_cell(least as f32), format!("{share_read:.4}")]
}

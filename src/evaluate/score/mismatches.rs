//! The list of what went wrong: numbers, truths and their pairs in, a CSV of the wrong, missed and spurious ones out.

use std::path::Path;

use crate::error::{Error, Result};
use crate::evaluate::score::{Comparison, Match, ScoredNumber, Truth};
use crate::geometry::Rect;
use crate::number::Status;
use crate::table::{confidence_cell, source_cell, text_cell};

const COLUMNS: [&str; 12] =
    ["source", "page", "field", "truth", "value", "text", "confidence", "status", "x", "y", "width", "height"];

/// Writes a row for each truth whose number is missing or wrong, and for each number with a value and without a truth.
///
/// Sorted by source and page. `truth` is empty for a spurious number, `status` for a missing one; the box is that of the
/// number where there is one, else that of the truth.
///
/// # Errors
/// [`Error::Output`] if the file cannot be written.
pub fn write_mismatches(
    path: &Path,
    numbers: &[ScoredNumber],
    truths: &[Truth],
    matches: &[Match],
    comparison: Comparison,
) -> Result<()> {
    let mut rows = rows(numbers, truths, matches, comparison);
    rows.sort_by_key(|row| row.key());
    let cannot_write =
        |cause: &dyn std::fmt::Display| Error::Output { path: path.to_owned(), reason: cause.to_string() };
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::Any(b'\n'))
        .from_path(path)
        .map_err(|cause| cannot_write(&cause))?;
    writer.write_record(COLUMNS).map_err(|cause| cannot_write(&cause))?;
    for row in &rows {
        writer.write_record(row.cells()).map_err(|cause| cannot_write(&cause))?;
    }
    writer.flush().map_err(|cause| cannot_write(&cause))
}

/// A truth, a number, or both.
struct Mismatch<'a> {
    truth: Option<&'a Truth>,
    number: Option<&'a ScoredNumber>,
}

fn rows<'a>(
    numbers: &'a [ScoredNumber],
    truths: &'a [Truth],
    matches: &[Match],
    comparison: Comparison,
) -> Vec<Mismatch<'a>> {
    let mut number_of: Vec<Option<&ScoredNumber>> = vec![None; truths.len()];
    let mut is_matched = vec![false; numbers.len()];
    for found in matches {
        number_of[found.truth] = Some(&numbers[found.number]);
        is_matched[found.number] = true;
    }
    let wrong = truths
        .iter()
        .zip(number_of)
        .filter(|(truth, number)| !is_right(truth, *number, comparison))
        .map(|(truth, number)| Mismatch { truth: Some(truth), number });
    let spurious = numbers
        .iter()
        .zip(is_matched)
        .filter(|(number, matched)| !matched && number.has_value())
        .map(|(number, _)| Mismatch { truth: None, number: Some(number) });
    wrong.chain(spurious).collect()
}

fn is_right(truth: &Truth, number: Option<&ScoredNumber>, comparison: Comparison) -> bool {
    match number {
        None => truth.value.is_empty(),
        Some(number) if truth.value.is_empty() => number.status == Status::Empty,
        Some(number) => number.has_value() && comparison.equal(&number.value, &truth.value),
    }
}

impl<'a> Mismatch<'a> {
    fn key(&self) -> (&'a str, usize) {
        let of_number = || self.number.map_or(("", 0), |number| (number.source.as_str(), number.page));
        self.truth.map_or_else(of_number, |truth| (truth.source.as_str(), truth.page))
    }

    fn cells(&self) -> [String; COLUMNS.len()] {
        let (source, page) = self.key();
        let field = self.truth.map(|truth| &truth.field).or(self.number.map(|number| &number.field));
        let bounds = self.number.and_then(|number| number.bounds).or(self.truth.and_then(|truth| truth.bounds));
        let side = |pick: fn(&Rect) -> i32| bounds.as_ref().map(|bounds| pick(bounds).to_string()).unwrap_or_default();
        let of_number = |pick: fn(&ScoredNumber) -> String| self.number.map(pick).unwrap_or_default();
        [
            source_cell(source),
            page.to_string(),
            text_cell(field.map(String::as_str).unwrap_or_default()),
            text_cell(self.truth.map(|truth| truth.value.as_str()).unwrap_or_default()),
            of_number(|number| text_cell(&number.value)),
            of_number(|number| text_cell(&number.text)),
            of_number(|number| confidence_cell(number.confidence)),
            of_number(|number| number.status.as_str().to_owned()),
            side(|bounds| bounds.x),
            side(|bounds| bounds.y),
            side(|bounds| bounds.width),
            side(|bounds| bounds.height),
        ]
    }
}

//! `numbers.reviewed.csv`: the numbers of the journal and what was decided about them in, the table with the values of people out.
//!
//! A number that was decided has the status `ok` (`empty` where its field is), no reason, and the confidence 1: the confidence of the reader was about its own value.

use std::path::Path;

use super::audit::History;
use super::known::Key;
use crate::error::Result;
use crate::journal::Journal;
use crate::number::{Number, Status};
use crate::table::{CsvFile, NUMBER_COLUMNS, number_cells, text_cell};

/// The name of the file in the output folder.
pub(super) const REVIEWED_NAME: &str = "numbers.reviewed.csv";

const REVIEW_COLUMNS: [&str; 2] = ["reviewed_by", "reviewed_at"];

/// Writes the table.
///
/// # Errors
/// [`crate::error::Error::Output`] if the journal cannot be read or the table cannot be written; the file is then as before.
pub(super) fn write(folder: &Path, journal: &Journal, history: &History) -> Result<()> {
    let mut file = CsvFile::create(folder, REVIEWED_NAME, &[NUMBER_COLUMNS.as_slice(), &REVIEW_COLUMNS].concat())?;
    journal.for_each_scan(false, &mut |scan| {
        let source = &scan.row.source;
        let content_hash = scan.row.content_hash.map(|hash| hash.to_hex().to_string()).unwrap_or_default();
        for page in scan.pages {
            for number in page.numbers {
                let decision = history.decision(&Key::new(source, page.page, &number.field), &content_hash);
                let (number, by, at) = match decision {
                    Some(decision) => (decided(number, &decision.value), decision.by.as_str(), decision.at.as_str()),
                    None => (number, "", ""),
                };
                let mut cells = number_cells(source, page.page, &number, "").to_vec();
                cells.extend([text_cell(by), text_cell(at)]);
                file.write_row(&cells)?;
            }
        }
        Ok(())
    })?;
    file.into_partial()?.publish()
}

fn decided(number: Number, value: &str) -> Number {
    let status = if value.is_empty() { Status::Empty } else { Status::Ok };
    Number { value: value.to_owned(), confidence: 1.0, status, reasons: Vec::new(), ..number }
}

//! Corrections come back: a table that a person went through and the output folder of its run in; the corrected table, an audit of all
//! changes and training data out.
//!
//! The journal says what was read, and the audit what was decided since; both tables follow from them, so that corrections which come twice
//! change nothing. What a table is and how a person makes corrections in it is told by [`apply`].

mod audit;
mod corrections;
mod decided;
mod known;
mod reviewed_table;
mod sheet;
mod training;
mod value;

use std::path::Path;

use crate::error::Result;
use crate::journal::Journal;
use crate::number::Kind;
use audit::History;
use known::KnownRun;

pub use corrections::Refusal;
pub use decided::{DecidedNumber, record};
pub use training::Training;

/// Who and when, for rows that do not say so themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reviewer<'a> {
    /// Who corrected.
    pub name: &'a str,
    /// When, as `2026-03-01T14:05:09Z`.
    pub time: &'a str,
}

/// What came of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Corrections that are new.
    pub taken: usize,
    /// Of these, values that were confirmed as they were read.
    pub confirmed: usize,
    /// Corrections that were known before.
    pub known: usize,
    /// Cells that a spreadsheet only wrote in its own way, which are no corrections.
    pub reformatted: usize,
    /// Rows that were not taken.
    pub refused: Vec<Refusal>,
    /// What became training data, of all numbers that were decided so far.
    pub training: Training,
}

/// Takes the corrections of `table` into the output folder of its run.
///
/// The table is a workbook or a CSV with the columns source, page and field, and where it has them run and blake3, which must be those of the
/// run. Its column `corrected` holds corrections; the value as read confirms it, `empty` or `-` says that the field is empty. Without
/// that column a changed value is a correction, unless the cell is only the old value as a spreadsheet writes it.
///
/// Written are `review_audit.csv`, `numbers.reviewed.csv` and `training/`, in this order, each as a whole.
///
/// # Errors
/// [`crate::error::Error::Run`] if the folder holds no run, [`crate::error::Error::Data`] if the table or the audit is not to be read,
/// [`crate::error::Error::Output`] if the folder is in use or cannot be written.
pub fn apply(folder: &Path, table: &Path, reviewer: &Reviewer) -> Result<Outcome> {
    let journal = Journal::of_finished_run(folder)?;
    let sheet = sheet::read(table)?;
    let run = KnownRun::of(&journal)?;
    let mut history = History::read(folder, &run.run_id)?;
    let sorted = corrections::sort(&sheet, &run, &history);
    let confirmed = sorted.corrections.iter().filter(|correction| correction.new == correction.old).count();
    if !sorted.corrections.is_empty() {
        history.add(&run.run_id, &sorted.corrections, reviewer.name, reviewer.time);
        history.write(folder)?;
    }
    reviewed_table::write(folder, &journal, &history)?;
    let training = training::write(folder, &journal, &history)?;
    if sorted.refused.is_empty() {
        // Nothing in the table is lost any more where a later run writes over it.
        journal.note_table(table)?;
    }
    Ok(Outcome {
        taken: sorted.corrections.len(),
        confirmed,
        known: sorted.known,
        reformatted: sorted.reformatted,
        refused: sorted.refused,
        training,
    })
}

/// The canonical value of what a person typed for a field, such as `1234.50` for `1,234.5`; empty for `empty` and `-`, which say that the
/// field is.
///
/// `read` is the value as read, whose number of decimals an amount gets and which always is a value of its field; `kind` is what the field
/// holds, `None` where that is not known.
///
/// # Errors
/// A phrase that begins with the text and says why it is no value of the field.
pub fn value_of(text: &str, read: &str, kind: Option<Kind>) -> std::result::Result<String, String> {
    if !read.is_empty() && text == read {
        return Ok(read.to_owned());
    }
    value::parse(text, &value::Rules { read, kind, may_lack_zeros: false })
}

#[cfg(test)]
mod tests;

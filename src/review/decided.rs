//! Decisions that are kept elsewhere, as in the database of the web app: all of them and the output folder of their run in, the same tables
//! out as [`apply`](super::apply) writes.

use std::path::Path;

use super::audit::History;
use super::corrections::Correction;
use super::known::{Key, KnownRun};
use super::{Outcome, Refusal, reviewed_table, training};
use crate::error::Result;
use crate::journal::Journal;

/// What was decided about one number in the end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DecidedNumber {
    /// The name of its scan.
    pub source: String,
    /// From 1.
    pub page: usize,
    /// The name of its field.
    pub field: String,
    /// Its canonical value, as [`value_of`](super::value_of) gives it; empty where the field is.
    pub value: String,
    /// Who decided.
    pub by: String,
    /// When, as `2026-03-01T14:05:09Z`.
    pub at: String,
}

/// Writes `review_audit.csv`, `numbers.reviewed.csv` and `training/` of exactly these decisions; an audit that lies in the folder gives way.
/// A number that the run does not have is refused, its place in `decided`, from 1, being its line.
///
/// # Errors
/// [`crate::error::Error::Run`] if the folder holds no run, [`crate::error::Error::Output`] if it is in use or cannot be written.
pub fn record(folder: &Path, decided: &[DecidedNumber]) -> Result<Outcome> {
    let journal = Journal::of_finished_run(folder)?;
    let run = KnownRun::of(&journal)?;
    let (mut corrections, mut refused) = (Vec::new(), Vec::new());
    for (place, number) in decided.iter().enumerate() {
        let key = Key::new(&number.source, number.page, &number.field);
        match run.number(&key) {
            Some(known) => corrections.push(Correction {
                key,
                content_hash: known.content_hash.clone(),
                old: known.value.clone(),
                new: number.value.clone(),
                by: number.by.clone(),
                at: number.at.clone(),
            }),
            None => {
                let DecidedNumber { source, page, field, .. } = number;
                let reason = format!("{source}, page {page}, field {field}: the run has no such number");
                refused.push(Refusal { line: place + 1, reason });
            }
        }
    }
    let mut history = History::default();
    history.add(&run.run_id, &corrections, "", "");
    history.write(folder)?;
    reviewed_table::write(folder, &journal, &history)?;
    let confirmed = corrections.iter().filter(|correction| correction.new == correction.old).count();
    let training = training::write(folder, &journal, &history)?;
    Ok(Outcome { taken: corrections.len(), confirmed, refused, training, ..Outcome::default() })
}

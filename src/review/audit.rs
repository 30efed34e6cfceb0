//! `review_audit.csv`: who changed which number to what, and when. It is read as a whole, and written anew with rows behind those it has.
//!
//! What a number is worth now follows from it, so that corrections which come twice are known.

use std::collections::HashMap;
use std::path::Path;

use super::corrections::Correction;
use super::known::{Key, KnownNumber};
use crate::error::{Error, Result};
use crate::table::{CsvFile, text_cell, text_of_cell};

/// The name of the file in the output folder.
pub(super) const AUDIT_NAME: &str = "review_audit.csv";

const COLUMNS: [&str; 9] = ["run", "source", "page", "field", "blake3", "old", "new", "by", "at"];

/// What was decided about a number last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Decision {
    /// The hash of the scan that it was about.
    content_hash: String,
    /// Its value; empty where the field is.
    pub value: String,
    /// Who decided.
    pub by: String,
    /// When.
    pub at: String,
}

/// Whether a text is a time such as `2026-03-01T14:05:09Z`; of two of them the later one is the greater text.
pub(super) fn is_time(text: &str) -> bool {
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    shape == "0000-00-00T00:00:00Z"
}

/// The audit so far.
#[derive(Clone, Debug, Default)]
pub(super) struct History {
    rows: Vec<csv::StringRecord>,
    decisions: HashMap<Key, Decision>,
}

impl History {
    /// Reads the audit of a folder; without the file there is no history. Decisions are those of this run.
    ///
    /// # Errors
    /// [`Error::Data`] if the file is there and is not what was written.
    pub fn read(folder: &Path, run_id: &str) -> Result<Self> {
        let path = folder.join(AUDIT_NAME);
        let mut history = Self::default();
        if !path.exists() {
            return Ok(history);
        }
        let fault = |reason: String| Error::Data {
            path: path.clone(),
            reason: format!(
                "{reason}; it is the record of all corrections: bring it back as it was, or move it away to begin anew"
            ),
        };
        let mut reader = csv::Reader::from_path(&path).map_err(|cause| fault(cause.to_string()))?;
        let header = reader.headers().map_err(|cause| fault(cause.to_string()))?;
        if *header != COLUMNS[..] {
            return Err(fault(format!("has not the columns {}", COLUMNS.join(", "))));
        }
        for row in reader.records() {
            let row = row.map_err(|cause| fault(cause.to_string()))?;
            let page = row[2].parse().map_err(|_| fault(format!("`{}` is no number of a page", &row[2])))?;
            if row[0] == *run_id {
                let decision = Decision {
                    content_hash: row[4].to_owned(),
                    value: text_of_cell(&row[6]).to_owned(),
                    by: text_of_cell(&row[7]).to_owned(),
                    at: row[8].to_owned(),
                };
                history.decisions.insert(Key { source: row[1].to_owned(), page, field: row[3].to_owned() }, decision);
            }
            history.rows.push(row);
        }
        Ok(history)
    }

    /// Adds corrections; `by` and `at` stand for what the table does not say.
    pub fn add(&mut self, run_id: &str, corrections: &[Correction], by: &str, at: &str) {
        let or = |own: &str, other: &str| if own.is_empty() { other.to_owned() } else { own.to_owned() };
        for Correction { key, content_hash, old, new, by: own_by, at: own_at } in corrections {
            let (by, at) = (or(own_by, by), or(own_at, at));
            let cells = [
                run_id.to_owned(),
                key.source.clone(),
                key.page.to_string(),
                key.field.clone(),
                content_hash.clone(),
                text_cell(old),
                text_cell(new),
                text_cell(&by),
                text_cell(&at),
            ];
            self.rows.push(csv::StringRecord::from(cells.as_slice()));
            let decision = Decision { content_hash: content_hash.clone(), value: new.clone(), by, at };
            self.decisions.insert(key.clone(), decision);
        }
    }

    /// Writes the audit to a folder.
    ///
    /// # Errors
    /// [`Error::Output`] if it cannot be written; the file is then as before.
    pub fn write(&self, folder: &Path) -> Result<()> {
        let mut file = CsvFile::create(folder, AUDIT_NAME, &COLUMNS)?;
        for row in &self.rows {
            file.write_row(&row.iter().collect::<Vec<_>>())?;
        }
        file.into_partial()?.publish()
    }

    /// What was decided about a number; `None` where nothing was, or its scan has changed since.
    pub fn decision(&self, key: &Key, content_hash: &str) -> Option<&Decision> {
        self.decisions.get(key).filter(|decision| decision.content_hash == content_hash)
    }

    /// Whether a correction is that of the audit, or older than it: a table that comes twice takes nothing back that was decided since.
    pub fn knows(&self, correction: &Correction) -> bool {
        let Some(last) = self.decision(&correction.key, &correction.content_hash) else { return false };
        let is_older = is_time(&correction.at) && is_time(&last.at) && correction.at < last.at;
        last.value == correction.new || is_older
    }

    /// The value of a number as it is now.
    pub fn value_of<'a>(&'a self, key: &Key, number: &'a KnownNumber) -> &'a str {
        self.decision(key, &number.content_hash).map_or(&number.value, |decision| &decision.value)
    }
}

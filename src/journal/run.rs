//! The run that a journal belongs to: options in; whether it may go on, and what state it is in, out.

use rusqlite::OptionalExtension;

use crate::error::{Error, Result};
use crate::journal::Journal;

/// What is to become of a run that the folder already holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Start {
    /// A finished run gives way to the new one; an unfinished one is not thrown away.
    #[default]
    Fresh,
    /// The run goes on: what was read is not read again. The options must be the same.
    Resume,
    /// Whatever is there gives way.
    Force,
}

const OPTIONS: &str = "options";
const RUN_ID: &str = "run_id";
const STATE: &str = "state";
const RUNNING: &str = "running";
const FINISHED: &str = "finished";

impl Journal {
    /// Takes up the run that is there, or begins a new one, as `start` allows.
    pub(super) fn begin(&mut self, options: &serde_json::Value, run_id: &str, start: Start) -> Result<()> {
        if start != Start::Force {
            self.check_tables()?;
        }
        match (start, self.get(OPTIONS)?) {
            (Start::Resume, Some(before)) => self.check_options(&before, options)?,
            (Start::Fresh, Some(_)) if self.is_unfinished()? => {
                let scans = self.scan_count()?;
                return Err(self.refused(format!(
                    "it holds a run that was not finished, with {scans} file(s) done; go on with --resume, or start anew with --force"
                )));
            }
            (Start::Fresh | Start::Force, Some(_)) => {
                let clear =
                    "BEGIN; DELETE FROM crop; DELETE FROM page; DELETE FROM scan; DELETE FROM run; COMMIT; VACUUM;";
                self.connection.execute_batch(clear).map_err(|cause| self.failed(cause))?;
            }
            (_, None) => {}
        }
        if self.get(RUN_ID)?.is_none() {
            self.set(RUN_ID, run_id)?;
        }
        self.set(OPTIONS, &options.to_string())?;
        self.set(STATE, RUNNING)
    }

    /// The name of the run, as it was given when it began.
    ///
    /// # Errors
    /// [`Error::Output`] if the journal cannot be read.
    pub fn run_id(&self) -> Result<String> {
        Ok(self.get(RUN_ID)?.unwrap_or_default())
    }

    /// What decided what was read, as it was given when the run began.
    ///
    /// # Errors
    /// [`Error::Output`] if the journal cannot be read.
    pub fn options(&self) -> Result<serde_json::Value> {
        let options = self.get(OPTIONS)?.unwrap_or_default();
        Ok(serde_json::from_str(&options).unwrap_or_default())
    }

    /// Notes that the run has come to its end and its tables are written.
    ///
    /// # Errors
    /// [`Error::Output`] if the journal cannot be written.
    pub fn finish(&self) -> Result<()> {
        self.set(STATE, FINISHED)
    }

    fn is_unfinished(&self) -> Result<bool> {
        Ok(self.get(STATE)?.as_deref() == Some(RUNNING) && self.scan_count()? > 0)
    }

    fn scan_count(&self) -> Result<i64> {
        self.connection.query_row("SELECT count(*) FROM scan", [], |row| row.get(0)).map_err(|cause| self.failed(cause))
    }

    /// An error that names the options which are not those of the run.
    fn check_options(&self, before: &str, now: &serde_json::Value) -> Result<()> {
        let before: serde_json::Value = serde_json::from_str(before).unwrap_or_default();
        let names = |value: &serde_json::Value| value.as_object().map(|map| map.keys().cloned().collect::<Vec<_>>());
        let mut all: Vec<String> = [names(&before), names(now)].into_iter().flatten().flatten().collect();
        all.sort();
        all.dedup();
        all.retain(|name| before.get(name) != now.get(name));
        if all.is_empty() && before == *now {
            return Ok(());
        }
        Err(self.refused(format!(
            "its run was begun with other options or models ({}); use the same, or start anew with --force",
            all.join(", ")
        )))
    }

    fn refused(&self, reason: String) -> Error {
        Error::Run { folder: self.folder.clone(), reason }
    }

    pub(super) fn get(&self, key: &str) -> Result<Option<String>> {
        self.connection
            .query_row("SELECT value FROM run WHERE key = ?1", [key], |row| row.get(0))
            .optional()
            .map_err(|cause| self.failed(cause))
    }

    pub(super) fn set(&self, key: &str, value: &str) -> Result<()> {
        self.connection
            .execute("INSERT OR REPLACE INTO run (key, value) VALUES (?1, ?2)", [key, value])
            .map(drop)
            .map_err(|cause| self.failed(cause))
    }
}

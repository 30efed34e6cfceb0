//! The journal of a run: each scan in as one transaction the moment it is read, all scans out in the order of the tables.
//!
//! It is an SQLite database in the output folder, and the tables are written from it. After a crash it holds exactly the scans that were
//! finished, so that a later run goes on where this one stopped. Who reads the scans and who writes the tables is left to others.

mod content;
mod published;
mod run;
mod schema;

use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::error::{Error, Result};

pub use content::{FileStamp, Finished, duplicate_of};
pub use run::Start;

/// The name of the journal in the output folder.
pub const JOURNAL_NAME: &str = "journal.sqlite";

/// The journal of one output folder; while it is open no other run can write there.
#[derive(Debug)]
pub struct Journal {
    folder: PathBuf,
    connection: Connection,
}

impl Journal {
    /// Creates the folder where it is missing, and opens its journal for a run with `options`, which are what decides what is read: two runs
    /// with the same options give the same rows. `run_id` names the run where a new one is begun.
    ///
    /// # Errors
    /// [`Error::Output`] if the journal cannot be written or another run holds it; [`Error::Run`] if it holds a run that `start` does not allow
    /// to go on or to be thrown away.
    pub fn open(folder: &Path, options: &serde_json::Value, run_id: &str, start: Start) -> Result<Self> {
        std::fs::create_dir_all(folder)
            .map_err(|cause| Error::Output { path: folder.to_owned(), reason: cause.to_string() })?;
        let connection = schema::connect(folder)?;
        let mut journal = Self { folder: folder.to_owned(), connection };
        journal.begin(options, run_id, start)?;
        Ok(journal)
    }

    /// Opens the journal of a run that has come to its end, for reading.
    ///
    /// # Errors
    /// [`Error::Run`] if the folder has none, [`Error::Output`] if it cannot be read or a run is writing it.
    pub fn of_finished_run(folder: &Path) -> Result<Self> {
        if !folder.join(JOURNAL_NAME).is_file() {
            let reason =
                format!("there is no {JOURNAL_NAME} in it; name the output folder of a run of `scantally extract`");
            return Err(Error::Run { folder: folder.to_owned(), reason });
        }
        Ok(Self { folder: folder.to_owned(), connection: schema::connect(folder)? })
    }

    /// Where the journal lies.
    pub fn path(&self) -> PathBuf {
        self.folder.join(JOURNAL_NAME)
    }

    /// Brings the journal back to its folder if somebody removed either during the run: the open database still has all of it.
    ///
    /// # Errors
    /// [`Error::Output`] if the folder cannot be made again.
    pub fn restore_if_removed(&self) -> Result<()> {
        let path = self.path();
        if path.exists() {
            return Ok(());
        }
        std::fs::create_dir_all(&self.folder)
            .map_err(|cause| Error::Output { path: self.folder.clone(), reason: cause.to_string() })?;
        let name = path.to_string_lossy();
        self.connection.execute("VACUUM INTO ?1", [&*name]).map(drop).map_err(|cause| self.failed(cause))
    }

    fn failed(&self, cause: impl std::fmt::Display) -> Error {
        schema::failed(&self.path(), cause)
    }
}

#[cfg(test)]
mod tests;

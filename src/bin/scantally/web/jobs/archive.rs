//! ZIP archives among the uploads: a stored archive in, the scans that it holds out, by name.
//!
//! Of an entry the database keeps `STORED/NAME`, the random name of the archive and the name of the entry in it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use scantally::batch::{Exclude, FoundFile, Origin, Task, collect};
use scantally::table::FileStatus;

/// Archives that were opened, each once.
#[derive(Default)]
pub struct Opened(HashMap<PathBuf, Vec<FoundFile>>);

impl Opened {
    /// The entry that a scan is, under the name that people see.
    pub fn entry(&mut self, archive: &Path, scan: &JobScan) -> FoundFile {
        let entries = self.0.entry(archive.to_owned()).or_insert_with(|| contents(archive).unwrap_or_default());
        match entries.iter().find(|entry| entry.source == scan.stored_name) {
            Some(entry) => FoundFile { source: scan.source.clone(), ..renamed(entry, &scan.source) },
            None => FoundFile {
                path: archive.to_owned(),
                origin: Origin::Disk,
                source: scan.source.clone(),
                task: Task::Report {
                    status: FileStatus::Failed,
                    error: format!("{} is no longer in its archive; upload it again", scan.source),
                },
            },
        }
    }
}

/// An entry whose report, where it is one, has the name that people see.
fn renamed(entry: &FoundFile, source: &str) -> FoundFile {
    let task = match &entry.task {
        Task::Report { status, error } => Task::Report { status: *status, error: error.replace(&entry.source, source) },
        Task::Read => Task::Read,
    };
    FoundFile { task, ..entry.clone() }
}

/// What an upload holds if it is an archive: its entries, named `STORED/NAME`; nothing where it is no archive.
///
/// # Errors
/// Why an archive is not opened: a sentence that names it `STORED`.
pub fn contents(path: &Path) -> Result<Vec<FoundFile>, String> {
    let found = collect([path.to_owned()], &[], &Exclude::default()).files;
    let mut entries = Vec::new();
    for file in found {
        match (&file.origin, &file.task) {
            (Origin::Entry { .. }, _) => entries.push(file),
            (_, Task::Report { error, .. }) => return Err(error.clone()),
            (_, Task::Read) => {}
        }
    }
    Ok(entries)
}
use crate::web::store::scans::JobScan;

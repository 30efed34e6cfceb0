//! Many scans: INPUTs in, one [`ScanRecord`] a file out as soon as it is read, at any number of threads.
//!
//! [`collect`] walks the INPUTs and names what it meets; [`run`] reads the files in parallel, page by page, within bounds of memory and
//! time. How a page is read is left to [`crate::pipeline`], order and duplicates to [`crate::journal`], what is written to [`crate::table`].

mod alone;
mod archive;
mod budget;
mod claims;
mod collect;
mod exclude;
mod open;
mod origin;
mod outcome;
mod progress;
mod schedule;
mod source;
mod state;
mod walk;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use crate::error::Result;
use crate::journal::FileStamp;
use crate::scan::{Scan, Settings};
use crate::table::{PageRecord, ScanRecord};

pub use alone::read_alone;
pub use archive::Archive;
pub use claims::Claims;
pub use collect::{FileList, FoundFile, Task, collect};
pub use exclude::Exclude;
pub use origin::Origin;
pub use progress::{NoProgress, Progress};

/// How a batch is run; apart from what is given up, none of it changes what is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Worker threads; 0 counts as 1.
    pub threads: usize,
    /// How scans are opened: limits, pages, password.
    pub scan: Settings,
    /// How many bytes the scans and pages under way may take together, by estimate; one page is read however large it is.
    pub max_memory_bytes: u64,
    /// How long opening a scan or reading one of its pages may take before it is given up.
    pub timeout: Duration,
    /// A file that changes while it is read, or that cannot be read and was changed so shortly before, is read again when it has rested so long.
    pub settle: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            threads: 1,
            scan: Settings::default(),
            max_memory_bytes: 1 << 30,
            timeout: Duration::from_secs(120),
            settle: Duration::from_secs(2),
        }
    }
}

/// Whether a batch came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// All files have their record.
    Complete,
    /// Stopped on request: files that were not finished have no record.
    Interrupted,
}

/// Reads one page of an opened scan; the number counts from 1.
pub type ReadPage = dyn Fn(&Scan, usize) -> Result<PageRecord> + Send + Sync;

/// What came of one file of a batch.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The place of the file in the list.
    pub index: usize,
    /// What was read.
    pub scan: ScanRecord,
    /// The file when it was opened; `None` where it could not be looked at.
    pub stamp: Option<FileStamp>,
}

/// Reads all files and hands each outcome to `sink` on the calling thread, in the order in which they are finished.
///
/// The threads share out single pages, so that one long scan is read as fast as many short ones. A scan that fails, makes the program panic
/// or takes too long ends as a failed record; the thread that reads it is left to itself then and another one takes its place. A scan whose
/// content `claims` knows under another name is not read. Setting `interrupted` lets the pages under way come to their end and stops then;
/// the files finished by then are handed on.
///
/// # Errors
/// What `sink` returns, at the first error; [`crate::error::Error::Threads`] if the system gives no threads.
pub fn run(
    files: Vec<FoundFile>,
    read_page: Arc<ReadPage>,
    claims: Arc<Claims>,
    options: &Options,
    progress: &dyn Progress,
    interrupted: &AtomicBool,
    sink: &mut dyn FnMut(Outcome) -> Result<()>,
) -> Result<Ending> {
    let work = schedule::Work { files, read_page, claims, options: options.clone() };
    schedule::run(work, progress, interrupted, sink)
}

/// The names of the worker threads begin with this, so that a panic hook can tell a panic that becomes a failed row.
pub const WORKER_NAME: &str = "scan-";

#[cfg(test)]
mod tests;

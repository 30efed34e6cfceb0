//! Many scans: INPUTs in, one [`FileOutcome`] a file out, in the order of their source names, at any number of threads.
//!
//! [`collect`] walks the INPUTs and names what it meets; [`run`] reads the files in parallel, page by page, and hands the
//! outcomes on in order. How a page is read is left to [`crate::pipeline`], what is written to [`crate::table`].

mod archive;
mod collect;
mod exclude;
mod open;
mod origin;
mod outcome;
mod progress;
mod schedule;
mod source;
mod walk;

use std::sync::atomic::AtomicBool;

use crate::error::{Error, Result};
use crate::number::Number;
use crate::pipeline::Pipeline;
use crate::scan::{Scan, Settings};

pub use archive::Archive;
pub use collect::{FileList, FoundFile, Task, collect};
pub use exclude::Exclude;
pub use origin::{Origin, Stamp};
pub use outcome::FileOutcome;
pub use progress::{NoProgress, Progress};

/// How a batch is run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Worker threads; 0 counts as 1.
    pub threads: usize,
    /// How scans are opened: limits, pages, password.
    pub scan: Settings,
}

/// Whether a batch came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// All files have their outcome.
    Complete,
    /// Stopped on request: files that were not finished have no outcome.
    Interrupted,
}

/// Reads one page of an opened scan; the number counts from 1.
pub type ReadPage<'a> = dyn Fn(&Scan, usize) -> Result<Vec<Number>> + Sync + 'a;

/// Reads all files with `pipeline` and hands each outcome to `sink`, sorted by source name.
///
/// The threads share out single pages, so that one long scan is read as fast as many short ones. At most one page a
/// thread is held in memory. A scan that fails, or makes the program panic, ends as a failed outcome. Setting
/// `interrupted` lets the pages under way come to their end and stops then; the files finished by then are handed on.
///
/// # Errors
/// What `sink` returns, at the first error; [`Error::Threads`] if the system gives no threads.
pub fn run(
    files: &[FoundFile],
    pipeline: &Pipeline,
    options: &Options,
    progress: &dyn Progress,
    interrupted: &AtomicBool,
    sink: &mut dyn FnMut(FileOutcome) -> Result<()>,
) -> Result<Ending> {
    let read_page = |scan: &Scan, number: usize| scan.page(number).and_then(|page| pipeline.read_page(page));
    run_with(files, &read_page, options, progress, interrupted, sink)
}

/// As [`run`], with any way to read a page; pages are read on several threads.
///
/// # Errors
/// As those of [`run`].
pub fn run_with(
    files: &[FoundFile],
    read_page: &ReadPage<'_>,
    options: &Options,
    progress: &dyn Progress,
    interrupted: &AtomicBool,
    sink: &mut dyn FnMut(FileOutcome) -> Result<()>,
) -> Result<Ending> {
    let threads = options.threads.max(1);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(|index| format!("{WORKER_NAME}{index}"))
        .stack_size(WORKER_STACK_BYTES)
        .build()
        .map_err(|cause| Error::Threads { threads, reason: cause.to_string() })?;
    schedule::run(&pool, &schedule::Work { files, read_page, settings: &options.scan, progress, interrupted }, sink)
}

/// The names of the worker threads begin with this, so that a panic hook can tell a panic that becomes a failed row.
pub const WORKER_NAME: &str = "scan-";

/// Nested PDF objects are read by recursion; the 2 MB that Rust gives a thread are little for that, and untouched
/// stack costs no memory.
const WORKER_STACK_BYTES: usize = 16 << 20;

#[cfg(test)]
mod tests;

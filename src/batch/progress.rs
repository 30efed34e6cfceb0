//! Progress: what happens while a batch runs, as calls; how it is shown is left to whoever listens.

use crate::table::ScanRecord;

/// Listens to a batch, on the thread that runs it.
pub trait Progress {
    /// A page of the file `source` is read; called after the page, good or bad.
    fn page_finished(&self, source: &str) {
        let _ = source;
    }

    /// A file is finished; called in the order in which they are.
    fn file_finished(&self, scan: &ScanRecord) {
        let _ = scan;
    }
}

/// Listens to nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoProgress;

impl Progress for NoProgress {}

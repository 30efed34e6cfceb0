//! Progress: what happens while a batch runs, as calls; how it is shown is left to whoever listens.

use crate::batch::FileOutcome;

/// Listens to a batch. Calls come from several threads.
pub trait Progress: Sync {
    /// A page of the file `source` is read; called after the page, good or bad.
    fn page_finished(&self, source: &str) {
        let _ = source;
    }

    /// A file has its outcome; called in the order of the outcomes.
    fn file_finished(&self, outcome: &FileOutcome) {
        let _ = outcome;
    }
}

/// Listens to nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoProgress;

impl Progress for NoProgress {}

//! `--explain`: a page with what led to its numbers in, a picture for each number in a folder out.
//!
//! Pages are drawn by the threads that read them; the first picture that cannot be written ends the run.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use scantally::error::{Error, Result};
use scantally::evaluate::explain::write_picture;
use scantally::number::Number;
use scantally::pipeline::Pipeline;
use scantally::scan::Scan;

/// Draws what is read.
pub struct Explainer {
    folder: PathBuf,
    failure: Mutex<Option<Error>>,
}

impl Explainer {
    /// Creates the folder where it is missing.
    pub fn create(folder: &Path) -> Result<Self> {
        std::fs::create_dir_all(folder)
            .map_err(|cause| Error::Output { path: folder.to_owned(), reason: cause.to_string() })?;
        Ok(Self { folder: folder.to_owned(), failure: Mutex::new(None) })
    }

    /// Reads a page and draws its numbers.
    pub fn read_page(&self, pipeline: &Pipeline, scan: &Scan, page: usize) -> Result<Vec<Number>> {
        let explained = pipeline.explain_page(pipeline.decode_page(scan, page)?)?;
        let drawn = explained.iter().filter_map(|(number, how)| Some((number, how.as_ref()?)));
        for (number, explanation) in drawn {
            if let Err(error) = write_picture(&self.folder, scan.name(), page, number, explanation) {
                // A full disk is no fault of the scan: its row says how it was read, and the run ends with this error.
                self.failure().get_or_insert(error);
            }
        }
        Ok(explained.into_iter().map(|(number, _)| number).collect())
    }

    /// The first picture that could not be written, as an error; none from then on.
    pub fn check(&self) -> Result<()> {
        self.failure().take().map_or(Ok(()), Err)
    }

    fn failure(&self) -> std::sync::MutexGuard<'_, Option<Error>> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

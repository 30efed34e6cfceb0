//! One file of a batch: opened here, read page by page, its outcome out when the last page is in.
//!
//! A page on which the program itself fails counts as a bad page. Which page is read when is left to the schedule.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

use crate::batch::{FileOutcome, FoundFile, ReadPage, Task};
use crate::error::{Error, Result};
use crate::number::Number;
use crate::scan::{Scan, Settings, is_scan_name};
use crate::table::FileStatus;

/// A name that is no scan's may belong to a film or an archive, which are not to be read as a whole; this much tells
/// whether the content is a scan after all.
const BEGINNING_BYTES: u64 = 1 << 16;

/// A scan whose pages are being read.
pub(super) struct OpenScan {
    scan: Scan,
    hash: blake3::Hash,
    /// The numbers of the pages that are to be read.
    pages: Vec<usize>,
    results: Mutex<Results>,
}

/// The results of the pages, as they come in.
struct Results {
    pages: Vec<Option<Result<Vec<Number>>>>,
    missing: usize,
}

impl OpenScan {
    /// Opens a file; the outcome where there are no pages to read. Never panics.
    pub fn open(file: &FoundFile, settings: &Settings) -> std::result::Result<Self, FileOutcome> {
        if let Task::Report { status, error } = &file.task {
            return Err(FileOutcome::unread(&file.source, *status, error.clone(), None));
        }
        catch_unwind(AssertUnwindSafe(|| Self::open_unguarded(file, settings)))
            .unwrap_or_else(|panic| Err(failed(&file.source, &panicked(&file.source, None, &*panic), None)))
    }

    fn open_unguarded(file: &FoundFile, settings: &Settings) -> std::result::Result<Self, FileOutcome> {
        let source = &file.source;
        let unreadable = |error| failed(source, &error, None);
        if !is_scan_name(&file.path) {
            let beginning = file.beginning(BEGINNING_BYTES).map_err(unreadable)?;
            if let Err(error @ Error::NotAScan { .. }) = Scan::from_bytes(source, beginning, settings.limits) {
                return Err(FileOutcome::unread(source, FileStatus::Skipped, error.to_string(), None));
            }
        }
        let bytes = file.read().map_err(unreadable)?;
        let hash = blake3::hash(&bytes);
        let scan =
            Scan::from_bytes(source, bytes, settings.clone()).map_err(|error| failed(source, &error, Some(hash)))?;
        let pages: Vec<usize> = scan.pages_to_read().collect();
        if pages.is_empty() {
            return Err(FileOutcome::of_pages(source, hash, Vec::new(), None));
        }
        let results = Results { pages: pages.iter().map(|_| None).collect(), missing: pages.len() };
        Ok(Self { scan, hash, pages, results: Mutex::new(results) })
    }

    /// The number of pages to be read, at least 1.
    pub fn page_count(&self) -> usize {
        self.pages.len()
    }

    /// What rows and messages call the file.
    pub fn source(&self) -> &str {
        self.scan.name()
    }

    /// Reads one of the pages to be read, the first being 1, and keeps its result; the outcome of the file if it was the last one that
    /// was missing. Never panics.
    pub fn read_page(&self, place: usize, read_page: &ReadPage<'_>) -> Option<FileOutcome> {
        let number = self.pages[place - 1];
        let result = catch_unwind(AssertUnwindSafe(|| read_page(&self.scan, number)))
            .unwrap_or_else(|panic| Err(panicked(self.source(), Some(number), &*panic)));
        let mut results = self.results.lock().unwrap_or_else(PoisonError::into_inner);
        results.pages[place - 1] = Some(result);
        results.missing -= 1;
        if results.missing > 0 {
            return None;
        }
        let pages = self.pages.iter().copied().zip(std::mem::take(&mut results.pages).into_iter().flatten()).collect();
        Some(FileOutcome::of_pages(self.source(), self.hash, pages, self.scan.remark()))
    }
}

fn failed(source: &str, error: &Error, hash: Option<blake3::Hash>) -> FileOutcome {
    FileOutcome::unread(source, FileStatus::Failed, error.to_string(), hash)
}

/// The error for a scan on which the program itself failed.
fn panicked(source: &str, page: Option<usize>, panic: &(dyn Any + Send)) -> Error {
    let message = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no message");
    let reason = format!("scantally itself failed on it ({message}); please report this together with the file");
    Error::Damaged { scan: source.to_owned(), page, reason }
}

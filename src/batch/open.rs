//! One file of a batch: opened here, read page by page, its record out when the last page is in.
//!
//! A page on which the program itself fails counts as a bad page. Which page is read when is left to the schedule.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::batch::outcome::{of_pages, unread};
use crate::batch::{Claims, FoundFile, ReadPage, Task};
use crate::error::{Error, Result};
use crate::journal::{FileStamp, duplicate_of};
use crate::scan::{Scan, Settings, is_scan_name};
use crate::table::{FileRow, FileStatus, PageRecord, ScanRecord};

/// A name that is no scan's may belong to a film or an archive, which are not to be read as a whole; this much tells
/// whether the content is a scan after all.
const BEGINNING_BYTES: u64 = 1 << 16;

/// A scan whose pages are being read.
pub(super) struct OpenScan {
    scan: Scan,
    hash: blake3::Hash,
    /// The numbers of the pages to be read.
    pages: Vec<usize>,
    results: Mutex<Results>,
}

/// The results of the pages, as they come in.
struct Results {
    pages: Vec<Option<Result<PageRecord>>>,
    missing: usize,
}

/// Whether a file was changed less than `settle` ago; times in the future count as just now.
pub(super) fn is_fresh(stamp: &FileStamp, settle: Duration) -> bool {
    let modified = UNIX_EPOCH + Duration::from_nanos(stamp.modified_ns.max(0).cast_unsigned());
    SystemTime::now().duration_since(modified).is_ok_and(|age| age < settle)
}

impl OpenScan {
    /// Opens a file; the record where there are no pages to read. Never panics.
    pub fn open(file: &FoundFile, settings: &Settings, claims: &Claims) -> std::result::Result<Self, ScanRecord> {
        if let Task::Report { status, error } = &file.task {
            return Err(unread(&file.source, *status, error.clone(), None));
        }
        catch_unwind(AssertUnwindSafe(|| Self::open_unguarded(file, settings, claims)))
            .unwrap_or_else(|panic| Err(failed(&file.source, &panicked(&file.source, None, &*panic), None)))
    }

    fn open_unguarded(file: &FoundFile, settings: &Settings, claims: &Claims) -> std::result::Result<Self, ScanRecord> {
        let source = &file.source;
        let unreadable = |error| failed(source, &error, None);
        if !is_scan_name(&file.path) {
            let beginning = file.beginning(BEGINNING_BYTES).map_err(unreadable)?;
            if let Err(error @ Error::NotAScan { .. }) = Scan::from_bytes(source, beginning, settings.limits) {
                return Err(unread(source, FileStatus::Skipped, error.to_string(), None));
            }
        }
        let bytes = file.read().map_err(unreadable)?;
        let hash = blake3::hash(&bytes);
        let scan =
            Scan::from_bytes(source, bytes, settings.clone()).map_err(|error| failed(source, &error, Some(hash)))?;
        let pages: Vec<usize> = scan.pages_to_read().collect();
        if pages.is_empty() {
            return Err(of_pages(source, hash, Vec::new(), None));
        }
        if let Some(first) = claims.claim(hash, source) {
            let row = FileRow {
                source: source.clone(),
                page_count: pages.len(),
                status: FileStatus::Ok,
                error: duplicate_of(source, &first),
                content_hash: Some(hash),
            };
            return Err(ScanRecord { row, pages: Vec::new() });
        }
        let results = Results { pages: pages.iter().map(|_| None).collect(), missing: pages.len() };
        Ok(Self { scan, hash, pages, results: Mutex::new(results) })
    }

    /// The numbers of the pages to be read, at least one.
    pub fn pages(&self) -> &[usize] {
        &self.pages
    }

    /// How many pixels a page has, as far as the file tells before it is decoded.
    pub fn page_pixels(&self, number: usize) -> Option<u64> {
        self.scan.page_pixels(number)
    }

    /// What rows and messages call the file.
    pub fn source(&self) -> &str {
        self.scan.name()
    }

    /// Reads one of the pages, by its number. Never panics.
    pub fn read_page(&self, number: usize, read_page: &ReadPage) -> Result<PageRecord> {
        catch_unwind(AssertUnwindSafe(|| read_page(&self.scan, number)))
            .unwrap_or_else(|panic| Err(panicked(self.source(), Some(number), &*panic)))
    }

    /// Keeps the result of a page, by its place among those to be read; the record of the file if it was the last one.
    pub fn keep(&self, place: usize, result: Result<PageRecord>) -> Option<ScanRecord> {
        let mut results = self.results.lock().unwrap_or_else(PoisonError::into_inner);
        results.pages[place] = Some(result);
        results.missing -= 1;
        if results.missing > 0 {
            return None;
        }
        let pages = self.pages.iter().copied().zip(std::mem::take(&mut results.pages).into_iter().flatten()).collect();
        Some(of_pages(self.source(), self.hash, pages, self.scan.remark()))
    }
}

pub(super) fn failed(source: &str, error: &Error, hash: Option<blake3::Hash>) -> ScanRecord {
    unread(source, FileStatus::Failed, error.to_string(), hash)
}

/// The error for a scan that took too long.
pub(super) fn overdue(source: &str, page: Option<usize>, timeout: Duration) -> Error {
    let reason = format!(
        "it took more than {} seconds and was given up; raise --timeout if the scan is genuine",
        timeout.as_secs_f64()
    );
    Error::Damaged { scan: source.to_owned(), page, reason }
}

/// The error for a scan on which the program itself failed.
pub(super) fn panicked(source: &str, page: Option<usize>, panic: &(dyn Any + Send)) -> Error {
    let message = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no message");
    let reason = format!("scantally itself failed on it ({message}); please report this together with the file");
    Error::Damaged { scan: source.to_owned(), page, reason }
}

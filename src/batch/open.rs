//! One file of a batch: opened here, read page by page, its record out when the last page is in.
//!
//! A page on which the program itself fails counts as a bad page. Which page is read when is left to the schedule.

use std::any::Any;
use std::fs::File;
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::batch::outcome::{of_pages, unread};
use crate::batch::{Claims, FoundFile, ReadPage, Task};
use crate::error::{Error, Result};
use crate::journal::{FileStamp, duplicate_of};
use crate::scan::{Limits, Scan, is_scan_name};
use crate::table::{FileStatus, PageRecord, ScanRecord};

/// A name that is no scan's may belong to a film or an archive, which are not to be read as a whole; this much tells
/// whether the content is a scan after all.
const BEGINNING_BYTES: u64 = 1 << 16;

/// A scan whose pages are being read.
pub(super) struct OpenScan {
    scan: Scan,
    hash: blake3::Hash,
    page_count: usize,
    results: Mutex<Results>,
}

/// The results of the pages, as they come in.
struct Results {
    pages: Vec<Option<Result<PageRecord>>>,
    missing: usize,
}

/// Size and time of the last change of a file; `None` where the system does not tell.
pub fn stamp_of(path: &Path) -> Option<FileStamp> {
    let metadata = std::fs::metadata(path).ok()?;
    let since = metadata.modified().ok()?.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    Some(FileStamp { size: metadata.len(), modified_ns: i64::try_from(since.as_nanos()).unwrap_or(i64::MAX) })
}

/// Whether a file was changed less than `settle` ago; times in the future count as just now.
pub(super) fn is_fresh(stamp: &FileStamp, settle: Duration) -> bool {
    let modified = UNIX_EPOCH + Duration::from_nanos(stamp.modified_ns.max(0).cast_unsigned());
    SystemTime::now().duration_since(modified).is_ok_and(|age| age < settle)
}

impl OpenScan {
    /// Opens a file; the record where there are no pages to read. Never panics.
    pub fn open(file: &FoundFile, limits: Limits, claims: &Claims) -> std::result::Result<Self, ScanRecord> {
        if let Task::Report { status, error } = &file.task {
            return Err(unread(&file.source, *status, error.clone(), None));
        }
        catch_unwind(AssertUnwindSafe(|| Self::open_unguarded(file, limits, claims)))
            .unwrap_or_else(|panic| Err(failed(&file.source, &panicked(&file.source, None, &*panic), None)))
    }

    fn open_unguarded(file: &FoundFile, limits: Limits, claims: &Claims) -> std::result::Result<Self, ScanRecord> {
        let source = &file.source;
        let unreadable = |cause| failed(source, &Error::Unreadable { scan: source.clone(), cause }, None);
        if !is_scan_name(&file.path) {
            let beginning = beginning_of(&file.path).map_err(unreadable)?;
            if let Err(error @ Error::NotAScan { .. }) = Scan::from_bytes(source, beginning, limits) {
                return Err(unread(source, FileStatus::Skipped, error.to_string(), None));
            }
        }
        let bytes = std::fs::read(&file.path).map_err(unreadable)?;
        let hash = blake3::hash(&bytes);
        let scan = Scan::from_bytes(source, bytes, limits).map_err(|error| failed(source, &error, Some(hash)))?;
        let page_count = scan.page_count();
        if page_count == 0 {
            return Err(of_pages(source, hash, Vec::new()));
        }
        if let Some(first) = claims.claim(hash, source) {
            return Err(unread(source, FileStatus::Skipped, duplicate_of(source, &first), Some(hash)));
        }
        let pages = (0..page_count).map(|_| None).collect();
        Ok(Self { scan, hash, page_count, results: Mutex::new(Results { pages, missing: page_count }) })
    }

    /// The number of pages, at least 1.
    pub fn page_count(&self) -> usize {
        self.page_count
    }

    /// How many pixels a page has, from 1, as far as the file tells before it is decoded.
    pub fn page_pixels(&self, number: usize) -> Option<u64> {
        self.scan.page_pixels(number)
    }

    /// What rows and messages call the file.
    pub fn source(&self) -> &str {
        self.scan.name()
    }

    /// Reads one page, from 1. Never panics.
    pub fn read_page(&self, number: usize, read_page: &ReadPage) -> Result<PageRecord> {
        catch_unwind(AssertUnwindSafe(|| read_page(&self.scan, number)))
            .unwrap_or_else(|panic| Err(panicked(self.source(), Some(number), &*panic)))
    }

    /// Keeps the result of a page, from 1; the record of the file if it was the last one.
    pub fn keep(&self, number: usize, result: Result<PageRecord>) -> Option<ScanRecord> {
        let mut results = self.results.lock().unwrap_or_else(PoisonError::into_inner);
        results.pages[number - 1] = Some(result);
        results.missing -= 1;
        if results.missing > 0 {
            return None;
        }
        let pages = std::mem::take(&mut results.pages).into_iter().flatten().collect();
        Some(of_pages(self.source(), self.hash, pages))
    }
}

fn beginning_of(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut beginning = Vec::new();
    File::open(path)?.take(BEGINNING_BYTES).read_to_end(&mut beginning)?;
    Ok(beginning)
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
fn panicked(source: &str, page: Option<usize>, panic: &(dyn Any + Send)) -> Error {
    let message = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no message");
    let reason = format!("scantally itself failed on it ({message}); please report this together with the file");
    Error::Damaged { scan: source.to_owned(), page, reason }
}

//! A run as it goes: finished pages and files in, a bar on a terminal, a line for each file, or a line of JSON for each event out.

use std::cell::RefCell;
use std::io::IsTerminal;
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};
use scantally::batch::{FoundFile, Progress};
use scantally::table::{FileStatus, ScanRecord};

use crate::cli::Extract;
use crate::printer::{counted, lines, printable};

/// Shows a run as it goes.
pub struct Watcher {
    bar: ProgressBar,
    with_files: bool,
    with_json: bool,
    seen: RefCell<Seen>,
}

/// What has happened so far.
struct Seen {
    began: Instant,
    files_left: usize,
    /// Pages of finished files, and pages read of files under way.
    pages: usize,
    review: usize,
    failed: usize,
}

impl Watcher {
    /// Watches a run over these files.
    pub fn new(files: &[FoundFile], arguments: &Extract) -> Self {
        let with_json = arguments.run.log.is_some();
        let is_shown = !arguments.no_progress && !arguments.quiet && !with_json && std::io::stderr().is_terminal();
        let bar = if is_shown { ProgressBar::new(files.len() as u64) } else { ProgressBar::hidden() };
        if let Ok(style) = ProgressStyle::with_template("{bar:24} {msg}, {eta} left") {
            bar.set_style(style);
        }
        let seen = Seen { began: Instant::now(), files_left: files.len(), pages: 0, review: 0, failed: 0 };
        let watcher = Self { bar, with_files: arguments.verbose, with_json, seen: RefCell::new(seen) };
        watcher.log(|| serde_json::json!({ "event": "start", "files": files.len() }));
        watcher
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }

    fn log(&self, event: impl FnOnce() -> serde_json::Value) {
        if self.with_json {
            lines(&event().to_string());
        }
    }

    fn show(&self) {
        self.bar.set_message(self.seen.borrow().sentence());
    }
}

impl Seen {
    fn sentence(&self) -> String {
        let seconds = self.began.elapsed().as_secs_f64();
        let rate = if seconds > 0.0 { self.pages as f64 / seconds } else { 0.0 };
        format!(
            "{}, {} left, {rate:.1} pages a second, {} to review, {} failed",
            counted(self.pages, "page"),
            counted(self.files_left, "file"),
            self.review,
            self.failed
        )
    }
}

impl Progress for Watcher {
    fn page_finished(&self, _: &str) {
        self.seen.borrow_mut().pages += 1;
        self.show();
    }

    fn file_finished(&self, scan: &ScanRecord) {
        {
            let mut seen = self.seen.borrow_mut();
            seen.files_left = seen.files_left.saturating_sub(1);
            seen.review += scan.review_count();
            seen.failed += usize::from(scan.row.status == FileStatus::Failed);
        }
        self.bar.inc(1);
        self.show();
        self.log(|| file_event(scan));
        if self.with_files && !self.with_json {
            self.bar.suspend(|| lines(&printable(&file_line(scan))));
        }
    }
}

/// A line for a finished file.
fn file_line(scan: &ScanRecord) -> String {
    let row = &scan.row;
    if row.status == FileStatus::Ok {
        let remark = if row.error.is_empty() { String::new() } else { format!(" ({})", row.error) };
        let (pages, numbers) = (counted(row.page_count, "page"), counted(scan.number_count(), "number"));
        format!("{}: {pages}, {numbers}{remark}", row.source)
    } else {
        format!("{}: {}", row.status.as_str(), row.error)
    }
}

/// The same as JSON.
fn file_event(scan: &ScanRecord) -> serde_json::Value {
    let row = &scan.row;
    serde_json::json!({
        "event": "file",
        "source": row.source,
        "status": row.status.as_str(),
        "pages": row.page_count,
        "numbers": scan.number_count(),
        "review": scan.review_count(),
        "error": row.error,
    })
}

#[cfg(test)]
mod tests {
    use scantally::table::{FileRow, PageRecord};

    use super::*;

    fn scan(status: FileStatus, error: &str) -> ScanRecord {
        let row =
            FileRow { source: "a.png".to_owned(), page_count: 2, status, error: error.to_owned(), content_hash: None };
        ScanRecord { row, pages: vec![PageRecord::default()] }
    }

    #[test]
    fn files_have_a_line_that_says_what_came_of_them() {
        assert_eq!(file_line(&scan(FileStatus::Ok, "")), "a.png: 2 pages, 0 numbers");
        assert_eq!(file_line(&scan(FileStatus::Ok, "lossy")), "a.png: 2 pages, 0 numbers (lossy)");
        assert_eq!(file_line(&scan(FileStatus::Failed, "a.png is cut")), "failed: a.png is cut");
        assert_eq!(file_event(&scan(FileStatus::Failed, "cut"))["status"], "failed");
    }

    #[test]
    fn the_bar_says_what_a_person_wants_to_know() {
        let seen = Seen { began: Instant::now(), files_left: 1, pages: 12, review: 3, failed: 2 };
        let sentence = seen.sentence();
        assert!(sentence.starts_with("12 pages, 1 file left, "), "{sentence}");
        assert!(sentence.ends_with("pages a second, 3 to review, 2 failed"), "{sentence}");
    }
}

//! What came of one file: the results of its pages in, one row and the good pages out.

use crate::error::{Error, Result};
use crate::table::{FileRow, FileStatus, PageRecord, ScanRecord};

/// How many bad pages an error names before it only counts the rest.
const NAMED_BAD_PAGES: usize = 10;

/// The record of a file that is not read.
pub(super) fn unread(source: &str, status: FileStatus, error: String, hash: Option<blake3::Hash>) -> ScanRecord {
    let row = FileRow { source: source.to_owned(), page_count: 0, status, error, content_hash: hash };
    ScanRecord { row, pages: Vec::new() }
}

/// The record of a file that was opened: numbers and results of its pages, in order, and a remark on the scan as a whole.
pub(super) fn of_pages(
    source: &str,
    hash: blake3::Hash,
    results: Vec<(usize, Result<PageRecord>)>,
    remark: Option<String>,
) -> ScanRecord {
    let page_count = results.len();
    let mut pages = Vec::new();
    let mut errors = Vec::new();
    for (number, result) in results {
        match result {
            Ok(page) => pages.push(page),
            Err(error) => errors.push((number, error)),
        }
    }
    let status = if errors.is_empty() && page_count > 0 { FileStatus::Ok } else { FileStatus::Failed };
    let error = match errors.as_slice() {
        [] if page_count == 0 => format!("{source} has no pages; scan it again"),
        errors => error_sentence(errors, page_count),
    };
    // A remark fails nothing: it stands alone behind `ok`, or behind what has failed.
    let parts: Vec<String> = [error, remark.unwrap_or_default()].into_iter().filter(|part| !part.is_empty()).collect();
    let error = parts.join("; ");
    let row = FileRow { source: source.to_owned(), page_count, status, error, content_hash: Some(hash) };
    ScanRecord { row, pages }
}

/// One sentence for all bad pages: the first in full, the others by their numbers.
fn error_sentence(errors: &[(usize, Error)], page_count: usize) -> String {
    let Some(((page, first), others)) = errors.split_first() else { return String::new() };
    let mut sentence = first.to_string();
    let names_its_page = matches!(first, Error::Damaged { page: Some(_), .. } | Error::TooLarge { page: Some(_), .. });
    if page_count > 1 && !names_its_page {
        sentence = format!("page {page}: {sentence}");
    }
    if !others.is_empty() {
        let named: Vec<String> = others.iter().take(NAMED_BAD_PAGES).map(|(page, _)| page.to_string()).collect();
        let rest = others.len() - named.len();
        let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
        let word = if others.len() == 1 { "page" } else { "pages" };
        sentence = format!("{sentence} (and so with {word} {}{more})", named.join(", "));
    }
    sentence
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good(page: usize) -> Result<PageRecord> {
        Ok(PageRecord { page, ..PageRecord::default() })
    }

    fn bad(page: usize) -> Result<PageRecord> {
        Err(Error::Damaged { scan: "a.tif".to_owned(), page: Some(page), reason: "the strip is cut".to_owned() })
    }

    fn outcome(results: Vec<Result<PageRecord>>) -> ScanRecord {
        of_pages("a.tif", blake3::hash(b""), (1..).zip(results).collect(), None)
    }

    #[test]
    fn a_remark_fails_nothing() {
        let with_remark = |results| {
            let remark = Some("lossy_jbig2: look".to_owned());
            of_pages("a.pdf", blake3::hash(b""), results, remark).row
        };
        let row = with_remark(vec![(3, good(3))]);
        assert_eq!((row.status, row.error.as_str()), (FileStatus::Ok, "lossy_jbig2: look"));
        let row = with_remark(vec![(2, bad(2))]);
        assert_eq!(row.error, "a.tif, page 2: the strip is cut; lossy_jbig2: look");
    }

    #[test]
    fn good_pages_of_a_broken_file_are_kept_and_the_bad_one_is_named() {
        let outcome = outcome(vec![good(1), bad(2), good(3)]);
        assert_eq!(outcome.row.status, FileStatus::Failed);
        assert_eq!(outcome.row.page_count, 3);
        assert_eq!(outcome.row.error, "a.tif, page 2: the strip is cut");
        assert_eq!(outcome.pages.iter().map(|page| page.page).collect::<Vec<_>>(), [1, 3]);
    }

    #[test]
    fn many_bad_pages_stay_one_sentence() {
        assert_eq!(outcome(vec![bad(1), bad(2)]).row.error, "a.tif, page 1: the strip is cut (and so with page 2)");
        let error = outcome((1..=15).map(bad).collect()).row.error;
        assert!(error.ends_with("(and so with pages 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 4 more)"), "{error}");
    }

    #[test]
    fn a_page_is_named_where_the_error_does_not_name_it() {
        let model = Err(Error::Model { model: "cnn".to_owned(), reason: "it is gone".to_owned() });
        assert!(outcome(vec![good(1), model]).row.error.starts_with("page 2: the model cnn"));
    }

    #[test]
    fn a_file_without_pages_has_failed() {
        assert_eq!(outcome(Vec::new()).row.status, FileStatus::Failed);
    }
}

//! One scan that lies in memory: its bytes in, its record out, on the calling thread.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::batch::open::panicked;
use crate::batch::outcome::of_pages;
use crate::error::{Error, Result};
use crate::scan::{Scan, Settings};
use crate::table::{PageRecord, ScanRecord};

/// Reads a scan, one page after the other; pages that fail are told in its row and do not stop the others. Never panics.
///
/// # Errors
/// The first error where not one page could be read.
pub fn read_alone(
    source: &str,
    bytes: Vec<u8>,
    settings: &Settings,
    read_page: impl Fn(&Scan, usize) -> Result<PageRecord>,
) -> Result<ScanRecord> {
    let guarded = |page: Option<usize>, panic: Box<dyn std::any::Any + Send>| panicked(source, page, &*panic);
    let opened = catch_unwind(AssertUnwindSafe(|| {
        let hash = blake3::hash(&bytes);
        Scan::from_bytes(source, bytes, settings.clone()).map(|scan| (hash, scan))
    }));
    let (hash, scan) = opened.unwrap_or_else(|panic| Err(guarded(None, panic)))?;
    let mut results: Vec<(usize, Result<PageRecord>)> = Vec::new();
    for number in scan.pages_to_read() {
        let read = catch_unwind(AssertUnwindSafe(|| read_page(&scan, number)));
        results.push((number, read.unwrap_or_else(|panic| Err(guarded(Some(number), panic)))));
    }
    if results.iter().any(|(_, result)| result.is_ok()) {
        return Ok(of_pages(source, hash, results, scan.remark()));
    }
    let no_pages =
        || Error::Damaged { scan: source.to_owned(), page: None, reason: "it has no pages; scan it again".to_owned() };
    Err(results.into_iter().find_map(|(_, result)| result.err()).unwrap_or_else(no_pages))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::FileStatus;

    /// A scan of two small pages.
    fn two_pages() -> Vec<u8> {
        let mut bytes = std::io::Cursor::new(Vec::new());
        let mut encoder = tiff::encoder::TiffEncoder::new(&mut bytes).expect("memory");
        for _ in 0..2 {
            encoder.write_image::<tiff::encoder::colortype::Gray8>(2, 1, &[0, 255]).expect("memory");
        }
        bytes.into_inner()
    }

    #[test]
    fn a_page_that_panics_leaves_the_others() -> Result<()> {
        let read = |_: &Scan, page: usize| match page {
            1 => Ok(PageRecord { page, ..PageRecord::default() }),
            _ => panic!("a fault"),
        };
        let record = read_alone("a.tif", two_pages(), &Settings::default(), read)?;
        assert_eq!((record.row.status, record.row.page_count, record.pages.len()), (FileStatus::Failed, 2, 1));
        assert!(
            record.row.error.contains("a.tif, page 2: scantally itself failed on it (a fault)"),
            "{}",
            record.row.error
        );
        Ok(())
    }

    #[test]
    fn where_no_page_can_be_read_the_first_error_is_told() {
        let panics = |_: &Scan, _| panic!("a fault");
        let error = read_alone("a.tif", two_pages(), &Settings::default(), panics).expect_err("no page");
        assert!(error.to_string().starts_with("a.tif, page 1: "), "{error}");
    }

    #[test]
    fn what_is_no_scan_is_an_error() {
        let read = |_: &Scan, page: usize| Ok(PageRecord { page, ..PageRecord::default() });
        let error = read_alone("a.txt", b"Dear sir".to_vec(), &Settings::default(), read).expect_err("a text");
        assert!(matches!(error, Error::NotAScan { .. }), "{error}");
    }
}

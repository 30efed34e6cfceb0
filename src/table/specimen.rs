//! A small result for the tests of the writers: two scans and what was read on them, pictures included.

use image::{GrayImage, Luma};

use crate::geometry::Rect;
use crate::number::{Digit, Number, Reason, Status};
use crate::table::{Crop, FileRow, FileStatus, PageRecord, Pictures, ScanRecord, TableOptions, Tables, png_of};

/// Two scans: an amount for review with a crop, an identifier, an empty field, and a file that failed.
pub fn scans() -> Vec<ScanRecord> {
    let mut amount = number("total", "-80.50", Status::Review);
    amount.text = "-80,50".to_owned();
    amount.alternatives = vec![("-86.50".to_owned(), 0.03)];
    amount.reasons = vec![Reason::LowConfidence, Reason::UnreadInk];
    amount.digits = vec![digit(8, Rect::new(12, 22, 10, 16)), digit(0, Rect::new(24, 22, 90, 16))];
    let numbers = vec![amount, number("account", "001234", Status::Ok), number("tax", "", Status::Empty)];
    let pictures = Pictures { crops: vec![Some(crop()), None, None], thumbnail: None };
    let page = PageRecord { page: 2, width_px: 300, height_px: 200, numbers, pictures };
    vec![
        ScanRecord { row: row("=a.png", FileStatus::Ok, ""), pages: vec![page] },
        ScanRecord { row: row("bad.png", FileStatus::Failed, "bad.png is cut off"), pages: Vec::new() },
    ]
}

/// A row of files.csv.
pub fn row(source: &str, status: FileStatus, error: &str) -> FileRow {
    let content_hash = (status == FileStatus::Ok).then(|| blake3::hash(b"scan"));
    FileRow { source: source.to_owned(), page_count: 1, status, error: error.to_owned(), content_hash }
}

/// A number without digits.
pub fn number(field: &str, value: &str, status: Status) -> Number {
    Number {
        field: field.to_owned(),
        value: value.to_owned(),
        confidence: 0.95,
        status,
        text: value.to_owned(),
        alternatives: Vec::new(),
        reasons: Vec::new(),
        digits: Vec::new(),
        bounds: Rect::new(10, 20, 30, 40),
    }
}

/// One page with these numbers and no pictures.
pub fn page_of(source: &str, page: usize, numbers: Vec<Number>) -> ScanRecord {
    let pages = vec![PageRecord { page, numbers, ..PageRecord::default() }];
    ScanRecord { row: row(source, FileStatus::Ok, ""), pages }
}

/// Writes scans to a folder and publishes them.
pub fn publish(folder: &std::path::Path, options: &TableOptions, scans: Vec<ScanRecord>) -> crate::error::Result<()> {
    let mut tables = Tables::create(folder, options)?;
    scans.into_iter().try_for_each(|scan| tables.write_scan(scan))?;
    tables.publish(&crate::table::RunRecord::default())
}

/// The surroundings (10, 20, 40, 100) of a number, dark at their top left quarter.
fn crop() -> Crop {
    let picture = GrayImage::from_fn(40, 100, |x, y| Luma([if x < 20 && y < 50 { 10 } else { 250 }]));
    Crop { bounds: Rect::new(10, 20, 40, 100), png: png_of(&picture).expect("a picture"), path: None }
}

fn digit(digit: u8, bounds: Rect) -> Digit {
    Digit { digit, confidence: 0.97, second: 3, second_confidence: 0.02, bounds, style: None }
}

//! Pictures of one page by way of the public functions, and what is no scan.

use std::path::Path;

use image::ExtendedColorType;
use scantally::error::{Error, Stage};
use scantally::scan::{Limits, Scan, Settings, is_scan_name};

use crate::scan_files::{grey_page, jpeg, open, with_orientation};

#[test]
fn exif_orientation_turns_the_picture() {
    // Black at the left, white at the right; tag 6 turns it clockwise, so that black comes to the top.
    let samples: Vec<u8> = (0..16 * 8).map(|at| if at % 16 < 8 { 0 } else { 255 }).collect();
    let stored = with_orientation(&jpeg(&samples, 16, 8, ExtendedColorType::L8), 6);
    let (width, upright) = grey_page(&open(stored), 1);
    assert_eq!(width, 8);
    assert!(upright[..64].iter().all(|value| *value < 30) && upright[64..].iter().all(|value| *value > 225));
}

#[test]
fn the_name_does_not_matter() {
    let bytes = jpeg(&[255; 64], 8, 8, ExtendedColorType::L8);
    let scan = Scan::from_bytes("letter.docx", bytes.clone(), Limits::default()).expect("opens");
    assert_eq!((scan.name(), scan.page_count(), scan.content_hash()), ("letter.docx", 1, blake3::hash(&bytes)));
    assert!(!is_scan_name(Path::new("letter.docx")) && is_scan_name(Path::new("letter.JFIF")));
}

#[test]
fn errors_name_the_file_and_what_to_do() {
    let error = Scan::from_bytes("a.png", b"0123\n".to_vec(), Limits::default()).expect_err("is text");
    assert_eq!(
        error.to_string(),
        "a.png is not a scan: it is text, not a picture; look where the scan itself was saved"
    );
    assert_eq!(error.stage(), Stage::Scan);
    let missing = Scan::open(Path::new("no/such/file.png"), "file.png", Limits::default()).expect_err("is not there");
    assert!(
        matches!(missing, Error::Unreadable { .. }) && missing.to_string().starts_with("file.png cannot be opened")
    );
}

#[test]
fn pages_that_were_asked_for() {
    let bytes = jpeg(&[255; 64], 8, 8, ExtendedColorType::L8);
    let with = |pages: &str| {
        let settings = Settings { pages: pages.parse().expect("is a selection"), ..Settings::default() };
        Scan::from_bytes("a.jpg", bytes.clone(), settings)
    };
    assert_eq!(with("1-3,7").expect("opens").pages_to_read().collect::<Vec<_>>(), [1]);
    let error = with("2-").expect_err("has one page").to_string();
    assert_eq!(error, "a.jpg: it has 1 page(s), none of those that --pages names");
}

#[test]
fn the_limit_is_named() {
    let limits = Limits { max_pixels: 63, ..Limits::default() };
    let scan = Scan::from_bytes("a.jpg", jpeg(&[255; 64], 8, 8, ExtendedColorType::L8), limits).expect("opens");
    let error = scan.page(1).expect_err("is one pixel too large").to_string();
    assert!(error.starts_with("a.jpg: 8 x 8 pixels are more than the limit of 63"), "{error}");
}

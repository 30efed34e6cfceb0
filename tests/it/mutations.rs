//! Scans, archives, templates and tables changed at random by a seeded generator: whatever comes, each file has its row or its error, which
//! is a sentence that names it, and nothing panics. A short form of the fuzz targets in `fuzz/`.

use std::io::{Cursor, Write};
use std::path::Path;
use std::sync::Arc;

use image::{ExtendedColorType, ImageFormat};
use rand::SeedableRng;
use rand_pcg::Pcg64Mcg;
use scantally::batch::{self, Exclude, Options};
use scantally::evaluate::score::{read_numbers, read_truths};
use scantally::scan::{Limits, Scan};
use scantally::table::{FileStatus, PageRecord};
use scantally::template;

use crate::batch_run::read_all;
use crate::scan_files::{TiffPage, Value, deflated, jpeg, one_page_pdf, packed, stream, tiff};
use crate::scan_hostile::change;
use crate::support::number_picture;

const CHANGES_PER_FILE: usize = 300;

/// Calls `check` with many changed copies of `bytes`: up to three changes each, the same in every run.
fn with_changes(bytes: &[u8], mut check: impl FnMut(usize, Vec<u8>)) {
    let mut random = Pcg64Mcg::seed_from_u64(6);
    for index in 0..CHANGES_PER_FILE {
        let mut changed = bytes.to_vec();
        (0..=index % 3).for_each(|_| change(&mut changed, &mut random));
        check(index, changed);
    }
}

fn png() -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    number_picture("42").write_to(&mut bytes, ImageFormat::Png).expect("encodes");
    bytes.into_inner()
}

fn pages() -> Vec<u8> {
    let grey: Vec<u8> = (0..24 * 16).map(|at| (at * 7 % 256) as u8).collect();
    let lzw = weezl::encode::Encoder::with_tiff_size_switch(weezl::BitOrder::Msb, 8).encode(&grey).expect("encodes");
    let group_4 = packed("001 1011 011 1 1 000000000001 000000000001");
    let pages = [
        TiffPage::new(24, 16, vec![lzw]).stored_as(5, 1, 8, 1).tag(317, 2),
        TiffPage::new(8, 2, vec![group_4]).stored_as(4, 0, 1, 1).value(282, Value::Rational(204, 1)),
    ];
    tiff(&pages, false)
}

fn document() -> Vec<u8> {
    let grey: Vec<u8> = (0..24 * 16).map(|at| (at * 7 % 256) as u8).collect();
    let image = "/Subtype /Image /Width 24 /Height 16 /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /FlateDecode";
    one_page_pdf("", "q 72 0 0 36 0 0 cm /Im0 Do Q", stream(image, &deflated(&grey)))
}

fn archive() -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in [("a.png", png()), ("b/c.tif", pages()), ("notes.txt", b"42".to_vec())] {
        writer.start_file(name, zip::write::SimpleFileOptions::default()).expect("writes to memory");
        writer.write_all(&bytes).expect("writes to memory");
    }
    writer.finish().expect("writes to memory").into_inner()
}

/// Reads a folder of changed files as a batch does. Each file has at least one row, and only its own name in it.
fn check_batch(extension: &str, bytes: &[u8]) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let name = |index: usize| format!("{index:03}.{extension}");
    with_changes(bytes, |index, changed| {
        std::fs::write(folder.path().join(name(index)), changed).expect("a writable folder");
    });
    let list = batch::collect([folder.path().to_owned()], &[], &Exclude::default());
    let limits = Limits { max_pixels: 1_000_000, max_pages: 20 };
    let options = Options { threads: 2, scan: limits.into(), ..Options::default() };
    let decode = |scan: &Scan, page: usize| scan.page(page).map(|_| PageRecord { page, ..PageRecord::default() });
    let mut met = vec![false; CHANGES_PER_FILE];
    for record in read_all(list.files, Arc::new(decode), options) {
        let row = record.row;
        let index: usize = row.source[..3].parse().expect("the source begins with the number of the file");
        assert!(row.source.starts_with(&name(index)), "{}", row.source);
        met[index] = true;
        assert_eq!(row.status == FileStatus::Ok, row.error.is_empty(), "{row:?}");
        assert!(row.error.is_empty() || row.error.starts_with(&row.source), "the error names the file: {}", row.error);
        assert!(!row.error.contains("scantally itself failed"), "{}", row.error);
    }
    assert!(met.iter().all(|met| *met), "{extension}: a file has no row");
}

#[test]
fn changed_pictures() {
    check_batch("png", &png());
    let grey = number_picture("7");
    check_batch("jpg", &jpeg(grey.as_raw(), grey.width(), grey.height(), ExtendedColorType::L8));
}

#[test]
fn changed_documents() {
    check_batch("tif", &pages());
    check_batch("pdf", &document());
}

#[test]
fn changed_archives() {
    check_batch("zip", &archive());
}

#[test]
fn changed_templates() {
    let text = include_bytes!("../fixtures/seed_form.toml");
    template::parse(std::str::from_utf8(text).expect("is text"), Path::new("form.toml")).expect("is a template");
    with_changes(text, |_, changed| {
        let text = String::from_utf8_lossy(&changed);
        if let Err(error) = template::parse(&text, Path::new("form.toml")) {
            let error = error.to_string();
            assert!(error.lines().all(|line| line.starts_with("form.toml:")), "{error}");
        }
    });
}

#[test]
fn changed_tables() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("table.csv");
    let truth =
        b"source,page,field,value,x,y,width,height\na.png,1,n1,1250.00,10,20,30,40\n\"b,c.png\",2,n1,-80,1,2,3,4\n";
    let numbers =
        b"source,page,field,value,confidence,status,text\na.png,1,n1,12,0.9876,review,12\nb.png,2,n1,,0,empty,\n";
    for table in [&truth[..], numbers] {
        with_changes(table, |_, changed| {
            std::fs::write(&path, changed).expect("a writable folder");
            let errors = [read_truths(&path).err(), read_numbers(&path).err()];
            for error in errors.into_iter().flatten() {
                assert!(error.to_string().starts_with(&path.display().to_string()), "{error}");
            }
        });
    }
}

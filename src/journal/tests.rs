//! A journal as a whole: what goes in comes out, in order, whatever happens between.

use std::path::Path;

use super::*;
use crate::geometry::Rect;
use crate::number::{Digit, Number, Reason, Status};
use crate::style::Style;
use crate::table::{Crop, FileRow, FileStatus, PageRecord, Pictures, ScanRecord};

fn options() -> serde_json::Value {
    serde_json::json!({ "layout": "page", "min_confidence": 0.9 })
}

fn open(folder: &Path, start: Start) -> Result<Journal> {
    Journal::open(folder, &options(), "run-1", start)
}

fn number(value: &str) -> Number {
    let style = Some(Style { slant_deg: -3.3, stroke_width_px: 0.1, aspect: 0.3, ink_density: 0.7, loops: 1 });
    let bounds = Rect::new(1, 2, 3, 4);
    let digit =
        Digit { digit: 7, confidence: 0.123_456_79, second: 1, second_confidence: f32::MIN_POSITIVE, bounds, style };
    Number {
        field: "n1".to_owned(),
        value: value.to_owned(),
        confidence: 0.998_765_4,
        status: Status::Review,
        text: "7,-".to_owned(),
        alternatives: vec![("1".to_owned(), 1.0 / 3.0)],
        reasons: vec![
            Reason::LowConfidence,
            Reason::Rule { name: "sum_mismatch".to_owned(), repaired_by: Some("total".to_owned()) },
        ],
        digits: vec![digit],
        bounds,
    }
}

fn scan(source: &str, content: &[u8]) -> ScanRecord {
    let crops = vec![None, Some(Crop { bounds: Rect::new(0, 0, 9, 9), png: vec![1, 2, 3], path: None })];
    let page = PageRecord {
        page: 2,
        width_px: 10,
        height_px: 20,
        numbers: vec![number("7"), number("")],
        pictures: Pictures { crops, thumbnail: Some(vec![9]) },
    };
    let row = FileRow {
        source: source.to_owned(),
        page_count: 2,
        status: FileStatus::Ok,
        error: String::new(),
        content_hash: Some(blake3::hash(content)),
    };
    ScanRecord { row, pages: vec![page] }
}

fn stamp(size: u64) -> Option<FileStamp> {
    Some(FileStamp { size, modified_ns: -5 })
}

fn all(journal: &Journal) -> Vec<ScanRecord> {
    let mut scans = Vec::new();
    journal
        .for_each_scan(true, &mut |scan| {
            scans.push(scan);
            Ok(())
        })
        .expect("a readable journal");
    scans
}

fn sources(journal: &Journal) -> Vec<String> {
    all(journal).into_iter().map(|scan| scan.row.source).collect()
}

#[test]
fn what_goes_in_comes_out_to_the_last_bit_in_the_order_of_the_tables() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut journal = open(folder.path(), Start::Fresh).expect("a new journal");
    for (index, source) in ["b.png", "=a.png", "a.png"].into_iter().enumerate() {
        let size = index as u64;
        journal.record(&scan(source, source.as_bytes()), Path::new("in/x"), stamp(size)).expect("a writable folder");
    }
    assert_eq!(sources(&journal), ["=a.png", "a.png", "b.png"], "sorted as ./=a.png");
    assert_eq!(all(&journal)[1], scan("a.png", b"a.png"));
    assert_eq!(journal.path_of("a.png").expect("a readable journal").as_deref(), Some("in/x"));
    journal
        .for_each_scan(false, &mut |scan| {
            assert_eq!(scan.pages[0].pictures, Pictures::default(), "pictures come on request only");
            Ok(())
        })
        .expect("a readable journal");
}

#[test]
fn a_source_that_is_recorded_again_is_there_once() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut journal = open(folder.path(), Start::Fresh).expect("a new journal");
    journal.record(&scan("a.png", b"1"), Path::new("a.png"), None).expect("a writable folder");
    let mut second = scan("a.png", b"2");
    second.pages[0].numbers.truncate(1);
    second.pages[0].pictures = Pictures::default();
    journal.record(&second, Path::new("a.png"), None).expect("a writable folder");
    assert_eq!(all(&journal), [second]);
}

#[test]
fn a_run_goes_on_with_the_same_options_alone() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut journal = open(folder.path(), Start::Fresh).expect("a new journal");
    journal.record(&scan("a.png", b"1"), Path::new("a.png"), stamp(7)).expect("a writable folder");
    drop(journal);
    let refused = open(folder.path(), Start::Fresh).expect_err("an unfinished run is not thrown away");
    assert!(refused.to_string().contains("--resume"), "{refused}");
    let others = serde_json::json!({ "layout": "line", "min_confidence": 0.9 });
    let refused = Journal::open(folder.path(), &others, "run-2", Start::Resume).expect_err("other options");
    assert!(refused.to_string().contains("(layout)"), "{refused}");
    let journal = open(folder.path(), Start::Resume).expect("the same options");
    let finished = journal.finished_scans().expect("a readable journal");
    let expected = Finished { source: "a.png".to_owned(), stamp: stamp(7), content_hash: Some(blake3::hash(b"1")) };
    assert_eq!(finished, [expected]);
    journal.finish().expect("a writable folder");
    drop(journal);
    let journal = Journal::open(folder.path(), &others, "run-2", Start::Fresh).expect("a finished run gives way");
    assert_eq!((sources(&journal).len(), journal.run_id().expect("a readable journal")), (0, "run-2".to_owned()));
}

#[test]
fn tables_with_corrections_are_not_written_over() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let table = folder.path().join("numbers.csv");
    let journal = open(folder.path(), Start::Fresh).expect("a new journal");
    std::fs::write(&table, "7").expect("a writable folder");
    journal.note_tables().expect("a writable folder");
    journal.finish().expect("a writable folder");
    drop(journal);
    drop(open(folder.path(), Start::Fresh).expect("nobody has changed the table"));
    let journal = open(folder.path(), Start::Resume).expect("nobody has changed the table");
    journal.note_tables().expect("a writable folder");
    drop(journal);
    std::fs::write(&table, "1").expect("a writable folder");
    let refused = open(folder.path(), Start::Fresh).expect_err("somebody has changed the table");
    assert!(refused.to_string().contains("numbers.csv") && refused.to_string().contains("review apply"), "{refused}");
    let journal = Journal::of_finished_run(folder.path()).expect("a journal");
    journal.note_table(&table).expect("a writable folder");
    drop(journal);
    std::fs::write(&table, "2").expect("a writable folder");
    open(folder.path(), Start::Resume).expect_err("it was changed again after its corrections were applied");
    open(folder.path(), Start::Force).expect("whoever says so may write over it");
}

#[test]
fn failed_scans_are_not_finished() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut journal = open(folder.path(), Start::Fresh).expect("a new journal");
    let mut failed = scan("a.png", b"1");
    failed.row.status = FileStatus::Failed;
    journal.record(&failed, Path::new("a.png"), stamp(7)).expect("a writable folder");
    assert_eq!(journal.finished_scans().expect("a readable journal"), []);
    assert_eq!(sources(&journal), ["a.png"]);
}

#[test]
fn of_equal_scans_the_first_keeps_its_numbers() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut journal = open(folder.path(), Start::Fresh).expect("a new journal");
    for (source, content) in [("c.png", b"1"), ("a.png", b"1"), ("b.png", b"2")] {
        journal.record(&scan(source, content), Path::new(source), None).expect("a writable folder");
    }
    // As it is met behind b.png, which has the same content and comes behind it; and two files that are no scans at all.
    let mut met = scan("d.png", b"1");
    met.pages.clear();
    met.row.error = duplicate_of("d.png", "c.png");
    journal.record(&met, Path::new("d.png"), None).expect("a writable folder");
    for source in ["e.png", "f.png"] {
        let mut empty = scan(source, b"");
        empty.pages.clear();
        (empty.row.status, empty.row.page_count) = (FileStatus::Failed, 0);
        journal.record(&empty, Path::new(source), None).expect("a writable folder");
    }
    journal.settle_duplicates().expect("a writable folder");
    let scans = all(&journal);
    let counts: Vec<(FileStatus, usize)> = scans.iter().map(|scan| (scan.row.status, scan.number_count())).collect();
    let (ok, failed) = (FileStatus::Ok, FileStatus::Failed);
    assert_eq!(counts, [(ok, 2), (ok, 2), (ok, 0), (ok, 0), (failed, 0), (failed, 0)]);
    assert_eq!(scans[3].row.error, "duplicate: d.png has the same content as a.png, which stands for both");
    assert_eq!(scans[2].row.error, "duplicate: c.png has the same content as a.png, which stands for both");
}

#[test]
fn two_runs_cannot_share_a_folder() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let first = open(folder.path(), Start::Fresh).expect("a new journal");
    let second = open(folder.path(), Start::Force).expect_err("the folder is taken");
    assert!(second.to_string().contains("another run"), "{second}");
    drop(first);
    open(folder.path(), Start::Force).expect("the folder is free again");
}

#[test]
fn a_file_that_is_no_journal_is_named() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join(JOURNAL_NAME), "no database, but long enough to be looked at as one")
        .expect("a writable folder");
    let error = open(folder.path(), Start::Force).expect_err("no journal");
    assert!(error.to_string().contains(JOURNAL_NAME), "{error}");
    let none = tempfile::tempdir().expect("a temporary folder");
    let error = Journal::of_finished_run(none.path()).expect_err("no journal");
    assert!(error.to_string().contains("no journal.sqlite"), "{error}");
}

#[cfg(unix)]
#[test]
fn a_folder_that_is_removed_comes_back_with_everything() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = folder.path().join("output");
    let mut journal = open(&output, Start::Fresh).expect("a new journal");
    journal.record(&scan("a.png", b"1"), Path::new("a.png"), None).expect("a writable folder");
    std::fs::remove_dir_all(&output).expect("a writable folder");
    journal.record(&scan("b.png", b"2"), Path::new("b.png"), None).expect("the open file is still there");
    journal.restore_if_removed().expect("a writable folder");
    assert_eq!(sources(&journal), ["a.png", "b.png"]);
    drop(journal);
    assert_eq!(sources(&Journal::of_finished_run(&output).expect("the copy")), ["a.png", "b.png"]);
}

//! Tables as people send them back, applied to a run of two scans.

use std::path::PathBuf;

use super::*;
use crate::error::Error;
use crate::geometry::Rect;
use crate::journal::Start;
use crate::number::{Digit, Number, Status};
use crate::table::{Crop, FileRow, FileStatus, PageRecord, Pictures, ScanRecord};

/// The output folder of a run with `a.png` (n1 001234 and n2 -80.00) and `=b.png` (n1 without a value).
struct Run {
    folder: tempfile::TempDir,
}

const REVIEWER: Reviewer = Reviewer { name: "eve", time: "2026-03-01T14:05:09Z" };

fn number(field: &str, value: &str) -> Number {
    let digits = value.bytes().filter(u8::is_ascii_digit).enumerate().map(|(place, digit)| Digit {
        digit: digit - b'0',
        confidence: 0.5,
        second: 0,
        second_confidence: 0.1,
        bounds: Rect::new(10 + 20 * place as i32, 10, 16, 40),
        style: None,
    });
    Number {
        field: field.to_owned(),
        value: value.to_owned(),
        status: Status::Review,
        digits: digits.collect(),
        ..Number::unplaced(Rect::new(10, 10, 120, 40))
    }
}

/// A stroke in each of six boxes.
fn crop() -> Crop {
    let picture = image::GrayImage::from_fn(140, 60, |x, y| {
        let is_ink = (10..50).contains(&y) && x >= 10 && (x - 10) % 20 < 6;
        image::Luma([if is_ink { 20 } else { 240 }])
    });
    let mut png = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut png, image::ImageFormat::Png).expect("memory");
    Crop { bounds: Rect::new(0, 0, 140, 60), png: png.into_inner(), path: None }
}

fn hash(source: &str) -> String {
    blake3::hash(source.as_bytes()).to_hex().to_string()
}

impl Run {
    fn new() -> Self {
        let run = Self { folder: tempfile::tempdir().expect("a temporary folder") };
        let options = serde_json::json!({ "settings": { "kind": "amount" } });
        let mut journal = Journal::open(run.folder.path(), &options, "run-1", Start::Fresh).expect("a new journal");
        for (source, numbers) in
            [("a.png", vec![number("n1", "001234"), number("n2", "-80.00")]), ("=b.png", vec![number("n1", "")])]
        {
            let row = FileRow {
                source: source.to_owned(),
                page_count: 1,
                status: FileStatus::Ok,
                error: String::new(),
                content_hash: Some(blake3::hash(source.as_bytes())),
            };
            let pictures = Pictures { crops: numbers.iter().map(|_| Some(crop())).collect(), thumbnail: None };
            let pages = vec![PageRecord { page: 1, numbers, pictures, ..PageRecord::default() }];
            journal.record(&ScanRecord { row, pages }, Path::new(source), None).expect("a writable folder");
        }
        run
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn apply(&self, table: &str) -> Outcome {
        std::fs::write(self.path("table.csv"), table).expect("a writable folder");
        apply(self.folder.path(), &self.path("table.csv"), &REVIEWER).expect("a table that can be read")
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|cause| panic!("{name}: {cause}"))
    }

    /// Value, status, who and when of each row of the reviewed table.
    fn reviewed(&self) -> Vec<[String; 4]> {
        let mut reader = csv::Reader::from_path(self.path("numbers.reviewed.csv")).expect("the table");
        let rows = reader.records().map(|row| row.expect("a well-formed table"));
        rows.map(|row| [3, 5, 15, 16].map(|place| row[place].to_owned())).collect()
    }
}

fn row(cells: [&str; 4]) -> [String; 4] {
    cells.map(str::to_owned)
}

#[test]
fn corrections_of_the_review_page_are_taken_once() {
    let run = Run::new();
    let table = format!(
        "run,source,page,field,blake3,value,corrected,by,at\n\
         run-1,./=b.png,1,n1,{},,12.50,'=ann,2026-02-01T10:00:00Z\n\
         run-1,a.png,1,n1,{},001234,001284,,2026-02-01T10:00:01Z\n\
         run-1,a.png,1,n2,{},-80.00,-80.00,,\n",
        hash("=b.png"),
        hash("a.png"),
        hash("a.png")
    );
    let outcome = run.apply(&table);
    assert_eq!((outcome.taken, outcome.confirmed, outcome.known, &outcome.refused[..]), (3, 1, 0, &[][..]));
    let time = REVIEWER.time;
    let rows = [
        row(["12.50", "ok", "'=ann", "2026-02-01T10:00:00Z"]),
        row(["001284", "ok", "eve", "2026-02-01T10:00:01Z"]),
        row(["-80.00", "ok", "eve", time]),
    ];
    assert_eq!(run.reviewed(), rows);
    let audit = run.read("review_audit.csv");
    assert!(audit.starts_with("run,source,page,field,blake3,old,new,by,at\nrun-1,./=b.png,1,n1,"));
    assert!(audit.contains(",001234,001284,eve,2026-02-01T10:00:01Z\n") && audit.contains(",-80.00,-80.00,eve,"));

    let files = ["review_audit.csv", "numbers.reviewed.csv"].map(|name| run.read(name));
    let again = run.apply(&table);
    assert_eq!((again.taken, again.known), (0, 3));
    assert_eq!(files, ["review_audit.csv", "numbers.reviewed.csv"].map(|name| run.read(name)));
}

#[test]
fn an_older_table_takes_nothing_back_and_a_newer_one_does() {
    let run = Run::new();
    let table = |value: &str, at: &str| format!("source,page,field,corrected,at\na.png,1,n1,{value},{at}\n");
    run.apply(&table("1", "2026-02-01T10:00:00Z"));
    run.apply(&table("2", "2026-02-01T11:00:00Z"));
    assert_eq!(run.apply(&table("1", "2026-02-01T10:00:00Z")).known, 1);
    assert_eq!(run.reviewed()[1][0], "2");
    assert_eq!(run.apply(&table("empty", "2026-02-01T12:00:00Z")).taken, 1);
    assert_eq!(run.reviewed()[1][..2], ["", "empty"]);
    assert_eq!(run.read("review_audit.csv").lines().count(), 4, "nothing is taken out of the audit");
}

#[test]
fn rows_that_do_not_fit_are_refused_and_the_others_are_taken() {
    let run = Run::new();
    let outcome = run.apply(&format!(
        "run,source,page,field,blake3,value,corrected\n\
         run-0,a.png,1,n1,,,1\n\
         run-1,c.png,1,n1,,,1\n\
         run-1,a.png,1,n9,,,1\n\
         run-1,a.png,one,n1,,,1\n\
         run-1,a.png,1,n1,{},,1\n\
         run-1,a.png,1,n1,,,many\n\
         run-1,a.png,1,n2,,-86.00,\n\
         run-0,z.png,1,n1,,7,\n\
         run-1,./=b.png,1,n1,{},,-7\n\
         run-1,./=b.png,1,n1,,,-8\n",
        hash("other"),
        hash("=b.png").to_uppercase()
    ));
    let reasons = [
        (2, "a.png, page 1, field n1: it is of the run run-0"),
        (3, "c.png, page 1, field n1: the run has not read it"),
        (4, "a.png, page 1, field n9: the run has no such number"),
        (5, "a.png: `one` is no number of a page"),
        (6, "a.png, page 1, field n1: the scan has another content"),
        (7, "a.png, page 1, field n1: `many` is no number"),
        (8, "a.png, page 1, field n2: its value was changed"),
        (11, "./=b.png, page 1, field n1: an earlier row says `-7`"),
    ];
    assert_eq!(outcome.refused.len(), reasons.len(), "{:?}", outcome.refused);
    for (refusal, (line, reason)) in outcome.refused.iter().zip(reasons) {
        assert!(refusal.line == line && refusal.reason.starts_with(reason), "{refusal:?}");
    }
    assert_eq!((outcome.taken, &run.reviewed()[0][0][..]), (1, "-7"));
}

#[test]
fn in_an_edited_table_a_changed_value_counts_and_another_way_of_writing_does_not() {
    let run = Run::new();
    let outcome = run.apply("Source;Page;Field;Value\na.png;1;n1;1234\na.png;1;n2;-80\n./=b.png;1;n1;17\n");
    assert_eq!((outcome.taken, outcome.reformatted, outcome.refused.len()), (1, 2, 0));
    let values: Vec<String> = run.reviewed().into_iter().map(|[value, ..]| value).collect();
    assert_eq!(values, ["17", "001234", "-80.00"]);
    let outcome = run.apply("source,page,field,value\na.png,1,n1,\na.png,1,n2,'-80.00\n./=b.png,1,n1,17\n");
    assert_eq!((outcome.taken, outcome.refused.len()), (0, 1), "a deleted value is no correction");
    let outcome = run.apply("source,page,field,value\na.png,1,n1,1284\n");
    assert!(outcome.refused[0].reason.contains("leading zeros"), "{:?}", outcome.refused);
}

#[test]
fn decided_numbers_are_training_data_that_training_takes() {
    let run = Run::new();
    let outcome = run.apply("source,page,field,corrected\na.png,1,n1,001284\na.png,1,n2,-8.00\n./=b.png,1,n1,empty\n");
    assert_eq!((outcome.training.numbers, outcome.training.digits), (1, 6));
    assert_eq!(outcome.training.left_out.values().sum::<usize>(), 2, "{:?}", outcome.training);
    let images = crate::idx::read_folder(&run.path("training")).expect("a folder of images");
    assert_eq!((images[0].part.as_str(), images[0].labels.as_slice()), ("train", [0, 0, 1, 2, 8, 4].as_slice()));
    assert_eq!((images[0].width, images[0].height), (28, 28));
    assert!(images[0].image(2).iter().any(|&pixel| pixel > 200), "ink is high");
}

#[test]
fn without_pictures_the_digits_come_from_the_scan_if_it_is_the_same() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let scan = folder.path().join("scan.png");
    let png = crop().png;
    std::fs::write(&scan, &png).expect("a writable folder");
    let output = folder.path().join("output");
    let mut journal = Journal::open(&output, &serde_json::Value::Null, "run-1", Start::Fresh).expect("a new journal");
    let row = FileRow {
        source: "scan.png".to_owned(),
        page_count: 1,
        status: FileStatus::Ok,
        error: String::new(),
        content_hash: Some(blake3::hash(&png)),
    };
    let pages = vec![PageRecord { page: 1, numbers: vec![number("n1", "123456")], ..PageRecord::default() }];
    journal.record(&ScanRecord { row, pages }, &scan, None).expect("a writable folder");
    drop(journal);
    let table = folder.path().join("table.csv");
    std::fs::write(&table, "source,page,field,corrected\nscan.png,1,n1,654321\n").expect("a writable folder");
    let outcome = apply(&output, &table, &REVIEWER).expect("a table that can be read");
    assert_eq!((outcome.taken, outcome.training.digits), (1, 6));
    std::fs::write(&scan, b"changed").expect("a writable folder");
    let outcome = apply(&output, &table, &REVIEWER).expect("a table that can be read");
    assert_eq!((outcome.known, outcome.training.digits), (1, 0));
    let reasons: Vec<_> = outcome.training.left_out.keys().collect();
    assert!(reasons[0].contains("scan is not where it was"), "{reasons:?}");
}

#[test]
fn a_damaged_audit_is_not_written_over() {
    let run = Run::new();
    std::fs::write(run.path("review_audit.csv"), "run,source\nx,y\n").expect("a writable folder");
    std::fs::write(run.path("table.csv"), "source,page,field,corrected\na.png,1,n1,7\n").expect("a writable folder");
    let error = apply(run.folder.path(), &run.path("table.csv"), &REVIEWER).expect_err("no audit");
    assert!(matches!(&error, Error::Data { path, .. } if path.ends_with("review_audit.csv")), "{error}");
    assert_eq!(run.read("review_audit.csv"), "run,source\nx,y\n");
}

#[test]
fn decisions_kept_elsewhere_replace_the_audit_and_are_taken_as_they_are() {
    let run = Run::new();
    run.apply("source,page,field,corrected\na.png,1,n2,7\n");
    let decided = |source: &str, field: &str, value: &str| DecidedNumber {
        source: source.to_owned(),
        page: 1,
        field: field.to_owned(),
        value: value.to_owned(),
        by: "=ann".to_owned(),
        at: "2026-02-01T10:00:00Z".to_owned(),
    };
    // Three decimals and a lone mark: a cell with it would be in doubt.
    let all = [decided("=b.png", "n1", "1.234"), decided("a.png", "n1", ""), decided("a.png", "n9", "1")];
    let outcome = record(run.folder.path(), &all).expect("a run");
    assert_eq!((outcome.taken, outcome.confirmed, outcome.refused.len()), (2, 0, 1));
    assert_eq!((outcome.refused[0].line, outcome.refused[0].reason.contains("field n9")), (3, true));
    let at = "2026-02-01T10:00:00Z";
    let rows = [row(["1.234", "ok", "'=ann", at]), row(["", "empty", "'=ann", at]), row(["-80.00", "review", "", ""])];
    assert_eq!(run.reviewed(), rows);
    assert_eq!(run.read("review_audit.csv").lines().count(), 3);
}

#[test]
fn a_value_as_read_is_a_value_of_its_field_however_it_is_written() {
    assert_eq!(value_of("1.234", "1.234", Some(Kind::Amount)).as_deref(), Ok("1.234"));
    assert!(value_of("1.235", "1.234", Some(Kind::Amount)).is_err());
    assert_eq!(value_of("80", "86.00", None).as_deref(), Ok("80.00"));
    assert!(value_of("", "", None).is_err());
}

//! A score as a whole, on a handful of numbers.

use std::path::PathBuf;

use super::*;
use crate::error::Error;
use crate::geometry::Rect;
use crate::number::Status;

fn truth(field: &str, value: &str, bounds: Option<Rect>) -> Truth {
    Truth { source: "a.png".to_owned(), page: 1, field: field.to_owned(), value: value.to_owned(), bounds }
}

fn number(field: &str, value: &str, status: Status, bounds: Option<Rect>) -> ScoredNumber {
    ScoredNumber {
        source: "a.png".to_owned(),
        page: 1,
        field: field.to_owned(),
        value: value.to_owned(),
        text: value.to_owned(),
        confidence: 0.9,
        status,
        bounds,
    }
}

#[test]
fn counts_of_exact_wrong_missed_empty_and_spurious_numbers() {
    let truths = [
        truth("total", "1234.50", None),
        truth("tax", "80", None),
        truth("rent", "555", None),
        truth("blank", "", None),
        truth("gone", "", None),
        truth("stained", "", None),
    ];
    let numbers = [
        number("total", "1234.50", Status::Ok, None),
        number("tax", "86", Status::Ok, None),
        number("blank", "", Status::Empty, None),
        number("stained", "7", Status::Review, None),
        number("n9", "1", Status::Ok, None),
        number("n10", "2", Status::Review, None),
        number("n11", "", Status::Rejected, None),
    ];
    let score = score(&numbers, &truths, Comparison::Text);
    assert_eq!((score.truths, score.exact, score.found), (3, 1, 2));
    assert_eq!((score.digits, score.digit_errors), (11, 4), "one digit of 80 and all of 555");
    assert_eq!((score.empties, score.empties_right), (3, 2));
    assert_eq!((score.spurious, score.spurious_ok), (2, 1));
    assert_eq!((score.accepted, score.accepted_wrong), (2, 1));
    assert!((score.exact_share - 1.0 / 3.0).abs() < 1e-12);
}

#[test]
fn where_names_do_not_meet_the_box_decides_and_the_largest_number_wins() {
    let truths = [
        truth("left", "12", Some(Rect::new(0, 0, 100, 50))),
        truth("right", "34", Some(Rect::new(90, 0, 100, 50))),
        truth("n4", "56", Some(Rect::new(300, 0, 10, 10))),
    ];
    let numbers = [
        number("n1", "1", Status::Ok, Some(Rect::new(10, 10, 5, 5))),
        number("n2", "12", Status::Ok, Some(Rect::new(20, 10, 60, 60))),
        number("n3", "34", Status::Ok, Some(Rect::new(95, 10, 80, 30))),
        number("n4", "56", Status::Ok, Some(Rect::new(20, 20, 10, 10))),
        number("n5", "9", Status::Ok, Some(Rect::new(150, 40, 30, 30))),
    ];
    let pair = |truth, number| Match { truth, number };
    assert_eq!(match_numbers(&numbers, &truths), [pair(0, 1), pair(1, 2), pair(2, 3)]);
    assert_eq!(score(&numbers, &truths, Comparison::Text).spurious, 2, "the speck n1, and n5 with a third in the box");
}

#[test]
fn numbers_of_other_pages_do_not_match() {
    let mut other = number("total", "1", Status::Ok, None);
    other.page = 2;
    assert_eq!(match_numbers(&[other], &[truth("total", "1", None)]), []);
}

#[test]
fn digits_alone_are_compared_where_asked() {
    let numbers = [number("n1", "12.50", Status::Ok, None)];
    let truths = [truth("n1", "1250", None)];
    assert_eq!(score(&numbers, &truths, Comparison::Text).exact, 0);
    assert_eq!(score(&numbers, &truths, Comparison::DigitsOnly).exact, 1);
}

#[test]
fn calibration_error_is_the_gap_between_confidence_and_share() {
    let numbers: Vec<ScoredNumber> = (0..10).map(|index| number(&format!("n{index}"), "1", Status::Ok, None)).collect();
    // Nine of ten with confidence 0.9 are right, then half of them.
    let truths = |right: usize| -> Vec<Truth> {
        (0..10).map(|index| truth(&format!("n{index}"), if index < right { "1" } else { "2" }, None)).collect()
    };
    assert!(score(&numbers, &truths(9), Comparison::Text).calibration_error < 1e-6);
    assert!((score(&numbers, &truths(5), Comparison::Text).calibration_error - 0.4).abs() < 1e-6);
    let without_truth = score(&numbers, &[], Comparison::Text);
    assert_eq!(without_truth.calibration_error, 0.0);
    assert!((without_truth.calibration_error_with_spurious - 0.9).abs() < 1e-6);
}

#[test]
fn the_share_that_is_read_at_one_percent_wrong_goes_by_confidence() {
    // 150 numbers from sure to unsure; the first wrong one stands where 100 were right before it.
    let mut numbers: Vec<ScoredNumber> =
        (0..150).map(|index| number(&format!("n{index}"), "1", Status::Review, None)).collect();
    numbers.iter_mut().zip(0u8..).for_each(|(number, rank)| number.confidence = 1.0 - f32::from(rank) / 1000.0);
    let truths = |wrong: &[usize]| -> Vec<Truth> {
        (0..150).map(|n| truth(&format!("n{n}"), if wrong.contains(&n) { "2" } else { "1" }, None)).collect()
    };
    let readable = |wrong: &[usize]| score(&numbers, &truths(wrong), Comparison::Text).readable;
    assert_eq!((readable(&[]), readable(&[100]), readable(&[50]), readable(&[100, 120])), (150, 150, 150, 120));
    assert_eq!((readable(&[20, 30]), readable(&[0, 1])), (20, 0));
    let some = score(&numbers, &truths(&[20, 30]), Comparison::Text);
    assert!((some.readable_share - 20.0 / 150.0).abs() < 1e-12 && (some.readable_confidence - 0.981).abs() < 1e-6);
    numbers.iter_mut().for_each(|number| number.confidence = 0.9);
    assert_eq!(score(&numbers, &truths(&[3, 4]), Comparison::Text).readable, 0, "equally sure ones go together");
}

#[test]
fn tenfold_errors_are_counted_among_the_accepted() {
    let truths =
        [truth("a", "12.50", None), truth("b", "12.50", None), truth("c", "12.50", None), truth("d", "7", None)];
    let numbers = [
        number("a", "1250", Status::Ok, None),
        number("b", "1250", Status::Review, None),
        number("c", "12.60", Status::Ok, None),
        number("d", "7", Status::Ok, None),
    ];
    let text = score(&numbers, &truths, Comparison::Text);
    assert_eq!((text.accepted, text.accepted_wrong, text.accepted_tenfold), (3, 2, 1));
    assert!((text.accepted_tenfold_share - 1.0 / 3.0).abs() < 1e-12);
    assert_eq!(score(&numbers, &truths, Comparison::DigitsOnly).accepted_tenfold, 0);
}

#[test]
fn edit_distances() {
    for (left, right, distance) in
        [("", "", 0), ("123", "", 3), ("", "12", 2), ("1234", "1243", 2), ("1234", "234", 1), ("52", "1502", 2)]
    {
        assert_eq!(edit_distance(left.as_bytes(), right.as_bytes()), distance, "{left} {right}");
    }
}

fn file(content: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("table.csv");
    std::fs::write(&path, content).expect("a writable folder");
    (folder, path)
}

#[test]
fn files_from_a_spreadsheet_are_read() {
    let (_folder, path) = file("\u{feff}source;page;field;value;x;y;width;height\r\n=1.png;1;n1; 007 ;1;2;3;4\r\n");
    let truths = read_truths(&path).expect("a readable truth file");
    assert_eq!((truths[0].source.as_str(), truths[0].value.as_str()), ("./=1.png", "007"));
    assert_eq!(truths[0].bounds, Some(Rect::new(1, 2, 3, 4)));
}

#[test]
fn errors_name_the_file_and_what_is_missing() {
    for (content, complaint) in
        [("source,page,field\na,1,n1\n", "value"), ("source,page,field,value\na,x,n1,1\n", "line: 2")]
    {
        let (_folder, path) = file(content);
        let error = read_truths(&path).expect_err("a bad truth file").to_string();
        assert!(error.contains("table.csv") && error.contains(complaint), "{error}");
    }
    let (_folder, path) = file("source,page,field,value,confidence,status\na,1,n1,1,0.5,good\n");
    let error = read_numbers(&path).expect_err("a bad status").to_string();
    assert!(error.contains("row 1") && error.contains("`good` is no status"), "{error}");
    assert!(matches!(read_numbers(&path.join("none")), Err(Error::Data { .. })));
}

#[test]
fn mismatches_are_listed_with_their_boxes() {
    let truths = [truth("total", "-80", Some(Rect::new(1, 2, 30, 40))), truth("tax", "5", None)];
    let numbers =
        [number("tax", "5", Status::Ok, None), number("n7", "9", Status::Review, Some(Rect::new(90, 0, 5, 5)))];
    let (_folder, path) = file("");
    let matches = match_numbers(&numbers, &truths);
    write_mismatches(&path, &numbers, &truths, &matches, Comparison::Text).expect("a writable file");
    assert_eq!(
        std::fs::read_to_string(&path).expect("the file was written"),
        "source,page,field,truth,value,text,confidence,status,x,y,width,height\n\
         a.png,1,total,-80,,,,,1,2,30,40\n\
         a.png,1,n7,,9,9,0.9000,review,90,0,5,5\n"
    );
}

//! `extract --format html` and `review apply`: what people send back in, the reviewed table, the audit and training data out.

use crate::run::Workplace;
use crate::support::write_number;

/// A workplace with the run of two numbers in `output`; its rows are `a.png` and `b.png`.
fn finished_run() -> Workplace {
    let place = Workplace::new();
    write_number(&place.path("scans/a.png"), "2750");
    write_number(&place.path("scans/b.png"), "00417");
    let outcome = place.run("extract scans --layout line --kind digits --format html");
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    place
}

/// The lines of numbers.csv with the value of one source replaced.
fn edited(place: &Workplace, source: &str, value: &str) -> String {
    let mut reader = csv::Reader::from_path(place.path("output/numbers.csv")).expect("the table");
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(reader.headers().expect("a header")).expect("memory");
    for row in reader.records() {
        let row = row.expect("a well-formed table");
        let cells =
            row.iter().enumerate().map(|(place, cell)| if place == 3 && row[0] == *source { value } else { cell });
        writer.write_record(cells).expect("memory");
    }
    String::from_utf8(writer.into_inner().expect("memory")).expect("UTF-8")
}

fn run_id(place: &Workplace) -> String {
    let record: serde_json::Value = serde_json::from_str(&place.read("output/run.json")).expect("run.json is JSON");
    record["run_id"].as_str().expect("a name").to_owned()
}

fn reviewed_values(place: &Workplace) -> Vec<String> {
    place.rows("output/numbers.reviewed.csv").into_iter().map(|row| row[3].clone()).collect()
}

#[test]
fn an_edited_table_comes_back_with_who_and_when() {
    let place = finished_run();
    let (before, second) = (place.rows("output/numbers.csv"), place.rows("output/numbers.csv")[1][3].clone());
    place.write("output/numbers.csv", edited(&place, "a.png", "1750"));
    let outcome = place.run("review apply output/numbers.csv --by ann");
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("1 correction taken") && outcome.stderr.contains("numbers.reviewed.csv"));
    let rows = place.rows("output/numbers.reviewed.csv");
    assert_eq!((&rows[0][3][..], &rows[0][5][..], &rows[0][15][..]), ("1750", "ok", "ann"));
    assert_eq!((&rows[1][..15], &rows[1][15..]), (&before[1][..], &[String::new(), String::new()][..]));
    let audit = place.read("output/review_audit.csv");
    assert!(audit.contains(&format!(",{},1750,ann,", before[0][3])), "{audit}");

    let again = place.run("review apply output/numbers.csv --by bob");
    assert!(again.stderr.contains("1 correction known before"), "{}", again.stderr);
    assert_eq!(place.read("output/review_audit.csv"), audit);
    assert_eq!(reviewed_values(&place), ["1750".to_owned(), second]);
}

#[test]
fn what_a_spreadsheet_rewrites_is_no_correction() {
    let place = finished_run();
    // Which digits are read in strokes of a pocket calculator does not matter here.
    let read = place.rows("output/numbers.csv")[1][3].clone();
    place.write("saved.csv", edited(&place, "b.png", &format!("0{read}.00")).replace(',', ";"));
    let outcome = place.run("review apply saved.csv --output output");
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("0 corrections taken"), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("1 value only written in the spreadsheet's way"), "{}", outcome.stderr);
    assert!(!place.path("output/review_audit.csv").exists());
}

#[test]
fn refused_rows_are_named_and_end_with_3() {
    let place = finished_run();
    let run = run_id(&place);
    place.write(
        "back.csv",
        format!(
            "run,source,page,field,corrected\n{run},a.png,1,n1,1750\nrun-0,b.png,1,n1,1\n{run},c.png,1,n1,1\n{run},b.png,1,n1,4a7\n"
        ),
    );
    let outcome = place.run("review apply back.csv -o output");
    assert_eq!(outcome.code, Some(3), "{}", outcome.stderr);
    for complaint in ["3 rows refused", "row 3: b.png", "run-0", "row 4: c.png", "row 5: b.png", "`4a7` is no number"] {
        assert!(outcome.stderr.contains(complaint), "{complaint}: {}", outcome.stderr);
    }
    assert_eq!(reviewed_values(&place)[0], "1750");
}

#[test]
fn a_workbook_comes_back_with_numbers_and_texts() {
    let place = finished_run();
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    for (column, name) in (0..).zip(["source", "page", "field", "Corrected"]) {
        sheet.write(0, column, name).expect("memory");
    }
    for (row, source) in (1..).zip(["a.png", "b.png"]) {
        sheet.write(row, 0, source).expect("memory");
        sheet.write(row, 1, 1).expect("memory");
        sheet.write(row, 2, "n1").expect("memory");
    }
    sheet.write(1, 3, 1750).expect("memory");
    sheet.write(2, 3, "00411").expect("memory");
    let summary = workbook.add_worksheet();
    summary.write(0, 0, "run_id").expect("memory");
    summary.write(0, 1, run_id(&place)).expect("memory");
    workbook.save(place.path("output/numbers.xlsx")).expect("a writable folder");
    let outcome = place.run("review apply output/numbers.xlsx");
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert_eq!(reviewed_values(&place), ["1750", "00411"]);
}

#[test]
fn corrected_digits_are_training_data() {
    let place = finished_run();
    place.write("output/back.csv", "source,page,field,corrected\na.png,1,n1,1750\nb.png,1,n1,7\n");
    let outcome = place.run("review apply output/back.csv");
    assert!(outcome.stderr.contains("training data: 4 digits of 1 decided number"), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("without 1: the value has not as many digits"), "{}", outcome.stderr);
    let samples = scantally::train::samples::Samples::read(&[place.path("output/training")]).expect("what train takes");
    let classes: Vec<String> = samples.digits[0].samples.iter().map(|sample| sample.class.name()).collect();
    assert_eq!(classes, ["1", "7", "5", "0"]);
}

#[test]
fn tables_without_a_run_and_other_files_end_with_what_to_do() {
    let place = finished_run();
    place.write("back.csv", "source,page,field,corrected\n");
    place.write("output/other.csv", "name,value\n");
    for (arguments, code, complaint) in [
        ("review apply back.csv", 2, "journal.sqlite"),
        ("review apply output/none.csv", 4, "none.csv"),
        ("review apply output/other.csv", 4, "source, page, field"),
        ("review", 2, "apply"),
    ] {
        let outcome = place.run(arguments);
        assert_eq!(outcome.code, Some(code), "{arguments}: {}", outcome.stderr);
        assert!(outcome.stderr.contains(complaint), "{arguments}: {}", outcome.stderr);
    }
}

#[test]
fn the_page_holds_the_numbers_with_their_pictures() {
    let place = finished_run();
    let page = place.read("output/numbers.html");
    assert!(page.contains("\"source\":\"a.png\"") && page.contains(&run_id(&place)));
    assert_eq!(page.matches("\"crop\":\"iVBOR").count(), 2, "a PNG for each number");
    assert_eq!(page.matches("\"thumbnail\":\"/9j/").count(), 2, "a JPEG for each page");
}

//! The spreadsheet as the file that others open: its parts are taken out of the package and looked at.

use std::io::Read;
use std::path::Path;

use crate::number::Status;
use crate::table::specimen::{number, page_of, publish, scans};
use crate::table::{Format, Identifiers, ScanRecord, TableOptions};

fn options() -> TableOptions {
    let identifiers = Identifiers { all: false, fields: ["cheque".to_owned()].into() };
    TableOptions { formats: vec![Format::Xlsx], run_id: "run-1".to_owned(), identifiers, ..TableOptions::default() }
}

/// The package of scans that were written.
fn package(folder: &Path, scans: Vec<ScanRecord>) -> zip::ZipArchive<std::fs::File> {
    publish(folder, &options(), scans).expect("the result can be written");
    let file = std::fs::File::open(folder.join("numbers.xlsx")).expect("the sheet was written");
    zip::ZipArchive::new(file).expect("a package")
}

fn part(package: &mut zip::ZipArchive<std::fs::File>, name: &str) -> String {
    let mut text = String::new();
    package.by_name(name).expect(name).read_to_string(&mut text).expect("text");
    text
}

/// The content of a cell: of a shared string its text, of a number its digits.
fn cell(package: &mut zip::ZipArchive<std::fs::File>, name: &str) -> String {
    let sheet = part(package, "xl/worksheets/sheet1.xml");
    let Some(at) = sheet.find(&format!("<c r=\"{name}\"")) else { return String::new() };
    let end = sheet[at..].find('>').expect("a tag") + at;
    if sheet[..end].ends_with('/') {
        return String::new();
    }
    let value = sheet[end..].split("<v>").nth(1).and_then(|rest| rest.split("</v>").next()).expect("a value");
    if !sheet[at..end].contains("t=\"s\"") {
        return value.to_owned();
    }
    let strings = part(package, "xl/sharedStrings.xml");
    let text = strings.split("<si>").nth(value.parse::<usize>().expect("a place") + 1).expect("a string");
    format!("'{}", text.split("</t>").next().and_then(|text| text.rsplit('>').next()).expect("a text"))
}

#[test]
fn amounts_are_numbers_and_identifiers_are_text() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let values = ["-80.50", "001234", "1234567890123456", "2026-03-01", "12", "=1+1"];
    let fields = ["total", "account", "card", "day", "cheque", "x"];
    let numbers = fields.iter().zip(values).map(|(field, value)| number(field, value, Status::Ok)).collect();
    let mut package = package(folder.path(), vec![page_of("=a.png", 1, numbers)]);
    let cells: Vec<String> = (2..8).map(|row| cell(&mut package, &format!("D{row}"))).collect();
    assert_eq!(cells, ["-80.5", "'001234", "'1234567890123456", "'2026-03-01", "'12", "'=1+1"]);
    assert!(part(&mut package, "xl/styles.xml").contains("formatCode=\"0.00\""), "the decimals of the value stay");
    assert_eq!(cell(&mut package, "A2"), "'./=a.png");
    assert_eq!(cell(&mut package, "R2"), "'run-1");
    assert_eq!(cell(&mut package, "S2"), format!("'{}", blake3::hash(b"scan").to_hex()));
    for sheet in 1..=3 {
        let sheet = part(&mut package, &format!("xl/worksheets/sheet{sheet}.xml"));
        assert!(!sheet.contains("<f>"), "no cell is a formula");
    }
}

#[test]
fn rows_have_pictures_filters_colours_and_a_column_to_fill_in() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut package = package(folder.path(), scans());
    let sheet = part(&mut package, "xl/worksheets/sheet1.xml");
    for piece in [
        "<autoFilter ref=\"A1:S4\"/>",
        "state=\"frozen\"",
        "<dataValidation type=\"custom\"",
        "sqref=\"F2:F4\"",
        "<conditionalFormatting sqref=\"A2:S4\">",
        "hidden=\"1\"",
    ] {
        assert!(sheet.contains(piece), "{piece}");
    }
    let drawing = part(&mut package, "xl/drawings/drawing1.xml");
    assert!(drawing.contains("descr=\"total on page 2 of ./=a.png, read as -80.50\""), "{drawing}");
    assert!(drawing.contains("<xdr:row>1</xdr:row>") && !drawing.contains("<xdr:row>2</xdr:row>"), "it fits its row");
    let picture: Vec<u8> = {
        let mut bytes = Vec::new();
        package.by_name("xl/media/image1.png").expect("a picture").read_to_end(&mut bytes).expect("bytes");
        bytes
    };
    assert_eq!(image::load_from_memory(&picture).expect("a picture").height(), crate::table::SMALL_HEIGHT_PX);
    let strings = part(&mut package, "xl/sharedStrings.xml");
    assert!(
        strings.contains("bad.png is cut off") && strings.contains("scantally review apply"),
        "the summary is there"
    );
}

#[test]
fn the_same_rows_give_the_same_bytes() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let bytes = |name: &str| {
        let folder = folder.path().join(name);
        publish(&folder, &options(), scans()).expect("the result can be written");
        std::fs::read(folder.join("numbers.xlsx")).expect("the sheet was written")
    };
    let first = bytes("a");
    // The time that a package usually notes has whole seconds.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    assert!(first == bytes("b"));
}

#[test]
fn a_run_without_numbers_and_texts_too_long_for_a_cell_are_no_fault() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut long = scans();
    long[1].row.error = "\u{e9}".repeat(40_000);
    package(folder.path(), long);
    let mut package = package(folder.path(), Vec::new());
    assert!(part(&mut package, "xl/worksheets/sheet1.xml").contains("<autoFilter ref=\"A1:S1\"/>"));
}

//! `extract`: lists, archives, patterns, pages and passwords.

use std::io::{Cursor, Write};

use crate::run::{Workplace, status};
use crate::support::{number_picture, write_number};

/// A TIFF of two pages, each a small picture; written by hand, uncompressed.
fn two_page_tiff() -> Vec<u8> {
    let picture = number_picture("42");
    let (width, height) = picture.dimensions();
    let mut file = b"II*\0\x08\0\0\0".to_vec();
    for page in 0..2u32 {
        let directory = file.len() as u32;
        let pixels_at = directory + 2 + 6 * 12 + 4;
        let next = if page == 0 { pixels_at + width * height } else { 0 };
        file.extend(6u16.to_le_bytes());
        for (tag, value) in
            [(256u16, width), (257, height), (258, 8), (262, 1), (273, pixels_at), (279, width * height)]
        {
            file.extend(tag.to_le_bytes());
            file.extend(4u16.to_le_bytes());
            file.extend(1u32.to_le_bytes());
            file.extend(value.to_le_bytes());
        }
        file.extend(next.to_le_bytes());
        file.extend(picture.as_raw());
    }
    file
}

#[test]
fn a_list_in_a_file_names_inputs() {
    let place = Workplace::new();
    for (name, digits) in [("a.png", "42"), ("sub/b c.png", "43"), ("@d.png", "44"), ("left.png", "45")] {
        write_number(&place.path(name), digits);
    }
    place.write("lists/one.txt", "a.png\r\n\r\nsub/b c.png\n");
    place.write("lists/two.txt", "@d.png\0");
    let outcome = place.run("extract @lists/one.txt @lists/two.txt");
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let found = [status("./@d.png", "ok"), status("a.png", "ok"), status("b c.png", "ok")];
    assert_eq!(place.statuses("output"), found);
    assert_eq!(place.run("extract ./@d.png -o at").code, Some(0));
    let outcome = place.run("extract @d.png");
    assert_eq!(outcome.code, Some(4));
    assert!(outcome.stderr.contains("./@d.png"), "{}", outcome.stderr);
}

#[test]
fn archives_are_read_like_folders() {
    let place = Workplace::new();
    let picture = |digits: &str| {
        let mut bytes = Cursor::new(Vec::new());
        number_picture(digits).write_to(&mut bytes, image::ImageFormat::Png).expect("encodes");
        bytes.into_inner()
    };
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in [("in/a.png", picture("42")), ("notes.txt", b"42".to_vec()), ("../b.png", picture("43"))] {
        writer.start_file(name, zip::write::SimpleFileOptions::default()).expect("writes to memory");
        writer.write_all(&bytes).expect("writes to memory");
    }
    place.write("scans/all.zip", writer.finish().expect("writes to memory").into_inner());
    let outcome = place.run("extract scans --layout line");
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let found =
        [status("all.zip/b.png", "ok"), status("all.zip/in/a.png", "ok"), status("all.zip/notes.txt", "skipped")];
    assert_eq!(place.statuses("output"), found);
    let sources: Vec<String> = place.rows("output/numbers.csv").into_iter().map(|row| row[0].clone()).collect();
    assert_eq!(sources, ["all.zip/b.png", "all.zip/in/a.png"]);
}

#[test]
fn patterns_leave_files_out_and_are_counted() {
    let place = Workplace::new();
    for (digit, name) in ["a.png", "old/b.png", "old/c.png", "new/d-tmp.png", "new/e.png"].iter().enumerate() {
        write_number(&place.path("scans").join(name), &digit.to_string());
    }
    let outcome = place.run("extract scans --exclude old --exclude *-tmp.png");
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert_eq!(place.statuses("output"), [status("a.png", "ok"), status("new/e.png", "ok")]);
    let record: serde_json::Value = serde_json::from_str(&place.read("output/run.json")).expect("run.json is JSON");
    assert_eq!((&record["excluded_left_out"], &record["hidden_left_out"]), (&2.into(), &0.into()));
    assert_eq!(place.run("extract scans --exclude [a").code, Some(2));
}

#[test]
fn pages_that_were_asked_for_are_read() {
    let place = Workplace::new();
    place.write("two.tif", two_page_tiff());
    write_number(&place.path("one.png"), "42");
    let outcome = place.run("extract two.tif one.png --layout line --pages 2-");
    assert_eq!(outcome.code, Some(3), "{}", outcome.stderr);
    assert_eq!(place.statuses("output"), [status("one.png", "failed"), status("two.tif", "ok")]);
    let pages: Vec<String> = place.rows("output/numbers.csv").into_iter().map(|row| row[1].clone()).collect();
    assert_eq!(pages, ["2"]);
    assert!(place.rows("output/files.csv")[0][5].contains("none of those that --pages names"));
    assert_eq!(place.run("extract two.tif --pages -1 -o first").code, Some(0));
    assert_eq!(place.run("extract two.tif --pages 0").code, Some(2));
}

#[test]
fn passwords_are_written_nowhere() {
    let place = Workplace::new();
    place.write("a.pdf", include_bytes!("../fixtures/encrypted.pdf"));
    let outcome = place.run("extract a.pdf");
    assert_eq!(outcome.code, Some(4));
    assert!(outcome.stderr.contains("--pdf-password"), "{}", outcome.stderr);
    let outcome = place.run("extract a.pdf --pdf-password open-sesame -v");
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let written = ["run.json", "files.csv", "numbers.csv"].map(|name| place.read(&format!("output/{name}"))).concat();
    assert!(!(written + &outcome.stderr + &outcome.stdout).contains("open-sesame"));
}

//! `numbers.html`: scans in, one page out in which a person looks through the numbers and corrects them.
//!
//! The page is a single file that works offline: texts, pictures, style and script are in it, and its content security policy forbids
//! everything else. Whatever comes from scans is JSON that no browser takes for markup; the script writes it as text alone. Corrections leave
//! the page as a CSV that `crate::review` takes.

mod data;
mod limits;
mod reason;

pub use reason::phrase as reason_phrase;

use std::io::Write;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::error::Result;
use crate::table::folder::OutputFile;
use crate::table::partial::{PartialFile, cannot_write};
use crate::table::{RunRecord, ScanRecord};
use data::ScanData;
use limits::{LeftOut, Room};

const STYLE: &str = include_str!("page.css");
const BODY: &str = include_str!("page.html");

/// One function, so that nothing of it is reachable from outside.
const SCRIPT: &str = concat!(
    "'use strict';(() => {\n",
    include_str!("script/numbers.js"),
    include_str!("script/corrections.js"),
    include_str!("script/table.js"),
    include_str!("script/scan.js"),
    include_str!("script/digits.js"),
    include_str!("script/keys.js"),
    "})();"
);

/// The page, on its way to disk.
pub(super) struct ReviewPage {
    file: PartialFile,
    room: Room,
}

/// What the page says about the run as a whole.
#[derive(Serialize)]
struct RunData<'a> {
    run_id: &'a str,
    numbers: usize,
    numbers_review: usize,
    files_failed: usize,
    left_out: LeftOut,
}

impl ReviewPage {
    pub fn create(folder: &Path) -> Result<Self> {
        let mut page = Self { file: PartialFile::create(folder, "numbers.html")?, room: Room::new() };
        // The hashes allow this style and this script, and no other.
        let policy = format!(
            "default-src 'none'; img-src data:; style-src {}; script-src {}; base-uri 'none'; form-action 'none'; \
             require-trusted-types-for 'script'",
            source_hash(STYLE),
            source_hash(SCRIPT)
        );
        page.write(&format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
             <meta name=\"viewport\" content=\"width=device-width\">\n<title>Numbers to review</title>\n\
             <style>{STYLE}</style>\n</head>\n<body>\n{BODY}"
        ))?;
        Ok(page)
    }

    fn write(&mut self, text: &str) -> Result<()> {
        self.file.write_all(text.as_bytes()).map_err(|cause| cannot_write(self.file.path(), cause))
    }

    fn write_data(&mut self, class: &str, data: &impl Serialize) -> Result<()> {
        let json = serde_json::to_string(data).map_err(|cause| cannot_write(self.file.path(), cause))?;
        self.write(&format!("<script type=\"application/json\" class=\"{class}\">{}</script>\n", without_tags(&json)))
    }
}

impl OutputFile for ReviewPage {
    fn write_scan(&mut self, scan: &ScanRecord) -> Result<()> {
        let data = ScanData::of(scan, &mut self.room);
        if data.is_empty() { Ok(()) } else { self.write_data("scan", &data) }
    }

    fn finish(mut self: Box<Self>, record: &RunRecord) -> Result<PartialFile> {
        let run = RunData {
            run_id: &record.run_id,
            numbers: record.counts.numbers,
            numbers_review: record.counts.numbers_review,
            files_failed: record.counts.files_failed,
            left_out: self.room.left_out(),
        };
        self.write_data("run", &run)?;
        self.write(&format!("<script>{SCRIPT}</script>\n</body>\n</html>\n"))?;
        Ok(self.file)
    }
}

/// JSON in which no browser finds a tag or a comment: `<` occurs in strings alone, where it may be written as an escape.
fn without_tags(json: &str) -> String {
    json.replace('<', "\\u003c")
}

/// A style or a script as a content security policy names it.
fn source_hash(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Rect;
    use crate::number::Number;
    use crate::table::{Crop, FileRow, FileStatus, PageRecord, Pictures};

    const HOSTILE: &str = "</script><img src=x onerror=alert(1)>.png";

    fn page() -> String {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut page = Box::new(ReviewPage::create(folder.path()).expect("a writable folder"));
        let numbers = vec![Number { field: HOSTILE.to_owned(), ..Number::unplaced(Rect::new(1, 2, 3, 4)) }];
        let crop = Crop { bounds: Rect::new(0, 1, 9, 9), png: vec![1, 2, 3], path: None };
        let pictures = Pictures { crops: vec![Some(crop)], thumbnail: Some(vec![4, 5, 6]) };
        let row = FileRow {
            source: HOSTILE.to_owned(),
            page_count: 1,
            status: FileStatus::Ok,
            error: String::new(),
            content_hash: None,
        };
        let pages = vec![PageRecord { page: 1, numbers, pictures, ..PageRecord::default() }];
        page.write_scan(&ScanRecord { row, pages }).expect("a writable folder");
        let record = RunRecord { run_id: "<!--<script>".to_owned(), ..RunRecord::default() };
        page.finish(&record).and_then(PartialFile::publish).expect("a writable folder");
        std::fs::read_to_string(folder.path().join("numbers.html")).expect("the page")
    }

    #[test]
    fn texts_of_scans_are_never_markup() {
        let page = page();
        assert!(page.contains("\\u003c/script>\\u003cimg src=x onerror"), "the name is in the page");
        assert!(!page.contains("<img src=x") && !page.contains("<!--<script>"));
        assert_eq!(page.matches("</script>").count(), 3, "one scan, the run, the script");
    }

    #[test]
    fn pictures_are_inside_and_nothing_is_asked_for_outside() {
        let page = page();
        assert!(
            page.contains("\"crop\":\"AQID\",\"crop_bounds\":[0,1,9,9]") && page.contains("\"thumbnail\":\"BAUG\"")
        );
        for address in ["src=\"http", "href=\"http", "url(", "@import", "fetch(", "XMLHttpRequest", "import("] {
            assert!(!page.contains(address), "{address}");
        }
        assert!(!SCRIPT.contains("innerHTML") && !SCRIPT.contains("</"), "text is written as text");
    }

    #[test]
    fn the_policy_names_the_hash_of_the_script() {
        assert_eq!(source_hash("alert(1)"), "'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='");
        assert!(page().contains(&format!("script-src {};", source_hash(SCRIPT))));
    }
}

//! JSON Lines: scans in, `numbers.jsonl` out, one object a number with the columns of numbers.csv and its digits as an array.

use std::io::Write;
use std::path::Path;

use serde::Serialize;

use crate::error::Result;
use crate::number::Digit;
use crate::table::folder::OutputFile;
use crate::table::number_row::{NumberRow, for_each_row, rounded};
use crate::table::partial::{PartialFile, cannot_write};
use crate::table::{RunRecord, ScanRecord};

/// `numbers.jsonl`, being written.
pub(super) struct JsonLines(PartialFile);

#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    row: &'a NumberRow<'a>,
    digits: Vec<DigitObject>,
}

/// A digit as in digits.csv, `position` from 1.
#[derive(Serialize)]
struct DigitObject {
    position: usize,
    digit: u8,
    confidence: f64,
    second: u8,
    second_confidence: f64,
    x: i32,
    y: i32,
    width: i32,
    height: i32,
    #[serde(flatten)]
    style: Option<StyleObject>,
}

/// The writing style with the decimals of digits.csv; left out where it was not measured.
#[derive(Serialize)]
struct StyleObject {
    slant_deg: f64,
    stroke_width_px: f64,
    aspect: f64,
    ink_density: f64,
    loops: usize,
}

impl JsonLines {
    pub fn create(folder: &Path) -> Result<Self> {
        PartialFile::create(folder, "numbers.jsonl").map(Self)
    }
}

impl OutputFile for JsonLines {
    fn write_scan(&mut self, scan: &ScanRecord) -> Result<()> {
        let file = &mut self.0;
        let written = for_each_row(scan, |row, page, index| {
            let digits = page.numbers[index].digits.iter().enumerate().map(DigitObject::new).collect();
            serde_json::to_writer(&mut *file, &Line { row: &row, digits })?;
            file.write_all(b"\n")
        });
        written.map_err(|cause| cannot_write(self.0.path(), cause))
    }

    fn finish(self: Box<Self>, _: &RunRecord) -> Result<PartialFile> {
        Ok(self.0)
    }
}

impl DigitObject {
    fn new((index, digit): (usize, &Digit)) -> Self {
        let style = digit.style.map(|style| StyleObject {
            slant_deg: with_decimals(style.slant_deg, 1),
            stroke_width_px: with_decimals(style.stroke_width_px, 1),
            aspect: with_decimals(style.aspect, 3),
            ink_density: with_decimals(style.ink_density, 3),
            loops: style.loops,
        });
        Self {
            position: index + 1,
            digit: digit.digit,
            confidence: rounded(digit.confidence),
            second: digit.second,
            second_confidence: rounded(digit.second_confidence),
            x: digit.bounds.x,
            y: digit.bounds.y,
            width: digit.bounds.width,
            height: digit.bounds.height,
            style,
        }
    }
}

fn with_decimals(value: f32, decimals: usize) -> f64 {
    format!("{:.decimals$}", value + 0.0).parse().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use crate::style::Style;
    use crate::table::specimen::{publish, scans};
    use crate::table::{Format, TableOptions};

    #[test]
    fn a_line_is_a_number_with_its_digits() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut scans = scans();
        scans[0].pages[0].numbers[0].digits[1].style =
            Some(Style { slant_deg: -3.26, stroke_width_px: 4.0, aspect: 0.5, ink_density: 0.25, loops: 1 });
        let options = TableOptions { formats: vec![Format::JsonLines], ..TableOptions::default() };
        publish(folder.path(), &options, scans).expect("the tables can be written");
        let text = std::fs::read_to_string(folder.path().join("numbers.jsonl")).expect("the file was written");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3);
        assert_eq!(
            lines[0],
            "{\"source\":\"./=a.png\",\"page\":2,\"field\":\"total\",\"value\":\"-80.50\",\"confidence\":0.95,\"status\":\"review\",\
             \"text\":\"-80,50\",\"alternative\":\"-86.50\",\"alternative_confidence\":0.03,\"reason\":\"low_confidence;unread_ink\",\
             \"x\":10,\"y\":20,\"width\":30,\"height\":40,\"crop\":null,\"digits\":[\
             {\"position\":1,\"digit\":8,\"confidence\":0.97,\"second\":3,\"second_confidence\":0.02,\"x\":12,\"y\":22,\"width\":10,\"height\":16},\
             {\"position\":2,\"digit\":0,\"confidence\":0.97,\"second\":3,\"second_confidence\":0.02,\"x\":24,\"y\":22,\"width\":90,\"height\":16,\
             \"slant_deg\":-3.3,\"stroke_width_px\":4.0,\"aspect\":0.5,\"ink_density\":0.25,\"loops\":1}]}"
        );
        assert!(lines[2].contains("\"value\":null,") && lines[2].contains("\"alternative_confidence\":null"));
    }
}

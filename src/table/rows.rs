//! Rows: a number, a digit or a file in, the cells of its row out, in the order of the columns.

use crate::geometry::Rect;
use crate::number::{Digit, Number, Reason};
use crate::table::{confidence_cell, source_cell, text_cell};

/// The columns of numbers.csv.
pub const NUMBER_COLUMNS: [&str; 15] = [
    "source",
    "page",
    "field",
    "value",
    "confidence",
    "status",
    "text",
    "alternative",
    "alternative_confidence",
    "reason",
    "x",
    "y",
    "width",
    "height",
    "crop",
];

/// The columns of digits.csv.
pub const DIGIT_COLUMNS: [&str; 12] = [
    "source",
    "page",
    "field",
    "position",
    "digit",
    "confidence",
    "second",
    "second_confidence",
    "x",
    "y",
    "width",
    "height",
];

/// The columns that digits.csv has behind these where the writing style was asked for.
pub const STYLE_COLUMNS: [&str; 5] = ["slant_deg", "stroke_width_px", "aspect", "ink_density", "loops"];

/// The columns of files.csv.
pub const FILE_COLUMNS: [&str; 7] = ["source", "pages", "numbers", "review", "status", "error", "blake3"];

/// What the remark on a file begins with whose content was read under another name.
pub const DUPLICATE_REMARK: &str = "duplicate: ";

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileStatus {
    /// All its pages were read.
    Ok,
    /// The file, or at least one of its pages, could not be read.
    Failed,
    /// Not a scan, or a scan that was read under another name.
    Skipped,
}

impl FileStatus {
    /// The word in files.csv: `ok`, `failed` or `skipped`.
    pub const fn as_str(self) -> &'static str {
        match self {
            FileStatus::Ok => "ok",
            FileStatus::Failed => "failed",
            FileStatus::Skipped => "skipped",
        }
    }

    /// The status of a word in files.csv.
    pub fn of_word(word: &str) -> Option<Self> {
        [FileStatus::Ok, FileStatus::Failed, FileStatus::Skipped].into_iter().find(|status| status.as_str() == word)
    }
}

/// What files.csv says of one file, apart from the counts of its numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRow {
    /// The name that rows and messages use, `/` separated, not yet guarded against formulas.
    pub source: String,
    /// The number of pages, the bad ones included; 0 where the file could not be opened.
    pub page_count: usize,
    /// What became of it.
    pub status: FileStatus,
    /// One sentence that says why it is not ok, or a remark that begins with a code, such as `duplicate: ...`; else empty.
    pub error: String,
    /// The BLAKE3 hash of the bytes; `None` where they were not read as a whole.
    pub content_hash: Option<blake3::Hash>,
}

impl FileRow {
    /// Whether its content was read under another name.
    pub fn is_duplicate(&self) -> bool {
        self.error.starts_with(DUPLICATE_REMARK)
    }
}

/// The cells of numbers.csv for one number; `page` counts from 1, `crop_path` is where its crop lies, empty where it has none.
pub(crate) fn number_cells(
    source: &str,
    page: usize,
    number: &Number,
    crop_path: &str,
) -> [String; NUMBER_COLUMNS.len()] {
    let reasons: Vec<_> = number.reasons.iter().map(Reason::code).collect();
    let (alternative, alternative_confidence) = match number.alternatives.first() {
        Some((value, confidence)) => (text_cell(value), confidence_cell(*confidence)),
        None => (String::new(), String::new()),
    };
    let [x, y, width, height] = box_cells(&number.bounds);
    [
        source_cell(source),
        page.to_string(),
        text_cell(&number.field),
        text_cell(&number.value),
        confidence_cell(number.confidence),
        number.status.as_str().to_owned(),
        text_cell(&number.text),
        alternative,
        alternative_confidence,
        text_cell(&reasons.join(";")),
        x,
        y,
        width,
        height,
        text_cell(crop_path),
    ]
}

/// The cells of digits.csv for one digit; `page` and `position` count from 1.
pub(super) fn digit_cells(
    source: &str,
    page: usize,
    field: &str,
    position: usize,
    digit: &Digit,
) -> [String; DIGIT_COLUMNS.len()] {
    let [x, y, width, height] = box_cells(&digit.bounds);
    [
        source_cell(source),
        page.to_string(),
        text_cell(field),
        position.to_string(),
        digit.digit.to_string(),
        confidence_cell(digit.confidence),
        digit.second.to_string(),
        confidence_cell(digit.second_confidence),
        x,
        y,
        width,
        height,
    ]
}

/// The cells of [`STYLE_COLUMNS`] for one digit; empty where its style was not measured.
pub(super) fn style_cells(digit: &Digit) -> [String; STYLE_COLUMNS.len()] {
    let Some(style) = &digit.style else { return Default::default() };
    [
        format!("{:.1}", style.slant_deg + 0.0),
        format!("{:.1}", style.stroke_width_px),
        format!("{:.3}", style.aspect),
        format!("{:.3}", style.ink_density),
        style.loops.to_string(),
    ]
}

/// The cells of files.csv for one file; `numbers` and `review` count its rows in numbers.csv.
pub(super) fn file_cells(row: &FileRow, numbers: usize, review: usize) -> [String; FILE_COLUMNS.len()] {
    [
        source_cell(&row.source),
        row.page_count.to_string(),
        numbers.to_string(),
        review.to_string(),
        row.status.as_str().to_owned(),
        text_cell(&row.error),
        row.content_hash.map(|hash| hash.to_hex().to_string()).unwrap_or_default(),
    ]
}

fn box_cells(bounds: &Rect) -> [String; 4] {
    [bounds.x, bounds.y, bounds.width, bounds.height].map(|edge| edge.to_string())
}

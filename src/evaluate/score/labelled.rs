//! The two files of a score: the paths of numbers.csv and of a truth file in, their rows out.
//!
//! Both may have been through a spreadsheet: a byte order mark is skipped, `;` is taken for the separator where the
//! header has no comma.

use std::collections::HashSet;
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, Result};
use crate::geometry::Rect;
use crate::number::Status;
use crate::table::source_cell;

/// What is known to stand in one field of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Truth {
    /// The scan, as numbers.csv writes it.
    pub source: String,
    /// Page number, from 1.
    pub page: usize,
    /// Name of the field.
    pub field: String,
    /// Canonical value; empty where the field is known to be empty.
    pub value: String,
    /// Box in pixels of the original page, where it is known.
    pub bounds: Option<Rect>,
}

/// One row of numbers.csv, as far as a score needs it.
#[derive(Clone, Debug, PartialEq)]
pub struct ScoredNumber {
    /// The scan.
    pub source: String,
    /// Page number, from 1.
    pub page: usize,
    /// Name of the field.
    pub field: String,
    /// Canonical value; empty where there is none.
    pub value: String,
    /// What was read, separators included.
    pub text: String,
    /// 0 to 1.
    pub confidence: f32,
    /// What became of the field.
    pub status: Status,
    /// Box in pixels of the original page, where it is given.
    pub bounds: Option<Rect>,
}

impl ScoredNumber {
    /// Whether the row reports a number at all.
    pub fn has_value(&self) -> bool {
        !self.value.is_empty() && matches!(self.status, Status::Ok | Status::Review)
    }
}

#[derive(Deserialize)]
struct TruthRow {
    source: String,
    page: usize,
    field: String,
    value: String,
    #[serde(default)]
    x: String,
    #[serde(default)]
    y: String,
    #[serde(default)]
    width: String,
    #[serde(default)]
    height: String,
}

#[derive(Deserialize)]
struct NumberRow {
    source: String,
    page: usize,
    field: String,
    value: String,
    #[serde(default)]
    text: String,
    confidence: String,
    status: String,
    #[serde(default)]
    x: String,
    #[serde(default)]
    y: String,
    #[serde(default)]
    width: String,
    #[serde(default)]
    height: String,
}

/// The box of cells `x`, `y`, `width`, `height`; `None` where one is missing or the box is empty.
fn bounds(cells: [&str; 4]) -> Option<Rect> {
    let [x, y, width, height] = cells.map(|cell| cell.trim().parse::<f64>().ok().map(|edge| edge.round() as i32));
    let bounds = Rect::new(x?, y?, width?, height?);
    (!bounds.is_empty()).then_some(bounds)
}

/// Reads a truth file: at least the columns `source,page,field,value`, and `x,y,width,height` where boxes are known.
///
/// # Errors
/// [`Error::Data`] if the file cannot be read or lacks a column, with the line.
pub fn read_truths(path: &Path) -> Result<Vec<Truth>> {
    let truth = |row: TruthRow| {
        Ok(Truth {
            source: source_cell(&row.source),
            page: row.page,
            field: row.field,
            value: row.value.trim().to_owned(),
            bounds: bounds([&row.x, &row.y, &row.width, &row.height]),
        })
    };
    read_rows(path, truth)
}

/// Reads numbers.csv, or a table with its columns `source,page,field,value,confidence,status`.
///
/// # Errors
/// [`Error::Data`] if the file cannot be read or lacks a column, with the line.
pub fn read_numbers(path: &Path) -> Result<Vec<ScoredNumber>> {
    let number = |row: NumberRow| {
        let status = [Status::Ok, Status::Review, Status::Empty, Status::Rejected]
            .into_iter()
            .find(|status| status.as_str() == row.status)
            .ok_or_else(|| format!("`{}` is no status; it is ok, review, empty or rejected", row.status))?;
        let confidence = row.confidence.trim().parse().map_err(|_| format!("`{}` is no confidence", row.confidence))?;
        Ok(ScoredNumber {
            source: source_cell(&row.source),
            page: row.page,
            field: row.field,
            value: row.value.trim().to_owned(),
            text: row.text,
            confidence,
            status,
            bounds: bounds([&row.x, &row.y, &row.width, &row.height]),
        })
    };
    read_rows(path, number)
}

#[derive(Deserialize)]
struct SourceRow {
    source: String,
}

/// Reads a list of scans: a table with the column `source`, and any others.
///
/// # Errors
/// [`Error::Data`] if the file cannot be read or lacks the column.
pub fn read_sources(path: &Path) -> Result<HashSet<String>> {
    let sources = read_rows(path, |row: SourceRow| Ok(source_cell(row.source.trim())))?;
    Ok(sources.into_iter().collect())
}

/// Reads all rows of a table and turns each into an item.
fn read_rows<Row: DeserializeOwned, Item>(
    path: &Path,
    item: impl Fn(Row) -> std::result::Result<Item, String>,
) -> Result<Vec<Item>> {
    let data_error = |reason: String| Error::Data { path: path.to_owned(), reason };
    let bytes = std::fs::read(path).map_err(|cause| data_error(format!("cannot be opened: {cause}")))?;
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
    let header = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let delimiter = if header.contains(&b';') && !header.contains(&b',') { b';' } else { b',' };
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(bytes);
    let mut items = Vec::new();
    for (index, row) in reader.deserialize().enumerate() {
        let row: Row = row.map_err(|cause| data_error(cause.to_string()))?;
        items.push(item(row).map_err(|reason| data_error(format!("row {}: {reason}", index + 1)))?);
    }
    Ok(items)
}

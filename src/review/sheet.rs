//! A table that came back from people: an XLSX, ODS or CSV file in, its columns by name and its rows of cells out.
//!
//! What spreadsheets do to a CSV is undone as far as the file itself tells: a byte order mark, other separators, a line `sep=;`. What the
//! cells mean is left to others.

use std::collections::HashMap;
use std::io::Cursor;
use std::path::Path;

use calamine::{Data, DataType, Reader};

use crate::error::{Error, Result};

/// Columns without which a row cannot be told from another.
const NEEDED_COLUMNS: [&str; 3] = ["source", "page", "field"];

/// The header of a sheet is looked for in so many rows from the top: titles may stand above it.
const HEADER_ROWS: usize = 10;

/// Files that begin so are workbooks: a ZIP archive (XLSX, ODS) or an OLE file (XLS).
const WORKBOOK_BEGINNINGS: [&[u8]; 2] = [b"PK\x03\x04", &[0xD0, 0xCF, 0x11, 0xE0]];

/// Separators that spreadsheets write between the cells of a CSV, likeliest first.
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];

/// One table, header apart.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Sheet {
    columns: HashMap<String, usize>,
    rows: Vec<(usize, Vec<Cell>)>,
    /// The run that another sheet of the workbook names.
    pub run_id: Option<String>,
}

/// One cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Cell {
    /// What it holds, without blanks around.
    pub text: String,
    /// Whether the workbook holds it as a number, which has no leading zeros.
    pub is_number: bool,
}

/// One row of a sheet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'a> {
    sheet: &'a Sheet,
    cells: &'a [Cell],
    /// Its place in the file, the header being row 1 as a rule.
    pub line: usize,
}

impl Sheet {
    /// Whether there is a column of this name.
    pub fn has_column(&self, name: &str) -> bool {
        self.columns.contains_key(name)
    }

    /// The rows in which anything is written.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|(line, cells)| Row { sheet: self, cells, line: *line })
    }

    /// The table below the first row that names the needed columns; `None` where there is none.
    fn of_rows(rows: impl Iterator<Item = (usize, Vec<Cell>)>) -> Option<Self> {
        let mut rows = rows.filter(|(_, cells)| cells.iter().any(|cell| !cell.text.is_empty()));
        let columns = rows.by_ref().take(HEADER_ROWS).find_map(|(_, cells)| {
            // Of two columns of the same name the first counts: the last one in is the one that stays.
            let columns: HashMap<String, usize> =
                cells.iter().enumerate().rev().map(|(place, cell)| (cell.text.to_lowercase(), place)).collect();
            NEEDED_COLUMNS.iter().all(|name| columns.contains_key(*name)).then_some(columns)
        })?;
        Some(Self { columns, rows: rows.collect(), run_id: None })
    }
}

impl<'a> Row<'a> {
    /// The cell of a column; empty where there is no such column, or the row ends before it.
    pub fn cell(&self, column: &str) -> &'a Cell {
        static NONE: Cell = Cell { text: String::new(), is_number: false };
        self.sheet.columns.get(column).and_then(|place| self.cells.get(*place)).unwrap_or(&NONE)
    }

    /// The text of [`Row::cell`].
    pub fn text(&self, column: &str) -> &'a str {
        &self.cell(column).text
    }
}

/// Reads a table.
///
/// # Errors
/// [`Error::Data`] if the file cannot be read, is neither a workbook nor a CSV in UTF-8, or has no header with the needed columns.
pub(super) fn read(path: &Path) -> Result<Sheet> {
    let fault = |reason: String| Error::Data { path: path.to_owned(), reason };
    let bytes = std::fs::read(path).map_err(|cause| fault(format!("cannot be read: {cause}")))?;
    let is_workbook = WORKBOOK_BEGINNINGS.iter().any(|beginning| bytes.starts_with(beginning));
    let sheet = if is_workbook { workbook(bytes).map_err(fault)? } else { csv_table(&bytes).map_err(fault)? };
    sheet.ok_or_else(|| {
        let names = NEEDED_COLUMNS.join(", ");
        fault(format!("has no header with the columns {names}; take numbers.xlsx, numbers.csv or a CSV saved from one of them or from numbers.html"))
    })
}

fn workbook(bytes: Vec<u8>) -> std::result::Result<Option<Sheet>, String> {
    let unreadable = |cause: calamine::Error| format!("cannot be read as a workbook: {cause}");
    let mut workbook = calamine::open_workbook_auto_from_rs(Cursor::new(bytes)).map_err(unreadable)?;
    let (mut table, mut run_id) = (None::<Sheet>, None);
    for name in workbook.sheet_names() {
        let range = workbook.worksheet_range(&name).map_err(unreadable)?;
        let first_line = range.start().map_or(1, |(row, _)| row as usize + 1);
        let rows = range.rows().enumerate().map(|(index, row)| (first_line + index, row.iter().map(cell_of).collect()));
        match (Sheet::of_rows(rows.clone()), &mut table) {
            (Some(sheet), None) => table = Some(sheet),
            // A table that is too long for one sheet goes on in the next.
            (Some(sheet), Some(first)) if first.columns == sheet.columns => first.rows.extend(sheet.rows),
            _ => run_id = run_id.or_else(|| named_run(rows)),
        }
    }
    Ok(table.map(|table| Sheet { run_id, ..table }))
}

/// The run that a sheet of names and values tells.
fn named_run(mut rows: impl Iterator<Item = (usize, Vec<Cell>)>) -> Option<String> {
    rows.find_map(|(_, cells)| match cells.as_slice() {
        [name, value, ..] if ["run", "run_id", "run id"].contains(&name.text.to_lowercase().as_str()) => {
            Some(value.text.clone())
        }
        _ => None,
    })
}

fn cell_of(data: &Data) -> Cell {
    let number = |text: String| Cell { text, is_number: true };
    match data {
        Data::Int(value) => number(value.to_string()),
        // Display writes a whole number without a point, and never an exponent.
        Data::Float(value) => number(value.to_string()),
        Data::DateTime(time) => {
            let (year, month, day, ..) = time.to_ymd_hms_milli();
            Cell { text: format!("{year:04}-{month:02}-{day:02}"), is_number: false }
        }
        Data::DateTimeIso(text) => Cell { text: text.chars().take(10).collect(), is_number: false },
        other => Cell { text: other.as_string().unwrap_or_default().trim().to_owned(), is_number: false },
    }
}

fn csv_table(bytes: &[u8]) -> std::result::Result<Option<Sheet>, String> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes)
        .map_err(|_| "is not UTF-8; save it from the spreadsheet as \"CSV UTF-8\" or as XLSX".to_owned())?;
    // The first line of some spreadsheets, `sep=;`, is for other spreadsheets.
    let has_hint = text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("sep="));
    let (text, skipped) = match text.split_once('\n') {
        Some((_, rest)) if has_hint => (rest, 1),
        _ => (text, 0),
    };
    for separator in SEPARATORS {
        let mut reader = csv::ReaderBuilder::new();
        let mut reader = reader.delimiter(separator).has_headers(false).flexible(true).from_reader(text.as_bytes());
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(|cause| format!("cannot be read as CSV: {cause}"))?;
            let line = record.position().map_or(0, csv::Position::line) as usize + skipped;
            let cell = |text: &str| Cell { text: text.trim().to_owned(), is_number: false };
            rows.push((line, record.iter().map(cell).collect()));
        }
        if let Some(sheet) = Sheet::of_rows(rows.into_iter()) {
            return Ok(Some(sheet));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(bytes: &[u8]) -> Sheet {
        csv_table(bytes).expect("a table").expect("a header")
    }

    #[test]
    fn what_spreadsheets_make_of_a_csv_is_understood() {
        for text in [
            "source,page,field,value\na b.png,1,n1,\"1,5\"\n",
            "\u{feff}Source;Page;Field;Value\r\na b.png;1;n1;1,5\r\n",
            "sep=\t\nsource\tpage\tfield\tvalue\na b.png\t1\tn1\t 1,5\n",
            "Numbers to review,,,\n\nsource,page,field,value\n,,,\na b.png,1,n1,\"1,5\"\n",
        ] {
            let sheet = table(text.as_bytes());
            let rows: Vec<_> = sheet.rows().collect();
            assert_eq!(rows.len(), 1, "{text}");
            assert_eq!((rows[0].text("source"), rows[0].text("value"), rows[0].text("by")), ("a b.png", "1,5", ""));
            assert!(sheet.has_column("value") && !sheet.has_column("corrected"));
        }
    }

    #[test]
    fn other_files_are_refused_with_what_to_do() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (content, complaint) in [
            (b"a,b\n1,2\n".as_slice(), "no header with the columns source, page, field"),
            (b"source,page,field\n\xFF\xFE,1,n1\n", "CSV UTF-8"),
            (b"PK\x03\x04 and no more", "workbook"),
            (b"", "no header"),
        ] {
            let path = folder.path().join("table");
            std::fs::write(&path, content).expect("a writable folder");
            let message = read(&path).expect_err("no table").to_string();
            assert!(message.contains(complaint) && message.contains("table"), "{message}");
        }
        assert!(read(&folder.path().join("none.csv")).expect_err("no file").to_string().contains("none.csv"));
    }

    #[test]
    fn cells_of_workbooks_are_texts_with_all_their_digits() {
        for (data, text, is_number) in [
            (Data::Float(123_456_789_012_345.0), "123456789012345", true),
            (Data::Float(-80.5), "-80.5", true),
            (Data::String(" 001234 ".to_owned()), "001234", false),
            (Data::Empty, "", false),
        ] {
            assert_eq!(cell_of(&data), Cell { text: text.to_owned(), is_number });
        }
    }
}

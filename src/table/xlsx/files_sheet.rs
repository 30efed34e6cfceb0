//! The sheet of the files: scans in, a sheet with the rows of files.csv out.

use rust_xlsxwriter::{RowNum, Worksheet, XlsxError};

use super::look::{Look, begun, write_text};
use crate::table::rows::file_cells;
use crate::table::{FILE_COLUMNS, ScanRecord};

const WIDTHS_PX: [u32; FILE_COLUMNS.len()] = [280, 60, 70, 60, 75, 520, 470];

/// Columns that are counts.
const COUNTS: std::ops::Range<usize> = 1..4;

/// A sheet holds so many rows behind its header; files beyond them are in files.csv alone.
const MOST_ROWS: RowNum = 1_048_575;

/// The sheet, its rows being written.
pub struct FilesSheet {
    sheet: Worksheet,
    look: Look,
    last_row: RowNum,
}

impl FilesSheet {
    pub fn new() -> Result<Self, XlsxError> {
        let look = Look::new();
        let columns: Vec<(&str, u32)> = FILE_COLUMNS.into_iter().zip(WIDTHS_PX).collect();
        Ok(Self { sheet: begun("files", &columns, &look)?, look, last_row: 0 })
    }

    /// Adds the row of a scan.
    pub fn write_scan(&mut self, scan: &ScanRecord) -> Result<(), XlsxError> {
        if self.last_row == MOST_ROWS {
            return Ok(());
        }
        self.last_row += 1;
        let row = self.last_row;
        let counts = [scan.row.page_count, scan.number_count(), scan.review_count()];
        for (place, cell) in file_cells(&scan.row, counts[1], counts[2]).iter().enumerate() {
            let column = place as u16;
            if COUNTS.contains(&place) {
                let count = counts[place - COUNTS.start] as f64;
                self.sheet.write_number_with_format(row, column, count, self.look.number(0))?;
            } else {
                write_text(&mut self.sheet, row, column, cell, &self.look.text)?;
            }
        }
        Ok(())
    }

    /// The sheet with its filter.
    pub fn finish(mut self) -> Result<Worksheet, XlsxError> {
        self.sheet.autofilter(0, 0, self.last_row, FILE_COLUMNS.len() as u16 - 1)?;
        Ok(self.sheet)
    }
}

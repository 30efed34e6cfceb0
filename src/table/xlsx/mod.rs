//! The spreadsheet: scans in, `numbers.xlsx` out, with a sheet of numbers and their pictures to correct, a summary and the files.
//!
//! A workbook is one package that is put together at its end, so the cells and the small pictures of a run are kept in memory until then.
//! No cell is a formula. The bytes depend on the scans, the options and the name of the run alone.

mod files_sheet;
mod look;
mod numbers_sheet;
mod summary_sheet;

use std::path::{Path, PathBuf};

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};

use crate::error::Result;
use crate::table::folder::OutputFile;
use crate::table::partial::{PartialFile, cannot_write};
use crate::table::{RunRecord, ScanRecord, TableOptions};
use files_sheet::FilesSheet;
use numbers_sheet::NumbersSheets;
use summary_sheet::Unread;

pub use numbers_sheet::Identifiers;

/// `numbers.xlsx`, being gathered.
pub(super) struct Spreadsheet {
    path: PathBuf,
    file: PartialFile,
    numbers: NumbersSheets,
    files: FilesSheet,
    unread: Unread,
}

impl Spreadsheet {
    pub fn create(folder: &Path, options: &TableOptions) -> Result<Self> {
        let file = PartialFile::create(folder, "numbers.xlsx")?;
        let path = file.path().to_owned();
        let sheets = (|| Ok((NumbersSheets::new(&options.run_id, options.identifiers.clone())?, FilesSheet::new()?)))();
        let (numbers, files) = sheets.map_err(|cause: XlsxError| cannot_write(&path, cause))?;
        Ok(Self { path, file, numbers, files, unread: Unread::default() })
    }

    fn workbook(self, record: &RunRecord) -> std::result::Result<(Workbook, PartialFile), XlsxError> {
        let mut workbook = Workbook::new();
        // A time of writing would make two runs with the same rows differ; run.json has it.
        let properties = DocProperties::new()
            .set_title("Numbers read from scans")
            .set_creation_datetime(&ExcelDateTime::from_ymd(2000, 1, 1)?);
        workbook.set_properties(&properties);
        for sheet in self.numbers.finish()? {
            workbook.push_worksheet(sheet);
        }
        workbook.push_worksheet(summary_sheet::sheet(record, &self.unread)?);
        workbook.push_worksheet(self.files.finish()?);
        Ok((workbook, self.file))
    }
}

impl OutputFile for Spreadsheet {
    fn write_scan(&mut self, scan: &ScanRecord) -> Result<()> {
        self.unread.note(&scan.row);
        let written = self.numbers.write_scan(scan).and_then(|()| self.files.write_scan(scan));
        written.map_err(|cause| cannot_write(&self.path, cause))
    }

    fn finish(self: Box<Self>, record: &RunRecord) -> Result<PartialFile> {
        let path = self.path.clone();
        let written = self.workbook(record).and_then(|(mut workbook, mut file)| {
            workbook.save_to_writer(&mut file)?;
            Ok(file)
        });
        written.map_err(|cause| cannot_write(&path, cause))
    }
}

#[cfg(test)]
mod tests;

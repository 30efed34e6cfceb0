//! The three CSV tables: scans in, the rows of `numbers.csv`, `digits.csv` and `files.csv` out.

use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::table::folder::OutputFile;
use crate::table::partial::{PartialFile, cannot_write};
use crate::table::rows::{digit_cells, file_cells, number_cells, style_cells};
use crate::table::{DIGIT_COLUMNS, FILE_COLUMNS, NUMBER_COLUMNS, RunRecord, STYLE_COLUMNS, ScanRecord};

/// `numbers.csv`, one row a number.
pub(super) struct NumbersCsv(CsvFile);

/// `digits.csv`, one row a digit.
pub(super) struct DigitsCsv {
    file: CsvFile,
    with_style: bool,
}

/// `files.csv`, one row a file.
pub(super) struct FilesCsv(CsvFile);

impl NumbersCsv {
    pub fn create(folder: &Path) -> Result<Self> {
        CsvFile::create(folder, "numbers.csv", &NUMBER_COLUMNS).map(Self)
    }
}

impl DigitsCsv {
    pub fn create(folder: &Path, with_style: bool) -> Result<Self> {
        let style_columns: &[&str] = if with_style { &STYLE_COLUMNS } else { &[] };
        let file = CsvFile::create(folder, "digits.csv", &[&DIGIT_COLUMNS, style_columns].concat())?;
        Ok(Self { file, with_style })
    }
}

impl FilesCsv {
    pub fn create(folder: &Path) -> Result<Self> {
        CsvFile::create(folder, "files.csv", &FILE_COLUMNS).map(Self)
    }
}

impl OutputFile for NumbersCsv {
    fn write_scan(&mut self, scan: &ScanRecord) -> Result<()> {
        for page in &scan.pages {
            for (index, number) in page.numbers.iter().enumerate() {
                let crop_path = page.crop(index).and_then(|crop| crop.path.as_deref()).unwrap_or_default();
                self.0.write_row(&number_cells(&scan.row.source, page.page, number, crop_path))?;
            }
        }
        Ok(())
    }

    fn finish(self: Box<Self>, _: &RunRecord) -> Result<PartialFile> {
        self.0.into_partial()
    }
}

impl OutputFile for DigitsCsv {
    fn write_scan(&mut self, scan: &ScanRecord) -> Result<()> {
        for page in &scan.pages {
            for number in &page.numbers {
                for (index, digit) in number.digits.iter().enumerate() {
                    let cells = digit_cells(&scan.row.source, page.page, &number.field, index + 1, digit);
                    let mut cells = cells.to_vec();
                    if self.with_style {
                        cells.extend(style_cells(digit));
                    }
                    self.file.write_row(&cells)?;
                }
            }
        }
        Ok(())
    }

    fn finish(self: Box<Self>, _: &RunRecord) -> Result<PartialFile> {
        self.file.into_partial()
    }
}

impl OutputFile for FilesCsv {
    fn write_scan(&mut self, scan: &ScanRecord) -> Result<()> {
        self.0.write_row(&file_cells(&scan.row, scan.number_count(), scan.review_count()))
    }

    fn finish(self: Box<Self>, _: &RunRecord) -> Result<PartialFile> {
        self.0.into_partial()
    }
}

/// One CSV file on its way to disk.
#[derive(Debug)]
pub(crate) struct CsvFile {
    path: PathBuf,
    writer: csv::Writer<PartialFile>,
}

impl CsvFile {
    /// Starts the file `name` in `folder` with its header.
    pub fn create<Cell: AsRef<[u8]>>(folder: &Path, name: &str, columns: &[Cell]) -> Result<Self> {
        let file = PartialFile::create(folder, name)?;
        let path = file.path().to_owned();
        let writer = csv::WriterBuilder::new().terminator(csv::Terminator::Any(b'\n')).from_writer(file);
        let mut table = Self { path, writer };
        table.write_row(columns)?;
        Ok(table)
    }

    /// Adds one row.
    pub fn write_row<Cell: AsRef<[u8]>>(&mut self, cells: &[Cell]) -> Result<()> {
        self.writer.write_record(cells).map_err(|cause| cannot_write(&self.path, cause))
    }

    /// The file, everything handed on to it.
    pub fn into_partial(self) -> Result<PartialFile> {
        self.writer.into_inner().map_err(|cause| cannot_write(&self.path, cause.error()))
    }
}

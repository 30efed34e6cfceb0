//! The output folder: opened before the first scan is read, filled file by file, published as a whole at the end.
//!
//! Numbers come in the order in which they are to stand; a run that is dropped half way leaves the folder as it was.

use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::number::{Number, Status};
use crate::table::partial::{PartialFile, cannot_write};
use crate::table::rows::{count_status, digit_cells, file_cells, number_cells, style_cells};
use crate::table::{
    Counts, DIGIT_COLUMNS, FILE_COLUMNS, FileRow, FileStatus, NUMBER_COLUMNS, RunRecord, STYLE_COLUMNS,
};

/// The tables of one run, being written.
#[derive(Debug)]
pub struct Tables {
    folder: PathBuf,
    numbers: CsvFile,
    digits: CsvFile,
    files: CsvFile,
    with_style: bool,
    counts: Counts,
}

impl Tables {
    /// Creates the folder where it is missing and starts the three tables with their headers; `with_style` adds
    /// [`STYLE_COLUMNS`] to digits.csv.
    ///
    /// # Errors
    /// [`crate::error::Error::Output`] if the folder or a file in it cannot be written.
    pub fn create(folder: &Path, with_style: bool) -> Result<Self> {
        std::fs::create_dir_all(folder).map_err(|cause| cannot_write(folder, cause))?;
        let style_columns: &[&str] = if with_style { &STYLE_COLUMNS } else { &[] };
        Ok(Self {
            folder: folder.to_owned(),
            numbers: CsvFile::create(folder, "numbers.csv", &NUMBER_COLUMNS)?,
            digits: CsvFile::create(folder, "digits.csv", &[&DIGIT_COLUMNS, style_columns].concat())?,
            files: CsvFile::create(folder, "files.csv", &FILE_COLUMNS)?,
            with_style,
            counts: Counts::default(),
        })
    }

    /// Writes the row of one file and the rows of its numbers: for each page its number, from 1, and its numbers in
    /// field order, pages ascending.
    ///
    /// # Errors
    /// [`crate::error::Error::Output`] if the disk takes no more.
    pub fn write_file(&mut self, row: &FileRow, pages: &[(usize, &[Number])]) -> Result<()> {
        let (mut numbers, mut review) = (0, 0);
        for (page, page_numbers) in pages {
            numbers += page_numbers.len();
            review += count_status(page_numbers, Status::Review);
            for number in *page_numbers {
                self.write_number(&row.source, *page, number)?;
            }
        }
        self.files.write_row(&file_cells(row, numbers, review))?;
        self.count_file(row, pages.len());
        Ok(())
    }

    fn write_number(&mut self, source: &str, page: usize, number: &Number) -> Result<()> {
        self.numbers.write_row(&number_cells(source, page, number))?;
        for (index, digit) in number.digits.iter().enumerate() {
            let mut cells = digit_cells(source, page, &number.field, index + 1, digit).to_vec();
            if self.with_style {
                cells.extend(style_cells(digit));
            }
            self.digits.write_row(&cells)?;
        }
        let counts = &mut self.counts;
        counts.numbers += 1;
        counts.digits += number.digits.len();
        match number.status {
            Status::Ok => counts.numbers_ok += 1,
            Status::Review => counts.numbers_review += 1,
            Status::Empty => counts.numbers_empty += 1,
            Status::Rejected => counts.numbers_rejected += 1,
        }
        Ok(())
    }

    fn count_file(&mut self, row: &FileRow, pages_read: usize) {
        let counts = &mut self.counts;
        counts.files += 1;
        counts.pages += row.page_count;
        counts.pages_read += pages_read;
        match row.status {
            FileStatus::Ok => counts.files_ok += 1,
            FileStatus::Failed => counts.files_failed += 1,
            FileStatus::Skipped => counts.files_skipped += 1,
        }
    }

    /// What has been written so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Completes the tables, writes `run.json` and gives all four files their names.
    ///
    /// # Errors
    /// [`crate::error::Error::Output`] if a file cannot be completed or renamed.
    pub fn publish(self, record: &RunRecord) -> Result<()> {
        let mut record_file = PartialFile::create(&self.folder, "run.json")?;
        serde_json::to_writer_pretty(&mut record_file, record)
            .map_err(std::io::Error::from)
            .and_then(|()| std::io::Write::write_all(&mut record_file, b"\n"))
            .map_err(|cause| cannot_write(record_file.path(), cause))?;
        let mut files = Vec::new();
        for table in [self.numbers, self.digits, self.files] {
            files.push(table.into_partial()?);
        }
        files.push(record_file);
        // All four are on disk before the first gets its name: a full disk leaves the old result in place.
        for file in &mut files {
            file.complete()?;
        }
        files.into_iter().try_for_each(PartialFile::publish)
    }
}

/// One CSV file on its way to disk.
#[derive(Debug)]
struct CsvFile {
    path: PathBuf,
    writer: csv::Writer<PartialFile>,
}

impl CsvFile {
    fn create(folder: &Path, name: &str, columns: &[&str]) -> Result<Self> {
        let file = PartialFile::create(folder, name)?;
        let path = file.path().to_owned();
        let writer = csv::WriterBuilder::new().terminator(csv::Terminator::Any(b'\n')).from_writer(file);
        let mut table = Self { path, writer };
        table.write_row(columns)?;
        Ok(table)
    }

    fn write_row<Cell: AsRef<[u8]>>(&mut self, cells: &[Cell]) -> Result<()> {
        self.writer.write_record(cells).map_err(|cause| cannot_write(&self.path, cause))
    }

    fn into_partial(self) -> Result<PartialFile> {
        self.writer.into_inner().map_err(|cause| cannot_write(&self.path, cause.error()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Rect;
    use crate::number::{Digit, Reason};
    use crate::style::Style;

    fn row(source: &str, status: FileStatus, error: &str) -> FileRow {
        let content_hash = (status == FileStatus::Ok).then(|| blake3::hash(b"scan"));
        FileRow { source: source.to_owned(), page_count: 1, status, error: error.to_owned(), content_hash }
    }

    fn number(field: &str, value: &str, status: Status) -> Number {
        Number {
            field: field.to_owned(),
            value: value.to_owned(),
            confidence: 0.95,
            status,
            text: "-80,00".to_owned(),
            alternatives: vec![("-86.00".to_owned(), 0.03)],
            reasons: vec![Reason::LowConfidence, Reason::UnreadInk],
            digits: vec![Digit {
                digit: 8,
                confidence: 0.97,
                second: 3,
                second_confidence: 0.02,
                bounds: Rect::new(11, 21, 9, 18),
                style: None,
            }],
            bounds: Rect::new(10, 20, 30, 40),
        }
    }

    fn read(folder: &Path, name: &str) -> String {
        std::fs::read_to_string(folder.join(name)).expect("the table was written")
    }

    #[test]
    fn tables_have_the_published_columns_and_cells() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let output = folder.path().join("new/output");
        let mut tables = Tables::create(&output, false).expect("the folder can be written");
        let numbers = [number("n1", "-80.00", Status::Review)];
        tables.write_file(&row("=a,\"b\"\n.png", FileStatus::Ok, ""), &[(2, &numbers)]).expect("the disk takes a row");
        tables.write_file(&row("bad.png", FileStatus::Failed, "=no scan"), &[]).expect("the disk takes a row");
        assert_eq!(tables.counts().numbers_review, 1);
        assert!(!output.join("numbers.csv").exists(), "nothing is visible before the end");
        tables.publish(&RunRecord::default()).expect("the tables can be published");

        assert_eq!(
            read(&output, "numbers.csv"),
            "source,page,field,value,confidence,status,text,alternative,alternative_confidence,reason,x,y,width,height,crop\n\
             \"./=a,\"\"b\"\"\n.png\",2,n1,-80.00,0.9500,review,\"'-80,00\",-86.00,0.0300,low_confidence;unread_ink,10,20,30,40,\n"
        );
        assert_eq!(
            read(&output, "digits.csv"),
            "source,page,field,position,digit,confidence,second,second_confidence,x,y,width,height\n\
             \"./=a,\"\"b\"\"\n.png\",2,n1,1,8,0.9700,3,0.0200,11,21,9,18\n"
        );
        let hash = blake3::hash(b"scan").to_hex();
        assert_eq!(
            read(&output, "files.csv"),
            format!(
                "source,pages,numbers,review,status,error,blake3\n\
                 \"./=a,\"\"b\"\"\n.png\",1,1,1,ok,,{hash}\nbad.png,1,0,0,failed,'=no scan,\n"
            )
        );
        let record: serde_json::Value = serde_json::from_str(&read(&output, "run.json")).expect("run.json is JSON");
        assert_eq!(record["interrupted"], false);
        let names = std::fs::read_dir(&output).expect("the folder exists").count();
        assert_eq!(names, 4, "no temporary file is left");
    }

    #[test]
    fn the_style_of_digits_has_columns_of_its_own() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut tables = Tables::create(folder.path(), true).expect("the folder can be written");
        let mut number = number("n1", "8", Status::Ok);
        number.digits.push(number.digits[0]);
        number.digits[0].style =
            Some(Style { slant_deg: -3.26, stroke_width_px: 4.0, aspect: 0.5, ink_density: 0.25, loops: 2 });
        tables.write_file(&row("a.png", FileStatus::Ok, ""), &[(1, &[number])]).expect("the disk takes a row");
        tables.publish(&RunRecord::default()).expect("the tables can be published");
        assert_eq!(
            read(folder.path(), "digits.csv"),
            "source,page,field,position,digit,confidence,second,second_confidence,x,y,width,height,\
             slant_deg,stroke_width_px,aspect,ink_density,loops\n\
             a.png,1,n1,1,8,0.9700,3,0.0200,11,21,9,18,-3.3,4.0,0.500,0.250,2\n\
             a.png,1,n1,2,8,0.9700,3,0.0200,11,21,9,18,,,,,\n"
        );
    }

    #[test]
    fn tables_that_are_dropped_leave_the_folder_as_it_was() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("numbers.csv"), "old").expect("a writable folder");
        drop(Tables::create(folder.path(), false).expect("the folder can be written"));
        assert_eq!(read(folder.path(), "numbers.csv"), "old");
        assert_eq!(std::fs::read_dir(folder.path()).expect("the folder exists").count(), 1);
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("file"), "").expect("a writable folder");
        let error = Tables::create(&folder.path().join("file/output"), false).expect_err("a file is in the way");
        assert!(error.to_string().contains("file/output cannot be written"), "{error}");
    }
}

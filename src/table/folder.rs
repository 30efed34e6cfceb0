//! The output folder: opened before the first scan is written, filled scan by scan, published as a whole at the end.
//!
//! Scans come in the order in which they are to stand; what is dropped half way leaves the folder as it was. Each file of the result is an
//! [`OutputFile`] of its own.

use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::number::Status;
use crate::table::crop_files::{CropFolder, remove_earlier_crops};
use crate::table::csv_tables::{DigitsCsv, FilesCsv, NumbersCsv};
use crate::table::earlier;
use crate::table::partial::{PartialFile, cannot_write};
use crate::table::wide_table::WideTable;
use crate::table::{Counts, CropFiles, FileStatus, Format, Identifiers, RunRecord, ScanRecord};

/// One file of the result, on its way to disk.
pub(super) trait OutputFile {
    /// Adds one scan.
    ///
    /// # Errors
    /// [`crate::error::Error::Output`] if the disk takes no more.
    fn write_scan(&mut self, scan: &ScanRecord) -> Result<()>;

    /// Adds what is known only at the end; the file is written then, still under its hidden name.
    ///
    /// # Errors
    /// [`crate::error::Error::Output`] if the disk takes no more.
    fn finish(self: Box<Self>, record: &RunRecord) -> Result<PartialFile>;
}

/// What is written beside the three CSV tables, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableOptions {
    /// Whether digits.csv has [`crate::table::STYLE_COLUMNS`].
    pub with_style: bool,
    /// The other formats, each once; the CSV tables are always written.
    pub formats: Vec<Format>,
    /// Whether wide.csv is written, too.
    pub wide: bool,
    /// Which crops are written as files.
    pub crop_files: CropFiles,
    /// The name of the run, by which corrections find their way back.
    pub run_id: String,
    /// The fields that are names in digits and no quantities.
    pub identifiers: Identifiers,
}

/// The files of one run, being written.
pub struct Tables {
    folder: PathBuf,
    files: Vec<Box<dyn OutputFile>>,
    crops: Option<CropFolder>,
    counts: Counts,
}

impl Tables {
    /// Creates the folder where it is missing and starts the files in it.
    ///
    /// # Errors
    /// [`crate::error::Error::Output`] if the folder or a file in it cannot be written.
    pub fn create(folder: &Path, options: &TableOptions) -> Result<Self> {
        std::fs::create_dir_all(folder).map_err(|cause| cannot_write(folder, cause))?;
        let mut files: Vec<Box<dyn OutputFile>> = vec![
            Box::new(NumbersCsv::create(folder)?),
            Box::new(DigitsCsv::create(folder, options.with_style)?),
            Box::new(FilesCsv::create(folder)?),
        ];
        if options.wide {
            files.push(Box::new(WideTable::create(folder)?));
        }
        for format in &options.formats {
            files.push(format.create(folder, options)?);
        }
        let crops = CropFolder::create(folder, options.crop_files)?;
        Ok(Self { folder: folder.to_owned(), files, crops, counts: Counts::default() })
    }

    /// Writes one scan to every file: its row, its pages ascending and their numbers in field order.
    ///
    /// # Errors
    /// [`crate::error::Error::Output`] if the disk takes no more.
    pub fn write_scan(&mut self, mut scan: ScanRecord) -> Result<()> {
        if let Some(crops) = &mut self.crops {
            crops.write_scan(&mut scan)?;
        }
        for file in &mut self.files {
            file.write_scan(&scan)?;
        }
        self.counts.add(&scan);
        Ok(())
    }

    /// What has been written so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Completes the files, writes `run.json` and gives all of them their names; what another run wrote beside them goes.
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
        for file in self.files {
            files.push(file.finish(record)?);
        }
        files.push(record_file);
        // All are on disk before the first gets its name: a full disk leaves the old result in place.
        for file in &mut files {
            file.complete()?;
        }
        let written: Vec<PathBuf> = files.iter().map(|file| file.path().to_owned()).collect();
        let in_the_way = earlier::files_of_another_run(&self.folder, &record.run_id, &written);
        match self.crops {
            Some(crops) => crops.publish()?,
            None => remove_earlier_crops(&self.folder)?,
        }
        files.into_iter().try_for_each(PartialFile::publish)?;
        earlier::remove(&in_the_way)
    }
}

impl Counts {
    fn add(&mut self, scan: &ScanRecord) {
        self.files += 1;
        self.files_duplicate += usize::from(scan.row.is_duplicate());
        self.pages += if scan.row.is_duplicate() { 0 } else { scan.row.page_count };
        self.pages_read += scan.pages.len();
        match scan.row.status {
            FileStatus::Ok => self.files_ok += 1,
            FileStatus::Failed => self.files_failed += 1,
            FileStatus::Skipped => self.files_skipped += 1,
        }
        for number in scan.pages.iter().flat_map(|page| &page.numbers) {
            self.numbers += 1;
            self.digits += number.digits.len();
            match number.status {
                Status::Ok => self.numbers_ok += 1,
                Status::Review => self.numbers_review += 1,
                Status::Empty => self.numbers_empty += 1,
                Status::Rejected => self.numbers_rejected += 1,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Rect;
    use crate::number::{Digit, Number, Reason};
    use crate::style::Style;
    use crate::table::{FileRow, PageRecord, specimen};

    fn plain(with_style: bool) -> TableOptions {
        TableOptions { with_style, ..TableOptions::default() }
    }

    fn scan(row: FileRow, page: usize, numbers: Vec<Number>) -> ScanRecord {
        let pages = vec![PageRecord { page, numbers, ..PageRecord::default() }];
        ScanRecord { row, pages }
    }

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
        let mut tables = Tables::create(&output, &plain(false)).expect("the folder can be written");
        let numbers = vec![number("n1", "-80.00", Status::Review)];
        tables.write_scan(scan(row("=a,\"b\"\n.png", FileStatus::Ok, ""), 2, numbers)).expect("the disk takes a row");
        let bad = ScanRecord { row: row("bad.png", FileStatus::Failed, "=no scan"), pages: Vec::new() };
        tables.write_scan(bad).expect("the disk takes a row");
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
        let mut tables = Tables::create(folder.path(), &plain(true)).expect("the folder can be written");
        let mut number = number("n1", "8", Status::Ok);
        number.digits.push(number.digits[0]);
        number.digits[0].style =
            Some(Style { slant_deg: -3.26, stroke_width_px: 4.0, aspect: 0.5, ink_density: 0.25, loops: 2 });
        tables.write_scan(scan(row("a.png", FileStatus::Ok, ""), 1, vec![number])).expect("the disk takes a row");
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
        drop(Tables::create(folder.path(), &plain(false)).expect("the folder can be written"));
        assert_eq!(read(folder.path(), "numbers.csv"), "old");
        assert_eq!(std::fs::read_dir(folder.path()).expect("the folder exists").count(), 1);
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("file"), "").expect("a writable folder");
        let error =
            Tables::create(&folder.path().join("file/output"), &plain(false)).err().expect("a file is in the way");
        assert!(error.to_string().contains("file/output cannot be written"), "{error}");
    }

    /// Every write to this file fails as on a full disk.
    #[cfg(target_os = "linux")]
    fn fill_disk_for(folder: &Path, name: &str) {
        let hidden = folder.join(format!(".{name}.{}.partial", std::process::id()));
        std::os::unix::fs::symlink("/dev/full", hidden).expect("a writable folder");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_leaves_the_old_result_whichever_file_it_stops() {
        let options = TableOptions { formats: Format::ALL.to_vec(), wide: true, ..TableOptions::default() };
        let names = ["numbers.csv", "numbers.xlsx", "numbers.jsonl", "numbers.parquet", "wide.csv", "wide.csv.rows"];
        for name in names {
            let folder = tempfile::tempdir().expect("a temporary folder");
            names.iter().for_each(|name| std::fs::write(folder.path().join(name), "old").expect("a writable folder"));
            fill_disk_for(folder.path(), name);
            let error = specimen::publish(folder.path(), &options, specimen::scans()).expect_err(name);
            let told = name.trim_end_matches(".rows");
            assert!(error.to_string().contains(told) && error.to_string().contains("No space left"), "{error}");
            names.iter().for_each(|name| assert_eq!(read(folder.path(), name), "old", "{name}"));
            assert_eq!(std::fs::read_dir(folder.path()).expect("the folder exists").count(), names.len(), "{name}");
        }
    }
}

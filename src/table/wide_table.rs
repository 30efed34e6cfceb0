//! The wide table: scans in, `wide.csv` out, one row a page and one column a field.
//!
//! Which fields there are is known only at the end. Until then the rows lie in a hidden file of their own, so that memory holds no more than the
//! names of the fields.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::number::{Number, Reason, Status};
use crate::table::csv_tables::CsvFile;
use crate::table::folder::OutputFile;
use crate::table::partial::{PartialFile, cannot_write};
use crate::table::{PageRecord, RunRecord, ScanRecord, source_cell, text_cell};

/// The columns beside those of the fields; the last stands behind them.
const FIXED_COLUMNS: [&str; 3] = ["source", "page", "review"];

/// `wide.csv`, its rows being gathered.
pub(super) struct WideTable {
    folder: PathBuf,
    /// Rows as source, page, review and then the number of a column and its value, again and again.
    rows: csv::Writer<PartialFile>,
    fields: Vec<String>,
    places: HashMap<String, usize>,
}

impl WideTable {
    pub fn create(folder: &Path) -> Result<Self> {
        let rows = csv::WriterBuilder::new().flexible(true).from_writer(PartialFile::create(folder, "wide.csv.rows")?);
        Ok(Self { folder: folder.to_owned(), rows, fields: Vec::new(), places: HashMap::new() })
    }

    fn place(&mut self, field: &str) -> usize {
        if let Some(&place) = self.places.get(field) {
            return place;
        }
        self.fields.push(field.to_owned());
        self.places.insert(field.to_owned(), self.fields.len() - 1);
        self.fields.len() - 1
    }

    fn row(&mut self, source: &str, page: &PageRecord) -> Vec<String> {
        let is_doubtful = |number: &&Number| matches!(number.status, Status::Review | Status::Rejected);
        let doubtful: Vec<&str> = page.numbers.iter().filter(is_doubtful).map(|number| number.field.as_str()).collect();
        let mut row = vec![source_cell(source), page.page.to_string(), text_cell(&doubtful.join(";"))];
        for number in &page.numbers {
            // What stands for a page without a template is no field.
            if number.reasons.contains(&Reason::NoTemplate) {
                continue;
            }
            let place = self.place(&number.field);
            if !number.value.is_empty() {
                row.extend([place.to_string(), text_cell(&number.value)]);
            }
        }
        row
    }

    /// The header; a field that is called like another column gets `_` behind its name.
    fn header(&self) -> Vec<String> {
        let mut taken: HashSet<String> = self.fields.iter().cloned().collect();
        let column = |field: &String| {
            let mut name = field.clone();
            while FIXED_COLUMNS.contains(&name.as_str()) || (name != *field && taken.contains(&name)) {
                name.push('_');
            }
            taken.insert(name.clone());
            text_cell(&name)
        };
        let [source, page, review] = FIXED_COLUMNS.map(str::to_owned);
        let fields = self.fields.iter().map(column);
        [source, page].into_iter().chain(fields.collect::<Vec<_>>()).chain([review]).collect()
    }
}

impl OutputFile for WideTable {
    fn write_scan(&mut self, scan: &ScanRecord) -> Result<()> {
        for page in &scan.pages {
            let row = self.row(&scan.row.source, page);
            self.rows.write_record(row).map_err(|cause| cannot_write(&self.folder.join("wide.csv"), cause))?;
        }
        Ok(())
    }

    fn finish(self: Box<Self>, _: &RunRecord) -> Result<PartialFile> {
        let path = self.folder.join("wide.csv");
        let header = self.header();
        let fields = self.fields.len();
        let mut gathered = self.rows.into_inner().map_err(|cause| cannot_write(&path, cause.error()))?;
        let rows = gathered.reopen().map_err(|cause| cannot_write(&path, cause))?;
        let mut table = CsvFile::create(&self.folder, "wide.csv", &header)?;
        let rows = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(rows);
        for row in rows.into_records() {
            let row = row.map_err(|cause| cannot_write(&path, cause))?;
            table.write_row(&expanded(&row, fields))?;
        }
        table.into_partial()
    }
}

/// A gathered row with a cell for each field, the review column last.
fn expanded(row: &csv::StringRecord, fields: usize) -> Vec<String> {
    let cell = |at: usize| row.get(at).unwrap_or_default().to_owned();
    let mut cells = vec![String::new(); fields];
    for at in (3..row.len()).step_by(2) {
        if let Some(place) = cell(at).parse().ok().and_then(|place: usize| cells.get_mut(place)) {
            *place = cell(at + 1);
        }
    }
    [cell(0), cell(1)].into_iter().chain(cells).chain([cell(2)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Rect;
    use crate::table::TableOptions;
    use crate::table::specimen::{number, page_of, publish};

    #[test]
    fn a_page_is_a_row_and_the_fields_of_all_pages_are_columns() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let scans = vec![
            page_of("=a.png", 1, vec![number("total", "80.50", Status::Ok), number("tax", "", Status::Empty)]),
            page_of("b.png", 3, vec![number("tax", "7", Status::Review), number("page", "12", Status::Ok)]),
            page_of("c.png", 1, vec![Number::unplaced(Rect::default())]),
            page_of("d.png", 1, vec![number("note", "", Status::Rejected), number("total", "-1", Status::Review)]),
            page_of("e.png", 1, Vec::new()),
        ];
        let options = TableOptions { wide: true, ..TableOptions::default() };
        publish(folder.path(), &options, scans).expect("the tables can be written");
        assert_eq!(
            std::fs::read_to_string(folder.path().join("wide.csv")).expect("the table was written"),
            "source,page,total,tax,page_,note,review\n\
             ./=a.png,1,80.50,,,,\n\
             b.png,3,,7,12,,tax\n\
             c.png,1,,,,,page\n\
             d.png,1,-1,,,,note;total\n\
             e.png,1,,,,,\n"
        );
        let names = std::fs::read_dir(folder.path()).expect("the folder exists").count();
        assert_eq!(names, 5, "the gathered rows are gone");
    }
}

//! The stage that writes: the outcome of one file after the other in, `numbers.csv`, `digits.csv`, `files.csv` and
//! `run.json` out.
//!
//! Rows are written in the order in which they come; whoever calls owns the sorting. The CSV files hold nothing that
//! varies between two runs on the same input; times and thread counts go to `run.json` alone.

mod cell;
mod csv_tables;
mod folder;
mod format;
mod html;
mod partial;
mod record;
mod rows;
mod scan_record;

pub use cell::{confidence_cell, path_text, source_cell, text_cell, text_of_cell};
pub(crate) use csv_tables::CsvFile;
pub use folder::{TableOptions, Tables};
pub use format::Format;
pub use record::{Counts, ModelRecord, RunRecord, Timings, utc_timestamp};
pub(crate) use rows::number_cells;
pub use rows::{DIGIT_COLUMNS, FILE_COLUMNS, FileRow, FileStatus, NUMBER_COLUMNS, STYLE_COLUMNS};
pub use scan_record::{Crop, PageRecord, Pictures, ScanRecord};

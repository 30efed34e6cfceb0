//! The stage that writes: the outcome of one file after the other in, `numbers.csv`, `digits.csv`, `files.csv` and
//! `run.json` out, and beside them whatever [`TableOptions`] ask for.
//!
//! Rows are written in the order in which they come; whoever calls owns the sorting. The CSV files hold nothing that
//! varies between two runs on the same input; times and thread counts go to `run.json` alone.

mod cell;
mod crop_files;
mod csv_tables;
mod earlier;
mod folder;
mod format;
mod html;
mod json_lines;
mod number_row;
mod parquet_table;
mod partial;
mod partial_folder;
mod picture_path;
mod record;
mod rows;
mod scan_record;
mod small_picture;
#[cfg(test)]
mod specimen;
mod wide_table;
mod xlsx;

pub use cell::{confidence_cell, path_text, source_cell, text_cell, text_of_cell};
pub use crop_files::CropFiles;
pub(crate) use csv_tables::CsvFile;
pub use folder::{TableOptions, Tables};
pub use format::Format;
pub use html::phrase as reason_phrase;
pub use picture_path::picture_path;
pub use record::{Counts, ModelRecord, RunRecord, Timings, utc_timestamp};
pub(crate) use rows::number_cells;
pub use rows::{DIGIT_COLUMNS, DUPLICATE_REMARK, FILE_COLUMNS, FileRow, FileStatus, NUMBER_COLUMNS, STYLE_COLUMNS};
pub use scan_record::{Crop, PageRecord, Pictures, ScanRecord};
pub use small_picture::{SMALL_HEIGHT_PX, png_of, small_png_of};
pub use xlsx::Identifiers;

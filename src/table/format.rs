//! The formats beside the CSV tables: the name of one in, the file that it writes and the pictures that it shows out.

use std::path::Path;

use crate::error::Result;
use crate::table::TableOptions;
use crate::table::folder::OutputFile;
use crate::table::html::ReviewPage;
use crate::table::json_lines::JsonLines;
use crate::table::parquet_table::ParquetTable;
use crate::table::xlsx::Spreadsheet;

/// A format of the result beside the CSV tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// numbers.xlsx, with pictures of the numbers, for people who correct them.
    Xlsx,
    /// numbers.html, one file to look through the numbers and correct them in a browser.
    Html,
    /// numbers.jsonl.
    JsonLines,
    /// numbers.parquet.
    Parquet,
}

impl Format {
    /// All formats, in the order in which they are named.
    pub const ALL: [Self; 4] = [Self::Xlsx, Self::Html, Self::JsonLines, Self::Parquet];

    /// The word for it: `xlsx`, `html`, `jsonl` or `parquet`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Html => "html",
            Self::JsonLines => "jsonl",
            Self::Parquet => "parquet",
        }
    }

    /// Whether it shows pictures of the numbers.
    pub const fn shows_crops(self) -> bool {
        match self {
            Self::Xlsx | Self::Html => true,
            Self::JsonLines | Self::Parquet => false,
        }
    }

    /// Whether it shows pictures of the pages.
    pub const fn shows_pages(self) -> bool {
        match self {
            Self::Html => true,
            Self::Xlsx | Self::JsonLines | Self::Parquet => false,
        }
    }

    /// Its file in `folder`, begun.
    pub(super) fn create(self, folder: &Path, options: &TableOptions) -> Result<Box<dyn OutputFile>> {
        Ok(match self {
            Self::Xlsx => Box::new(Spreadsheet::create(folder, options)?),
            Self::Html => Box::new(ReviewPage::create(folder)?),
            Self::JsonLines => Box::new(JsonLines::create(folder)?),
            Self::Parquet => Box::new(ParquetTable::create(folder)?),
        })
    }
}

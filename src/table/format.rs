//! The formats beside the CSV tables: the name of one in, the files that it writes out.

use std::path::Path;

use crate::error::Result;
use crate::table::folder::OutputFile;
use crate::table::html::ReviewPage;

/// A format of the result beside the CSV tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// `numbers.html`: one file to look through the numbers and correct them in a browser.
    Html,
}

impl Format {
    /// The files of this format in `folder`, begun.
    pub(super) fn create(self, folder: &Path) -> Result<Vec<Box<dyn OutputFile>>> {
        Ok(match self {
            Format::Html => vec![Box::new(ReviewPage::create(folder)?)],
        })
    }
}

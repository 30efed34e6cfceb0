//! The formats beside the CSV tables: the name of one in, the files that it writes out.

use std::path::Path;

use crate::error::Result;
use crate::table::folder::OutputFile;

/// A format of the result beside the CSV tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {}

impl Format {
    /// The files of this format in `folder`, begun.
    pub(super) fn create(self, _: &Path) -> Result<Vec<Box<dyn OutputFile>>> {
        match self {}
    }
}

//! Pictures of how numbers were read: the numbers of a page and what led to them in, a PNG for each in a folder out.

use std::path::Path;

use super::chart::ExplanationSheet;
use crate::error::{Error, Result};
use crate::number::Number;
use crate::number::explanation::Explanation;
use crate::table::picture_path;

/// Draws a number and writes the picture below a folder, at [`picture_path`]; an earlier picture of this name is replaced.
///
/// # Errors
/// [`Error::Output`] if the picture cannot be drawn or written.
pub fn write_picture(
    folder: &Path,
    source: &str,
    page: usize,
    number: &Number,
    explanation: &Explanation,
) -> Result<()> {
    let path = folder.join(picture_path(source, page, &number.field));
    let title = format!("{source}, page {page}, {}", number.field);
    let picture = ExplanationSheet { title, number, explanation }.to_png()?;
    let parent = path.parent().unwrap_or(folder);
    std::fs::create_dir_all(parent)
        .and_then(|()| std::fs::write(&path, picture))
        .map_err(|cause| Error::Output { path: path.clone(), reason: cause.to_string() })
}

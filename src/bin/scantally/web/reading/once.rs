//! Scans that are read at once and not kept: uploads in, one record each out, in their order.

use scantally::batch::read_alone;
use scantally::crop::PictureOptions;
use scantally::table::{FileRow, FileStatus, ScanRecord};

use crate::web::app::App;
use crate::web::problem::Problem;
use crate::web::reading::known::Forms;
use crate::web::reading::{ReadOptions, Upload, problem_of};

/// Reads uploads on this thread, page after page. One that cannot be read does not stop the others: its record says why.
///
/// # Errors
/// Why the first one cannot be read, where none can.
pub fn read_once(
    app: &App,
    uploads: Vec<Upload>,
    options: &ReadOptions,
    forms: Option<Forms>,
    pictures: &PictureOptions,
) -> Result<Vec<ScanRecord>, Problem> {
    let pipeline = options.pipeline(&app.readers, None).with_forms(forms.unwrap_or_default());
    let settings = ReadOptions::scan_settings(app);
    let mut problem = None;
    let mut records = Vec::with_capacity(uploads.len());
    for upload in uploads {
        let read = read_alone(&upload.name, upload.bytes, &settings, |scan, number| {
            let page = pipeline.read_page_of(scan, number, pictures)?;
            app.metrics.note_page(page.numbers.len());
            Ok(page)
        });
        records.push(read.unwrap_or_else(|error| {
            problem.get_or_insert(problem_of(&error));
            failed(&upload.name, error.to_string())
        }));
    }
    let is_read = |record: &ScanRecord| !record.pages.is_empty();
    match problem {
        Some(problem) if !records.iter().any(is_read) => Err(problem),
        _ => Ok(records),
    }
}

fn failed(source: &str, error: String) -> ScanRecord {
    let row =
        FileRow { source: source.to_owned(), page_count: 0, status: FileStatus::Failed, error, content_hash: None };
    ScanRecord { row, pages: Vec::new() }
}

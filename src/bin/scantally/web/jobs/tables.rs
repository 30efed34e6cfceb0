//! The tables of a job: its journal in, the same files out as `extract` writes.

use std::collections::HashMap;
use std::path::Path;

use scantally::error::Error;
use scantally::journal::Journal;
use scantally::table::{CropFiles, Format, Identifiers, RunRecord, TableOptions, Tables, Timings};

use crate::commands;
use crate::web::app::App;
use crate::web::jobs::forms;
use crate::web::reading::ReadOptions;
use crate::web::store::jobs::Job;
use crate::web::store::numbers;
use crate::web::store::scans::{self, JobScan};

/// Settles which of several scans with the same content stands for them, and writes the tables.
pub fn write(app: &App, job: &Job, options: &ReadOptions, journal: &mut Journal, output: &Path) -> anyhow::Result<()> {
    journal.settle_duplicates()?;
    settle_scans(app, job, journal)?;
    let table_options = TableOptions {
        with_style: false,
        formats: Format::ALL.to_vec(),
        wide: true,
        crop_files: CropFiles::default(),
        run_id: job.id.clone(),
        identifiers: identifiers(options)?,
    };
    let mut tables = Tables::create(output, &table_options)?;
    journal.for_each_scan(true, &mut |scan| tables.write_scan(scan))?;
    let record = RunRecord {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        run_id: job.id.clone(),
        options: serde_json::to_value(options)?,
        model: app.readers.digits_model.clone(),
        line_model: app.readers.lines_model.clone(),
        counts: tables.counts(),
        timings: Timings::default(),
        ..RunRecord::default()
    };
    tables.publish(&record)?;
    journal.note_tables()?;
    journal.finish()?;
    Ok(())
}

/// Duplicates lose their numbers in the database as they did in the journal; scans that are as they were stay as they are, with what people
/// decided of them.
fn settle_scans(app: &App, job: &Job, journal: &Journal) -> anyhow::Result<()> {
    let scans = app.store.with_blocking(|db| scans::of_job(db, &job.id))?;
    let known: HashMap<&str, &JobScan> = scans.iter().map(|scan| (scan.source.as_str(), scan)).collect();
    journal.for_each_scan(true, &mut |scan| {
        let Some(before) = known.get(scan.row.source.as_str()) else { return Ok(()) };
        if before.state == scan.row.status.as_str() && before.error == scan.row.error {
            return Ok(());
        }
        let written = app.store.with_blocking(|db| numbers::write_scan(db, before.id, &scan));
        written.map(drop).map_err(|cause| Error::Output { path: app.settings.data.clone(), reason: cause.to_string() })
    })?;
    Ok(())
}

/// The fields that hold names in digits, as in `extract`.
pub fn identifiers(options: &ReadOptions) -> anyhow::Result<Identifiers> {
    let template = options.template_toml.as_deref().map(forms::parse).transpose()?;
    let digit_fields = template.iter().flat_map(commands::forms::digit_fields);
    Ok(commands::forms::identifiers(&options.settings(), template.is_some(), digit_fields))
}

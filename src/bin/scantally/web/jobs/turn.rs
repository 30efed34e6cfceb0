//! One turn of a job: some of its scans read into its journal and the database, and when none is left, its tables written.
//!
//! The journal is written first, then the database, each scan as one transaction of both. A server that is killed between the two reads that
//! scan again; the same rows come out.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use anyhow::Context;
use scantally::batch::{self, Claims, Ending, FoundFile, NoProgress, Origin, Task};
use scantally::crop::{CropWish, PictureOptions};
use scantally::error::Error;
use scantally::journal::{JOURNAL_NAME, Journal, Start};
use scantally::scan::Scan;

use crate::memory::usual_limit_bytes;
use crate::web::app::App;
use crate::web::jobs::{archive, forms, tables};
use crate::web::reading::ReadOptions;
use crate::web::store::jobs::{Job, Kind};
use crate::web::store::numbers;
use crate::web::store::scans::{self, JobScan};

/// How many scans a batch reads before another batch has its turn.
const SCANS_A_TURN: usize = 32;

/// How long a page of a batch waits for people who wait for theirs.
const LONGEST_STEP_BACK: Duration = Duration::from_secs(10);

/// What is cut out of each page: people look at numbers as small pictures, and at pages to find their place.
const PICTURES: PictureOptions = PictureOptions { crops: CropWish::All, full_size: false, thumbnails: true };

/// What comes next for a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Some of its scans have not been read yet.
    GoesOn,
    /// All is done.
    Finished,
    /// It was stopped.
    Interrupted,
}

/// Takes a turn.
pub fn take(app: &App, job: &Job, interrupted: &AtomicBool) -> anyhow::Result<Turn> {
    let options: ReadOptions =
        serde_json::from_str(&job.options).context("the options of the job are not to be read")?;
    // One more than are read now tells whether the job goes on.
    let most = if job.kind == Kind::Batch { SCANS_A_TURN + 1 } else { usize::MAX };
    let mut waiting = app.store.with_blocking(|db| scans::waiting(db, &job.id, most))?;
    let goes_on = job.kind == Kind::Batch && waiting.len() > SCANS_A_TURN;
    if goes_on {
        waiting.truncate(SCANS_A_TURN);
    }
    let output = app.job_folder(&job.id).join("output");
    let mut journal = open_journal(app, job, &options, &output)?;
    if !waiting.is_empty() && read(app, job, &options, waiting, &mut journal, interrupted)? == Ending::Interrupted {
        return Ok(Turn::Interrupted);
    }
    if goes_on {
        return Ok(Turn::GoesOn);
    }
    tables::write(app, job, &options, &mut journal, &output)?;
    Ok(Turn::Finished)
}

/// Opens the journal of a job, as soon as nobody makes corrected tables from it.
fn open_journal(app: &App, job: &Job, options: &ReadOptions, output: &Path) -> anyhow::Result<Journal> {
    let _alone = app.desk.tables_of(&job.id);
    remove_earlier(output).context("the tables of the last time cannot be removed")?;
    // A job goes on after an upgrade of the program, too: its version is no part of what decides.
    let deciding = serde_json::json!({ "job": job.id, "options": options });
    Ok(Journal::open(output, &deciding, &job.id, Start::Resume)?)
}

/// Removes what is in the output folder beside the journal: tables that a retry writes anew, and parts of tables that a kill left. The journal
/// takes tables that it does not know for tables that somebody has edited.
fn remove_earlier(output: &Path) -> std::io::Result<()> {
    let entries = match std::fs::read_dir(output) {
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(JOURNAL_NAME) {
            continue;
        }
        // The training data of corrected numbers is a folder.
        if entry.file_type()?.is_dir() {
            std::fs::remove_dir_all(entry.path())?;
        } else {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Reads scans into the journal and the database.
fn read(
    app: &App,
    job: &Job,
    options: &ReadOptions,
    scans: Vec<JobScan>,
    journal: &mut Journal,
    interrupted: &AtomicBool,
) -> anyhow::Result<Ending> {
    let claims = Claims::new();
    for scan in journal.finished_scans()? {
        scan.content_hash.map(|hash| claims.claim(hash, &scan.source));
    }
    let pipeline = options.pipeline(&app.readers, forms::of_job(app, job, options)?);
    let (files, ids) = files_of(app, job, scans);
    let paths: Vec<PathBuf> = files.iter().map(|file| file.path.clone()).collect();
    let batch_options = batch::Options {
        threads: app.settings.threads,
        scan: ReadOptions::scan_settings(app),
        max_memory_bytes: usual_limit_bytes() / 2,
        settle: Duration::ZERO,
        ..batch::Options::default()
    };
    let (reading_app, is_batch) = (Arc::clone(app), job.kind == Kind::Batch);
    let read_page = move |scan: &Scan, number: usize| {
        if is_batch {
            reading_app.queue.step_back(LONGEST_STEP_BACK);
        }
        let page = pipeline.read_page_of(scan, number, &PICTURES)?;
        reading_app.metrics.note_page(page.numbers.len());
        Ok(page)
    };
    let mut sink = |outcome: batch::Outcome| {
        journal.record(&outcome.scan, &paths[outcome.index], outcome.stamp)?;
        let id = ids[&outcome.scan.row.source];
        app.store
            .with_blocking(|db| numbers::write_scan(db, id, &outcome.scan))
            .map_err(|cause| Error::Output { path: app.settings.data.clone(), reason: cause.to_string() })?;
        app.runner.note_change();
        Ok(())
    };
    let read_page: Arc<batch::ReadPage> = Arc::new(read_page);
    Ok(batch::run(files, read_page, Arc::new(claims), &batch_options, &NoProgress, interrupted, &mut sink)?)
}

/// The files of scans, by the names that people gave them, and the ids of the scans by these names.
fn files_of(app: &App, job: &Job, scans: Vec<JobScan>) -> (Vec<FoundFile>, HashMap<String, i64>) {
    let uploads = app.job_folder(&job.id).join("uploads");
    let mut archives = archive::Opened::default();
    let mut ids = HashMap::new();
    let mut files = Vec::new();
    for scan in scans {
        let file = match scan.stored_name.split_once('/') {
            Some((stored_name, _)) => archives.entry(&uploads.join(stored_name), &scan),
            None => FoundFile {
                path: uploads.join(&scan.stored_name),
                origin: Origin::Disk,
                source: scan.source.clone(),
                task: Task::Read,
            },
        };
        ids.insert(scan.source, scan.id);
        files.push(file);
    }
    (files, ids)
}

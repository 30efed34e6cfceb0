//! Corrected tables: what was decided about the numbers of a batch in; the files that `scantally review apply` writes out.

use std::io::{Cursor, Write};
use std::path::Path as FilePath;

use anyhow::Context;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::IntoResponse;
use scantally::error::Error;
use scantally::review::{self, DecidedNumber};
use zip::write::SimpleFileOptions;

use crate::web::access::Person;
use crate::web::app::App;
use crate::web::jobs::attachment;
use crate::web::problem::Problem;
use crate::web::review::check_is_read;
use crate::web::store::review_queue::{self, Item, Only};
use crate::web::store::time_text;

/// What can be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Numbers,
    Audit,
    /// The digits of decided numbers as labelled pictures, for `scantally train`.
    Training,
}

const NUMBERS: &str = "numbers.reviewed.csv";
const AUDIT: &str = "review_audit.csv";
const TRAINING: &str = "training.zip";

const CSV: &str = "text/csv; charset=utf-8";

impl Wanted {
    fn named(name: &str) -> Option<Self> {
        match name {
            NUMBERS => Some(Self::Numbers),
            AUDIT => Some(Self::Audit),
            TRAINING => Some(Self::Training),
            _ => None,
        }
    }

    const fn name_and_kind(self) -> (&'static str, &'static str) {
        match self {
            Self::Numbers => (NUMBERS, CSV),
            Self::Audit => (AUDIT, CSV),
            Self::Training => (TRAINING, "application/zip"),
        }
    }
}

/// A file of the corrected batch, made of what is decided by now.
pub async fn download(
    State(app): State<App>,
    person: Person,
    Path((job, file)): Path<(String, String)>,
) -> Result<impl IntoResponse, Problem> {
    let job = person.job(&app, &job).await?;
    let wanted = Wanted::named(&file).ok_or_else(Problem::not_found)?;
    check_is_read(&job)?;
    let job_name = job.name;
    let made = tokio::task::spawn_blocking(move || make(&app, &job.id, wanted)).await;
    let bytes = made.map_err(|cause| Problem::internal(&cause))??;
    let (name, kind) = wanted.name_and_kind();
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, attachment(&format!("{job_name}-{name}"))?),
    ];
    Ok((headers, bytes))
}

fn make(app: &App, job_id: &str, wanted: Wanted) -> Result<Vec<u8>, Problem> {
    let folder = app.job_folder(job_id).join("output");
    let _one_at_a_time = app.desk.tables_of(job_id);
    let decided = app.store.with_blocking(|db| review_queue::all(db, job_id, Only::Decided));
    let decided: Vec<DecidedNumber> =
        decided.map_err(|cause| Problem::internal(&cause))?.into_iter().map(decided_number).collect();
    let outcome = review::record(&folder, &decided).map_err(|cause| match cause {
        Error::Run { .. } => Problem::conflict("The tables of this batch are not there; have it read again."),
        other => Problem::internal(&other),
    })?;
    let read = match wanted {
        Wanted::Numbers | Wanted::Audit => std::fs::read(folder.join(wanted.name_and_kind().0)).map_err(Into::into),
        Wanted::Training if outcome.training.digits == 0 => {
            return Err(Problem::conflict(
                "No number of this batch has been decided whose digits can be cut out, so there is nothing to train on.",
            ));
        }
        Wanted::Training => packed(&folder.join("training")),
    };
    read.map_err(|cause| Problem::internal(&format!("{cause:#}")))
}

fn decided_number(item: Item) -> DecidedNumber {
    DecidedNumber {
        source: item.stored.source,
        page: item.stored.page,
        field: item.stored.number.field,
        value: item.stored.decided_value.unwrap_or_default(),
        by: item.decided_by,
        at: time_text(item.decided_at.unwrap_or_default()),
    }
}

/// The files of a folder as a ZIP archive.
fn packed(folder: &FilePath) -> anyhow::Result<Vec<u8>> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let files = std::fs::read_dir(folder).context("the training data is not there")?;
    let mut files = files.collect::<Result<Vec<_>, _>>()?;
    files.sort_by_key(std::fs::DirEntry::file_name);
    for file in files {
        archive.start_file(file.file_name().to_string_lossy(), SimpleFileOptions::default())?;
        archive.write_all(&std::fs::read(file.path())?)?;
    }
    Ok(archive.finish()?.into_inner())
}

//! The page of a job: how far it is, what was read, what became of each scan, and what can be done with it.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::IntoResponse;

use crate::web::access::Person;
use crate::web::app::App;
use crate::web::jobs::moment::Moment;
use crate::web::jobs::paging::{Paging, Values};
use crate::web::page::{Visitor, render};
use crate::web::problem::Problem;
use crate::web::store::jobs::{self, Job, Progress};
use crate::web::store::numbers::{self, StoredNumber};
use crate::web::store::scans::{self, JobScan, ScanPart};
use crate::web::store::shares::{self, Shared};

const NUMBERS_A_PAGE: u32 = 50;
const SCANS_A_PAGE: u32 = 50;

#[derive(Template)]
#[template(path = "batch.html", config = "src/bin/scantally/web/askama.toml")]
struct BatchPage {
    visitor: Visitor,
    job: Job,
    made: Moment,
    is_own: bool,
    progress: Progress,
    numbers: Vec<StoredNumber>,
    number_paging: Paging,
    scans: Vec<JobScan>,
    scan_paging: Paging,
    failed_only: bool,
    /// Addresses it is shared with; for its owner alone.
    people: Vec<String>,
    /// When it will be removed.
    removed: Option<Moment>,
}

impl BatchPage {
    /// How far the bar is, of `progress.scans`.
    fn read_scans(&self) -> u64 {
        self.progress.scans - self.progress.waiting
    }
}

/// The page of a job.
pub async fn page(
    State(app): State<App>,
    person: Person,
    visitor: Visitor,
    Path(job): Path<String>,
    Query(values): Query<Values>,
) -> Result<impl IntoResponse, Problem> {
    let job = person.job(&app, &job).await?;
    let removed = app.settings.retain.map(|retain| Moment(job.created_at + retain.as_secs().cast_signed()));
    let found = app.store.with(move |db| {
        let progress = jobs::progress(db, &job.id)?;
        let failed_only = values.contains_key("failed");
        let scan_count = if failed_only { progress.failed } else { progress.scans };
        let scan_paging = Paging::of(&values, if failed_only { "failed" } else { "scans" }, scan_count, SCANS_A_PAGE);
        let number_paging = Paging::of(&values, "numbers", progress.numbers, NUMBERS_A_PAGE);
        let part = ScanPart { failed_only, limit: scan_paging.limit(), offset: scan_paging.offset() };
        let is_own = job.owner_id == person.id;
        Ok(BatchPage {
            is_own,
            numbers: numbers::of_job(db, &job.id, number_paging.limit(), number_paging.offset())?,
            scans: scans::part(db, &job.id, part)?,
            people: if is_own { shares::people(db, Shared::Job, &job.id)? } else { Vec::new() },
            visitor,
            progress,
            number_paging,
            scan_paging,
            failed_only,
            removed,
            made: Moment(job.created_at),
            job,
        })
    });
    render(&found.await?)
}

/// A confidence as people read it; one that is not certain is never shown as 100 %.
pub fn percent(confidence: f32) -> String {
    let tenths = (f64::from(confidence) * 1000.0).floor() / 10.0;
    format!("{tenths:.1} %")
}

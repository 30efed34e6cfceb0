//! The page of a result: a job in, its pages with the boxes of all numbers, and the numbers with their digits, out.

use std::collections::HashMap;

use askama::Template;
use axum::Json;
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use scantally::table::reason_phrase;

use crate::web::access::Person;
use crate::web::app::App;
use crate::web::page::{Visitor, render};
use crate::web::problem::Problem;
use crate::web::reading::view::{NumberView, percent, status_words};
use crate::web::store::jobs::{self, Job, Progress};
use crate::web::store::numbers::{self, StoredNumber, StoredPage};
use crate::web::store::scans::{self, JobScan};

/// So many pages and numbers are shown; browsers get slow with more, and the tables hold all.
const MOST_PAGES: u32 = 50;
const MOST_NUMBERS: u32 = 2_000;

#[derive(Template)]
#[template(path = "result.html", config = "src/bin/scantally/web/askama.toml")]
struct ResultPage {
    visitor: Visitor,
    job: Job,
    is_own: bool,
    progress: Progress,
    /// Names of files and what is to be said of them.
    remarks: Vec<(String, String)>,
    pages: Vec<ShownPage>,
    is_cut: bool,
}

/// A page with its numbers.
struct ShownPage {
    place: StoredPage,
    source: String,
    /// Whether its file has several pages, so that they are told apart by their number.
    is_one_of_many: bool,
    /// Whether it is so small that it is shown enlarged, pixel by pixel.
    is_tiny: bool,
    numbers: Vec<ShownNumber>,
}

/// A number as people see it.
struct ShownNumber {
    id: i64,
    read: NumberView,
    /// What people decided that it is.
    decided: Option<String>,
    percent: u8,
    status: &'static str,
    reasons: Vec<String>,
}

impl ShownNumber {
    fn of(stored: &StoredNumber) -> Self {
        let read = NumberView::of(&stored.number);
        Self {
            id: stored.id,
            decided: stored.decided_value.clone(),
            percent: percent(read.confidence),
            status: status_words(read.status),
            reasons: stored.number.reasons.iter().map(reason_phrase).collect(),
            read,
        }
    }

    /// The value that holds: what people decided, else what was read.
    fn value(&self) -> &str {
        self.decided.as_ref().unwrap_or(&self.read.value)
    }

    /// What its box is called.
    fn label(&self) -> String {
        let value = if self.value().is_empty() { "no value" } else { self.value() };
        format!("{}: {value}, {}", self.read.field, self.status)
    }
}

/// Pages smaller than this on both sides are shown pixel by pixel.
const TINY_PX: u32 = 200;

pub async fn show(
    State(app): State<App>,
    Path(id): Path<String>,
    person: Person,
    visitor: Visitor,
) -> Result<impl IntoResponse, Problem> {
    let job = person.job(&app, &id).await?;
    let read = app.store.with(move |db| {
        let pages = numbers::pages_of_job(db, &id, MOST_PAGES + 1, 0)?;
        let found = numbers::of_job(db, &id, MOST_NUMBERS + 1, 0)?;
        Ok((jobs::progress(db, &id)?, scans::of_job(db, &id)?, pages, found))
    });
    let (progress, scans, mut pages, mut found) = read.await?;
    let is_cut = pages.len() > MOST_PAGES as usize || found.len() > MOST_NUMBERS as usize;
    pages.truncate(MOST_PAGES as usize);
    found.truncate(MOST_NUMBERS as usize);
    let is_own = job.owner_id == person.id;
    let remarks = scans.iter().filter(|scan| !scan.error.is_empty());
    let remarks = remarks.map(|scan| (scan.source.clone(), scan.error.clone())).collect();
    let pages = if job.state.is_over() { shown(pages, &scans, &found) } else { Vec::new() };
    render(&ResultPage { visitor, job, is_own, progress, remarks, pages, is_cut })
}

/// Each page with its numbers, in their order.
fn shown(pages: Vec<StoredPage>, scans: &[JobScan], found: &[StoredNumber]) -> Vec<ShownPage> {
    let scans: HashMap<i64, &JobScan> = scans.iter().map(|scan| (scan.id, scan)).collect();
    let shown = |place: StoredPage| ShownPage {
        source: scans.get(&place.scan_id).map(|scan| scan.source.clone()).unwrap_or_default(),
        is_one_of_many: scans.get(&place.scan_id).is_some_and(|scan| scan.page_count > 1),
        is_tiny: place.width_px.max(place.height_px) < TINY_PX,
        numbers: found
            .iter()
            .filter(|number| number.scan_id == place.scan_id && number.page == place.page)
            .map(ShownNumber::of)
            .collect(),
        place,
    };
    pages.into_iter().map(shown).collect()
}

/// How far a job is, for the page that waits.
pub async fn progress(
    State(app): State<App>,
    Path(id): Path<String>,
    person: Person,
) -> Result<impl IntoResponse, Problem> {
    let job = person.job(&app, &id).await?;
    let progress = app.store.with(move |db| jobs::progress(db, &id)).await?;
    Ok(Json(serde_json::json!({
        "is_over": job.state.is_over(),
        "read": progress.scans - progress.waiting,
        "scans": progress.scans,
    })))
}

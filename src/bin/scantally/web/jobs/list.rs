//! The pages that list jobs and begin new ones.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::IntoResponse;

use crate::web::access::Person;
use crate::web::app::App;
use crate::web::jobs::moment::Moment;
use crate::web::jobs::paging::{Paging, Values};
use crate::web::page::{Visitor, render};
use crate::web::problem::Problem;
use crate::web::store::jobs::{self, Job, Progress};
use crate::web::store::templates::{self, StoredTemplate};

/// Jobs on one page of the list.
const JOBS_A_PAGE: u32 = 25;

/// A job with how far it is.
struct Row {
    job: Job,
    progress: Progress,
    is_own: bool,
    made: Moment,
}

#[derive(Template)]
#[template(path = "batches.html", config = "src/bin/scantally/web/askama.toml")]
struct BatchesPage {
    visitor: Visitor,
    rows: Vec<Row>,
    paging: Paging,
}

/// The jobs that a person may see, newest first.
pub async fn list(
    State(app): State<App>,
    person: Person,
    visitor: Visitor,
    Query(values): Query<Values>,
) -> Result<impl IntoResponse, Problem> {
    let found = app.store.with(move |db| {
        let paging = Paging::of(&values, "page", jobs::count_visible_to(db, person.id)?, JOBS_A_PAGE);
        let found = jobs::visible_to(db, person.id, paging.limit(), paging.offset())?;
        let rows = found.into_iter().map(|job| {
            let progress = jobs::progress(db, &job.id)?;
            Ok(Row { is_own: job.owner_id == person.id, made: Moment(job.created_at), job, progress })
        });
        Ok((rows.collect::<rusqlite::Result<Vec<Row>>>()?, paging))
    });
    let (rows, paging) = found.await?;
    render(&BatchesPage { visitor, rows, paging })
}

#[derive(Template)]
#[template(path = "batch_new.html", config = "src/bin/scantally/web/askama.toml")]
struct NewBatchPage {
    visitor: Visitor,
    templates: Vec<StoredTemplate>,
    /// The template that is chosen at first, where the address names one.
    chosen: String,
}

/// The form that begins a job.
pub async fn new(
    State(app): State<App>,
    person: Person,
    visitor: Visitor,
    Query(values): Query<Values>,
) -> Result<impl IntoResponse, Problem> {
    let templates = app.store.with(move |db| templates::visible_to(db, person.id)).await?;
    let chosen = values.get("template").cloned().unwrap_or_default();
    render(&NewBatchPage { visitor, templates, chosen })
}

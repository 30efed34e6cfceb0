//! One page of a scan as it was read: its picture with a box around each number, and the numbers beside it.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::IntoResponse;

use crate::web::access::Person;
use crate::web::app::App;
use crate::web::jobs::pictures::number;
use crate::web::page::{Visitor, render};
use crate::web::problem::Problem;
use crate::web::store::jobs::Job;
use crate::web::store::numbers::{self, StoredNumber, StoredPage};
use crate::web::store::scans::{self, JobScan};

#[derive(Template)]
#[template(path = "batch_page.html", config = "src/bin/scantally/web/askama.toml")]
struct PageView {
    visitor: Visitor,
    job: Job,
    scan: JobScan,
    page: StoredPage,
    numbers: Vec<StoredNumber>,
    /// Scan and page before this one and behind it.
    neighbours: [Option<(i64, usize)>; 2],
}

/// A page of a scan.
pub async fn page(
    State(app): State<App>,
    person: Person,
    visitor: Visitor,
    Path((job, scan, page)): Path<(String, String, String)>,
) -> Result<impl IntoResponse, Problem> {
    let job = person.job(&app, &job).await?;
    let (scan, page) = (number::<i64>(&scan)?, number::<usize>(&page)?);
    let found = app.store.with(move |db| {
        let Some((stored, scan)) = numbers::page(db, &job.id, scan, page)?.zip(scans::by_id(db, &job.id, scan)?) else {
            return Ok(None);
        };
        Ok(Some(PageView {
            numbers: numbers::of_page(db, &job.id, scan.id, page)?,
            neighbours: numbers::neighbours(db, &job.id, (&scan.source, page))?,
            page: stored,
            visitor,
            job,
            scan,
        }))
    });
    render(&found.await?.ok_or_else(Problem::not_found)?)
}

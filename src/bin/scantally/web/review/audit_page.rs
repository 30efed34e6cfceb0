//! The audit trail of a batch: as a page, and as a table to keep.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse};
use scantally::table::{source_cell, text_cell};
use serde::Deserialize;

use crate::web::access::Person;
use crate::web::app::App;
use crate::web::jobs::attachment;
use crate::web::page::{Visitor, render};
use crate::web::problem::Problem;
use crate::web::store::audit::{self, Entry};
use crate::web::store::jobs::Job;

/// Rows of a page.
const PER_PAGE: u32 = 100;

const COLUMNS: [&str; 9] = ["at", "by", "action", "source", "page", "field", "before", "after", "seconds"];

/// What stands for values that are not shown before both people have keyed.
const HIDDEN: &str = "hidden until it is settled";

#[derive(Deserialize)]
pub struct Asked {
    page: Option<u32>,
}

#[derive(Template)]
#[template(path = "review_audit.html", config = "src/bin/scantally/web/askama.toml")]
struct AuditPage {
    visitor: Visitor,
    job: Job,
    entries: Vec<Entry>,
    page: u32,
    pages: u32,
    count: u32,
}

/// The page.
pub async fn page(
    State(app): State<App>,
    person: Person,
    visitor: Visitor,
    Path(job): Path<String>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Html<String>, Problem> {
    let job = person.job(&app, &job).await?;
    let page = asked.ok().and_then(|asked| asked.0.page).unwrap_or(1).max(1);
    let asked = job.clone();
    let found = app.store.with(move |db| {
        let offset = (page - 1).saturating_mul(PER_PAGE);
        Ok((audit::of_job(db, &asked, &person.email, PER_PAGE, offset)?, audit::count(db, &asked.id)?))
    });
    let (entries, count) = found.await?;
    render(&AuditPage { visitor, job, entries, page, pages: count.div_ceil(PER_PAGE).max(1), count })
}

/// All rows as CSV.
pub async fn csv(
    State(app): State<App>,
    person: Person,
    Path(job): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    let job = person.job(&app, &job).await?;
    let disposition = attachment(&format!("{}-audit.csv", job.name))?;
    let entries = app.store.with(move |db| audit::of_job(db, &job, &person.email, u32::MAX, 0)).await?;
    let table = table(&entries).map_err(|cause| Problem::internal(&cause))?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8")),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    Ok((headers, table))
}

/// The rows as CSV, no cell of which starts a formula.
fn table(entries: &[Entry]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::Any(b'\n')).from_writer(Vec::new());
    writer.write_record(COLUMNS)?;
    for entry in entries {
        let value = |value: &str| if entry.is_hidden { HIDDEN.to_owned() } else { text_cell(value) };
        writer.write_record([
            entry.time(),
            text_cell(&entry.who),
            entry.action.name().to_owned(),
            source_cell(&entry.source),
            entry.page.to_string(),
            text_cell(&entry.field),
            value(&entry.before),
            value(&entry.after),
            entry.seconds(),
        ])?;
    }
    writer.into_inner().map_err(|cause| cause.into_error().into())
}

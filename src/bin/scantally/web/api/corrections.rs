//! Corrections for programs: what people decided about the numbers of a job, more decisions, and the audit trail.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use serde::{Deserialize, Serialize};

use crate::web::access::{Access, Person};
use crate::web::app::App;
use crate::web::problem::Problem;
use crate::web::review::decide::{self, Typed};
use crate::web::routes::RouteTable;
use crate::web::store::audit::{self, Entry};
use crate::web::store::decisions::Decided;
use crate::web::store::jobs::Job;
use crate::web::store::review_queue::{self, Item};
use crate::web::store::time_text;
use crate::web::store::users::Role;

/// Corrections of one request.
const MOST_AT_ONCE: usize = 1000;

/// Rows of one answer, where it is not said, and at most.
const USUAL_ROWS: u32 = 100;
const MOST_ROWS: u32 = 1000;

/// The routes.
pub fn routes(table: RouteTable) -> RouteTable {
    let (readers, reviewers) = (Access::From(Role::Reader), Access::From(Role::Reviewer));
    table
        .get("/api/v1/jobs/{job}/corrections", readers, list)
        .post("/api/v1/jobs/{job}/corrections", reviewers, correct)
        .get("/api/v1/jobs/{job}/audit", readers, trail)
}

/// Which rows are wanted.
#[derive(Debug, Default, Deserialize)]
struct Part {
    limit: Option<u32>,
    #[serde(default)]
    offset: u32,
}

impl Part {
    /// Limit and offset.
    fn of(asked: Result<Query<Self>, QueryRejection>) -> Result<(u32, u32), Problem> {
        let bad = || Problem::bad_request(format!("`limit` is 1 to {MOST_ROWS}, and `offset` 0 or more."));
        let Query(Self { limit, offset }) = asked.map_err(|_| bad())?;
        match limit.unwrap_or(USUAL_ROWS) {
            limit @ 1..=MOST_ROWS => Ok((limit, offset)),
            _ => Err(bad()),
        }
    }
}

/// A number that was decided.
#[derive(Serialize)]
struct Correction {
    number: i64,
    source: String,
    page: usize,
    field: String,
    /// As read.
    read: String,
    /// What it is; empty for an empty field.
    value: String,
    by: String,
    at: String,
    version: i64,
}

#[derive(Serialize)]
struct Corrections {
    count: usize,
    corrections: Vec<Correction>,
}

#[derive(Serialize)]
struct Trail {
    count: u32,
    steps: Vec<Step>,
}

#[derive(Serialize)]
struct Step {
    at: String,
    #[serde(flatten)]
    entry: Entry,
}

#[derive(Serialize)]
struct Taken {
    taken: Vec<Decided>,
}

/// A correction as a program sends it: the number by its id, or by its place.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sent {
    number: Option<i64>,
    source: Option<String>,
    page: Option<i64>,
    field: Option<String>,
    value: String,
    version: Option<i64>,
}

async fn list(
    State(app): State<App>,
    person: Person,
    Path(job): Path<String>,
    part: Result<Query<Part>, QueryRejection>,
) -> Result<Json<Corrections>, Problem> {
    let job = person.job(&app, &job).await?;
    let (limit, offset) = Part::of(part)?;
    let decided = app.store.with(move |db| review_queue::all(db, &job.id, review_queue::Only::Decided)).await?;
    let count = decided.len();
    let wanted = decided.into_iter().skip(offset as usize).take(limit as usize);
    Ok(Json(Corrections { count, corrections: wanted.map(correction).collect() }))
}

fn correction(item: Item) -> Correction {
    let Item { stored, version, decided_by, decided_at, .. } = item;
    Correction {
        number: stored.id,
        source: stored.source,
        page: stored.page,
        field: stored.number.field,
        read: stored.number.value,
        value: stored.decided_value.unwrap_or_default(),
        by: decided_by,
        at: time_text(decided_at.unwrap_or_default()),
        version,
    }
}

async fn trail(
    State(app): State<App>,
    person: Person,
    Path(job): Path<String>,
    part: Result<Query<Part>, QueryRejection>,
) -> Result<Json<Trail>, Problem> {
    let job = person.job(&app, &job).await?;
    let (limit, offset) = Part::of(part)?;
    let found = app
        .store
        .with(move |db| Ok((audit::count(db, &job.id)?, audit::of_job(db, &job, &person.email, limit, offset)?)));
    let (count, entries) = found.await?;
    Ok(Json(Trail { count, steps: entries.into_iter().map(|entry| Step { at: entry.time(), entry }).collect() }))
}

async fn correct(
    State(app): State<App>,
    person: Person,
    Path(job): Path<String>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Taken>, Problem> {
    let job = person.job(&app, &job).await?;
    let body = body.map_err(|cause| Problem::new(cause.status(), cause.body_text()))?;
    let sent: Vec<Sent> = serde_json::from_slice(&body).map_err(|cause| {
        Problem::bad_request(format!("Send a list such as [{{\"number\": 7, \"value\": \"1234\"}}] ({cause})."))
    })?;
    if !(1..=MOST_AT_ONCE).contains(&sent.len()) {
        return Err(Problem::invalid(format!("Send 1 to {MOST_AT_ONCE} corrections at once, not {}.", sent.len())));
    }
    let typed = found(&app, &job, sent).await?;
    let taken = decide::carry_out(&app, &person, &job, typed).await?;
    Ok(Json(Taken { taken }))
}

/// The numbers that corrections are about.
async fn found(app: &App, job: &Job, sent: Vec<Sent>) -> Result<Vec<Typed>, Problem> {
    let job_id = job.id.clone();
    let found = app.store.with(move |db| {
        let mut typed = Vec::with_capacity(sent.len());
        for (place, sent) in sent.into_iter().enumerate() {
            let id = match (sent.number, sent.source, sent.page, sent.field) {
                (Some(id), None, None, None) => Some(id),
                (None, Some(source), Some(page), Some(field)) => {
                    review_queue::find(db, &job_id, &source, page, &field)?
                }
                _ => {
                    return Ok(Err(Problem::invalid(format!(
                        "Correction {} names its number neither by `number` alone nor by `source`, `page` and `field`.",
                        place + 1
                    ))));
                }
            };
            match id {
                Some(number_id) => {
                    typed.push(Typed { number_id, text: sent.value, version: sent.version, milliseconds: 0 });
                }
                None => {
                    let detail = format!("Correction {} names a number that the job does not have.", place + 1);
                    return Ok(Err(Problem::invalid(detail)));
                }
            }
        }
        Ok(Ok(typed))
    });
    found.await?
}

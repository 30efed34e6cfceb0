//! Jobs for programs: begin one, add scans, have it read, ask how far it is, take its numbers and files.

use axum::Json;
use axum::body::to_bytes;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::web::access::{Access, Person};
use crate::web::app::App;
use crate::web::jobs::{Moment, Standing, intake, send_file};
use crate::web::problem::Problem;
use crate::web::reading::{Place, Received};
use crate::web::routes::{Body, RouteTable};
use crate::web::security::guard::MOST_FORM_BYTES;
use crate::web::store::jobs::{self, Job, Kind};
use crate::web::store::numbers::{self, StoredNumber};
use crate::web::store::scans::{self, ScanPart};
use crate::web::store::users::Role;

/// Entries of one answer.
const MOST_ENTRIES: u32 = 1000;

/// Which entries of a list are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(default)]
struct Part {
    limit: u32,
    offset: u32,
}

impl Default for Part {
    fn default() -> Self {
        Self { limit: 100, offset: 0 }
    }
}

/// What the query says of it.
type AskedPart = Result<Query<Part>, QueryRejection>;

impl Part {
    fn of(asked: AskedPart) -> Result<Self, Problem> {
        match asked {
            Ok(Query(part)) if (1..=MOST_ENTRIES).contains(&part.limit) => Ok(part),
            _ => Err(Problem::bad_request(format!("`limit` is 1 to {MOST_ENTRIES}, and `offset` 0 or more."))),
        }
    }
}

/// The routes.
pub fn routes(table: RouteTable) -> RouteTable {
    let (look, work) = (Access::From(Role::Reader), Access::From(Role::Reviewer));
    table
        .get("/api/v1/jobs", look, list)
        .add(Method::POST, "/api/v1/jobs", work, Body::Upload, create)
        .get("/api/v1/jobs/{job}", look, get)
        .add(Method::DELETE, "/api/v1/jobs/{job}", work, Body::Small, delete)
        .add(Method::POST, "/api/v1/jobs/{job}/files", work, Body::Upload, add_files)
        .post("/api/v1/jobs/{job}/start", work, start)
        .post("/api/v1/jobs/{job}/retry", work, retry)
        .get("/api/v1/jobs/{job}/scans", look, scans)
        .get("/api/v1/jobs/{job}/numbers", look, numbers)
        .get("/api/v1/jobs/{job}/download/{file}", look, download)
}

/// A job as programs see it.
#[derive(Serialize)]
struct JobDocument {
    id: String,
    name: String,
    is_own: bool,
    double_keying: bool,
    options: serde_json::Value,
    created_at: String,
    #[serde(flatten)]
    standing: Standing,
}

impl JobDocument {
    fn of(job: Job, progress: jobs::Progress, person: &Person) -> Self {
        let mut options: serde_json::Value = serde_json::from_str(&job.options).unwrap_or_default();
        if let Some(options) = options.as_object_mut() {
            options.remove("template_toml");
        }
        Self {
            is_own: job.owner_id == person.id,
            created_at: Moment(job.created_at).stamp(),
            standing: Standing { state: job.state, error: job.error, progress },
            id: job.id,
            name: job.name,
            double_keying: job.double_keying,
            options,
        }
    }
}

/// A job as it is now.
async fn document(app: &App, person: &Person, id: &str) -> Result<JobDocument, Problem> {
    let job = person.job(app, id).await?;
    let id = job.id.clone();
    let progress = app.store.with(move |db| jobs::progress(db, &id)).await?;
    Ok(JobDocument::of(job, progress, person))
}

async fn list(State(app): State<App>, person: Person, asked: AskedPart) -> Result<impl IntoResponse, Problem> {
    let part = Part::of(asked)?;
    let found = app.store.with(move |db| {
        let found = jobs::visible_to(db, person.id, part.limit, part.offset)?;
        let documents = found.into_iter().map(|job| {
            let progress = jobs::progress(db, &job.id)?;
            Ok(JobDocument::of(job, progress, &person))
        });
        Ok((jobs::count_visible_to(db, person.id)?, documents.collect::<rusqlite::Result<Vec<_>>>()?))
    });
    let (total, documents) = found.await?;
    Ok(Json(json!({ "total": total, "jobs": documents })))
}

/// Whether something is wished for; forms say `on`.
fn is_on(value: &str) -> Result<bool, Problem> {
    match value {
        "true" | "1" | "on" => Ok(true),
        "" | "false" | "0" | "off" => Ok(false),
        other => Err(Problem::invalid(format!("`double_keying` is true or false, not \"{other}\"."))),
    }
}

/// Begins a job; with files it is started at once, without it waits for them.
async fn create(State(app): State<App>, person: Person, request: Request) -> Result<Response, Problem> {
    app.limits.upload(person.id)?;
    let (place, request) = app.queue.enter_with(request).await?;
    let received = received(&app, request).await?;
    let (name, double_keying) = (received.value("name").unwrap_or_default(), received.value("double_keying"));
    let double_keying = is_on(double_keying.unwrap_or_default())?;
    let job = intake::create(&app, &person, Kind::Batch, name, double_keying, received.options()?).await?;
    if !received.files.is_empty() {
        if let Err(problem) = add(&app, &job, received, place).await {
            // Nobody would know of a job whose request was refused.
            intake::delete(&app, &job).await?;
            return Err(problem);
        }
        intake::start(&app, &job).await?;
    }
    let address = format!("/api/v1/jobs/{}", job.id);
    let document = document(&app, &person, &job.id).await?;
    Ok((StatusCode::CREATED, [(header::LOCATION, address)], Json(document)).into_response())
}

/// What a request brings: values as JSON, or values and files as a form with parts.
async fn received(app: &App, request: Request) -> Result<Received, Problem> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.starts_with("multipart/form-data") {
        return Received::from(app, request).await;
    }
    let bytes = to_bytes(request.into_body(), MOST_FORM_BYTES).await;
    let bytes = bytes.map_err(|_| Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "The document is too long."))?;
    let document: serde_json::Value = match bytes.trim_ascii() {
        [] => json!({}),
        bytes => serde_json::from_slice(bytes)
            .map_err(|cause| Problem::bad_request(format!("The document is no JSON: {cause}.")))?,
    };
    let Some(values) = document.as_object() else {
        return Err(Problem::invalid(
            "The document is an object with names and values, such as {\"layout\": \"page\"}.",
        ));
    };
    let text = |(name, value): (&String, &serde_json::Value)| match value {
        serde_json::Value::String(text) => Ok((name.clone(), text.clone())),
        serde_json::Value::Null => Ok((name.clone(), String::new())),
        serde_json::Value::Bool(_) | serde_json::Value::Number(_) => Ok((name.clone(), value.to_string())),
        _ => Err(Problem::invalid(format!("`{name}` is one value, not a list or an object."))),
    };
    let values = values.iter().map(text).collect::<Result<Vec<_>, Problem>>()?;
    Ok(Received { values, ..Received::default() })
}

async fn get(State(app): State<App>, person: Person, Path(job): Path<String>) -> Result<impl IntoResponse, Problem> {
    document(&app, &person, &job).await.map(Json)
}

async fn delete(State(app): State<App>, person: Person, Path(job): Path<String>) -> Result<impl IntoResponse, Problem> {
    let job = person.own_job(&app, &job).await?;
    intake::delete(&app, &job).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Adds all files of a request up to the first that is refused, on a thread of the readers: each is looked into.
async fn add(app: &App, job: &Job, received: Received, place: Place) -> Result<Vec<String>, Problem> {
    let folder = received.value("folder").unwrap_or_default().to_owned();
    let (app, job_id) = (app.clone(), job.id.clone());
    let added = place.run(move || {
        let names = received.files.iter().map(|file| intake::add(&app, &job_id, file, &folder));
        names.collect::<Result<Vec<Vec<String>>, Problem>>()
    });
    added.await?.map(|names| names.concat())
}

async fn add_files(
    State(app): State<App>,
    person: Person,
    Path(job): Path<String>,
    request: Request,
) -> Result<impl IntoResponse, Problem> {
    let job = person.own_job(&app, &job).await?;
    app.limits.upload(person.id)?;
    let (place, request) = app.queue.enter_with(request).await?;
    let received = Received::from(&app, request).await?;
    if received.files.is_empty() {
        return Err(Problem::invalid("There is no file; send one or more parts named `file`, or the bytes of a scan."));
    }
    let names = add(&app, &job, received, place).await?;
    Ok((StatusCode::CREATED, Json(json!({ "scans": names }))))
}

async fn start(State(app): State<App>, person: Person, Path(job): Path<String>) -> Result<impl IntoResponse, Problem> {
    let job = person.own_job(&app, &job).await?;
    intake::start(&app, &job).await?;
    Ok((StatusCode::ACCEPTED, Json(document(&app, &person, &job.id).await?)))
}

async fn retry(State(app): State<App>, person: Person, Path(job): Path<String>) -> Result<impl IntoResponse, Problem> {
    let job = person.own_job(&app, &job).await?;
    intake::retry(&app, &job).await?;
    Ok((StatusCode::ACCEPTED, Json(document(&app, &person, &job.id).await?)))
}

async fn scans(
    State(app): State<App>,
    person: Person,
    Path(job): Path<String>,
    asked: AskedPart,
) -> Result<impl IntoResponse, Problem> {
    let job = person.job(&app, &job).await?;
    let Part { limit, offset } = Part::of(asked)?;
    let part = ScanPart { failed_only: false, limit, offset };
    let found = app.store.with(move |db| Ok((jobs::progress(db, &job.id)?.scans, scans::part(db, &job.id, part)?)));
    let (total, scans) = found.await?;
    Ok(Json(json!({ "total": total, "scans": scans })))
}

/// A number as programs see it.
fn number_document(found: &StoredNumber) -> serde_json::Value {
    let number = &found.number;
    let bounds = &number.bounds;
    json!({
        "id": found.id,
        "scan_id": found.scan_id,
        "source": found.source,
        "page": found.page,
        "field": number.field,
        "value": number.value,
        "decided_value": found.decided_value,
        "confidence": number.confidence,
        "status": number.status,
        "box": { "x": bounds.x, "y": bounds.y, "width": bounds.width, "height": bounds.height },
    })
}

async fn numbers(
    State(app): State<App>,
    person: Person,
    Path(job): Path<String>,
    asked: AskedPart,
) -> Result<impl IntoResponse, Problem> {
    let job = person.job(&app, &job).await?;
    let Part { limit, offset } = Part::of(asked)?;
    let found = app
        .store
        .with(move |db| Ok((jobs::progress(db, &job.id)?.numbers, numbers::of_job(db, &job.id, limit, offset)?)));
    let (total, numbers) = found.await?;
    let documents: Vec<serde_json::Value> = numbers.iter().map(number_document).collect();
    Ok(Json(json!({ "total": total, "numbers": documents })))
}

async fn download(
    State(app): State<App>,
    person: Person,
    Path((job, file)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let job = person.job(&app, &job).await?;
    send_file(&app, &job, &file).await
}

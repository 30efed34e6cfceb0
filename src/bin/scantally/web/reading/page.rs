//! The page Read: files and options in by a form, a job out, and the way to its result.

use askama::Template;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};

use crate::web::access::Person;
use crate::web::app::App;
use crate::web::page::{Visitor, render};
use crate::web::problem::Problem;
use crate::web::reading::{Received, send};
use crate::web::store::templates::{self, StoredTemplate};

#[derive(Template)]
#[template(path = "read.html", config = "src/bin/scantally/web/askama.toml")]
struct ReadPage {
    visitor: Visitor,
    /// What the file chooser offers.
    accept: &'static str,
    templates: Vec<StoredTemplate>,
    most_megabytes: usize,
}

/// Endings of what `extract` reads, for the file chooser and for a first look in the page; the server goes by the content.
const ACCEPT: &str = ".png,.jfif,.pjp,.jpeg,.jpg,.pjpeg,.tif,.tiff,.pdf,.bmp,.gif,.webp,.pnm,.pbm,.pgm,.ppm,.zip";

pub async fn show(State(app): State<App>, person: Person, visitor: Visitor) -> Result<impl IntoResponse, Problem> {
    let templates = app.store.with(move |db| templates::visible_to(db, person.id)).await?;
    let most_megabytes = app.settings.limits.bytes / 1_000_000;
    render(&ReadPage { visitor, accept: ACCEPT, templates, most_megabytes })
}

pub async fn submit(State(app): State<App>, person: Person, request: Request) -> Result<Response, Problem> {
    app.limits.upload(person.id)?;
    let wants_page = request
        .headers()
        .get(header::ACCEPT)
        .is_some_and(|accept| accept.to_str().is_ok_and(|accept| accept.contains("text/html")));
    // The place is kept while the files are in memory, and given back when they are on disk.
    let (place, request) = app.queue.enter_with(request).await?;
    let received = Received::from(&app, request).await?;
    let options = received.options_by_content()?;
    let sent = send(&app, &person, received.files, options).await;
    drop(place);
    let sent = sent?;
    let address = format!("/read/{}", sent.job.id);
    if wants_page {
        return Ok(Redirect::to(&address).into_response());
    }
    Ok(Json(serde_json::json!({ "address": address, "refused": sent.refused })).into_response())
}

//! Home: what the app does, how to use it, and sample scans to try.

mod samples;
#[cfg(test)]
mod tests;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect};

use crate::web::access::{Access, Person};
use crate::web::app::App;
use crate::web::page::{Visitor, render};
use crate::web::problem::Problem;
use crate::web::reading::{ReadOptions, Upload, send};
use crate::web::routes::RouteTable;
use crate::web::store::users::Role;
use samples::{SAMPLES, Sample};

/// The routes.
pub fn routes(table: RouteTable) -> RouteTable {
    table.get("/", Access::Public, home).get("/samples/{name}/thumbnail", Access::Public, thumbnail).post(
        "/samples/{name}",
        Access::From(Role::Reviewer),
        try_sample,
    )
}

#[derive(Template)]
#[template(path = "home.html", config = "src/bin/scantally/web/askama.toml")]
struct HomePage {
    visitor: Visitor,
    samples: &'static [Sample],
}

async fn home(visitor: Visitor) -> Result<impl IntoResponse, Problem> {
    render(&HomePage { visitor, samples: &SAMPLES })
}

/// Thumbnails are part of the program; browsers keep them for a day.
const KEPT: &str = "public, max-age=86400";

async fn thumbnail(Path(name): Path<String>) -> Result<impl IntoResponse, Problem> {
    let sample = Sample::named(&name).ok_or_else(Problem::not_found)?;
    let made = tokio::task::spawn_blocking(|| sample.thumbnail()).await.map_err(|cause| Problem::internal(&cause))?;
    let bytes = made.ok_or_else(|| Problem::internal(&"a sample is not to be decoded"))?;
    Ok(([(header::CONTENT_TYPE, "image/jpeg"), (header::CACHE_CONTROL, KEPT)], bytes))
}

/// Reads a sample as if it had been uploaded.
async fn try_sample(
    State(app): State<App>,
    Path(name): Path<String>,
    person: Person,
) -> Result<impl IntoResponse, Problem> {
    let sample = Sample::named(&name).ok_or_else(Problem::not_found)?;
    app.limits.upload(person.id)?;
    let options = ReadOptions { template: sample.template.to_owned(), ..ReadOptions::default() };
    let upload = Upload { name: sample.name.to_owned(), bytes: sample.bytes.to_vec() };
    let sent = send(&app, &person, vec![upload], options).await?;
    Ok(Redirect::to(&format!("/read/{}", sent.job.id)))
}

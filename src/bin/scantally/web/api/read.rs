//! Reading at once: scans in, their numbers out, nothing kept.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{Method, header};
use axum::response::{IntoResponse, Response};
use scantally::crop::{CropWish, PictureOptions};
use serde::{Deserialize, Serialize};

use crate::web::access::{Access, Person};
use crate::web::api::read_tables;
use crate::web::app::App;
use crate::web::problem::Problem;
use crate::web::reading::view::FileView;
use crate::web::reading::{Received, read_once};
use crate::web::routes::{Body, RouteTable};
use crate::web::store::users::Role;

/// The routes.
pub fn routes(table: RouteTable) -> RouteTable {
    table.add(Method::POST, "/api/v1/read", Access::From(Role::Reviewer), Body::Upload, read)
}

/// In which form the numbers go back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AnswerFormat {
    #[default]
    Json,
    Csv,
    Xlsx,
    Jsonl,
}

/// The answer in JSON.
#[derive(Serialize)]
struct Answer {
    files: Vec<FileView>,
}

const NO_FILES: &str =
    "There is nothing to read; send a scan as the body, or parts named `file` as multipart/form-data.";

async fn read(State(app): State<App>, person: Person, request: Request) -> Result<Response, Problem> {
    let (place, request) = app.queue.enter_with(request).await?;
    let received = Received::from(&app, request).await?;
    let format = format_of(received.value("format").unwrap_or_default())?;
    let mut options = received.options_by_content()?;
    if received.files.is_empty() {
        return Err(Problem::invalid(NO_FILES));
    }
    let forms = app.forms.of(&app, &person, &mut options).await?;
    let work = move || {
        let crops = if format == AnswerFormat::Xlsx { CropWish::All } else { CropWish::None };
        let pictures = PictureOptions { crops, ..PictureOptions::default() };
        let records = read_once(&app, received.files, &options, forms, &pictures)?;
        if format == AnswerFormat::Json {
            return Ok(Json(Answer { files: records.iter().map(FileView::of).collect() }).into_response());
        }
        let table = read_tables::write(&app, &options, records, format).map_err(|cause| Problem::internal(&cause))?;
        let named = format!("attachment; filename=\"{}\"", table.name);
        Ok(([(header::CONTENT_TYPE, table.kind), (header::CONTENT_DISPOSITION, &named)], table.bytes).into_response())
    };
    place.run(work).await?
}

fn format_of(value: &str) -> Result<AnswerFormat, Problem> {
    match value.trim() {
        "" => Ok(AnswerFormat::default()),
        word => serde_json::from_value(word.into())
            .map_err(|_| Problem::invalid(format!("`format` is json, csv, xlsx or jsonl, not \"{word}\"."))),
    }
}

#[cfg(test)]
mod tests;

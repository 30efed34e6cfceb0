//! Pictures of a job: of a page, and of a number as it stands on it.

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::web::access::Person;
use crate::web::app::App;
use crate::web::problem::Problem;
use crate::web::store::numbers;

/// A retry may change a picture, and a shared browser must not keep what somebody else looked at for long.
const KEPT: &str = "private, max-age=60";

/// The page, upright and made small, as JPEG.
pub async fn page(
    State(app): State<App>,
    person: Person,
    Path((job, scan, page)): Path<(String, String, String)>,
) -> Result<Response, Problem> {
    let job = person.job(&app, &job).await?;
    let (scan, page) = (number(&scan)?, number(&page)?);
    let picture = app.store.with(move |db| numbers::page_picture(db, &job.id, scan, page)).await?;
    shown("image/jpeg", picture)
}

/// What a number was read from, as PNG.
pub async fn crop(
    State(app): State<App>,
    person: Person,
    Path((job, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let job = person.job(&app, &job).await?;
    let id = number(&id)?;
    let picture = app.store.with(move |db| numbers::crop(db, &job.id, id)).await?;
    shown("image/png", picture)
}

/// A number in an address; what is none leads nowhere.
///
/// # Errors
/// 404.
pub fn number<T: std::str::FromStr>(text: &str) -> Result<T, Problem> {
    text.parse().map_err(|_| Problem::not_found())
}

fn shown(kind: &'static str, picture: Option<Vec<u8>>) -> Result<Response, Problem> {
    let picture = picture.ok_or_else(Problem::not_found)?;
    Ok(([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, KEPT)], picture).into_response())
}

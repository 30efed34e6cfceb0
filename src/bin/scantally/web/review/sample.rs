//! A check of what is sure: some numbers that nobody would look at are drawn at random and go to review.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::response::Redirect;

use crate::web::access::Person;
use crate::web::app::App;
use crate::web::problem::Problem;
use crate::web::review::check_is_read;
use crate::web::review::decide::decider;
use crate::web::store::review_queue;

/// Numbers of one draw: a few minutes of work, and with two draws enough to say something.
pub const DRAWN: u32 = 50;

/// Draws numbers of a batch, and goes on to their review.
pub async fn draw(
    State(app): State<App>,
    person: Person,
    Path(job): Path<String>,
    _form: Result<Bytes, BytesRejection>,
) -> Result<Redirect, Problem> {
    let job = person.job(&app, &job).await?;
    check_is_read(&job)?;
    let (decider, job_id) = (decider(&person), job.id.clone());
    let drawn = app.store.with(move |db| review_queue::draw_sample(db, &job_id, &decider, DRAWN)).await?;
    if drawn == 0 {
        return Err(Problem::conflict("All numbers of this batch that were read as sure have been drawn before."));
    }
    Ok(Redirect::to(&format!("/review/{}", job.id)))
}

//! What people do with a job from its pages: start, retry, delete, share; each answered with the page to look at then.

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Path, State};
use axum::response::Redirect;
use serde::Deserialize;

use crate::web::access::Person;
use crate::web::app::App;
use crate::web::jobs::intake;
use crate::web::problem::Problem;
use crate::web::store::jobs::Kind;
use crate::web::store::shares::{self, Shared};

/// The form that names somebody.
#[derive(Deserialize)]
pub struct Somebody {
    pub email: String,
}

/// Has an open job read.
pub async fn start(State(app): State<App>, person: Person, Path(job): Path<String>) -> Result<Redirect, Problem> {
    let job = person.own_job(&app, &job).await?;
    intake::start(&app, &job).await?;
    Ok(to_job(&job.id))
}

/// Has what failed read again.
pub async fn retry(State(app): State<App>, person: Person, Path(job): Path<String>) -> Result<Redirect, Problem> {
    let job = person.own_job(&app, &job).await?;
    intake::retry(&app, &job).await?;
    Ok(to_job(&job.id))
}

/// Removes a job, and leads back to where such jobs are made.
pub async fn delete(State(app): State<App>, person: Person, Path(job): Path<String>) -> Result<Redirect, Problem> {
    let job = person.own_job(&app, &job).await?;
    intake::delete(&app, &job).await?;
    Ok(Redirect::to(match job.kind {
        Kind::Read => "/read",
        Kind::Batch => "/batches",
    }))
}

/// Shares a job with somebody.
pub async fn share(
    State(app): State<App>,
    person: Person,
    Path(job): Path<String>,
    form: Result<Form<Somebody>, FormRejection>,
) -> Result<Redirect, Problem> {
    let job = person.own_job(&app, &job).await?;
    let email = email_of(&app, form)?;
    let id = job.id.clone();
    app.store.with(move |db| shares::share(db, Shared::Job, &id, &email)).await?;
    Ok(to_job(&job.id))
}

/// Takes a job back from somebody.
pub async fn take_back(
    State(app): State<App>,
    person: Person,
    Path(job): Path<String>,
    form: Result<Form<Somebody>, FormRejection>,
) -> Result<Redirect, Problem> {
    let job = person.own_job(&app, &job).await?;
    let email = email_of(&app, form)?;
    let id = job.id.clone();
    app.store.with(move |db| shares::take_back(db, Shared::Job, &id, &email)).await?;
    Ok(to_job(&job.id))
}

/// The e-mail address of a form, in lower case.
///
/// # Errors
/// 409 where there are no accounts, 422 if it is no address.
pub fn email_of(app: &App, form: Result<Form<Somebody>, FormRejection>) -> Result<String, Problem> {
    if !app.settings.accounts {
        return Err(Problem::conflict(
            "There are no accounts here: everything belongs to whoever sits at this machine.",
        ));
    }
    let Form(Somebody { email }) = form.map_err(|cause| Problem::invalid(cause.body_text()))?;
    let email = email.trim().to_lowercase();
    let is_address = email.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty())
        && email.len() <= 254
        && !email.contains(|c: char| c.is_whitespace() || c.is_control());
    if is_address {
        Ok(email)
    } else {
        Err(Problem::invalid("That is no e-mail address; write it as name@example.org."))
    }
}

fn to_job(id: &str) -> Redirect {
    Redirect::to(&format!("/batches/{id}"))
}

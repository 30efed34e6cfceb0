//! Scans of somebody who waits in front of the page: uploads in, a job that is read before all batches out.

use std::time::Duration;

use crate::web::access::Person;
use crate::web::app::App;
use crate::web::jobs::intake;
use crate::web::problem::Problem;
use crate::web::reading::{ReadOptions, Upload};
use crate::web::store::jobs::{self, Job, Kind};

/// Longer nobody waits for an answer: the page of the result tells then how far it is.
const LONGEST_WAIT: Duration = Duration::from_secs(20);

/// A job that was begun.
pub struct Sent {
    pub job: Job,
    /// A sentence for each file that was refused.
    pub refused: Vec<String>,
}

/// Has uploads read, and waits until that is done, or for 20 seconds. Goes on where the browser goes away meanwhile.
///
/// # Errors
/// Why the first file was refused, where all were; those of [`intake::create`].
pub async fn send(app: &App, person: &Person, files: Vec<Upload>, options: ReadOptions) -> Result<Sent, Problem> {
    let (app, person) = (app.clone(), person.clone());
    let sent = tokio::spawn(async move {
        let sent = begin(&app, &person, files, options).await?;
        let _ = tokio::time::timeout(LONGEST_WAIT, until_over(&app, &sent.job.id)).await;
        Ok(sent)
    });
    sent.await.map_err(|cause| Problem::internal(&cause))?
}

async fn begin(app: &App, person: &Person, files: Vec<Upload>, options: ReadOptions) -> Result<Sent, Problem> {
    let job = intake::create(app, person, Kind::Read, &name_of(&files), false, options).await?;
    let begun = match fill(app, &job, files).await {
        Ok(refused) => intake::start(app, &job).await.map(|()| refused),
        Err(problem) => Err(problem),
    };
    match begun {
        Ok(refused) => Ok(Sent { job, refused }),
        Err(problem) => {
            intake::delete(app, &job).await?;
            Err(problem)
        }
    }
}

/// Adds the files that are scans; a sentence for each of the others.
async fn fill(app: &App, job: &Job, files: Vec<Upload>) -> Result<Vec<String>, Problem> {
    let count = files.len();
    let mut problems = Vec::new();
    for file in files {
        match intake::add_file(app, job, file).await {
            Err(problem) if problem.status.is_server_error() => return Err(problem),
            Err(problem) => problems.push(problem),
            Ok(_) => {}
        }
    }
    if problems.len() == count {
        problems.truncate(1);
        return Err(problems.pop().unwrap_or_else(|| Problem::invalid("Choose one or more scans first.")));
    }
    Ok(problems.into_iter().map(|problem| problem.detail).collect())
}

async fn until_over(app: &App, job_id: &str) -> Result<(), Problem> {
    let mut changes = app.runner.changes();
    loop {
        let id = job_id.to_owned();
        let job = app.store.with(move |db| jobs::by_id(db, &id)).await?;
        if job.is_none_or(|job| job.state.is_over()) || changes.changed().await.is_err() {
            return Ok(());
        }
    }
}

/// What the job is called: by its first file.
fn name_of(files: &[Upload]) -> String {
    match files {
        [] => String::new(),
        [only] => only.name.clone(),
        [first, others @ ..] => format!("{} and {} more", first.name, others.len()),
    }
}

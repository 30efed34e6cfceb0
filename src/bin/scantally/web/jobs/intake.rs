//! How jobs come to be: begun, filled with files, started; retried and deleted. Pages and the API do it alike.

use std::path::Path;

use axum::http::StatusCode;
use scantally::batch::FoundFile;

use crate::web::access::Person;
use crate::web::app::App;
use crate::web::jobs::{archive, forms, remove_folder};
use crate::web::problem::Problem;
use crate::web::reading::{CHEQUE, ReadOptions, Upload, clean_name, open};
use crate::web::security::secret;
use crate::web::store::jobs::{self, Job, Kind, Started, State};
use crate::web::store::scans::{self, Added, NewScan};
use crate::web::store::{now, templates};

/// Jobs of one person that are not done yet; with more, the next one has to wait.
const MOST_UNFINISHED: u64 = 100;

/// Files of one job: what an office scans in a week, while lists of them still fit into memory.
pub const MOST_FILES: u64 = 20_000;

/// Names of jobs are cut there; longer folders are left out of the names of files.
const LONGEST_NAME: usize = 200;

/// Begins a job to which files can be added.
///
/// # Errors
/// 404 if the template is not there, or not theirs; 422 if it is not valid; 429 if they have too many jobs under way.
pub async fn create(
    app: &App,
    person: &Person,
    kind: Kind,
    name: &str,
    double_keying: bool,
    mut options: ReadOptions,
) -> Result<Job, Problem> {
    let picture = take_template(app, person, &mut options).await?;
    let options = serde_json::to_string(&options).map_err(|cause| Problem::internal(&cause))?;
    let created_at = now();
    let name: String = name.trim().chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect();
    let job = Job {
        id: secret::random(),
        owner_id: person.id,
        kind,
        name: if name.is_empty() { "Scans".to_owned() } else { name },
        state: State::Open,
        options,
        double_keying,
        error: String::new(),
        created_at,
        started_at: None,
        finished_at: None,
    };
    let made = job.clone();
    let is_made = app.store.with(move |db| {
        let is_allowed = jobs::unfinished_of(db, made.owner_id)? < MOST_UNFINISHED;
        if is_allowed {
            jobs::create(db, &made)?;
        }
        Ok(is_allowed)
    });
    if !is_made.await? {
        let detail = format!(
            "{MOST_UNFINISHED} of your batches are not done yet; wait for some, or delete those that you do not need."
        );
        return Err(Problem { retry_after_s: Some(60), ..Problem::new(StatusCode::TOO_MANY_REQUESTS, detail) });
    }
    let folder = app.job_folder(&job.id);
    let written = blocking(move || {
        std::fs::create_dir_all(folder.join("uploads"))?;
        picture.map_or(Ok(()), |picture| std::fs::write(folder.join(forms::PICTURE_NAME), picture))
    });
    written.await?;
    Ok(job)
}

/// Puts the text of the template into the options, so that the job is read the same however the template changes; the picture of its form.
async fn take_template(app: &App, person: &Person, options: &mut ReadOptions) -> Result<Option<Vec<u8>>, Problem> {
    if options.template.is_empty() || options.template == CHEQUE {
        return Ok(None);
    }
    let template = person.template(app, &options.template).await?;
    let id = template.id.clone();
    let picture = app.store.with(move |db| templates::picture(db, &id)).await?;
    let (toml, checked) = (template.toml.clone(), picture.clone());
    let known = tokio::task::spawn_blocking(move || forms::known(&toml, checked).map(drop)).await;
    known
        .map_err(|cause| Problem::internal(&cause))?
        .map_err(|cause| Problem::invalid(format!("The template {} cannot be used: {cause}", template.name)))?;
    options.template_toml = Some(template.toml);
    Ok(picture)
}

/// Adds an upload to a job, as [`add`] does.
///
/// # Errors
/// Those of [`add`].
pub async fn add_file(app: &App, job: &Job, upload: Upload) -> Result<Vec<String>, Problem> {
    let (app, job_id) = (app.clone(), job.id.clone());
    let added = tokio::task::spawn_blocking(move || add(&app, &job_id, &upload, ""));
    added.await.map_err(|cause| Problem::internal(&cause))?
}

/// Adds an upload to a job: a scan, or a ZIP archive of scans, from a folder of this name, which may be empty. It works on this thread. The names
/// under which they are in the job.
///
/// # Errors
/// 409 if the job has been started or has as many files as it may, 415 if the upload is neither, 422 and 413 as [`open`].
pub fn add(app: &App, job_id: &str, upload: &Upload, folder: &str) -> Result<Vec<String>, Problem> {
    let uploads = app.job_folder(job_id).join("uploads");
    let (stored_name, source) = (secret::random(), format!("{}{}", clean_folder(folder), upload.name));
    let path = uploads.join(&stored_name);
    let refused = open(upload, ReadOptions::scan_settings(app)).err();
    let written = std::fs::create_dir_all(&uploads).and_then(|()| std::fs::write(&path, &upload.bytes));
    let files = written.map_err(|cause| Problem::internal(&cause)).and_then(|()| match refused {
        None => Ok(vec![NewScan { source, stored_name, bytes: upload.bytes.len() as u64 }]),
        Some(problem) => entries(&path, &stored_name, &source, problem),
    });
    let added = files.and_then(|files| put_in(app, job_id, &files));
    if added.is_err() {
        // Nothing is kept of an upload that was refused.
        let _ = std::fs::remove_file(&path);
    }
    app.runner.note_change();
    added
}

fn put_in(app: &App, job_id: &str, files: &[NewScan]) -> Result<Vec<String>, Problem> {
    let added = app.store.with_blocking(|db| scans::add(db, job_id, files, MOST_FILES));
    match added.map_err(|cause| Problem::internal(&cause))? {
        Added::As(names) => Ok(names),
        Added::Closed => Err(Problem::conflict("The job has been started; begin a new one for more files.")),
        Added::TooMany => Err(Problem::conflict(format!("A job has at most {MOST_FILES} files; begin a new one."))),
    }
}

/// What an archive holds; `problem` is what is wrong with the upload if it is none.
fn entries(path: &Path, stored_name: &str, name: &str, problem: Problem) -> Result<Vec<NewScan>, Problem> {
    let found = archive::contents(path).map_err(|reason| Problem::invalid(reason.replace(stored_name, name)))?;
    if found.is_empty() {
        return Err(problem);
    }
    let file = |entry: FoundFile| NewScan {
        source: entry.source.replacen(stored_name, name, 1),
        bytes: entry.stamp().map_or(0, |stamp| stamp.size),
        stored_name: entry.source,
    };
    Ok(found.into_iter().map(file).collect())
}

/// A folder as the beginning of names: parts that lead nowhere, each with a `/` behind.
fn clean_folder(folder: &str) -> String {
    let parts = folder.split(['/', '\\']).filter(|part| !part.trim_matches(['.', ' ']).is_empty());
    let folder: String = parts.map(|part| format!("{}/", clean_name(part))).collect();
    if folder.chars().count() > LONGEST_NAME { String::new() } else { folder }
}

/// Has a job read.
///
/// # Errors
/// 409 if it has been started before, 422 if it has no files.
pub async fn start(app: &App, job: &Job) -> Result<(), Problem> {
    let id = job.id.clone();
    match app.store.with(move |db| jobs::start(db, &id)).await? {
        Started::Yes => {
            app.runner.wake();
            app.runner.note_change();
            Ok(())
        }
        Started::Before => Err(Problem::conflict("The job has been started before.")),
        Started::Empty => Err(Problem::invalid("The job has no scans; add some first.")),
    }
}

/// Has the scans that failed read again, and a job that failed as a whole.
///
/// # Errors
/// 409 if the job is not over.
pub async fn retry(app: &App, job: &Job) -> Result<(), Problem> {
    let id = job.id.clone();
    if !app.store.with(move |db| jobs::retry_failed(db, &id)).await? {
        return Err(Problem::conflict("The job is not done yet."));
    }
    app.runner.wake();
    app.runner.note_change();
    Ok(())
}

/// Deletes a job, its uploads and all that was read of it, at once.
///
/// # Errors
/// 500 if the database fails.
pub async fn delete(app: &App, job: &Job) -> Result<(), Problem> {
    let id = job.id.clone();
    app.store.with(move |db| jobs::delete(db, &id)).await?;
    if !app.runner.give_up(&job.id) {
        let folder = app.job_folder(&job.id);
        blocking(move || {
            remove_folder(&folder);
            Ok(())
        })
        .await?;
    }
    app.runner.note_change();
    Ok(())
}

/// Work on the disk, off the threads that answer requests.
async fn blocking(work: impl FnOnce() -> std::io::Result<()> + Send + 'static) -> Result<(), Problem> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|cause| Problem::internal(&cause))?.map_err(|cause| Problem::internal(&cause))
}

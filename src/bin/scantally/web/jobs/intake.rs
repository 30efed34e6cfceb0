//! How jobs come to be: begun, filled with files, started; retried and deleted. Pages and the API do it alike.

use std::path::Path;

use crate::web::access::Person;
use crate::web::app::App;
use crate::web::jobs::{archive, forms, remove_folder};
use crate::web::problem::Problem;
use crate::web::reading::{CHEQUE, ReadOptions, Upload, open};
use crate::web::security::secret;
use crate::web::store::jobs::{self, Job, Kind, State};
use crate::web::store::{now, templates};

/// Jobs of one person that are not done yet; with more, the next one has to wait.
const MOST_UNFINISHED: u64 = 100;

/// Names of jobs are cut there.
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
        return Err(Problem::too_often(60));
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

/// Adds an upload to a job: a scan, or a ZIP archive of scans. The names under which they are in the job.
///
/// # Errors
/// 409 if the job has been started, 415 if the upload is neither, 422 and 413 as [`open`].
pub async fn add_file(app: &App, job: &Job, upload: Upload) -> Result<Vec<String>, Problem> {
    if job.state != State::Open {
        return Err(Problem::conflict("The job has been started; begin a new one for more files."));
    }
    let uploads = app.job_folder(&job.id).join("uploads");
    let (stored_name, app, job_id) = (secret::random(), app.clone(), job.id.clone());
    let added = tokio::task::spawn_blocking(move || {
        let path = uploads.join(&stored_name);
        let scan_settings = ReadOptions::scan_settings(&app);
        let refused = open(&upload, scan_settings).err();
        std::fs::write(&path, &upload.bytes).map_err(|cause| Problem::internal(&cause))?;
        let names = if refused.is_none() {
            vec![(upload.name.clone(), stored_name)]
        } else {
            entries(&path, &stored_name, &upload.name)
        };
        if let Some(problem) = refused.filter(|_| names.is_empty()) {
            // The upload was refused: nothing of it is kept.
            let _ = std::fs::remove_file(&path);
            return Err(problem);
        }
        let bytes = i64::try_from(upload.bytes.len()).unwrap_or(i64::MAX);
        app.store
            .with_blocking(|db| {
                names.iter().map(|(source, stored)| jobs::add_scan(db, &job_id, source, stored, bytes)).collect()
            })
            .map_err(|cause| Problem::internal(&cause))
    });
    added.await.map_err(|cause| Problem::internal(&cause))?
}

/// What an archive holds: name for people, name in the database.
fn entries(path: &Path, stored_name: &str, name: &str) -> Vec<(String, String)> {
    let entries = archive::contents(path).into_iter();
    entries.map(|entry| (entry.source.replacen(stored_name, name, 1), entry.source)).collect()
}

/// Has a job read.
///
/// # Errors
/// 409 if it has been started before, 422 if it has no files.
pub async fn start(app: &App, job: &Job) -> Result<(), Problem> {
    if job.state != State::Open {
        return Err(Problem::conflict("The job has been started before."));
    }
    let id = job.id.clone();
    let count = app.store.with(move |db| {
        let count = jobs::scans(db, &id)?.len();
        if count > 0 {
            jobs::set_state(db, &id, State::Queued, "")?;
        }
        Ok(count)
    });
    if count.await? == 0 {
        return Err(Problem::invalid("The job has no scans; add some first."));
    }
    app.runner.wake();
    app.runner.note_change();
    Ok(())
}

/// Has the scans that failed read again, and a job that failed as a whole.
///
/// # Errors
/// 409 if the job is not over.
pub async fn retry(app: &App, job: &Job) -> Result<(), Problem> {
    if !job.state.is_over() {
        return Err(Problem::conflict("The job is not done yet."));
    }
    let id = job.id.clone();
    app.store.with(move |db| jobs::retry_failed(db, &id)).await?;
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

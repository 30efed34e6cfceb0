//! The result of a job as a file: the name of a table in, its bytes out, to be kept and not shown.

use std::fs::File;
use std::io::Read;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, StreamExt};

use crate::web::access::Person;
use crate::web::app::App;
use crate::web::problem::Problem;
use crate::web::store::jobs::{Job, State as JobState};

/// One file of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Download {
    pub name: &'static str,
    /// What it is, for the page.
    pub title: &'static str,
    pub media_type: &'static str,
}

const fn download(name: &'static str, title: &'static str, media_type: &'static str) -> Download {
    Download { name, title, media_type }
}

const CSV: &str = "text/csv; charset=utf-8";

/// All of them; no other file of a job leaves the server.
pub const DOWNLOADS: [Download; 8] = [
    download("numbers.csv", "Numbers as CSV", CSV),
    download(
        "numbers.xlsx",
        "Numbers as a spreadsheet, with pictures",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    download("wide.csv", "One row a page as CSV", CSV),
    download("numbers.html", "A page to look through offline", "text/html; charset=utf-8"),
    download("numbers.jsonl", "Numbers as JSON lines", "application/jsonl"),
    download("numbers.parquet", "Numbers as Parquet", "application/vnd.apache.parquet"),
    download("digits.csv", "Single digits as CSV", CSV),
    download("files.csv", "What became of each file as CSV", CSV),
];

/// A part of a file that is read and sent at once.
const PART_BYTES: u64 = 256 * 1024;

/// Sends a file of a job.
pub async fn file(
    State(app): State<App>,
    person: Person,
    Path((job, name)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let job = person.job(&app, &job).await?;
    send(&app, &job, &name).await
}

/// A file of a job, as an attachment.
///
/// # Errors
/// 404 for any other name, 409 while the job is not done.
pub async fn send(app: &App, job: &Job, name: &str) -> Result<Response, Problem> {
    let download = DOWNLOADS.into_iter().find(|download| download.name == name).ok_or_else(Problem::not_found)?;
    if job.state != JobState::Done {
        return Err(Problem::conflict("The job is not done yet; its files are there when it is."));
    }
    let path = app.job_folder(&job.id).join("output").join(download.name);
    let opened = tokio::task::spawn_blocking(move || {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        Ok((file, length))
    });
    let opened: std::io::Result<(File, u64)> = opened.await.map_err(|cause| Problem::internal(&cause))?;
    let (file, length) = opened.map_err(|cause| match cause.kind() {
        std::io::ErrorKind::NotFound => Problem::not_found(),
        _ => Problem::internal(&cause),
    })?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(download.media_type)),
        (header::CONTENT_LENGTH, HeaderValue::from(length)),
        (header::CONTENT_DISPOSITION, attachment(&format!("{}-{}", job.name, download.name))?),
    ];
    Ok((headers, parts(file)).into_response())
}

/// The header that has a browser keep a file under this name: letters and digits that every system takes, and the name itself beside it.
///
/// # Errors
/// 500, which does not happen: what the header cannot hold is written otherwise.
pub fn attachment(name: &str) -> Result<HeaderValue, Problem> {
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' };
    let safe: String = name.trim_start_matches('.').chars().map(plain).collect();
    let coded = percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC);
    HeaderValue::try_from(format!("attachment; filename=\"{safe}\"; filename*=UTF-8''{coded}"))
        .map_err(|cause| Problem::internal(&cause))
}

/// The bytes of a file, part by part: tables with pictures may be larger than what should lie in memory.
fn parts(file: File) -> Body {
    let parts = stream::unfold(Some(file), async |file| {
        let mut file = file?;
        let part = tokio::task::spawn_blocking(move || {
            let mut part = Vec::new();
            let read = file.by_ref().take(PART_BYTES).read_to_end(&mut part);
            read.map(|_| (part, file))
        });
        match part.await.map_err(std::io::Error::other).flatten() {
            Ok((part, _)) if part.is_empty() => None,
            Ok((part, file)) => Some((Ok(part), Some(file))),
            Err(cause) => Some((Err(cause), None)),
        }
    });
    // Whoever packs them asks once more after the end, which a stream need not stand.
    Body::from_stream(parts.fuse())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_leave_nothing_but_the_name() {
        for (name, safe) in [
            ("Mai 2026-numbers.csv", "Mai_2026-numbers.csv"),
            ("../../x\"\r\nSet-Cookie: a=b-numbers.csv", "_.._x___Set-Cookie__a_b-numbers.csv"),
            ("Größe-numbers.csv", "Gr__e-numbers.csv"),
        ] {
            let header = attachment(name).expect("a header");
            let text = header.to_str().expect("ASCII");
            assert!(text.starts_with(&format!("attachment; filename=\"{safe}\"; filename*=UTF-8''")), "{text}");
            assert_eq!(text.matches('"').count(), 2, "{text}");
        }
    }
}

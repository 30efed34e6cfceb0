//! What a request brings: files and values out, from a form with parts or as plain bytes, each file known by its content.

use axum::body::{Body, to_bytes};
use axum::extract::multipart::{Multipart, MultipartError};
use axum::extract::{FromRequest, Query, Request};
use axum::http::{StatusCode, header};
use scantally::error::Error;
use scantally::scan::Scan;

use crate::web::app::App;
use crate::web::problem::Problem;
use crate::web::reading::ReadOptions;

/// What a file is called that came without a name.
const UNNAMED: &str = "upload";

/// Longer names are cut: file systems and spreadsheets take no longer ones.
const LONGEST_NAME: usize = 150;

/// Parts of a form; more are an attack.
const MOST_PARTS: usize = 2_000;

/// A value of a form is no longer.
const LONGEST_VALUE: usize = 256 * 1024;

/// One file of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// The name that the sender gave it, without folders, fit to be shown.
    pub name: String,
    pub bytes: Vec<u8>,
}

/// What a request brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Received {
    pub files: Vec<Upload>,
    /// Values of the query and of the form, in their order.
    pub values: Vec<(String, String)>,
}

impl Received {
    /// Receives a request: parts of `multipart/form-data` with a file name are files, other parts are values; any other body is one file. The
    /// query adds values; `name` there names a plain body.
    ///
    /// # Errors
    /// 400 if the request is not to be understood, 413 if it is too long.
    pub async fn from(app: &App, request: Request) -> Result<Self, Problem> {
        let query = Query::<Vec<(String, String)>>::try_from_uri(request.uri());
        let Query(values) =
            query.map_err(|_| Problem::bad_request("The values behind ? in the address cannot be understood."))?;
        let mut received = Self { files: Vec::new(), values };
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if kind.starts_with("multipart/form-data") {
            let form = Multipart::from_request(request, app).await;
            received.add_parts(form.map_err(|cause| Problem::bad_request(cause.body_text()))?).await?;
        } else {
            let bytes = plain_body(request.into_body(), app.settings.limits.bytes).await?;
            if !bytes.is_empty() {
                let name = clean_name(received.value("name").unwrap_or(UNNAMED));
                received.files.push(Upload { name, bytes });
            }
        }
        Ok(received)
    }

    /// The first value of a name.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.values.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The values that say how scans are read.
    ///
    /// # Errors
    /// 422 with what is allowed.
    pub fn options(&self) -> Result<ReadOptions, Problem> {
        let mut options = ReadOptions::default();
        for (name, value) in &self.values {
            options.set(name, value)?;
        }
        Ok(options)
    }

    async fn add_parts(&mut self, mut form: Multipart) -> Result<(), Problem> {
        let mut parts = 0;
        while let Some(part) = form.next_field().await.map_err(not_understood)? {
            parts += 1;
            if parts > MOST_PARTS {
                return Err(Problem::bad_request(format!(
                    "A form may have {MOST_PARTS} parts; send fewer files at once."
                )));
            }
            let name = part.name().unwrap_or_default().to_owned();
            match part.file_name().map(clean_name) {
                Some(file_name) => {
                    let bytes = part.bytes().await.map_err(not_understood)?;
                    // Browsers send an empty part where no file was chosen.
                    if !bytes.is_empty() || file_name != UNNAMED {
                        self.files.push(Upload { name: file_name, bytes: bytes.into() });
                    }
                }
                // Programs may leave out the file name.
                None if name == "file" => {
                    let bytes = part.bytes().await.map_err(not_understood)?;
                    self.files.push(Upload { name: UNNAMED.to_owned(), bytes: bytes.into() });
                }
                None => {
                    let bytes = part.bytes().await.map_err(not_understood)?;
                    if bytes.len() > LONGEST_VALUE {
                        return Err(Problem::bad_request(format!("The value of `{}` is too long.", clean_name(&name))));
                    }
                    self.values.push((name, String::from_utf8_lossy(&bytes).into_owned()));
                }
            }
        }
        Ok(())
    }
}

async fn plain_body(body: Body, most_bytes: usize) -> Result<Vec<u8>, Problem> {
    let bytes = to_bytes(body, most_bytes).await;
    bytes.map(Into::into).map_err(|_| {
        Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("One request may bring {most_bytes} bytes; send a smaller scan."),
        )
    })
}

fn not_understood(cause: MultipartError) -> Problem {
    if cause.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "These files are more than the server takes at once; send fewer or smaller ones.",
        );
    }
    Problem::bad_request(format!("The form cannot be understood: {}.", cause.body_text()))
}

/// A file name without folders and control characters.
pub fn clean_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    // Marks that change the direction of writing could show another ending than the name has.
    let is_shown = |c: &char| {
        !c.is_control() && !matches!(c, '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let shown: String = last.chars().filter(is_shown).take(LONGEST_NAME).collect();
    match shown.trim() {
        "" | "." | ".." => UNNAMED.to_owned(),
        name => name.to_owned(),
    }
}

/// Opens an upload; its content decides what it is.
///
/// # Errors
/// 415 if it is no scan, 422 if it is a damaged one, 413 if it is larger than the server reads; with the sentence that `extract` has for it.
pub fn open(upload: &Upload, settings: scantally::scan::Settings) -> Result<Scan, Problem> {
    Scan::from_bytes(&upload.name, upload.bytes.clone(), settings).map_err(|error| problem_of(&error))
}

/// What a failure of the library is to whoever sent the scan.
pub fn problem_of(error: &Error) -> Problem {
    let status = match error {
        Error::NotAScan { .. } => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Error::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        Error::Damaged { .. } | Error::Unreadable { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        other => return Problem::internal(other),
    };
    Problem::new(status, error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_nowhere() {
        for (name, clean) in [
            ("../../etc/passwd", "passwd"),
            ("C:\\scans\\a.png", "a.png"),
            ("a\u{0}b\n.png", "ab.png"),
            ("x\u{202e}gnp.exe", "xgnp.exe"),
            ("..", UNNAMED),
            ("", UNNAMED),
            ("<script>.png", "<script>.png"),
        ] {
            assert_eq!(clean_name(name), clean, "{name}");
        }
        assert_eq!(clean_name(&"x".repeat(1_000)).len(), LONGEST_NAME);
    }

    #[test]
    fn what_is_no_scan_is_refused_with_a_sentence_that_names_it() {
        let upload = Upload { name: "letter.txt".to_owned(), bytes: b"Dear sir".to_vec() };
        let problem = open(&upload, scantally::scan::Settings::default()).expect_err("a text");
        assert_eq!(problem.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
        assert!(problem.detail.starts_with("letter.txt is not a scan"), "{}", problem.detail);
    }
}

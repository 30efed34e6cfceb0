//! What goes wrong with a request: a status and a sentence that a person understands, as a problem document (RFC 9457) for programs and as a
//! page for people.

use std::fmt::Display;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::printer;

/// A problem with a request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct Problem {
    pub status: StatusCode,
    /// One sentence: what is wrong, and what to do.
    pub detail: String,
    /// After how many seconds it is worth to try again.
    pub retry_after_s: Option<u64>,
}

/// What is said where the server itself has failed; the cause is printed, not sent.
const INTERNAL: &str = "The server could not do this; try again, and tell whoever runs it if it happens again.";

impl Problem {
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into(), retry_after_s: None }
    }

    /// 400: the request is not to be understood.
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    /// 422: the request is understood, but a value in it is not right.
    pub fn invalid(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail)
    }

    /// 404, also for what belongs to somebody else.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "There is nothing here; it may have been removed, or belong to somebody else.")
    }

    /// 401.
    pub fn not_logged_in() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "Log in first; programs send an API token as `Authorization: Bearer TOKEN`.",
        )
    }

    /// 403.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, detail)
    }

    /// 409: it does not fit the state that things are in.
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, detail)
    }

    /// 429.
    pub fn too_often(retry_after_s: u64) -> Self {
        let detail = format!("That was too often in a short time; try again in {retry_after_s} seconds.");
        Self { retry_after_s: Some(retry_after_s), ..Self::new(StatusCode::TOO_MANY_REQUESTS, detail) }
    }

    /// 503: as much work as the server takes on is waiting.
    pub fn busy() -> Self {
        let detail = "The server has as much to read as it takes on; try again in a few seconds.";
        Self { retry_after_s: Some(2), ..Self::new(StatusCode::SERVICE_UNAVAILABLE, detail) }
    }

    /// 500; the cause goes to whoever runs the server.
    pub fn internal(cause: &dyn Display) -> Self {
        printer::remark(&format!("a request failed: {cause}"));
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, INTERNAL)
    }
}

/// The body of a problem document.
#[derive(serde::Serialize)]
struct Document<'a> {
    r#type: &'static str,
    title: &'a str,
    status: u16,
    detail: &'a str,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let title = self.status.canonical_reason().unwrap_or("Problem");
        let document = Document { r#type: "about:blank", title, status: self.status.as_u16(), detail: &self.detail };
        let mut response = (self.status, Json(document)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        // For `error_page`, which shows it to people.
        response.extensions_mut().insert(self);
        response
    }
}

//! Requests that somebody else's page has a browser make (cross-site request forgery), and names that lead to this machine only because
//! somebody else's name server says so (DNS rebinding).
//!
//! A request that changes something is taken from the server's own pages, known by the headers that browsers set (`Sec-Fetch-Site`, `Origin`),
//! and with a session it needs the token of that session, too. Programs with an API token bring no cookie and need neither.

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::Response;
use tower_sessions::Session;

use crate::web::access::{bearer_token, has_cookie};
use crate::web::app::App;
use crate::web::problem::Problem;
use crate::web::security::secret;

/// Where the token is kept in the session, and what the field of a form is called that brings it.
pub const TOKEN_KEY: &str = "csrf";

/// The header that brings it where scripts make the request.
pub const TOKEN_HEADER: &str = "x-csrf-token";

/// Forms have no more bytes.
pub const MOST_FORM_BYTES: usize = 256 * 1024;

const FORM_TYPE: &str = "application/x-www-form-urlencoded";

/// The token of a session, made where it has none.
pub async fn token_of(session: &Session) -> Result<String, Problem> {
    let failed = |cause: tower_sessions::session::Error| Problem::internal(&cause);
    if let Some(token) = session.get::<String>(TOKEN_KEY).await.map_err(failed)? {
        return Ok(token);
    }
    let token = secret::random();
    session.insert(TOKEN_KEY, &token).await.map_err(failed)?;
    Ok(token)
}

/// Lets through what the server's own pages and programs ask for.
pub async fn check(State(app): State<App>, request: Request, next: Next) -> Result<Response, Problem> {
    if !is_own_host(&app, request.headers()) {
        return Err(Problem::new(
            axum::http::StatusCode::MISDIRECTED_REQUEST,
            "This server has no such name; open it by the address that it printed when it was started.",
        ));
    }
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return Ok(next.run(request).await);
    }
    if is_from_elsewhere(request.headers()) {
        return Err(Problem::forbidden("This was sent by a page of another site, and was not carried out."));
    }
    if bearer_token(request.headers()).is_some() || !has_cookie(request.headers()) {
        return Ok(next.run(request).await);
    }
    let request = check_token(request).await?;
    Ok(next.run(request).await)
}

/// Without accounts, whoever reaches the server may do everything: it answers to names of this machine alone.
fn is_own_host(app: &App, headers: &HeaderMap) -> bool {
    if app.settings.accounts {
        return true;
    }
    let Some(host) = headers.get(header::HOST).and_then(|host| host.to_str().ok()) else { return true };
    let name =
        host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|c| c.is_ascii_digit())).map_or(host, |it| it.0);
    let public = app.settings.public_url.as_deref().and_then(|url| url.split_once("://")).map(|(_, host)| host);
    matches!(name, "localhost" | "127.0.0.1" | "[::1]") || name.starts_with("127.") || public == Some(host)
}

/// Whether the headers say that another site's page made the browser send it.
fn is_from_elsewhere(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match text("sec-fetch-site") {
        Some(site) => !matches!(site, "same-origin" | "none"),
        None => text("origin").is_some_and(|origin| {
            let host = origin.split_once("://").map(|(_, host)| host);
            host.is_none() || host != text("host")
        }),
    }
}

/// Compares the token that a request brings with that of its session.
async fn check_token(request: Request) -> Result<Request, Problem> {
    let stale =
        || Problem::forbidden("This page is too old, or you have logged out meanwhile; load it again and repeat.");
    let session = request.extensions().get::<Session>().cloned().ok_or_else(stale)?;
    let expected = session.get::<String>(TOKEN_KEY).await.map_err(|cause| Problem::internal(&cause))?;
    let expected = expected.ok_or_else(stale)?;
    let brought = request.headers().get(TOKEN_HEADER).and_then(|token| token.to_str().ok());
    if let Some(brought) = brought {
        return if secret::are_equal(brought, &expected) { Ok(request) } else { Err(stale()) };
    }
    let is_form = request
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(FORM_TYPE.as_bytes()));
    if !is_form {
        return Err(stale());
    }
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, MOST_FORM_BYTES).await.map_err(|_| Problem::bad_request("The form is too long."))?;
    let brought = form_value(&bytes, TOKEN_KEY).ok_or_else(stale)?;
    if !secret::are_equal(&brought, &expected) {
        return Err(stale());
    }
    Ok(Request::from_parts(parts, Body::from(bytes)))
}

/// The value of a field of a form.
fn form_value(bytes: &[u8], name: &str) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?;
    let pair = text.split('&').filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name)?;
    percent_encoding::percent_decode_str(pair.1).decode_utf8().ok().map(Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().expect("a name"), value.parse().expect("a value"))).collect()
    }

    #[test]
    fn pages_of_other_sites_are_told_by_what_browsers_send() {
        for (pairs, is_elsewhere) in [
            (&[("host", "a:1")][..], false),
            (&[("host", "a:1"), ("origin", "http://a:1")], false),
            (&[("host", "a:1"), ("origin", "http://b:1")], true),
            (&[("host", "a:1"), ("origin", "http://a:2")], true),
            (&[("host", "a:1"), ("origin", "null")], true),
            (&[("sec-fetch-site", "cross-site")], true),
            (&[("sec-fetch-site", "same-site")], true),
            (&[("sec-fetch-site", "same-origin"), ("origin", "http://a"), ("host", "b")], false),
        ] {
            assert_eq!(is_from_elsewhere(&headers(pairs)), is_elsewhere, "{pairs:?}");
        }
    }

    #[test]
    fn the_token_is_a_field_of_the_form() {
        assert_eq!(form_value(b"a=1&csrf=x%20y", "csrf").as_deref(), Some("x y"));
        assert_eq!(form_value(b"acsrf=1", "csrf"), None);
    }
}

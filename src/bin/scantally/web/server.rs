//! The server: puts routes and what stands in front of them together, listens, and ends when it is told to.

use anyhow::Context;
use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use tokio::net::TcpListener;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use tower_sessions::cookie::SameSite;
use tower_sessions::{Expiry, SessionManagerLayer};

use crate::printer;
use crate::web::app::{App, Shared};
use crate::web::problem::Problem;
use crate::web::routes::RouteTable;
use crate::web::security::{guard, headers};
use crate::web::settings::Settings;
use crate::web::store::sessions::Sessions;
use crate::web::{housekeeping, page};

/// So long after logging in a browser has to do it again.
const SESSION_IDLE: time::Duration = time::Duration::days(7);

/// Threads that answer requests; reading has threads of its own, and database work goes to a pool.
const ANSWERING_THREADS: usize = 2;

/// Serves until ctrl-C or a polite kill; requests under way are answered, jobs under way go on with the next start.
pub fn serve(settings: Settings) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(ANSWERING_THREADS)
        .enable_all()
        .build()
        .context("the system gives no threads")?;
    runtime.block_on(listen(settings))
}

async fn listen(settings: Settings) -> anyhow::Result<()> {
    let bind = settings.bind;
    let listener = TcpListener::bind(bind)
        .await
        .with_context(|| format!("{bind} cannot be listened on; choose another address or port with --bind"))?;
    let address = listener.local_addr().context("the address it listens on is not known")?;
    let app = Shared::open(Settings { bind: address, ..settings })?;
    crate::commands::signal::quiet_worker_panics(app.settings.verbose);
    app.runner.start(&app)?;
    housekeeping::start(&app);
    announce(&app);
    let service = router(&app).into_make_service_with_connect_info::<std::net::SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(stop_requested(app)).await?;
    Ok(())
}

fn announce(app: &App) {
    let settings = &app.settings;
    printer::lines(&format!("scantally is at {}/ (ctrl-C ends it)", settings.own_url()));
    if settings.accounts && settings.public_url.is_none() && settings.bind.ip().is_unspecified() {
        printer::remark(
            "links in mails would lead nowhere; name the address that people type in with --public-url http://NAME:PORT",
        );
    }
    if settings.accounts && !settings.is_secure() && !settings.bind.ip().is_loopback() {
        printer::remark(
            "passwords travel unencrypted; put a server that speaks https in front, and name its address with --public-url https://...",
        );
    }
}

/// All routes with what stands in front of them.
pub fn router(app: &App) -> Router {
    let sessions = SessionManagerLayer::new(Sessions(app.store.clone()))
        .with_name(if app.settings.is_secure() { "__Host-scantally" } else { "scantally" })
        .with_secure(app.settings.is_secure())
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_expiry(Expiry::OnInactivity(SESSION_IDLE));
    RouteTable::of(app)
        .into_router()
        .fallback(async || Problem::not_found())
        .method_not_allowed_fallback(async || {
            Problem::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "This address does not take this kind of request; /api/openapi.json lists what it takes.",
            )
        })
        .layer(from_fn_with_state(app.clone(), guard::check))
        .layer(sessions)
        .layer(from_fn(tidy_errors))
        .layer(from_fn(page::show_problems))
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| {
            axum::response::IntoResponse::into_response(Problem::internal(&"a handler panicked"))
        }))
        .layer(CompressionLayer::new().compress_when(not_pages()))
        .layer(from_fn_with_state(app.clone(), headers::add))
        .layer(from_fn_with_state(app.clone(), measure))
        .with_state(app.clone())
}

/// Pages hold the token of their session, and the length of what is compressed tells of what is in it (BREACH): they go as they are.
fn not_pages() -> impl Predicate {
    DefaultPredicate::new().and(NotForContentType::const_new("text/html"))
}

/// Errors that the framework answers by itself, such as a body that is too long, get the form of all others.
async fn tidy_errors(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let status = response.status();
    // Pages that show what is wrong beside their form are as they should be.
    let kind = response.headers().get(axum::http::header::CONTENT_TYPE);
    let is_page = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    let is_tidy = is_page || response.extensions().get::<Problem>().is_some();
    if is_tidy || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let (parts, body) = response.into_parts();
    let text = axum::body::to_bytes(body, 4096).await.unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let detail = match status {
        StatusCode::PAYLOAD_TOO_LARGE => "This is more than the server takes at once; send fewer or smaller files.",
        _ if status.is_server_error() => return axum::response::IntoResponse::into_response(Problem::internal(&text)),
        _ if text.trim().is_empty() => status.canonical_reason().unwrap_or("The request cannot be carried out."),
        _ => text.trim(),
    };
    let mut tidy = axum::response::IntoResponse::into_response(Problem::new(status, detail));
    if let Some(allow) = parts.headers.get(axum::http::header::ALLOW) {
        tidy.headers_mut().insert(axum::http::header::ALLOW, allow.clone());
    }
    tidy
}

/// Counts each request and prints it where that was asked for: by its route, since addresses may hold the secret of a mailed link.
async fn measure(State(app): State<App>, request: Request, next: Next) -> Response {
    let begun = std::time::Instant::now();
    let (method, path) = (request.method().clone(), printed_path(&request));
    let response = next.run(request).await;
    let seconds = begun.elapsed().as_secs_f64();
    app.metrics.note_request(response.status(), seconds);
    if app.settings.verbose {
        printer::remark(&format!("{method} {path} {} {:.0} ms", response.status().as_u16(), seconds * 1e3));
    }
    response
}

/// The path of a request as it is printed: `/confirm/{link}`, never what stands for `{link}`.
fn printed_path(request: &Request) -> String {
    let route = request.extensions().get::<MatchedPath>();
    route.map_or_else(|| "(no such address)".to_owned(), |route| route.as_str().to_owned())
}

/// Waits for ctrl-C, or for SIGTERM where the system has it; a server with nothing to answer then ends at once.
async fn stop_requested(app: App) {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        let terminated = async {
            match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
                Ok(mut signal) => {
                    signal.recv().await;
                }
                Err(_) => std::future::pending().await,
            }
        };
        futures_util::pin_mut!(interrupted, terminated);
        futures_util::future::select(interrupted, terminated).await;
    }
    #[cfg(not(unix))]
    let _ = interrupted.await;
    app.runner.stop();
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Request;
    use axum::routing::get;
    use tower::ServiceExt;

    use super::*;

    #[tokio::test]
    async fn secrets_in_addresses_are_not_printed() {
        let printed = async |path: &str| {
            let tell = |request: axum::extract::Request, _: Next| async move {
                axum::response::IntoResponse::into_response(printed_path(&request))
            };
            let router = Router::new().route("/confirm/{link}", get(async || ())).fallback(async || ());
            let request = Request::builder().uri(path).body(Body::empty()).expect("a request");
            let answer = router.layer(from_fn(tell)).oneshot(request).await.expect("an answer");
            axum::body::to_bytes(answer.into_body(), 100).await.expect("a body")
        };
        assert_eq!(printed("/confirm/secret?next=secret").await, "/confirm/{link}");
        assert_eq!(printed("/confirm/secret/more").await, "(no such address)");
    }
}

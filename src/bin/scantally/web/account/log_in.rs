//! Logging in and out: address and password in, a session out. Whether an address has an account, has another password or was not confirmed
//! makes no difference to the answer or to the work.

use askama::Template;
use axum::Form;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use tower_sessions::Session;

use super::{Button, Machine, WithAccounts};
use crate::web::access::Access;
use crate::web::app::App;
use crate::web::page::{Visitor, render};
use crate::web::problem::Problem;
use crate::web::routes::RouteTable;
use crate::web::store::sessions::USER_KEY;
use crate::web::store::users::{self, Role, User};

/// The routes.
pub fn routes(table: RouteTable) -> RouteTable {
    table.get("/login", Access::Public, show).post("/login", Access::Public, log_in).post(
        "/logout",
        Access::Public,
        log_out,
    )
}

#[derive(Template)]
#[template(path = "login.html", config = "src/bin/scantally/web/askama.toml")]
struct LogInPage {
    visitor: Visitor,
    email: String,
    /// Where to go then.
    next: String,
    notice: Option<&'static str>,
    problem: Option<&'static str>,
    providers: Vec<Button>,
}

#[derive(serde::Deserialize)]
struct Asked {
    #[serde(default)]
    next: String,
    /// What was done before, and led here.
    #[serde(default)]
    done: String,
}

#[derive(serde::Deserialize)]
struct LogIn {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

async fn show(
    WithAccounts(app): WithAccounts,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    if visitor.person.is_some() {
        return Ok(Redirect::to(local_path(&asked.next)).into_response());
    }
    let notice = match asked.done.as_str() {
        "confirmed" => Some("Your address is confirmed. Log in now."),
        "password" => Some("Your new password is set. Log in with it."),
        "deleted" => Some("Your account and all that belonged to it are deleted."),
        _ => None,
    };
    let next = local_path(&asked.next).to_owned();
    let providers = app.accounts.buttons(&next);
    let page = LogInPage { visitor, email: String::new(), next, notice, problem: None, providers };
    Ok(render(&page)?.into_response())
}

async fn log_in(
    WithAccounts(app): WithAccounts,
    visitor: Visitor,
    session: Session,
    Machine(machine): Machine,
    Form(typed): Form<LogIn>,
) -> Result<Response, Problem> {
    let email = typed.email.trim().to_lowercase();
    app.limits.log_in(&email, machine)?;
    let user = app.store.with(move |db| users::by_email(db, &email)).await?.filter(|user| user.is_confirmed);
    let kept = user.as_ref().and_then(|user| user.password_hash.clone());
    let is_right = app.accounts.passwords.is_right(typed.password, kept).await?;
    let next = local_path(&typed.next).to_owned();
    let Some(user) = user.filter(|_| is_right) else {
        let problem = "The address or the password is not right, or the address was not confirmed yet.";
        let providers = app.accounts.buttons(&next);
        let page = LogInPage { visitor, email: typed.email, next, notice: None, problem: Some(problem), providers };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)?).into_response());
    };
    begin(&app, &session, &user).await?;
    Ok(Redirect::to(&next).into_response())
}

/// Begins a session of somebody, under a new name and with nothing of what was before.
pub async fn begin(app: &App, session: &Session, user: &User) -> Result<(), Problem> {
    if user.role != Role::Admin && app.settings.admins.contains(&user.email) {
        let id = user.id;
        app.store.with(move |db| users::set_role(db, id, Role::Admin)).await?;
    }
    let failed = |cause: tower_sessions::session::Error| Problem::internal(&cause);
    session.clear().await;
    session.cycle_id().await.map_err(failed)?;
    session.insert(USER_KEY, user.id).await.map_err(failed)
}

async fn log_out(session: Session) -> Result<Redirect, Problem> {
    session.flush().await.map_err(|cause| Problem::internal(&cause))?;
    Ok(Redirect::to("/"))
}

/// An address of this server that somebody wants to go on to; whatever could lead elsewhere leads to the start.
pub fn local_path(next: &str) -> &str {
    // Browsers take `\` for `/`, and `//host` for another server; they leave out tabs and line breaks.
    let is_local = next.starts_with('/')
        && !next.starts_with("//")
        && next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if is_local { next } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_to_other_sites() {
        for path in ["/", "/batches?page=2#top", "/a//b"] {
            assert_eq!(local_path(path), path);
        }
        for path in [
            "",
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            " //evil.example",
            "javascript:alert(1)",
            "/\r\nSet-Cookie: a=b",
            "evil.example",
        ] {
            assert_eq!(local_path(path), "/", "{path:?}");
        }
    }
}

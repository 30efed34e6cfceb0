//! Forgotten passwords: an address in, a mail with a link out, by which a new password is set once.

use askama::Template;
use axum::Form;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use rusqlite::TransactionBehavior;

use super::register::used_link;
use super::{Machine, WithAccounts, address, afterwards, letters, message, password};
use crate::web::access::Access;
use crate::web::app::App;
use crate::web::page::{Visitor, render};
use crate::web::problem::Problem;
use crate::web::routes::RouteTable;
use crate::web::store::links::{self, Purpose};
use crate::web::store::users::User;
use crate::web::store::{sessions, users};

/// The routes.
pub fn routes(table: RouteTable) -> RouteTable {
    table
        .get("/forgotten", Access::Public, show)
        .post("/forgotten", Access::Public, forgotten)
        .get("/reset/{link}", Access::Public, show_reset)
        .post("/reset/{link}", Access::Public, reset)
}

#[derive(Template)]
#[template(path = "forgotten.html", config = "src/bin/scantally/web/askama.toml")]
struct ForgottenPage {
    visitor: Visitor,
    email: String,
    problem: Option<&'static str>,
}

#[derive(serde::Deserialize)]
struct Forgotten {
    #[serde(default)]
    email: String,
}

async fn show(_: WithAccounts, visitor: Visitor) -> Result<impl IntoResponse, Problem> {
    render(&ForgottenPage { visitor, email: String::new(), problem: None })
}

async fn forgotten(
    WithAccounts(app): WithAccounts,
    visitor: Visitor,
    Machine(machine): Machine,
    Form(typed): Form<Forgotten>,
) -> Result<Response, Problem> {
    let email = match address::parse(&typed.email) {
        Ok(email) => email,
        Err(problem) => {
            let page = ForgottenPage { visitor, email: typed.email, problem: Some(problem) };
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)?).into_response());
        }
    };
    app.limits.mail(&email, machine)?;
    afterwards(send_link(app, email));
    let text = "If this address has an account, we have sent it a mail. Open the link in it within one hour \
                and choose a new password.";
    Ok(message::page(visitor, "Look into your mail", text)?.into_response())
}

async fn send_link(app: App, email: String) -> Result<(), Problem> {
    let address = email.clone();
    let link = app.store.with(move |db| match users::by_email(db, &address)? {
        Some(user) if user.is_confirmed => links::create(db, user.id, Purpose::Reset, None).map(Some),
        _ => Ok(None),
    });
    if let Some(link) = link.await? {
        app.accounts.mailer.send(letters::reset(&app.settings.own_url(), &email, &link));
    }
    Ok(())
}

#[derive(Template)]
#[template(path = "reset.html", config = "src/bin/scantally/web/askama.toml")]
struct ResetPage {
    visitor: Visitor,
    /// For programs that keep passwords.
    email: String,
    problem: Option<&'static str>,
}

#[derive(serde::Deserialize)]
struct NewPassword {
    #[serde(default)]
    password: String,
    #[serde(default)]
    password_again: String,
}

/// Whose password a link sets.
async fn owner(app: &App, link: &str) -> Result<User, Problem> {
    let link = link.to_owned();
    let found = app.store.with(move |db| match links::look(db, Purpose::Reset, &link)? {
        Some(link) => users::by_id(db, link.user_id),
        None => Ok(None),
    });
    found.await?.ok_or_else(used_link)
}

async fn show_reset(
    WithAccounts(app): WithAccounts,
    visitor: Visitor,
    Path(link): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    let user = owner(&app, &link).await?;
    render(&ResetPage { visitor, email: user.email, problem: None })
}

async fn reset(
    WithAccounts(app): WithAccounts,
    visitor: Visitor,
    Path(link): Path<String>,
    Form(typed): Form<NewPassword>,
) -> Result<Response, Problem> {
    let user = owner(&app, &link).await?;
    if let Err(problem) = password::check_new(&typed.password, &typed.password_again, &user.email) {
        let page = ResetPage { visitor, email: user.email, problem: Some(problem) };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)?).into_response());
    }
    let password_hash = app.accounts.passwords.hash(typed.password).await?;
    let is_set = app.store.with(move |db| {
        let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let Some(link) = links::take(&transaction, Purpose::Reset, &link)? else { return Ok(false) };
        users::set_password(&transaction, link.user_id, &password_hash)?;
        sessions::end_all(&transaction, link.user_id)?;
        transaction.commit()?;
        Ok(true)
    });
    if !is_set.await? {
        return Err(used_link());
    }
    app.accounts.mailer.send(letters::changed(&app.settings.own_url(), &user.email));
    Ok(Redirect::to("/login?done=password").into_response())
}

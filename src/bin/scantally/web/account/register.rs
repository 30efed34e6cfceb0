//! Registering: an address and a password in, a mail with a link out; the link confirms that the address is one's own.

use askama::Template;
use axum::Form;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use rusqlite::TransactionBehavior;

use super::{Button, Machine, WithAccounts, address, afterwards, letters, message, password};
use crate::web::access::Access;
use crate::web::app::App;
use crate::web::page::{Visitor, render};
use crate::web::problem::Problem;
use crate::web::routes::RouteTable;
use crate::web::store::links::{self, Purpose};
use crate::web::store::users::{self, Role};

/// The routes.
pub fn routes(table: RouteTable) -> RouteTable {
    table
        .get("/register", Access::Public, show)
        .post("/register", Access::Public, register)
        .get("/confirm/{link}", Access::Public, show_confirm)
        .post("/confirm/{link}", Access::Public, confirm)
}

#[derive(Template)]
#[template(path = "register.html", config = "src/bin/scantally/web/askama.toml")]
struct RegisterPage {
    visitor: Visitor,
    email: String,
    problem: Option<&'static str>,
    providers: Vec<Button>,
}

#[derive(serde::Deserialize)]
struct Registration {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    password_again: String,
}

async fn show(WithAccounts(app): WithAccounts, visitor: Visitor) -> Result<impl IntoResponse, Problem> {
    render(&RegisterPage { visitor, email: String::new(), problem: None, providers: app.accounts.buttons("/") })
}

async fn register(
    WithAccounts(app): WithAccounts,
    visitor: Visitor,
    Machine(machine): Machine,
    Form(typed): Form<Registration>,
) -> Result<Response, Problem> {
    let checked = address::parse(&typed.email).and_then(|email| {
        password::check_new(&typed.password, &typed.password_again, &email)?;
        Ok(email)
    });
    let email = match checked {
        Ok(email) => email,
        Err(problem) => {
            let providers = app.accounts.buttons("/");
            let page = RegisterPage { visitor, email: typed.email, problem: Some(problem), providers };
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)?).into_response());
        }
    };
    app.limits.mail(&email, machine)?;
    let password_hash = app.accounts.passwords.hash(typed.password).await?;
    afterwards(send_link(app, email, password_hash));
    let text = "We have sent you a mail. Open the link in it within 24 hours, then you can log in. \
                Nothing there? Look into the spam folder, or register again.";
    Ok(message::page(visitor, "Look into your mail", text)?.into_response())
}

/// Makes the account where there is none, and mails the link; an account that is in use is told that somebody tried.
async fn send_link(app: App, email: String, password_hash: String) -> Result<(), Problem> {
    let address = email.clone();
    let link = app.store.with(move |db| {
        let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let id = match users::by_email(&transaction, &address)? {
            Some(user) if user.is_confirmed => return Ok(None),
            Some(user) => user.id,
            None => users::create(&transaction, &address, None, Role::Reviewer)?,
        };
        let link = links::create(&transaction, id, Purpose::Confirm, Some(&password_hash))?;
        transaction.commit()?;
        Ok(Some(link))
    });
    let own_url = app.settings.own_url();
    app.accounts.mailer.send(match link.await? {
        Some(link) => letters::confirm(&own_url, &email, &link),
        None => letters::known(&own_url, &email),
    });
    Ok(())
}

#[derive(Template)]
#[template(path = "confirm.html", config = "src/bin/scantally/web/askama.toml")]
struct ConfirmPage {
    visitor: Visitor,
}

/// What is said of a link that leads to nothing.
pub fn used_link() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "This link has been used already, or is too old; ask for a new mail where you log in.",
    )
}

/// Programs that look into mails open links; so that they do not use them up, a button does.
async fn show_confirm(
    WithAccounts(app): WithAccounts,
    visitor: Visitor,
    Path(link): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    let found = app.store.with(move |db| links::look(db, Purpose::Confirm, &link)).await?;
    found.ok_or_else(used_link)?;
    render(&ConfirmPage { visitor })
}

async fn confirm(WithAccounts(app): WithAccounts, Path(link): Path<String>) -> Result<Redirect, Problem> {
    let admins = app.settings.admins.clone();
    let is_confirmed = app.store.with(move |db| {
        let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let Some(link) = links::take(&transaction, Purpose::Confirm, &link)? else { return Ok(false) };
        users::confirm(&transaction, link.user_id, link.password_hash.as_deref(), &admins)?;
        transaction.commit()?;
        Ok(true)
    });
    if is_confirmed.await? { Ok(Redirect::to("/login?done=confirmed")) } else { Err(used_link()) }
}

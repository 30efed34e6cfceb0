//! One's own account: address, password, tokens for programs, deletion.

use askama::Template;
use axum::Form;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use rusqlite::TransactionBehavior;
use time::OffsetDateTime;
use tower_sessions::Session;

use super::{Machine, WithAccounts, letters, log_in, password};
use crate::web::access::{Access, Person};
use crate::web::app::App;
use crate::web::jobs::intake;
use crate::web::page::{Visitor, render};
use crate::web::problem::Problem;
use crate::web::routes::RouteTable;
use crate::web::store::links::{self, Purpose};
use crate::web::store::users::{self, Role, User};
use crate::web::store::{identities, jobs, sessions, templates, tokens};

const OWNERS: Access = Access::From(Role::Reader);

/// The routes.
pub fn routes(table: RouteTable) -> RouteTable {
    table
        .get("/account", OWNERS, show)
        .post("/account/password", OWNERS, change_password)
        .post("/account/tokens", OWNERS, make_token)
        .post("/account/tokens/{token}/revoke", OWNERS, revoke_token)
        .post("/account/delete", OWNERS, delete)
}

#[derive(Template)]
#[template(path = "account.html", config = "src/bin/scantally/web/askama.toml")]
struct AccountPage {
    visitor: Visitor,
    role: &'static str,
    has_password: bool,
    /// With which providers they sign in, for people.
    providers: Vec<String>,
    tokens: Vec<TokenLine>,
    told: Told,
}

/// What the page says of what was just done.
#[derive(Default)]
struct Told {
    /// The secret of a token that was just made; it is shown this once.
    token: String,
    password_problem: &'static str,
    token_problem: &'static str,
    delete_problem: &'static str,
}

struct TokenLine {
    id: String,
    name: String,
    made: String,
    used: String,
}

/// The day of a time in seconds since 1970, as 2026-11-28, in UTC.
pub fn day(seconds: i64) -> String {
    OffsetDateTime::from_unix_timestamp(seconds).map_or_else(|_| String::new(), |time| time.date().to_string())
}

async fn page(app: &App, visitor: Visitor, person: &Person, told: Told) -> Result<Response, Problem> {
    let id = person.id;
    let (user, providers, tokens) = app
        .store
        .with(move |db| Ok((users::by_id(db, id)?, identities::providers(db, id)?, tokens::of(db, id)?)))
        .await?;
    let is_refused = [told.password_problem, told.token_problem, told.delete_problem].iter().any(|it| !it.is_empty());
    let status = if is_refused { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let shown = AccountPage {
        visitor,
        role: person.role.name(),
        has_password: user.is_some_and(|user| user.password_hash.is_some()),
        providers: providers.iter().map(|name| super::providers::title(name)).collect(),
        tokens: tokens
            .into_iter()
            .map(|token| TokenLine {
                id: token.id,
                name: token.name,
                made: day(token.created_at),
                used: token.last_used_at.map_or_else(|| "never".to_owned(), day),
            })
            .collect(),
        told,
    };
    Ok((status, render(&shown)?).into_response())
}

async fn show(WithAccounts(app): WithAccounts, person: Person, visitor: Visitor) -> Result<Response, Problem> {
    page(&app, visitor, &person, Told::default()).await
}

/// The account of somebody who asks.
async fn account(app: &App, person: &Person) -> Result<User, Problem> {
    let id = person.id;
    app.store.with(move |db| users::by_id(db, id)).await?.ok_or_else(Problem::not_found)
}

#[derive(serde::Deserialize)]
struct PasswordChange {
    #[serde(default)]
    current: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    password_again: String,
}

async fn change_password(
    WithAccounts(app): WithAccounts,
    person: Person,
    visitor: Visitor,
    session: Session,
    Machine(machine): Machine,
    Form(typed): Form<PasswordChange>,
) -> Result<Response, Problem> {
    app.limits.log_in(&person.email, machine)?;
    let user = account(&app, &person).await?;
    let refused = |password_problem| Told { password_problem, ..Told::default() };
    if let Err(problem) = password::check_new(&typed.password, &typed.password_again, &user.email) {
        return page(&app, visitor, &person, refused(problem)).await;
    }
    if !app.accounts.passwords.is_right(typed.current, user.password_hash.clone()).await? {
        return page(&app, visitor, &person, refused("The current password is not right.")).await;
    }
    let password_hash = app.accounts.passwords.hash(typed.password).await?;
    app.store
        .with(move |db| {
            let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
            users::set_password(&transaction, person.id, &password_hash)?;
            sessions::end_all(&transaction, person.id)?;
            links::forget(&transaction, person.id, Purpose::Reset)?;
            transaction.commit()
        })
        .await?;
    log_in::begin(&app, &session, &user).await?;
    app.accounts.mailer.send(letters::changed(&app.settings.own_url(), &user.email));
    Ok(Redirect::to("/account").into_response())
}

#[derive(serde::Deserialize)]
struct NewToken {
    #[serde(default)]
    name: String,
}

/// Names of tokens are for their owner alone.
const LONGEST_NAME: usize = 100;

/// The name of a new token.
///
/// # Errors
/// A sentence for whoever chose it.
pub fn token_name(typed: &str) -> Result<String, &'static str> {
    let name = typed.trim();
    if name.is_empty() {
        return Err("Give the token a name, such as the program that uses it.");
    }
    if name.chars().count() > LONGEST_NAME || name.contains(char::is_control) {
        return Err("The name of the token is too long; take at most 100 characters.");
    }
    Ok(name.to_owned())
}

/// What is said to whoever has as many tokens as they may have.
pub const TOO_MANY_TOKENS: &str = "You have 50 tokens, and that is the most; revoke some that are not used first.";

async fn make_token(
    WithAccounts(app): WithAccounts,
    person: Person,
    visitor: Visitor,
    Form(typed): Form<NewToken>,
) -> Result<Response, Problem> {
    let refused = |token_problem| Told { token_problem, ..Told::default() };
    let (name, user_id) = match token_name(&typed.name) {
        Ok(name) => (name, person.id),
        Err(problem) => return page(&app, visitor, &person, refused(problem)).await,
    };
    let told = match app.store.with(move |db| tokens::create(db, user_id, &name)).await? {
        Some((_, token)) => Told { token, ..Told::default() },
        None => refused(TOO_MANY_TOKENS),
    };
    page(&app, visitor, &person, told).await
}

async fn revoke_token(
    WithAccounts(app): WithAccounts,
    person: Person,
    Path(token): Path<String>,
) -> Result<Redirect, Problem> {
    let was_theirs = app.store.with(move |db| tokens::revoke(db, person.id, &token)).await?;
    if was_theirs { Ok(Redirect::to("/account")) } else { Err(Problem::not_found()) }
}

#[derive(serde::Deserialize)]
struct Deletion {
    #[serde(default)]
    password: String,
    #[serde(default)]
    email: String,
}

/// Deletes an account with all that belongs to it. The password shows that it is its owner; who signs in elsewhere types the address.
async fn delete(
    WithAccounts(app): WithAccounts,
    person: Person,
    visitor: Visitor,
    session: Session,
    Machine(machine): Machine,
    Form(typed): Form<Deletion>,
) -> Result<Response, Problem> {
    app.limits.log_in(&person.email, machine)?;
    let user = account(&app, &person).await?;
    let refused = |delete_problem| Told { delete_problem, ..Told::default() };
    let is_owner = match user.password_hash {
        Some(kept) => app.accounts.passwords.is_right(typed.password, Some(kept)).await?,
        None => typed.email.trim().to_lowercase() == user.email,
    };
    if !is_owner {
        let problem = "This is not right, so nothing was deleted.";
        return page(&app, visitor, &person, refused(problem)).await;
    }
    if app.store.with(move |db| Ok(users::is_last_admin(db, person.id)? && users::all(db)?.len() > 1)).await? {
        let problem = "You are the only administrator. Give somebody else that role first, on the page People.";
        return page(&app, visitor, &person, refused(problem)).await;
    }
    remove_all(&app, person.id).await?;
    session.flush().await.map_err(|cause| Problem::internal(&cause))?;
    Ok(Redirect::to("/login?done=deleted").into_response())
}

/// Removes what belongs to somebody: jobs with their folders first, the account last.
async fn remove_all(app: &App, user_id: i64) -> Result<(), Problem> {
    let visible = app.store.with(move |db| jobs::visible_to(db, user_id, u32::MAX, 0)).await?;
    for job in visible.iter().filter(|job| job.owner_id == user_id) {
        intake::delete(app, job).await?;
    }
    app.store
        .with(move |db| {
            let visible = templates::visible_to(db, user_id)?;
            for template in visible.iter().filter(|template| template.owner_id == user_id) {
                templates::delete(db, &template.id)?;
            }
            users::delete(db, user_id).map(drop)
        })
        .await
}

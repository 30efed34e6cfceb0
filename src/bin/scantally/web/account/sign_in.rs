//! The way through a provider: off to it with what to remember in the session, back with a code, and into the account that the person has.

use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Redirect;
use rusqlite::{Connection, TransactionBehavior};
use tower_sessions::Session;

use super::log_in::{begin, local_path};
use super::openid::{Identity, Pending};
use super::{Machine, WithAccounts, address};
use crate::web::access::Access;
use crate::web::problem::Problem;
use crate::web::routes::RouteTable;
use crate::web::security::secret;
use crate::web::store::identities;
use crate::web::store::links::{self, Purpose};
use crate::web::store::users::{self, Role, User};

/// The routes.
pub fn routes(table: RouteTable) -> RouteTable {
    table.get("/login/with/{provider}", Access::Public, leave).get(
        "/login/with/{provider}/back",
        Access::Public,
        come_back,
    )
}

/// Where the session keeps what has to be remembered.
const PENDING_KEY: &str = "sign-in";

#[derive(serde::Deserialize)]
struct Asked {
    #[serde(default)]
    next: String,
}

#[derive(serde::Deserialize)]
struct Brought {
    #[serde(default)]
    state: String,
    #[serde(default)]
    code: String,
}

/// Work that waits for the network, off the threads that answer requests.
async fn waiting<T: Send + 'static>(work: impl FnOnce() -> Result<T, Problem> + Send + 'static) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(|cause| Problem::internal(&cause))?
}

async fn leave(
    WithAccounts(app): WithAccounts,
    Path(name): Path<String>,
    session: Session,
    Machine(machine): Machine,
    Query(asked): Query<Asked>,
) -> Result<Redirect, Problem> {
    let provider = app.accounts.provider(&name)?;
    app.limits.log_in_from(machine)?;
    let (own_url, next) = (app.settings.own_url(), local_path(&asked.next).to_owned());
    let (url, pending) = waiting(move || provider.begin(&own_url, &next)).await?;
    session.insert(PENDING_KEY, pending).await.map_err(|cause| Problem::internal(&cause))?;
    Ok(Redirect::to(&url))
}

async fn come_back(
    WithAccounts(app): WithAccounts,
    Path(name): Path<String>,
    session: Session,
    Machine(machine): Machine,
    Query(brought): Query<Brought>,
) -> Result<Redirect, Problem> {
    let provider = app.accounts.provider(&name)?;
    app.limits.log_in_from(machine)?;
    let pending = session.remove::<Pending>(PENDING_KEY).await.map_err(|cause| Problem::internal(&cause))?;
    let is_expected = |pending: &Pending| pending.provider == name && secret::are_equal(&pending.state, &brought.state);
    let pending = pending.filter(is_expected).ok_or_else(|| {
        Problem::forbidden("This sign-in was not begun here, or is over; begin again where you log in.")
    })?;
    if brought.code.is_empty() {
        return Ok(Redirect::to("/login"));
    }
    let (own_url, next) = (app.settings.own_url(), pending.next.clone());
    let identity = waiting(move || provider.finish(&own_url, pending, brought.code)).await?;
    let admins = app.settings.admins.clone();
    let user = app.store.with(move |db| account(db, &name, &identity, &admins)).await?;
    let user = user.ok_or_else(|| {
        Problem::new(
            StatusCode::FORBIDDEN,
            "The provider has not checked your e-mail address. Confirm it there first, or register here with a password.",
        )
    })?;
    begin(&app, &session, &user).await?;
    Ok(Redirect::to(local_path(&next)))
}

/// The account of somebody whom a provider knows: the one they had before, else the one of their checked address, else a new one.
fn account(
    db: &mut Connection,
    provider: &str,
    identity: &Identity,
    admins: &[String],
) -> rusqlite::Result<Option<User>> {
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if let Some(user) = identities::user(&transaction, provider, &identity.subject)? {
        return Ok(Some(user));
    }
    let Some(email) = identity.email.as_deref().and_then(|email| address::parse(email).ok()) else { return Ok(None) };
    let known = users::by_email(&transaction, &email)?;
    let id = match &known {
        Some(user) => user.id,
        None => users::create(&transaction, &email, None, Role::Reviewer)?,
    };
    if !known.is_some_and(|user| user.is_confirmed) {
        // Whoever registered with this address and a password has not shown that it is theirs.
        links::forget(&transaction, id, Purpose::Confirm)?;
        users::confirm(&transaction, id, None, admins)?;
    }
    identities::join(&transaction, provider, &identity.subject, id)?;
    transaction.commit()?;
    users::by_id(db, id)
}

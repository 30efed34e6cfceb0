//! Roles: administrators see who has an account, and say what they may do.

use askama::Template;
use axum::Form;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use rusqlite::TransactionBehavior;

use super::{WithAccounts, own};
use crate::web::access::Access;
use crate::web::app::App;
use crate::web::page::{Visitor, render};
use crate::web::problem::Problem;
use crate::web::routes::RouteTable;
use crate::web::store::users::{self, Role, User};

const ADMINS: Access = Access::From(Role::Admin);

/// The routes.
pub fn routes(table: RouteTable) -> RouteTable {
    table.get("/people", ADMINS, show).post("/people", ADMINS, set_role)
}

#[derive(Template)]
#[template(path = "people.html", config = "src/bin/scantally/web/askama.toml")]
struct PeoplePage {
    visitor: Visitor,
    people: Vec<User>,
    problem: &'static str,
}

impl PeoplePage {
    fn roles(&self) -> [Role; 3] {
        Role::ALL
    }

    fn since(&self, user: &User) -> String {
        own::day(user.created_at)
    }
}

async fn page(app: &App, visitor: Visitor, problem: &'static str) -> Result<Response, Problem> {
    let people = app.store.with(|db| users::all(db)).await?;
    let status = if problem.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, render(&PeoplePage { visitor, people, problem })?).into_response())
}

async fn show(WithAccounts(app): WithAccounts, visitor: Visitor) -> Result<Response, Problem> {
    page(&app, visitor, "").await
}

#[derive(serde::Deserialize)]
struct NewRole {
    #[serde(default)]
    user: i64,
    #[serde(default)]
    role: String,
}

async fn set_role(
    WithAccounts(app): WithAccounts,
    visitor: Visitor,
    Form(typed): Form<NewRole>,
) -> Result<Response, Problem> {
    let Some(role) = Role::named(&typed.role) else {
        return page(&app, visitor, "There is no such role; choose one of the list.").await;
    };
    let problem = app.store.with(move |db| {
        let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if !users::all(&transaction)?.iter().any(|user| user.id == typed.user) {
            return Ok("There is no such account any more.");
        }
        if role != Role::Admin && users::is_last_admin(&transaction, typed.user)? {
            return Ok("This is the only administrator; give somebody else that role first.");
        }
        users::set_role(&transaction, typed.user, role)?;
        transaction.commit()?;
        Ok("")
    });
    match problem.await? {
        "" => Ok(Redirect::to("/people").into_response()),
        problem => page(&app, visitor, problem).await,
    }
}

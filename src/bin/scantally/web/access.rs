//! Who asks, and whether they may: a request in, a [`Person`] out, from the local machine, a session or an API token.

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tower_sessions::Session;

use crate::web::app::App;
use crate::web::problem::Problem;
use crate::web::security::secret;
use crate::web::store::sessions::USER_KEY;
use crate::web::store::users::{self, Role, User};
use crate::web::store::{jobs, templates, tokens};

/// Who may use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everybody.
    Public,
    /// People whose role is at least this.
    From(Role),
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub id: i64,
    pub email: String,
    pub role: Role,
    /// How they are known.
    pub via: Via,
}

/// How somebody is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    /// There are no accounts: whoever sits at this machine.
    Machine,
    /// A browser that has logged in.
    Session,
    /// A program with an API token.
    Token,
}

impl Person {
    fn new(user: User, via: Via) -> Self {
        Self { id: user.id, email: user.email, role: user.role, via }
    }

    /// Whether their role is at least this.
    pub fn is_at_least(&self, role: Role) -> bool {
        self.role >= role
    }

    /// The job of this address, if they may see it.
    ///
    /// # Errors
    /// 404, whether there is no such job or it is somebody else's.
    pub async fn job(&self, app: &App, id: &str) -> Result<jobs::Job, Problem> {
        let (id, user_id) = (id.to_owned(), self.id);
        app.store.with(move |db| jobs::visible(db, &id, user_id)).await?.ok_or_else(Problem::not_found)
    }

    /// The job of this address, if it is theirs: what only its owner may do.
    ///
    /// # Errors
    /// 404 as [`Person::job`]; 403 where it is only shared with them.
    pub async fn own_job(&self, app: &App, id: &str) -> Result<jobs::Job, Problem> {
        let job = self.job(app, id).await?;
        if job.owner_id == self.id { Ok(job) } else { Err(only_owners()) }
    }

    /// The template of this address, if they may see it.
    ///
    /// # Errors
    /// 404, whether there is no such template or it is somebody else's.
    pub async fn template(&self, app: &App, id: &str) -> Result<templates::StoredTemplate, Problem> {
        let (id, user_id) = (id.to_owned(), self.id);
        app.store.with(move |db| templates::visible(db, &id, user_id)).await?.ok_or_else(Problem::not_found)
    }

    /// The template of this address, if it is theirs.
    ///
    /// # Errors
    /// 404 as [`Person::template`]; 403 where it is only shared with them.
    pub async fn own_template(&self, app: &App, id: &str) -> Result<templates::StoredTemplate, Problem> {
        let template = self.template(app, id).await?;
        if template.owner_id == self.id { Ok(template) } else { Err(only_owners()) }
    }
}

fn only_owners() -> Problem {
    Problem::forbidden("Only its owner may do this; it is shared with you to look at and to correct.")
}

impl<S: Send + Sync> FromRequestParts<S> for Person {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Person>().cloned().ok_or_else(Problem::not_logged_in)
    }
}

/// Whether the address is one that programs use, so that answers are for them.
pub fn is_for_programs(path: &str) -> bool {
    path.starts_with("/api/v1/")
}

/// Lets a request through to its route if whoever asks may use that, and tells the route who it is.
pub async fn check(
    State((app, access)): State<(App, Access)>,
    mut request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let session = request.extensions().get::<Session>().cloned();
    let person = person_of(&app, request.headers(), session).await?;
    if let Access::From(role) = access {
        match &person {
            None if is_for_programs(request.uri().path()) => return Err(Problem::not_logged_in()),
            None => return Ok(to_login(&request)),
            Some(person) if !person.is_at_least(role) => {
                let detail = format!("This needs the role {}; an administrator can give it to you.", role.name());
                return Err(Problem::forbidden(detail));
            }
            Some(_) => {}
        }
    }
    if let Some(person) = person {
        request.extensions_mut().insert(person);
    }
    Ok(next.run(request).await)
}

/// To the page that asks who it is, and back from there.
fn to_login(request: &Request) -> Response {
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let back = if request.method() == axum::http::Method::GET { path } else { "/" };
    Redirect::to(&format!("/login?next={}", utf8_percent_encode(back, NON_ALPHANUMERIC))).into_response()
}

async fn person_of(app: &App, headers: &HeaderMap, session: Option<Session>) -> Result<Option<Person>, Problem> {
    if !app.settings.accounts {
        return Ok(Some(Person::new(app.local_user.clone(), Via::Machine)));
    }
    if let Some(token) = bearer_token(headers) {
        let hash = secret::hash(token);
        let owner = app.store.with(move |db| tokens::owner(db, &hash)).await?;
        return Ok(Some(Person::new(owner.ok_or_else(Problem::not_logged_in)?, Via::Token)));
    }
    let Some(session) = session.filter(|_| has_cookie(headers)) else { return Ok(None) };
    let id = session.get::<i64>(USER_KEY).await.map_err(|cause| Problem::internal(&cause))?;
    let Some(id) = id else { return Ok(None) };
    let user = app.store.with(move |db| users::by_id(db, id)).await?;
    Ok(user.map(|user| Person::new(user, Via::Session)))
}

/// The token of `Authorization: Bearer TOKEN`.
pub fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// Whether a request brings any cookie; without one there is no session to be looked for.
pub fn has_cookie(headers: &HeaderMap) -> bool {
    headers.contains_key(header::COOKIE)
}

//! Pages: what all of them share, a template with its values in, HTML out.

use askama::Template;
use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use tower_sessions::Session;

use crate::web::access::{Person, is_for_programs};
use crate::web::app::App;
use crate::web::problem::Problem;
use crate::web::security::guard;
use crate::web::store::users::Role;

/// Who looks at a page, for what stands around it: menu, account, the token of its forms.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// `None` where nobody is logged in.
    pub person: Option<Person>,
    /// Whether people have accounts here.
    pub accounts: bool,
    /// Brought by each form and script of the page that changes something.
    pub csrf: String,
    /// The path of the page, for the menu.
    pub path: String,
}

impl Visitor {
    /// The address of whoever is logged in, or nothing.
    pub fn email(&self) -> &str {
        self.person.as_ref().map_or("", |person| &person.email)
    }

    /// Whether they may upload and correct.
    pub fn can_review(&self) -> bool {
        self.person.as_ref().is_some_and(|person| person.is_at_least(Role::Reviewer))
    }

    /// Whether they may give and take roles.
    pub fn is_admin(&self) -> bool {
        self.accounts && self.person.as_ref().is_some_and(|person| person.is_at_least(Role::Admin))
    }

    /// The menu: addresses and names of what they may use.
    pub fn menu(&self) -> Vec<(&'static str, &'static str)> {
        let for_all = [("/batches", "Batches"), ("/review", "Review"), ("/dashboard", "Dashboard")];
        let for_reviewers = [("/read", "Read"), ("/draw", "Draw")];
        let mut menu = Vec::new();
        if self.can_review() {
            menu.extend(for_reviewers);
        }
        if self.person.is_some() {
            menu.extend(for_all);
        }
        if self.is_admin() {
            menu.push(("/people", "People"));
        }
        menu
    }

    /// Whether the menu entry of this address is the one they are at.
    pub fn is_at(&self, entry: &str) -> bool {
        self.path == entry || self.path.strip_prefix(entry).is_some_and(|rest| rest.starts_with('/'))
    }
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let session = parts.extensions.get::<Session>().cloned();
        let session = session.ok_or_else(|| Problem::internal(&"a page without a session"))?;
        Ok(Self {
            person: parts.extensions.get::<Person>().cloned(),
            accounts: app.settings.accounts,
            csrf: guard::token_of(&session).await?,
            path: parts.uri.path().to_owned(),
        })
    }
}

/// A page of a template.
///
/// # Errors
/// 500 if the template fails.
pub fn render(template: &impl Template) -> Result<Html<String>, Problem> {
    template.render().map(Html).map_err(|cause| Problem::internal(&cause))
}

#[derive(Template)]
#[template(path = "problem.html", config = "src/bin/scantally/web/askama.toml")]
struct ProblemPage<'a> {
    title: &'a str,
    detail: &'a str,
}

/// Shows problems to people as a page; programs keep the document.
pub async fn show_problems(request: Request, next: Next) -> Response {
    let accepts_pages = request
        .headers()
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"));
    let is_for_programs = is_for_programs(request.uri().path());
    let response = next.run(request).await;
    if is_for_programs || !accepts_pages {
        return response;
    }
    let Some(problem) = response.extensions().get::<Problem>().cloned() else { return response };
    let page = ProblemPage { title: title(problem.status), detail: &problem.detail }.render();
    let Ok(page) = page else { return response };
    let retry_after = response.headers().get(header::RETRY_AFTER).cloned();
    let mut shown = (problem.status, Html(page)).into_response();
    if let Some(seconds) = retry_after {
        shown.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    shown
}

fn title(status: StatusCode) -> &'static str {
    match status.as_u16() {
        401 | 403 => "Not allowed",
        404 => "Not found",
        405 => "Not possible here",
        413 => "Too much at once",
        429 | 503 => "Too busy",
        500 => "The server failed",
        _ => "That did not work",
    }
}

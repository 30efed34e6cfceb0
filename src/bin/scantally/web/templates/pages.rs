//! The pages of templates: list, upload, look at one, edit it.

use askama::Template;
use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};

use crate::web::access::Person;
use crate::web::app::App;
use crate::web::jobs::{Moment, Somebody, email_of, forms};
use crate::web::page::{Visitor, render};
use crate::web::problem::Problem;
use crate::web::store::shares::{self, Shared};
use crate::web::store::templates::{self, StoredTemplate};
use crate::web::templates::document::{Document, Field};
use crate::web::templates::download;

/// A template in the list.
struct Row {
    template: StoredTemplate,
    is_own: bool,
    changed: Moment,
}

#[derive(Template)]
#[template(path = "templates.html", config = "src/bin/scantally/web/askama.toml")]
struct TemplatesPage {
    visitor: Visitor,
    rows: Vec<Row>,
}

/// The templates that a person may see.
pub async fn list(State(app): State<App>, person: Person, visitor: Visitor) -> Result<impl IntoResponse, Problem> {
    let found = app.store.with(move |db| templates::visible_to(db, person.id)).await?;
    let row = |template: StoredTemplate| Row {
        is_own: template.owner_id == person.id,
        changed: Moment(template.changed_at),
        template,
    };
    render(&TemplatesPage { visitor, rows: found.into_iter().map(row).collect() })
}

#[derive(Template)]
#[template(path = "template_new.html", config = "src/bin/scantally/web/askama.toml")]
struct NewTemplatePage {
    visitor: Visitor,
}

/// The form that begins a template.
pub async fn new(visitor: Visitor) -> Result<impl IntoResponse, Problem> {
    render(&NewTemplatePage { visitor })
}

#[derive(Template)]
#[template(path = "template.html", config = "src/bin/scantally/web/askama.toml")]
struct TemplatePage {
    visitor: Visitor,
    template: StoredTemplate,
    is_own: bool,
    has_picture: bool,
    document: Document,
    people: Vec<String>,
}

impl TemplatePage {
    /// The word for the kind of a field, as template files have it.
    fn kind(&self, field: &Field) -> String {
        format!("{:?}", field.kind).to_lowercase()
    }
}

/// A template: its picture with the boxes, its fields, downloads.
pub async fn show(
    State(app): State<App>,
    person: Person,
    visitor: Visitor,
    Path(template): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    let template = person.template(&app, &template).await?;
    let is_own = template.owner_id == person.id;
    let form = forms::parse(&template.toml).map_err(|cause| Problem::internal(&cause))?;
    let id = template.id.clone();
    let (has_picture, people) = app
        .store
        .with(move |db| Ok((templates::picture(db, &id)?.is_some(), shares::people(db, Shared::Template, &id)?)))
        .await?;
    let people = if is_own { people } else { Vec::new() };
    render(&TemplatePage { visitor, template, is_own, has_picture, document: Document::of(&form), people })
}

#[derive(Template)]
#[template(path = "template_edit.html", config = "src/bin/scantally/web/askama.toml")]
struct EditPage {
    visitor: Visitor,
    template: StoredTemplate,
    has_picture: bool,
}

/// The editor of a template; its script asks for the fields.
pub async fn edit(
    State(app): State<App>,
    person: Person,
    visitor: Visitor,
    Path(template): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    let template = person.own_template(&app, &template).await?;
    let has_picture = download::picture(&app, &template).await?.is_some();
    render(&EditPage { visitor, template, has_picture })
}

/// The blank form, to be shown.
pub async fn picture(
    State(app): State<App>,
    person: Person,
    Path(template): Path<String>,
) -> Result<Response, Problem> {
    let template = person.template(&app, &template).await?;
    let picture = download::picture(&app, &template).await?.ok_or_else(Problem::not_found)?;
    Ok(([(header::CONTENT_TYPE, "image/png"), (header::CACHE_CONTROL, "private, max-age=60")], picture).into_response())
}

/// A file of a template.
pub async fn file(
    State(app): State<App>,
    person: Person,
    Path((template, file)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let template = person.template(&app, &template).await?;
    download::send(&app, template, &file).await
}

/// Removes a template; jobs that were begun with it keep their own copy.
pub async fn delete(State(app): State<App>, person: Person, Path(template): Path<String>) -> Result<Redirect, Problem> {
    let template = person.own_template(&app, &template).await?;
    app.store.with(move |db| templates::delete(db, &template.id)).await?;
    Ok(Redirect::to("/templates"))
}

/// Shares a template with somebody.
pub async fn share(
    State(app): State<App>,
    person: Person,
    Path(template): Path<String>,
    form: Result<Form<Somebody>, FormRejection>,
) -> Result<Redirect, Problem> {
    let template = person.own_template(&app, &template).await?;
    let email = email_of(&app, form)?;
    let id = template.id.clone();
    app.store.with(move |db| shares::share(db, Shared::Template, &id, &email)).await?;
    Ok(Redirect::to(&format!("/templates/{}", template.id)))
}

/// Takes a template back from somebody.
pub async fn take_back(
    State(app): State<App>,
    person: Person,
    Path(template): Path<String>,
    form: Result<Form<Somebody>, FormRejection>,
) -> Result<Redirect, Problem> {
    let template = person.own_template(&app, &template).await?;
    let email = email_of(&app, form)?;
    let id = template.id.clone();
    app.store.with(move |db| shares::take_back(db, Shared::Template, &id, &email)).await?;
    Ok(Redirect::to(&format!("/templates/{}", template.id)))
}

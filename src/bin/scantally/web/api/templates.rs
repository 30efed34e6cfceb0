//! Templates for programs: TOML or fields as JSON in, both out.

use axum::Json;
use axum::body::to_bytes;
use axum::extract::{Path, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;

use crate::web::access::{Access, Person};
use crate::web::app::App;
use crate::web::jobs::{Moment, forms};
use crate::web::problem::Problem;
use crate::web::reading::Received;
use crate::web::routes::{Body, RouteTable};
use crate::web::security::guard::MOST_FORM_BYTES;
use crate::web::store::templates::{self, StoredTemplate};
use crate::web::store::users::Role;
use crate::web::templates::{self as kept, Document};

/// The routes.
pub fn routes(table: RouteTable) -> RouteTable {
    let (look, work) = (Access::From(Role::Reader), Access::From(Role::Reviewer));
    table
        .get("/api/v1/templates", look, list)
        .add(Method::POST, "/api/v1/templates", work, Body::Upload, create)
        .get("/api/v1/templates/{template}", look, get)
        .add(Method::PUT, "/api/v1/templates/{template}", work, Body::Upload, replace)
        .add(Method::DELETE, "/api/v1/templates/{template}", work, Body::Small, delete)
        .post("/api/v1/templates/{template}/suggest", work, suggest)
        .get("/api/v1/templates/{template}/download/{file}", look, download)
}

/// A template as programs see it.
#[derive(Serialize)]
struct TemplateDocument {
    id: String,
    name: String,
    is_own: bool,
    width: u32,
    height: u32,
    created_at: String,
    changed_at: String,
}

impl TemplateDocument {
    fn of(template: &StoredTemplate, person: &Person) -> Self {
        Self {
            id: template.id.clone(),
            name: template.name.clone(),
            is_own: template.owner_id == person.id,
            width: template.width_px,
            height: template.height_px,
            created_at: Moment(template.created_at).stamp(),
            changed_at: Moment(template.changed_at).stamp(),
        }
    }
}

/// A template with its text and its fields.
#[derive(Serialize)]
struct WholeTemplate {
    #[serde(flatten)]
    about: TemplateDocument,
    toml: String,
    content: Document,
}

fn whole(template: StoredTemplate, person: &Person) -> Result<Json<WholeTemplate>, Problem> {
    let form = forms::parse(&template.toml).map_err(|cause| Problem::internal(&cause))?;
    let about = TemplateDocument::of(&template, person);
    Ok(Json(WholeTemplate { about, content: Document::of(&form), toml: template.toml }))
}

async fn list(State(app): State<App>, person: Person) -> Result<impl IntoResponse, Problem> {
    let id = person.id;
    let found = app.store.with(move |db| templates::visible_to(db, id)).await?;
    let documents: Vec<TemplateDocument> = found.iter().map(|found| TemplateDocument::of(found, &person)).collect();
    Ok(Json(json!({ "templates": documents })))
}

async fn create(State(app): State<App>, person: Person, request: Request) -> Result<Response, Problem> {
    app.limits.upload(person.id)?;
    let (place, request) = app.queue.enter_with(request).await?;
    let received = Received::from(&app, request).await?;
    let working = app.clone();
    let checked = place.run(move || kept::received(&working, &received, None)).await??;
    let template = kept::create(&app, &person, checked).await?;
    let address = format!("/api/v1/templates/{}", template.id);
    Ok((StatusCode::CREATED, [(header::LOCATION, address)], whole(template, &person)?).into_response())
}

async fn get(
    State(app): State<App>,
    person: Person,
    Path(template): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    whole(person.template(&app, &template).await?, &person)
}

/// Replaces a template by fields as JSON, or by TOML with or without another picture.
async fn replace(
    State(app): State<App>,
    person: Person,
    Path(template): Path<String>,
    request: Request,
) -> Result<impl IntoResponse, Problem> {
    let template = person.own_template(&app, &template).await?;
    app.limits.upload(person.id)?;
    let (place, request) = app.queue.enter_with(request).await?;
    let picture = kept::picture(&app, &template).await?;
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let checked = if kind.starts_with("application/json") {
        let document = document(request).await?;
        let before = template.clone();
        place.run(move || kept::edited(&before, document, picture)).await??
    } else {
        let received = Received::from(&app, request).await?;
        let working = app.clone();
        place.run(move || kept::received(&working, &received, picture)).await??
    };
    whole(kept::replace(&app, template, checked).await?, &person)
}

/// The fields of a request.
async fn document(request: Request) -> Result<Document, Problem> {
    let bytes = to_bytes(request.into_body(), MOST_FORM_BYTES).await;
    let bytes = bytes.map_err(|_| Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "The document is too long."))?;
    serde_json::from_slice(&bytes).map_err(|cause| match cause.classify() {
        serde_json::error::Category::Data => Problem::invalid(format!("The fields cannot be taken: {cause}.")),
        _ => Problem::bad_request(format!("The document is no JSON: {cause}.")),
    })
}

async fn delete(
    State(app): State<App>,
    person: Person,
    Path(template): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    let template = person.own_template(&app, &template).await?;
    app.store.with(move |db| templates::delete(db, &template.id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The fields that are found on the picture of a template.
async fn suggest(
    State(app): State<App>,
    person: Person,
    Path(template): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    let template = person.own_template(&app, &template).await?;
    app.limits.upload(person.id)?;
    let picture = kept::picture(&app, &template).await?;
    let picture =
        picture.ok_or_else(|| Problem::conflict("The template has no picture on which fields could be found."))?;
    let place = app.queue.enter()?;
    let working = app.clone();
    let fields = place.run(move || kept::suggested(&working, picture)).await??;
    Ok(Json(json!({ "fields": fields })))
}

async fn download(
    State(app): State<App>,
    person: Person,
    Path((template, file)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let template = person.template(&app, &template).await?;
    kept::send_file(&app, template, &file).await
}

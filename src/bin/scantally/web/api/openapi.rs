//! The description of the interface, as OpenAPI 3.1 and as a page. Each area describes its routes in a fragment; what all share is in one, too.

mod reference;

use std::sync::OnceLock;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde_json::Value;

use crate::web::access::Access;
use crate::web::app::App;
use crate::web::page::{Visitor, render};
use crate::web::problem::Problem;
use crate::web::routes::RouteTable;
use reference::ReferencePage;

/// The routes.
pub fn routes(table: RouteTable) -> RouteTable {
    table.get("/api/openapi.json", Access::Public, document).get("/api", Access::Public, page)
}

const SHARED: &str = include_str!("openapi/shared.json");

/// The areas, in the order of the page.
const FRAGMENTS: [&str; 6] = [
    include_str!("openapi/read.json"),
    include_str!("openapi/score.json"),
    include_str!("openapi/jobs.json"),
    include_str!("openapi/templates.json"),
    include_str!("openapi/corrections.json"),
    include_str!("openapi/tokens.json"),
];

/// The whole description.
fn description() -> Result<&'static Value, Problem> {
    static WHOLE: OnceLock<Result<Value, Problem>> = OnceLock::new();
    WHOLE.get_or_init(|| merged().map_err(|cause| Problem::internal(&cause))).as_ref().map_err(Clone::clone)
}

fn merged() -> serde_json::Result<Value> {
    let mut whole: Value = serde_json::from_str(SHARED)?;
    whole["info"]["version"] = env!("CARGO_PKG_VERSION").into();
    for fragment in FRAGMENTS {
        let mut fragment: Value = serde_json::from_str(fragment)?;
        add(&mut whole["paths"], fragment["paths"].take());
        add(&mut whole["components"]["schemas"], fragment["schemas"].take());
    }
    Ok(whole)
}

fn add(to: &mut Value, more: Value) {
    if let (Value::Object(to), Value::Object(more)) = (to, more) {
        to.extend(more);
    }
}

async fn document() -> Result<impl IntoResponse, Problem> {
    let text = serde_json::to_string(description()?).map_err(|cause| Problem::internal(&cause))?;
    Ok((StatusCode::OK, [(header::CONTENT_TYPE, "application/json")], text))
}

async fn page(State(app): State<App>, visitor: Visitor) -> Result<impl IntoResponse, Problem> {
    render(&ReferencePage::of(description()?, &app.settings.own_url(), visitor))
}

#[cfg(test)]
mod tests;

//! Home: what the app does, how to use it, and sample scans to try.

use askama::Template;
use axum::response::IntoResponse;

use crate::web::access::Access;
use crate::web::page::{Visitor, render};
use crate::web::problem::Problem;
use crate::web::routes::RouteTable;

/// The routes.
pub fn routes(table: RouteTable) -> RouteTable {
    table.get("/", Access::Public, home)
}

#[derive(Template)]
#[template(path = "home.html", config = "src/bin/scantally/web/askama.toml")]
struct HomePage {
    visitor: Visitor,
}

async fn home(visitor: Visitor) -> Result<impl IntoResponse, Problem> {
    render(&HomePage { visitor })
}

//! The interface for programs: `/api/v1/...` in JSON, described by `/api/openapi.json`.

mod corrections;
mod images;
mod jobs;
mod openapi;
mod operations;
mod read;
mod read_tables;
mod score;
mod templates;
mod tokens;

use crate::web::routes::RouteTable;

/// The routes.
pub fn routes(table: RouteTable) -> RouteTable {
    let areas = [
        read::routes,
        score::routes,
        jobs::routes,
        templates::routes,
        corrections::routes,
        tokens::routes,
        openapi::routes,
        operations::routes,
    ];
    areas.iter().fold(table, |table, add| add(table))
}

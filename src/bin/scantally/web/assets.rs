//! Files of the pages: scripts, styles, pictures; all are part of the program.

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::web::access::Access;
use crate::web::problem::Problem;
use crate::web::routes::RouteTable;

/// One file.
struct Asset {
    name: &'static str,
    kind: &'static str,
    bytes: &'static [u8],
}

const SCRIPT: &str = "text/javascript; charset=utf-8";

macro_rules! asset {
    ($name:literal, $kind:expr) => {
        Asset { name: $name, kind: $kind, bytes: include_bytes!(concat!("assets/", $name)) }
    };
}

/// All files. htmx 2.0.11 is by Big Sky Software, under the Zero-Clause BSD licence.
const ASSETS: &[Asset] = &[
    asset!("style.css", "text/css; charset=utf-8"),
    asset!("account.css", "text/css; charset=utf-8"),
    asset!("icon.svg", "image/svg+xml"),
    asset!("app.js", SCRIPT),
    asset!("htmx.min.js", SCRIPT),
];

/// Part of their addresses, so that browsers ask for new ones after an upgrade.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Browsers keep them for an hour; after an upgrade a page asks for them by another version.
const KEPT: &str = "public, max-age=3600";

/// The routes.
pub fn routes(table: RouteTable) -> RouteTable {
    table.get("/assets/{name}", Access::Public, asset)
}

async fn asset(Path(name): Path<String>) -> Result<Response, Problem> {
    let asset = ASSETS.iter().find(|asset| asset.name == name).ok_or_else(Problem::not_found)?;
    Ok(([(header::CONTENT_TYPE, asset.kind), (header::CACHE_CONTROL, KEPT)], asset.bytes).into_response())
}

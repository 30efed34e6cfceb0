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
const STYLE: &str = "text/css; charset=utf-8";

macro_rules! asset {
    ($name:literal, $kind:expr) => {
        Asset { name: $name, kind: $kind, bytes: include_bytes!(concat!("assets/", $name)) }
    };
}

/// All files. htmx 2.0.11 is by Big Sky Software, under the Zero-Clause BSD licence.
const ASSETS: &[Asset] = &[
    asset!("style.css", STYLE),
    asset!("account.css", STYLE),
    asset!("icon.svg", "image/svg+xml"),
    asset!("app.js", SCRIPT),
    asset!("htmx.min.js", SCRIPT),
    asset!("jobs.css", STYLE),
    asset!("jobs.js", SCRIPT),
    asset!("dashboard.css", STYLE),
    asset!("review.css", STYLE),
    asset!("review.js", SCRIPT),
    asset!("groups.js", SCRIPT),
    asset!("templates.css", STYLE),
    asset!("templates.js", SCRIPT),
    asset!("api.css", STYLE),
    asset!("api.js", SCRIPT),
    asset!("read.css", STYLE),
    asset!("read.js", SCRIPT),
    asset!("result.js", SCRIPT),
    asset!("draw.css", STYLE),
    asset!("draw.js", SCRIPT),
];

/// Part of their addresses, so that browsers ask for new ones when they have changed.
pub const VERSION: u64 = hash(ASSETS);

/// A number that changes with any byte of any file (Fowler, Noll and Vo, FNV-1a), known when the program is built.
const fn hash(assets: &[Asset]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325;
    let mut place = 0;
    while place < assets.len() {
        let bytes = assets[place].bytes;
        let mut at = 0;
        while at < bytes.len() {
            hash = (hash ^ bytes[at] as u64).wrapping_mul(0x0100_0000_01b3);
            at += 1;
        }
        place += 1;
    }
    hash
}

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

//! Templates of forms: drawn on a blank form or uploaded, checked and kept as the same TOML that `extract --template` takes.

mod document;
mod download;
mod keep;
mod pages;
#[cfg(test)]
mod tests;

pub use document::Document;
pub use download::{picture, send as send_file};
pub use keep::{create, edited, received, replace, suggested};

use crate::web::access::Access;
use crate::web::routes::RouteTable;
use crate::web::store::users::Role;

/// The routes of the pages.
pub fn routes(table: RouteTable) -> RouteTable {
    let (look, work) = (Access::From(Role::Reader), Access::From(Role::Reviewer));
    table
        .get("/templates", look, pages::list)
        .get("/templates/new", work, pages::new)
        .get("/templates/{template}", look, pages::show)
        .get("/templates/{template}/edit", work, pages::edit)
        .get("/templates/{template}/picture", look, pages::picture)
        .get("/templates/{template}/download/{file}", look, pages::file)
        .post("/templates/{template}/delete", work, pages::delete)
        .post("/templates/{template}/share", work, pages::share)
        .post("/templates/{template}/unshare", work, pages::take_back)
}

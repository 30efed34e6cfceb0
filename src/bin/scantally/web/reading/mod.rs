//! Reading scans that somebody waits for: what a request brings, how it is to be read, the queue, and the pages Read and result.

mod known;
mod likely;
mod once;
mod options;
mod page;
mod queue;
mod result;
mod send;
#[cfg(test)]
mod tests;
mod upload;
pub mod view;

pub use known::KnownForms;
pub use once::read_once;
pub use options::{CHEQUE, ReadOptions};
pub use queue::{Place, ReadQueue};
pub use send::send;
pub use upload::{Received, Upload, clean_name, open, problem_of};

use axum::http::Method;

use crate::web::access::Access;
use crate::web::routes::{Body, RouteTable};
use crate::web::store::users::Role;

/// The routes of the pages.
pub fn routes(table: RouteTable) -> RouteTable {
    table
        .get("/read", Access::From(Role::Reviewer), page::show)
        .add(Method::POST, "/read", Access::From(Role::Reviewer), Body::Upload, page::submit)
        .get("/read/{job}", Access::From(Role::Reader), result::show)
        .get("/read/{job}/progress", Access::From(Role::Reader), result::progress)
}

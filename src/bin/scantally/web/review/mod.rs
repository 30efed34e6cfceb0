//! Review: what needs a person, number by number or all digits of a kind at once; and what was decided, as a trail and as tables.
//!
//! [`decide`] is the one way in for decisions, for pages and programs alike; [`desk`] sees to it that two people do not get the same number.

mod audit_page;
mod corrected;
pub mod decide;
mod desk;
mod field_value;
mod groups;
mod item;
mod number_by_number;
mod overview;
mod sample;
#[cfg(test)]
pub mod tests;

use axum::http::Method;

use crate::web::access::Access;
use crate::web::problem::Problem;
use crate::web::routes::{Body, RouteTable};
use crate::web::store::jobs::Job;
use crate::web::store::users::Role;

pub use desk::Desk;
pub use sample::DRAWN;

/// The routes of the pages.
pub fn routes(table: RouteTable) -> RouteTable {
    let (readers, reviewers) = (Access::From(Role::Reader), Access::From(Role::Reviewer));
    table
        .get("/review", readers, overview::page)
        .get("/review/{job}", readers, number_by_number::page)
        .get("/review/{job}/next", readers, number_by_number::next)
        .get("/review/{job}/groups", readers, groups::page)
        .get("/review/{job}/audit", readers, audit_page::page)
        .get("/review/{job}/audit.csv", readers, audit_page::csv)
        .get("/review/{job}/corrected/{file}", readers, corrected::download)
        .add(Method::POST, "/review/{job}/numbers/{number}", reviewers, Body::Small, decide::number)
        .add(Method::POST, "/review/{job}/undo", reviewers, Body::Small, decide::undo)
        .add(Method::POST, "/review/{job}/sample", reviewers, Body::Small, sample::draw)
}

/// Lets through to a job that is read: while it is being read its numbers may still change.
///
/// # Errors
/// 409.
pub fn check_is_read(job: &Job) -> Result<(), Problem> {
    if job.state.is_over() {
        return Ok(());
    }
    Err(Problem::conflict("The batch is still being read; its numbers can be reviewed when that is done."))
}

//! Jobs: uploads that are read in the background, with their pages. How a job comes to be is [`intake`], how it is read [`turn`].

mod actions;
mod archive;
mod download;
mod events;
pub mod forms;
pub mod intake;
mod list;
mod moment;
mod overview;
mod page_view;
mod paging;
mod pictures;
mod runner;
pub mod tables;
#[cfg(test)]
mod tests;
mod turn;

pub use actions::{Somebody, email_of};
pub use download::{DOWNLOADS, attachment, send as send_file};
pub use events::Standing;
pub use moment::Moment;
pub use overview::percent;
pub use runner::{Runner, remove_folder};

use crate::web::access::Access;
use crate::web::routes::RouteTable;
use crate::web::store::users::Role;

/// The routes of the pages.
pub fn routes(table: RouteTable) -> RouteTable {
    let (look, work) = (Access::From(Role::Reader), Access::From(Role::Reviewer));
    table
        .get("/batches", look, list::list)
        .get("/batches/new", work, list::new)
        .get("/batches/{job}", look, overview::page)
        .get("/batches/{job}/events", look, events::stream)
        .get("/batches/{job}/scans/{scan}/pages/{page}", look, page_view::page)
        .get("/jobs/{job}/scans/{scan}/pages/{page}", look, pictures::page)
        .get("/jobs/{job}/numbers/{number}/crop", look, pictures::crop)
        .get("/jobs/{job}/download/{file}", look, download::file)
        .post("/jobs/{job}/start", work, actions::start)
        .post("/jobs/{job}/retry", work, actions::retry)
        .post("/jobs/{job}/delete", work, actions::delete)
        .post("/jobs/{job}/share", work, actions::share)
        .post("/jobs/{job}/unshare", work, actions::take_back)
}

//! Jobs: uploads that are read in the background, with their pages. How a job comes to be is [`intake`], how it is read [`turn`].

mod archive;
pub mod forms;
pub mod intake;
mod runner;
pub mod tables;
mod turn;

pub use runner::{Runner, remove_folder};

use crate::web::routes::RouteTable;

/// The routes of the pages.
pub fn routes(table: RouteTable) -> RouteTable {
    table
}

//! Reading scans that somebody waits for: what a request brings, how it is to be read, the queue, and the pages Read and result.

mod known;
mod likely;
mod once;
mod options;
mod queue;
mod upload;
pub mod view;

pub use known::KnownForms;
pub use once::read_once;
pub use options::{CHEQUE, ReadOptions};
pub use queue::{Place, ReadQueue};
pub use upload::{Received, Upload, clean_name, open, problem_of};

use crate::web::routes::RouteTable;

/// The routes of the pages.
pub fn routes(table: RouteTable) -> RouteTable {
    table
}

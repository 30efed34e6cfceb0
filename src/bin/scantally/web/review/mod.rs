//! Review: what needs a person, number by number.

use crate::web::routes::RouteTable;

/// The routes.
pub fn routes(table: RouteTable) -> RouteTable {
    table
}

//! For whoever runs the server: is it alive, is it ready, what does it do.

use crate::web::routes::RouteTable;

/// The routes.
pub fn routes(table: RouteTable) -> RouteTable {
    table
}

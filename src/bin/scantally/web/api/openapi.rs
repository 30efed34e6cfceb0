//! The description of the interface, as OpenAPI 3.1 and as a page.

use crate::web::routes::RouteTable;

/// The routes.
pub fn routes(table: RouteTable) -> RouteTable {
    table
}

//! Dashboard: volumes, and whether the confidences are right here.

use crate::web::routes::RouteTable;

/// The routes.
pub fn routes(table: RouteTable) -> RouteTable {
    table
}

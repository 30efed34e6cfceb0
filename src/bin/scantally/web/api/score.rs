//! The scoring endpoint: pictures of digits as numbers in, labels and probabilities out.

use crate::web::routes::RouteTable;

/// The routes.
pub fn routes(table: RouteTable) -> RouteTable {
    table
}

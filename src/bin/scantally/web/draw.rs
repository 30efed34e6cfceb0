//! Draw: digits drawn by hand on the page; its script sends the drawing to the API while it grows.

use askama::Template;
use axum::response::IntoResponse;

use crate::web::access::Access;
use crate::web::page::{Visitor, render};
use crate::web::problem::Problem;
use crate::web::routes::RouteTable;
use crate::web::store::users::Role;

/// The routes.
pub fn routes(table: RouteTable) -> RouteTable {
    table.get("/draw", Access::From(Role::Reviewer), draw)
}

#[derive(Template)]
#[template(path = "draw.html", config = "src/bin/scantally/web/askama.toml")]
struct DrawPage {
    visitor: Visitor,
}

async fn draw(visitor: Visitor) -> Result<impl IntoResponse, Problem> {
    render(&DrawPage { visitor })
}

#[cfg(test)]
mod tests {
    use crate::web::store::users::Role;
    use crate::web::testing::Site;

    #[tokio::test]
    async fn the_canvas_has_a_name_and_is_for_people_who_may_read() {
        let page = Site::open("").client().get("/draw").await;
        assert!(page.status == 200 && page.text().contains("aria-label=\"Drawing area\""), "{}", page.text());
        let site = Site::open("--accounts");
        assert_eq!(site.client().get("/draw").await.location(), "/login?next=%2Fdraw");
        assert_eq!(site.person("ann@example.org", Role::Reader).get("/draw").await.status, 403);
    }
}

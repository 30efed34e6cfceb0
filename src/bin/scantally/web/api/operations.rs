//! For whoever runs the server: is it alive, is it ready, what does it do.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;

use crate::web::access::Access;
use crate::web::app::App;
use crate::web::problem::Problem;
use crate::web::routes::RouteTable;
use crate::web::store::jobs;
use crate::web::store::users::Role;

/// The text format of Prometheus and OpenMetrics.
const METRICS_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The routes. Without accounts everybody is an administrator, so that the metrics are there for all.
pub fn routes(table: RouteTable) -> RouteTable {
    table.get("/healthz", Access::Public, async || "alive\n").get("/readyz", Access::Public, ready).get(
        "/metrics",
        Access::From(Role::Admin),
        metrics,
    )
}

/// Whether a request would be answered now: the readers were loaded before the first one came, the database is asked.
async fn ready(State(app): State<App>) -> Result<impl IntoResponse, Problem> {
    let asked = app.store.with(|db| db.query_row("SELECT 1", [], |row| row.get::<_, i64>(0))).await;
    asked.map_err(|_| Problem::new(StatusCode::SERVICE_UNAVAILABLE, "The database does not answer."))?;
    let reader = app.readers.digits.name().to_owned();
    Ok(Json(serde_json::json!({ "ready": true, "reader": reader, "version": env!("CARGO_PKG_VERSION") })))
}

async fn metrics(State(app): State<App>) -> Result<impl IntoResponse, Problem> {
    let unfinished = app.store.with(|db| jobs::unfinished(db)).await?;
    let text = app.metrics.text(app.queue.taken(), unfinished).map_err(|cause| Problem::internal(&cause))?;
    Ok(([(header::CONTENT_TYPE, METRICS_TYPE)], text))
}

#[cfg(test)]
mod tests {
    use crate::web::store::users::Role;
    use crate::web::testing::{Site, number_png};

    #[tokio::test]
    async fn it_is_alive_and_ready_and_counts() {
        let site = Site::open("");
        let client = site.client();
        assert_eq!(client.get("/healthz").await.text(), "alive\n");
        assert_eq!(client.get("/readyz").await.json()["ready"], true);
        let read = client.upload("/api/v1/read", &[("layout", "line")], &[("a.png", &number_png("2750"))]).await;
        assert_eq!(read.status, 200);
        let metrics = client.get("/metrics").await.text();
        for line in ["scantally_pages_read_total 1", "scantally_numbers_read_total 1", "scantally_queue_places_taken 0"]
        {
            assert!(metrics.lines().any(|it| it == line), "{line} in {metrics}");
        }
    }

    #[tokio::test]
    async fn with_accounts_only_administrators_see_the_metrics() {
        let site = Site::open("--accounts");
        assert_eq!(site.client().get("/healthz").await.status, 200);
        assert_eq!(site.client().get("/metrics").await.status, 303);
        assert_eq!(site.person("ann@example.org", Role::Reviewer).get("/metrics").await.status, 403);
        assert_eq!(site.person("bob@example.org", Role::Admin).get("/metrics").await.status, 200);
    }
}

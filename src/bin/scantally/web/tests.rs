//! What holds for all routes.

use axum::http::Method;

use crate::web::testing::Site;

#[tokio::test]
async fn the_first_page_is_shown_and_asks_nothing_of_other_sites() {
    let site = Site::open("");
    let home = site.client().get("/").await;
    assert_eq!(home.status, 200);
    assert!(home.text().contains("Handwritten numbers"), "{}", home.text());
    assert!(!home.text().contains("http://") && !home.text().contains("https://"), "{}", home.text());
    assert!(home.headers["content-security-policy"].to_str().is_ok_and(|policy| !policy.contains("unsafe")));
}

#[tokio::test]
async fn what_is_not_there_is_told_in_a_sentence() {
    let site = Site::open("");
    let answer = site.client().get("/nothing").await;
    assert_eq!(answer.status, 404);
    assert!(answer.text().contains("<h1>Not found</h1>"), "{}", answer.text());
    let answer = site.client().get("/api/v1/nothing").await;
    assert_eq!((answer.status.as_u16(), answer.json()["status"].as_u64()), (404, Some(404)));
    let answer = site.client().send(Method::POST, "/", "", axum::body::Body::empty()).await;
    assert_eq!((answer.status.as_u16(), answer.headers["allow"].to_str().ok()), (405, Some("GET,HEAD")));
}

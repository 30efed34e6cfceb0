//! Pages of others that have a browser send forms.

use axum::http::Method;

use super::*;

const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn a_form_without_the_token_of_its_session_changes_nothing() {
    let site = Site::open("--accounts");
    let client = with_somebody(&site, "ann@example.org").await;
    let values =
        [("current", PASSWORD), ("password", "words of a stranger"), ("password_again", "words of a stranger")];
    assert!(is_in(&client).await);
    client.forget_csrf();
    assert_eq!(client.post("/account/password", &values).await.status, 403);
    assert_eq!(client.post("/account/delete", &[("password", PASSWORD)]).await.status, 403);
    assert_eq!(client.post("/logout", &[]).await.status, 403);

    let stranger = site.client();
    stranger.get("/login").await;
    let strange = format!("csrf={}&password=four%20plain%20words", stranger.csrf().expect("a token"));
    let answer = client.send(Method::POST, "/account/delete", FORM, strange.into()).await;
    assert_eq!(answer.status, 403);
    assert!(is_in(&client).await);
    assert_eq!(log_in(&site.client(), "ann@example.org", PASSWORD).await.status, 303);
}

#[tokio::test]
async fn pages_of_other_sites_log_nobody_in_or_out() {
    let site = Site::open("--accounts");
    let client = with_somebody(&site, "ann@example.org").await;
    assert!(is_in(&client).await);
    for more in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site"), ("origin", "null")] {
        let answer = client.send_with(Method::POST, "/logout", FORM, &[more], "".into()).await;
        assert_eq!(answer.status, 403);
        let form = "email=ann%40example.org&password=four%20plain%20words";
        let answer = site.client().send_with(Method::POST, "/login", FORM, &[more], form.into()).await;
        assert_eq!(answer.status, 403);
        assert!(!answer.headers.contains_key("set-cookie"));
    }
    assert!(is_in(&client).await);
}

#[tokio::test]
async fn the_token_from_before_logging_in_is_of_no_use_after_it() {
    let site = Site::open("--accounts");
    let client = with_somebody(&site, "ann@example.org").await;
    // The client still has the token of the login page.
    assert_eq!(client.post("/logout", &[]).await.status, 403);
    assert!(is_in(&client).await);
    assert_eq!(client.post("/logout", &[]).await.status, 303);
}

//! Links in mails: used once, for a while, and by nobody else.

use super::*;

const NEW: &str = "other plain words";

async fn forget(client: &Client<'_>, email: &str) {
    client.get("/forgotten").await;
    assert_eq!(client.post("/forgotten", &[("email", email)]).await.status, 200);
}

#[tokio::test]
async fn a_forgotten_password_is_set_once_and_ends_all_sessions() {
    let site = Site::open("--accounts");
    let inside = with_somebody(&site, "ann@example.org").await;
    let client = site.client();
    forget(&client, "Ann@example.org").await;
    let path = mailed_link(&site, 2, "/reset/").await;
    assert!(client.get(&path).await.text().contains("ann@example.org"));
    let short = [("password", "short"), ("password_again", "short")];
    assert_eq!(client.post(&path, &short).await.status, 422);
    let values = [("password", NEW), ("password_again", NEW)];
    assert_eq!(client.post(&path, &values).await.location(), "/login?done=password");
    assert!(!is_in(&inside).await);
    assert_eq!(client.post(&path, &values).await.status, 404);
    assert_eq!(log_in(&client, "ann@example.org", PASSWORD).await.status, 422);
    assert_eq!(log_in(&client, "ann@example.org", NEW).await.status, 303);
}

#[tokio::test]
async fn links_have_their_time() {
    let site = Site::open("--accounts");
    let client = with_somebody(&site, "ann@example.org").await;
    forget(&client, "ann@example.org").await;
    let path = mailed_link(&site, 2, "/reset/").await;
    assert_eq!(client.get(&path).await.status, 200);
    let aged =
        site.app.store.with_blocking(|db| db.execute("UPDATE mail_links SET expires_at = expires_at - 3601", []));
    assert_eq!(aged, Ok(1));
    assert_eq!(client.get(&path).await.status, 404);
    assert_eq!(client.post(&path, &[("password", NEW), ("password_again", NEW)]).await.status, 404);
    assert_eq!(log_in(&site.client(), "ann@example.org", PASSWORD).await.status, 303);
}

#[tokio::test]
async fn secrets_of_links_are_not_kept() {
    let site = Site::open("--accounts");
    let client = with_somebody(&site, "ann@example.org").await;
    forget(&client, "ann@example.org").await;
    let path = mailed_link(&site, 2, "/reset/").await;
    let secret = path.rsplit('/').next().expect("a secret");
    let kept = site.app.store.with_blocking(|db| db.query_row("SELECT hash FROM mail_links", [], |row| row.get(0)));
    let kept: String = kept.expect("a link");
    assert!(kept != secret && !kept.is_empty());
    let other = format!("/confirm/{secret}");
    assert_eq!(client.get(&other).await.status, 404);
}

#[tokio::test]
async fn nobody_chooses_the_password_of_an_address_that_somebody_else_confirms() {
    let site = Site::open("--accounts");
    let client = site.client();
    register(&client, "ann@example.org", PASSWORD).await;
    let path = mailed_link(&site, 1, "/confirm/").await;
    register(&site.client(), "ann@example.org", "words of a stranger").await;
    mails(&site, 2).await;
    client.get(&path).await;
    assert_eq!(client.post(&path, &[]).await.status, 303);
    assert_eq!(log_in(&site.client(), "ann@example.org", "words of a stranger").await.status, 422);
    assert_eq!(log_in(&client, "ann@example.org", PASSWORD).await.status, 303);
}

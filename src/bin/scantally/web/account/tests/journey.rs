//! The whole way: register, confirm, log in, change, log out, delete.

use axum::http::Method;

use super::*;
use crate::web::store::jobs::{self, Kind, tests::queued};
use crate::web::store::users::{self, Role};

#[tokio::test]
async fn from_registering_to_logging_out() {
    let site = Site::open("--accounts");
    let client = site.client();
    assert_eq!(client.get("/account").await.location(), "/login?next=%2Faccount");
    let sent = register(&client, " Ann@Example.org", PASSWORD).await;
    assert!(sent.text().contains("Look into your mail"), "{}", sent.text());
    let path = mailed_link(&site, 1, "/confirm/").await;
    assert!(mails(&site, 1).await[0].contains("To: ann@example.org"));

    assert_eq!(log_in(&client, "ann@example.org", PASSWORD).await.status, 422);
    for _ in 0..2 {
        assert!(client.get(&path).await.text().contains("This address is mine"));
    }
    assert_eq!(client.post(&path, &[]).await.location(), "/login?done=confirmed");
    assert_eq!((client.get(&path).await.status.as_u16(), client.post(&path, &[]).await.status.as_u16()), (404, 404));

    let before = client.cookie("scantally");
    assert_eq!(log_in(&client, "ANN@example.org", PASSWORD).await.location(), "/account");
    assert_ne!(client.cookie("scantally"), before);
    let account = client.get("/account").await;
    assert!(account.text().contains("ann@example.org") && account.text().contains(">admin<"), "{}", account.text());
    let inside = client.cookie("scantally").expect("a session");
    assert_eq!(client.post("/logout", &[]).await.location(), "/");
    assert!(!is_in(&client).await);
    client.set_cookie("scantally", &inside);
    assert!(!is_in(&client).await);
}

#[tokio::test]
async fn what_was_typed_is_kept_but_never_passwords() {
    let site = Site::open("--accounts");
    let client = site.client();
    client.get("/register").await;
    for (email, password, again) in [
        ("ann@example.org", "too short", "too short"),
        ("ann@example.org", PASSWORD, "five other plain words"),
        ("ann@example.org", "Ann@example.org", "Ann@example.org"),
        ("<b>ann", PASSWORD, PASSWORD),
    ] {
        let values = [("email", email), ("password", password), ("password_again", again)];
        let answer = client.post("/register", &values).await;
        let shown = email.replace('<', "&#60;").replace('>', "&#62;");
        assert_eq!(answer.status, 422);
        assert!(answer.text().contains("id=\"form-problem\"") && answer.text().contains(&format!("value=\"{shown}\"")));
        assert!(!answer.text().contains(&format!("value=\"{password}\"")), "{}", answer.text());
    }
}

#[tokio::test]
async fn a_new_password_ends_other_sessions() {
    let site = Site::open("--accounts");
    let client = with_somebody(&site, "ann@example.org").await;
    let other = site.client();
    log_in(&other, "ann@example.org", PASSWORD).await;
    assert!(is_in(&client).await && is_in(&other).await);

    let change = |current: &'static str| {
        [("current", current), ("password", "other plain words"), ("password_again", "other plain words")]
    };
    assert_eq!(client.post("/account/password", &change("not my password")).await.status, 422);
    let before = client.cookie("scantally");
    assert_eq!(client.post("/account/password", &change(PASSWORD)).await.location(), "/account");
    assert_ne!(client.cookie("scantally"), before);
    assert!(is_in(&client).await && !is_in(&other).await);
    assert_eq!(log_in(&other, "ann@example.org", PASSWORD).await.status, 422);
    assert_eq!(log_in(&other, "ann@example.org", "other plain words").await.status, 303);
}

#[tokio::test]
async fn tokens_are_shown_once_and_can_be_revoked() {
    let site = Site::open("--accounts");
    let client = with_somebody(&site, "ann@example.org").await;
    let page = client.get("/account").await;
    assert_eq!(client.post("/account/tokens", &[("name", " ")]).await.status, 422, "{}", page.text());
    let made = client.post("/account/tokens", &[("name", "scanner")]).await.text();
    let secret = made.split_once("id=\"new-token\" class=\"number\" value=\"").expect("a token").1;
    let secret = format!("Bearer {}", secret.split_once('"').expect("an end").0);
    assert!(!client.get("/account").await.text().contains(&secret[7..]));

    let program = site.client();
    let ask = async || {
        let more = [("authorization", secret.as_str())];
        program.send_with(Method::GET, "/api/v1/tokens", "", &more, axum::body::Body::empty()).await
    };
    let id = ask().await.json()["tokens"][0]["id"].as_str().expect("an id").to_owned();
    let bob = site.person("bob@example.org", Role::Admin);
    assert_eq!(bob.post(&format!("/account/tokens/{id}/revoke"), &[]).await.status, 404);
    assert_eq!(client.post(&format!("/account/tokens/{id}/revoke"), &[]).await.location(), "/account");
    assert_eq!(ask().await.status, 401);
}

#[tokio::test]
async fn an_account_goes_with_all_that_is_its_own() {
    let site = Site::open("--accounts");
    let client = with_somebody(&site, "ann@example.org").await;
    let folder = site.app.job_folder("job");
    std::fs::create_dir_all(&folder).expect("a folder");
    let made = site.app.store.with_blocking(|db| {
        let ann = users::by_email(db, "ann@example.org")?.expect("an account");
        jobs::create(db, &queued("job", ann.id, Kind::Batch, 1))
    });
    made.expect("a job");
    client.get("/account").await;
    assert_eq!(client.post("/account/delete", &[("password", "not my password")]).await.status, 422);
    assert!(folder.exists() && is_in(&client).await);
    assert_eq!(client.post("/account/delete", &[("password", PASSWORD)]).await.location(), "/login?done=deleted");
    assert!(!folder.exists() && !is_in(&client).await);
    let left = site.app.store.with_blocking(|db| Ok((users::all(db)?.len(), jobs::by_id(db, "job")?)));
    assert_eq!(left, Ok((0, None)));
}

#[tokio::test]
async fn without_accounts_there_is_nothing_to_log_in_to() {
    let site = Site::open("");
    for path in ["/login", "/register", "/forgotten", "/account", "/people", "/confirm/x", "/reset/x"] {
        let answer = site.client().get(path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(answer.text().contains("There are no accounts here"), "{}", answer.text());
    }
}

//! Nobody learns who has an account, or tries passwords without end.

use super::*;

/// A page without what differs from session to session.
fn body(answer: &Answer, client: &Client<'_>, email: &str) -> String {
    answer.text().replace(&client.csrf().expect("a token"), "TOKEN").replace(email, "EMAIL")
}

#[tokio::test]
async fn answers_are_the_same_whether_there_is_an_account() {
    let site = Site::open("--accounts");
    with_somebody(&site, "ann@example.org").await;
    register(&site.client(), "new@example.org", PASSWORD).await;
    mails(&site, 2).await;
    let mut seen = Vec::new();
    for email in ["ann@example.org", "new@example.org", "who@example.org"] {
        let client = site.client();
        let wrong = log_in(&client, email, "not my password").await;
        let wrong = (wrong.status, body(&wrong, &client, email));
        client.get("/forgotten").await;
        let forgotten = client.post("/forgotten", &[("email", email)]).await;
        let forgotten = (forgotten.status, body(&forgotten, &client, email));
        let registered = register(&client, email, "some other words").await;
        seen.push([wrong, forgotten, (registered.status, body(&registered, &client, email))]);
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0], seen[2]);

    // Two to begin with; the known address: a reset and a word that it is known; the other two: a link each.
    let mails = mails(&site, 6).await;
    assert_eq!(mails.iter().filter(|mail| mail.contains("have an account already")).count(), 1);
    assert_eq!(mails.iter().filter(|mail| mail.contains("/reset/")).count(), 1);
    assert_eq!(mails.iter().filter(|mail| mail.contains("/confirm/")).count(), 4);
    assert_eq!(log_in(&site.client(), "ann@example.org", "some other words").await.status, 422);
}

#[tokio::test]
async fn who_tries_passwords_has_to_wait() {
    let site = Site::open("--accounts");
    let client = site.client();
    let mut last = None;
    for _ in 0..11 {
        last = Some(log_in(&client, "ann@example.org", "not my password").await);
    }
    let last = last.expect("an answer");
    assert_eq!(last.status, 429);
    assert!(last.headers["retry-after"].to_str().is_ok_and(|seconds| seconds.parse::<u32>().is_ok()));
    assert_eq!(log_in(&client, "bob@example.org", "not my password").await.status, 422);
}

#[tokio::test]
async fn nobody_is_flooded_with_mail() {
    let site = Site::open("--accounts");
    let client = site.client();
    client.get("/forgotten").await;
    for _ in 0..5 {
        assert_eq!(client.post("/forgotten", &[("email", "ann@example.org")]).await.status, 200);
    }
    assert_eq!(client.post("/forgotten", &[("email", "ann@example.org")]).await.status, 429);
    assert_eq!(register(&client, "ann@example.org", PASSWORD).await.status, 429);
}

#[tokio::test]
async fn nobody_is_led_elsewhere_after_logging_in() {
    let site = Site::open("--accounts");
    let client = with_somebody(&site, "ann@example.org").await;
    for next in ["//evil.example", "https://evil.example/", "/\\evil.example"] {
        client.get("/account").await;
        client.post("/logout", &[]).await;
        assert!(!client.get(&format!("/login?next={next}")).await.text().contains("evil"));
        let values = [("email", "ann@example.org"), ("password", PASSWORD), ("next", next)];
        assert_eq!(client.post("/login", &values).await.location(), "/");
        assert_eq!(client.get(&format!("/login?next={next}")).await.location(), "/");
    }
}

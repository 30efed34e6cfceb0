//! What a role allows, and who gives it.

use super::*;
use crate::web::store::users::{self, Role};

async fn id(site: &Site, email: &'static str) -> String {
    let user = site.app.store.with(move |db| users::by_email(db, email)).await.expect("a database");
    user.expect("an account").id.to_string()
}

#[tokio::test]
async fn only_administrators_see_people_and_give_roles() {
    let site = Site::open("--accounts");
    let ann = site.person("ann@example.org", Role::Admin);
    let bob = site.person("bob@example.org", Role::Reviewer);
    let (anns, bobs) = (id(&site, "ann@example.org").await, id(&site, "bob@example.org").await);
    assert!(ann.get("/people").await.text().contains("bob@example.org"));
    assert!(!ann.get("/people").await.text().contains(users::LOCAL_EMAIL));
    assert_eq!(bob.get("/people").await.status, 403);
    assert_eq!(bob.post("/people", &[("user", &bobs), ("role", "admin")]).await.status, 403);
    assert_eq!(site.client().get("/people").await.location(), "/login?next=%2Fpeople");

    assert_eq!(ann.post("/people", &[("user", &anns), ("role", "reader")]).await.status, 422);
    assert_eq!(ann.post("/people", &[("user", &bobs), ("role", "king")]).await.status, 422);
    assert_eq!(ann.post("/people", &[("user", "999"), ("role", "admin")]).await.status, 422);
    assert_eq!(ann.post("/people", &[("user", &bobs), ("role", "admin")]).await.location(), "/people");
    assert_eq!(ann.post("/people", &[("user", &anns), ("role", "reader")]).await.location(), "/people");
    assert_eq!(ann.get("/people").await.status, 403);
    assert_eq!(bob.get("/people").await.status, 200);
}

#[tokio::test]
async fn nobody_becomes_the_person_at_this_machine() {
    let site = Site::open("--accounts");
    let ann = site.person("ann@example.org", Role::Admin);
    let local = site.app.local_user.id.to_string();
    assert_eq!(ann.post("/people", &[("user", &local), ("role", "reader")]).await.status, 422);
    assert_eq!(register(&site.client(), users::LOCAL_EMAIL, PASSWORD).await.status, 422);
    assert_eq!(log_in(&site.client(), users::LOCAL_EMAIL, "").await.status, 422);
}

#[tokio::test]
async fn the_last_administrator_stays_while_there_are_others() {
    let site = Site::open("--accounts");
    let ann = with_somebody(&site, "ann@example.org").await;
    site.person("bob@example.org", Role::Reviewer);
    ann.get("/account").await;
    let refused = ann.post("/account/delete", &[("password", PASSWORD)]).await;
    assert!(refused.status == 422 && refused.text().contains("only administrator"), "{}", refused.text());
    assert!(is_in(&ann).await);
}

#[tokio::test]
async fn named_administrators_are_so_when_they_log_in() {
    let site = Site::open("--accounts --admin Ann@example.org");
    let first = with_somebody(&site, "bob@example.org").await;
    assert!(first.get("/account").await.text().contains(">reviewer<"));
    register(&site.client(), "ann@example.org", PASSWORD).await;
    let mails = mails(&site, 2).await;
    let mail = mails.iter().find(|mail| mail.contains("To: ann@example.org")).expect("a mail");
    let ann = site.client();
    ann.get(&link(mail, "/confirm/")).await;
    ann.post(&link(mail, "/confirm/"), &[]).await;
    log_in(&ann, "ann@example.org", PASSWORD).await;
    assert!(ann.get("/account").await.text().contains(">admin<"));
    ann.post("/people", &[("user", &id(&site, "bob@example.org").await), ("role", "admin")]).await;
    ann.post("/people", &[("user", &id(&site, "ann@example.org").await), ("role", "reader")]).await;
    assert!(ann.get("/account").await.text().contains(">reader<"));
    log_in(&site.client(), "ann@example.org", PASSWORD).await;
    assert!(ann.get("/account").await.text().contains(">admin<"));
}

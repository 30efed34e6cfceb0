//! Accounts as people meet them: pages and mails in, what came of it out.

mod forgery;
mod journey;
mod links;
mod openid;
mod probing;
mod roles;
mod smtp;

use std::time::Duration;

use crate::web::testing::{Answer, Client, Site};

const PASSWORD: &str = "four plain words";

/// Mails of the outbox, once there are so many; in no order.
async fn mails(site: &Site, count: usize) -> Vec<String> {
    for _ in 0..400 {
        let files = std::fs::read_dir(site.app.settings.data.join("outbox")).into_iter().flatten().flatten();
        let paths = files.map(|file| file.path()).filter(|path| path.extension().is_some_and(|it| it == "eml"));
        let mails: Vec<String> = paths.map(|path| std::fs::read_to_string(path).expect("a mail")).collect();
        if mails.len() >= count {
            return mails;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("{count} mails did not come");
}

/// The path of the link in a mail that begins so.
fn link(mail: &str, start: &str) -> String {
    let at = mail.find(&format!("http://127.0.0.1:8080{start}")).unwrap_or_else(|| panic!("no {start} in {mail}"));
    mail[at + "http://127.0.0.1:8080".len()..].split_whitespace().next().expect("a link").to_owned()
}

/// The link in one of the mails.
async fn mailed_link(site: &Site, count: usize, start: &str) -> String {
    let mails = mails(site, count).await;
    link(mails.iter().find(|mail| mail.contains(start)).unwrap_or_else(|| panic!("no {start}")), start)
}

async fn register(client: &Client<'_>, email: &str, password: &str) -> Answer {
    client.get("/register").await;
    client.post("/register", &[("email", email), ("password", password), ("password_again", password)]).await
}

async fn log_in(client: &Client<'_>, email: &str, password: &str) -> Answer {
    client.get("/login").await;
    client.post("/login", &[("email", email), ("password", password), ("next", "/account")]).await
}

/// A site and somebody who has registered, confirmed and logged in, with one mail in the outbox.
async fn with_somebody<'a>(site: &'a Site, email: &str) -> Client<'a> {
    let client = site.client();
    assert_eq!(register(&client, email, PASSWORD).await.status, 200);
    let path = mailed_link(site, 1, "/confirm/").await;
    client.get(&path).await;
    assert_eq!(client.post(&path, &[]).await.location(), "/login?done=confirmed");
    assert_eq!(log_in(&client, email, PASSWORD).await.location(), "/account");
    client
}

/// Whether somebody is logged in.
async fn is_in(client: &Client<'_>) -> bool {
    client.get("/account").await.status == 200
}

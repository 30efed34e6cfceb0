//! Mails through a mail server: one that speaks SMTP for the test takes them.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};

use super::*;

/// A mail server that takes one mail; its port, and the mail.
fn sink() -> (u16, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let (taken, mail) = channel();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a client");
        let mut lines = BufReader::new(stream.try_clone().expect("a stream")).lines();
        let mut say = |line: &str| stream.write_all(format!("{line}\r\n").as_bytes()).expect("a client");
        let (mut text, mut is_content) = (String::new(), false);
        say("220 sink");
        while let Some(Ok(line)) = lines.next() {
            text += &line;
            text.push('\n');
            match line.split(' ').next().expect("a word") {
                "." => is_content = false,
                _ if is_content => continue,
                "DATA" => is_content = true,
                "QUIT" => return say("221 bye"),
                _ => {}
            }
            say(if is_content { "354 go on" } else { "250 ok" });
            if line == "." {
                taken.send(std::mem::take(&mut text)).expect("a test");
            }
        }
    });
    (port, mail)
}

#[tokio::test]
async fn the_mail_server_gets_the_link() {
    let (port, mail) = sink();
    let site = Site::open(&format!("--accounts --smtp smtp://127.0.0.1:{port} --mail-from desk@example.org"));
    let client = site.client();
    register(&client, "ann@example.org", PASSWORD).await;
    let wait = tokio::task::spawn_blocking(move || mail.recv_timeout(Duration::from_secs(10)));
    let mail = wait.await.expect("a thread").expect("a mail");
    assert!(mail.contains("MAIL FROM:<desk@example.org>") && mail.contains("RCPT TO:<ann@example.org>"), "{mail}");
    assert!(mail.contains("text/plain") && !mail.contains(PASSWORD), "{mail}");
    let path = link(&mail, "/confirm/");
    client.get(&path).await;
    assert_eq!(client.post(&path, &[]).await.status, 303);
    assert_eq!(log_in(&client, "ann@example.org", PASSWORD).await.status, 303);
    assert!(!site.app.settings.data.join("outbox").exists());
}

#[tokio::test]
async fn nobody_learns_that_the_mail_server_is_away() {
    let port = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
    let site = Site::open(&format!("--accounts --smtp smtp://127.0.0.1:{port}"));
    assert_eq!(register(&site.client(), "ann@example.org", PASSWORD).await.status, 200);
}

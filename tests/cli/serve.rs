//! `serve`: the server as people start it, and what becomes of its jobs when it is killed.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::run::Workplace;
use crate::server::Server;
use crate::support::number_picture;

/// Far longer than a job takes.
const PATIENCE: Duration = Duration::from_secs(300);

/// More scans than a job reads in one turn, some of them with the same content.
const SCANS: u32 = 45;

fn png(number: u32) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    // Each seventh has the content of the one before it.
    let number = if number % 7 == 6 { number - 1 } else { number };
    number_picture(&(1000 + number * 131).to_string()).write_to(&mut bytes, image::ImageFormat::Png).expect("memory");
    bytes.into_inner()
}

fn begin(server: &Server) -> String {
    let begun = server.post_json("/api/v1/jobs", &json!({ "name": "Mai", "layout": "line" }));
    assert_eq!(begun.status, 201, "{}", begun.text());
    begun.json()["id"].as_str().expect("an id").to_owned()
}

fn add(server: &Server, job: &str, numbers: std::ops::Range<u32>) {
    for number in numbers {
        let added = server.upload(&format!("/api/v1/jobs/{job}/files"), &[(&format!("{number:03}.png"), &png(number))]);
        assert_eq!(added.status, 201, "{}", added.text());
    }
}

fn start(server: &Server, job: &str) {
    assert_eq!(server.post(&format!("/api/v1/jobs/{job}/start"), "").status, 202);
}

/// Waits until so many scans of a job have been read, or it is over.
fn wait(server: &Server, job: &str, scans: u64) -> serde_json::Value {
    let begun = Instant::now();
    loop {
        let standing = server.get(&format!("/api/v1/jobs/{job}")).json();
        let progress = &standing["progress"];
        let read = progress["scans"].as_u64().expect("a count") - progress["waiting"].as_u64().expect("a count");
        let is_over = matches!(standing["state"].as_str(), Some("done" | "failed"));
        if is_over || read >= scans {
            return standing;
        }
        assert!(begun.elapsed() < PATIENCE, "{standing}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// All that a job is for whoever looks at it: its tables, and its scans and numbers in the database.
fn result(server: &Server, job: &str) -> BTreeMap<String, String> {
    let standing = wait(server, job, u64::MAX);
    assert_eq!(standing["state"], "done", "{standing}");
    let mut result = BTreeMap::from([("progress".to_owned(), standing["progress"].to_string())]);
    for name in ["numbers.csv", "files.csv", "wide.csv", "digits.csv", "numbers.jsonl"] {
        let file = server.get(&format!("/jobs/{job}/download/{name}"));
        assert_eq!(file.status, 200, "{name}: {}", file.text());
        result.insert(name.to_owned(), file.text());
    }
    for list in ["scans", "numbers"] {
        let mut document = server.get(&format!("/api/v1/jobs/{job}/{list}")).json();
        for entry in document[list].as_array_mut().expect("a list") {
            // The numbers by which the database knows them are other ones when something was read again.
            entry.as_object_mut().expect("an object").retain(|key, _| !key.ends_with("id"));
        }
        result.insert(list.to_owned(), document.to_string());
    }
    result
}

#[test]
fn a_server_that_is_killed_goes_on_with_its_jobs_and_nothing_is_lost_or_doubled() {
    let place = Workplace::new();
    let undisturbed = {
        let server = Server::start(&place.path("undisturbed"), "-j 1");
        let job = begin(&server);
        add(&server, &job, 0..SCANS);
        start(&server, &job);
        result(&server, &job)
    };
    let rows = undisturbed["files.csv"].lines().count() - 1;
    assert_eq!(rows, SCANS as usize);
    let data = place.path("killed");
    let mut server = Server::start(&data, "-j 1");
    let jobs = [begin(&server), begin(&server)];
    add(&server, &jobs[0], 0..SCANS / 2);
    add(&server, &jobs[1], 0..SCANS);
    // Between two uploads: what was answered is there.
    server.kill();
    server = Server::start(&data, "-j 1");
    add(&server, &jobs[0], SCANS / 2..SCANS);
    for job in &jobs {
        start(&server, job);
    }
    for scans in [0, 1, 2, 9, 20, 31, 32, 33, 44, 45, 45] {
        wait(&server, &jobs[1], scans);
        server.kill();
        server = Server::start(&data, "-j 2");
    }
    for job in &jobs {
        assert_eq!(result(&server, job), undisturbed);
    }
}

#[test]
fn a_retry_that_is_killed_goes_on() {
    let place = Workplace::new();
    let data = place.path("data");
    let mut server = Server::start(&data, "");
    let job = begin(&server);
    add(&server, &job, 0..12);
    let uploads = data.join("jobs").join(&job).join("uploads");
    let away = place.path("away");
    std::fs::rename(&uploads, &away).expect("a folder");
    start(&server, &job);
    let failed = wait(&server, &job, u64::MAX);
    assert_eq!((&failed["state"], &failed["progress"]["failed"]), (&json!("done"), &json!(12)), "{failed}");
    std::fs::rename(&away, &uploads).expect("a folder");
    assert_eq!(server.post(&format!("/api/v1/jobs/{job}/retry"), "").status, 202);
    for scans in [1, 6, 12, 12, 12] {
        wait(&server, &job, scans);
        server.kill();
        server = Server::start(&data, "");
    }
    let result = result(&server, &job);
    assert_eq!(result["files.csv"].lines().filter(|line| line.contains(",ok,")).count(), 12, "{}", result["files.csv"]);
}

#[cfg(unix)]
#[test]
fn a_server_that_is_asked_to_end_does_not_wait_for_pages_that_listen() {
    let place = Workplace::new();
    let server = Server::start(&place.path("data"), "");
    let job = begin(&server);
    std::thread::scope(|scope| {
        let listening = scope.spawn(|| server.get(&format!("/batches/{job}/events")));
        std::thread::sleep(Duration::from_millis(300));
        server.terminate();
        let events = listening.join().expect("an answer");
        assert!(events.text().contains("event: gone"), "{}", events.text());
    });
    assert!(server.ends_by_itself());
}

#[test]
fn a_template_that_was_drawn_in_the_browser_passes_the_check_of_the_command_line() {
    let place = Workplace::new();
    let server = Server::start(&place.path("data"), "");
    let mut bytes = std::io::Cursor::new(Vec::new());
    number_picture("0123456789012345").write_to(&mut bytes, image::ImageFormat::Png).expect("memory");
    let made = server.upload("/api/v1/templates", &[("blank.png", &bytes.into_inner())]);
    assert_eq!(made.status, 201, "{}", made.text());
    let path = format!("/api/v1/templates/{}", made.json()["id"].as_str().expect("an id"));
    let content = json!({
        "name": "Meter card",
        "fields": [{ "name": "reading", "box": [10, 10, 300, 50], "kind": "integer", "cells": 8, "required": true }],
        "rules": [{ "name": "positive", "check": "reading > 0" }],
    });
    let saved = server.send("PUT", &path, "application/json", content.to_string().as_bytes());
    assert_eq!(saved.status, 200, "{}", saved.text());
    for file in ["template.zip", "template.toml"] {
        let downloaded = server.get(&format!("{path}/download/{file}"));
        assert_eq!(downloaded.status, 200, "{}", downloaded.text());
        assert!(downloaded.headers["content-disposition"].starts_with("attachment; filename=\"Meter_card."));
        place.write(file, downloaded.body);
    }
    let mut archive =
        zip::ZipArchive::new(std::fs::File::open(place.path("template.zip")).expect("a file")).expect("an archive");
    archive.extract(place.path("packed")).expect("a writable folder");
    for template in ["template.toml", "packed/Meter_card.toml"] {
        let checked = place.run(&format!("template check {template}"));
        assert_eq!(checked.code, Some(0), "{}", checked.stderr);
        assert!(checked.stdout.contains("Meter card, 1 field, 1 rule"), "{}", checked.stdout);
    }
}

#[test]
fn a_server_that_cannot_be_is_told_why() {
    let place = Workplace::new();
    let server = Server::start(&place.path("data"), "");
    let taken = server.address().trim_start_matches("http://").to_owned();
    std::fs::write(place.path("file"), "").expect("a writable folder");
    for (arguments, code, sentence) in [
        ("--bind 127.0.0.1:0 --data data", 2, "data: another server is using it"),
        ("--bind 0.0.0.0:0 --no-accounts", 2, "--no-accounts would let everybody"),
        ("--bind 127.0.0.1:0 --data file/data", 5, "file/data cannot be written"),
        (&format!("--bind {taken} --data other"), 4, "cannot be listened on; choose another address"),
    ] {
        let outcome = place.run(&format!("serve {arguments}"));
        assert_eq!(outcome.code, Some(code), "{arguments}: {}", outcome.stderr);
        assert!(outcome.stderr.contains(sentence), "{arguments}: {}", outcome.stderr);
    }
}

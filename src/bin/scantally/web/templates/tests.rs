//! Templates from the blank form to the file that the command line takes.

use std::io::Read;

use axum::body::Body;
use axum::http::Method;
use image::{GrayImage, Luma};
use serde_json::{Value, json};

use crate::web::store::users::Role;
use crate::web::testing::{Client, Site, number_png};

/// A blank form: two boxes and some print.
fn blank_form() -> Vec<u8> {
    let mut picture = GrayImage::from_pixel(850, 1100, Luma([255]));
    let mut frame = |left: u32, top: u32, width: u32, height: u32| {
        for (x, y) in (0..width).flat_map(|x| (0..height).map(move |y| (x, y))) {
            if x < 2 || y < 2 || x + 2 >= width || y + 2 >= height {
                picture.put_pixel(left + x, top + y, Luma([0]));
            }
        }
    };
    frame(400, 200, 260, 36);
    frame(400, 300, 260, 36);
    frame(60, 60, 730, 980);
    // Print by which the form is known again.
    for (place, digits) in (0u32..).zip(["10482", "93", "7605", "31", "88246", "5", "6071", "249", "930", "16"]) {
        let print = image::load_from_memory(&number_png(digits)).expect("a picture").into_luma8();
        image::imageops::overlay(&mut picture, &print, i64::from(80 + 53 * (place % 3)), i64::from(90 + 92 * place));
    }
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png).expect("memory");
    bytes.into_inner()
}

const PATH: &str = "/api/v1/templates";

async fn draw(client: &Client<'_>) -> Value {
    let made = client.upload(PATH, &[("name", "Tax return")], &[("blank.png", &blank_form())]).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let template = made.json();
    assert_eq!(made.location(), format!("{PATH}/{}", template["id"].as_str().expect("an id")));
    template
}

fn address(template: &Value) -> String {
    format!("{PATH}/{}", template["id"].as_str().expect("an id"))
}

/// Content with two fields and a rule.
fn content(name: &str) -> Value {
    json!({
        "name": name,
        "fields": [
            { "name": "wages", "box": [400, 200, 260, 36], "kind": "amount", "decimals": 2, "required": true },
            { "name": "total", "box": [400, 300, 260, 36], "kind": "amount", "cells": null, "min": 0 },
        ],
        "rules": [{ "name": "sum", "check": "total = wages" }],
    })
}

/// The template of a downloaded archive, whose picture must be there.
fn unpacked(archive: &[u8]) -> scantally::template::Template {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(archive)).expect("an archive");
    archive.extract(folder.path()).expect("a writable folder");
    scantally::template::read_folder(folder.path()).expect("a template").remove(0)
}

#[tokio::test]
async fn a_drawn_template_is_one_that_the_command_line_takes() {
    let site = Site::open("");
    let client = site.client();
    let template = draw(&client).await;
    assert_eq!(template["name"], "Tax return");
    assert!(template["content"]["fields"].as_array().is_some_and(|fields| fields.len() >= 2), "{template}");
    let saved = client.send_json(Method::PUT, &address(&template), &content("Tax return 2026")).await;
    assert_eq!(saved.status, 200, "{}", saved.text());
    let kept = client.get(&address(&template)).await.json();
    assert_eq!(kept["content"]["rules"][0]["check"], "total = wages", "{kept}");
    assert_eq!((&kept["name"], &kept["content"]["fields"][0]["decimals"]), (&json!("Tax return 2026"), &json!(2)));
    let id = template["id"].as_str().expect("an id");
    let packed = client.get(&format!("/templates/{id}/download/template.zip")).await;
    assert_eq!(unpacked(&packed.bytes).fields.len(), 2);
    let mut names = String::new();
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&packed.bytes[..])).expect("an archive");
    archive.by_name("Tax_return_2026.toml").expect("TOML").read_to_string(&mut names).expect("text");
    assert!(names.contains("reference = \"Tax_return_2026.png\""), "{names}");
    let alone = client.get(&format!("{}/download/template.toml", address(&template))).await.text();
    assert!(scantally::template::parse(&alone, "x.toml".as_ref()).is_ok() && !alone.contains("reference ="), "{alone}");
    for page in ["", "/edit", "/picture"] {
        assert_eq!(client.get(&format!("/templates/{id}{page}")).await.status, 200, "{page}");
    }
    for file in ["scantally.sqlite", "..%2fx", "template.TOML"] {
        assert_eq!(client.get(&format!("/templates/{id}/download/{file}")).await.status, 404, "{file}");
    }
    let suggested = client.send(Method::POST, &format!("{}/suggest", address(&template)), "", Body::empty()).await;
    assert_eq!(suggested.json()["fields"], template["content"]["fields"], "the same as at first");
}

#[tokio::test]
async fn what_is_wrong_with_fields_and_rules_is_told_by_their_names() {
    let site = Site::open("");
    let client = site.client();
    let template = draw(&client).await;
    let mut several = content("a");
    several["fields"][1]["name"] = json!("wages");
    several["fields"][1]["box"] = json!([800, 300, 260, 36]);
    let mut cells = content("a");
    cells["fields"][1]["cells"] = json!(1);
    let mut rule = content("a");
    rule["rules"][0]["check"] = json!("total = unknown");
    let mut check = content("a");
    check["fields"][0] = json!({ "name": "x", "box": [1, 1, 9, 9], "kind": "digits", "check_digit": "sum" });
    let mut long = content("a");
    long["rules"][0]["check"] = json!("(".repeat(100_000));
    for (document, told) in [
        (long, ["The rule sum is longer", ""]),
        (json!({ "name": "a".repeat(300), "fields": content("a")["fields"] }), ["is longer than 200", ""]),
        (several, ["Field 2 (wages): the right edge at 1060", "Field 2 (wages): another field, number 1"]),
        (cells, ["Field 2 (total): `cells` must be from 2 to 64", ""]),
        (rule, ["`sum` (`total = unknown`)", "character 9"]),
        (check, ["`check_digit` is one of", ""]),
        (json!({ "name": "a", "fields": [] }), ["[[field]]", ""]),
        (json!({ "name": "", "fields": content("a")["fields"] }), ["`name` is empty", ""]),
        (json!({ "name": "a\nb", "fields": content("a")["fields"] }), ["one line", ""]),
        (
            json!({ "name": "a", "fields": [{ "name": "x", "box": [1, 2, 3], "kind": "amount" }] }),
            ["cannot be taken", ""],
        ),
    ] {
        let answer = client.send_json(Method::PUT, &address(&template), &document).await;
        let detail = answer.json()["detail"].as_str().unwrap_or_default().to_owned();
        assert_eq!(answer.status, 422, "{document}: {detail}");
        assert!(told.iter().all(|told| detail.contains(told)), "{document}: {detail}");
    }
    assert_eq!(client.get(&address(&template)).await.json()["content"], template["content"], "nothing of it was kept");
    assert_eq!(client.send(Method::PUT, &address(&template), "application/json", "{".into()).await.status, 400);
}

#[tokio::test]
async fn names_that_are_code_elsewhere_are_nothing_but_names() {
    let site = Site::open("");
    let client = site.client();
    let template = draw(&client).await;
    let evil = r#"<script>alert(1)</script> {{ 7 * 7 }} {% include "base.html" %} " ' ]] """ \"#;
    let saved = client.send_json(Method::PUT, &address(&template), &content(evil)).await;
    assert_eq!(saved.status, 200, "{}", saved.text());
    let id = template["id"].as_str().expect("an id");
    let packed = client.get(&format!("/templates/{id}/download/template.zip")).await;
    assert_eq!(unpacked(&packed.bytes).name, evil);
    for path in [
        "/templates".to_owned(),
        "/batches/new".to_owned(),
        format!("/templates/{id}"),
        format!("/templates/{id}/edit"),
    ] {
        let text = client.get(&path).await.text();
        assert!(!text.contains("<script>alert") && text.contains("{{ 7 * 7 }}"), "{path}: {text}");
    }
    let mut document = content("a");
    for name in ["<b>", "x\" onload=\"y", "a b", "{{x}}", "=1+1", ""] {
        document["fields"][0]["name"] = json!(name);
        assert_eq!(client.send_json(Method::PUT, &address(&template), &document).await.status, 422, "{name}");
    }
}

#[tokio::test]
async fn template_files_are_taken_with_and_without_a_picture() {
    let site = Site::open("");
    let client = site.client();
    let toml = "name = \"card\"\nwidth = 244\nheight = 76\ndpi = 100\nreference = \"card.png\"\n\n[[field]]\nname = \"n\"\nbox = [4, 4, 200, 60]\nkind = \"digits\"\n";
    let made = client.send(Method::POST, PATH, "application/toml", toml.into()).await;
    assert_eq!(made.status, 201, "{}", made.text());
    assert_eq!(made.json()["width"], 244);
    let picture = number_png("123456");
    let both = client.upload(PATH, &[("template", toml)], &[("card.png", &picture)]).await;
    assert_eq!(both.status, 201, "{}", both.text());
    let id = both.json()["id"].as_str().expect("an id").to_owned();
    assert_eq!(client.get(&format!("/templates/{id}/picture")).await.status, 200);
    let smaller = client.upload(PATH, &[("template", toml)], &[("card.png", &number_png("1"))]).await;
    assert!(smaller.status == 422 && smaller.text().contains("74 x 76"), "{}", smaller.text());
    let broken = client.send(Method::POST, PATH, "application/toml", toml.replace("244", "-1").into()).await;
    assert!(broken.status == 422 && broken.text().contains("2:9: `width`"), "{}", broken.text());
    let word = client.upload(PATH, &[], &[("letter.txt", b"Dear sir")]).await;
    assert_eq!(word.status, 415, "{}", word.text());
    assert_eq!(client.send(Method::POST, PATH, "", Body::empty()).await.status, 422);
    let list = client.get(PATH).await.json();
    assert_eq!(list["templates"].as_array().map(Vec::len), Some(2), "{list}");
    assert_eq!(client.send(Method::DELETE, &format!("{PATH}/{id}"), "", Body::empty()).await.status, 204);
    assert_eq!(client.get(&format!("{PATH}/{id}")).await.status, 404);
}

#[tokio::test]
async fn a_batch_is_read_with_a_template_as_it_was_when_the_batch_began() {
    let site = Site::open("");
    site.app.runner.start(&site.app).expect("threads");
    let client = site.client();
    let template = draw(&client).await;
    client.send_json(Method::PUT, &address(&template), &content("a")).await;
    let id = template["id"].as_str().expect("an id");
    let made = client.upload("/api/v1/jobs", &[("template", id)], &[("filled.png", &blank_form())]).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let job = made.json()["id"].as_str().expect("an id").to_owned();
    assert_eq!(client.send(Method::DELETE, &address(&template), "", Body::empty()).await.status, 204);
    let begun = std::time::Instant::now();
    while client.get(&format!("/api/v1/jobs/{job}")).await.json()["state"] != "done" {
        assert!(begun.elapsed().as_secs() < 120);
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let numbers = client.get(&format!("/api/v1/jobs/{job}/numbers")).await.json();
    let found = |place: usize| (numbers["numbers"][place]["field"].clone(), numbers["numbers"][place]["value"].clone());
    assert_eq!((found(0), found(1)), ((json!("wages"), json!("")), (json!("total"), json!(""))), "{numbers}");
}

#[tokio::test]
async fn templates_of_other_people_are_not_there_until_they_are_shared() {
    let site = Site::open("--accounts");
    let [ann, bob] = ["ann@example.org", "bob@example.org"].map(|email| site.person(email, Role::Reviewer));
    let template = draw(&ann).await;
    let id = template["id"].as_str().expect("an id").to_owned();
    let seen = ["", "/picture", "/download/template.zip"].map(|page| format!("/templates/{id}{page}"));
    let done = ["delete", "share", "unshare"].map(|action| format!("/templates/{id}/{action}"));
    for path in seen.iter().chain(&[address(&template), format!("/templates/{id}/edit")]) {
        assert_eq!(bob.get(path).await.status, 404, "{path}");
    }
    for path in &done {
        assert_eq!(bob.post(path, &[]).await.status, 404, "{path}");
    }
    assert_eq!(bob.send_json(Method::PUT, &address(&template), &json!(1)).await.status, 404);
    assert_eq!(bob.send(Method::POST, &format!("{}/suggest", address(&template)), "", Body::empty()).await.status, 404);
    assert_eq!(bob.send_json(Method::POST, "/api/v1/jobs", &json!({ "template": id })).await.status, 404);
    assert_eq!(ann.post(&done[1], &[("email", "bob@example.org")]).await.status, 303);
    for path in &seen {
        assert_eq!(bob.get(path).await.status, 200, "{path}");
    }
    assert_eq!(bob.get(&format!("/templates/{id}/edit")).await.status, 403);
    assert_eq!(bob.send_json(Method::POST, "/api/v1/jobs", &json!({ "template": id })).await.status, 201);
    assert_eq!(ann.post(&done[2], &[("email", "bob@example.org")]).await.status, 303);
    assert_eq!(bob.get(&seen[0]).await.status, 404);
}

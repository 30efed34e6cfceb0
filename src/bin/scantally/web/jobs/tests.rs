//! Jobs from the first file to the last table, on a server whose threads read.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::Method;
use scantally::pipeline::Layout;
use scantally::scan::Scan;
use serde_json::json;

use crate::web::housekeeping;
use crate::web::reading::ReadOptions;
use crate::web::store::users::Role;
use crate::web::testing::{Client, Site, number_png};

/// How long a test waits for a job; far more than it takes.
const PATIENCE: Duration = Duration::from_secs(120);

/// A ZIP archive of files.
fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).expect("memory");
        archive.write_all(bytes).expect("memory");
    }
    archive.finish().expect("memory").into_inner()
}

/// Begins a job of single lines; its id.
async fn begin(client: &Client<'_>) -> String {
    let begun = client.send_json(Method::POST, "/api/v1/jobs", &json!({ "name": "Mai", "layout": "line" })).await;
    assert_eq!(begun.status, 201, "{}", begun.text());
    let id = begun.json()["id"].as_str().expect("an id").to_owned();
    assert_eq!(begun.location(), format!("/api/v1/jobs/{id}"));
    id
}

async fn add(client: &Client<'_>, job: &str, name: &str, bytes: &[u8]) -> u16 {
    client.upload(&format!("/api/v1/jobs/{job}/files"), &[], &[(name, bytes)]).await.status.as_u16()
}

/// Starts a job and waits until it is over; what it is then.
async fn finish(client: &Client<'_>, job: &str) -> serde_json::Value {
    let started = client.send(Method::POST, &format!("/api/v1/jobs/{job}/start"), "", Body::empty()).await;
    assert_eq!(started.status, 202, "{}", started.text());
    wait(client, job).await
}

async fn wait(client: &Client<'_>, job: &str) -> serde_json::Value {
    let begun = Instant::now();
    loop {
        let answer = client.get(&format!("/api/v1/jobs/{job}")).await.json();
        if matches!(answer["state"].as_str(), Some("done" | "failed")) {
            return answer;
        }
        assert!(begun.elapsed() < PATIENCE, "{answer}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Source and value of the rows of numbers.csv.
async fn values(client: &Client<'_>, job: &str) -> Vec<(String, String)> {
    let table = client.get(&format!("/jobs/{job}/download/numbers.csv")).await;
    assert_eq!(table.status, 200, "{}", table.text());
    let mut reader = csv::Reader::from_reader(&table.bytes[..]);
    let headers = reader.headers().expect("a table").clone();
    let column = |name| headers.iter().position(|header| header == name).expect("a column");
    let (source, value) = (column("source"), column("value"));
    reader.records().map(|row| row.expect("a row")).map(|row| (row[source].to_owned(), row[value].to_owned())).collect()
}

/// What a picture of a number is read as by itself.
fn value_alone(site: &Site, png: &[u8]) -> String {
    let options = ReadOptions { layout: Layout::Line, ..ReadOptions::default() };
    let scan = Scan::from_bytes("alone.png", png.to_vec(), scantally::scan::Settings::default()).expect("a scan");
    let pipeline = options.pipeline(&site.app.readers, None);
    let page = pipeline.read_page_of(&scan, 1, &scantally::crop::PictureOptions::default()).expect("a page");
    page.numbers[0].value.clone()
}

fn started(line: &str) -> Site {
    let site = Site::open(line);
    site.app.runner.start(&site.app).expect("threads");
    site
}

#[tokio::test]
async fn a_batch_of_pictures_and_an_archive_is_read_and_what_is_no_scan_refused() {
    let site = started("");
    let client = site.client();
    let job = begin(&client).await;
    assert_eq!(add(&client, &job, "a.png", &number_png("2750")).await, 201);
    assert_eq!(add(&client, &job, "b.png", &number_png("2750")).await, 201);
    let archive = zip(&[("in/c.png", &number_png("31")), ("in/d.txt", b"no scan"), ("a.png", &number_png("46"))]);
    assert_eq!(add(&client, &job, "more.zip", &archive).await, 201);
    assert_eq!(add(&client, &job, "letter.txt", b"Dear sir").await, 415);
    assert_eq!(add(&client, &job, "broken.zip", &archive[..archive.len() - 30]).await, 422);
    let done = finish(&client, &job).await;
    assert_eq!(done["state"], "done", "{done}");
    assert_eq!((&done["progress"]["ok"], &done["progress"]["skipped"]), (&json!(4), &json!(1)), "{done}");
    let pair = |source: &str, digits: &str| (source.to_owned(), value_alone(&site, &number_png(digits)));
    let expected = [pair("a.png", "2750"), pair("more.zip/a.png", "46"), pair("more.zip/in/c.png", "31")];
    assert_eq!(values(&client, &job).await, expected, "b.png has the content of a.png");
    assert_eq!(add(&client, &job, "late.png", &number_png("1")).await, 409);
    let numbers = client.get(&format!("/api/v1/jobs/{job}/numbers")).await.json();
    assert_eq!((&numbers["total"], &numbers["numbers"][0]["value"]), (&json!(3), &json!(expected[0].1)), "{numbers}");
    let scans = client.get(&format!("/api/v1/jobs/{job}/scans")).await.json();
    assert!(scans["scans"][1]["error"].as_str().is_some_and(|error| error.starts_with("duplicate: b.png")), "{scans}");
    let number = &numbers["numbers"][0];
    let crop = client.get(&format!("/jobs/{job}/numbers/{}/crop", number["id"])).await;
    assert!(crop.bytes.starts_with(b"\x89PNG"), "{}", crop.text());
    let page = format!("scans/{}/pages/1", number["scan_id"]);
    let picture = client.get(&format!("/jobs/{job}/{page}")).await;
    assert!(picture.bytes.starts_with(b"\xff\xd8"), "{}", picture.text());
    let view = client.get(&format!("/batches/{job}/{page}")).await;
    assert!(view.status == 200 && view.text().contains("<rect class="), "{}", view.text());
    let next = client.get(&format!("/batches/{job}/scans/{}/pages/1", numbers["numbers"][1]["scan_id"])).await.text();
    assert!(view.text().contains("id=\"page-next\"") && !view.text().contains("id=\"page-before\""), "{}", view.text());
    assert!(next.contains(&format!("href=\"/batches/{job}/{page}\" rel=\"prev\"")), "{next}");
    for name in
        ["numbers.xlsx", "numbers.html", "numbers.jsonl", "numbers.parquet", "wide.csv", "digits.csv", "files.csv"]
    {
        let file = client.get(&format!("/api/v1/jobs/{job}/download/{name}")).await;
        let disposition = file.headers["content-disposition"].to_str().expect("text").to_owned();
        assert!(file.status == 200 && !file.bytes.is_empty() && disposition.contains(&format!("Mai-{name}")), "{name}");
        // Browsers ask for packed files.
        let (address, packed) = (format!("/jobs/{job}/download/{name}"), [("accept-encoding", "gzip")]);
        let packed = client.send_with(Method::GET, &address, "", &packed, Body::empty()).await;
        let mut bytes = packed.bytes.to_vec();
        if packed.headers.contains_key("content-encoding") {
            bytes.clear();
            flate2::read::GzDecoder::new(&*packed.bytes).read_to_end(&mut bytes).expect("a packed file");
        }
        assert_eq!(bytes, file.bytes, "{name}");
    }
    for name in ["journal.sqlite", "run.json", "..%2f..%2fscantally.sqlite", "%2e%2e%2fuploads"] {
        assert_eq!(client.get(&format!("/jobs/{job}/download/{name}")).await.status, 404, "{name}");
    }
}

#[tokio::test]
async fn pages_show_a_job_and_escape_what_people_typed() {
    let site = started("");
    let client = site.client();
    let options = json!({ "name": "<script>alert(1)</script> {{ 7 * 7 }}", "layout": "line" });
    let begun = client.send_json(Method::POST, "/api/v1/jobs", &options).await;
    let job = begun.json()["id"].as_str().expect("an id").to_owned();
    assert_eq!(add(&client, &job, "<img src=x>.png", &number_png("12")).await, 201);
    let open = client.get(&format!("/batches/{job}")).await;
    assert!(open.text().contains("id=\"start-batch\"") && open.text().contains("id=\"uploader\""), "{}", open.text());
    finish(&client, &job).await;
    for path in ["/batches".to_owned(), format!("/batches/{job}"), "/batches/new".to_owned()] {
        let page = client.get(&path).await;
        assert_eq!(page.status, 200, "{}", page.text());
        let text = page.text();
        assert!(!text.contains("<script>alert") && !text.contains("<img src=x") && !text.contains(" 49"), "{text}");
    }
    let list = client.get("/batches").await.text();
    assert!(list.contains("{{ 7 * 7 }}") && list.contains("&#60;script&#62;"), "{list}");
    let deleted = client.post(&format!("/jobs/{job}/delete"), &[]).await;
    assert_eq!((deleted.status.as_u16(), deleted.location()), (303, "/batches"));
    assert_eq!(client.get(&format!("/batches/{job}")).await.status, 404);
    assert!(!site.app.job_folder(&job).exists());
}

#[tokio::test]
async fn what_failed_is_read_again_and_the_rest_stays() {
    let site = started("");
    let client = site.client();
    let job = begin(&client).await;
    assert_eq!(add(&client, &job, "a.png", &number_png("2750")).await, 201);
    assert_eq!(add(&client, &job, "b.png", &number_png("46")).await, 201);
    // A scan whose file is not there for a while, as on a disk that is full or away.
    let upload = |stored: &str| site.app.job_folder(&job).join("uploads").join(stored);
    let scans = site.app.store.with_blocking(|db| crate::web::store::scans::of_job(db, &job)).expect("scans");
    let (there, away) = (upload(&scans[1].stored_name), upload("away"));
    std::fs::rename(&there, &away).expect("a file");
    let done = finish(&client, &job).await;
    assert_eq!((&done["state"], &done["progress"]["failed"]), (&json!("done"), &json!(1)), "{done}");
    let page = client.get(&format!("/batches/{job}?failed=1")).await.text();
    assert!(page.contains("id=\"retry-batch\"") && page.contains("b.png"), "{page}");
    let kept = client.get(&format!("/api/v1/jobs/{job}/numbers")).await.json()["numbers"][0]["id"].clone();
    // Corrected tables and training data beside the tables are in nobody's way.
    let read = client.get(&format!("/api/v1/jobs/{job}/numbers")).await.json()["numbers"][0]["value"].clone();
    let decided = json!([{ "number": kept, "value": read }]);
    assert_eq!(client.send_json(Method::POST, &format!("/api/v1/jobs/{job}/corrections"), &decided).await.status, 200);
    let training = client.get(&format!("/review/{job}/corrected/training.zip")).await;
    assert!(training.bytes.starts_with(b"PK"), "{}", training.text());
    std::fs::rename(&away, &there).expect("a file");
    assert_eq!(client.post(&format!("/jobs/{job}/retry"), &[]).await.status, 303);
    let done = wait(&client, &job).await;
    assert_eq!((&done["progress"]["ok"], &done["progress"]["failed"]), (&json!(2), &json!(0)), "{done}");
    let now = client.get(&format!("/api/v1/jobs/{job}/numbers")).await.json();
    assert_eq!((&now["numbers"][0]["id"], &now["total"]), (&kept, &json!(2)), "what was read stays as it was");
    assert_eq!(values(&client, &job).await.len(), 2);
}

#[tokio::test]
async fn a_job_that_is_deleted_while_it_is_read_leaves_nothing() {
    let site = started("-j 1");
    let client = site.client();
    let job = begin(&client).await;
    for number in 100..140 {
        assert_eq!(add(&client, &job, &format!("{number}.png"), &number_png(&number.to_string())).await, 201);
    }
    let started = client.send(Method::POST, &format!("/api/v1/jobs/{job}/start"), "", Body::empty()).await;
    assert_eq!(started.status, 202);
    let begun = Instant::now();
    while client.get(&format!("/api/v1/jobs/{job}")).await.json()["progress"]["ok"] == json!(0) {
        assert!(begun.elapsed() < PATIENCE);
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let deleted = client.send(Method::DELETE, &format!("/api/v1/jobs/{job}"), "", Body::empty()).await;
    assert_eq!(deleted.status, 204);
    while site.app.job_folder(&job).exists() {
        assert!(begun.elapsed() < PATIENCE);
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    for table in ["jobs", "scans", "pages", "numbers"] {
        let count = |db: &mut rusqlite::Connection| {
            db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get::<_, i64>(0))
        };
        assert_eq!(site.app.store.with_blocking(count), Ok(0), "{table}");
    }
}

#[tokio::test]
async fn uploads_go_when_their_time_is_over() {
    let site = started("--retain 3");
    let client = site.client();
    let job = begin(&client).await;
    assert_eq!(add(&client, &job, "a.png", &number_png("2750")).await, 201);
    finish(&client, &job).await;
    housekeeping::clean(&site.app).expect("a database");
    assert!(site.app.job_folder(&job).exists());
    let age = |db: &mut rusqlite::Connection| db.execute("UPDATE jobs SET created_at = created_at - 4 * 86400", []);
    site.app.store.with_blocking(age).expect("a database");
    std::fs::create_dir_all(site.app.job_folder("orphan").join("uploads")).expect("a folder");
    housekeeping::clean(&site.app).expect("a database");
    assert!(!site.app.job_folder(&job).exists() && !site.app.job_folder("orphan").exists());
    assert_eq!(client.get(&format!("/batches/{job}")).await.status, 404);
}

#[tokio::test]
async fn events_tell_how_far_a_job_is_and_end_with_it() {
    let site = started("");
    let client = site.client();
    let job = begin(&client).await;
    assert_eq!(add(&client, &job, "a.png", &number_png("2750")).await, 201);
    client.send(Method::POST, &format!("/api/v1/jobs/{job}/start"), "", Body::empty()).await;
    let events = client.get(&format!("/batches/{job}/events")).await;
    assert_eq!(events.headers["content-type"], "text/event-stream");
    let text = events.text();
    assert!(text.contains("event: standing") && text.trim_end().ends_with('}'), "{text}");
    assert!(text.contains("\"state\":\"done\""), "{text}");
    let deleted = begin(&client).await;
    let path = format!("/batches/{deleted}/events");
    let delete = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        client.send(Method::DELETE, &format!("/api/v1/jobs/{deleted}"), "", Body::empty()).await
    };
    let (events, _) = futures_util::future::join(client.get(&path), delete).await;
    assert!(events.text().contains("event: gone"), "{}", events.text());
}

#[tokio::test]
async fn jobs_of_other_people_are_not_there_until_they_are_shared() {
    let site = started("--accounts");
    let [ann, bob] = ["ann@example.org", "bob@example.org"].map(|email| site.person(email, Role::Reviewer));
    let job = begin(&ann).await;
    assert_eq!(add(&ann, &job, "a.png", &number_png("2750")).await, 201);
    finish(&ann, &job).await;
    let number = ann.get(&format!("/api/v1/jobs/{job}/numbers")).await.json()["numbers"][0].clone();
    let seen = [
        format!("/batches/{job}"),
        format!("/batches/{job}/events"),
        format!("/batches/{job}/scans/{}/pages/1", number["scan_id"]),
        format!("/jobs/{job}/scans/{}/pages/1", number["scan_id"]),
        format!("/jobs/{job}/numbers/{}/crop", number["id"]),
        format!("/jobs/{job}/download/numbers.csv"),
        format!("/api/v1/jobs/{job}"),
        format!("/api/v1/jobs/{job}/scans"),
        format!("/api/v1/jobs/{job}/numbers"),
        format!("/api/v1/jobs/{job}/download/numbers.csv"),
    ];
    let done = ["start", "retry", "delete", "share", "unshare"].map(|action| format!("/jobs/{job}/{action}"));
    for path in &seen {
        assert_eq!(bob.get(path).await.status, 404, "{path}");
    }
    for path in &done {
        assert_eq!(bob.post(path, &[]).await.status, 404, "{path}");
    }
    let files = format!("/api/v1/jobs/{job}/files");
    assert_eq!(bob.upload(&files, &[], &[("x.png", b"")]).await.status, 404);
    assert_eq!(bob.send(Method::DELETE, &format!("/api/v1/jobs/{job}"), "", Body::empty()).await.status, 404);
    for email in ["Bob@example.org", "nobody@example.org"] {
        assert_eq!(ann.post(&format!("/jobs/{job}/share"), &[("email", email)]).await.status, 303);
    }
    let page = ann.get(&format!("/batches/{job}")).await.text();
    assert!(page.contains("bob@example.org") && page.contains("nobody@example.org"), "both look the same: {page}");
    for path in &seen {
        assert_eq!(bob.get(path).await.status, 200, "{path}");
    }
    for path in &done {
        assert_eq!(bob.post(path, &[("email", "x@example.org")]).await.status, 403, "{path}");
    }
    assert!(bob.get("/batches").await.text().contains("shared with you"));
    assert_eq!(ann.post(&format!("/jobs/{job}/unshare"), &[("email", "bob@example.org")]).await.status, 303);
    assert_eq!(bob.get(&seen[0]).await.status, 404);
    assert_eq!(ann.post(&format!("/jobs/{job}/share"), &[("email", "no address")]).await.status, 422);
}

#[tokio::test]
async fn values_that_are_not_understood_are_told() {
    let site = Site::open("");
    let client = site.client();
    for (document, status, told) in [
        (json!({ "layout": "tower" }), 422, "layout"),
        (json!({ "template": "unknown" }), 404, "nothing here"),
        (json!({ "name": ["a"] }), 422, "name"),
        (json!([1]), 422, "object"),
    ] {
        let answer = client.send_json(Method::POST, "/api/v1/jobs", &document).await;
        assert!(answer.status == status && answer.text().contains(told), "{document}: {}", answer.text());
    }
    let answer = client.send(Method::POST, "/api/v1/jobs", "application/json", "{".into()).await;
    assert_eq!(answer.status, 400);
    let job = begin(&client).await;
    let empty = client.send(Method::POST, &format!("/api/v1/jobs/{job}/start"), "", Body::empty()).await;
    assert_eq!(empty.status, 422, "{}", empty.text());
    let folders = client
        .upload(&format!("/api/v1/jobs/{job}/files"), &[("folder", "../a\\..\\b/")], &[("x.png", &number_png("1"))])
        .await;
    assert_eq!(folders.json()["scans"][0], "a/b/x.png", "{}", folders.text());
}

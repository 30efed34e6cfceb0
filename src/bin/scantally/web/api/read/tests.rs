//! Reading at once: scans of all kinds in, numbers, tables and problems out.

use std::io::Cursor;

use axum::http::Method;

use crate::web::store::templates::{self, StoredTemplate};
use crate::web::store::users::{self, Role};
use crate::web::testing::{Site, number_png};

#[tokio::test]
async fn files_in_parts_are_read_each_by_itself() {
    let site = Site::open("");
    let files: [(&str, &[u8]); 3] =
        [("a.png", &number_png("4711")), ("letter.txt", b"Dear sir"), ("b.png", &number_png("7"))];
    let answer = site.client().upload("/api/v1/read", &[("layout", "line")], &files).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let files = answer.json()["files"].clone();
    let page = &files[0]["pages"][0];
    assert_eq!((&files[0]["source"], &files[0]["status"]), (&"a.png".into(), &"ok".into()));
    assert_eq!(
        (page["page"].as_u64(), page["width"].as_u64(), page["height"].as_u64()),
        (Some(1), Some(176), Some(76))
    );
    let number = &page["numbers"][0];
    assert_eq!((&number["value"], &number["text"]), (&"4711".into(), &"4711".into()));
    assert!(number["confidence"].as_f64().is_some_and(|share| share > 0.5));
    assert!(number["box"]["width"].as_u64().is_some_and(|width| width > 100), "{number}");
    assert_eq!(number["digits"].as_array().map(Vec::len), Some(4));
    assert!(number["digits"][3]["second"].is_u64() && number["digits"][3]["box"]["x"].is_u64(), "{number}");
    assert_eq!(files[1]["status"], "failed");
    assert!(files[1]["error"].as_str().is_some_and(|error| error.starts_with("letter.txt is not a scan")));
    assert_eq!(files[2]["pages"][0]["numbers"][0]["value"], "7");
}

#[tokio::test]
async fn a_plain_body_is_read_and_named_by_the_address() {
    let site = Site::open("");
    let path = "/api/v1/read?layout=line&name=../x.png";
    let answer = site.client().send(Method::POST, path, "image/png", number_png("7").into()).await;
    assert_eq!(answer.json()["files"][0]["source"], "x.png");
    assert_eq!(answer.json()["files"][0]["pages"][0]["numbers"][0]["value"], "7");
}

#[tokio::test]
async fn a_tiny_picture_is_one_digit_without_a_word_about_it() {
    let site = Site::open("");
    let seven = image::load_from_memory(&number_png("7")).expect("a picture").to_luma8();
    for inverted in [false, true] {
        let mut small = image::imageops::resize(
            &image::imageops::crop_imm(&seven, 0, 0, 74, 76).to_image(),
            28,
            28,
            image::imageops::FilterType::Triangle,
        );
        if inverted {
            image::imageops::invert(&mut small);
        }
        let mut png = Cursor::new(Vec::new());
        small.write_to(&mut png, image::ImageFormat::Png).expect("memory");
        let answer = site.client().send(Method::POST, "/api/v1/read", "image/png", png.into_inner().into()).await;
        let number = answer.json()["files"][0]["pages"][0]["numbers"][0].clone();
        assert_eq!(number["value"], "7", "inverted {inverted}: {}", answer.text());
    }
}

#[tokio::test]
async fn tables_come_as_files_and_leave_nothing_behind() {
    let site = Site::open("");
    for (format, kind, name) in [
        ("csv", "text/csv", "numbers.csv"),
        ("jsonl", "application/jsonl", "numbers.jsonl"),
        ("xlsx", "application/vnd.openxml", "numbers.xlsx"),
    ] {
        let values = [("layout", "line"), ("format", format)];
        let answer = site.client().upload("/api/v1/read", &values, &[("a.png", &number_png("4711"))]).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let header = |name: &str| answer.headers[name].to_str().expect("text").to_owned();
        assert!(header("content-type").starts_with(kind) && header("content-disposition").contains(name));
        assert!(format == "xlsx" || answer.text().contains("4711"), "{}", answer.text());
    }
    let left = std::fs::read_dir(site.app.settings.data.join("tmp")).expect("a folder").count();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn what_cannot_be_read_is_told_with_its_status() {
    let site = Site::open("--max-pixels 1000");
    let damaged = "P5 10 10 255 cut short".as_bytes();
    for (values, bytes, status) in [
        (vec![], b"Dear sir".as_slice(), 415),
        (vec![], damaged, 422),
        (vec![], &number_png("1"), 413),
        (vec![("layout", "tower")], &number_png("1"), 422),
        (vec![("format", "pdf")], &number_png("1"), 422),
        (vec![("template", "unknown")], &number_png("1"), 404),
    ] {
        let answer = site.client().upload("/api/v1/read", &values, &[("a.png", bytes)]).await;
        assert_eq!(answer.status, status, "{values:?} {}", answer.text());
        assert_eq!(answer.headers["content-type"], "application/problem+json");
    }
    assert_eq!(site.client().upload("/api/v1/read", &[], &[]).await.status, 422);
    let get = site.client().get("/api/v1/read").await;
    assert_eq!((get.status.as_u16(), get.headers["allow"].to_str().ok()), (405, Some("POST")));
    assert_eq!(site.app.queue.taken(), 0);
}

#[tokio::test]
async fn with_accounts_only_people_with_a_token_and_the_role_read() {
    let site = Site::open("--accounts");
    let png = number_png("1");
    assert_eq!(site.client().upload("/api/v1/read", &[], &[("a.png", &png)]).await.status, 401);
    let reader = site.person("ann@example.org", Role::Reader);
    assert_eq!(reader.upload("/api/v1/read", &[], &[("a.png", &png)]).await.status, 403);
    let reviewer = site.person("bob@example.org", Role::Reviewer);
    assert_eq!(reviewer.upload("/api/v1/read", &[("layout", "line")], &[("a.png", &png)]).await.status, 200);
}

#[tokio::test]
async fn a_template_is_used_for_its_owner_alone() {
    let site = Site::open("--accounts");
    let ann = site.person("ann@example.org", Role::Reviewer);
    let bob = site.person("bob@example.org", Role::Reviewer);
    let toml = "name = \"slip\"\nwidth = 176\nheight = 76\ndpi = 100\n\n[[field]]\nname = \"total\"\nkind = \"digits\"\nbox = [5, 5, 166, 66]\n";
    let made = site.app.store.with_blocking(|db| {
        let owner = users::by_email(db, "ann@example.org")?.expect("an account");
        let template = StoredTemplate {
            id: "slip".to_owned(),
            owner_id: owner.id,
            name: "slip".to_owned(),
            toml: toml.to_owned(),
            width_px: 176,
            height_px: 76,
            created_at: 1,
            changed_at: 1,
        };
        templates::create(db, &template, None)
    });
    made.expect("a template");
    let png = number_png("4711");
    for _ in 0..2 {
        let answer = ann.upload("/api/v1/read", &[("template", "slip")], &[("a.png", &png)]).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        // The picture is no copy of the form, which is what only a template says.
        let number = answer.json()["files"][0]["pages"][0]["numbers"][0].clone();
        assert_eq!(number["reasons"][0], "no_template", "{number}");
    }
    assert_eq!(bob.upload("/api/v1/read", &[("template", "slip")], &[("a.png", &png)]).await.status, 404);
}

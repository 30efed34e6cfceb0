//! The pages Read and result: files in, what people see of them out.

use axum::http::Method;

use crate::web::store::jobs;
use crate::web::store::users::Role;
use crate::web::testing::{Client, Site, number_png};

fn running(line: &str) -> Site {
    let site = Site::open(line);
    site.app.runner.start(&site.app).expect("threads");
    site
}

/// Sends files as a browser without script would, were it allowed to; where the result is.
async fn predict(client: &Client<'_>, values: &[(&str, &str)], files: &[(&str, &[u8])]) -> String {
    client.get("/read").await;
    let answer = client.upload("/read", values, files).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    answer.location().to_owned()
}

#[tokio::test]
async fn the_page_has_choose_predict_and_clear() {
    let page = Site::open("").client().get("/read").await.text();
    for id in ["files", "camera", "predict", "clear", "layout", "kind", "decimal", "template"] {
        assert!(page.contains(&format!("id=\"{id}\"")), "{id} in {page}");
    }
    assert!(page.contains("accept=\".png,.jfif,.pjp,.jpeg,.jpg,.pjpeg,"), "{page}");
}

#[tokio::test]
async fn the_result_shows_boxes_numbers_digits_and_the_way_back() {
    let site = running("");
    let client = site.client();
    let address = predict(&client, &[("layout", "line")], &[("a<b>.png", &number_png("4711"))]).await;
    let page = client.get(&address).await.text();
    for part in [
        "viewBox=\"0 0 176 76\"",
        "<rect class=\"ok\"",
        "class=\"value\">4711<",
        "a&#60;b&#62;.png",
        "id=\"again\"",
        "id=\"clear\"",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
    assert_eq!(page.matches("<span class=\"digit\">").count(), 4);
    let job = address.trim_start_matches("/read/");
    for file in ["numbers.csv", "numbers.xlsx", "numbers.jsonl"] {
        assert!(page.contains(&format!("/jobs/{job}/download/{file}")), "{file}");
        assert!(site.app.job_folder(job).join("output").join(file).exists(), "{file}");
    }
    let progress = client.get(&format!("{address}/progress")).await.json();
    assert_eq!((&progress["is_over"], &progress["read"]), (&true.into(), &1.into()));
}

#[tokio::test]
async fn a_tiny_picture_is_read_as_one_digit() {
    let site = running("");
    let client = site.client();
    let seven = image::load_from_memory(&number_png("7")).expect("a picture").resize_exact(
        28,
        28,
        image::imageops::FilterType::Triangle,
    );
    let mut png = std::io::Cursor::new(Vec::new());
    seven.write_to(&mut png, image::ImageFormat::Png).expect("memory");
    let address = predict(&client, &[("layout", "auto")], &[("7.png", png.get_ref())]).await;
    let page = client.get(&address).await.text();
    assert!(page.contains("class=\"value\">7<") && page.contains("page-view tiny"), "{page}");
}

#[tokio::test]
async fn wrong_files_are_refused_with_a_sentence_and_leave_no_job() {
    let site = running("");
    let client = site.client();
    client.get("/read").await;
    let answer = client.upload("/read", &[], &[("letter.txt", b"Dear sir")]).await;
    assert!(answer.status == 415 && answer.text().contains("letter.txt is not a scan"), "{}", answer.text());
    assert_eq!(client.upload("/read", &[], &[]).await.status, 422);
    assert_eq!(client.upload("/read", &[("layout", "x")], &[("a.png", &number_png("1"))]).await.status, 422);
    let left = site.app.store.with_blocking(|db| jobs::visible_to(db, site.app.local_user.id, 10, 0));
    assert_eq!(left, Ok(Vec::new()));
    assert_eq!(site.app.queue.taken(), 0);
    // Beside a good file a bad one is refused alone, and the page tells of it.
    let files: [(&str, &[u8]); 2] = [("letter.txt", b"Dear sir"), ("a.png", &number_png("4711"))];
    let address = predict(&client, &[("layout", "line")], &files).await;
    assert!(client.get(&address).await.text().contains("class=\"value\">4711<"));
}

#[tokio::test]
async fn a_form_without_the_token_of_its_page_is_not_taken() {
    let site = running("");
    let client = site.client();
    client.get("/read").await;
    client.forget_csrf();
    assert_eq!(client.upload("/read", &[], &[("a.png", &number_png("1"))]).await.status, 403);
}

#[tokio::test]
async fn results_are_there_for_their_owner_alone() {
    let site = running("--accounts");
    let ann = site.person("ann@example.org", Role::Reviewer);
    let answer = ann.upload("/read", &[("layout", "line")], &[("a.png", &number_png("4711"))]).await;
    let address = answer.location();
    assert_eq!(ann.get(address).await.status, 200);
    let bob = site.person("bob@example.org", Role::Admin);
    for path in [address.to_owned(), format!("{address}/progress"), "/read/unknown".to_owned()] {
        assert_eq!(bob.get(&path).await.status, 404, "{path}");
    }
    let reader = site.person("eve@example.org", Role::Reader);
    assert_eq!(reader.send(Method::POST, "/read", "", axum::body::Body::empty()).await.status, 403);
}

#[tokio::test]
async fn while_it_is_not_done_the_page_tells_how_far_it_is() {
    // Nobody reads: the threads were not started.
    let site = Site::open("");
    let client = site.client();
    client.get("/read").await;
    let files: [(&str, &[u8]); 1] = [("a.png", &number_png("1"))];
    let waiting = client.upload("/read", &[("layout", "line")], &files);
    let _ = tokio::time::timeout(std::time::Duration::from_millis(500), waiting).await;
    let jobs = site.app.store.with_blocking(|db| jobs::visible_to(db, site.app.local_user.id, 10, 0));
    let job = &jobs.expect("a database")[0];
    let page = client.get(&format!("/read/{}", job.id)).await.text();
    assert!(page.contains("id=\"waiting\"") && page.contains("0 of 1 files"), "{page}");
}

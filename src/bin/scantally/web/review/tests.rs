//! Reviews of made-up numbers from the first look to the corrected table.

use axum::http::Method;
use scantally::geometry::Rect;
use scantally::number::{Digit, Number, Reason, Status};
use scantally::table::{Crop, FileRow, FileStatus, PageRecord, Pictures, ScanRecord};
use serde_json::{Value, json};

use crate::web::access::{Person, Via};
use crate::web::jobs::intake;
use crate::web::reading::{ReadOptions, Upload};
use crate::web::store::jobs::{self, Job, Kind, State};
use crate::web::store::numbers;
use crate::web::store::scans;
use crate::web::store::shares::{self, Shared};
use crate::web::store::users::{self, Role};
use crate::web::testing::{Answer, Client, Site, number_png};

/// A number with a box for each of its digits.
pub fn number(field: &str, value: &str, confidence: f32, status: Status) -> Number {
    let digits = value.bytes().filter(u8::is_ascii_digit).enumerate().map(|(place, digit)| Digit {
        digit: digit - b'0',
        confidence,
        second: 0,
        second_confidence: 0.1,
        bounds: Rect::new(10 + 20 * i32::try_from(place).expect("few digits"), 10, 16, 40),
        style: None,
    });
    Number {
        field: field.to_owned(),
        value: value.to_owned(),
        confidence,
        status,
        alternatives: vec![("71".to_owned(), 0.1)],
        reasons: if status == Status::Review { vec![Reason::LowConfidence] } else { Vec::new() },
        digits: digits.collect(),
        ..Number::unplaced(Rect::new(10, 10, 120, 40))
    }
}

/// Puts a job with one scan into the database, as if it had been read.
pub fn insert_job(site: &Site, id: &str, owner: &str, source: &str, double_keying: bool, numbers: Vec<Number>) {
    let made = site.app.store.with_blocking(|db| {
        let owner_id = users::by_email(db, owner)?.expect("an account").id;
        let job = Job { state: State::Done, double_keying, ..jobs::tests::queued(id, owner_id, Kind::Batch, 1) };
        jobs::create(db, &job)?;
        scans::tests::insert(db, id, source)
    });
    made.expect("a job");
    read_scan(site, id, numbers);
}

/// Writes the numbers of the one scan of a job.
fn read_scan(site: &Site, job: &str, numbers: Vec<Number>) {
    let written = site.app.store.with_blocking(|db| {
        let scan = scans::of_job(db, job)?.remove(0);
        let crop = Crop { bounds: Rect::new(0, 0, 140, 60), png: b"png".to_vec(), path: None };
        let pictures = Pictures { crops: vec![Some(crop); numbers.len()], thumbnail: None };
        let page = PageRecord { page: 1, width_px: 800, height_px: 600, numbers, pictures };
        let row = FileRow {
            source: scan.source,
            page_count: 1,
            status: FileStatus::Ok,
            error: String::new(),
            content_hash: None,
        };
        numbers::write_scan(db, scan.id, &ScanRecord { row, pages: vec![page] })
    });
    assert_eq!(written, Ok(true));
}

fn share(site: &Site, job: &str, email: &str) {
    site.app.store.with_blocking(|db| shares::share(db, Shared::Job, job, email)).expect("a database");
}

const LOCAL: &str = users::LOCAL_EMAIL;

/// What the script of the page gets.
async fn next(client: &Client<'_>, job: &str) -> Value {
    let answer = client.get(&format!("/review/{job}/next")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

async fn decide(client: &Client<'_>, job: &str, number: &Value, value: &str) -> Answer {
    let document = json!({ "value": value, "version": number["version"], "milliseconds": 1500 });
    client.send_json(Method::POST, &format!("/review/{job}/numbers/{}", number["id"]), &document).await
}

/// Who did what from where to where, of all rows of the audit.
async fn audit(client: &Client<'_>, job: &str) -> Vec<String> {
    let answer = client.get(&format!("/api/v1/jobs/{job}/audit")).await.json();
    let text = |step: &Value, name: &str| step[name].as_str().expect("a text").to_owned();
    let steps = answer["steps"].as_array().expect("steps").iter();
    steps.map(|step| ["who", "action", "field", "before", "after"].map(|name| text(step, name)).join(" ")).collect()
}

#[tokio::test]
async fn numbers_are_confirmed_corrected_emptied_and_taken_back() {
    let site = Site::open("");
    let numbers = vec![
        number("n1", "17", 0.5, Status::Review),
        number("n2", "28", 0.6, Status::Review),
        number("n3", "39", 0.7, Status::Review),
        number("n4", "40", 0.99, Status::Ok),
        number("n5", "", 0.3, Status::Rejected),
    ];
    insert_job(&site, "job", LOCAL, "=<b>a.png", false, numbers);
    let client = site.client();
    let page = client.get("/review/job").await.text();
    assert!(page.contains("What needs a person (3)") && page.contains("Ink that is no number (1)"), "{page}");
    assert!(client.get("/review").await.text().contains("<td class=\"number\">3</td>"));

    let handed = next(&client, "job").await;
    assert_eq!((handed["left"].as_u64(), handed["is_end"].as_bool()), (Some(3), Some(true)));
    let all = handed["numbers"].as_array().expect("numbers");
    let fields: Vec<&str> = all.iter().map(|number| number["field"].as_str().expect("a field")).collect();
    assert_eq!(fields, ["n1", "n2", "n3"]);
    assert_eq!((&all[0]["choices"], &all[0]["reasons"]), (&json!(["71"]), &json!(["hard to read"])));

    let confirmed = decide(&client, "job", &all[0], "17").await;
    assert_eq!((confirmed.status.as_u16(), confirmed.json()["left"].as_u64()), (200, Some(2)), "{confirmed:?}");
    assert_eq!(decide(&client, "job", &all[1], " 29 ").await.status, 200);
    assert_eq!(decide(&client, "job", &all[2], "empty").await.status, 200);
    let refused = decide(&client, "job", &all[2], "30").await;
    assert!(refused.status == 409 && refused.text().contains("decided this number meanwhile"), "{refused:?}");
    assert_eq!(decide(&client, "job", &json!({ "id": 999, "version": 0 }), "1").await.status, 404);

    let undone = client.send(Method::POST, "/review/job/undo", "", axum::body::Body::empty()).await.json();
    assert_eq!((undone["number"]["field"].as_str(), undone["left"].as_u64()), (Some("n3"), Some(1)));
    let again = decide(&client, "job", &undone["number"], "x").await;
    assert!(again.status == 422 && again.text().contains("is no number"), "{}", again.text());
    assert_eq!(decide(&client, "job", &undone["number"], "1,039").await.status, 422, "three decimals, or a thousand");
    assert_eq!(decide(&client, "job", &undone["number"], "1039").await.json()["left"].as_u64(), Some(0));

    let steps = ["confirmed n1 17 17", "corrected n2 28 29", "emptied n3 39 ", "undone n3  39", "corrected n3 39 1039"];
    assert_eq!(audit(&client, "job").await, steps.map(|step| format!("{LOCAL} {step}")));
    let page = client.get("/review/job/audit").await.text();
    assert!(page.contains("=&#60;b&#62;a.png") && !page.contains("<b>a.png"), "{page}");
    let csv = client.get("/review/job/audit.csv").await.text();
    assert!(csv.starts_with("at,by,action,source,page,field,before,after,seconds\n"), "{csv}");
    assert!(csv.contains(",confirmed,./=<b>a.png,1,n1,17,17,"), "{csv}");
}

#[tokio::test]
async fn nothing_of_the_audit_is_changed_but_it_goes_with_its_job() {
    let site = Site::open("");
    insert_job(&site, "job", LOCAL, "a.png", false, vec![number("n1", "17", 0.5, Status::Review)]);
    let client = site.client();
    let handed = next(&client, "job").await;
    assert_eq!(decide(&client, "job", &handed["numbers"][0], "18").await.status, 200);
    let run = |statement: &'static str| site.app.store.with_blocking(|db| db.execute(statement, []));
    assert!(run("UPDATE audit SET after = '19'").is_err() && run("DELETE FROM audit").is_err());
    assert_eq!(site.app.store.with_blocking(|db| jobs::delete(db, "job")), Ok(1));
    let rest = site.app.store.with_blocking(|db| db.query_row("SELECT count(*) FROM audit", [], |row| row.get(0)));
    assert_eq!(rest, Ok(0));
}

#[tokio::test]
async fn two_people_get_different_numbers_and_others_see_nothing() {
    let site = Site::open("--accounts");
    let [ann, bob, eve] = ["ann", "bob", "eve"].map(|name| site.person(&format!("{name}@example.org"), Role::Reviewer));
    let reader = site.person("ron@example.org", Role::Reader);
    let numbers = (1..=12).map(|place| number(&format!("n{place}"), "17", 0.5, Status::Review)).collect();
    insert_job(&site, "job", "ann@example.org", "a.png", false, numbers);
    share(&site, "job", "bob@example.org");
    share(&site, "job", "ron@example.org");

    let for_reader = next(&reader, "job").await;
    assert_eq!(for_reader["numbers"].as_array().map(Vec::len), Some(10), "a reader looks, and holds nothing");
    assert_eq!(decide(&reader, "job", &for_reader["numbers"][0], "1").await.status, 403);
    let (for_ann, for_bob) = (next(&ann, "job").await, next(&bob, "job").await);
    assert_eq!((for_ann["numbers"].as_array().map(Vec::len), for_ann["is_end"].as_bool()), (Some(10), Some(false)));
    assert_eq!((for_bob["numbers"].as_array().map(Vec::len), for_bob["with_others"].as_u64()), (Some(2), Some(10)));

    // Bob gets to a number of Ann by some other way.
    assert_eq!(decide(&bob, "job", &for_ann["numbers"][0], "18").await.status, 200);
    let late = decide(&ann, "job", &for_ann["numbers"][0], "19").await;
    assert!(late.status == 409 && late.text().contains("meanwhile"), "{late:?}");
    let undone = ann.send(Method::POST, "/review/job/undo", "", axum::body::Body::empty()).await;
    assert_eq!(undone.status, 409, "it was not hers");

    let id = &for_ann["numbers"][1]["id"];
    for path in [
        "/review/job",
        "/review/job/next?after=x",
        "/review/job/groups?digit=x",
        "/review/job/audit",
        "/review/job/audit.csv",
    ] {
        assert_eq!(eve.get(path).await.status, 404, "{path}");
    }
    for path in ["/review/job/corrected/x", "/api/v1/jobs/job/corrections?limit=x", "/api/v1/jobs/job/audit"] {
        assert_eq!(eve.get(path).await.status, 404, "{path}");
    }
    for path in
        ["/review/job/undo", "/review/job/sample", "/api/v1/jobs/job/corrections", &format!("/review/job/numbers/{id}")]
    {
        assert_eq!(eve.send_json(Method::POST, path, &Value::Null).await.status, 404, "{path}");
    }
    // A number of another job is none of this one.
    insert_job(&site, "eves", "eve@example.org", "a.png", false, Vec::new());
    assert_eq!(decide(&eve, "eves", &for_ann["numbers"][1], "1").await.status, 404);
}

#[tokio::test]
async fn two_people_key_blind_and_a_third_one_decides() {
    let site = Site::open("--accounts");
    let [ann, bob, eve] = ["ann", "bob", "eve"].map(|name| site.person(&format!("{name}@example.org"), Role::Reviewer));
    let numbers = vec![number("n1", "17", 0.5, Status::Review), number("n2", "28", 0.6, Status::Review)];
    insert_job(&site, "job", "ann@example.org", "a.png", true, numbers);
    assert!(ann.get("/review/job").await.text().contains("Only you can review this batch"));
    share(&site, "job", "bob@example.org");
    share(&site, "job", "eve@example.org");
    assert!(!ann.get("/review/job").await.text().contains("Only you can review"));

    let for_ann = next(&ann, "job").await["numbers"].clone();
    let hidden = (&for_ann[0]["value"], &for_ann[0]["percent_sure"], &for_ann[0]["choices"], &for_ann[0]["reasons"]);
    assert_eq!(hidden, (&Value::Null, &Value::Null, &json!([]), &json!([])));
    let for_bob = next(&bob, "job").await["numbers"].clone();
    assert_eq!(for_bob.as_array().map(Vec::len), Some(2), "two may key a number at the same time");
    assert_eq!(next(&eve, "job").await["numbers"], json!([]), "a third one may not");

    let first = decide(&ann, "job", &for_ann[0], "17").await.json();
    assert_eq!((first["settled"].as_bool(), first["left"].as_u64()), (Some(false), Some(1)));
    let again = decide(&ann, "job", &for_ann[0], "17").await;
    assert!(again.status == 409 && again.text().contains("You have keyed"), "{again:?}");
    let seen = audit(&bob, "job").await;
    assert_eq!(seen, ["ann@example.org keyed n1  "], "what she keyed is hidden from him");
    assert!(bob.get("/review/job/audit.csv").await.text().contains(",hidden until it is settled,"));
    let second = decide(&bob, "job", &for_bob[0], "17").await.json();
    assert_eq!(second["settled"].as_bool(), Some(true));

    assert_eq!(decide(&bob, "job", &for_bob[1], "23").await.status, 200);
    assert_eq!(decide(&ann, "job", &for_ann[1], "28").await.json()["settled"].as_bool(), Some(false));
    assert_eq!(next(&ann, "job").await["numbers"], json!([]));
    let for_eve = next(&eve, "job").await["numbers"].clone();
    assert_eq!((for_eve.as_array().map(Vec::len), &for_eve[0]["choices"]), (Some(1), &json!(["23", "28"])));
    let bobs = bob.send(Method::POST, "/review/job/undo", "", axum::body::Body::empty()).await;
    assert!(bobs.status == 409 && bobs.text().contains("Somebody else has keyed"), "{bobs:?}");
    assert_eq!(decide(&eve, "job", &for_eve[0], "28").await.json()["settled"].as_bool(), Some(true));
    let steps = [
        "ann@example.org keyed n1  17",
        "bob@example.org keyed n1  17",
        "bob@example.org settled n1 17 17",
        "bob@example.org keyed n2  23",
        "ann@example.org keyed n2  28",
        "eve@example.org keyed n2  28",
        "eve@example.org settled n2 28 28",
    ];
    assert_eq!(audit(&bob, "job").await, steps);
    assert!(ann.get("/review/job/groups").await.text().contains("do not see what was read"));
}

#[tokio::test]
async fn digits_of_a_kind_stand_side_by_side_and_correct_their_numbers() {
    let site = Site::open("");
    let numbers = vec![number("n1", "77.00", 0.9, Status::Ok), number("n2", "17", 0.5, Status::Review)];
    insert_job(&site, "job", LOCAL, "\"a&.png", false, numbers);
    let client = site.client();
    let page = client.get("/review/job/groups?digit=7").await.text();
    assert_eq!(page.matches("class=\"digit-cell\"").count(), 3, "{page}");
    assert!(page.contains("aria-label=\"7, 50 % sure, in 17, n2 of &#34;a&#38;.png, page 1\""), "{page}");
    // Its box is 16 x 40 at (10, 10), and 12 % of 40 are 4.8.
    assert!(page.contains("viewBox=\"5.2 5.2 25.6 49.6\""), "{page}");
    assert!(page.find("in 17").expect("n2") < page.find("in 77.00").expect("n1"), "least sure first");
    let all = client.get("/review/job/next?show=all").await.json();
    assert_eq!(decide(&client, "job", &all["numbers"][0], "71.00").await.status, 200);
    let page = client.get("/review/job/groups?digit=7").await.text();
    assert_eq!(page.matches("class=\"digit-cell changed\"").count(), 1, "{page}");
    assert!(page.contains("; now 1\""), "{page}");
    assert_eq!(client.get("/review/job/groups?digit=10").await.status, 400);
}

#[tokio::test]
async fn a_sample_of_sure_numbers_goes_to_review() {
    let site = Site::open("");
    let numbers = (0..60).map(|place| number(&format!("n{place}"), "17", 0.99, Status::Ok)).collect();
    insert_job(&site, "job", LOCAL, "a.png", false, numbers);
    let client = site.client();
    assert_eq!(next(&client, "job").await["left"].as_u64(), Some(0));
    for (left, status) in [(50, 303), (60, 303), (60, 409)] {
        let answer = client.post("/review/job/sample", &[]).await;
        assert_eq!((answer.status.as_u16(), next(&client, "job").await["left"].as_u64()), (status, Some(left)));
    }
}

#[tokio::test]
async fn programs_correct_by_id_or_place_all_or_nothing() {
    let site = Site::open("--accounts");
    let ann = site.person("ann@example.org", Role::Reviewer);
    let numbers = vec![number("n1", "17", 0.5, Status::Review), number("n2", "28", 0.6, Status::Review)];
    insert_job(&site, "job", "ann@example.org", "a.png", false, numbers);
    let id = next(&ann, "job").await["numbers"][0]["id"].clone();
    let path = "/api/v1/jobs/job/corrections";
    let place = |field: &str, value: &str| json!({ "source": "a.png", "page": 1, "field": field, "value": value });
    for (document, status, part) in [
        (json!([{ "number": id, "value": "18" }, place("n2", "x")]), 422, "a.png, page 1, field n2"),
        (json!([place("n9", "1")]), 422, "Correction 1"),
        (json!([{ "value": "1" }]), 422, "Correction 1"),
        (json!([]), 422, "1 to 1000"),
        (json!({ "number": id, "value": "18" }), 400, "Send a list"),
        (json!([{ "number": id, "value": "18", "version": 7 }]), 409, "meanwhile"),
        (json!([{ "number": 999, "value": "18" }]), 404, "nothing here"),
    ] {
        let answer = ann.send_json(Method::POST, path, &document).await;
        assert!(answer.status == status && answer.text().contains(part), "{document}: {}", answer.text());
    }
    assert_eq!(ann.get(path).await.json()["count"].as_u64(), Some(0), "none of them was taken");
    let answer =
        ann.send_json(Method::POST, path, &json!([{ "number": id, "value": "18" }, place("n2", "empty")])).await;
    assert_eq!((answer.status.as_u16(), answer.json()["taken"].as_array().map(Vec::len)), (200, Some(2)));
    let decided = ann.get(&format!("{path}?limit=1&offset=1")).await.json();
    let row = &decided["corrections"][0];
    assert_eq!((decided["count"].as_u64(), &row["read"], &row["value"]), (Some(2), &json!("28"), &json!("")));
    assert_eq!(ann.get(&format!("{path}?limit=0")).await.status, 400);
}

/// Has scans read as a job, and waits for it.
async fn read_job(site: &Site, files: &[(&str, &str)]) -> String {
    let app = &site.app;
    let user = app.local_user.clone();
    let person = Person { id: user.id, email: user.email, role: user.role, via: Via::Machine };
    let mut options = ReadOptions::default();
    options.set("layout", "line").expect("a layout");
    options.set("kind", "digits").expect("a kind");
    let job = intake::create(app, &person, Kind::Batch, "forms", false, options).await.expect("a job");
    for (name, digits) in files {
        let upload = Upload { name: (*name).to_owned(), bytes: number_png(digits) };
        intake::add_file(app, &job, upload).await.expect("a scan");
    }
    let mut changes = app.runner.changes();
    intake::start(app, &job).await.expect("a job with scans");
    app.runner.start(app).expect("threads");
    loop {
        let id = job.id.clone();
        let now = app.store.with(move |db| jobs::by_id(db, &id)).await.expect("a database").expect("the job");
        if now.state.is_over() {
            assert_eq!((now.state, now.error.as_str()), (State::Done, ""));
            return job.id;
        }
        changes.changed().await.expect("a runner");
    }
}

#[tokio::test]
async fn corrected_tables_are_those_of_the_program() {
    let site = Site::open("");
    let job = read_job(&site, &[("=b.png", "2750"), ("a.png", "418")]).await;
    let client = site.client();
    let corrected = format!("/review/{job}/corrected");
    let nothing = client.get(&format!("{corrected}/training.zip")).await;
    assert!(nothing.status == 409 && nothing.text().contains("nothing to train on"), "{nothing:?}");
    let all = client.get(&format!("/review/{job}/next?show=all")).await.json();
    let read = |place: usize| all["numbers"][place]["value"].as_str().expect("a value");
    // As many digits as were found, so that they are training data, and other ones.
    let decided: String = read(0).chars().map(|digit| if digit == '3' { '0' } else { '3' }).collect();
    assert_eq!(decide(&client, &job, &all["numbers"][0], &decided).await.status, 200);
    let refused = decide(&client, &job, &all["numbers"][1], "4.18").await;
    assert!(refused.status == 422 && refused.text().contains("digits alone"), "{}", refused.text());

    let table = client.get(&format!("{corrected}/numbers.reviewed.csv")).await;
    let disposition = table.headers["content-disposition"].to_str().expect("text");
    assert!(disposition.contains("filename=\"forms-numbers.reviewed.csv\""), "{disposition}");
    let rows: Vec<String> = table.text().lines().map(str::to_owned).collect();
    assert!(rows[0].ends_with(",crop,reviewed_by,reviewed_at"), "{rows:?}");
    assert!(
        rows[1].starts_with(&format!("./=b.png,1,n1,{decided},1.0000,ok,")) && rows[1].contains(&format!(",{LOCAL},")),
        "{rows:?}"
    );
    assert!(rows[2].starts_with(&format!("a.png,1,n1,{},", read(1))) && rows[2].ends_with(",,"), "{rows:?}");
    let trail = client.get(&format!("{corrected}/review_audit.csv")).await.text();
    assert!(
        trail.starts_with("run,source,page,field,blake3,old,new,by,at\n")
            && trail.contains(&format!(",{},{decided},", read(0))),
        "{trail}"
    );
    let archive = client.get(&format!("{corrected}/training.zip")).await;
    assert_eq!((archive.status.as_u16(), &archive.bytes[..2]), (200, &b"PK"[..]));

    // What is taken back is no longer in the tables.
    client.send(Method::POST, &format!("/review/{job}/undo"), "", axum::body::Body::empty()).await;
    let table = client.get(&format!("{corrected}/numbers.reviewed.csv")).await.text();
    assert!(table.contains(&format!("./=b.png,1,n1,{},", read(0))), "{table}");
    for file in ["x", "..%2Fjournal.sqlite", "journal.sqlite"] {
        assert_eq!(client.get(&format!("{corrected}/{file}")).await.status, 404, "{file}");
    }
}

#[tokio::test]
async fn a_batch_that_is_being_read_is_not_reviewed() {
    let site = Site::open("");
    insert_job(&site, "job", LOCAL, "a.png", false, vec![number("n1", "17", 0.5, Status::Review)]);
    site.app.store.with_blocking(|db| jobs::set_state(db, "job", State::Running, "")).expect("a database");
    let client = site.client();
    assert!(client.get("/review/job").await.text().contains("still being read"));
    assert_eq!(client.get("/review/job/next").await.status, 409);
    assert_eq!(decide(&client, "job", &json!({ "id": 1, "version": 0 }), "1").await.status, 409);
}

#[tokio::test]
async fn decisions_stay_where_a_scan_is_read_again_with_the_same_result() {
    let site = Site::open("");
    let read = |second: &str| vec![number("n1", "17", 0.5, Status::Review), number("n2", second, 0.5, Status::Review)];
    insert_job(&site, "job", LOCAL, "a.png", false, read("28"));
    let client = site.client();
    let numbers = next(&client, "job").await["numbers"].clone();
    for place in 0..2 {
        assert_eq!(decide(&client, "job", &numbers[place], "99").await.status, 200);
    }
    read_scan(&site, "job", read("29"));
    let decided = client.get("/api/v1/jobs/job/corrections").await.json();
    assert_eq!((decided["count"].as_u64(), &decided["corrections"][0]["field"]), (Some(1), &json!("n1")));
    read_scan(&site, "job", Vec::new());
    assert_eq!(client.get("/api/v1/jobs/job/corrections").await.json()["count"].as_u64(), Some(0));
    assert_eq!(audit(&client, "job").await.len(), 2, "the trail stays");
}

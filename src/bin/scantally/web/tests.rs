//! What holds for all routes: the table is walked, so that no route can be forgotten.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::Method;
use scantally::geometry::Rect;
use scantally::number::Number;
use scantally::table::{FileRow, FileStatus, PageRecord, ScanRecord};

use crate::web::access::Access;
use crate::web::routes::RouteTable;
use crate::web::store::jobs::{self, Kind, State};
use crate::web::store::numbers;
use crate::web::store::scans;
use crate::web::store::shares::{self, Shared};
use crate::web::store::templates::{self, StoredTemplate};
use crate::web::store::users::{self, Role};
use crate::web::testing::{Client, Site};

/// Methods that a route may have.
const METHODS: [Method; 5] = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

/// Parts of addresses that name what belongs to somebody.
const OWNED: [&str; 3] = ["{job}", "{template}", "{token}"];

const TEMPLATE: &str = "name = \"slip\"\nwidth = 400\nheight = 300\ndpi = 100\n\n[[field]]\nname = \"n\"\nbox = [20, 20, 200, 40]\nkind = \"digits\"\n";

#[tokio::test]
async fn the_first_page_is_light_and_asks_nothing_of_other_sites() {
    let site = Site::open("");
    let client = site.client();
    let home = client.get("/").await;
    assert_eq!(home.status, 200);
    assert!(home.text().contains("Handwritten numbers"), "{}", home.text());
    let policy = home.headers["content-security-policy"].to_str().expect("a readable policy");
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    let mut bytes = home.bytes.len();
    for address in addresses(&home.text()) {
        assert!(address.starts_with('/') && !address.starts_with("//"), "{address} leads elsewhere");
        if address.starts_with("/assets/") || address.ends_with("/thumbnail") {
            let part = client.get(&address).await;
            assert_eq!(part.status, 200, "{address}");
            bytes += part.bytes.len();
        }
    }
    assert!(bytes < 100_000, "the first page weighs {bytes} bytes");
}

/// What a page links to or loads, each once; places on the page itself left out.
fn addresses(page: &str) -> Vec<String> {
    let values = ["src=\"", "href=\"", "action=\""].into_iter().flat_map(|name| page.split(name).skip(1));
    let mut addresses: Vec<String> =
        values.filter_map(|rest| rest.split_once('"')).map(|(address, _)| address.to_owned()).collect();
    addresses.sort();
    addresses.dedup();
    addresses.retain(|address| !address.starts_with('#'));
    addresses
}

#[tokio::test]
async fn what_is_not_there_is_told_in_a_sentence() {
    let site = Site::open("");
    let answer = site.client().get("/nothing").await;
    assert_eq!(answer.status, 404);
    assert!(answer.text().contains("<h1>Not found</h1>"), "{}", answer.text());
    let answer = site.client().get("/api/v1/nothing").await;
    assert_eq!((answer.status.as_u16(), answer.json()["status"].as_u64()), (404, Some(404)));
}

#[tokio::test]
async fn a_method_that_an_address_does_not_take_is_405() {
    let site = Site::open("");
    let mut methods: BTreeMap<&str, Vec<Method>> = BTreeMap::new();
    for route in RouteTable::of(&site.app).routes() {
        methods.entry(route.path).or_default().push(route.method.clone());
    }
    for (path, taken) in methods {
        let address = filled(path, &Belongings::default());
        for method in METHODS.iter().filter(|method| !taken.contains(method)) {
            let answer = site.client().send(method.clone(), &address, "", Body::empty()).await;
            assert_eq!(answer.status, 405, "{method} {path}");
            let allowed = answer.headers["allow"].to_str().expect("a readable list");
            assert!(taken.iter().all(|method| allowed.contains(method.as_str())), "{path}: {allowed}");
        }
    }
}

#[tokio::test]
async fn what_belongs_to_somebody_else_is_not_there() {
    let site = Site::open("--accounts");
    let ann = site.person("ann@example.org", Role::Reviewer);
    let belongings = Belongings::of(&site, "ann@example.org");
    // Nobody may do more than an administrator, and even they see only what is theirs.
    let bob = site.person("bob@example.org", Role::Admin);
    let mut walked = 0;
    for route in RouteTable::of(&site.app).routes() {
        if !OWNED.iter().any(|name| route.path.contains(name)) {
            continue;
        }
        let address = filled(route.path, &belongings);
        for (kind, body) in [("", ""), ("application/json", "{}"), ("application/x-www-form-urlencoded", "a=1")] {
            let answer = bob.send(route.method.clone(), &address, kind, Body::from(body)).await;
            assert_eq!(answer.status, 404, "{} {} {kind}: {}", route.method, route.path, answer.text());
            assert!(!answer.text().contains("secret-name"), "{} tells what it is", route.path);
        }
        walked += 1;
    }
    assert!(walked >= 20, "only {walked} routes name what belongs to somebody");
    for path in OWN_PAGES {
        let answer = ann.get(&filled(path, &belongings)).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    }
    let left = site.app.store.with_blocking(|db| jobs::by_id(db, &belongings.job));
    assert!(left.expect("a database").is_some(), "nothing was deleted");
}

/// Pages that show what belongs to somebody, and need nothing but that.
const OWN_PAGES: [&str; 5] =
    ["/batches/{job}", "/review/{job}", "/templates/{template}/edit", "/read/{job}", "/api/v1/jobs/{job}"];

#[tokio::test]
async fn who_is_not_logged_in_gets_no_further_than_the_door() {
    let site = Site::open("--accounts");
    site.person("ann@example.org", Role::Reviewer);
    let belongings = Belongings::of(&site, "ann@example.org");
    let stranger = site.client();
    let forged = Client::with_token(&site, "not-a-token");
    for route in RouteTable::of(&site.app).routes() {
        let Access::From(_) = route.access else {
            assert!(!OWNED.iter().any(|name| route.path.contains(name)), "{} is open to everybody", route.path);
            continue;
        };
        let address = filled(route.path, &belongings);
        let answer = stranger.send(route.method.clone(), &address, "", Body::empty()).await;
        let is_turned_away = answer.status == 401 || answer.location().starts_with("/login?next=");
        assert!(is_turned_away, "{} {}: {}", route.method, route.path, answer.status);
        let answer = forged.send(route.method.clone(), &address, "", Body::empty()).await;
        assert_eq!(answer.status, 401, "{} {}", route.method, route.path);
    }
}

#[tokio::test]
async fn readers_change_nothing_of_what_is_shared_with_them() {
    let site = Site::open("--accounts");
    site.person("ann@example.org", Role::Reviewer);
    let belongings = Belongings::of(&site, "ann@example.org");
    let reader = site.person("rea@example.org", Role::Reader);
    let shared = site.app.store.with_blocking(|db| {
        shares::share(db, Shared::Job, &belongings.job, "rea@example.org")?;
        shares::share(db, Shared::Template, &belongings.template, "rea@example.org")
    });
    shared.expect("a database");
    assert_eq!(reader.get(&format!("/batches/{}", belongings.job)).await.status, 200);
    for route in RouteTable::of(&site.app).routes() {
        if route.method == Method::GET || !["{job}", "{template}"].iter().any(|name| route.path.contains(name)) {
            continue;
        }
        let answer = reader.send(route.method.clone(), &filled(route.path, &belongings), "", Body::empty()).await;
        assert_eq!(answer.status, 403, "{} {}: {}", route.method, route.path, answer.text());
    }
}

/// What somebody has, by the names that addresses have for it.
#[derive(Default)]
struct Belongings {
    job: String,
    template: String,
    token: String,
    scan: i64,
    number: i64,
}

impl Belongings {
    /// A job with one scan and one number to review, a template and the token that somebody came with.
    fn of(site: &Site, email: &str) -> Self {
        let mut number = Number::unplaced(Rect::new(10, 10, 40, 20));
        number.field = "n1".to_owned();
        number.status = scantally::number::Status::Review;
        let row = FileRow {
            source: "secret-name.png".to_owned(),
            page_count: 1,
            status: FileStatus::Ok,
            error: String::new(),
            content_hash: None,
        };
        let page =
            PageRecord { page: 1, width_px: 100, height_px: 100, numbers: vec![number], ..PageRecord::default() };
        let scan = ScanRecord { row, pages: vec![page] };
        let made = site.app.store.with_blocking(|db| {
            let owner = users::by_email(db, email)?.map_or(0, |user| user.id);
            let job = jobs::Job { state: State::Done, ..jobs::tests::queued("jobofann", owner, Kind::Batch, 1) };
            jobs::create(db, &job)?;
            let scan_id = scans::tests::insert(db, &job.id, "secret-name.png")?;
            numbers::write_scan(db, scan_id, &scan)?;
            let template = StoredTemplate {
                id: "templateofann".to_owned(),
                owner_id: owner,
                name: "secret-name".to_owned(),
                toml: TEMPLATE.to_owned(),
                width_px: 400,
                height_px: 300,
                created_at: 1,
                changed_at: 1,
            };
            templates::create(db, &template, None)?;
            Ok(Self {
                number: numbers::of_job(db, &job.id, 1, 0)?[0].id,
                token: db.query_row("SELECT id FROM tokens WHERE user_id = ?1", [owner], |row| row.get(0))?,
                job: job.id,
                template: template.id,
                scan: scan_id,
            })
        });
        made.expect("a database")
    }
}

/// An address of a route with something in each of its places.
fn filled(path: &str, belongings: &Belongings) -> String {
    let or = |text: &str, other: &str| if text.is_empty() { other.to_owned() } else { text.to_owned() };
    path.replace("{job}", &or(&belongings.job, "nojob"))
        .replace("{template}", &or(&belongings.template, "notemplate"))
        .replace("{token}", &or(&belongings.token, "notoken"))
        .replace("{scan}", &belongings.scan.to_string())
        .replace("{number}", &belongings.number.to_string())
        .replace("{page}", "1")
        .replace("{file}", "numbers.csv")
        .split('/')
        .map(|part| if part.starts_with('{') { "1" } else { part })
        .collect::<Vec<_>>()
        .join("/")
}

//! Figures of made-up numbers, reckoned by hand.

use axum::http::Method;
use scantally::number::{Reason, Status};
use serde_json::json;

use super::calibration::{Calibration, Judgement};
use super::median_seconds;
use crate::web::review::tests::{insert_job, number};
use crate::web::store::figures::Reviewed;
use crate::web::store::users::LOCAL_EMAIL;
use crate::web::testing::Site;

/// Numbers of one confidence, of which `right` were read right.
fn reviewed(confidence: f32, right: usize, wrong: usize) -> Vec<Reviewed> {
    let one = |value: &str| Reviewed {
        number: number("n1", "17", confidence, Status::Review),
        decided_value: value.to_owned(),
        is_drawn: false,
    };
    [vec![one("17"); right], vec![one("11"); wrong]].concat()
}

#[test]
fn the_judgement_compares_what_was_expected_with_the_interval_of_what_was_found() {
    for (confidence, right, wrong, judgement) in [
        (0.25, 20, 79, Judgement::TooFew),
        // Wilson: 20 of 100 are 13.3 to 28.9 %.
        (0.25, 20, 80, Judgement::Right),
        // 50 of 100 are 40.4 to 59.6 %.
        (0.75, 50, 50, Judgement::TooSure),
        (0.25, 50, 50, Judgement::TooCareful),
    ] {
        let calibration = Calibration::of(&reviewed(confidence, right, wrong));
        assert_eq!(calibration.judgement, judgement, "{confidence} {right} {wrong}");
    }
    let calibration = Calibration::of(&[reviewed(0.25, 20, 80), reviewed(1.0, 1, 0)].concat());
    let class = &calibration.classes[2];
    assert_eq!((class.count, class.expected, class.found), (100, 0.25, 0.2));
    assert_eq!((class.range().as_str(), class.interval_percent().as_str()), ("20–30 %", "13–29 %"));
    assert_eq!((calibration.classes[9].count, calibration.all.count), (1, 101), "sure belongs to the last class");
}

#[test]
fn numbers_that_were_looked_at_for_another_reason_do_not_count() {
    let mut all = reviewed(0.5, 4, 0);
    all[0].number.reasons.push(Reason::CheckDigit);
    all[1].number.status = Status::Ok;
    all[2].number.status = Status::Ok;
    all[2].is_drawn = true;
    let calibration = Calibration::of(&all);
    assert_eq!((calibration.all.count, calibration.drawn, calibration.left_out), (2, 1, 2));
}

#[test]
fn the_median_is_the_middle_or_between_the_two_middle_ones() {
    assert_eq!(median_seconds(&[]), None);
    assert_eq!(median_seconds(&[1000, 2000, 9000]), Some(2.0));
    assert_eq!(median_seconds(&[1000, 2000]), Some(1.5));
}

#[tokio::test]
async fn the_page_shows_what_was_read_and_corrected() {
    let site = Site::open("");
    let client = site.client();
    let empty = client.get("/dashboard").await.text();
    assert!(empty.contains("Nothing has been read yet") && empty.contains("id=\"figure-seconds\">–<"), "{empty}");
    let numbers = vec![
        number("n1", "17", 0.5, Status::Review),
        number("n2", "28", 0.6, Status::Review),
        number("n3", "39", 0.99, Status::Ok),
        number("n4", "", 0.1, Status::Rejected),
        number("n5", "", 0.99, Status::Empty),
    ];
    insert_job(&site, "job", LOCAL_EMAIL, "a.png", false, numbers);
    let place = |field: &str, value: &str| json!({ "source": "a.png", "page": 1, "field": field, "value": value });
    let document = json!([place("n1", "11"), place("n2", "28")]);
    assert_eq!(client.send_json(Method::POST, "/api/v1/jobs/job/corrections", &document).await.status, 200);
    let page = client.get("/dashboard").await.text();
    for part in [
        "id=\"figure-numbers\">5<",
        "id=\"figure-read-rate\">25.0 %<",
        "id=\"figure-corrected\">50.0 %<",
        "<tr><th scope=\"row\">1970-01-01</th><td class=\"number\">1</td><td class=\"number\">1</td><td class=\"number\">5</td></tr>",
        "<tr><td>7</td><td>1</td><td class=\"number\">1</td></tr>",
        "Too few numbers to say: 2 count so far",
        "No sure number was checked",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
}

#[tokio::test]
async fn nobody_sees_figures_of_others() {
    let site = Site::open("--accounts");
    let [ann, eve] =
        ["ann", "eve"].map(|name| site.person(&format!("{name}@example.org"), crate::web::store::users::Role::Reader));
    insert_job(&site, "job", "ann@example.org", "a.png", false, vec![number("n1", "17", 0.99, Status::Ok)]);
    assert!(ann.get("/dashboard").await.text().contains("id=\"figure-numbers\">1<"));
    assert!(eve.get("/dashboard").await.text().contains("id=\"figure-numbers\">0<"));
}

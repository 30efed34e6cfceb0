//! The scoring endpoint: pictures of digits as numbers in, labels and probabilities out.

use axum::Json;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::response::IntoResponse;
use scantally::evaluate::glyphs::glyph_of;
use scantally::glyph::{GLYPH_SIZE_PX, Glyph};
use scantally::reader::{DigitReader, Reading};
use serde::Serialize;

use crate::web::access::Access;
use crate::web::api::images::Images;
use crate::web::app::App;
use crate::web::problem::Problem;
use crate::web::routes::{Body, RouteTable};
use crate::web::store::users::Role;

/// The routes.
pub fn routes(table: RouteTable) -> RouteTable {
    table.add(Method::POST, "/api/v1/score", Access::From(Role::Reviewer), Body::Upload, score)
}

/// A request has no more bytes: 1,000 images, 20 characters a value.
const MOST_BYTES: usize = 16 << 20;

/// So many images are read together; more take memory and are no faster.
const BATCH: usize = 64;

const DIGITS: usize = 10;

/// One entry an image in each list, in their order.
#[derive(Debug, PartialEq, Serialize)]
struct Scores {
    /// The most probable digit.
    labels: Vec<u8>,
    /// The probabilities of the ten digits; with `not_a_digit` they add up to 1.
    probabilities: Vec<[f32; DIGITS]>,
    /// The probability that it is no digit.
    not_a_digit: Vec<f32>,
}

async fn score(State(app): State<App>, request: Request) -> Result<impl IntoResponse, Problem> {
    let (place, request) = app.queue.enter_with(request).await?;
    let body = to_bytes(request.into_body(), MOST_BYTES).await.map_err(|_| {
        Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("One request may bring {MOST_BYTES} bytes; send fewer images at once."),
        )
    })?;
    let work = move || {
        let images = Images::parse(&body).map_err(Problem::invalid)?;
        scores(app.readers.digits.as_ref(), &images.pixels())
    };
    place.run(work).await?.map(Json)
}

/// Reads images as those of MNIST are read; see `evaluate`.
fn scores(reader: &dyn DigitReader, pixels: &[u8]) -> Result<Scores, Problem> {
    let images = pixels.chunks_exact(GLYPH_SIZE_PX * GLYPH_SIZE_PX);
    let glyphs: Vec<Glyph> = images.map(|image| glyph_of(image, GLYPH_SIZE_PX, GLYPH_SIZE_PX)).collect();
    let mut scores = Scores { labels: Vec::new(), probabilities: Vec::new(), not_a_digit: Vec::new() };
    for batch in glyphs.chunks(BATCH) {
        for reading in reader.read(batch).map_err(|cause| Problem::internal(&cause))? {
            scores.add(&reading);
        }
    }
    Ok(scores)
}

impl Scores {
    fn add(&mut self, reading: &Reading) {
        self.labels.push(reading.best_digit().0);
        self.probabilities.push(std::array::from_fn(|digit| reading.probabilities[digit]));
        self.not_a_digit.push(reading.probabilities[DIGITS..].iter().sum());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::web::testing::Site;

    /// A one: a bar of 4 x 20 pixels in the middle.
    fn bar(ink: f64, paper: f64) -> Vec<Vec<f64>> {
        let is_ink = |x: usize, y: usize| (12..16).contains(&x) && (4..24).contains(&y);
        (0..28).map(|y| (0..28).map(|x| if is_ink(x, y) { ink } else { paper }).collect()).collect()
    }

    async fn ask(document: &Value) -> (u16, Value) {
        let site = Site::open("");
        let answer = site.client().send_json(Method::POST, "/api/v1/score", document).await;
        (answer.status.as_u16(), answer.json())
    }

    #[tokio::test]
    async fn images_are_scored_in_all_their_forms() {
        let flat: Vec<f64> = bar(255.0, 0.0).concat();
        let documents = [
            json!({ "images": [bar(255.0, 0.0)] }),
            json!({ "images": [flat] }),
            json!([bar(1.0, 0.0)]),
            json!({ "polarity": "dark_ink", "images": [bar(0.0, 255.0)] }),
            json!({ "images": [bar(0.0, 1.0)], "polarity": "dark_ink" }),
        ];
        let mut first: Option<Value> = None;
        for document in documents {
            let (status, scores) = ask(&document).await;
            assert_eq!((status, &scores["labels"]), (200, &json!([1])), "{scores}");
            let probabilities = scores["probabilities"][0].as_array().expect("an array");
            let sum: f64 = probabilities
                .iter()
                .chain(scores["not_a_digit"].as_array().expect("an array"))
                .filter_map(Value::as_f64)
                .sum();
            assert!(probabilities.len() == 10 && (sum - 1.0).abs() < 1e-3, "{scores}");
            assert_eq!(*first.get_or_insert(scores.clone()), scores);
        }
    }

    #[tokio::test]
    async fn what_is_no_image_is_told() {
        let mut torn = bar(255.0, 0.0);
        torn[5].pop();
        for (document, told) in [
            (json!({ "images": [torn] }), "28"),
            (json!({ "images": [[1, 2, 3]] }), "784"),
            (json!({ "images": [vec![vec![300; 28]; 28]] }), "255"),
            (json!({ "images": [vec![vec![-1; 28]; 28]] }), "255"),
            (json!({ "images": [vec![vec!["a"; 28]; 28]] }), "number"),
            (json!({ "images": [vec![vec![Value::Null; 28]; 28]] }), "number"),
            (json!({ "images": [], "polarity": "dark_ink" }), "no image"),
            (json!({ "images": [bar(1.0, 0.0)], "polarity": "grey" }), "polarity"),
            (json!({ "pictures": [] }), "images"),
            (json!({}), "images"),
            (json!(7), "images"),
        ] {
            let (status, problem) = ask(&document).await;
            let detail = problem["detail"].as_str().unwrap_or_default();
            assert!(status == 422 && detail.contains(told), "{status} {detail} for {told}");
        }
    }

    #[tokio::test]
    async fn text_that_is_no_json_and_too_many_images_are_told() {
        let site = Site::open("");
        for text in ["", "NaN", "{\"images\": [[NaN]]}", "{\"images\": [[1e999]]}", "\u{0}"] {
            let answer = site.client().send(Method::POST, "/api/v1/score", "application/json", text.into()).await;
            assert_eq!(answer.status, 422, "{text} {}", answer.text());
        }
        let many = format!("[{}]", vec![format!("[{}]", vec!["0"; 784].join(",")); 1001].join(","));
        let answer = site.client().send(Method::POST, "/api/v1/score", "application/json", many.into()).await;
        assert!(answer.status == 422 && answer.text().contains("1000"), "{}", answer.text());
    }
}

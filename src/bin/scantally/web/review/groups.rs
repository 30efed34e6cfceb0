//! All digits of a kind at once: one that does not look like its neighbours was read wrong, and the eye finds it at once.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::Html;
use scantally::geometry::Rect;
use scantally::number::Digit;
use serde::Deserialize;

use crate::web::access::Person;
use crate::web::app::App;
use crate::web::page::{Visitor, render};
use crate::web::problem::Problem;
use crate::web::review::item::percent;
use crate::web::store::jobs::Job;
use crate::web::store::review_queue::{self, Item, Only};

/// Digits of a page.
const PER_PAGE: usize = 200;

/// Paper around a digit, as a share of its longer side: enough to see a stroke that the box cut off.
const MARGIN_SHARE: f64 = 0.12;

#[derive(Deserialize)]
pub struct Asked {
    digit: Option<u8>,
    page: Option<usize>,
}

/// One digit with its picture.
struct Cell {
    number: i64,
    version: i64,
    /// Its place among the digits of the number, from 0.
    position: usize,
    /// The value of the number as it is now.
    value: String,
    /// Whether the digits of the value are those that were found, so that this one can be replaced by itself.
    is_replaceable: bool,
    /// What it is now where it was decided to be another digit.
    changed_to: Option<char>,
    /// The picture of the number, and what that shows, in pixels of the page.
    crop: String,
    shown: Rect,
    /// What to show of it.
    view: String,
    /// In words.
    label: String,
    confidence: f32,
}

#[derive(Template)]
#[template(path = "review_groups.html", config = "src/bin/scantally/web/askama.toml")]
struct GroupsPage {
    visitor: Visitor,
    job: Job,
    digit: u8,
    /// How many digits were read as each.
    counts: [usize; 10],
    cells: Vec<Cell>,
    page: usize,
    pages: usize,
}

impl GroupsPage {
    fn classes(&self) -> impl Iterator<Item = (u8, usize)> {
        (0u8..).zip(self.counts)
    }
}

/// The page.
pub async fn page(
    State(app): State<App>,
    person: Person,
    visitor: Visitor,
    Path(job): Path<String>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Html<String>, Problem> {
    let job = person.job(&app, &job).await?;
    let Query(Asked { digit, page }) =
        asked.map_err(|_| Problem::bad_request("`digit` is a digit from 0 to 9, and `page` a number."))?;
    let digit = digit.unwrap_or(0);
    if digit > 9 {
        return Err(Problem::bad_request("`digit` is a digit from 0 to 9."));
    }
    let mut counts = [0; 10];
    let mut cells = Vec::new();
    // What was read is hidden from people who key it blind.
    if job.state.is_over() && !job.double_keying {
        let job_id = job.id.clone();
        for item in app.store.with(move |db| review_queue::all(db, &job_id, Only::WithPictures)).await? {
            for (position, found) in item.stored.number.digits.iter().enumerate() {
                counts[usize::from(found.digit)] += 1;
                if found.digit == digit {
                    cells.extend(cell(&job, &item, position, found));
                }
            }
        }
    }
    cells.sort_by(|one, other| one.confidence.total_cmp(&other.confidence));
    let pages = cells.len().div_ceil(PER_PAGE).max(1);
    let page = page.unwrap_or(1).clamp(1, pages);
    let cells = cells.into_iter().skip((page - 1) * PER_PAGE).take(PER_PAGE).collect();
    render(&GroupsPage { visitor, job, digit, counts, cells, page, pages })
}

fn cell(job: &Job, item: &Item, position: usize, found: &Digit) -> Option<Cell> {
    let (stored, shown) = (&item.stored, item.crop_bounds?);
    let value = stored.decided_value.clone().unwrap_or_else(|| stored.number.value.clone());
    let digits: Vec<char> = value.chars().filter(char::is_ascii_digit).collect();
    let is_replaceable = digits.len() == stored.number.digits.len();
    let read = char::from(b'0' + found.digit);
    let changed_to = digits.get(position).copied().filter(|&digit| is_replaceable && digit != read);
    let margin = MARGIN_SHARE * f64::from(found.bounds.width.max(found.bounds.height));
    let [x, y, width, height] =
        [found.bounds.x, found.bounds.y, found.bounds.width, found.bounds.height].map(f64::from);
    let view = format!(
        "{:.1} {:.1} {:.1} {:.1}",
        x - margin,
        y - margin,
        (width + 2.0 * margin).max(1.0),
        (height + 2.0 * margin).max(1.0)
    );
    let value_told = if value.is_empty() { "no value" } else { &value };
    let label = format!(
        "{read}, {} % sure, in {value_told}, {} of {}, page {}",
        percent(found.confidence),
        stored.number.field,
        stored.source,
        stored.page
    );
    Some(Cell {
        number: stored.id,
        version: item.version,
        position,
        is_replaceable,
        changed_to,
        crop: format!("/jobs/{}/numbers/{}/crop", job.id, stored.id),
        shown,
        view,
        label,
        value,
        confidence: found.confidence,
    })
}

//! A number as the review page gets it: what the database knows of it in, what this person may see of it out.

use scantally::table::reason_phrase;
use serde::Serialize;

use crate::web::store::jobs::Job;
use crate::web::store::review_queue::Item;

/// One number for the script of the page.
#[derive(Debug, Serialize)]
pub struct ShownNumber {
    pub id: i64,
    pub version: i64,
    pub source: String,
    pub page: usize,
    pub field: String,
    /// Whether it is keyed without sight of what was read.
    pub is_blind: bool,
    /// As read; `None` where it is keyed blind.
    pub value: Option<String>,
    pub percent_sure: Option<u32>,
    /// In plain words.
    pub reasons: Vec<String>,
    /// Values that can be taken with one key: the runner-up, or what two people keyed.
    pub choices: Vec<String>,
    /// What was decided; empty for an empty field.
    pub decided: Option<String>,
    pub decided_by: String,
    /// Address of its picture.
    pub crop: Option<String>,
    /// Address of the picture of its page.
    pub picture: String,
    pub page_size: [u32; 2],
    /// Left, top, width and height in pixels of the page.
    pub bounds: [i32; 4],
}

impl ShownNumber {
    /// What a person may see of a number of a job.
    pub fn of(job: &Job, item: Item) -> Self {
        let Item { stored, version, page_size, crop_bounds, decided_by, keyed, .. } = item;
        let number = stored.number;
        let is_blind = job.double_keying && stored.decided_value.is_none();
        let is_disputed = is_blind && keyed.len() > 1;
        let choices = match number.alternatives.into_iter().next() {
            _ if is_disputed => keyed,
            Some((value, _)) if !is_blind && !value.is_empty() => vec![value],
            _ => Vec::new(),
        };
        let reasons = if is_blind { Vec::new() } else { number.reasons.iter().map(reason_phrase).collect() };
        let bounds = number.bounds;
        Self {
            id: stored.id,
            version,
            source: stored.source,
            page: stored.page,
            field: number.field,
            is_blind,
            value: (!is_blind).then_some(number.value),
            percent_sure: (!is_blind).then(|| percent(number.confidence)),
            reasons,
            choices,
            decided: stored.decided_value,
            decided_by,
            crop: crop_bounds.map(|_| format!("/jobs/{}/numbers/{}/crop", job.id, stored.id)),
            picture: format!("/jobs/{}/scans/{}/pages/{}", job.id, stored.scan_id, stored.page),
            page_size,
            bounds: [bounds.x, bounds.y, bounds.width, bounds.height],
        }
    }
}

/// A confidence in percent, never rounded up to sure.
pub fn percent(confidence: f32) -> u32 {
    (f64::from(confidence.clamp(0.0, 1.0)) * 100.0).floor() as u32
}

//! What the page knows of a scan: a [`ScanRecord`] in, the object that its script reads out.
//!
//! Texts are as the CSV tables write them, guards against formulas included, so that corrections name their numbers by them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use super::limits::Room;
use super::reason::phrase;
use crate::geometry::Rect;
use crate::number::{Digit, Number};
use crate::table::{PageRecord, ScanRecord, source_cell, text_cell};

/// One scan.
#[derive(Serialize)]
pub(super) struct ScanData {
    source: String,
    blake3: String,
    pages: Vec<PageData>,
}

#[derive(Serialize)]
struct PageData {
    page: usize,
    width: u32,
    height: u32,
    /// A JPEG, base64.
    thumbnail: Option<String>,
    numbers: Vec<NumberData>,
}

#[derive(Serialize)]
struct NumberData {
    field: String,
    value: String,
    confidence: f64,
    status: &'static str,
    alternative: String,
    reasons: Vec<String>,
    /// Left, top, width and height in pixels of the page.
    bounds: [i32; 4],
    /// A PNG, base64.
    crop: Option<String>,
    crop_bounds: [i32; 4],
    /// Digit, confidence in thousandths, left, top, width and height.
    digits: Vec<[i32; 6]>,
}

impl ScanData {
    /// The numbers of a scan for which there is room.
    pub fn of(scan: &ScanRecord, room: &mut Room) -> Self {
        Self {
            source: source_cell(&scan.row.source),
            blake3: scan.row.content_hash.map(|hash| hash.to_hex().to_string()).unwrap_or_default(),
            pages: scan.pages.iter().filter_map(|page| PageData::of(page, room)).collect(),
        }
    }

    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.pages.is_empty()
    }
}

impl PageData {
    fn of(page: &PageRecord, room: &mut Room) -> Option<Self> {
        let numbers: Vec<NumberData> = page
            .numbers
            .iter()
            .enumerate()
            .filter(|(_, number)| room.takes_number(number))
            .map(|(index, number)| NumberData::of(page, index, number))
            .collect();
        if numbers.is_empty() {
            return None;
        }
        let thumbnail = page.pictures.thumbnail.as_ref().filter(|_| room.takes_picture(page));
        Some(Self {
            page: page.page,
            width: page.width_px,
            height: page.height_px,
            thumbnail: thumbnail.map(|jpeg| STANDARD.encode(jpeg)),
            numbers,
        })
    }
}

impl NumberData {
    fn of(page: &PageRecord, index: usize, number: &Number) -> Self {
        let crop = page.crop(index);
        Self {
            field: text_cell(&number.field),
            value: number.value.clone(),
            confidence: rounded(number.confidence),
            status: number.status.as_str(),
            alternative: number.alternatives.first().map(|(value, _)| value.clone()).unwrap_or_default(),
            reasons: number.reasons.iter().map(phrase).collect(),
            bounds: edges(&number.bounds),
            crop: crop.map(|crop| STANDARD.encode(crop.small_png())),
            crop_bounds: crop.map(|crop| edges(&crop.bounds)).unwrap_or_default(),
            digits: number.digits.iter().map(digit_data).collect(),
        }
    }
}

fn digit_data(digit: &Digit) -> [i32; 6] {
    let [x, y, width, height] = edges(&digit.bounds);
    [i32::from(digit.digit), (rounded(digit.confidence) * 1000.0).round() as i32, x, y, width, height]
}

fn edges(bounds: &Rect) -> [i32; 4] {
    [bounds.x, bounds.y, bounds.width, bounds.height]
}

/// A confidence with four decimals.
fn rounded(confidence: f32) -> f64 {
    let sane = if confidence.is_nan() { 0.0 } else { f64::from(confidence.clamp(0.0, 1.0)) };
    (sane * 1e4).round() / 1e4
}

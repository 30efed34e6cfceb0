//! What was read, as programs and pages show it: records of the library in, plain structures with names that are part of the API out.

use scantally::geometry::Rect;
use scantally::number::{Digit, Number, Reason};
use scantally::table::{PageRecord, ScanRecord};
use serde::Serialize;

/// One file.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FileView {
    pub source: String,
    /// `ok` or `failed`.
    pub status: &'static str,
    /// Why it failed, or a remark; else empty.
    pub error: String,
    pub pages: Vec<PageView>,
}

/// One page that was read.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PageView {
    /// From 1.
    pub page: usize,
    /// Width of the upright page in pixels, in which boxes are given.
    pub width: u32,
    pub height: u32,
    pub numbers: Vec<NumberView>,
}

/// One number.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NumberView {
    pub field: String,
    /// Empty where there is none.
    pub value: String,
    pub confidence: f32,
    /// `ok`, `review`, `empty` or `rejected`.
    pub status: &'static str,
    /// What was read, separators included.
    pub text: String,
    /// The runner-up.
    pub alternative: Option<String>,
    pub alternative_confidence: Option<f32>,
    /// Codes, as in numbers.csv.
    pub reasons: Vec<String>,
    pub r#box: Rect,
    pub digits: Vec<DigitView>,
}

/// One digit of a number.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct DigitView {
    pub digit: u8,
    pub confidence: f32,
    /// The runner-up.
    pub second: u8,
    pub second_confidence: f32,
    pub r#box: Rect,
}

impl FileView {
    pub fn of(record: &ScanRecord) -> Self {
        Self {
            source: record.row.source.clone(),
            status: record.row.status.as_str(),
            error: record.row.error.clone(),
            pages: record.pages.iter().map(PageView::of).collect(),
        }
    }
}

impl PageView {
    fn of(record: &PageRecord) -> Self {
        Self {
            page: record.page,
            width: record.width_px,
            height: record.height_px,
            numbers: record.numbers.iter().map(NumberView::of).collect(),
        }
    }
}

impl NumberView {
    pub fn of(number: &Number) -> Self {
        let (alternative, alternative_confidence) = number.alternatives.first().cloned().unzip();
        Self {
            field: number.field.clone(),
            value: number.value.clone(),
            confidence: number.confidence,
            status: number.status.as_str(),
            text: number.text.clone(),
            alternative,
            alternative_confidence,
            reasons: number.reasons.iter().map(Reason::code).map(Into::into).collect(),
            r#box: number.bounds,
            digits: number.digits.iter().map(DigitView::of).collect(),
        }
    }
}

impl DigitView {
    fn of(digit: &Digit) -> Self {
        Self {
            digit: digit.digit,
            confidence: digit.confidence,
            second: digit.second,
            second_confidence: digit.second_confidence,
            r#box: digit.bounds,
        }
    }

    /// The confidence in percent, for bars.
    pub fn percent(&self) -> u8 {
        percent(self.confidence)
    }

    /// That of the runner-up in percent.
    pub fn second_percent(&self) -> u8 {
        percent(self.second_confidence)
    }
}

/// A share in whole percent; what is not quite sure is not called 100 %.
pub fn percent(share: f32) -> u8 {
    let rounded = (share * 100.0).round().clamp(0.0, 100.0) as u8;
    if rounded == 100 && share < 0.9999 { 99 } else { rounded }
}

/// What a status means, in words for people.
pub fn status_words(status: &str) -> &'static str {
    match status {
        "ok" => "sure",
        "review" => "please check",
        "empty" => "empty",
        _ => "no number",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_sure_has_a_hundred_percent() {
        assert_eq!([0.0, 0.004, 0.914, 0.997, 1.0].map(percent), [0, 0, 91, 99, 100]);
    }
}

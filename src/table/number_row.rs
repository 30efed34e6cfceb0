//! A number with its place as typed values, for formats that know more than text; the same columns as numbers.csv, in the same order.

use serde::Serialize;

use crate::number::{Number, Reason};
use crate::table::{PageRecord, confidence_cell, source_cell};

/// One row of numbers.csv, typed. What is an empty cell there is `None` here.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct NumberRow<'a> {
    /// As in numbers.csv, so that the tables can be joined.
    pub source: &'a str,
    /// From 1.
    pub page: usize,
    pub field: &'a str,
    pub value: Option<&'a str>,
    /// 0 to 1, with the four decimals of numbers.csv.
    pub confidence: f64,
    pub status: &'static str,
    pub text: Option<&'a str>,
    pub alternative: Option<&'a str>,
    pub alternative_confidence: Option<f64>,
    pub reason: Option<String>,
    pub x: i32,
    pub y: i32,
    pub width: i32,
    pub height: i32,
    /// Relative to the output folder.
    pub crop: Option<&'a str>,
}

impl<'a> NumberRow<'a> {
    /// The row of the number at `index` of a page; `source` is the cell of its scan, guarded already.
    pub fn new(source: &'a str, page: &'a PageRecord, index: usize, number: &'a Number) -> Self {
        let alternative = number.alternatives.first();
        let reasons: Vec<_> = number.reasons.iter().map(Reason::code).collect();
        Self {
            source,
            page: page.page,
            field: &number.field,
            value: filled(&number.value),
            confidence: rounded(number.confidence),
            status: number.status.as_str(),
            text: filled(&number.text),
            alternative: alternative.and_then(|(value, _)| filled(value)),
            alternative_confidence: alternative.map(|(_, confidence)| rounded(*confidence)),
            reason: Some(reasons.join(";")).filter(|reasons| !reasons.is_empty()),
            x: number.bounds.x,
            y: number.bounds.y,
            width: number.bounds.width,
            height: number.bounds.height,
            crop: page.crop(index).and_then(|crop| crop.path.as_deref()),
        }
    }
}

/// All numbers of a scan as rows, handed over one after the other, each with the number it was made of and its place on the page.
///
/// # Errors
/// What `take` returns.
pub(super) fn for_each_row<E>(
    scan: &crate::table::ScanRecord,
    mut take: impl FnMut(NumberRow, &PageRecord, usize) -> Result<(), E>,
) -> Result<(), E> {
    let source = source_cell(&scan.row.source);
    for page in &scan.pages {
        for (index, number) in page.numbers.iter().enumerate() {
            take(NumberRow::new(&source, page, index, number), page, index)?;
        }
    }
    Ok(())
}

/// A confidence with the four decimals of the CSV tables.
pub(super) fn rounded(confidence: f32) -> f64 {
    confidence_cell(confidence).parse().unwrap_or_default()
}

/// The number that a value is, where nothing is lost by taking it for one: no leading zeros, at most 15 digits, and the same text again when
/// it is written with as many decimals as the value has, which are returned beside it.
pub(super) fn exact_number(value: &str) -> Option<(f64, usize)> {
    /// Spreadsheets keep so many digits of a number.
    const MOST_DIGITS: usize = 15;
    let is_plain = value.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'));
    if !is_plain || value.bytes().filter(u8::is_ascii_digit).count() > MOST_DIGITS {
        return None;
    }
    let decimals = value.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let number: f64 = value.parse().ok()?;
    // A minus zero is written as zero by spreadsheets.
    let is_kept = format!("{number:.decimals$}") == value && !(number == 0.0 && value.starts_with('-'));
    is_kept.then_some((number, decimals))
}

fn filled(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Rect;
    use crate::table::NUMBER_COLUMNS;

    #[test]
    fn rows_have_the_columns_of_the_csv_in_their_order() {
        let page = PageRecord { page: 3, numbers: vec![Number::unplaced(Rect::default())], ..PageRecord::default() };
        let json = serde_json::to_string(&NumberRow::new("a.png", &page, 0, &page.numbers[0])).expect("a row is JSON");
        let mut places = NUMBER_COLUMNS.map(|column| json.find(&format!("\"{column}\":")).expect(column)).to_vec();
        assert!(places.is_sorted());
        places.dedup();
        assert_eq!(places.len(), json.matches("\":").count());
    }

    #[test]
    fn values_are_numbers_only_where_nothing_is_lost() {
        for (value, number) in [
            ("1234.50", Some((1234.5, 2))),
            ("-80.00", Some((-80.0, 2))),
            ("0", Some((0.0, 0))),
            ("0.05", Some((0.05, 2))),
            ("123456789012345", Some((123_456_789_012_345.0, 0))),
            ("1234567890123456", None),
            ("001234", None),
            ("00", None),
            ("-0.00", None),
            ("2026-03-01", None),
            ("A12B", None),
            ("inf", None),
            ("1e5", None),
            ("5.", None),
            (".5", None),
            ("", None),
        ] {
            assert_eq!(exact_number(value), number, "{value}");
        }
    }
}

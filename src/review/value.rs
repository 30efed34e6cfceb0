//! What people and spreadsheets write into a cell: its text and the value as read in; the corrected value, or why it is none, out.

use crate::number::{Kind, is_date};

/// What a correction may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rules<'a> {
    /// The value as read.
    pub read: &'a str,
    /// What the field holds, where all fields of the run hold the same.
    pub kind: Option<Kind>,
    /// Whether the cell may have come through a spreadsheet that drops leading zeros.
    pub may_lack_zeros: bool,
}

/// What says that a field is empty.
const EMPTY: [&str; 4] = ["empty", "-", "\u{2013}", "\u{2014}"];

/// Spreadsheets keep so many digits of a number.
const SPREADSHEET_DIGITS: usize = 15;

/// The canonical value of a correction; empty where it says that the field is.
///
/// Accepted: digits with at most one decimal mark, a sign in front, groups of three digits where they cannot be taken for decimals, and dates
/// such as `2026-03-01`. An amount gets as many decimals as were read: spreadsheets drop zeros at the end.
///
/// # Errors
/// A phrase that says why the cell is no value of the field.
pub(super) fn parse(cell: &str, rules: &Rules) -> Result<String, String> {
    let text: String =
        cell.chars().filter(|c| !c.is_whitespace()).map(|c| if c == '\u{2212}' { '-' } else { c }).collect();
    let text = text.strip_prefix('\'').unwrap_or(&text);
    if EMPTY.contains(&text.to_lowercase().as_str()) {
        return Ok(String::new());
    }
    if is_date(text) {
        return match rules.kind {
            None => Ok(text.to_owned()),
            Some(_) => Err(format!("`{cell}` is a date, and the field holds a number")),
        };
    }
    if is_date(rules.read) {
        return Err(format!("`{cell}` is no date; write it as 2026-03-01"));
    }
    let Decimal { is_negative, mut whole, mut decimals } =
        Decimal::parse(text, rules.kind).map_err(|why| format!("`{cell}` {why}"))?;
    match rules.kind {
        Some(Kind::Digits) if is_negative || !decimals.is_empty() => {
            return Err(format!("`{cell}` has more than digits, and the field holds digits alone"));
        }
        Some(Kind::Integer) if !decimals.is_empty() => {
            return Err(format!("`{cell}` has decimals, and the field holds whole numbers"));
        }
        _ => {}
    }
    if rules.may_lack_zeros && decimals.is_empty() && lacks_zeros(&whole, rules.read) {
        return Err(format!(
            "`{cell}` has fewer digits than {}, whose leading zeros a spreadsheet drops; write it as text, with all its digits",
            rules.read
        ));
    }
    let read_decimals = rules.read.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    while decimals.len() < read_decimals {
        decimals.push('0');
    }
    if whole.is_empty() {
        whole.push('0');
    }
    let sign = if is_negative { "-" } else { "" };
    Ok(if decimals.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{decimals}") })
}

fn lacks_zeros(whole: &str, read: &str) -> bool {
    let is_digits = read.bytes().all(|byte| byte.is_ascii_digit());
    is_digits && read.starts_with('0') && !whole.starts_with('0') && whole.len() < read.len()
}

/// Whether a cell holds the value as read in the way in which a spreadsheet writes it: without leading zeros or zeros at the end, with an
/// exponent, with no more than 15 digits, grouped, with another decimal mark, or as a date in another order.
pub(super) fn is_reformatted(cell: &str, read: &str) -> bool {
    if is_date(read) {
        return is_same_date(cell, read);
    }
    let Ok(value) = Decimal::parse(read, None).or_else(|_| Decimal::with_mark(read, '.')) else { return false };
    let cell: String =
        cell.chars().filter(|c| !c.is_whitespace()).map(|c| if c == '\u{2212}' { '-' } else { c }).collect();
    let cell = match cell.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        Some(inner) => format!("-{inner}"),
        None => cell.trim_matches(|c: char| !c.is_ascii_digit() && !"+-.,".contains(c)).to_owned(),
    };
    let is_same = |mark: char| Decimal::with_mark(&cell, mark).is_ok_and(|other| other.is_same_number(&value));
    is_same('.') || is_same(',') || is_rounded(&cell, read)
}

/// Whether a cell is the number rounded to as many digits as it shows, where that is an exponent's mantissa or all that a spreadsheet keeps.
fn is_rounded(cell: &str, read: &str) -> bool {
    let cell = cell.replace(',', ".");
    let (Ok(shown), Ok(value)) = (cell.parse::<f64>(), read.parse::<f64>()) else { return false };
    let digits = |text: &str| text.bytes().filter(u8::is_ascii_digit).count();
    let kept = match cell.to_lowercase().split_once('e') {
        Some((mantissa, _)) => digits(mantissa),
        None if digits(read) > SPREADSHEET_DIGITS => {
            // Beyond these digits there are zeros, whether the number was cut off or rounded.
            let cut: String = read.chars().take(SPREADSHEET_DIGITS).collect();
            let zeros = "0".repeat(read.len() - SPREADSHEET_DIGITS);
            return cell == format!("{cut}{zeros}") || format!("{value:.14e}").parse() == Ok(shown);
        }
        None => return false,
    };
    format!("{value:.*e}", kept.saturating_sub(1)).parse() == Ok(shown)
}

fn is_same_date(cell: &str, date: &str) -> bool {
    if is_date(cell) {
        return cell == date;
    }
    let parts =
        |text: &str| -> Option<Vec<u32>> { text.split(['/', '.', '-']).map(|part| part.trim().parse().ok()).collect() };
    let (Some(mut parts_of_cell), Some(mut parts)) = (parts(cell), parts(date)) else { return false };
    let short_year = parts[0] % 100;
    parts.sort_unstable();
    parts_of_cell.sort_unstable();
    let mut short: Vec<u32> =
        date.split('-').skip(1).filter_map(|part| part.parse().ok()).chain([short_year]).collect();
    short.sort_unstable();
    parts_of_cell == parts || parts_of_cell == short
}

/// A number in parts.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Decimal {
    is_negative: bool,
    whole: String,
    decimals: String,
}

impl Decimal {
    /// Takes a number apart, whichever mark starts its decimals.
    fn parse(text: &str, kind: Option<Kind>) -> Result<Self, String> {
        let count = |mark: char| text.matches(mark).count();
        let last = text.rfind(['.', ',']);
        match (count('.'), count(','), last) {
            (1, 0, Some(at)) | (0, 1, Some(at)) if text.len() - at == 4 && kind != Some(Kind::Integer) => {
                // A lone mark before three digits: nobody can tell.
                let without = text.replace(['.', ','], "");
                Err(format!(
                    "may be {without}, or a number with three decimals; write it without a mark between thousands"
                ))
            }
            (1, 0, Some(at)) | (0, 1, Some(at)) if text.len() - at == 4 => {
                Self::with_mark(text, if text.contains('.') { ',' } else { '.' })
            }
            (_, 0, _) if count('.') > 1 => Self::with_mark(text, ','),
            (0, _, _) if count(',') > 1 => Self::with_mark(text, '.'),
            (_, _, Some(at)) => Self::with_mark(text, if text[at..].starts_with('.') { '.' } else { ',' }),
            (_, _, None) => Self::with_mark(text, '.'),
        }
    }

    /// Takes a number apart whose decimals start with `mark`; the other mark parts groups of three digits.
    fn with_mark(text: &str, mark: char) -> Result<Self, String> {
        let is_no_number = || "is no number; write digits with at most one decimal mark, such as 1234.50".to_owned();
        let (is_negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, decimals) = match unsigned.split_once(mark) {
            Some((_, "")) => return Err(is_no_number()),
            Some((whole, decimals)) => (whole, decimals),
            None => (unsigned, ""),
        };
        let grouping = if mark == '.' { ',' } else { '.' };
        let groups: Vec<&str> = whole.split([grouping, '\'', '\u{2019}']).collect();
        let are_groups =
            groups.len() == 1 || (!groups[0].is_empty() && groups[1..].iter().all(|group| group.len() == 3));
        let whole = groups.concat();
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if !are_groups || !all_digits(&whole) || !all_digits(decimals) || (whole.is_empty() && decimals.is_empty()) {
            return Err(is_no_number());
        }
        Ok(Self { is_negative, whole, decimals: decimals.to_owned() })
    }

    fn is_same_number(&self, other: &Self) -> bool {
        let parts = |number: &Self| {
            let (whole, decimals) = (number.whole.trim_start_matches('0'), number.decimals.trim_end_matches('0'));
            let is_negative = number.is_negative && !(whole.is_empty() && decimals.is_empty());
            (is_negative, whole.to_owned(), decimals.to_owned())
        };
        parts(self) == parts(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(cell: &str, read: &str, kind: Option<Kind>) -> Result<String, String> {
        parse(cell, &Rules { read, kind, may_lack_zeros: false })
    }

    #[test]
    fn corrections_become_canonical() {
        for (cell, read, value) in [
            ("001284", "001234", "001284"),
            ("1284", "001234", "1284"),
            ("80", "86.00", "80.00"),
            ("80,5", "86.00", "80.50"),
            ("-80", "86", "-80"),
            ("\u{2212}80.25", "", "-80.25"),
            ("'-80,25", "", "-80.25"),
            ("+41", "47", "41"),
            (".5", "7.50", "0.50"),
            ("1,234.50", "", "1234.50"),
            ("1.234.567,50", "", "1234567.50"),
            ("1 234,50", "", "1234.50"),
            ("1'234'567", "", "1234567"),
            ("2026-03-01", "2026-08-01", "2026-03-01"),
            ("Empty", "17", ""),
            ("-", "17", ""),
        ] {
            assert_eq!(parsed(cell, read, None).as_deref(), Ok(value), "{cell}");
        }
        assert_eq!(parsed("1.234", "9", Some(Kind::Integer)).as_deref(), Ok("1234"));
    }

    #[test]
    fn what_is_no_value_of_the_field_is_refused_with_a_reason() {
        for (cell, read, kind, reason) in [
            ("12a", "", None, "no number"),
            ("1E+15", "", None, "no number"),
            ("1.2.3", "", None, "no number"),
            ("12-50", "", None, "no number"),
            ("80.", "", None, "no number"),
            ("--1", "", None, "no number"),
            ("1.234", "", None, "may be 1234"),
            ("31.12.2026", "2026-12-30", None, "no date"),
            ("2026-13-01", "2026-12-30", None, "no date"),
            ("2026-12-01", "17", Some(Kind::Amount), "is a date"),
            ("-17", "17", Some(Kind::Digits), "digits alone"),
            ("17.50", "17", Some(Kind::Integer), "whole numbers"),
        ] {
            let refused = parsed(cell, read, kind).expect_err(cell);
            assert!(refused.contains(reason) && refused.contains(cell), "{refused}");
        }
    }

    #[test]
    fn zeros_that_a_spreadsheet_drops_are_not_guessed() {
        let rules = Rules { read: "001234", kind: None, may_lack_zeros: true };
        assert!(parse("1284", &rules).expect_err("two zeros less").contains("leading zeros"));
        for cell in ["001284", "123456", "0"] {
            assert_eq!(parse(cell, &rules).as_deref(), Ok(cell));
        }
    }

    #[test]
    fn a_value_in_another_dress_is_no_correction() {
        for (cell, read) in [
            ("1234", "001234"),
            ("80", "80.00"),
            ("-80,5", "-80.50"),
            ("(80.00)", "-80.00"),
            ("1,234.50", "1234.50"),
            ("1.234,50 \u{20ac}", "1234.50"),
            ("1E+15", "1000000000000000"),
            ("1.23457E+15", "1234567890123456"),
            ("1,23457E+15", "1234567890123456"),
            ("1234567890123450", "1234567890123456"),
            ("1/3/2026", "2026-03-01"),
            ("01.03.26", "2026-03-01"),
        ] {
            assert!(is_reformatted(cell, read), "{cell} is {read}");
        }
        for (cell, read) in [
            ("1235", "001234"),
            ("80.01", "80.00"),
            ("80", "-80.00"),
            ("1.23458E+15", "1234567890123456"),
            ("1234567890123550", "1234567890123456"),
            ("2026-03-02", "2026-03-01"),
            ("17", "12-50"),
            ("", "17"),
        ] {
            assert!(!is_reformatted(cell, read), "{cell} is not {read}");
        }
    }
}

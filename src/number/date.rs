//! Dates: the symbols of a date and the order of its parts in, `2026-03-01` out; and what a date is easily misread as.

use super::amount::Value;
use crate::reader::line::Symbol;
use crate::template::DateOrder;

/// Years of four digits that a form may ask for; two digits are those from [`FIRST_OF_SHORT`] on.
const YEARS: std::ops::RangeInclusive<u32> = 1800..=2199;
const FIRST_OF_SHORT: u32 = 1950;

/// A slash read as a 1: the log-probability by which the reading with the slash is worse than the one with the 1, unless the line reader
/// itself thinks better of it. Assumed, not measured: one slash in ten is read as a 1, and one in a hundred as a 7, whose upper stroke
/// it lacks. Only strings that are no date are tried, so the values matter where several dates are proposed.
const SLASH_AS_ONE: f32 = -2.3;
const SLASH_AS_SEVEN: f32 = -4.6;

/// The date that symbols are, as `2026-03-01`. What is no date of the calendar is worth what is written, from its first to its last digit,
/// which [`is_date`] tells apart; without any digit it is worth nothing.
pub(super) fn value_of(symbols: &[Symbol], order: DateOrder) -> Value {
    let is_digit = |symbol: &Symbol| symbol.digit().is_some();
    let (Some(first), Some(last)) = (symbols.iter().position(is_digit), symbols.iter().rposition(is_digit)) else {
        return Value::default();
    };
    let inner: Vec<Symbol> = symbols[first..=last].iter().copied().filter(|&symbol| !is_silent(symbol)).collect();
    let canonical = date_of(&inner, order);
    let written = || inner.iter().map(|symbol| symbol.as_char()).collect();
    Value { canonical: canonical.unwrap_or_else(written), rival: None }
}

/// Whether a value is a date, and not what is written instead of one.
pub fn is_date(value: &str) -> bool {
    let mut parts = value.split('-').map(|part| part.parse::<u32>().ok().filter(|_| part.len() >= 2));
    let (year, month, day, end) = (parts.next(), parts.next(), parts.next(), parts.next());
    match (year.flatten(), month.flatten(), day.flatten(), end) {
        (Some(year), Some(month), Some(day), None) => value.len() == 10 && is_of_calendar(year, month, day),
        _ => false,
    }
}

/// The strings that a string may stand for if some of its 1 and 7 are slashes, and that are dates; each with the log-probability by which
/// it is worse. At most two slashes are put in, and none where the string is a date already.
pub(super) fn with_slashes(symbols: &[Symbol], order: DateOrder) -> Vec<(Vec<Symbol>, f32)> {
    let is_dated = |symbols: &[Symbol]| is_date(&value_of(symbols, order).canonical);
    if is_dated(symbols) {
        return Vec::new();
    }
    let cost_at = |place: usize| match symbols[place] {
        Symbol::Digit(1) => Some(SLASH_AS_ONE),
        Symbol::Digit(7) => Some(SLASH_AS_SEVEN),
        _ => None,
    };
    let places: Vec<(usize, f32)> =
        (0..symbols.len()).filter_map(|place| cost_at(place).map(|cost| (place, cost))).collect();
    let pairs = places.iter().enumerate().flat_map(|(index, &one)| {
        std::iter::once(vec![one]).chain(places[index + 1..].iter().map(move |&other| vec![one, other]))
    });
    let slashed = pairs.map(|pair| {
        let mut string = symbols.to_vec();
        pair.iter().for_each(|&(place, _)| string[place] = Symbol::Slash);
        (string, pair.iter().map(|(_, cost)| cost).sum())
    });
    slashed.filter(|(string, _)| is_dated(string) && is_well_parted(string)).collect()
}

/// Whether a string begins and ends with a digit and has one mark between two parts: slashes stand nowhere else in a date.
fn is_well_parted(symbols: &[Symbol]) -> bool {
    let is_mark = |symbol: Option<&Symbol>| symbol.is_none_or(|symbol| symbol.digit().is_none());
    let has_two = symbols.windows(2).any(|pair| is_mark(pair.first()) && is_mark(pair.last()));
    !has_two && !is_mark(symbols.first()) && !is_mark(symbols.last())
}

/// Symbols that part nothing: an apostrophe before a short year, and what has no ink.
fn is_silent(symbol: Symbol) -> bool {
    matches!(symbol, Symbol::Raised | Symbol::Apostrophe)
}

/// The date; symbols begin and end with a digit. Any other mark parts: brackets and commas are slashes and points written carelessly.
fn date_of(symbols: &[Symbol], order: DateOrder) -> Option<String> {
    let groups: Vec<String> = symbols
        .split(|symbol| symbol.digit().is_none())
        .filter(|group| !group.is_empty())
        .map(|group| group.iter().map(|symbol| symbol.as_char()).collect())
        .collect();
    let parts = match groups.as_slice() {
        [a, b, c] => [a.clone(), b.clone(), c.clone()],
        [_] | [_, _] => unparted(&groups, order)?,
        _ => return None,
    };
    let [year, month, day] = match order {
        DateOrder::DayMonthYear => [&parts[2], &parts[1], &parts[0]],
        DateOrder::MonthDayYear => [&parts[2], &parts[0], &parts[1]],
        DateOrder::YearMonthDay => [&parts[0], &parts[1], &parts[2]],
    };
    if month.len() > 2 || day.len() > 2 {
        return None;
    }
    let number = |part: &str| part.parse::<u32>().ok();
    let year = match year.len() {
        2 => FIRST_OF_SHORT + (number(year)? + 100 - FIRST_OF_SHORT % 100) % 100,
        4 => number(year).filter(|year| YEARS.contains(year))?,
        _ => return None,
    };
    let (month, day) = (number(month)?, number(day)?);
    is_of_calendar(year, month, day).then(|| format!("{year:04}-{month:02}-{day:02}"))
}

/// The parts of six or eight digits that have one separator or none; it must stand between two parts.
fn unparted(groups: &[String], order: DateOrder) -> Option<[String; 3]> {
    let all = groups.concat();
    let year = all.len().checked_sub(4).filter(|year| [2, 4].contains(year))?;
    let ends = if order == DateOrder::YearMonthDay { [year, year + 2] } else { [2, 4] };
    let is_between = groups.len() == 1 || ends.contains(&groups[0].len());
    is_between.then(|| [&all[..ends[0]], &all[ends[0]..ends[1]], &all[ends[1]..]].map(str::to_owned))
}

/// Whether there is such a day in the Gregorian calendar.
fn is_of_calendar(year: u32, month: u32, day: u32) -> bool {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 => 28 + u32::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use DateOrder::{DayMonthYear, MonthDayYear, YearMonthDay};

    fn symbols(text: &str) -> Vec<Symbol> {
        text.chars().filter_map(Symbol::of_char).collect()
    }

    fn date(text: &str, order: DateOrder) -> String {
        value_of(&symbols(text), order).canonical
    }

    #[test]
    fn dates_are_read_in_their_order_with_separators_and_without() {
        for (text, order, expected) in [
            ("31.12.2026", DayMonthYear, "2026-12-31"),
            ("1/3/26", DayMonthYear, "2026-03-01"),
            ("1-3-2026.", DayMonthYear, "2026-03-01"),
            ("31.12.'99", DayMonthYear, "1999-12-31"),
            ("10/31/2019", MonthDayYear, "2019-10-31"),
            ("2026-12-31", YearMonthDay, "2026-12-31"),
            ("26/1/2", YearMonthDay, "2026-01-02"),
            ("31122026", DayMonthYear, "2026-12-31"),
            ("311249", DayMonthYear, "2049-12-31"),
            ("311250", DayMonthYear, "1950-12-31"),
            ("103119", MonthDayYear, "2019-10-31"),
            ("20261231", YearMonthDay, "2026-12-31"),
            ("3112/2026", DayMonthYear, "2026-12-31"),
            ("31/122026", DayMonthYear, "2026-12-31"),
            ("29.2.2024", DayMonthYear, "2024-02-29"),
            ("29022000", DayMonthYear, "2000-02-29"),
        ] {
            assert_eq!(date(text, order), expected, "{text}");
            assert!(is_date(expected));
        }
    }

    #[test]
    fn what_is_no_date_keeps_what_is_written() {
        for (text, order) in [
            ("31.11.2026", DayMonthYear),
            ("29.2.2026", DayMonthYear),
            ("29/2/1900", DayMonthYear),
            ("31/10/2019", MonthDayYear),
            ("0.1.2026", DayMonthYear),
            ("1.13.2026", DayMonthYear),
            ("1.1.202", DayMonthYear),
            ("1.1.1066", DayMonthYear),
            ("1.1.1.2026", DayMonthYear),
            ("311/22026", DayMonthYear),
            ("3112026", DayMonthYear),
        ] {
            assert_eq!(date(text, order), text);
            assert!(!is_date(text));
        }
        assert_eq!((date("-/-", DayMonthYear), date("", DayMonthYear)), (String::new(), String::new()));
    }

    #[test]
    fn a_one_that_is_a_slash_makes_a_date() {
        let slashed = |text: &str, order| -> Vec<(String, f32)> {
            let all = with_slashes(&symbols(text), order);
            all.iter().map(|(string, cost)| (string.iter().map(|s| s.as_char()).collect(), *cost)).collect()
        };
        assert_eq!(slashed("10131/2019", MonthDayYear), [("10/31/2019".to_owned(), SLASH_AS_ONE)]);
        assert_eq!(slashed("3171212026", DayMonthYear)[0], ("31/12/2026".to_owned(), SLASH_AS_ONE + SLASH_AS_SEVEN));
        assert!(slashed("10/31/2019", MonthDayYear).is_empty(), "a date already");
        assert!(slashed("23456", MonthDayYear).is_empty());
    }
}

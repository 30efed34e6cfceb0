//! Writings of numbers and what they are worth, one by one and by chance.

use proptest::prelude::*;

use super::*;

fn symbols(text: &str) -> Vec<Symbol> {
    text.chars().filter_map(Symbol::of_char).collect()
}

fn value(text: &str, kind: Kind, decimal: DecimalMark) -> (String, Option<String>) {
    let value = value_of(&symbols(text), kind, decimal);
    (value.canonical, value.rival)
}

fn clear(canonical: &str) -> (String, Option<String>) {
    (canonical.to_owned(), None)
}

fn doubtful(canonical: &str, rival: &str) -> (String, Option<String>) {
    (canonical.to_owned(), Some(rival.to_owned()))
}

#[test]
fn amounts_that_can_mean_one_thing() {
    for (text, expected) in [
        ("1234", "1234"),
        ("001234", "001234"),
        ("0", "0"),
        ("1234.50", "1234.50"),
        ("1.234,50", "1234.50"),
        ("1,234.50", "1234.50"),
        ("1'234.50", "1234.50"),
        ("1'234'567,50", "1234567.50"),
        ("1'234", "1234"),
        ("1.234.567", "1234567"),
        ("12,34,567", "1234567"),
        ("12,34,567/-", "1234567"),
        ("1,234/-", "1234"),
        ("12,34,567.50", "1234567.50"),
        ("12,34,567.50/-", "1234567.50"),
        ("=1.000.-", "1000"),
        ("1.000,-", "1000"),
        ("1.000,=", "1000"),
        ("250.-", "250"),
        ("250=", "250"),
        ("=250=", "250"),
        ("250/-", "250"),
        ("250.", "250"),
        ("12,50-", "12.50"),
        ("**250**", "250"),
        ("**1,234.50**", "1234.50"),
        ("#250#", "250"),
        ("$250.00", "250.00"),
        ("250$", "250"),
        ("$.1,234.50", "1234.50"),
        ("-80.00", "-80.00"),
        ("$-80.00", "-80.00"),
        ("-$80.00", "-80.00"),
        ("*-80.00*", "-80.00"),
        ("80.00-", "80.00"),
        ("-=80.00", "80.00"),
        ("(250.00)", "-250.00"),
        ("($250.00)", "-250.00"),
        ("12^50", "12.50"),
        ("12.^50", "12.50"),
        ("1.234,^50", "1234.50"),
        ("12^50/100", "12.50"),
        ("12^00/100", "12.00"),
        ("12^50/00", "12.50"),
        ("1,234^50/100=", "1234.50"),
        ("12.50/100", "12.50"),
        ("^50/100", "0.50"),
        ("^00/100", "0.00"),
        ("12^**/100", "12"),
        ("12^-/100", "12"),
        ("12^--", "12"),
        ("1.000^=", "1000"),
        ("", ""),
        ("--", ""),
        ("^/", ""),
    ] {
        assert_eq!(value(text, Kind::Amount, DecimalMark::Auto), clear(expected), "{text}");
    }
}

#[test]
fn amounts_in_doubt_and_both_their_values() {
    for (text, expected, rival) in [
        // Marks that may be for thousands, for decimals, or dirt.
        ("1.234", "1234", "1.234"),
        ("1,234", "1234", "1.234"),
        ("1.000=", "1000", "1.000"),
        ("0.234", "0.234", "0234"),
        ("1234.567", "1234567", "1234.567"),
        ("12,5", "12.5", "125"),
        ("12'50", "12.50", "1250"),
        (".50", "0.50", "50"),
        ("$.500", "500", "0.500"),
        (".1,234.50", "1234.50", "123450"),
        ("12.50,-", "12.50", "1250"),
        // Groups of a wrong size, and marks that part groups and decimals alike.
        ("1.23.4", "123.4", "1234"),
        ("12.34.567", "1234567", "1234.567"),
        ("1.234.50", "1234.50", "123450"),
        ("1.23,50", "123.50", "12350"),
        ("1.234,567", "1234567", "1234.567"),
        ("1234,567.50", "1234567.50", "123456750"),
        // Other symbols between digits.
        ("12-50", "12.50", "1250"),
        ("12$50", "12.50", "1250"),
        ("12=000", "12000", "12.000"),
        ("12.-50", "12.50", "1250"),
        ("12/34", "12.34", "1234"),
        ("12/05/2024", "12052024", "1205.2024"),
        // Cents.
        ("1250/100", "12.50", "1250"),
        ("50/100", "0.50", "50"),
        ("1,23450/100", "1234.50", "123450"),
        ("^50", "0.50", "50"),
        ("12^5", "12.5", "125"),
        ("12^500", "12500", "12.500"),
        ("12^50100", "12.50", "1250100"),
        ("12.50^50", "1250.50", "125050"),
        ("12^5^0", "12.50", "1250"),
        ("1250^", "1250", "12.50"),
        ("12^/100", "12", "12100"),
        // Signs.
        ("--80.00", "80.00", "-80.00"),
        ("=-80.00", "80.00", "-80.00"),
        ("(250.00", "250.00", "-250.00"),
        ("250.00)", "250.00", "-250.00"),
        ("-1.234", "-1234", "-1.234"),
    ] {
        assert_eq!(value(text, Kind::Amount, DecimalMark::Auto), doubtful(expected, rival), "{text}");
    }
}

#[test]
fn a_known_decimal_mark_settles_what_is_in_doubt() {
    for (text, mark, expected) in [
        ("1.234", DecimalMark::Point, "1.234"),
        ("1.234", DecimalMark::Comma, "1234"),
        ("1,234", DecimalMark::Comma, "1.234"),
        ("1,234", DecimalMark::Point, "1234"),
        ("12,5", DecimalMark::Comma, "12.5"),
        ("1.234.567,5", DecimalMark::Comma, "1234567.5"),
        ("12,34,567.50", DecimalMark::Point, "1234567.50"),
        ("1'234.50", DecimalMark::Point, "1234.50"),
        ("1.000,-", DecimalMark::Comma, "1000"),
        ("1.234^50/100", DecimalMark::Comma, "1234.50"),
        ("-1234", DecimalMark::Point, "-1234"),
    ] {
        assert_eq!(value(text, Kind::Amount, mark), clear(expected), "{text} {mark:?}");
    }
}

#[test]
fn writing_that_contradicts_the_decimal_mark_is_in_doubt() {
    for (text, mark, expected, rival) in [
        ("12,50", DecimalMark::Point, "12.50", "1250"),
        ("12.5", DecimalMark::Comma, "12.5", "125"),
        ("1.234,50", DecimalMark::Point, "1234.50", "123450"),
        ("1.234.567", DecimalMark::Point, "1234567", "1.234567"),
        ("1.000.-", DecimalMark::Point, "1000", "1.000"),
        ("1.23,5", DecimalMark::Comma, "123.5", "1235"),
        ("1250/100", DecimalMark::Point, "12.50", "1250"),
    ] {
        assert_eq!(value(text, Kind::Amount, mark), doubtful(expected, rival), "{text} {mark:?}");
    }
}

#[test]
fn whole_numbers_have_groups_and_signs_and_no_decimals() {
    for (text, expected) in [
        ("1.234", "1234"),
        ("1,234", "1234"),
        ("1'234'567", "1234567"),
        ("12,34,567/-", "1234567"),
        ("-80", "-80"),
        ("(80)", "-80"),
        ("**80**", "80"),
        ("80.-", "80"),
        ("007", "007"),
    ] {
        assert_eq!(value(text, Kind::Integer, DecimalMark::Point), clear(expected), "{text}");
    }
    for (text, expected, rival) in [
        ("12.50", "12", "1250"),
        ("12.5", "12", "125"),
        ("1,234.50", "1234", "123450"),
        ("12^50/100", "12", "1250"),
        ("1250/100", "12", "1250"),
        ("12.34.567", "1234567", "1234"),
        ("1.2345", "12345", "1"),
    ] {
        assert_eq!(value(text, Kind::Integer, DecimalMark::Auto), doubtful(expected, rival), "{text}");
    }
}

#[test]
fn digits_know_neither_sign_nor_mark() {
    assert_eq!(value("-12.34-", Kind::Digits, DecimalMark::Auto), clear("1234"));
    assert_eq!(value("(1250/100", Kind::Digits, DecimalMark::Auto), clear("1250100"));
    assert_eq!(value("--", Kind::Digits, DecimalMark::Auto), clear(""));
}

/// The digits of a whole number in groups of three, or as in India.
fn grouped(whole: &str, mark: &str, is_indian: bool) -> String {
    let mut groups = Vec::new();
    let mut rest = whole;
    while rest.len() > 3 || (is_indian && !groups.is_empty() && rest.len() > 2) {
        let (head, group) = rest.split_at(rest.len() - if is_indian && !groups.is_empty() { 2 } else { 3 });
        groups.insert(0, group);
        rest = head;
    }
    groups.insert(0, rest);
    groups.join(mark)
}

const FRONTS: [(&str, bool); 8] =
    [("", false), ("=", false), ("**", false), ("#", false), ("$", false), ("-", true), ("$-", true), ("-$", true)];
const ENDINGS: [&str; 8] = ["", "-", "=", ".", "**", "#", "$", "/-"];
/// Grouping mark, whether it groups as in India, decimal mark.
const MARKS: [(&str, bool, &str); 8] = [
    ("", false, "."),
    ("", false, ","),
    (".", false, ","),
    (",", false, "."),
    ("'", false, "."),
    (",", true, "."),
    (".", false, "^"),
    ("'", false, ",^"),
];

proptest! {
    /// Money written with its cents in any of the usual ways has its value, and no doubt.
    #[test]
    fn written_cents_are_never_lost(
        whole in 0u64..100_000_000, cents in 0u8..100, marks in 0..MARKS.len(),
        front in 0..FRONTS.len(), ending in 0..ENDINGS.len(), over_hundred: bool,
    ) {
        let ((group, is_indian, decimal), (front, negative)) = (MARKS[marks], FRONTS[front]);
        let hundred = if over_hundred && decimal.contains('^') { "/100" } else { "" };
        let whole_text = grouped(&whole.to_string(), group, is_indian);
        let text = format!("{front}{whole_text}{decimal}{cents:02}{hundred}{}", ENDINGS[ending]);
        let expected = format!("{}{whole}.{cents:02}", if negative { "-" } else { "" });
        prop_assert_eq!(value(&text, Kind::Amount, DecimalMark::Auto), clear(&expected), "{}", text);
    }

    /// A whole amount has its value, and where a lone mark leaves doubt, one of the two.
    #[test]
    fn whole_amounts_are_right_or_in_doubt(
        whole in 0u64..1_000_000_000, marks in 0..MARKS.len(), front in 0..FRONTS.len(), ending in 0..ENDINGS.len(),
    ) {
        let ((group, is_indian, _), (front, negative)) = (MARKS[marks], FRONTS[front]);
        let text = format!("{front}{}{}", grouped(&whole.to_string(), group, is_indian), ENDINGS[ending]);
        let expected = format!("{}{whole}", if negative { "-" } else { "" });
        let (canonical, rival) = value(&text, Kind::Amount, DecimalMark::Auto);
        prop_assert_eq!(&canonical, &expected, "{}", text);
        let lone_mark = (1_000..1_000_000).contains(&whole) && (group == "." || group == ",");
        let is_settled = !lone_mark || ENDINGS[ending] == "/-" || (is_indian && whole >= 100_000);
        prop_assert_eq!(rival.is_none(), is_settled, "{}", text);
        prop_assert_eq!(value(&text, Kind::Integer, DecimalMark::Auto), clear(&expected), "{}", text);
    }

    /// Whatever is written: the values are canonical, hold digits of the writing in their order, and differ where there are two.
    #[test]
    fn any_symbols_give_canonical_values(text in "[0-9.,\\-/=*#$()'^]{0,14}") {
        for kind in [Kind::Digits, Kind::Integer, Kind::Amount] {
            for decimal in [DecimalMark::Auto, DecimalMark::Point, DecimalMark::Comma] {
                let (canonical, rival) = value(&text, kind, decimal);
                let all: String = text.chars().filter(char::is_ascii_digit).collect();
                prop_assert_eq!(canonical.is_empty(), all.is_empty());
                prop_assert_ne!(Some(&canonical), rival.as_ref(), "{}", text);
                for value in std::iter::once(&canonical).chain(&rival).filter(|value| !value.is_empty()) {
                    let unsigned = value.strip_prefix('-').unwrap_or(value);
                    let (whole, decimals) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
                    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
                    prop_assert!(is_number(whole) && is_number(decimals), "{} {}", text, value);
                    let digits = unsigned.replace('.', "");
                    prop_assert!(all.contains(&digits) || all.contains(digits.trim_start_matches('0')), "{} {}", text, value);
                }
            }
        }
    }

    /// No symbol between two digits is passed over: either it is a decimal mark, or it groups three digits, or there is doubt.
    #[test]
    fn no_separator_is_lost(before in "[1-9][0-9]{0,5}", joint in "[.,\\-/=*#$()'^]{1,3}", after in "[0-9]{1,6}") {
        let text = format!("{before}{joint}{after}");
        let (canonical, rival) = value(&text, Kind::Amount, DecimalMark::Auto);
        let is_grouped = joint == "'" && after.len() == 3;
        let is_empty_fraction = joint.contains('^') && joint.ends_with('/');
        let has_decimals = canonical == format!("{before}.{after}") && after.len() == 2;
        prop_assert!(rival.is_some() || is_grouped || is_empty_fraction || has_decimals, "{}: {}", text, canonical);
    }
}

//! What a template says about a field: symbols, or the values that were voted for, in; their value as the field asks, what it breaks, and
//! the likeliest value that breaks nothing out.
//!
//! A constraint is prior knowledge: it chooses among what the readers propose and never makes a value of its own.

use super::amount::{self, Value};
use super::vote::Ballot;
use super::{Reason, Rules, check_digit, date};
use crate::reader::line::Symbol;
use crate::template::{FieldKind, FieldSpec};

/// How much less likely a value that breaks its constraints is written than one that fits: a fitting value wins from this share of the
/// broken one's on.
///
/// Assumed, not measured. If one writer in a hundred breaks a constraint that a tenth of all values fit, as a check digit, each broken value is some 900 times less
/// likely than each fitting one; of lengths, ranges and decimals, which most values fit, it is about a hundred times.
const BROKEN_PRIOR: f32 = 0.01;

/// The value of symbols, as the kind of the field asks; where there is a template, with decimals that are not marked, and the one of two
/// values that fits where the writing allows both.
pub(super) fn value_of(symbols: &[Symbol], rules: &Rules) -> Value {
    let Some(spec) = rules.spec else { return amount::value_of(symbols, rules.kind, rules.decimal) };
    if let FieldKind::Date(order) = spec.kind {
        return date::value_of(symbols, order);
    }
    let value = amount::value_of(symbols, rules.kind, rules.decimal);
    let value = match spec.decimals {
        Some(decimals) if spec.implied_decimals && spec.kind == FieldKind::Amount && !is_parted(symbols) => Value {
            canonical: with_decimals(&value.canonical, decimals),
            rival: value.rival.map(|rival| with_decimals(&rival, decimals)),
        },
        _ => value,
    };
    let Some(rival) = &value.rival else { return value };
    let fits = |text: &str| broken(spec, text, symbols).is_empty();
    match (fits(&value.canonical), fits(rival)) {
        (true, false) => Value { rival: None, ..value },
        (false, true) => Value { canonical: rival.clone(), rival: None },
        _ => value,
    }
}

/// What a value breaks; nothing where it is empty.
pub(super) fn broken(spec: &FieldSpec, value: &str, symbols: &[Symbol]) -> Vec<Reason> {
    if value.is_empty() {
        return Vec::new();
    }
    if let FieldKind::Date(_) = spec.kind {
        return if date::is_date(value) { Vec::new() } else { vec![Reason::NoDate] };
    }
    let digits: String = value.chars().filter(char::is_ascii_digit).collect();
    let amount = value.parse::<f64>().unwrap_or(f64::NAN);
    let found = [
        (Reason::CheckDigit, spec.check_digit.as_ref().is_some_and(|check| !check_digit::holds(check, &digits))),
        (Reason::Length, spec.length.is_some_and(|(least, most)| !(least..=most).contains(&digits.len()))),
        (Reason::Range, spec.least.is_some_and(|least| amount < least) || spec.most.is_some_and(|most| amount > most)),
        (Reason::Decimals, spec.kind == FieldKind::Amount && !has_decimals(spec, value, symbols)),
    ];
    found.into_iter().filter(|(_, is_broken)| *is_broken).map(|(reason, _)| reason).collect()
}

/// Puts the likeliest value that breaks nothing first, unless the likeliest of all is too far ahead; without one nothing changes.
///
/// The share of a value that comes first in this way is what [`BROKEN_PRIOR`] makes of all shares. A value that was first anyway
/// keeps its share: that it fits may be chance, and the calibration was measured without templates.
pub(super) fn prefer_fitting(ballots: &mut [Ballot]) {
    let Some(best) = ballots.first().filter(|best| !best.broken.is_empty()) else { return };
    let least = BROKEN_PRIOR * best.share;
    let fits = |ballot: &Ballot| ballot.broken.is_empty() && !ballot.value.canonical.is_empty();
    let Some(place) = ballots.iter().position(|ballot| fits(ballot) && ballot.share > least) else { return };
    let weighed = |ballot: &Ballot| ballot.share * if ballot.broken.is_empty() { 1.0 } else { BROKEN_PRIOR };
    let total: f32 = ballots.iter().map(weighed).sum();
    ballots[place].share /= total;
    ballots[..=place].rotate_right(1);
}

/// Whether a value has as many decimals as asked for, or its writing says that there are none: `250.-`, `250/-`.
fn has_decimals(spec: &FieldSpec, value: &str, symbols: &[Symbol]) -> bool {
    let Some(wanted) = spec.decimals else { return true };
    let found = value.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    found == wanted || (found == 0 && is_closed(symbols))
}

/// Whether strokes stand behind the last digit.
fn is_closed(symbols: &[Symbol]) -> bool {
    let behind = symbols.iter().rev().take_while(|symbol| symbol.digit().is_none());
    behind.into_iter().any(|symbol| matches!(symbol, Symbol::Dash | Symbol::Equals | Symbol::Slash))
}

/// Whether anything stands between two digits, or strokes behind them.
fn is_parted(symbols: &[Symbol]) -> bool {
    let is_digit = |symbol: &Symbol| symbol.digit().is_some();
    let (first, last) = (symbols.iter().position(is_digit), symbols.iter().rposition(is_digit));
    let inner = first.zip(last).map_or(&[][..], |(first, last)| &symbols[first..=last]);
    !inner.iter().all(is_digit) || is_closed(symbols)
}

/// The last digits of a whole value as its decimals: `123450` is `1234.50`, `5` is `0.05`. Values with decimals stay.
fn with_decimals(value: &str, decimals: usize) -> String {
    if value.is_empty() || value.contains('.') || decimals == 0 {
        return value.to_owned();
    }
    let (sign, digits) = value.strip_prefix('-').map_or(("", value), |digits| ("-", digits));
    let digits = format!("{digits:0>width$}", width = decimals + 1);
    let (whole, below) = digits.split_at(digits.len() - decimals);
    format!("{sign}{whole}.{below}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Rect;
    use crate::number::{DecimalMark, Kind};
    use crate::template::CheckDigit;

    fn field(kind: FieldKind) -> FieldSpec {
        FieldSpec::new("n", Rect::default(), kind)
    }

    fn symbols(text: &str) -> Vec<Symbol> {
        text.chars().filter_map(Symbol::of_char).collect()
    }

    /// The value of a text in a field, and what it breaks.
    fn judged(text: &str, spec: &FieldSpec) -> (String, Vec<Reason>) {
        let rules = Rules {
            kind: Kind::Integer,
            decimal: DecimalMark::Auto,
            min_confidence: 0.9,
            with_style: false,
            spec: Some(spec),
        };
        let value = value_of(&symbols(text), &rules.settled()).canonical;
        let reasons = broken(spec, &value, &symbols(text));
        (value, reasons)
    }

    #[test]
    fn values_break_what_they_do_not_fit() {
        let id = FieldSpec { length: Some((8, 8)), check_digit: Some(CheckDigit::Luhn), ..field(FieldKind::Digits) };
        assert_eq!(judged("12345674", &id).1, []);
        assert_eq!(judged("12345675", &id).1, [Reason::CheckDigit]);
        assert_eq!(judged("1234567", &id).1, [Reason::CheckDigit, Reason::Length]);
        let money = FieldSpec { least: Some(0.0), most: Some(999.99), decimals: Some(2), ..field(FieldKind::Amount) };
        assert_eq!(judged("250.00", &money).1, []);
        assert_eq!(judged("250.-", &money).1, []);
        assert_eq!(judged("250", &money).1, [Reason::Decimals]);
        assert_eq!(judged("1250,50", &money).1, [Reason::Range]);
        assert_eq!(judged("-1.00", &money).1, [Reason::Range]);
        assert_eq!(judged("31.2.2026", &field(FieldKind::Date(Default::default()))).1, [Reason::NoDate]);
        assert_eq!(judged("--", &money).1, []);
    }

    #[test]
    fn decimals_without_a_mark_are_the_last_digits() {
        let spec = FieldSpec { decimals: Some(2), implied_decimals: true, ..field(FieldKind::Amount) };
        for (text, value) in [
            ("123450", "1234.50"),
            ("5", "0.05"),
            ("-80", "-0.80"),
            ("12.34", "12.34"),
            ("250.-", "250"),
            ("001234", "0012.34"),
        ] {
            assert_eq!(judged(text, &spec), (value.to_owned(), Vec::new()), "{text}");
        }
    }

    #[test]
    fn of_two_values_of_one_writing_the_fitting_one_is_taken() {
        let three = FieldSpec { decimals: Some(3), ..field(FieldKind::Amount) };
        let large = FieldSpec { least: Some(1000.0), ..field(FieldKind::Amount) };
        assert_eq!((judged("1.234", &three).0, judged("1.234", &large).0), ("1.234".to_owned(), "1234".to_owned()));
    }

    fn ballot(value: &str, share: f32, broken: &[Reason]) -> Ballot {
        Ballot {
            value: Value { canonical: value.to_owned(), rival: None },
            symbols: symbols(value),
            path: None,
            share,
            line_probability: share,
            lattice_log_likelihood: 0.0,
            broken: broken.to_vec(),
        }
    }

    #[test]
    fn a_fitting_value_wins_unless_it_is_far_behind() {
        let all = |fitting: f32| {
            let mut ballots = [
                ballot("17", 0.9 - fitting, &[Reason::Length]),
                ballot("11", 0.1, &[Reason::Length]),
                ballot("187", fitting, &[]),
            ];
            prefer_fitting(&mut ballots);
            (ballots[0].value.canonical.clone(), ballots[0].share, ballots[1].value.canonical.clone())
        };
        let (first, share, second) = all(0.05);
        assert_eq!((first.as_str(), second.as_str()), ("187", "17"));
        assert!((share - 0.05 / (0.05 + 0.95 * BROKEN_PRIOR)).abs() < 1e-4, "{share}");
        let far = all(0.001);
        assert_eq!((far.0.as_str(), far.1), ("17", 0.899), "nothing is made up");
    }

    #[test]
    fn a_value_that_fits_anyway_keeps_its_share() {
        let mut ballots = [ballot("187", 0.6, &[]), ballot("17", 0.4, &[Reason::Length])];
        prefer_fitting(&mut ballots);
        assert_eq!((ballots[0].value.canonical.as_str(), ballots[0].share), ("187", 0.6));
    }
}

//! What a written number is worth: symbols in, the canonical value out, and doubt where the writing allows two values.

use super::decode::Symbol;
use super::{DecimalMark, Kind};

/// The value of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Value {
    /// Canonical: digits, a point before the decimals, a minus in front. Empty where the text holds no digit.
    pub canonical: String,
    /// Another value that the same writing allows.
    pub rival: Option<String>,
}

/// The value of the symbols of a number, as its kind and the decimal mark of its country ask.
///
/// Leading zeros stay. Currency signs and strokes at the end mean nothing, a stroke in front is a minus. Of an amount the last point or comma
/// starts the decimals if one or two digits follow, one alone in doubt; one that three digits follow parts thousands, and if it is the only
/// one, both are possible. Where the decimal mark is known, it settles that; writing that contradicts it (`12,50` where the
/// mark is a point) is read as it would be without, in doubt.
pub fn value_of(symbols: &[Symbol], kind: Kind, decimal: DecimalMark) -> Value {
    let symbols: Vec<Symbol> =
        symbols.iter().copied().filter(|symbol| !matches!(symbol, Symbol::Nothing | Symbol::Currency)).collect();
    let Some(first_digit) = symbols.iter().position(is_digit) else { return Value::default() };
    let last_digit = symbols.iter().rposition(is_digit).unwrap_or(first_digit);
    let negative = kind != Kind::Digits && symbols[..first_digit].contains(&Symbol::Dash);
    let body = Body { symbols: &symbols[first_digit..=last_digit], sign: if negative { "-" } else { "" } };
    match (kind, decimal) {
        (Kind::Digits | Kind::Integer, _) => Value { canonical: body.whole(), rival: None },
        (Kind::Amount, DecimalMark::Auto) => body.by_grouping(),
        (Kind::Amount, DecimalMark::Point) => body.by_mark(Symbol::Point),
        (Kind::Amount, DecimalMark::Comma) => body.by_mark(Symbol::Comma),
    }
}

/// The symbols of an amount from its first to its last digit, and its sign.
struct Body<'a> {
    symbols: &'a [Symbol],
    sign: &'a str,
}

impl Body<'_> {
    /// The value without decimals.
    fn whole(&self) -> String {
        format!("{}{}", self.sign, digits_of(self.symbols))
    }

    /// The value with decimals behind the mark at this place.
    fn parted(&self, mark: usize) -> String {
        let (before, after) = (digits_of(&self.symbols[..mark]), digits_of(&self.symbols[mark + 1..]));
        format!("{}{before}.{after}", self.sign)
    }

    /// What the number of digits behind the last mark makes likely.
    fn by_grouping(&self) -> Value {
        let body = self.symbols;
        let whole = self.whole();
        let Some(mark) = body.iter().rposition(is_mark) else { return Value { canonical: whole, rival: None } };
        let (before, after) = (digits_of(&body[..mark]).len(), digits_of(&body[mark + 1..]).len());
        let decimal = self.parted(mark);
        let is_only_mark = !body[..mark].iter().any(is_mark);
        let same_mark_before = body[..mark].contains(&body[mark]);
        match after {
            2 => Value { canonical: decimal, rival: None },
            // Money has two decimals: a single one may be dirt between two digits.
            1 => Value { canonical: decimal, rival: Some(whole) },
            3 if is_only_mark && before <= 3 => Value { canonical: whole, rival: Some(decimal) },
            3 if same_mark_before => Value { canonical: whole, rival: None },
            _ => Value { canonical: whole, rival: Some(decimal) },
        }
    }

    /// What it is where `decimal` starts the decimals and the other mark parts groups of digits.
    fn by_mark(&self, decimal: Symbol) -> Value {
        let body = self.symbols;
        let at = body.iter().position(|&symbol| symbol == decimal);
        let is_settled = match at {
            Some(at) => !body[at + 1..].iter().any(is_mark),
            // Groups have three digits at the end; two or one are decimals behind a mark that was meant or read wrongly.
            None => body.iter().rposition(is_mark).is_none_or(|last| digits_of(&body[last + 1..]).len() == 3),
        };
        let said = at.map_or_else(|| self.whole(), |at| self.parted(at));
        if is_settled {
            return Value { canonical: said, rival: None };
        }
        let likely = self.by_grouping();
        let rival = if likely.canonical == self.whole() { likely.rival } else { Some(self.whole()) };
        Value { canonical: likely.canonical, rival: rival.or(Some(said)) }
    }
}

fn is_mark(symbol: &Symbol) -> bool {
    matches!(symbol, Symbol::Point | Symbol::Comma)
}

fn is_digit(symbol: &Symbol) -> bool {
    matches!(symbol, Symbol::Digit(_))
}

fn digits_of(symbols: &[Symbol]) -> String {
    symbols.iter().filter(|symbol| is_digit(symbol)).filter_map(|symbol| symbol.as_char()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn symbols(text: &str) -> Vec<Symbol> {
        text.chars()
            .filter_map(|character| match character {
                '.' => Some(Symbol::Point),
                ',' => Some(Symbol::Comma),
                '-' => Some(Symbol::Dash),
                '$' => Some(Symbol::Currency),
                _ => character.to_digit(10).map(|digit| Symbol::Digit(digit as u8)),
            })
            .collect()
    }

    fn value(text: &str, kind: Kind) -> (String, Option<String>) {
        let value = value_of(&symbols(text), kind, DecimalMark::Auto);
        (value.canonical, value.rival)
    }

    #[test]
    fn amounts_in_the_usual_writings() {
        for (text, expected) in [
            ("1234", "1234"),
            ("001234", "001234"),
            ("1234.50", "1234.50"),
            ("1.234,50", "1234.50"),
            ("1,234.50", "1234.50"),
            ("$12,50", "12.50"),
            ("-80.00", "-80.00"),
            ("1.000.000", "1000000"),
            ("250.-", "250"),
        ] {
            assert_eq!(value(text, Kind::Amount), (expected.to_owned(), None), "{text}");
        }
    }

    #[test]
    fn a_lone_mark_before_three_digits_is_in_doubt() {
        assert_eq!(value("1.234", Kind::Amount), ("1234".to_owned(), Some("1.234".to_owned())));
        assert_eq!(value("1.234", Kind::Integer), ("1234".to_owned(), None));
        assert_eq!(value("12,5", Kind::Amount), ("12.5".to_owned(), Some("125".to_owned())));
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
            ("-1234", DecimalMark::Point, "-1234"),
        ] {
            let value = value_of(&symbols(text), Kind::Amount, mark);
            assert_eq!((value.canonical.as_str(), value.rival), (expected, None), "{text} {mark:?}");
        }
    }

    #[test]
    fn writing_that_contradicts_the_decimal_mark_is_in_doubt() {
        for (text, mark, expected, rival) in [
            ("12,50", DecimalMark::Point, "12.50", "1250"),
            ("12.5", DecimalMark::Comma, "12.5", "125"),
            ("1.234,50", DecimalMark::Point, "1234.50", "123450"),
            ("1.234.567", DecimalMark::Point, "1234567", "1.234567"),
        ] {
            let value = value_of(&symbols(text), Kind::Amount, mark);
            assert_eq!((value.canonical.as_str(), value.rival.as_deref()), (expected, Some(rival)), "{text} {mark:?}");
        }
    }

    #[test]
    fn digits_know_neither_sign_nor_mark() {
        assert_eq!(value("-12.34-", Kind::Digits).0, "1234");
        assert_eq!(value("--", Kind::Amount).0, "");
    }
}

//! What a written number is worth: symbols in, the canonical value out, and doubt where the writing allows two values.

use super::Kind;
use super::decode::Symbol;

/// The value of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Value {
    /// Canonical: digits, a point before the decimals, a minus in front. Empty where the text holds no digit.
    pub canonical: String,
    /// Another value that the same writing allows.
    pub rival: Option<String>,
}

/// The value of the symbols of a number, as its kind asks.
///
/// Leading zeros stay. Currency signs and strokes at the end mean nothing, a stroke in front is a minus. Of an amount the last point or comma
/// starts the decimals if one or two digits follow, one alone in doubt; one that three digits follow parts thousands, and if it is the only
/// one, both are possible.
pub fn value_of(symbols: &[Symbol], kind: Kind) -> Value {
    let symbols: Vec<Symbol> =
        symbols.iter().copied().filter(|symbol| !matches!(symbol, Symbol::Nothing | Symbol::Currency)).collect();
    let Some(first_digit) = symbols.iter().position(is_digit) else { return Value::default() };
    let last_digit = symbols.iter().rposition(is_digit).unwrap_or(first_digit);
    let negative = kind != Kind::Digits && symbols[..first_digit].contains(&Symbol::Dash);
    let body = &symbols[first_digit..=last_digit];
    let sign = if negative { "-" } else { "" };
    let whole = format!("{sign}{}", digits_of(body));
    if kind != Kind::Amount {
        return Value { canonical: whole, rival: None };
    }
    let Some(mark) = body.iter().rposition(|symbol| matches!(symbol, Symbol::Point | Symbol::Comma)) else {
        return Value { canonical: whole, rival: None };
    };
    let (before, after) = (digits_of(&body[..mark]), digits_of(&body[mark + 1..]));
    let decimal = format!("{sign}{before}.{after}");
    let is_only_mark = !body[..mark].iter().any(|symbol| matches!(symbol, Symbol::Point | Symbol::Comma));
    let same_mark_before = body[..mark].contains(&body[mark]);
    match after.len() {
        2 => Value { canonical: decimal, rival: None },
        // Money has two decimals: a single one may be dirt between two digits.
        1 => Value { canonical: decimal, rival: Some(whole) },
        3 if is_only_mark && before.len() <= 3 => Value { canonical: whole, rival: Some(decimal) },
        3 if same_mark_before => Value { canonical: whole, rival: None },
        3 => Value { canonical: whole, rival: Some(decimal) },
        _ => Value { canonical: whole, rival: Some(decimal) },
    }
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
        let value = value_of(&symbols(text), kind);
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
    fn digits_know_neither_sign_nor_mark() {
        assert_eq!(value("-12.34-", Kind::Digits).0, "1234");
        assert_eq!(value("--", Kind::Amount).0, "");
    }
}

//! What a written number is worth: symbols in, the canonical value out, and doubt where the writing allows two values.
//!
//! A number is read in three parts: what stands before its first digit (sign, currency, strokes that protect it), its body from
//! the first to the last digit, and what closes it. [`parts`] takes a number apart, [`judge`] weighs what its body may mean.

mod judge;
mod parts;
#[cfg(test)]
mod tests;

use super::{DecimalMark, Kind};
use crate::reader::line::Symbol;
use parts::{Ending, Parts};

/// The value of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Value {
    /// Canonical: digits, a point before the decimals, a minus in front. Empty where the text holds no digit.
    pub canonical: String,
    /// Another value that the same writing allows; there is one exactly where the value is in doubt.
    pub rival: Option<String>,
}

impl Value {
    /// A value without doubt.
    fn clear(canonical: impl Into<String>) -> Self {
        Self { canonical: canonical.into(), rival: None }
    }

    /// The likelier one of two values.
    fn doubtful(canonical: impl Into<String>, rival: impl Into<String>) -> Self {
        Self { canonical: canonical.into(), rival: Some(rival.into()) }
    }

    /// The same value in doubt: what rival it has stays, else it gets this one.
    fn or_rival(self, rival: impl Into<String>) -> Self {
        let Self { canonical, rival: own } = self;
        Self { rival: own.or_else(|| Some(rival.into())), canonical }
    }
}

/// The value of the symbols of a number, as its kind and the decimal mark of its country ask.
///
/// - [`Kind::Digits`]: the digits alone; everything else is left aside.
/// - [`Kind::Amount`]: a point or comma before two last digits starts the decimals, and so do cents that are written raised or
///   over a hundred. Marks that part groups of three digits (with commas also two and two, as in India) are grouping. Whatever
///   could be either (`1.234`), has groups of a wrong size (`1.23.4`), or has another symbol between two digits (`12-50`,
///   `1250/100`) is in doubt: the likelier value comes first, the other one is its rival. Where the decimal mark is known it
///   settles `1.234`; writing that contradicts it is read as it would be without, in doubt.
/// - [`Kind::Integer`]: grouping as in amounts; a lone mark before three digits is a thousand. Where an amount would have decimals, the
///   whole part comes first, in doubt, and all digits together are its rival: the mark may be dirt. The decimal mark plays no part.
///
/// Leading zeros stay. A dash right before the number, and brackets around it, make it negative; strokes behind it
/// (`-`, `=`, `/-`, `.-`, a lone point) close it, and `=`, `*` and `#` before it protect it. Currency signs mean nothing, except between
/// digits.
pub fn value_of(symbols: &[Symbol], kind: Kind, decimal: DecimalMark) -> Value {
    if kind == Kind::Digits {
        return Value::clear(parts::digits_of(symbols));
    }
    let Some(parts) = Parts::of(symbols) else { return Value::default() };
    let unsigned = match kind {
        Kind::Amount => judge::amount(&parts, decimal),
        _ => {
            let closed = Parts { ending: Ending::WithoutCents, ..parts.clone() };
            whole_part(judge::amount(&closed, DecimalMark::Auto))
        }
    };
    with_sign(unsigned, &parts)
}

/// A whole number from what the same writing means as an amount.
fn whole_part(amount: Value) -> Value {
    let whole = |value: &str| value.split('.').next().unwrap_or_default().to_owned();
    let rival = if amount.canonical.contains('.') {
        Some(amount.rival.unwrap_or_else(|| amount.canonical.replace('.', "")))
    } else {
        amount.rival.map(|rival| whole(&rival))
    };
    let canonical = whole(&amount.canonical);
    Value { rival: rival.filter(|rival| *rival != canonical), canonical }
}

/// The value with its minus; where a stroke may or may not be one, the other sign is the rival.
fn with_sign(value: Value, parts: &Parts) -> Value {
    let minus = |text: &String| format!("-{text}");
    let negative = Value { canonical: minus(&value.canonical), rival: value.rival.as_ref().map(minus) };
    match (parts.is_negative, parts.is_sign_in_doubt) {
        (false, false) => value,
        (false, true) => value.or_rival(negative.canonical),
        (true, false) => negative,
        (true, true) => negative.or_rival(value.canonical),
    }
}

//! What the body of an amount means: groups of digits and their joints in, a value without its sign out, in doubt where it can
//! mean two things.

use super::Value;
use super::parts::{Body, Ending, Joint, Parts};
use crate::number::DecimalMark;
use crate::reader::line::Symbol;

/// What stands below the stroke of cents that are written as a fraction.
const HUNDRED: &str = "100";
/// The same, written carelessly.
const CARELESS_HUNDRED: &str = "00";

/// The value of an amount without its sign.
pub(super) fn amount(parts: &Parts, decimal: DecimalMark) -> Value {
    let value = written(parts, decimal);
    let all = parts.body.all_digits();
    let value = match parts.ending {
        Ending::LostCents if value.canonical.contains('.') => value.or_rival(all),
        Ending::LostCents => value.or_rival(split_cents(&all)),
        _ => value,
    };
    if parts.starts_raised || !(parts.starts_with_mark || parts.starts_with_currency_mark) {
        return value;
    }
    with_mark_in_front(value, parts)
}

/// The value by the body and its ending alone.
fn written(parts: &Parts, decimal: DecimalMark) -> Value {
    let body = &parts.body;
    let Some(last) = body.joints.len().checked_sub(1) else {
        return if parts.starts_raised { cents_alone(body, false) } else { Value::clear(body.all_digits()) };
    };
    let below = body.groups[last + 1].as_str();
    let is_raised_before = body.joints[..last].contains(&Joint::Raised) || parts.starts_raised;
    match body.joints[last] {
        Joint::EmptyFraction { has_strokes } if below == HUNDRED || below == CARELESS_HUNDRED => {
            let whole = by_marks(&body.before(last), decimal, Ending::WithoutCents);
            if has_strokes { whole } else { whole.or_rival(body.all_digits()) }
        }
        Joint::Slash if below == HUNDRED || (below == CARELESS_HUNDRED && is_raised_before) => {
            over_hundred(&body.before(last), parts, decimal)
        }
        _ if body.joints.contains(&Joint::Raised) => with_raised(body),
        _ if parts.starts_raised => cents_alone(body, false).or_rival(body.all_digits()),
        _ => by_marks(body, decimal, parts.ending),
    }
}

/// Digits before `/100`.
fn over_hundred(body: &Body, parts: &Parts, decimal: DecimalMark) -> Value {
    let last = body.joints.last().copied();
    if body.joints.contains(&Joint::Raised) {
        return with_raised(body);
    }
    if parts.starts_raised {
        return cents_alone(body, true);
    }
    let ends_in_cents = body.groups.last().is_some_and(|group| group.len() == 2);
    if ends_in_cents && matches!(last, Some(Joint::Mark(_))) {
        return by_marks(body, decimal, Ending::Open);
    }
    // Where the whole part ends cannot be seen: 12 50/100 and 1250/100 are the same symbols.
    let all = body.all_digits();
    Value::doubtful(split_cents(&all), all)
}

/// Raised digits without anything before them.
fn cents_alone(body: &Body, is_over_hundred: bool) -> Value {
    let all = body.all_digits();
    let value = format!("0.{all}");
    if is_over_hundred && all.len() == 2 && body.joints.is_empty() {
        Value::clear(value)
    } else {
        Value::doubtful(value, all)
    }
}

/// A whole part and raised cents.
fn with_raised(body: &Body) -> Value {
    let all = body.all_digits();
    let at = body.joints.iter().position(|&joint| joint == Joint::Raised).unwrap_or_default();
    let (whole, cents) = (body.before(at), body.groups[at + 1..].concat());
    let parted = body.parted(at);
    match cents.len() {
        2 if at + 1 == body.joints.len() && whole.is_grouped() => Value::clear(parted),
        1 | 2 => Value::doubtful(parted, all),
        // A slash that was not seen: 50/100 as 50100.
        5 if cents.ends_with(HUNDRED) => {
            Value::doubtful(format!("{}.{}", whole.all_digits(), cents.trim_end_matches(HUNDRED)), all)
        }
        _ => Value::doubtful(all, parted),
    }
}

/// A body whose joints are marks, or should be.
fn by_marks(body: &Body, decimal: DecimalMark, ending: Ending) -> Value {
    let Some(&last) = body.joints.last() else { return Value::clear(body.all_digits()) };
    let known = match decimal {
        DecimalMark::Auto => return by_likelihood(body, ending),
        DecimalMark::Point => Joint::Mark(Symbol::Point),
        DecimalMark::Comma => Joint::Mark(Symbol::Comma),
    };
    let first_known = body.joints.iter().position(|&joint| joint == known);
    if last == known && has_clear_decimals(body) && ending != Ending::WithoutCents {
        return Value::clear(body.parted(body.joints.len() - 1));
    }
    if first_known.is_none() && body.is_grouped() {
        return Value::clear(body.all_digits());
    }
    let likely = by_likelihood(body, ending);
    if likely.canonical.contains('.') {
        return likely.or_rival(body.all_digits());
    }
    likely.or_rival(body.parted(first_known.unwrap_or(body.joints.len() - 1)))
}

/// What the number of digits behind the last mark makes likely.
fn by_likelihood(body: &Body, ending: Ending) -> Value {
    let last = body.joints.len() - 1;
    let (whole, parted) = (body.all_digits(), body.parted(last));
    let is_thousand_for_sure = ending != Ending::Open && ending != Ending::LostCents
        || last > 0
        || body.joints[last] == Joint::Mark(Symbol::Apostrophe);
    match body.groups[last + 1].len() {
        2 if has_clear_decimals(body) && ending != Ending::WithoutCents => Value::clear(parted),
        // Money has two decimals: a single one may be dirt between two digits.
        1 | 2 => Value::doubtful(parted, whole),
        3 if body.is_grouped() && is_thousand_for_sure => Value::clear(whole),
        // No thousands begin with zero. Four digits and more before the mark are no thousands either, but dirt is likelier there than
        // money with three decimals.
        3 if last == 0 && body.groups[0].starts_with('0') => Value::doubtful(parted, whole),
        _ => Value::doubtful(whole, parted),
    }
}

/// Whether the last joint can start the decimals and all before it part groups of digits with another mark.
fn has_clear_decimals(body: &Body) -> bool {
    let last = body.joints.len() - 1;
    let is_mark = matches!(body.joints[last], Joint::Mark(Symbol::Point | Symbol::Comma));
    is_mark && !body.joints[..last].contains(&body.joints[last]) && body.before(last).is_grouped()
}

/// A number with a point or comma before its first digit: decimals without a whole part, the end of `Rs.`, or dirt.
fn with_mark_in_front(value: Value, parts: &Parts) -> Value {
    let all = parts.body.all_digits();
    let decimals = format!("0.{all}");
    if parts.body.joints.is_empty() {
        return if all.len() == 2 { Value::doubtful(decimals, all) } else { value.or_rival(decimals) };
    }
    match (parts.starts_with_mark, value.canonical == all) {
        (false, _) => value,
        (true, true) => value.or_rival(decimals),
        (true, false) => value.or_rival(all),
    }
}

/// All digits, with a point before the last two.
fn split_cents(digits: &str) -> String {
    let (whole, cents) = digits.split_at(digits.len().saturating_sub(2));
    format!("{}.{cents:0>2}", if whole.is_empty() { "0" } else { whole })
}

//! One field of a template file: its checked keys in, a [`FieldSpec`] out, and a sentence for each pair of keys that contradict each other.

use super::entries::{Entries, Value};
use super::keys::{self, Key, value_of};
use super::problems::Problems;
use super::{CheckDigit, DateOrder, DecimalMark, FieldKind, FieldSpec};

/// A cell of a comb is at least this wide, in pixels of the reference: three strokes side by side and the gaps between need five columns, and
/// `8` and `0` differ by no less.
const LEAST_CELL_PX: usize = 5;

/// Digits of a US routing number.
const ROUTING_DIGITS: usize = 9;

/// Makes a field of its keys; `None` where a key that it cannot be without is missing or wrong, which has been noted then.
pub(super) fn field(entries: &Entries, known: &'static [Key], problems: &mut Problems) -> Option<FieldSpec> {
    let kind = entries.text("kind").and_then(|(kind, _)| value_of(&keys::KINDS, kind));
    if let Some(kind) = kind {
        check_kind(entries, kind, known, problems);
    }
    check_values(entries, problems);
    check_digits(entries, problems);
    let (name, (bounds, _)) = (entries.text("name")?.0, entries.bounds("box")?);
    let mut field = FieldSpec::new(name, bounds, with_order(kind?, entries));
    field.cells = entries.whole("cells");
    field.length = length(entries);
    (field.least, field.most) = (entries.number("min"), entries.number("max"));
    field.decimals = entries.whole("decimals");
    field.implied_decimals = entries.flag("implied_decimals");
    field.decimal_mark = choice(entries, "decimal_mark", &keys::DECIMAL_MARKS).unwrap_or(DecimalMark::Auto);
    field.required = entries.flag("required");
    field.check_digit = check_digit(entries);
    field.drop_out = choice(entries, "colour_drop_out", &keys::COLOURS);
    Some(field)
}

fn with_order(kind: FieldKind, entries: &Entries) -> FieldKind {
    match kind {
        FieldKind::Date(_) => {
            FieldKind::Date(choice(entries, "date_order", &keys::DATE_ORDERS).unwrap_or(DateOrder::DayMonthYear))
        }
        kind => kind,
    }
}

fn choice<T: Copy>(entries: &Entries, key: &str, table: &[(&str, T)]) -> Option<T> {
    entries.text(key).and_then(|(word, _)| value_of(table, word))
}

fn length(entries: &Entries) -> Option<(usize, usize)> {
    entries.get("length").and_then(|entry| match entry.value {
        Value::Length(fewest, most) => Some((fewest, most)),
        _ => None,
    })
}

fn check_digit(entries: &Entries) -> Option<CheckDigit> {
    entries.get("check_digit").and_then(|entry| match entry.value {
        Value::CheckDigit(check) => Some(check),
        _ => None,
    })
}

/// Notes keys that this kind of field does not have.
fn check_kind(entries: &Entries, kind: FieldKind, known: &'static [Key], problems: &mut Problems) {
    let kind = keys::name_of(&keys::KINDS, &kind).unwrap_or_default();
    for key in known.iter().filter(|key| !key.kinds.is_empty() && !key.kinds.contains(&kind)) {
        if let Some(entry) = entries.get(key.name) {
            let kinds: Vec<String> = key.kinds.iter().map(|kind| format!("\"{kind}\"")).collect();
            let sentence = format!(
                "`{}` is for fields with kind = {}, this one is \"{kind}\"; take it out or change the kind",
                key.name,
                kinds.join(" or ")
            );
            problems.add(entry.key_at, sentence);
        }
    }
}

/// Notes limits and decimals that contradict each other.
fn check_values(entries: &Entries, problems: &mut Problems) {
    if let (Some(least), Some(most), Some(entry)) = (entries.number("min"), entries.number("max"), entries.get("min"))
        && least > most
    {
        problems.add(entry.at, format!("`min`, {least}, is more than `max`, {most}; swap them or correct one"));
    }
    if let Some(entry) = entries.get("implied_decimals").filter(|_| entries.flag("implied_decimals"))
        && matches!(entries.whole("decimals"), None | Some(0))
        && entries.get("decimals").is_none_or(|decimals| decimals.value == Value::Whole(0))
    {
        problems.add(entry.key_at, "`implied_decimals` needs to know how many; add decimals = 2");
    }
}

/// Notes numbers of digits that do not fit the comb or the check digit.
fn check_digits(entries: &Entries, problems: &mut Problems) {
    let cells = entries.whole("cells");
    if let (Some(cells), Some((bounds, _)), Some(entry)) = (cells, entries.bounds("box"), entries.get("cells"))
        && (bounds.width as usize) < cells * LEAST_CELL_PX
    {
        let sentence = format!(
            "{cells} cells do not fit into a box {} pixels wide; a cell needs at least {LEAST_CELL_PX} pixels",
            bounds.width
        );
        problems.add(entry.at, sentence);
    }
    let length = length(entries);
    if let (Some(cells), Some((_, most)), Some(entry)) = (cells, length, entries.get("length"))
        && most > cells
    {
        problems.add(
            entry.at,
            format!("up to {most} digits do not fit into {cells} cells; lower `length` or raise `cells`"),
        );
    }
    let is_routing = check_digit(entries) == Some(CheckDigit::AbaRouting);
    let cannot_be_routing = length.is_some_and(|(fewest, most)| !(fewest..=most).contains(&ROUTING_DIGITS))
        || cells.is_some_and(|cells| cells < ROUTING_DIGITS);
    if let Some(entry) = entries.get("check_digit").filter(|_| is_routing && cannot_be_routing) {
        problems.add(
            entry.at,
            format!("\"aba\" checks routing numbers of {ROUTING_DIGITS} digits, which this field cannot hold"),
        );
    }
}

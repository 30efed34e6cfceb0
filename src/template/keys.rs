//! The keys of a template file: one table, by which `parse` checks files and from which `schema` is made, so that the two agree.

use super::{CheckDigit, DateOrder, DecimalMark, DropOut, FieldKind};

/// Longest side of a reference in pixels: an A0 sheet at 2,400 dots an inch has 112,000.
pub(super) const MOST_SIDE_PX: i64 = 120_000;
/// Most digits of a number, and most cells of a comb.
pub(super) const MOST_DIGITS: i64 = 64;

/// What a value must be.
#[derive(Clone, Copy, Debug)]
pub(super) enum Form {
    /// Text of one line, at least one character.
    Text,
    /// Letters, digits, `_` and `-`, a letter first.
    Name,
    /// One of some words.
    Choice(&'static [&'static str]),
    /// A kind of check digit, see [`check_digit`].
    CheckDigit,
    /// A whole number in a range.
    Whole { least: i64, most: i64 },
    /// A number in a range, or any finite one.
    Number { range: Option<(f64, f64)> },
    /// `true` or `false`.
    Flag,
    /// `[left, top, width, height]` in pixels of the reference.
    Box,
    /// A number of digits, or the fewest and the most.
    Length,
    /// Tables under `[[key]]`, at least so many.
    Tables { keys: &'static [Key], least: usize },
}

/// A key and what stands behind it.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) form: Form,
    pub(super) is_required: bool,
    /// The kinds of field that may have it; all if there is none.
    pub(super) kinds: &'static [&'static str],
    /// A value as it is written in TOML.
    pub(super) example: &'static str,
    /// What it says, for the schema.
    pub(super) meaning: &'static str,
}

impl Key {
    const fn new(name: &'static str, form: Form, example: &'static str, meaning: &'static str) -> Self {
        Self { name, form, is_required: false, kinds: &[], example, meaning }
    }

    const fn required(self) -> Self {
        Self { is_required: true, ..self }
    }

    const fn only_for(self, kinds: &'static [&'static str]) -> Self {
        Self { kinds, ..self }
    }
}

/// The kinds of field by the names they have in files; the order of days and months is a key of its own.
pub(super) const KINDS: [(&str, FieldKind); 5] = [
    ("digits", FieldKind::Digits),
    ("integer", FieldKind::Integer),
    ("amount", FieldKind::Amount),
    ("date", FieldKind::Date(DateOrder::DayMonthYear)),
    ("checkbox", FieldKind::CheckBox),
];

/// The orders of a date by their names.
pub(super) const DATE_ORDERS: [(&str, DateOrder); 3] =
    [("dmy", DateOrder::DayMonthYear), ("mdy", DateOrder::MonthDayYear), ("ymd", DateOrder::YearMonthDay)];

/// The decimal marks by their names.
pub(super) const DECIMAL_MARKS: [(&str, DecimalMark); 3] =
    [("auto", DecimalMark::Auto), ("point", DecimalMark::Point), ("comma", DecimalMark::Comma)];

/// The colours of print by their names.
pub(super) const COLOURS: [(&str, DropOut); 3] =
    [("red", DropOut::Red), ("green", DropOut::Green), ("blue", DropOut::Blue)];

/// The kinds of check digit by their names; `iban:` and a country comes on top.
pub(super) const CHECK_DIGITS: [(&str, CheckDigit); 4] = [
    ("luhn", CheckDigit::Luhn),
    ("aba", CheckDigit::AbaRouting),
    ("mod11", CheckDigit::Mod11),
    ("verhoeff", CheckDigit::Verhoeff),
];

const fn names<T, const N: usize>(table: &[(&'static str, T); N]) -> [&'static str; N] {
    let mut names = [""; N];
    let mut at = 0;
    while at < N {
        names[at] = table[at].0;
        at += 1;
    }
    names
}

const NUMBERS: &[&str] = &["digits", "integer", "amount"];
const WRITTEN: &[&str] = &["digits", "integer", "amount", "date"];

const BOX: Key = Key::new(
    "box",
    Form::Box,
    "[300, 400, 500, 60]",
    "Left edge, top edge, width and height in pixels of the reference.",
)
.required();

/// What stands under `[[mark]]` and `[[ignore]]`.
const BOX_KEYS: &[Key] = &[BOX];

/// What stands under `[[rule]]`.
const RULE_KEYS: &[Key] = &[
    Key::new("name", Form::Name, r#""sum_mismatch""#, "What the reason of a broken rule is called in the tables.")
        .required(),
    Key::new("check", Form::Text, r#""total = wages + interest""#, "What must hold between fields.").required(),
];

/// What stands under `[[field]]`.
const FIELD_KEYS: &[Key] = &[
    Key::new("name", Form::Name, r#""wages""#, "What the field is called in the tables; no other field has this name.")
        .required(),
    BOX,
    Key::new("kind", Form::Choice(&names(&KINDS)), r#""amount""#, "What is written in the field.").required(),
    Key::new(
        "cells",
        Form::Whole { least: 2, most: MOST_DIGITS },
        "9",
        "Number of cells of equal width, where the field is a comb.",
    )
    .only_for(WRITTEN),
    Key::new("length", Form::Length, "[3, 9]", "Number of digits, decimals included, or the fewest and the most.")
        .only_for(NUMBERS),
    Key::new("min", Form::Number { range: None }, "0", "Least value.").only_for(NUMBERS),
    Key::new("max", Form::Number { range: None }, "99999.99", "Greatest value.").only_for(NUMBERS),
    Key::new("decimals", Form::Whole { least: 0, most: 9 }, "2", "Number of decimals of an amount.")
        .only_for(&["amount"]),
    Key::new(
        "implied_decimals",
        Form::Flag,
        "true",
        "Whether the last digits are the decimals where no decimal mark is written.",
    )
    .only_for(&["amount"]),
    Key::new("decimal_mark", Form::Choice(&names(&DECIMAL_MARKS)), r#""comma""#, "What starts the decimals.")
        .only_for(&["amount"]),
    Key::new("required", Form::Flag, "true", "Whether an empty field is an error."),
    Key::new("check_digit", Form::CheckDigit, r#""luhn""#, "How the last digits are checked.").only_for(&["digits"]),
    Key::new("date_order", Form::Choice(&names(&DATE_ORDERS)), r#""dmy""#, "In which order day, month and year stand.")
        .only_for(&["date"]),
    Key::new(
        "colour_drop_out",
        Form::Choice(&names(&COLOURS)),
        r#""red""#,
        "The colour of the print, left out before reading.",
    ),
];

/// What stands at the top of the file.
pub(super) const TOP_KEYS: &[Key] = &[
    Key::new("name", Form::Text, r#""tax-return""#, "Name of the form.").required(),
    Key::new("width", Form::Whole { least: 1, most: MOST_SIDE_PX }, "2480", "Width of the reference in pixels.")
        .required(),
    Key::new("height", Form::Whole { least: 1, most: MOST_SIDE_PX }, "3508", "Height of the reference in pixels.")
        .required(),
    Key::new(
        "dpi",
        Form::Number { range: Some((10.0, 2400.0)) },
        "300",
        "Resolution of the reference in dots per inch.",
    )
    .required(),
    Key::new(
        "reference",
        Form::Text,
        r#""blank.png""#,
        "Picture of the blank form, with the size above; its path starts at the folder of this file.",
    ),
    Key::new(
        "mark",
        Form::Tables { keys: BOX_KEYS, least: 0 },
        "[{ box = [10, 10, 40, 40] }]",
        "Black squares printed to find the form by.",
    ),
    Key::new(
        "ignore",
        Form::Tables { keys: BOX_KEYS, least: 0 },
        "[{ box = [10, 10, 40, 40] }]",
        "Parts of the form that are not looked at.",
    ),
    Key::new(
        "field",
        Form::Tables { keys: FIELD_KEYS, least: 1 },
        r#"[{ name = "wages", box = [300, 400, 500, 60], kind = "amount" }]"#,
        "The fields to read, in the order of the tables.",
    )
    .required(),
    Key::new(
        "rule",
        Form::Tables { keys: RULE_KEYS, least: 0 },
        r#"[{ name = "sum_mismatch", check = "total = wages + interest" }]"#,
        "What must hold across fields.",
    ),
];

/// Every table of a file: what messages call it, its keys.
pub(super) fn sections() -> Vec<(String, &'static [Key])> {
    let below = TOP_KEYS.iter().filter_map(|key| match key.form {
        Form::Tables { keys, .. } => Some((format!("[[{}]]", key.name), keys)),
        _ => None,
    });
    std::iter::once(("the top of the file".to_owned(), TOP_KEYS)).chain(below).collect()
}

/// Whether a text can name a field: ASCII letters, digits, `_` and `-`, a letter first. Such names mean nothing else in rules, and no
/// spreadsheet takes them for a formula.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic()) && text.chars().all(is_of_names)
}

/// Whether names may have a character.
pub(super) fn is_of_names(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
}

/// The check digit of a name, such as `luhn` or `iban:DE`.
pub(super) fn check_digit(text: &str) -> Option<CheckDigit> {
    if let Some(country) = text.strip_prefix("iban:") {
        let letters: [u8; 2] = country.as_bytes().try_into().ok()?;
        return letters.iter().all(u8::is_ascii_uppercase).then_some(CheckDigit::Iban(letters));
    }
    value_of(&CHECK_DIGITS, text)
}

/// What a name stands for.
pub(super) fn value_of<T: Copy>(table: &[(&str, T)], name: &str) -> Option<T> {
    table.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
}

/// The name of a value.
pub(super) fn name_of<T: PartialEq>(table: &[(&'static str, T)], value: &T) -> Option<&'static str> {
    table.iter().find(|(_, known)| known == value).map(|(name, _)| *name)
}

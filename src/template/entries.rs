//! The tables of a template file: parsed TOML in, values of the right form with their places out, and a sentence for each that is wrong.
//!
//! Only what the table of keys says is checked here; what keys mean together is left to `parse` and `field`.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::keys::{Form, Key, MOST_DIGITS, MOST_SIDE_PX, check_digit, is_name, is_of_names, sections};
use super::problems::{Problems, nearest, quoted};
use super::{CheckDigit, Template};
use crate::geometry::Rect;

/// A checked value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Text(String),
    CheckDigit(CheckDigit),
    Whole(usize),
    Number(f64),
    Flag(bool),
    Box(Rect, [usize; 4]),
    Length(usize, usize),
    Tables(Vec<Entries>),
}

/// A checked table. Keys whose values are wrong are left out.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Entries {
    entries: BTreeMap<&'static str, Entry>,
}

/// A checked value, the byte at which it begins, and that of its key.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    pub(super) value: Value,
    pub(super) at: usize,
    pub(super) key_at: usize,
}

impl Entries {
    /// What stands behind a key.
    pub(super) fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.get(key)
    }

    /// A text and where it stands.
    pub(super) fn text(&self, key: &str) -> Option<(&str, usize)> {
        self.get(key).and_then(|entry| match &entry.value {
            Value::Text(text) => Some((text.as_str(), entry.at)),
            _ => None,
        })
    }

    /// A whole number.
    pub(super) fn whole(&self, key: &str) -> Option<usize> {
        self.get(key).and_then(|entry| if let Value::Whole(whole) = entry.value { Some(whole) } else { None })
    }

    /// A number.
    pub(super) fn number(&self, key: &str) -> Option<f64> {
        self.get(key).and_then(|entry| if let Value::Number(number) = entry.value { Some(number) } else { None })
    }

    /// Whether a flag is set.
    pub(super) fn flag(&self, key: &str) -> bool {
        self.get(key).is_some_and(|entry| entry.value == Value::Flag(true))
    }

    /// A box and where its four numbers stand.
    pub(super) fn bounds(&self, key: &str) -> Option<(Rect, [usize; 4])> {
        self.get(key)
            .and_then(|entry| if let Value::Box(rect, places) = entry.value { Some((rect, places)) } else { None })
    }

    /// The tables below a key.
    pub(super) fn tables(&self, key: &str) -> &[Entries] {
        match self.get(key).map(|entry| &entry.value) {
            Some(Value::Tables(tables)) => tables,
            _ => &[],
        }
    }
}

/// Checks tables and notes what is wrong.
pub(super) struct Checker<'a> {
    pub(super) problems: &'a mut Problems,
}

impl Checker<'_> {
    /// Checks a table that begins at a byte; `heading` is what messages call it.
    pub(super) fn table(&mut self, table: &DeTable, at: usize, heading: &str, keys: &'static [Key]) -> Entries {
        let mut checked = Entries::default();
        let mut meant = Vec::new();
        for (name, value) in table {
            let (key_at, at) = (name.span().start, value.span().start);
            match keys.iter().find(|key| key.name == name.get_ref()) {
                Some(key) => {
                    if let Some(value) = self.value(value, key) {
                        checked.entries.insert(key.name, Entry { value, at, key_at });
                    }
                }
                None => meant.extend(self.unknown_key(name.get_ref(), key_at, heading, keys)),
            }
        }
        for key in keys.iter().filter(|key| key.is_required) {
            // Where a key was mistyped, one sentence is enough.
            if !table.contains_key(key.name) && !meant.contains(&key.name) {
                self.problems.add(at, missing(key, heading));
            }
        }
        checked
    }

    /// Notes an unknown key; gives the key that was meant, where that is clear.
    fn unknown_key(&mut self, name: &str, at: usize, heading: &str, keys: &'static [Key]) -> Option<&'static str> {
        let shown = quoted(name);
        let others = sections();
        let elsewhere = others.iter().find(|(_, keys)| keys.iter().any(|key| key.name == name));
        let near = nearest(name, keys.iter().map(|key| key.name));
        let hint = match (near, elsewhere) {
            (Some(near), _) => format!("did you mean `{near}`?"),
            (None, Some((place, _))) if place.starts_with('[') => format!("it belongs under {place}"),
            (None, Some((place, _))) => format!("it belongs to {place}, above the first [[...]]"),
            (None, None) => format!("the keys here are {}", listed(keys.iter().map(|key| key.name))),
        };
        self.problems.add(at, format!("{heading} has no key {shown}; {hint}"));
        near
    }

    /// Checks a value by the form that its key asks for.
    fn value(&mut self, value: &Spanned<DeValue>, key: &Key) -> Option<Value> {
        let at = value.span().start;
        match (key.form, value.get_ref()) {
            (Form::Text | Form::Name | Form::Choice(_) | Form::CheckDigit, DeValue::String(text)) => {
                self.text(text, at, key)
            }
            (Form::Whole { least, most }, DeValue::Integer(_)) => {
                let whole = self.whole(value, key, least..=most)?;
                Some(Value::Whole(whole as usize))
            }
            (Form::Number { range }, DeValue::Integer(_) | DeValue::Float(_)) => self.number(value, key, range),
            (Form::Flag, DeValue::Boolean(flag)) => Some(Value::Flag(*flag)),
            (Form::Box, DeValue::Array(numbers)) => self.bounds(numbers, at, key),
            (Form::Length, DeValue::Integer(_)) => {
                let whole = self.whole(value, key, 1..=MOST_DIGITS)? as usize;
                Some(Value::Length(whole, whole))
            }
            (Form::Length, DeValue::Array(numbers)) => self.length(numbers, at, key),
            (Form::Tables { keys, least }, DeValue::Array(tables)) => {
                if tables.len() < least {
                    self.problems.add(at, format!("`{0}` has too few tables; add [[{0}]]", key.name));
                }
                Some(self.tables(tables, key, keys))
            }
            (Form::Tables { .. }, DeValue::Table(_)) => {
                self.problems.add(at, format!("`{0}` is a list of tables; write [[{0}]] with two brackets", key.name));
                None
            }
            (_, other) => {
                self.wrong_type(other, at, key);
                None
            }
        }
    }

    fn wrong_type(&mut self, found: &DeValue, at: usize, key: &Key) {
        let expected = match key.form {
            Form::Text | Form::Name | Form::Choice(_) | Form::CheckDigit => "a text in quotes",
            Form::Whole { .. } => "a whole number",
            Form::Number { .. } => "a number",
            Form::Flag => "true or false",
            Form::Box => "a list of four whole numbers",
            Form::Length => "a whole number or a list of two",
            Form::Tables { .. } => "a list of tables",
        };
        let sentence =
            format!("`{}` must be {expected}, not {}; write it as {}", key.name, kind_of(found), example(key));
        self.problems.add(at, sentence);
    }

    fn text(&mut self, text: &str, at: usize, key: &Key) -> Option<Value> {
        let (name, shown) = (key.name, quoted(text));
        let wrong = match key.form {
            _ if text.trim().is_empty() => format!("`{name}` is empty; write it as {}", example(key)),
            _ if text.chars().any(char::is_control) => format!("`{name}` must be one line without control characters"),
            Form::Name if !is_name(text) => wrong_name(text, name),
            Form::Choice(words) if !words.contains(&text) => {
                let hint = nearest(text, words.iter().copied()).map(|near| format!("; did you mean \"{near}\"?"));
                let words = listed(words.iter().copied());
                format!("`{name}` cannot be {shown}; it is one of {words}{}", hint.unwrap_or_default())
            }
            Form::CheckDigit => match check_digit(text) {
                Some(check) => return Some(Value::CheckDigit(check)),
                None => format!(
                    "there is no check digit {shown}; it is one of `luhn`, `aba`, `mod11`, `verhoeff`, or `iban:` and the two capital \
                     letters of the country, such as `iban:DE`"
                ),
            },
            _ => return Some(Value::Text(text.to_owned())),
        };
        self.problems.add(at, wrong);
        None
    }

    /// A whole number in a range.
    fn whole(&mut self, value: &Spanned<DeValue>, key: &Key, range: RangeInclusive<i64>) -> Option<i64> {
        let at = value.span().start;
        let DeValue::Integer(whole) = value.get_ref() else {
            self.wrong_type(value.get_ref(), at, key);
            return None;
        };
        let whole = i64::from_str_radix(whole.as_str(), whole.radix()).ok();
        if whole.is_none_or(|whole| !range.contains(&whole)) {
            self.problems.add(at, format!("`{}` must be from {} to {}", key.name, range.start(), range.end()));
        }
        whole.filter(|whole| range.contains(whole))
    }

    fn number(&mut self, value: &Spanned<DeValue>, key: &Key, range: Option<(f64, f64)>) -> Option<Value> {
        let number: Option<f64> = match value.get_ref() {
            DeValue::Integer(whole) => {
                i64::from_str_radix(whole.as_str(), whole.radix()).ok().map(|whole| whole as f64)
            }
            DeValue::Float(number) => number.as_str().parse().ok(),
            _ => None,
        };
        let is_fit =
            |number: &f64| number.is_finite() && range.is_none_or(|(least, most)| (least..=most).contains(number));
        let number = number.filter(is_fit);
        if number.is_none() {
            let wanted = range.map_or("a finite number".to_owned(), |(least, most)| format!("from {least} to {most}"));
            self.problems.add(value.span().start, format!("`{}` must be {wanted}", key.name));
        }
        number.map(Value::Number)
    }

    /// `[left, top, width, height]`; whether it lies in the reference is seen when the size of the reference is known.
    fn bounds(&mut self, numbers: &DeArray, at: usize, key: &Key) -> Option<Value> {
        if numbers.len() != 4 {
            let sentence = format!(
                "`{}` has {} numbers; it needs four: left, top, width and height, such as {}",
                key.name,
                numbers.len(),
                example(key)
            );
            self.problems.add(at, sentence);
            return None;
        }
        let values: Vec<Option<i64>> =
            numbers.iter().map(|number| self.whole(number, key, -MOST_SIDE_PX..=MOST_SIDE_PX)).collect();
        let [left, top, width, height] = [values[0]?, values[1]?, values[2]?, values[3]?].map(|number| number as i32);
        let places: [usize; 4] = std::array::from_fn(|index| numbers[index].span().start);
        for (size, at, name) in [(width, places[2], "width"), (height, places[3], "height")] {
            if size < 1 {
                self.problems.add(at, format!("the {name} of `{}` must be at least 1 pixel", key.name));
            }
        }
        (width >= 1 && height >= 1).then_some(Value::Box(Rect::new(left, top, width, height), places))
    }

    fn length(&mut self, numbers: &DeArray, at: usize, key: &Key) -> Option<Value> {
        if numbers.len() != 2 {
            let sentence =
                format!("`length` has {} numbers; write 9 or the fewest and the most, as in [3, 9]", numbers.len());
            self.problems.add(at, sentence);
            return None;
        }
        let values: Vec<Option<i64>> = numbers.iter().map(|number| self.whole(number, key, 1..=MOST_DIGITS)).collect();
        let (fewest, most) = (values[0]?, values[1]?);
        if fewest > most {
            let sentence =
                format!("the fewest digits, {fewest}, are more than the most, {most}; write [{most}, {fewest}]");
            self.problems.add(numbers[0].span().start, sentence);
            return None;
        }
        Some(Value::Length(fewest as usize, most as usize))
    }

    fn tables(&mut self, tables: &DeArray, key: &Key, keys: &'static [Key]) -> Value {
        let heading = format!("[[{}]]", key.name);
        let mut checked = Vec::new();
        for table in tables.iter() {
            let at = table.span().start;
            match table.get_ref() {
                DeValue::Table(table) => checked.push(self.table(table, at, &heading, keys)),
                other => {
                    let sentence =
                        format!("`{0}` holds {1} where a table belongs; write [[{0}]]", key.name, kind_of(other));
                    self.problems.add(at, sentence);
                }
            }
        }
        Value::Tables(checked)
    }
}

/// Notes boxes that leave the reference.
pub(super) fn check_inside(bounds: &Rect, places: &[usize; 4], template: &Template, problems: &mut Problems) {
    let sides = [
        (bounds.x, bounds.right(), template.width_px, places[0], places[2], "left", "right", "wide"),
        (bounds.y, bounds.bottom(), template.height_px, places[1], places[3], "upper", "lower", "high"),
    ];
    for (start, end, size, start_at, size_at, first, last, name) in sides {
        if start < 0 || i64::from(start) >= i64::from(size) {
            problems.add(
                start_at,
                format!("the {first} edge at {start} lies outside of the reference, which is {size} pixels {name}"),
            );
        } else if i64::from(end) > i64::from(size) {
            let sentence = format!(
                "the {last} edge at {end} lies outside of the reference, which is {size} pixels {name}; at most {} fits here",
                i64::from(size) - i64::from(start)
            );
            problems.add(size_at, sentence);
        }
    }
}

fn missing(key: &Key, heading: &str) -> String {
    match key.form {
        Form::Tables { .. } => format!(
            "the file has no [[{0}]]; add at least one, with the keys that `scantally template schema` lists",
            key.name
        ),
        _ => format!("{heading} has no `{}`; add {}", key.name, example(key)),
    }
}

fn wrong_name(text: &str, key: &str) -> String {
    let shown = quoted(text);
    match text.chars().find(|&c| !is_of_names(c)) {
        Some(wrong) => {
            let wrong = quoted(&wrong.to_string());
            format!("`{key}` cannot be {shown}: {wrong} is neither one of A to Z, a to z and 0 to 9 nor `_` or `-`")
        }
        None => format!("`{key}` cannot be {shown}: it must begin with a letter"),
    }
}

fn example(key: &Key) -> String {
    format!("{} = {}", key.name, key.example)
}

fn listed<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

fn kind_of(value: &DeValue) -> &'static str {
    match value {
        DeValue::String(_) => "a text in quotes",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with decimals",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

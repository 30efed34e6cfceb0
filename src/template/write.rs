//! Writing template files: a [`Template`] in, TOML text with remarks for people out.

use std::fmt::{Debug, Display, Write};
use std::path::Path;

use super::keys::{self, name_of};
use super::{CheckDigit, DateOrder, DecimalMark, FieldKind, FieldSpec, Template};
use crate::geometry::Rect;

/// From here on whole numbers are written with an exponent: not all of them can be told apart any more.
const MOST_WHOLE: f64 = 1e15;

const HEAD: &str = "\
# A form, as scantally reads it. Lines that begin with # are remarks.
# `scantally template check FILE` says what is wrong with a file, `scantally template schema` lists all that may stand in it.
# All places are in pixels of the reference, the blank form, from its upper left corner: box = [left, top, width, height].
";

const MARKS: &str = "# Black squares printed to find the form by.\n";
const IGNORED: &str = "# Parts of the form that are not looked at.\n";
const RULES: &str = "# What must hold between fields; numbers that break it are marked for review, with the name of the rule as the reason.\n";
const FIELDS: &str = "\
# The fields, in the order of the tables.
# kind is \"digits\" (leading zeros are kept), \"integer\", \"amount\", \"date\" or \"checkbox\"; cells is the number of cells of a comb.
";

/// Writes a template as TOML, with remarks that explain the keys and a blank line between fields.
///
/// A valid template is the same when it is read again with [`super::parse()`]. A path of the reference that is no Unicode loses what cannot
/// be written.
pub fn write(template: &Template) -> String {
    write_with_remarks(template, &[])
}

/// The same with remarks to fields: `(2, "is it a comb?")` writes `# check: is it a comb?` above the third field.
pub fn write_with_remarks(template: &Template, remarks: &[(usize, String)]) -> String {
    let mut text = HEAD.to_owned();
    text.push('\n');
    line(&mut text, "name", quoted(&template.name));
    line(&mut text, "width", template.width_px);
    line(&mut text, "height", template.height_px);
    line(&mut text, "dpi", number(f64::from(template.dpi), template.dpi));
    if let Some(path) = &template.reference {
        line(&mut text, "reference", path_text(path));
    }
    boxes(&mut text, MARKS, "mark", &template.marks);
    boxes(&mut text, IGNORED, "ignore", &template.ignored);
    for (index, spec) in template.fields.iter().enumerate() {
        text.push('\n');
        text.push_str(if index == 0 { FIELDS } else { "" });
        for (_, remark) in remarks.iter().filter(|(field, _)| *field == index) {
            remark.lines().for_each(|remark| comment(&mut text, remark));
        }
        field(&mut text, spec);
    }
    for (index, rule) in template.rules.iter().enumerate() {
        text.push('\n');
        text.push_str(if index == 0 { RULES } else { "" });
        text.push_str("[[rule]]\n");
        line(&mut text, "name", quoted(&rule.name));
        line(&mut text, "check", quoted(&rule.check));
    }
    text
}

fn field(text: &mut String, field: &FieldSpec) {
    text.push_str("[[field]]\n");
    line(text, "name", quoted(&field.name));
    line(text, "box", box_text(&field.bounds));
    let kind = match field.kind {
        FieldKind::Date(_) => FieldKind::Date(DateOrder::DayMonthYear),
        kind => kind,
    };
    chosen(text, "kind", name_of(&keys::KINDS, &kind));
    if let FieldKind::Date(order) = field.kind {
        chosen(text, "date_order", name_of(&keys::DATE_ORDERS, &order));
    }
    if let Some(cells) = field.cells {
        line(text, "cells", cells);
    }
    match field.length {
        Some((fewest, most)) if fewest == most => line(text, "length", most),
        Some((fewest, most)) => line(text, "length", format!("[{fewest}, {most}]")),
        None => {}
    }
    for (key, limit) in [("min", field.least), ("max", field.most)] {
        if let Some(limit) = limit {
            line(text, key, number(limit, limit));
        }
    }
    if let Some(decimals) = field.decimals {
        line(text, "decimals", decimals);
    }
    for (key, is_set) in [("implied_decimals", field.implied_decimals), ("required", field.required)] {
        if is_set {
            line(text, key, "true");
        }
    }
    if field.decimal_mark != DecimalMark::Auto {
        chosen(text, "decimal_mark", name_of(&keys::DECIMAL_MARKS, &field.decimal_mark));
    }
    if let Some(check) = field.check_digit {
        line(text, "check_digit", check_digit(check));
    }
    if let Some(colour) = field.drop_out {
        chosen(text, "colour_drop_out", name_of(&keys::COLOURS, &colour));
    }
}

fn boxes(text: &mut String, remark: &str, key: &str, boxes: &[Rect]) {
    for (index, bounds) in boxes.iter().enumerate() {
        text.push('\n');
        text.push_str(if index == 0 { remark } else { "" });
        text.push_str(&format!("[[{key}]]\n"));
        line(text, "box", box_text(bounds));
    }
}

fn check_digit(check: CheckDigit) -> String {
    match check {
        CheckDigit::Iban(country) => quoted(&format!("iban:{}", String::from_utf8_lossy(&country))),
        check => quoted(name_of(&keys::CHECK_DIGITS, &check).unwrap_or_default()),
    }
}

fn box_text(bounds: &Rect) -> String {
    format!("[{}, {}, {}, {}]", bounds.x, bounds.y, bounds.width, bounds.height)
}

/// A path with `/` between its parts, which every system understands.
fn path_text(path: &Path) -> String {
    let text = path.to_string_lossy();
    quoted(&if std::path::MAIN_SEPARATOR == '\\' { text.replace('\\', "/") } else { text.into_owned() })
}

/// A number as short as it can be; `shown` is the number in its own precision.
fn number(value: f64, shown: impl Debug) -> String {
    if value.fract() == 0.0 && value.abs() < MOST_WHOLE { format!("{value:.0}") } else { format!("{shown:?}") }
}

fn chosen(text: &mut String, key: &str, word: Option<&str>) {
    if let Some(word) = word {
        line(text, key, quoted(word));
    }
}

fn line(text: &mut String, key: &str, value: impl Display) {
    // Writing to a text cannot fail.
    let _ = writeln!(text, "{key} = {value}");
}

/// A remark; control characters, which TOML does not allow there, become blanks.
fn comment(text: &mut String, remark: &str) {
    let remark: String = remark.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let _ = writeln!(text, "# check: {}", remark.trim());
}

/// A basic string of TOML.
fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

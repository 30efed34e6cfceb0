//! Reading template files: TOML text in, a checked [`Template`] out, or one error that lists everything that is wrong, with its places.
//!
//! What rules mean is left to `consistency`, and whether the reference has the stated size to `form`.

use std::path::{Path, PathBuf};

use toml::de::DeTable;

use super::entries::{Checker, Entries, check_inside};
use super::field::field;
use super::keys::{Form, Key, TOP_KEYS};
use super::problems::{Problems, quoted};
use super::{RuleSpec, Template};
use crate::error::{Error, Result};
use crate::geometry::Rect;

/// Makes a template of the text of a file; `file` is what errors call it, nothing is read from disk. The path of the reference stays as it is
/// written.
///
/// ```
/// # fn main() -> scantally::error::Result<()> {
/// let text = r#"
/// name = "tax-return"
/// width = 2480
/// height = 3508
/// dpi = 300
/// reference = "tax-return.png"
///
/// [[mark]]
/// box = [60, 60, 70, 70]
///
/// [[field]]
/// name = "tax_number"
/// box = [300, 400, 900, 90]
/// kind = "digits"
/// cells = 11
/// check_digit = "mod11"
/// required = true
///
/// [[field]]
/// name = "wages"
/// box = [1500, 800, 600, 90]
/// kind = "amount"
/// decimals = 2
/// decimal_mark = "comma"
///
/// [[field]]
/// name = "total"
/// box = [1500, 1000, 600, 90]
/// kind = "amount"
///
/// [[rule]]
/// name = "sum_mismatch"
/// check = "total = wages"
/// "#;
/// let template = scantally::template::parse(text, "form.toml".as_ref())?;
/// assert_eq!((template.fields.len(), template.fields[0].cells), (3, Some(11)));
///
/// let error = scantally::template::parse(&text.replace("cells = 11", "cells = 1"), "form.toml".as_ref()).unwrap_err();
/// assert_eq!(error.to_string(), "form.toml:15:9: `cells` must be from 2 to 64");
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// [`Error::Template`] with a line for every problem of the file: `FILE:LINE:COLUMN: what is wrong and what to do`. Where the text is no TOML
/// at all, these are the faults of its syntax alone.
pub fn parse(text: &str, file: &Path) -> Result<Template> {
    checked(text, file, None)
}

/// Reads a template file. The path of its reference is taken from the folder of the file.
///
/// # Errors
/// [`Error::Template`] if the file cannot be read, is no template, see [`parse()`], or if its reference does not exist.
pub fn read(file: &Path) -> Result<Template> {
    let fault = |reason: String| Error::Template { path: file.to_owned(), reason };
    let bytes = std::fs::read(file).map_err(|cause| fault(format!("cannot be opened: {cause}")))?;
    let text = match std::str::from_utf8(&bytes) {
        Ok(text) => text,
        Err(cause) => {
            let mut problems = Problems::default();
            problems.add(cause.valid_up_to(), "this is not UTF-8 text; save the file as UTF-8");
            let sound = std::str::from_utf8(&bytes[..cause.valid_up_to()]).unwrap_or_default();
            return Err(problems.into_error(sound, file));
        }
    };
    checked(text, file, Some(file.parent().unwrap_or(Path::new(""))))
}

/// Reads all templates of a folder, files that end with `.toml`, in the order of their names. Folders below are left out.
///
/// # Errors
/// [`Error::Template`] if the folder cannot be read or has no template, two templates have one name, or as [`read`] for the first file that
/// is not valid.
pub fn read_folder(folder: &Path) -> Result<Vec<Template>> {
    let fault = |reason: String| Error::Template { path: folder.to_owned(), reason };
    let cannot_read = |cause: std::io::Error| fault(format!("the folder cannot be read: {cause}"));
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(cannot_read)? {
        let path = entry.map_err(cannot_read)?.path();
        if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("toml")) && path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    if files.is_empty() {
        return Err(fault("the folder has no template; put files that end with .toml into it".to_owned()));
    }
    let templates = files.iter().map(|file| read(file)).collect::<Result<Vec<Template>>>()?;
    for (at, template) in templates.iter().enumerate() {
        if let Some(earlier) = templates[..at].iter().position(|earlier| earlier.name == template.name) {
            let (name, [first, second]) = (quoted(&template.name), [earlier, at].map(|at| files[at].display()));
            return Err(fault(format!(
                "both {first} and {second} have the name {name}; give one of them another name"
            )));
        }
    }
    Ok(templates)
}

/// Makes a template; its reference is looked for in `folder`, if there is one.
fn checked(text: &str, file: &Path, folder: Option<&Path>) -> Result<Template> {
    let (document, faults) = DeTable::parse_recoverable(text);
    let mut problems = Problems::default();
    for fault in &faults {
        let sentence = format!("this is not TOML: {}", fault.message().lines().collect::<Vec<_>>().join("; "));
        problems.add(fault.span().map_or(0, |span| span.start), sentence);
    }
    // What a parser makes of the text behind a fault of syntax is a guess: what is found there may not be wrong.
    if !problems.is_empty() {
        return Err(problems.into_error(text, file));
    }
    let top = Checker { problems: &mut problems }.table(document.get_ref(), 0, "the top of the file", TOP_KEYS);
    let template = template(&top, folder, &mut problems);
    if problems.is_empty() { Ok(template) } else { Err(problems.into_error(text, file)) }
}

/// Puts a template together; where something is missing or wrong, which has been noted then, it is left out.
fn template(top: &Entries, folder: Option<&Path>, problems: &mut Problems) -> Template {
    let mut template = Template {
        name: top.text("name").map(|(name, _)| name.to_owned()).unwrap_or_default(),
        width_px: top.whole("width").unwrap_or_default() as u32,
        height_px: top.whole("height").unwrap_or_default() as u32,
        dpi: top.number("dpi").unwrap_or_default() as f32,
        reference: top.text("reference").map(|(path, at)| reference(path, at, folder, problems)),
        rules: top.tables("rule").iter().filter_map(rule).collect(),
        ..Template::default()
    };
    template.marks = boxes(top, "mark", &template, problems);
    template.ignored = boxes(top, "ignore", &template, problems);
    boxes(top, "field", &template, problems);
    template.fields = top.tables("field").iter().filter_map(|entries| field(entries, field_keys(), problems)).collect();
    check_names(top.tables("field"), problems);
    template
}

fn field_keys() -> &'static [Key] {
    let keys = TOP_KEYS.iter().find(|key| key.name == "field").map(|key| key.form);
    if let Some(Form::Tables { keys, .. }) = keys { keys } else { &[] }
}

/// The path of the reference, from the folder of the file.
fn reference(path: &str, at: usize, folder: Option<&Path>, problems: &mut Problems) -> PathBuf {
    let Some(folder) = folder else { return PathBuf::from(path) };
    let found = folder.join(path);
    if !found.is_file() {
        let sentence = format!(
            "the reference {} does not exist; its path starts at the folder of this file",
            quoted(&found.to_string_lossy())
        );
        problems.add(at, sentence);
    }
    found
}

fn rule(entries: &Entries) -> Option<RuleSpec> {
    Some(RuleSpec { name: entries.text("name")?.0.to_owned(), check: entries.text("check")?.0.to_owned() })
}

/// The boxes of the tables below a key; those that leave the reference are noted, if its size is known.
fn boxes(top: &Entries, key: &str, template: &Template, problems: &mut Problems) -> Vec<Rect> {
    let found = top.tables(key).iter().filter_map(|entries| entries.bounds("box"));
    let is_size_known = template.width_px > 0 && template.height_px > 0;
    found
        .inspect(|(bounds, places)| {
            if is_size_known {
                check_inside(bounds, places, template, problems);
            }
        })
        .map(|(bounds, _)| bounds)
        .collect()
}

/// Notes names that two fields share.
fn check_names(fields: &[Entries], problems: &mut Problems) {
    let names: Vec<(&str, usize)> = fields.iter().filter_map(|entries| entries.text("name")).collect();
    for (index, (name, at)) in names.iter().enumerate() {
        if let Some(first) = names[..index].iter().position(|(earlier, _)| earlier == name) {
            let sentence =
                format!("another field, number {}, is called {} too; rename one of them", first + 1, quoted(name));
            problems.add(*at, sentence);
        }
    }
}

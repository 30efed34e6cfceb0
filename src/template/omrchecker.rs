//! Templates of OMRChecker: the text of a template.json in, a [`Template`] of check boxes and remarks about what was left out.
//!
//! OMRChecker (github.com/Udayraj123/OMRChecker) reads columns and rows of bubbles. Here each bubble becomes a check box.
//! Its documented format: a block of fields begins at `origin`, the upper left corner of its first bubble; the bubbles of one field follow
//! each other by `bubblesGap` in the `direction` of the block, its fields by `labelsGap` across.

mod block;
mod place;

use std::path::Path;

use serde_json::{Map, Value};

use self::block::{Bubble, bubbles};
use self::place::place;
use super::problems::{Problems, quoted};
use super::{FieldKind, FieldSpec, Template, keys};
use crate::error::{Error, Result};

/// The longer side of A4 in inches: a template of OMRChecker does not say how large its paper is.
const A4_HEIGHT_INCHES: f64 = 11.69;

/// Keys that say how OMRChecker prepares the picture or writes its table.
const LEFT_OUT: [(&str, &str); 6] = [
    (
        "preProcessors",
        "pages are turned and straightened without them; add [[mark]] boxes or a `reference` to find the form by",
    ),
    ("customLabels", "the tables have a row for each check box"),
    ("outputColumns", "the tables have a row for each check box"),
    ("emptyValue", "a check box that is not ticked has the value 0"),
    ("processingImageShape", "pages are read in their own size"),
    ("alignment", "add [[mark]] boxes or a `reference` to find the form by"),
];

/// Makes a template of the text of OMRChecker's template.json; `file` is what errors call it and what the form is named after.
///
/// Bubbles become fields of kind `checkbox`, called by the label of their field and their value, such as `q1_A`, in the order of the file. The
/// second part of the result says, a sentence each, what became of the blocks, what was assumed and what was not taken over.
///
/// # Errors
/// [`Error::Template`] with a line for every problem, `FILE:LINE:COLUMN: what is wrong`: no JSON, a key that is missing or of the wrong type, a
/// field type that is not known, a bubble outside of the page.
pub fn import_omrchecker(text: &str, file: &Path) -> Result<(Template, Vec<String>)> {
    let top: Map<String, Value> = serde_json::from_str(text).map_err(|cause| {
        let reason = format!("{}:{}: this is not OMRChecker's template.json: {cause}", cause.line(), cause.column());
        Error::Template { path: file.to_owned(), reason }
    })?;
    let mut import = Import { text, top: &top, problems: Problems::default(), remarks: Vec::new() };
    let template = import.template(file);
    if import.problems.is_empty() {
        Ok((template, import.remarks))
    } else {
        Err(import.problems.into_error(text, file))
    }
}

/// An import under way.
struct Import<'a> {
    text: &'a str,
    top: &'a Map<String, Value>,
    problems: Problems,
    remarks: Vec<String>,
}

impl Import<'_> {
    fn template(&mut self, file: &Path) -> Template {
        // Newer files say `templateDimensions`.
        let newer = self.top.contains_key("templateDimensions");
        let size_key = if newer { "templateDimensions" } else { "pageDimensions" };
        let size = self.pair(self.top, &[size_key]);
        let (width, height) = size.unwrap_or((1.0, 1.0));
        if !(1.0..=keys::MOST_SIDE_PX as f64).contains(&width) || !(1.0..=keys::MOST_SIDE_PX as f64).contains(&height) {
            self.problem(&[size_key], "the page has no size that can be read; give its width and height in pixels");
        }
        let dpi = (width.max(height) / A4_HEIGHT_INCHES).round().clamp(10.0, 2400.0);
        self.remarks.push(format!("dpi = {dpi} was assumed, as if the page were A4; correct it for other paper"));
        let mut template = Template {
            name: form_name(file),
            width_px: width as u32,
            height_px: height as u32,
            dpi: dpi as f32,
            ..Template::default()
        };
        self.add_blocks(&mut template);
        for (key, why) in LEFT_OUT.iter().filter(|(key, _)| self.top.contains_key(*key)) {
            self.remarks.push(format!("`{key}` was not taken over: {why}"));
        }
        template
    }

    /// Adds the bubbles of all blocks, in the order of the file.
    fn add_blocks(&mut self, template: &mut Template) {
        let Some(Value::Object(blocks)) = self.top.get("fieldBlocks") else {
            self.problem(
                &["fieldBlocks"],
                "`fieldBlocks` is missing or no object; this is not OMRChecker's template.json",
            );
            return;
        };
        let mut names: Vec<&String> = blocks.keys().collect();
        names.sort_by_key(|name| place(self.text, &["fieldBlocks", name]));
        for name in names {
            let before = template.fields.len();
            match &blocks[name] {
                Value::Object(block) => {
                    bubbles(self, name, block).into_iter().for_each(|bubble| self.add(template, name, bubble))
                }
                _ => self.problem(
                    &["fieldBlocks", name],
                    "a block must be an object with `origin`, `fieldLabels` and so on",
                ),
            }
            let count = template.fields.len() - before;
            if count > 0 {
                let example = &template.fields[before].name;
                self.remarks.push(format!(
                    "block {}: {count} bubbles became check boxes, the first is `{example}`",
                    quoted(name)
                ));
            }
        }
        if template.fields.is_empty() && self.problems.is_empty() {
            self.problem(&["fieldBlocks"], "no block has bubbles, so there is nothing to read");
        }
    }

    /// Adds a bubble under a name that can be a field's and that no other has.
    fn add(&mut self, template: &mut Template, block: &str, bubble: Bubble) {
        let bounds = bubble.bounds;
        if bounds.x < 0
            || bounds.y < 0
            || bounds.right() > template.width_px as i32
            || bounds.bottom() > template.height_px as i32
        {
            let name = quoted(&format!("{}_{}", bubble.label, bubble.value));
            self.problem(
                &["fieldBlocks", block, "origin"],
                format!("the bubble {name} lies outside of the page; correct `origin` or the gaps"),
            );
            return;
        }
        let wanted = field_name(&format!("{}_{}", bubble.label, bubble.value));
        let is_taken = |name: &str| template.fields.iter().any(|field| field.name == name);
        let free = (2..).map(|count| format!("{wanted}_{count}"));
        let name = std::iter::once(wanted.clone()).chain(free).find(|name| !is_taken(name)).unwrap_or_default();
        let plain = format!("{}_{}", bubble.label, bubble.value);
        if name != plain {
            self.remarks.push(format!("the bubble {} is called `{name}` here", quoted(&plain)));
        }
        template.fields.push(FieldSpec::new(name, bounds, FieldKind::CheckBox));
    }

    /// Notes a problem at the value behind a path of keys, or as near as the path goes.
    fn problem(&mut self, path: &[&str], sentence: impl Into<String>) {
        self.problems.add(place(self.text, path), sentence);
    }

    /// Two numbers behind the last key of a path, looked for in `object`.
    fn pair(&mut self, object: &Map<String, Value>, path: &[&str]) -> Option<(f64, f64)> {
        let key = path.last().copied().unwrap_or_default();
        let pair = match object.get(key).and_then(Value::as_array).map(Vec::as_slice) {
            Some([first, second]) => first.as_f64().zip(second.as_f64()),
            _ => None,
        };
        if pair.is_none() {
            self.problem(path, format!("`{key}` must be a list of two numbers, such as [300, 400]"));
        }
        pair
    }
}

/// The name of the form: that of the file, or of its folder where the file has the usual name.
fn form_name(file: &Path) -> String {
    let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let folder = file.parent().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
    let name = if stem == "template" { folder.unwrap_or(stem) } else { stem };
    let name: String = name.chars().filter(|c| !c.is_control()).collect();
    if name.trim().is_empty() { "form".to_owned() } else { name }
}

/// A text as the name of a field.
fn field_name(text: &str) -> String {
    let name: String = text.chars().map(|c| if keys::is_of_names(c) { c } else { '_' }).collect();
    if keys::is_name(&name) { name } else { format!("f{name}") }
}

#[cfg(test)]
mod tests;

//! How templates come to be and are changed: text and picture in, checked as the command line checks them, kept as TOML. Pages and the API do it
//! alike.

use std::io::Cursor;

use axum::http::StatusCode;
use image::ImageFormat;
use scantally::geometry::Rect;
use scantally::pipeline;
use scantally::scan::{Page, Pixels, Scan};
use scantally::template::{self, FieldKind, FieldSpec, Template as Form};

use crate::web::access::Person;
use crate::web::app::App;
use crate::web::jobs::forms;
use crate::web::problem::Problem;
use crate::web::reading::{ReadOptions, Received, Upload, open, problem_of};
use crate::web::security::secret;
use crate::web::store::now;
use crate::web::store::templates::{self, StoredTemplate};
use crate::web::templates::document::{Document, Field};

/// Templates of one person; each may have a picture of some megabytes.
const MOST_TEMPLATES: u64 = 200;

/// A template that has been checked.
#[derive(Debug)]
pub struct Checked {
    pub name: String,
    pub toml: String,
    pub width_px: u32,
    pub height_px: u32,
    /// The blank form as PNG.
    pub picture: Option<Vec<u8>>,
}

/// The template of a request: TOML text with or without the picture of the blank form, or the picture alone, whose fields are suggested then.
/// `before` is the picture that is there already. It works on this thread.
///
/// # Errors
/// 422 with what is wrong in the text, 415 and 422 if the picture is no scan.
pub fn received(app: &App, received: &Received, before: Option<Vec<u8>>) -> Result<Checked, Problem> {
    let mut text = received.value("template").map(str::to_owned);
    let mut picture = None;
    for file in &received.files {
        match (open(file, ReadOptions::scan_settings(app)), std::str::from_utf8(&file.bytes)) {
            (Ok(scan), _) => picture = Some((file, first_page(&scan)?)),
            (Err(_), Ok(toml)) if toml.contains('=') => text = Some(toml.to_owned()),
            (Err(problem), _) => return Err(problem),
        }
    }
    match (text, picture) {
        (Some(text), Some((_, page))) => from_text(&text, Some(png(&page.pixels)?)),
        (Some(text), None) => from_text(&text, before),
        (None, Some((file, page))) => drafted(page, &name_of(file, received)),
        (None, None) => Err(Problem::invalid(
            "There is no template; send its text as `template`, or a scan of the blank form as `picture`.",
        )),
    }
}

/// What the form is called: as the request says, or as the file without its ending.
fn name_of(file: &Upload, received: &Received) -> String {
    let stem = file.name.rsplit_once('.').map_or(file.name.as_str(), |(stem, _)| stem);
    let name = received.value("name").map(str::trim).filter(|name| !name.is_empty()).unwrap_or(stem);
    name.chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect()
}

/// Names of forms, fields and rules; longer ones fit no table.
const LONGEST_NAME: usize = 200;

/// What a rule checks.
const LONGEST_RULE: usize = 2_000;

/// The text of a template; thousands of fields are shorter.
const MOST_TEXT_BYTES: usize = 1 << 20;

fn first_page(scan: &Scan) -> Result<Page, Problem> {
    scan.page(1).map_err(|error| problem_of(&error))
}

/// A template from a blank form, with the fields that are found on it; with one in the middle where there are none, as a template has at
/// least one.
fn drafted(page: Page, name: &str) -> Result<Checked, Problem> {
    let draft = pipeline::draft_template(page, name);
    let mut form = draft.template;
    if form.fields.is_empty() {
        let [width, height] = [form.width_px, form.height_px].map(u32::cast_signed);
        let bounds = Rect::new(width / 4, height / 2, (width / 2).max(1), (height / 30).max(1));
        form.fields.push(FieldSpec::new("field1", bounds, FieldKind::Amount));
    }
    checked(&form, Some(png(&Pixels::Grey(draft.reference))?))
}

/// The fields that are suggested for a picture; it works on this thread.
///
/// # Errors
/// 500 if the picture that was kept cannot be read any more.
pub fn suggested(app: &App, picture: Vec<u8>) -> Result<Vec<Field>, Problem> {
    let upload = Upload { name: "picture.png".to_owned(), bytes: picture };
    let page = first_page(&open(&upload, ReadOptions::scan_settings(app))?)?;
    let (width, height) = page.pixels.dimensions();
    let whole = Rect::new(0, 0, width.cast_signed(), height.cast_signed());
    let mut fields = pipeline::draft_template(page, "form").template.fields;
    fields.retain_mut(|field| {
        field.bounds = field.bounds.intersection(&whole);
        field.bounds.width > 0 && field.bounds.height > 0
    });
    Ok(fields.iter().map(Field::of).collect())
}

/// A template from its text.
fn from_text(text: &str, picture: Option<Vec<u8>>) -> Result<Checked, Problem> {
    if text.len() > MOST_TEXT_BYTES {
        let detail = format!("A template may have {MOST_TEXT_BYTES} bytes.");
        return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail));
    }
    let form = forms::parse(text).map_err(|cause| Problem::invalid(cause.to_string()))?;
    checked(&form, picture)
}

/// A template that an editor has changed; places of problems are told by the names of the fields.
///
/// # Errors
/// 422 with a line for each problem.
pub fn edited(template: &StoredTemplate, document: Document, picture: Option<Vec<u8>>) -> Result<Checked, Problem> {
    let before = forms::parse(&template.toml).map_err(|cause| Problem::internal(&cause))?;
    let form = document.applied_to(before).map_err(Problem::invalid)?;
    checked(&form, picture)
}

/// Writes a template, reads it again and compiles its rules, as the command line does.
fn checked(form: &Form, picture: Option<Vec<u8>>) -> Result<Checked, Problem> {
    check_lengths(form)?;
    let toml = template::write(form);
    // All problems of the text come before those of its rules: `known` would tell lines of a text that nobody has seen.
    forms::parse(&toml).map_err(|cause| Problem::invalid(told(&cause.to_string(), &toml, form)))?;
    forms::known(&toml, picture.clone()).map_err(|cause| Problem::invalid(cause.to_string()))?;
    Ok(Checked { name: form.name.clone(), width_px: form.width_px, height_px: form.height_px, toml, picture })
}

fn check_lengths(form: &Form) -> Result<(), Problem> {
    let fields = form.fields.iter().map(|field| &field.name);
    let names = [&form.name].into_iter().chain(fields).chain(form.rules.iter().map(|rule| &rule.name));
    let shown = |text: &str| text.chars().take(20).collect::<String>();
    if let Some(name) = names.into_iter().find(|name| name.len() > LONGEST_NAME) {
        return Err(Problem::invalid(format!("The name {}... is longer than {LONGEST_NAME} letters.", shown(name))));
    }
    match form.rules.iter().find(|rule| rule.check.len() > LONGEST_RULE) {
        Some(rule) => {
            Err(Problem::invalid(format!("The rule {} is longer than {LONGEST_RULE} letters.", shown(&rule.name))))
        }
        None => Ok(()),
    }
}

/// Problems with the names of fields and rules in the place of line and column.
fn told(reason: &str, toml: &str, form: &Form) -> String {
    let line = |problem: &str| {
        let mut parts = problem.splitn(3, ':');
        let place = (parts.next().and_then(|line| line.parse::<usize>().ok()), parts.next(), parts.next());
        let (Some(line), Some(_), Some(sentence)) = place else { return problem.to_owned() };
        let above: Vec<&str> = toml.lines().take(line).filter(|line| line.starts_with("[[")).collect();
        let count = |heading: &str| above.iter().filter(|line| **line == heading).count();
        match above.last() {
            Some(&"[[field]]") => {
                let number = count("[[field]]");
                format!("Field {number} ({}):{sentence}", form.fields[number - 1].name)
            }
            Some(&"[[rule]]") => {
                let number = count("[[rule]]");
                format!("Rule {number} ({}):{sentence}", form.rules[number - 1].name)
            }
            _ => sentence.trim().to_owned(),
        }
    };
    reason.lines().map(line).collect::<Vec<_>>().join("\n")
}

fn png(pixels: &Pixels) -> Result<Vec<u8>, Problem> {
    let mut bytes = Cursor::new(Vec::new());
    let written = match pixels {
        Pixels::Grey(picture) => picture.write_to(&mut bytes, ImageFormat::Png),
        Pixels::Colour(picture) => picture.write_to(&mut bytes, ImageFormat::Png),
    };
    written.map_err(|cause| Problem::internal(&cause))?;
    Ok(bytes.into_inner())
}

/// Keeps a new template.
///
/// # Errors
/// 409 if they have as many as they may.
pub async fn create(app: &App, person: &Person, checked: Checked) -> Result<StoredTemplate, Problem> {
    let Checked { name, toml, width_px, height_px, picture } = checked;
    let (id, owner_id, time) = (secret::random(), person.id, now());
    let template = StoredTemplate { id, owner_id, name, toml, width_px, height_px, created_at: time, changed_at: time };
    let kept = template.clone();
    let is_kept = app.store.with(move |db| {
        let has_room = templates::count_of(db, owner_id)? < MOST_TEMPLATES;
        if has_room {
            templates::create(db, &kept, picture.as_deref())?;
        }
        Ok(has_room)
    });
    if is_kept.await? {
        return Ok(template);
    }
    Err(Problem::conflict(format!("You have {MOST_TEMPLATES} templates; delete those that you do not need.")))
}

/// Puts a checked template in the place of one that is there.
///
/// # Errors
/// 500 if the database fails.
pub async fn replace(app: &App, template: StoredTemplate, checked: Checked) -> Result<StoredTemplate, Problem> {
    let Checked { name, toml, width_px, height_px, picture } = checked;
    let template = StoredTemplate { name, toml, width_px, height_px, changed_at: now(), ..template };
    let kept = template.clone();
    app.store.with(move |db| templates::replace(db, &kept, picture.as_deref())).await?;
    Ok(template)
}

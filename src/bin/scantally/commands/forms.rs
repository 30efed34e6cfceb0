//! The forms that pages are copies of: the paths of templates in, forms that the pipeline knows out.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Context;
use scantally::consistency::RuleFault;
use scantally::error::Error;
use scantally::number::Kind;
use scantally::number::magnetic_ink::FIELDS;
use scantally::pipeline::{KnownForm, Layout, Settings};
use scantally::scan::{Limits, Page, Scan};
use scantally::table::{Identifiers, path_text};
use scantally::template::{self, FieldKind, Template};

/// What `--template` may say instead of a path.
pub const CHEQUE: &str = "cheque";

/// All templates of files and folders, and the built-in one where it is asked for.
pub struct Forms {
    /// In the order of the arguments, those of a folder by name.
    pub known: Vec<KnownForm>,
    /// Whether pages are cheques.
    pub cheque: bool,
    /// The fields of kind `digits` of all templates.
    pub digit_fields: BTreeSet<String>,
    /// For run.json: each path with the hash of what it holds.
    pub record: Vec<serde_json::Value>,
}

/// Reads the templates with their pictures.
pub fn load(paths: &[PathBuf]) -> anyhow::Result<Forms> {
    let mut forms = Forms { known: Vec::new(), cheque: false, digit_fields: BTreeSet::new(), record: Vec::new() };
    for path in paths {
        if path.as_os_str() == CHEQUE {
            forms.cheque = true;
            forms.record.push(serde_json::json!({ "template": CHEQUE }));
            continue;
        }
        let templates = if path.is_dir() { template::read_folder(path)? } else { vec![template::read(path)?] };
        for template in templates {
            let hash = blake3::hash(template::write(&template).as_bytes()).to_hex().to_string();
            forms
                .record
                .push(serde_json::json!({ "template": path_text(path), "name": template.name, "blake3": hash }));
            forms.digit_fields.extend(digit_fields(&template));
            forms.known.push(known(template, path)?);
        }
    }
    if forms.cheque && !forms.known.is_empty() {
        anyhow::bail!("--template cheque goes alone: read cheques and other forms in two runs");
    }
    Ok(forms)
}

/// A form from its template, with the picture that it names.
pub fn known(template: Template, path: &Path) -> anyhow::Result<KnownForm> {
    let picture = template.reference.as_deref().map(|reference| picture(reference, &template)).transpose()?;
    compiled(template, picture).map_err(|reason| Error::Template { path: path.to_owned(), reason }.into())
}

/// A form from its template and the picture of the blank form.
///
/// # Errors
/// A line for each fault of a rule.
pub fn compiled(template: Template, picture: Option<Page>) -> Result<KnownForm, String> {
    let checks: Vec<String> = template.rules.iter().map(|rule| format!("`{}` (`{}`)", rule.name, rule.check)).collect();
    KnownForm::new(template, picture).map_err(|faults| {
        let told =
            |fault: &RuleFault| format!("rule {}, character {}: {}", checks[fault.rule], fault.column, fault.reason);
        faults.iter().map(told).collect::<Vec<_>>().join("\n")
    })
}

/// The picture of a blank form, which must have the size that the template states.
fn picture(reference: &Path, template: &Template) -> anyhow::Result<Page> {
    let page = Scan::open(reference, &path_text(reference), Limits::default())
        .and_then(|scan| scan.page(1))
        .with_context(|| format!("the reference of the template {} cannot be read", template.name))?;
    check_size(&page, template).map_err(|reason| Error::Template { path: reference.to_owned(), reason })?;
    Ok(page)
}

/// Whether the picture of a blank form has the size that the template states.
///
/// # Errors
/// A sentence with both sizes.
pub fn check_size(page: &Page, template: &Template) -> Result<(), String> {
    let (width, height) = page.pixels.dimensions();
    if (width, height) == (template.width_px, template.height_px) {
        return Ok(());
    }
    Err(format!(
        "the picture has {width} x {height} pixels, and the template {} says {} x {}; its boxes must be in pixels of the picture",
        template.name, template.width_px, template.height_px
    ))
}

/// The fields of a template that hold names in digits.
pub fn digit_fields(template: &Template) -> impl Iterator<Item = String> {
    template.fields.iter().filter(|field| field.kind == FieldKind::Digits).map(|field| field.name.clone())
}

/// What holds names in digits and no quantities: the digit fields of the templates where there are any, the magnetic-ink line of cheques, and
/// without forms all numbers that are read as digits.
pub fn identifiers(
    settings: &Settings,
    has_templates: bool,
    digit_fields: impl IntoIterator<Item = String>,
) -> Identifiers {
    let is_without_forms = !has_templates && !settings.cheque;
    let all = is_without_forms && (settings.kind == Kind::Digits || settings.layout == Layout::Micr);
    let magnetic_ink = FIELDS.iter().filter(|_| settings.cheque).map(|field| (*field).to_owned());
    Identifiers { all, fields: digit_fields.into_iter().chain(magnetic_ink).collect() }
}

//! The forms that pages are copies of: the paths of templates in, forms that the pipeline knows out.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Context;
use scantally::error::{Error, Result};
use scantally::pipeline::KnownForm;
use scantally::scan::{Limits, Page, Scan};
use scantally::table::path_text;
use scantally::template::{self, FieldKind, FieldSpec, Template};

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
            let is_digits = |field: &&FieldSpec| field.kind == FieldKind::Digits;
            forms.digit_fields.extend(template.fields.iter().filter(is_digits).map(|field| field.name.clone()));
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
    let checks: Vec<String> = template.rules.iter().map(|rule| format!("`{}` (`{}`)", rule.name, rule.check)).collect();
    KnownForm::new(template, picture).map_err(|faults| {
        let told = |fault: &scantally::consistency::RuleFault| {
            format!("rule {}, character {}: {}", checks[fault.rule], fault.column, fault.reason)
        };
        let reason = faults.iter().map(told).collect::<Vec<_>>().join("\n");
        Error::Template { path: path.to_owned(), reason }.into()
    })
}

/// The picture of a blank form, which must have the size that the template states.
fn picture(reference: &Path, template: &Template) -> anyhow::Result<Page> {
    let page = Scan::open(reference, &path_text(reference), Limits::default())
        .and_then(|scan| scan.page(1))
        .with_context(|| format!("the reference of the template {} cannot be read", template.name))?;
    check_size(&page, reference, template)?;
    Ok(page)
}

fn check_size(page: &Page, reference: &Path, template: &Template) -> Result<()> {
    let (width, height) = page.pixels.dimensions();
    if (width, height) == (template.width_px, template.height_px) {
        return Ok(());
    }
    let reason = format!(
        "the picture has {width} x {height} pixels, and the template {} says {} x {}; its boxes must be in pixels of the picture",
        template.name, template.width_px, template.height_px
    );
    Err(Error::Template { path: reference.to_owned(), reason })
}

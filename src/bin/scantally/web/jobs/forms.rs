//! The form that the scans of a job are copies of: the template of its options in, what the pipeline knows it by out.

use std::path::Path;

use anyhow::Context;
use scantally::error::Error;
use scantally::pipeline::KnownForm;
use scantally::scan::{Limits, Page, Scan};
use scantally::template::{self, Template};

use crate::commands::forms;
use crate::web::app::App;
use crate::web::reading::ReadOptions;
use crate::web::store::jobs::Job;

/// The name of the picture of the blank form in the folder of a job.
pub const PICTURE_NAME: &str = "reference.png";

/// The form of a job; `None` where it has no template of its own.
pub fn of_job(app: &App, job: &Job, options: &ReadOptions) -> anyhow::Result<Option<KnownForm>> {
    let Some(toml) = &options.template_toml else { return Ok(None) };
    let picture = match std::fs::read(app.job_folder(&job.id).join(PICTURE_NAME)) {
        Ok(picture) => Some(picture),
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => None,
        Err(cause) => return Err(cause).context("the picture of the blank form cannot be read"),
    };
    known(toml, picture).map(Some).context("the template of the job cannot be used")
}

/// The form of a template and the picture of its blank form.
///
/// # Errors
/// Sentences with line and column where the template is not valid.
pub fn known(toml: &str, picture: Option<Vec<u8>>) -> anyhow::Result<KnownForm> {
    let template = parse(toml)?;
    let page = picture.map(|picture| page_of(picture, &template)).transpose()?;
    forms::compiled(template, page).map_err(anyhow::Error::msg)
}

/// A template from its text; its problems, one a line, with line and column.
///
/// A reference picture is not looked for on disk: the picture of the blank form comes with the upload.
pub fn parse(toml: &str) -> anyhow::Result<Template> {
    let parsed = template::parse(toml, Path::new(""));
    let mut template = parsed.map_err(|error| match error {
        Error::Template { reason, .. } => anyhow::anyhow!(reason),
        other => anyhow::Error::from(other),
    })?;
    template.reference = None;
    Ok(template)
}

fn page_of(picture: Vec<u8>, template: &Template) -> anyhow::Result<Page> {
    let page = Scan::from_bytes("the picture of the blank form", picture, Limits::default())?.page(1)?;
    forms::check_size(&page, template).map_err(anyhow::Error::msg)?;
    Ok(page)
}

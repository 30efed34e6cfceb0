//! `template check`: templates in; their mistakes, what they hold, or a picture of one on a scan out.

use std::path::Path;

use anyhow::bail;
use image::DynamicImage;
use scantally::evaluate::template_picture;
use scantally::pipeline::KnownForm;
use scantally::scan::{Limits, Pixels, Scan};
use scantally::table::path_text;
use scantally::template::{self, Template};

use super::write;
use crate::cli::TemplateCheck;
use crate::commands::forms;
use crate::exit::ExitStatus;
use crate::printer;

/// Runs the command: all templates are checked, whatever is wrong with the first.
pub fn run(arguments: &TemplateCheck) -> anyhow::Result<ExitStatus> {
    arguments.check();
    let mut status = ExitStatus::AllRead;
    for form in &arguments.forms {
        match template::read(form)
            .map_err(Into::into)
            .and_then(|template| Ok((forms::known(template.clone(), form)?, template)))
        {
            Ok((known, template)) => {
                printer::result(&format!("{}: {}\n", form.display(), summary(&template)))?;
                if let (Some(scan), Some(output)) = (&arguments.scan, &arguments.output) {
                    draw(&template, &known, scan, output)?;
                }
            }
            Err(error) => {
                let error: anyhow::Error = error;
                printer::lines(&format!("{error:#}"));
                status = ExitStatus::WrongArguments;
            }
        }
    }
    Ok(status)
}

/// What a template holds.
fn summary(template: &Template) -> String {
    let counted = |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    let name: String = template.name.chars().map(|c| if c.is_control() { '?' } else { c }).collect();
    format!("{name}, {}, {}", counted(template.fields.len(), "field"), counted(template.rules.len(), "rule"))
}

/// Draws a template on the first page of a scan, where the form lies on it.
fn draw(template: &Template, form: &KnownForm, scan: &Path, output: &Path) -> anyhow::Result<()> {
    let page = Scan::open(scan, &path_text(scan), Limits::default())?.page(1)?;
    let grey = match &page.pixels {
        Pixels::Grey(grey) => grey.clone(),
        Pixels::Colour(colour) => DynamicImage::ImageRgb8(colour.clone()).into_luma8(),
    };
    let Some(to_scan) = form.find_on(page) else {
        bail!("{} is no copy of the form {}: too little of its print was found", scan.display(), template.name);
    };
    let picture = template_picture(&grey, template, &to_scan)?;
    Ok(write(output, &picture)?)
}

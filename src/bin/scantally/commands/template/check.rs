//! `template check`: templates in; their mistakes, what they hold, or a picture of one on a scan out.

use std::path::Path;

use image::{DynamicImage, GrayImage};
use scantally::evaluate::template_picture;
use scantally::geometry::Transform;
use scantally::scan::{Limits, Pixels, Scan};
use scantally::table::path_text;
use scantally::template::{self, Template};

use super::write;
use crate::cli::TemplateCheck;
use crate::exit::ExitStatus;
use crate::printer;

/// Runs the command: all templates are checked, whatever is wrong with the first.
pub fn run(arguments: &TemplateCheck) -> anyhow::Result<ExitStatus> {
    arguments.check();
    let mut status = ExitStatus::AllRead;
    for form in &arguments.forms {
        match template::read(form) {
            Ok(template) => {
                printer::result(&format!("{}: {}\n", form.display(), summary(&template)))?;
                if let (Some(scan), Some(output)) = (&arguments.scan, &arguments.output) {
                    draw(&template, scan, output)?;
                }
            }
            Err(error) => {
                printer::lines(&error.to_string());
                status = ExitStatus::WrongTemplate;
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

/// Draws a template on the first page of a scan.
fn draw(template: &Template, scan: &Path, output: &Path) -> anyhow::Result<()> {
    let page = Scan::open(scan, &path_text(scan), Limits::default())?.page(1)?;
    let grey = match page.pixels {
        Pixels::Grey(grey) => grey,
        Pixels::Colour(colour) => DynamicImage::ImageRgb8(colour).into_luma8(),
    };
    let picture = template_picture(&grey, template, &place_on(&grey, template))?;
    Ok(write(output, &picture)?)
}

/// The map from the reference to a scan that shows the form from edge to edge.
fn place_on(scan: &GrayImage, template: &Template) -> Transform {
    let share = |scan_px: u32, reference_px: u32| f64::from(scan_px) / f64::from(reference_px.max(1));
    let (across, down) = (share(scan.width(), template.width_px), share(scan.height(), template.height_px));
    Transform::affine([across, 0.0, 0.0, 0.0, down, 0.0])
}

//! `template draft`: a blank form or filled copies in, a template with remarks and a picture out.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use image::{GrayImage, ImageEncoder, codecs::png::PngEncoder};
use scantally::evaluate::drafts::{self, Place, ShapeClass};
use scantally::form::draft::DraftShape;
use scantally::pipeline::{self, Draft};
use scantally::scan::{Limits, Page, Scan, is_scan_name};
use scantally::template;

use crate::cli;
use crate::exit::ExitStatus;
use crate::printer;

/// Writing cannot be told from print on fewer copies.
const MIN_COPIES: usize = 2;

/// Runs the command.
pub fn run(arguments: &cli::Draft) -> anyhow::Result<ExitStatus> {
    let source = arguments.blank.as_deref().or(arguments.filled.as_deref()).context("no form was given")?;
    let name = form_name(source);
    let draft = match &arguments.filled {
        Some(folder) => draft_copies(folder, &name)?,
        None => pipeline::draft_template(page_of(source, usize::from(arguments.page))?, &name),
    };
    if let Some(annotations) = &arguments.annotations {
        return compare(&draft, annotations, &name, usize::from(arguments.page));
    }
    if draft.template.fields.is_empty() {
        bail!("{} shows no field: no box, comb or line to write on; give a blank form", source.display());
    }
    let output = arguments.output.clone().unwrap_or_else(|| PathBuf::from(format!("{name}.toml")));
    write(draft, &output)?;
    Ok(ExitStatus::AllRead)
}

/// What the form is called: the file or folder without its ending.
fn form_name(source: &Path) -> String {
    source.file_stem().map_or_else(|| "form".to_owned(), |stem| stem.to_string_lossy().into_owned())
}

fn page_of(path: &Path, number: usize) -> anyhow::Result<Page> {
    let scan = Scan::open(path, &path.display().to_string(), Limits::default())?;
    if number > scan.page_count() {
        bail!("{} has {} page(s); choose one of them with --page", path.display(), scan.page_count());
    }
    Ok(scan.page(number)?)
}

/// The first page of each scan of a folder, in the order of their names.
fn draft_copies(folder: &Path, name: &str) -> anyhow::Result<Draft> {
    let cannot_read = || format!("{} cannot be read; give a folder of filled copies", folder.display());
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(cannot_read)? {
        let path = entry.with_context(cannot_read)?.path();
        if path.is_file() && is_scan_name(&path) {
            paths.push(path);
        }
    }
    paths.sort();
    if paths.len() < MIN_COPIES {
        bail!("{} holds {} scan(s); at least {MIN_COPIES} filled copies are needed", folder.display(), paths.len());
    }
    let pages = paths.iter().map(|path| page_of(path, 1)).collect::<anyhow::Result<Vec<Page>>>()?;
    pipeline::draft_filled(pages, name).with_context(cannot_read)
}

/// Writes the template and its picture, and says what is in doubt.
fn write(mut draft: Draft, output: &Path) -> anyhow::Result<()> {
    let picture = output.with_extension("png");
    for path in [output, &picture] {
        if path.exists() {
            bail!("{} exists already; choose another name with -o", path.display());
        }
    }
    draft.template.reference = picture.file_name().map(PathBuf::from);
    super::write(&picture, &png_of(&draft.reference)?)?;
    super::write(output, template::write_with_remarks(&draft.template, &draft.remarks).as_bytes())?;
    let mut doubtful: Vec<usize> = draft.remarks.iter().map(|(place, _)| *place).collect();
    doubtful.dedup();
    printer::lines(&format!(
        "{} fields, {} of them with remarks\nthe template is {}, the picture of the form {}",
        draft.template.fields.len(),
        doubtful.len(),
        output.display(),
        picture.display()
    ));
    Ok(())
}

fn png_of(picture: &GrayImage) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    PngEncoder::new(&mut bytes)
        .write_image(picture.as_raw(), picture.width(), picture.height(), image::ExtendedColorType::L8)
        .context("the picture of the form cannot be encoded")?;
    Ok(bytes)
}

/// Prints how the draft compares with the annotation.
fn compare(draft: &Draft, annotations: &Path, form: &str, page: usize) -> anyhow::Result<ExitStatus> {
    let size = draft.reference.dimensions();
    let place = |(shape, cells): (ShapeClass, usize), bounds| Place::new(bounds, size, shape, cells);
    let drafted: Vec<Place> = draft
        .found
        .iter()
        .filter_map(|field| {
            let class = match &field.shape {
                DraftShape::Comb(cells) => (ShapeClass::Comb, cells.len()),
                DraftShape::Box | DraftShape::TableCell { .. } => (ShapeClass::Box, 0),
                DraftShape::CheckBox => (ShapeClass::Check, 0),
                DraftShape::Underline => return None,
            };
            Some(place(class, &field.bounds))
        })
        .collect();
    let score = drafts::compare(&drafts::read_annotation(annotations, form, page)?, &drafted);
    let (found, missed, spurious) = (score.found.len(), score.missed.len(), score.spurious.len());
    let share = |part: usize, whole: usize| 100.0 * part as f64 / whole.max(1) as f64;
    let mut text = format!(
        "{form}: {found} of {} found ({:.1} %), {spurious} spurious ({:.1} % of the drafted are right)\n",
        found + missed,
        share(found, found + missed),
        share(found, found + spurious)
    );
    for (what, places) in [("missed", &score.missed), ("spurious", &score.spurious)] {
        for place in places {
            let [x, y, width, height] = place.bounds.map(|length| 1000.0 * length);
            let shape = format!("{:?}", place.shape).to_lowercase();
            let _ = writeln!(text, "  {what} {shape} {} at {x:.1},{y:.1} {width:.1}x{height:.1}", place.cells);
        }
    }
    printer::result(&text)?;
    Ok(ExitStatus::AllRead)
}

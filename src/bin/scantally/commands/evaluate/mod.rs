//! `evaluate`: labelled digits and a model in; reports, tables and charts out.

mod files;

use std::path::Path;

use scantally::evaluate::confusion::Confusion;
use scantally::evaluate::render::{classification_report, confusion_matrix, most_confused, report, robustness_table};
use scantally::evaluate::robustness::{RobustnessRow, robustness};
use scantally::evaluate::rows::{self, Named};
use scantally::evaluate::{LabelledGlyphs, digits, parts};
use scantally::idx::LabelledImages;
use scantally::reader::{Class, DigitReader};
use scantally::table::path_text;

use crate::cli::Evaluate;
use crate::commands::{cores, model};
use crate::exit::ExitStatus;
use crate::printer;
use files::{ReportFolder, Stems};

/// Decimals of the classification report.
const DECIMALS: usize = 4;

/// What is kept of all parts for the files.
#[derive(Default)]
struct Measured {
    text: String,
    reports: Vec<Named>,
    robustness: Vec<(String, String, Vec<RobustnessRow>)>,
}

/// Runs the command.
pub fn run(arguments: &Evaluate) -> anyhow::Result<ExitStatus> {
    // Minutes of measuring are not to end at a folder that cannot be made.
    let folder = arguments.output.as_deref().map(ReportFolder::create).transpose()?;
    if let Some(path) = &arguments.confusion {
        published_matrix(path, folder.as_ref())?;
        return Ok(ExitStatus::AllRead);
    }
    let (reader, _) = model::load(arguments.reader, arguments.model.as_deref())?;
    let (mut measured, mut stems) = (Measured::default(), Stems::default());
    for data in &arguments.data {
        for images in parts(data, arguments.part.as_deref())? {
            measure(arguments, reader.as_ref(), data, &images, &mut measured, |name, named, glyphs| match &folder {
                Some(folder) => folder.write_part(&stems.of(data, &images.part), name, named, glyphs),
                None => Ok(()),
            })?;
        }
    }
    if let Some(folder) = &folder {
        write_tables(folder, &measured)?;
    }
    Ok(ExitStatus::AllRead)
}

/// Measures one part, prints its report and hands it to `keep`, with the name that charts call it by.
fn measure(
    arguments: &Evaluate,
    reader: &dyn DigitReader,
    data: &Path,
    images: &LabelledImages,
    measured: &mut Measured,
    keep: impl FnOnce(&str, &Named, &LabelledGlyphs) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let labelled = LabelledGlyphs::of(data, images)?;
    let of_part = digits(reader, &labelled)?;
    let mut text = format!("{}\n{}\n", path_text(data), report(&of_part));
    printer::result(&text)?;
    if arguments.robustness && labelled.classes.iter().any(|class| matches!(class, Class::Digit(_))) {
        let rows = robustness(reader, images, &labelled.classes, cores())?;
        let table = format!("{}\n", robustness_table(&rows));
        printer::result(&table)?;
        text.push_str(&table);
        measured.robustness.push((path_text(data), images.part.clone(), rows));
    }
    printer::lines(&format!("{:.0} digits a second on one thread", of_part.digits_a_second));
    let name = format!("{} {}", files::last_name(data), images.part);
    let named = (path_text(data), of_part);
    keep(name.trim_end(), &named, &labelled)?;
    measured.text.push_str(&text);
    measured.reports.push(named);
    Ok(())
}

/// Reports on a confusion matrix that somebody else measured.
fn published_matrix(path: &Path, folder: Option<&ReportFolder>) -> anyhow::Result<()> {
    let confusion = Confusion::from_csv(path)?;
    let text = format!(
        "{}\n{} of {} right, {:.2} %\n\n{}\n{}{}",
        path_text(path),
        confusion.total() - confusion.errors(),
        confusion.total(),
        100.0 * confusion.accuracy(),
        classification_report(&confusion, DECIMALS),
        confusion_matrix(&confusion),
        most_confused(&confusion)
    );
    printer::result(&text)?;
    match folder {
        Some(folder) => folder.write_matrix(&files::last_name(path), &confusion, &text),
        None => Ok(()),
    }
}

fn write_tables(folder: &ReportFolder, measured: &Measured) -> anyhow::Result<()> {
    folder.write("report.txt", measured.text.as_bytes())?;
    let reports = measured.reports.as_slice();
    folder.write_csv("classes.csv", &rows::classes(reports))?;
    folder.write_csv("confusion.csv", &rows::confusion(reports))?;
    folder.write_csv("confused.csv", &rows::confused(reports))?;
    folder.write_csv("mistakes.csv", &rows::mistakes(reports))?;
    folder.write_csv("reliability.csv", &rows::reliability_bins(reports))?;
    folder.write_csv("reject.csv", &rows::rejection(reports))?;
    if !measured.robustness.is_empty() {
        folder.write_csv("robustness.csv", &rows::robustness(&measured.robustness))?;
    }
    Ok(())
}

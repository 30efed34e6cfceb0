//! `train`: labelled digits in; weights and a model card that says how they came about out.

use std::fmt::Write;
use std::path::Path;

use scantally::error::Error;
use scantally::reader::architecture::Architecture;
use scantally::table::path_text;
use scantally::train::{BATCH_SIZE, EPOCH_BATCHES, Progress, TrainReport, TrainRequest, ValidationFigure, train};

use crate::cli::Train;
use crate::commands::cores;
use crate::exit::ExitStatus;
use crate::printer;

/// Runs the command.
pub fn run(arguments: &Train) -> anyhow::Result<ExitStatus> {
    let request = TrainRequest {
        epochs: arguments.epochs,
        seed: arguments.seed,
        threads: arguments.threads.map_or_else(cores, usize::from),
        ..TrainRequest::new(arguments.data.clone())
    };
    // Hours of training are not to end at a folder that cannot be made.
    let card = arguments.out.with_extension("md");
    make_folder(&arguments.out)?;
    let report = train(&request, &mut |progress| printer::lines(&epoch_line(progress)))?;
    let bytes = report.weights.to_bytes()?;
    write(&arguments.out, &bytes)?;
    write(&card, model_card(&request, &report, &arguments.out, &bytes).as_bytes())?;
    printer::lines(&format!(
        "{:.0} seconds, {} bytes; the weights are in {}, their card is {}",
        report.seconds,
        bytes.len(),
        arguments.out.display(),
        card.display()
    ));
    Ok(ExitStatus::AllRead)
}

fn make_folder(file: &Path) -> Result<(), Error> {
    let Some(folder) = file.parent() else { return Ok(()) };
    std::fs::create_dir_all(folder).map_err(|cause| cannot_write(folder, &cause))
}

/// Writes under another name first, so that an earlier file is whole until the new one is.
fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let partial = path.with_extension("partial");
    std::fs::write(&partial, bytes)
        .and_then(|()| std::fs::rename(&partial, path))
        .map_err(|cause| cannot_write(path, &cause))
}

fn cannot_write(path: &Path, cause: &std::io::Error) -> Error {
    Error::Output { path: path.to_owned(), reason: cause.to_string() }
}

fn epoch_line(progress: &Progress) -> String {
    let validation: Vec<String> = progress.validation.iter().map(validation_text).collect();
    format!(
        "epoch {} of {}: loss {:.4}, accuracy {:.2} %, {:.0} images a second; not trained on: {}",
        progress.epoch,
        progress.epochs,
        progress.loss,
        100.0 * progress.accuracy,
        progress.images_a_second,
        validation.join(", ")
    )
}

fn validation_text(figure: &ValidationFigure) -> String {
    format!("{} {:.2} %", figure.name, right_percent(figure))
}

fn right_percent(figure: &ValidationFigure) -> f64 {
    if figure.images == 0 {
        return 0.0;
    }
    100.0 * (figure.images - figure.errors) as f64 / figure.images as f64
}

/// The model card: what the weights are, what they were trained on, how, and how well they read.
fn model_card(request: &TrainRequest, report: &TrainReport, out: &Path, bytes: &[u8]) -> String {
    let name = out.file_stem().map(|stem| path_text(Path::new(stem))).unwrap_or_default();
    let data: Vec<String> = request.data.iter().map(|folder| path_text(folder)).collect();
    let mut card = format!(
        "# {name}: a reader of handwritten digits\n\n{}\n\n\
         - Command: `scantally train --data {} --out {} --seed {} --epochs {}`\n\
         - scantally {}, seed {}, {} epochs of {} images, {:.0} seconds\n\
         - Temperature of the confidences: {:.4}, fitted on the validation images\n\
         - {} bytes, BLAKE3 {}\n\n## Trained on\n\n\
         | folder and part | images | seen for each time an image of MNIST is |\n|---|---:|---:|\n",
        shape(&request.architecture),
        data.join(" "),
        path_text(out),
        request.seed,
        request.epochs,
        env!("CARGO_PKG_VERSION"),
        request.seed,
        request.epochs,
        BATCH_SIZE * EPOCH_BATCHES,
        report.seconds,
        report.weights.temperature,
        bytes.len(),
        blake3::hash(bytes).to_hex(),
    );
    for (source, images, weight) in &report.sources {
        let _ = writeln!(card, "| {source} | {images} | {weight:.2} |");
    }
    card.push_str(
        "\n## Validation\n\nImages that no training saw: whole writers where writers are known.\n\n\
         | folder and part | images | errors | right |\n|---|---:|---:|---:|\n",
    );
    for figure in &report.validation {
        let right = right_percent(figure);
        let _ = writeln!(card, "| {} | {} | {} | {right:.2} % |", figure.name, figure.images, figure.errors);
    }
    card
}

fn shape(architecture: &Architecture) -> String {
    format!(
        "A convolutional network of {} parameters, {:.1} million operations a digit. It takes glyphs of 28x28 pixels, ink \
         high, as MNIST has them, and gives a score for each digit, each amount symbol and \"not a digit\".",
        architecture.parameter_count(),
        architecture.mflop()
    )
}

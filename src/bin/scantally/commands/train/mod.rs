//! `train`: labelled digits in; a model and a card that says how it came about out.

mod lines;

use std::path::{Path, PathBuf};

use scantally::error::Error;
use scantally::reader::ReaderKind;
use scantally::reader::architecture::Architecture;
use scantally::table::path_text;
use scantally::train::classical::{FitReport, FitRequest, fit};
use scantally::train::samples::Samples;
use scantally::train::{BATCH_SIZE, EPOCH_BATCHES, Progress, TrainReport, TrainRequest, ValidationFigure, train};

use crate::cli::Train;
use crate::commands::card::{ModelCard, right_percent};
use crate::commands::{cores, model};
use crate::exit::ExitStatus;
use crate::printer;

/// Runs the command.
pub fn run(arguments: &Train) -> anyhow::Result<ExitStatus> {
    arguments.check();
    let out = out(arguments);
    // Hours of training are not to end at a folder that cannot be made.
    make_folder(&out)?;
    match arguments.reader.architecture() {
        _ if arguments.lines => lines::run(arguments, &out)?,
        Some(architecture) => train_network(arguments, architecture, &out)?,
        None => fit_classical(arguments, &out)?,
    }
    Ok(ExitStatus::AllRead)
}

fn out(arguments: &Train) -> PathBuf {
    match (&arguments.out, arguments.reader) {
        (Some(out), _) => out.clone(),
        (None, _) if arguments.lines => PathBuf::from("models/lines.safetensors"),
        (None, ReaderKind::Cnn) => PathBuf::from("models/digits.safetensors"),
        (None, kind) => model::default_path(kind),
    }
}

fn train_network(arguments: &Train, architecture: Architecture, out: &Path) -> anyhow::Result<()> {
    let standard = TrainRequest::new(arguments.data.clone());
    let request = TrainRequest {
        epochs: arguments.epochs.unwrap_or(standard.epochs),
        seed: arguments.seed,
        threads: arguments.threads.map_or_else(cores, usize::from),
        architecture,
        ..standard
    };
    let report = train(&request, &mut |progress| printer::lines(&epoch_line(progress)))?;
    let bytes = report.weights.to_bytes()?;
    let card = network_card(arguments, &request, &report, out, &bytes);
    keep(out, &bytes, &card.text(), report.seconds)
}

fn fit_classical(arguments: &Train, out: &Path) -> anyhow::Result<()> {
    let standard = FitRequest::new(arguments.reader);
    let request = FitRequest {
        features: arguments.features.unwrap_or(standard.features),
        components: arguments.components.map_or(standard.components, usize::from),
        seed: arguments.seed,
        threads: arguments.threads.map_or_else(cores, usize::from),
        ..standard
    };
    let samples = Samples::read(&arguments.data)?;
    let report = fit(&request, &samples)?;
    let bytes = report.reader.to_bytes()?;
    if let Some(line) = features_line(&request, &report) {
        printer::lines(&line);
    }
    let validation: Vec<String> = report.validation.iter().map(validation_text).collect();
    printer::lines(&format!("not trained on: {}", validation.join(", ")));
    let card = classical_card(arguments, &request, &report, &samples, out, &bytes);
    keep(out, &bytes, &card.text(), report.seconds)
}

/// Writes model and card, and says so.
fn keep(out: &Path, bytes: &[u8], card_text: &str, seconds: f32) -> anyhow::Result<()> {
    let card = out.with_extension("md");
    write(out, bytes)?;
    write(&card, card_text.as_bytes())?;
    let (out, card) = (out.display(), card.display());
    printer::lines(&format!("{seconds:.0} seconds, {} bytes; the model is in {out}, its card is {card}", bytes.len()));
    Ok(())
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

fn features_line(request: &FitRequest, report: &FitReport) -> Option<String> {
    let kept = report.kept?;
    Some(format!(
        "features {}: {} measured, {} of them vary, {} are kept with {:.2} % of the variance",
        request.features.name(),
        kept.measured,
        kept.varying,
        kept.width,
        100.0 * kept.variance
    ))
}

/// The command as far as every reader has it.
fn command(arguments: &Train, out: &Path) -> String {
    let data: Vec<String> = arguments.data.iter().map(|folder| path_text(folder)).collect();
    let reader = match arguments.reader {
        ReaderKind::Cnn => String::new(),
        kind => format!(" --reader {}", kind.name()),
    };
    format!("scantally train --data {}{reader} --out {} --seed {}", data.join(" "), path_text(out), arguments.seed)
}

fn network_card<'a>(
    arguments: &Train,
    request: &TrainRequest,
    report: &'a TrainReport,
    out: &'a Path,
    bytes: &'a [u8],
) -> ModelCard<'a> {
    let (version, seed, epochs) = (env!("CARGO_PKG_VERSION"), request.seed, request.epochs);
    let images = BATCH_SIZE * EPOCH_BATCHES;
    ModelCard {
        out,
        subject: "digits",
        description: shape(arguments.reader, &request.architecture),
        facts: vec![
            format!("Command: `{} --epochs {epochs}`", command(arguments, out)),
            format!(
                "scantally {version}, seed {seed}, {epochs} epochs of {images} images, {:.0} seconds",
                report.seconds
            ),
            format!(
                "Temperature of the confidences: {:.4}, fitted on the validation images",
                report.weights.temperature
            ),
        ],
        bytes,
        weight_heading: Some("seen for each time an image of MNIST is"),
        sources: report.sources.clone(),
        validation: &report.validation,
    }
}

fn shape(kind: ReaderKind, architecture: &Architecture) -> String {
    let classes = match kind {
        ReaderKind::Cnn => "a score for each digit, each amount symbol and \"not a digit\"",
        _ => "a score for each digit",
    };
    format!(
        "A convolutional network of {} parameters, {:.1} million operations a digit. It takes glyphs of 28x28 pixels, ink \
         high, as MNIST has them, and gives {classes}.",
        architecture.parameter_count(),
        architecture.mflop()
    )
}

fn classical_card<'a>(
    arguments: &Train,
    request: &FitRequest,
    report: &'a FitReport,
    samples: &Samples,
    out: &'a Path,
    bytes: &'a [u8],
) -> ModelCard<'a> {
    let features = match report.kept {
        Some(_) => format!(" --features {} --components {}", request.features.name(), request.components),
        None => String::new(),
    };
    let (version, seed, temperature) = (env!("CARGO_PKG_VERSION"), request.seed, report.reader.temperature());
    let mut facts = vec![
        format!("Command: `{}{features}`", command(arguments, out)),
        format!("scantally {version}, seed {seed}, {} images, {:.0} seconds", report.examples, report.seconds),
        format!("Temperature of the confidences: {temperature:.4}, fitted on the validation images"),
    ];
    facts.extend(features_line(request, report));
    let sources = samples.digits.iter().chain(&samples.symbols);
    ModelCard {
        out,
        subject: "digits",
        description: method(arguments.reader).to_owned(),
        facts,
        bytes,
        weight_heading: None,
        sources: sources.map(|source| (source.name.clone(), source.samples.len(), 1.0)).collect(),
        validation: &report.validation,
    }
}

fn method(kind: ReaderKind) -> &'static str {
    match kind {
        ReaderKind::Knn => {
            "The nearest training glyphs, pixel by pixel, found exactly. The file holds all training glyphs."
        }
        ReaderKind::Forest => "A random forest; what its leaves say is counted over all training glyphs.",
        ReaderKind::Svm => "A support vector machine with a Gaussian kernel and a decision between every two classes.",
        ReaderKind::Bayes => "Gaussian naive Bayes.",
        ReaderKind::Tree => "A single decision tree.",
        ReaderKind::Cnn | ReaderKind::Original | ReaderKind::OriginalPooled => "A convolutional network.",
    }
}

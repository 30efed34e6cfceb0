//! `train --lines`: labelled digits in; a reader of whole lines, taught on lines drawn with them, and its card out.

use std::path::Path;

use scantally::table::path_text;
use scantally::train::line::material::LINE_BATCH_SIZE;
use scantally::train::line::{EPOCH_BATCHES, LineProgress, LineReport, LineRequest, train};
use scantally::train::samples::Samples;

use crate::cli::Train;
use crate::commands::card::ModelCard;
use crate::commands::cores;
use crate::printer;

/// Width of a usual line in pixels of a strip, for the figure of operations.
const USUAL_WIDTH_PX: usize = 120;

/// Trains and writes the model.
pub(super) fn run(arguments: &Train, out: &Path) -> anyhow::Result<()> {
    let standard = LineRequest::default();
    let request = LineRequest {
        epochs: arguments.epochs.unwrap_or(standard.epochs),
        seed: arguments.seed,
        threads: arguments.threads.map_or_else(cores, usize::from),
        ..standard
    };
    let samples = Samples::read(&arguments.data)?;
    let report = train(&request, &samples, &mut |progress| printer::lines(&epoch_line(progress)))?;
    let bytes = report.weights.to_bytes()?;
    super::keep(out, &bytes, &card(arguments, &request, &report, out, &bytes).text(), report.seconds)
}

fn epoch_line(progress: &LineProgress) -> String {
    format!(
        "epoch {} of {}: loss {:.4}, {:.2} % of the lines without an error, {:.0} lines a second",
        progress.epoch,
        progress.epochs,
        progress.loss,
        100.0 * progress.accuracy,
        progress.lines_a_second
    )
}

fn card<'a>(
    arguments: &Train,
    request: &LineRequest,
    report: &'a LineReport,
    out: &'a Path,
    bytes: &'a [u8],
) -> ModelCard<'a> {
    let data: Vec<String> = arguments.data.iter().map(|folder| path_text(folder)).collect();
    let (version, seed, epochs) = (env!("CARGO_PKG_VERSION"), request.seed, request.epochs);
    let (lines, seconds) = (LINE_BATCH_SIZE * EPOCH_BATCHES, report.seconds);
    let command = format!("scantally train --lines --data {} --out {}", data.join(" "), path_text(out));
    ModelCard {
        out,
        subject: "lines",
        description: format!(
            "A convolutional network of {} parameters, {:.0} million operations for a line of {USUAL_WIDTH_PX} columns, trained with \
             connectionist temporal classification. It takes strips of 32 rows, ink high, and gives for every fourth column a \
             score for \"nothing\", each digit and each symbol of amounts. All lines it has seen were drawn: digits of the \
             data below and drawn ones, by many hands and pens, on clean and on busy paper.",
            request.architecture.parameter_count(),
            request.architecture.megaflop(USUAL_WIDTH_PX)
        ),
        facts: vec![
            format!("Command: `{command} --seed {seed} --epochs {epochs}`"),
            format!("scantally {version}, seed {seed}, {epochs} epochs of {lines} drawn lines, {seconds:.0} seconds"),
            format!("Temperature of the scores: {:.2}, fitted on the validation lines", report.weights.temperature),
        ],
        bytes,
        weight_heading: Some("used for each time a digit of MNIST is"),
        sources: report.sources.clone(),
        validation: std::slice::from_ref(&report.validation),
    }
}

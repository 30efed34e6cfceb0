//! `extract`: reads the scans below the INPUTs and writes the tables.

mod explain;
mod inputs;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Instant, SystemTime};

use anyhow::Context;
use scantally::batch::{self, Ending, FileList, FileOutcome, Task, WORKER_NAME};
use scantally::consistency::control_total::ControlTotals;
use scantally::number::Number;
use scantally::number::threshold::min_confidence_for;
use scantally::pipeline::{Pipeline, Settings};
use scantally::scan::{Limits, Scan};
use scantally::table::{ModelRecord, RunRecord, Tables, Timings, path_text, utc_timestamp};

use crate::cli::Extract;
use crate::commands::{cores, forms, model};
use crate::exit::ExitStatus;
use crate::printer::{self, Detail, Failures, Watcher};
use explain::Explainer;

/// Runs the command.
pub fn run(arguments: &Extract) -> anyhow::Result<ExitStatus> {
    let beginning = (Instant::now(), SystemTime::now());
    let forms = forms::load(&arguments.template)?;
    let settings = Settings {
        layout: arguments.layout,
        cheque: forms.cheque,
        kind: arguments.kind,
        decimal: arguments.decimal,
        min_confidence: arguments.max_error.map_or(arguments.min_confidence, min_confidence_for),
        with_style: arguments.style,
        repair: arguments.repair,
    };
    let (reader, model) = model::load(arguments.reader, arguments.model.as_deref())?;
    let (line_reader, line_model) = model::load_lines(arguments.line_model.as_deref())?;
    let outputs: Vec<&Path> =
        [Some(&arguments.output), arguments.explain.as_ref()].into_iter().flatten().map(PathBuf::as_path).collect();
    let list = batch::collect(inputs::expand(&arguments.inputs)?, &outputs);
    if !list.files.iter().any(|file| file.task == Task::Read) {
        return nothing_to_read(&list);
    }
    let pipeline = Pipeline::new(reader, line_reader, settings).with_forms(forms.known);
    let mut tables = Tables::create(&arguments.output, settings.with_style)?;
    let mut failures = Failures::default();
    let mut totals = ControlTotals::new(arguments.control_totals.iter().cloned());
    let ending = read_all(arguments, &list, &pipeline, &mut |outcome| {
        failures.note(&outcome);
        let pages: Vec<(usize, &[Number])> =
            outcome.pages.iter().map(|page| (page.page, page.numbers.as_slice())).collect();
        pages.iter().for_each(|(page, numbers)| totals.add(&outcome.row.source, *page, numbers));
        tables.write_file(&outcome.row, &pages)
    })?;
    let mut record = record(arguments, &settings, (model, line_model), &list, &tables, ending, beginning);
    record.control_totals = totals.outcomes();
    record.templates = forms.record;
    let stages = pipeline.stopwatch().milliseconds();
    record.timings.stages_ms = stages.iter().map(|(stage, sum)| (stage.name().to_owned(), *sum)).collect();
    tables.publish(&record)?;
    let is_interrupted = ending == Ending::Interrupted;
    if detail(arguments) != Detail::Errors {
        let summary = printer::summary(&record.counts, &record.timings, &failures, &arguments.output, is_interrupted);
        printer::lines(&summary);
        if let Some(max_error) = arguments.max_error {
            printer::lines(&printer::share_read(&record.counts, max_error));
        }
        record.control_totals.iter().for_each(|total| printer::lines(&printer::control_total(total)));
    }
    if arguments.timings {
        printer::lines(&printer::stages(&stages, record.counts.pages_read));
    }
    let status = ExitStatus::of_counts(&record.counts);
    Ok(if is_interrupted { ExitStatus::Interrupted } else { status })
}

/// Nothing to open: says why, and leaves an earlier result where it is.
fn nothing_to_read(list: &FileList) -> anyhow::Result<ExitStatus> {
    for file in &list.files {
        if let Task::Report { error, .. } = &file.task {
            printer::remark(error);
        }
    }
    anyhow::bail!("there is nothing to read; name scans or a folder that holds some")
}

fn read_all(
    arguments: &Extract,
    list: &FileList,
    pipeline: &Pipeline,
    sink: &mut dyn FnMut(FileOutcome) -> scantally::error::Result<()>,
) -> anyhow::Result<Ending> {
    let options = batch::Options {
        threads: threads(arguments),
        limits: Limits { max_pixels: arguments.max_pixels, ..Limits::default() },
    };
    let interrupted = stop_on_signal()?;
    quiet_worker_panics(arguments.verbose);
    let explainer = arguments.explain.as_deref().map(Explainer::create).transpose()?;
    let read_page = |scan: &Scan, page: usize| match &explainer {
        Some(explainer) => explainer.read_page(pipeline, scan, page),
        None => pipeline.decode_page(scan, page).and_then(|page| pipeline.read_page(page)),
    };
    let mut sink = |outcome| explainer.as_ref().map_or(Ok(()), Explainer::check).and_then(|()| sink(outcome));
    let watcher = Watcher::new(list.files.len(), detail(arguments), !arguments.no_progress);
    let ending = batch::run_with(&list.files, &read_page, &options, &watcher, &interrupted, &mut sink);
    watcher.finish();
    Ok(ending?)
}

fn threads(arguments: &Extract) -> usize {
    arguments.threads.map_or_else(cores, usize::from)
}

fn detail(arguments: &Extract) -> Detail {
    match arguments {
        Extract { quiet: true, .. } => Detail::Errors,
        Extract { verbose: true, .. } => Detail::Files,
        _ => Detail::Summary,
    }
}

/// A flag that the first ctrl-C sets; the second one ends the program on the spot.
fn stop_on_signal() -> anyhow::Result<Arc<AtomicBool>> {
    let interrupted = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&interrupted);
    ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(i32::from(ExitStatus::Interrupted.code()));
        }
    })
    .context("ctrl-C cannot be watched for")?;
    Ok(interrupted)
}

/// A panic in a worker becomes a failed row; its message on the terminal would only tear the progress bar.
fn quiet_worker_panics(verbose: bool) {
    let default = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let is_worker = std::thread::current().name().is_some_and(|name| name.starts_with(WORKER_NAME));
        if verbose || !is_worker {
            default(panic);
        }
    }));
}

fn record(
    arguments: &Extract,
    settings: &Settings,
    (model, line_model): (ModelRecord, ModelRecord),
    list: &FileList,
    tables: &Tables,
    ending: Ending,
    beginning: (Instant, SystemTime),
) -> RunRecord {
    let seconds = beginning.0.elapsed().as_secs_f64();
    let counts = tables.counts();
    let pages_per_second = if seconds > 0.0 { counts.pages_read as f64 / seconds } else { 0.0 };
    RunRecord {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        inputs: arguments.inputs.iter().map(|input| path_text(input)).collect(),
        options: options(arguments, settings),
        model,
        line_model,
        counts,
        templates: Vec::new(),
        control_totals: Vec::new(),
        hidden_left_out: list.hidden,
        interrupted: ending == Ending::Interrupted,
        timings: Timings { started: utc_timestamp(beginning.1), seconds, pages_per_second, ..Timings::default() },
    }
}

/// The options in force, as run.json shows them.
fn options(arguments: &Extract, settings: &Settings) -> serde_json::Value {
    let path = |path: &Path| path_text(path);
    let rounded = |share: f32| (f64::from(share) * 1e6).round() / 1e6;
    serde_json::json!({
        "output": path(&arguments.output),
        "layout": settings.layout,
        "kind": settings.kind,
        "decimal": settings.decimal,
        "max_error": arguments.max_error.map(rounded),
        "min_confidence": rounded(settings.min_confidence),
        "style": settings.with_style,
        "repair": settings.repair,
        "control_totals": arguments.control_totals.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "explain": arguments.explain.as_deref().map(path),
        "max_pixels": arguments.max_pixels,
        "threads": threads(arguments),
    })
}

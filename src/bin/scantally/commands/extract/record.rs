//! What a run is, as data: the options that decide what is read, by which a run may go on, and the record in run.json.

use std::path::Path;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use scantally::consistency::control_total::Outcome;
use scantally::table::{Counts, RunRecord, Timings, path_text, utc_timestamp};

use super::Prepared;
use super::session::threads;
use crate::cli::Extract;

/// When a run began, in two views.
#[derive(Clone, Copy)]
pub struct Beginning(Instant, SystemTime);

impl Beginning {
    pub fn now() -> Self {
        Self(Instant::now(), SystemTime::now())
    }

    /// A name for the run that no other one has: its time, and a part of a hash of time and process.
    pub fn run_id(&self) -> String {
        let nanoseconds = self.1.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
        let hash = blake3::hash(format!("{nanoseconds} {}", std::process::id()).as_bytes());
        format!("{}-{}", utc_timestamp(self.1), &hash.to_hex()[..8])
    }
}

/// Whatever decides which rows come out: a run goes on only where all of it is the same.
pub fn deciding_options(arguments: &Extract, prepared: &Prepared) -> serde_json::Value {
    let inputs = arguments.inputs.iter().chain(&arguments.run.watch);
    serde_json::json!({
        "version": env!("CARGO_PKG_VERSION"),
        "inputs": inputs.map(|input| path_text(input)).collect::<Vec<_>>(),
        "settings": prepared.settings,
        "pictures": prepared.pictures,
        "templates": prepared.templates,
        "model": prepared.model,
        "line_model": prepared.line_model,
        "exclude": arguments.exclude,
        "pages": arguments.pages.as_ref().map(ToString::to_string),
        "max_pixels": arguments.max_pixels,
        "keep_duplicates": arguments.run.keep_duplicates,
    })
}

/// What came of a run.
pub struct Result {
    pub run_id: String,
    pub counts: Counts,
    pub read_now: usize,
    pub control_totals: Vec<Outcome>,
    pub hidden_left_out: usize,
    pub excluded_left_out: usize,
    pub interrupted: bool,
}

/// The content of run.json.
pub fn run_record(arguments: &Extract, prepared: &Prepared, beginning: Beginning, result: Result) -> RunRecord {
    let seconds = beginning.0.elapsed().as_secs_f64();
    let stages = prepared.pipeline.stopwatch().milliseconds();
    let stages_ms = stages.into_iter().map(|(stage, sum)| (stage.name().to_owned(), sum)).collect();
    let pages_per_second = if seconds > 0.0 { result.read_now as f64 / seconds } else { 0.0 };
    RunRecord {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        run_id: result.run_id,
        inputs: arguments.inputs.iter().map(|input| path_text(input)).collect(),
        options: options(arguments, prepared),
        model: prepared.model.clone(),
        line_model: prepared.line_model.clone(),
        counts: result.counts,
        templates: prepared.templates.clone(),
        control_totals: result.control_totals,
        hidden_left_out: result.hidden_left_out,
        excluded_left_out: result.excluded_left_out,
        interrupted: result.interrupted,
        timings: Timings { started: utc_timestamp(beginning.1), seconds, pages_per_second, stages_ms },
    }
}

/// The options in force, as run.json shows them.
fn options(arguments: &Extract, prepared: &Prepared) -> serde_json::Value {
    let settings = &prepared.settings;
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
        "exclude": arguments.exclude,
        "pages": arguments.pages.as_ref().map(ToString::to_string),
        "formats": arguments.result.formats().iter().map(|format| format.name()).collect::<Vec<_>>(),
        "wide": arguments.result.wide,
        "crops": arguments.result.crop_files(),
        "crops_of": prepared.pictures.crops,
        "max_pixels": arguments.max_pixels,
        "threads": threads(arguments),
        "resume": arguments.run.resume,
        "watch": arguments.run.watch.as_deref().map(path),
        "settle_seconds": arguments.run.settle.as_secs_f64(),
        "timeout_seconds": arguments.run.timeout.as_secs_f64(),
        "keep_duplicates": arguments.run.keep_duplicates,
    })
}

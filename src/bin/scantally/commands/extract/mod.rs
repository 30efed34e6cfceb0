//! `extract`: reads the scans below the INPUTs and writes the tables.

mod explain;
mod inputs;
mod record;
mod session;
mod watch;

use std::path::PathBuf;

use scantally::crop::PictureOptions;
use scantally::number::threshold::min_confidence_for;
use scantally::pipeline::{Pipeline, Settings};
use scantally::table::{Identifiers, ModelRecord};

use crate::cli::Extract;
use crate::commands::{forms, model};
use crate::exit::ExitStatus;
use session::Session;

/// Runs the command.
pub fn run(arguments: &Extract) -> anyhow::Result<ExitStatus> {
    let prepared = Prepared::of(arguments)?;
    match &arguments.run.watch {
        Some(folder) => watch::run(arguments, prepared, folder),
        None => {
            let inputs = inputs::expand(&arguments.inputs)?;
            let Some(mut session) = Session::begin(arguments, prepared, &inputs)? else {
                anyhow::bail!("there is nothing to read; name scans or a folder that holds some");
            };
            session.read()?;
            session.publish()
        }
    }
}

/// What a run needs before it opens its output folder: whatever is wrong with models and templates leaves an earlier result as it is.
struct Prepared {
    settings: Settings,
    pictures: PictureOptions,
    pipeline: Pipeline,
    model: ModelRecord,
    line_model: ModelRecord,
    templates: Vec<serde_json::Value>,
    identifiers: Identifiers,
}

impl Prepared {
    fn of(arguments: &Extract) -> anyhow::Result<Self> {
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
        let has_templates = !forms.known.is_empty();
        let identifiers = forms::identifiers(&settings, has_templates, forms.digit_fields);
        let pipeline = Pipeline::new(reader, line_reader, settings).with_forms(forms.known);
        let pictures = arguments.result.pictures();
        Ok(Self { settings, pictures, pipeline, model, line_model, templates: forms.record, identifiers })
    }
}

/// The folders that results go to, which are no input.
fn output_folders(arguments: &Extract) -> Vec<PathBuf> {
    [Some(&arguments.output), arguments.explain.as_ref()].into_iter().flatten().cloned().collect()
}

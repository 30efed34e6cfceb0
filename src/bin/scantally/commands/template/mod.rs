//! `template`: templates of forms in; what is wrong with them, their schema, pictures or other templates out.

mod check;
mod draft;
mod import;
mod schema;
mod trial;

use std::path::Path;

use scantally::error::Error;

use crate::cli::{Template, TemplateCommand};
use crate::exit::ExitStatus;
use crate::printer;

/// Runs the command.
pub fn run(arguments: &Template) -> anyhow::Result<ExitStatus> {
    match &arguments.command {
        TemplateCommand::Draft(arguments) => draft::run(arguments),
        TemplateCommand::Check(arguments) => check::run(arguments),
        TemplateCommand::Schema(arguments) => schema::run(arguments),
        TemplateCommand::Import(arguments) => import::run(arguments),
        TemplateCommand::Trial(arguments) => trial::run(arguments),
    }
}

/// Writes a result to a file, or to stdout where there is none.
fn deliver(text: &str, output: Option<&Path>) -> anyhow::Result<()> {
    match output {
        Some(path) => Ok(write(path, text.as_bytes())?),
        None => printer::result(text),
    }
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    std::fs::write(path, bytes).map_err(|cause| Error::Output { path: path.to_owned(), reason: cause.to_string() })
}

//! `template`: makes templates.

mod draft;

use crate::cli::{Template, TemplateCommand};
use crate::exit::ExitStatus;

/// Runs the command.
pub fn run(arguments: &Template) -> anyhow::Result<ExitStatus> {
    match &arguments.command {
        TemplateCommand::Draft(arguments) => draft::run(arguments),
    }
}

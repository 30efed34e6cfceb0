//! `template schema`: the JSON Schema of templates out.

use scantally::template;

use super::deliver;
use crate::cli::TemplateSchema;
use crate::exit::ExitStatus;

/// Runs the command.
pub fn run(arguments: &TemplateSchema) -> anyhow::Result<ExitStatus> {
    deliver(&format!("{:#}\n", template::schema()), arguments.output.as_deref())?;
    Ok(ExitStatus::AllRead)
}

//! `template import`: a template of OMRChecker in, a template and remarks about what was not taken over out.

use scantally::error::Error;
use scantally::template;

use super::deliver;
use crate::cli::TemplateImport;
use crate::exit::ExitStatus;
use crate::printer;

/// Runs the command.
pub fn run(arguments: &TemplateImport) -> anyhow::Result<ExitStatus> {
    let text = std::fs::read_to_string(&arguments.file).map_err(|cause| Error::Template {
        path: arguments.file.clone(),
        reason: format!("cannot be read: {cause}"),
    })?;
    let (template, remarks) = template::import_omrchecker(&text, &arguments.file)?;
    deliver(&template::write(&template), arguments.output.as_deref())?;
    remarks.iter().for_each(|remark| printer::remark(remark));
    Ok(ExitStatus::AllRead)
}

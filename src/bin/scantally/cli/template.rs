//! The arguments of `template` and its subcommands.

mod draft;

use clap::{Args, Subcommand};

pub use draft::Draft;

/// Make templates: what a form looks like and what its numbers are
#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub struct Template {
    #[command(subcommand)]
    pub command: TemplateCommand,
}

/// What is done with templates.
#[derive(Debug, Subcommand)]
pub enum TemplateCommand {
    Draft(Draft),
}

//! The arguments of `template` and its commands.

mod draft;

use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Subcommand, ValueHint};

use super::Cli;

pub use draft::Draft;

/// Check templates of forms, draft them, list what they may hold, or take over those of another program
///
/// A template is a TOML file that says where the numbers of a form stand and what they are.
///
/// Exit codes: 0 done; 2 wrong arguments, or a template that is not valid; 4 the scan cannot be read; 5 the output cannot be written.
#[derive(Debug, Args)]
#[command(arg_required_else_help = true, subcommand_required = true)]
pub struct Template {
    #[command(subcommand)]
    pub command: TemplateCommand,
}

#[derive(Debug, Subcommand)]
pub enum TemplateCommand {
    Draft(Draft),
    Check(TemplateCheck),
    Schema(TemplateSchema),
    Import(TemplateImport),
    Trial(TemplateTrial),
}

/// Say what is wrong with templates, or draw one on a scan
///
/// Every mistake is told as FILE:LINE:COLUMN and what to do about it. Of a valid template the name and the numbers of fields and rules are
/// printed.
#[derive(Debug, Args)]
pub struct TemplateCheck {
    /// The templates
    #[arg(value_name = "FORM.toml", required = true, value_hint = ValueHint::FilePath)]
    pub forms: Vec<PathBuf>,

    /// Draw the fields of the template on the first page of this scan
    #[arg(long, value_name = "SCAN", requires = "output", value_hint = ValueHint::FilePath)]
    pub scan: Option<PathBuf>,

    /// The picture to write, a PNG
    #[arg(short, long, value_name = "PICTURE.png", requires = "scan", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
}

/// Print the JSON Schema of templates, by which editors check and complete them
#[derive(Debug, Args)]
pub struct TemplateSchema {
    /// Write it to this file instead of the terminal
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
}

/// Make a template of a template.json of OMRChecker
///
/// Each bubble becomes a check box, called by the label of its field and its value, such as q1_A. What was assumed and what was not taken over
/// is told.
#[derive(Debug, Args)]
pub struct TemplateImport {
    /// OMRChecker's file
    #[arg(value_name = "TEMPLATE.json", value_hint = ValueHint::FilePath)]
    pub file: PathBuf,

    /// Write the template to this file instead of the terminal
    #[arg(short, long, value_name = "FORM.toml", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
}

/// Measure what the rules of a template find and repair
///
/// Reads scans whose numbers are known, forces one right reading of each page wrong by its runner-up, and counts how many of these the rules
/// catch, how many they repair rightly, and on how many pages they make a right value wrong.
#[derive(Debug, Args)]
pub struct TemplateTrial {
    /// The template, with rules
    #[arg(value_name = "FORM.toml", value_hint = ValueHint::FilePath)]
    pub form: PathBuf,

    /// Scans of the form, a file or a folder
    #[arg(value_name = "SCANS", value_hint = ValueHint::AnyPath)]
    pub scans: PathBuf,

    /// The truth, as `score` reads it
    #[arg(value_name = "TRUTH.csv", value_hint = ValueHint::FilePath)]
    pub truth: PathBuf,
}

impl TemplateCheck {
    /// Ends the program where a scan is to show more than one template.
    pub fn check(&self) {
        if self.scan.is_some() && self.forms.len() > 1 {
            let reason = "--scan shows one template: give one FORM.toml with it";
            Cli::command().error(ErrorKind::TooManyValues, reason).exit();
        }
    }
}

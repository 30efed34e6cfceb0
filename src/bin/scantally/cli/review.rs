//! The arguments of `review` and its commands.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};

/// Take corrections back that people made in a spreadsheet or in numbers.html
///
/// Exit codes: 0 done; 2 wrong arguments, or no run where it should be; 3 done, but some rows were refused; 4 the table cannot be read; 5 the
/// output cannot be written.
#[derive(Debug, Args)]
#[command(arg_required_else_help = true, subcommand_required = true)]
pub struct Review {
    #[command(subcommand)]
    pub command: ReviewCommand,
}

#[derive(Debug, Subcommand)]
pub enum ReviewCommand {
    Apply(ReviewApply),
}

/// Take the corrections of a table into the output folder of its run
///
/// Writes numbers.reviewed.csv (the numbers with the corrections, who made them and when), review_audit.csv (every change; nothing is
/// ever taken out of it) and training/ (the digits of the corrected numbers as images, for `scantally train --data`).
///
/// A correction stands in the column `corrected`: the right value, the value as read to confirm it, or `empty`. In a numbers.csv without that
/// column a changed value is a correction, unless the spreadsheet only wrote it in its own way (1234 for 001234). Rows of another run,
/// of a scan that has changed, or with something that is no number are refused, and the others are taken.
#[derive(Debug, Args)]
pub struct ReviewApply {
    /// numbers.xlsx, a CSV saved from it or from numbers.html, or a numbers.csv that was edited
    #[arg(value_name = "TABLE", value_hint = ValueHint::FilePath)]
    pub table: PathBuf,

    /// The output folder of the run [default: the folder that the table lies in]
    #[arg(short, long, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub output: Option<PathBuf>,

    /// Who made the corrections, where the table does not say so [default: the login name]
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
}

//! The arguments: what the user typed in, checked values out. What is done with them is left to `commands`.

mod compare;
mod evaluate;
mod extract;
mod result;
mod review;
mod run;
#[cfg(feature = "web")]
mod serve;
mod study;
mod synth;
mod template;
mod train;

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{ArgAction, Args, Parser, Subcommand, ValueHint};
use scantally::reader::ReaderKind;

pub use compare::Compare;
pub use evaluate::Evaluate;
pub use extract::Extract;
pub use review::{Review, ReviewApply, ReviewCommand};
#[cfg(feature = "web")]
pub use serve::Serve;
pub use study::Study;
pub use synth::Synth;
pub use template::{Draft, Template, TemplateCheck, TemplateCommand, TemplateImport, TemplateSchema, TemplateTrial};
pub use train::Train;

/// Reads the handwritten numbers on scanned forms and cheques and writes them, with confidences, to CSV.
#[derive(Debug, Parser)]
#[command(name = "scantally", version, arg_required_else_help = true, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Extract(Extract),
    Review(Review),
    #[cfg(feature = "web")]
    Serve(Serve),
    Score(Score),
    Train(Train),
    Evaluate(Evaluate),
    Compare(Compare),
    Study(Study),
    Synth(Synth),
    Template(Template),
    HelpFiles(HelpFiles),
}

/// Compare a result with the truth and print how good it is
///
/// The truth is a CSV with the columns source, page, field and value, and x, y, width and height where boxes are known. A
/// number belongs to the truth of the same source, page and field; where the names do not meet, to the truth whose box
/// holds most of the number's box.
///
/// Tenfold errors have the digits of the truth and another size, as a lost decimal mark makes them. `read at 1 % wrong` is the
/// most that could be accepted by confidence alone with one in a hundred of the accepted wrong.
#[derive(Debug, Args)]
pub struct Score {
    /// The numbers.csv of a run
    #[arg(value_name = "NUMBERS.csv", value_hint = ValueHint::FilePath)]
    pub numbers: PathBuf,

    /// The truth
    #[arg(value_name = "TRUTH.csv", value_hint = ValueHint::FilePath)]
    pub truth: PathBuf,

    /// Compare digits alone, where the truth leaves out separators and signs
    #[arg(long)]
    pub digits_only: bool,

    /// Leave out the scans that this CSV lists in its column `source`, such as those whose labels are in doubt
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub exclude: Option<PathBuf>,

    /// Write every wrong, missed and spurious number to this CSV
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub mismatches: Option<PathBuf>,

    /// Write to this CSV from what confidence on at most 0.1 to 10 % of the accepted numbers are wrong, and what share that accepts
    ///
    /// By such a table, measured on labelled lines, `extract --max-error` sets its threshold.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub calibration: Option<PathBuf>,

    /// Print the figures as JSON
    #[arg(long, action = ArgAction::SetTrue)]
    pub json: bool,
}

/// Write manual pages and shell completions to a folder
#[derive(Debug, Args)]
pub struct HelpFiles {
    /// Folder for the files; created where it is missing
    #[arg(value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub folder: PathBuf,
}

fn reader_parser() -> impl TypedValueParser<Value = ReaderKind> {
    PossibleValuesParser::new(ReaderKind::ALL.map(ReaderKind::name))
        .map(|name| ReaderKind::from_name(&name).unwrap_or(ReaderKind::Cnn))
}

/// A share between 0 and 1.
fn share(text: &str) -> Result<f32, String> {
    match text.parse() {
        Ok(share) if (0.0..=1.0).contains(&share) => Ok(share),
        _ => Err("give a number from 0 to 1, such as 0.9".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn shares_lie_between_0_and_1() {
        assert_eq!(share("0.95"), Ok(0.95));
        for text in ["1.01", "-0.1", "NaN", "90%", ""] {
            assert!(share(text).is_err(), "{text}");
        }
    }
}

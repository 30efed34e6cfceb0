//! The options of `extract` that say how a run goes: resuming, watching, bounds of time and memory. None of them changes what is read.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueHint};

use super::extract::quantity;

/// How a run goes.
#[derive(Debug, Args)]
#[command(next_help_heading = "How the run goes")]
pub struct RunOptions {
    /// Go on with the run that the output folder holds: what was read is not read again
    ///
    /// The result is byte for byte that of a run which was never interrupted. Files that failed, changed or came anew are read. The inputs,
    /// options and models must be the same.
    #[arg(long, conflicts_with = "force")]
    pub resume: bool,

    /// Start anew, whatever the output folder holds
    #[arg(long)]
    pub force: bool,

    /// Keep looking for new scans in this folder and read them as they come, until ctrl-C; the tables are written again each time
    ///
    /// It counts as an INPUT. What was read stays in the tables when its file is moved away.
    #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub watch: Option<PathBuf>,

    /// A file that changes while it is read is read again when it has rested so long; with --watch no file is read before
    #[arg(long, value_name = "SECONDS", default_value = "2", value_parser = seconds)]
    pub settle: Duration,

    /// How long opening a scan or reading one of its pages may take before it is given up
    #[arg(long, value_name = "SECONDS", default_value = "120", value_parser = seconds)]
    pub timeout: Duration,

    /// How many bytes the pages under way may take together, such as 2G [default: a quarter of the machine's memory]
    #[arg(long, value_name = "BYTES", value_parser = quantity)]
    pub max_memory: Option<u64>,

    /// Read scans whose content is the same as that of another one, too
    #[arg(long)]
    pub keep_duplicates: bool,

    /// Print what happens as JSON, one object a line, instead of text for people
    #[arg(long, value_name = "FORMAT", value_parser = ["json"])]
    pub log: Option<String>,
}

/// A time in seconds, such as 2 or 0.5; 0 is allowed.
fn seconds(text: &str) -> Result<Duration, String> {
    let number: f64 = text.parse().map_err(|_| "give a number of seconds, such as 30".to_owned())?;
    Duration::try_from_secs_f64(number)
        .ok()
        .filter(|duration| duration.as_secs() <= 366 * 86_400)
        .ok_or_else(|| "give a number of seconds, such as 30".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_seconds() {
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        assert_eq!(seconds("0"), Ok(Duration::ZERO));
        for text in ["", "-1", "NaN", "inf", "1e99", "2s"] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }
}

//! The arguments of `study`.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueHint};
use scantally::study::{Pooling, Setting};

/// Train small networks with every combination of some settings and compare them
///
/// Writes study.csv (one row a run) and chart.png, and prints the settings by their accuracy on validation images, with the
/// spread over seeds beside the spread over settings. A study that was broken off goes on where it stopped when it is called
/// again: runs that stand in study.csv are not done twice.
#[derive(Debug, Args)]
pub struct Study {
    /// Folders of labelled digits (idx or idx.gz, as MNIST has them); their test parts are not trained on
    #[arg(long, value_name = "FOLDER", required = true, num_args = 1.., value_hint = ValueHint::DirPath)]
    pub data: Vec<PathBuf>,

    /// Part of the folders, such as t10k, whose accuracy is written down too; it decides nothing
    #[arg(long, value_name = "NAME")]
    pub test: Option<String>,

    /// Channels of the hidden layers, joined by `-`, such as 64-32
    #[arg(long, value_name = "LIST", value_delimiter = ',', default_value = "16,32,16-16,32-16", value_parser = widths)]
    pub widths: Vec<Vec<usize>>,

    /// Widths of the kernels in pixels
    #[arg(long, value_name = "LIST", value_delimiter = ',', default_value = "3", value_parser = positive)]
    pub kernels: Vec<usize>,

    /// What follows each hidden layer: none, max
    #[arg(long, value_name = "LIST", value_delimiter = ',', default_value = "none", value_parser = pooling_parser())]
    pub pooling: Vec<Pooling>,

    /// Images a step
    #[arg(long, value_name = "LIST", value_delimiter = ',', default_value = "16,64,256", value_parser = positive)]
    pub batch_sizes: Vec<usize>,

    /// Step sizes of Adam
    #[arg(long, value_name = "LIST", value_delimiter = ',', default_value = "0.001", value_parser = rate)]
    pub learning_rates: Vec<f32>,

    /// How often every image is shown
    #[arg(long, value_name = "LIST", value_delimiter = ',', default_value = "3", value_parser = positive)]
    pub epochs: Vec<usize>,

    /// Runs of each setting, with the seeds 1 to N
    #[arg(long, value_name = "N", default_value = "3", value_parser = clap::value_parser!(u64).range(1..=10_000))]
    pub seeds: u64,

    /// Train on N images at most, the same for all runs
    #[arg(long, value_name = "N", value_parser = positive)]
    pub images: Option<usize>,

    /// Try N settings drawn at random instead of all
    #[arg(long, value_name = "N", value_parser = positive)]
    pub random: Option<usize>,

    /// Another seed draws other settings
    #[arg(long, value_name = "N", default_value = "1", requires = "random")]
    pub seed: u64,

    /// Runs at the same time [default: one for each processor core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,

    /// Folder for study.csv and chart.png; created where it is missing
    #[arg(short, long, value_name = "FOLDER", default_value = "output/study", value_hint = ValueHint::DirPath)]
    pub output: PathBuf,
}

fn pooling_parser() -> impl TypedValueParser<Value = Pooling> {
    PossibleValuesParser::new(["none", "max"]).map(|name| Pooling::named(&name).unwrap_or(Pooling::None))
}

/// The channels of hidden layers, such as 64-32.
fn widths(text: &str) -> Result<Vec<usize>, String> {
    let widths = Setting::widths_of(text).filter(|widths| widths.iter().all(|&width| width <= 1024));
    widths.ok_or_else(|| "give channels from 1 to 1024, one for each layer, such as 64-32".to_owned())
}

/// A whole number above 0.
fn positive(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|&number| number > 0).ok_or_else(|| "give a whole number above 0".to_owned())
}

/// A learning rate.
fn rate(text: &str) -> Result<f32, String> {
    let rate = text.parse().ok().filter(|&rate: &f32| rate > 0.0 && rate <= 1.0);
    rate.ok_or_else(|| "give a number above 0 and up to 1, such as 0.001".to_owned())
}

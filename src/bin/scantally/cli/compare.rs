//! The arguments of `compare`.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use scantally::reader::ReaderKind;

use super::reader_parser;

/// Train readers on the same data and put their figures side by side
///
/// Prints a table: accuracy (a digit taken for a symbol or for no digit is an error), macro-F1, expected calibration error,
/// seconds of training, milliseconds a digit on one thread, size of the model file.
#[derive(Debug, Args)]
pub struct Compare {
    /// Folders of labelled digits (idx or idx.gz, as MNIST has them) to train on
    #[arg(long, value_name = "FOLDER", required = true, num_args = 1.., value_hint = ValueHint::DirPath)]
    pub data: Vec<PathBuf>,

    /// Folders of labelled digits to measure on [default: the test parts, such as t10k, of the data]
    #[arg(long, value_name = "FOLDER", num_args = 1.., value_hint = ValueHint::DirPath)]
    pub test: Vec<PathBuf>,

    /// Which readers, with commas between them [default: all]
    #[arg(long, value_name = "NAME,...", value_delimiter = ',', value_parser = reader_parser())]
    pub readers: Vec<ReaderKind>,

    /// Model files to load instead of training the readers that they hold; the files say which these are
    #[arg(long, value_name = "FILE", num_args = 1.., value_hint = ValueHint::FilePath)]
    pub model: Vec<PathBuf>,

    /// Folder for compare.csv and compare.png; created where it is missing
    #[arg(short, long, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub output: Option<PathBuf>,

    /// Train on at most this many images, evenly spread
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub limit: Option<u64>,

    /// How many times 64,000 images are shown to each network
    #[arg(long, value_name = "N", default_value_t = 2)]
    pub epochs: usize,

    /// Another seed trains other readers
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,

    /// Threads to train on [default: one for each processor core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
}

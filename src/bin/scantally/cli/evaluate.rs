//! The arguments of `evaluate`.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use scantally::reader::ReaderKind;

use super::reader_parser;

/// Measure a reader on labelled digits
///
/// Prints accuracy, calibration, a classification report, a confusion matrix and the error against the reject rate for each
/// part. With -o it writes them as tables and charts as well, and a sheet of the misread digits.
#[derive(Debug, Args)]
pub struct Evaluate {
    /// Folders of labelled digits (idx or idx.gz, as MNIST has them)
    #[arg(long, value_name = "FOLDER", required_unless_present = "confusion", num_args = 1.., value_hint = ValueHint::DirPath)]
    pub data: Vec<PathBuf>,

    /// Part of the folders, such as t10k [default: the test parts, or all where there are none]
    #[arg(long, value_name = "NAME")]
    pub part: Option<String>,

    /// What to read digits with; all but cnn, which is built in, need a model file of `scantally train --reader NAME`
    ///
    /// Without --model the file is models/NAME.safetensors.
    #[arg(long, value_name = "NAME", value_parser = reader_parser())]
    pub reader: Option<ReaderKind>,

    /// Model file to read with instead of the built-in one; it says itself which reader it is
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub model: Option<PathBuf>,

    /// Measure shifted, small, inverted, noisy and broad-stroked digits too
    #[arg(long)]
    pub robustness: bool,

    /// Report on this table of counts instead: a row a true class, a column a class read, names first
    #[arg(long, value_name = "FILE", conflicts_with_all = ["data", "part", "reader", "model", "robustness"], value_hint = ValueHint::FilePath)]
    pub confusion: Option<PathBuf>,

    /// Folder for the report as text, tables and charts; created where it is missing
    #[arg(short, long, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub output: Option<PathBuf>,
}

//! The arguments of `train`.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Args, CommandFactory, ValueHint};
use scantally::features::FeatureSet;
use scantally::reader::ReaderKind;
use scantally::train::TrainRequest;

use super::{Cli, reader_parser};

/// Train a reader on labelled digits
///
/// Writes the model and, beside it, a model card: data, seed, command and figures. The same data, seed and epochs give
/// the same model.
#[derive(Debug, Args)]
pub struct Train {
    /// Folders of labelled digits (idx or idx.gz, as MNIST has them); their test parts are left alone
    #[arg(long, value_name = "FOLDER", required = true, num_args = 1.., value_hint = ValueHint::DirPath)]
    pub data: Vec<PathBuf>,

    /// What to train: a network (cnn, original, original-pooled), or a classical reader
    #[arg(long, value_name = "NAME", default_value = "cnn", value_parser = reader_parser())]
    pub reader: ReaderKind,

    /// Train the reader of whole lines instead, on lines that are drawn with the digits
    #[arg(long, conflicts_with_all = ["reader", "features", "components"])]
    pub lines: bool,

    /// File for the model; the card gets the same name with .md [default: models/digits.safetensors, models/lines.safetensors, or
    /// models/NAME.safetensors]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub out: Option<PathBuf>,

    /// Another seed trains another reader
    #[arg(long, value_name = "N", default_value_t = TrainRequest::new(Vec::new()).seed)]
    pub seed: u64,

    /// Networks: how many times 64,000 images, or 16,000 lines, are shown [default: as often as to the built-in one]
    #[arg(long, value_name = "N")]
    pub epochs: Option<usize>,

    /// forest, svm, bayes and tree: what is measured of a glyph [default: what reads best]
    #[arg(long, value_name = "NAME", value_parser = features_parser())]
    pub features: Option<FeatureSet>,

    /// forest, svm, bayes and tree: principal components that are kept of it, 0 for all that varies [default: what reads best]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(0..=1000))]
    pub components: Option<u16>,

    /// Threads to train on [default: one for each processor core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
}

impl Train {
    /// Ends the program with a usage error where options do not go with the reader.
    pub fn check(&self) {
        let is_network = self.reader.architecture().is_some();
        let has_features = !is_network && self.reader != ReaderKind::Knn;
        let name = self.reader.name();
        if self.epochs.is_some() && !is_network {
            refuse(&format!("--epochs is for networks; {name} is fitted at once"));
        }
        if (self.features.is_some() || self.components.is_some()) && !has_features {
            refuse(&format!("--features and --components are for forest, svm, bayes and tree; {name} takes pixels"));
        }
    }
}

fn refuse(message: &str) -> ! {
    Cli::command().error(ErrorKind::ArgumentConflict, message).exit()
}

fn features_parser() -> impl TypedValueParser<Value = FeatureSet> {
    PossibleValuesParser::new(FeatureSet::ALL.map(FeatureSet::name))
        .map(|name| FeatureSet::from_name(&name).unwrap_or(FeatureSet::Pixels))
}

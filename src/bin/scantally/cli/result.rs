//! The options of `extract` that say in which formats the result is written.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use scantally::crop::{CropWish, PictureOptions};
use scantally::table::Format;

/// What is written beside the CSV tables.
#[derive(Debug, Args)]
pub struct ResultOptions {
    /// Formats beside the CSV tables: html is numbers.html, one file to look through the numbers and correct them in a browser
    #[arg(long = "format", value_name = "FORMAT", value_delimiter = ',', value_parser = format_parser())]
    pub formats: Vec<Format>,
}

impl ResultOptions {
    /// What has to be cut out of the pages.
    pub fn pictures(&self) -> PictureOptions {
        if self.formats.contains(&Format::Html) {
            return PictureOptions { crops: CropWish::All, full_size: false, thumbnails: true };
        }
        PictureOptions::default()
    }
}

fn format_parser() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(["html"]).map(|_| Format::Html)
}

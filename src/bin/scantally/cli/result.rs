//! The options of `extract` that say what is written beside the CSV tables. None of them changes what is read.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use scantally::crop::{CropWish, PictureOptions};
use scantally::table::{CropFiles, Format};

/// What is written.
#[derive(Debug, Args)]
#[command(next_help_heading = "What is written")]
pub struct ResultOptions {
    /// Formats of the result, with commas between: csv, which is always written, xlsx, html, jsonl, parquet
    ///
    /// xlsx (numbers.xlsx) is for people: each number with its picture, a column to correct it in, filters, colours, and a summary. html
    /// (numbers.html) is one file for a browser: what a person should look at, by keyboard, with the page and all digits side by side. jsonl
    /// (numbers.jsonl) and parquet (numbers.parquet) have the columns of numbers.csv for programs.
    #[arg(long, value_name = "FORMAT", value_delimiter = ',', default_value = "csv", value_parser = format_parser())]
    pub format: Vec<WantedFormat>,

    /// Write wide.csv, too: one row a page, one column a field, and a column `review` that names the fields to look at
    #[arg(long)]
    pub wide: bool,

    /// Write the picture of each number, or of each number and each digit, as a PNG file below crops/ in the output folder
    ///
    /// The column `crop` of numbers.csv says where; the pictures of digits have `.d1`, `.d2` ... in their names.
    #[arg(long, value_name = "WHAT", value_parser = crops_parser())]
    pub crops: Option<CropFiles>,

    /// Which numbers get a picture: those for review, or all [default: all with --crops or html, else review]
    #[arg(long, value_name = "WHICH", value_parser = crops_of_parser())]
    pub crops_of: Option<CropWish>,
}

/// A format as it is named on the command line: one beside the CSV tables, or these alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WantedFormat(Option<Format>);

/// The CSV tables, which need no writer of their own.
const CSV: &str = "csv";

impl ResultOptions {
    /// The formats beside the CSV tables, each once, in an order of their own.
    pub fn formats(&self) -> Vec<Format> {
        let mut formats: Vec<Format> = self.format.iter().filter_map(|wanted| wanted.0).collect();
        formats.sort_unstable();
        formats.dedup();
        formats
    }

    /// Which crops are written as files.
    pub fn crop_files(&self) -> CropFiles {
        self.crops.unwrap_or_default()
    }

    /// What must be cut out of the pages for all of this.
    pub fn pictures(&self) -> PictureOptions {
        let formats = self.formats();
        let with_files = self.crop_files() != CropFiles::None;
        let usual = if with_files || formats.contains(&Format::Html) { CropWish::All } else { CropWish::Review };
        let is_shown = with_files || formats.iter().any(|format| format.shows_crops());
        PictureOptions {
            crops: if is_shown { self.crops_of.unwrap_or(usual) } else { CropWish::None },
            full_size: with_files,
            thumbnails: formats.iter().any(|format| format.shows_pages()),
        }
    }
}

fn format_parser() -> impl TypedValueParser<Value = WantedFormat> {
    PossibleValuesParser::new([CSV].into_iter().chain(Format::ALL.map(Format::name)))
        .map(|name| WantedFormat(Format::ALL.into_iter().find(|format| format.name() == name)))
}

fn crops_parser() -> impl TypedValueParser<Value = CropFiles> {
    PossibleValuesParser::new(["numbers", "digits"]).map(|name| match name.as_str() {
        "digits" => CropFiles::Digits,
        _ => CropFiles::Numbers,
    })
}

fn crops_of_parser() -> impl TypedValueParser<Value = CropWish> {
    PossibleValuesParser::new(["review", "all"]).map(|name| match name.as_str() {
        "all" => CropWish::All,
        _ => CropWish::Review,
    })
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        result: ResultOptions,
    }

    fn options(arguments: &str) -> ResultOptions {
        Line::try_parse_from(["extract"].into_iter().chain(arguments.split_whitespace()))
            .expect("valid arguments")
            .result
    }

    #[test]
    fn formats_are_parted_by_commas_or_repeated_and_come_once() {
        assert_eq!(options("").formats(), []);
        assert_eq!(options("--format csv").formats(), []);
        let formats = options("--format parquet,xlsx,csv --format xlsx").formats();
        assert_eq!(formats, [Format::Xlsx, Format::Parquet]);
        assert!(Line::try_parse_from(["extract", "--format", "xls"]).is_err());
    }

    #[test]
    fn pictures_are_cut_out_where_something_shows_them() {
        let wish = |arguments: &str| {
            let pictures = options(arguments).pictures();
            (pictures.crops, pictures.full_size)
        };
        assert_eq!(wish(""), (CropWish::None, false));
        assert_eq!(wish("--format jsonl,parquet --crops-of all --wide"), (CropWish::None, false));
        assert_eq!(wish("--format xlsx"), (CropWish::Review, false));
        assert_eq!(wish("--format xlsx --crops-of all"), (CropWish::All, false));
        assert_eq!(wish("--crops numbers"), (CropWish::All, true));
        assert_eq!(wish("--crops digits --crops-of review"), (CropWish::Review, true));
    }
}

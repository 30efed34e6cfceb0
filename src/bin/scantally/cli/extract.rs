//! The arguments of `extract`.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueHint};
use scantally::batch::Exclude;
use scantally::consistency::control_total::Expected;
use scantally::number::threshold::MEASURED_ERRORS;
use scantally::number::{DecimalMark, Kind};
use scantally::pipeline::Layout;
use scantally::reader::ReaderKind;
use scantally::scan::{PageSelection, Password};

use super::result::ResultOptions;
use super::run::RunOptions;
use super::{reader_parser, share};

/// Read scans and write their numbers to a folder
///
/// Writes numbers.csv (one row a number), digits.csv (one row a digit), files.csv (one row for every file met) and
/// run.json (options, model, counts, times), and with --format, --wide and --crops more beside them. journal.sqlite beside them is what --resume and corrections go by.
///
/// Exit codes: 0 everything was read; 2 wrong arguments; 3 finished, but some files failed (each is in files.csv);
/// 4 nothing could be read; 5 the output cannot be written; 130 interrupted, what was done is written.
#[derive(Debug, Args)]
pub struct Extract {
    /// Scans, folders of scans, ZIP archives, `@FILE` for a list of paths in a file, or `-` for one on standard input
    ///
    /// Folders are searched to the bottom; hidden files are left out, links are followed once. PNG, JPEG, TIFF and PDF with all
    /// their pages, BMP, WebP and PNM are read; the content of a file decides, not its name. Lists have one path a line, or zero bytes
    /// between them; a file whose name begins with @ is given as ./@NAME.
    #[arg(value_name = "INPUT", required_unless_present = "watch", value_hint = ValueHint::AnyPath)]
    pub inputs: Vec<PathBuf>,

    /// Folder for the results; created where it is missing
    #[arg(short, long, value_name = "FOLDER", default_value = "output", value_hint = ValueHint::DirPath)]
    pub output: PathBuf,

    /// Leave out files and folders that match, such as '*.tmp.png' or 'old/**'; may be repeated
    ///
    /// The pattern is compared with the name alone and with the path below INPUT: `*` and `?` stand for anything within a name, `**` for
    /// any folders, `[0-9]` for a range. run.json tells how many were left out.
    #[arg(long, value_name = "PATTERN", value_parser = name_pattern)]
    pub exclude: Vec<String>,

    /// Read these pages of each scan only, such as 1,3-5 or 2- (from the second to the last)
    ///
    /// A page that a scan lacks is no error, unless it has none of them.
    #[arg(long, value_name = "PAGES", allow_hyphen_values = true)]
    pub pages: Option<PageSelection>,

    /// Password of encrypted PDFs; it is written nowhere
    #[arg(long, value_name = "PASSWORD")]
    pub pdf_password: Option<Password>,

    /// What each image shows: a page with numbers anywhere on it, one number, one digit, or the magnetic-ink line of a cheque
    #[arg(long, default_value = "page", value_parser = layout_parser())]
    pub layout: Layout,

    /// What the pages are: a template file, a folder of templates, or `cheque`, which is built in; may be given several times
    ///
    /// Each page takes the template that fits it best; a page that fits none is not read, and has one row with the reason `no_template`.
    /// `cheque` finds the amount, the date and the magnetic-ink line of a cheque. `scantally template draft` makes a template from a
    /// blank form.
    #[arg(long, value_name = "TEMPLATE", conflicts_with = "layout", value_hint = ValueHint::AnyPath)]
    pub template: Vec<PathBuf>,

    /// What the numbers are: digits with leading zeros, whole numbers, or amounts with decimals
    #[arg(long, default_value = "amount", value_parser = kind_parser())]
    pub kind: Kind,

    /// What starts the decimals of amounts: a point (1,234.50), a comma (1.234,50), or either, by how each amount is written
    ///
    /// Where it is known, `1.234` is no longer in doubt. An amount that contradicts it is marked for review.
    #[arg(long, value_name = "MARK", default_value = "auto", value_parser = decimal_parser())]
    pub decimal: DecimalMark,

    /// Numbers below this confidence (0 to 1) are marked for review
    #[arg(long, value_name = "SHARE", default_value = "0.9", value_parser = share)]
    pub min_confidence: f32,

    /// Set the confidence for `ok` so that at most this share of the numbers marked `ok` is expected to be wrong, such as 1%
    ///
    /// A percentage (0.5%) or a share (0.005), from 0.1% on. The confidence that it takes was measured on labelled lines. The run
    /// prints what share of its numbers was marked `ok` so.
    #[arg(long, value_name = "SHARE", value_parser = error_share, conflicts_with = "min_confidence")]
    pub max_error: Option<f32>,

    /// Where exactly one other reading of one number repairs a broken rule of the template, take it
    #[arg(long)]
    pub repair: bool,

    /// Compare the sum of a field over all pages with a total that was counted before, such as amount=12345.60; may be repeated
    ///
    /// Both are printed at the end and written to run.json, with the numbers whose runner-up would make the total right. It is a
    /// report: no number is marked for it, and the exit code stays.
    #[arg(long = "control-total", value_name = "FIELD=TOTAL")]
    pub control_totals: Vec<Expected>,

    /// Add the writing style of each digit to digits.csv: slant, stroke width, aspect, ink density and loops
    #[arg(long)]
    pub style: bool,

    /// Draw for each number how it was read, as a picture in this folder: cuts, characters, readings, the vote and the confidence
    ///
    /// The pictures are called SOURCE.pPAGE.FIELD.png. They take longer than the reading.
    #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub explain: Option<PathBuf>,

    /// What to read digits with; all but cnn, which is built in, need a model file of `scantally train --reader NAME`
    ///
    /// Without --model the file is models/NAME.safetensors.
    #[arg(long, value_name = "NAME", value_parser = reader_parser())]
    pub reader: Option<ReaderKind>,

    /// Model file to read with instead of the built-in one; it says itself which reader it is
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub model: Option<PathBuf>,

    /// Model file of the reader of whole lines, instead of the built-in one
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub line_model: Option<PathBuf>,

    /// Pages read at the same time [default: one for each processor core]
    #[arg(short = 'j', long = "threads", value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,

    /// Pages with more pixels than this are refused; k, M and G are understood
    #[arg(long, value_name = "N", default_value = "200M", value_parser = quantity)]
    pub max_pixels: u64,

    /// Print nothing but errors
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,

    /// Print a line for each file
    #[arg(short, long)]
    pub verbose: bool,

    /// Show no progress bar
    #[arg(long)]
    pub no_progress: bool,

    /// Print the processor time of each stage at the end, in milliseconds (it is also in run.json)
    #[arg(long)]
    pub timings: bool,

    #[command(flatten)]
    pub result: ResultOptions,

    #[command(flatten)]
    pub run: RunOptions,
}

fn layout_parser() -> impl TypedValueParser<Value = Layout> {
    PossibleValuesParser::new(["page", "line", "digit", "micr"]).map(|name| match name.as_str() {
        "line" => Layout::Line,
        "digit" => Layout::Digit,
        "micr" => Layout::Micr,
        _ => Layout::Page,
    })
}

fn kind_parser() -> impl TypedValueParser<Value = Kind> {
    PossibleValuesParser::new(["digits", "integer", "amount"]).map(|name| match name.as_str() {
        "digits" => Kind::Digits,
        "integer" => Kind::Integer,
        _ => Kind::Amount,
    })
}

fn decimal_parser() -> impl TypedValueParser<Value = DecimalMark> {
    PossibleValuesParser::new(["auto", "point", "comma"]).map(|name| match name.as_str() {
        "point" => DecimalMark::Point,
        "comma" => DecimalMark::Comma,
        _ => DecimalMark::Auto,
    })
}

/// A pattern of names, as it is.
fn name_pattern(text: &str) -> Result<String, String> {
    Exclude::new(&[text]).map(|_| text.to_owned())
}

/// A share of wrong numbers: a percentage, such as 0.5%, or a share below 1, such as 0.005; no less than was measured.
fn error_share(text: &str) -> Result<f32, String> {
    let (number, whole) = match text.trim().strip_suffix('%') {
        Some(percentage) => (percentage.trim_end(), 100.0),
        None => (text.trim(), 1.0),
    };
    match number.parse::<f64>().map(|number| (number / whole) as f32) {
        Ok(share) if (MEASURED_ERRORS[0]..1.0).contains(&share) => Ok(share),
        _ => Err("give a percentage from 0.1% on, such as 1%, or the same as a share, such as 0.01".to_owned()),
    }
}

/// A number of pixels or bytes, such as 200M, 1.5G or 40000000.
pub fn quantity(text: &str) -> Result<u64, String> {
    let (digits, unit) = match text.char_indices().last() {
        Some((at, 'k' | 'K')) => (&text[..at], 1e3),
        Some((at, 'm' | 'M')) => (&text[..at], 1e6),
        Some((at, 'g' | 'G')) => (&text[..at], 1e9),
        _ => (text, 1.0),
    };
    match digits.trim().parse::<f64>() {
        Ok(count) if count > 0.0 && count * unit >= 1.0 && count * unit <= 1e15 => Ok((count * unit).round() as u64),
        _ => Err("give a number, such as 200M".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_are_counted_in_thousands_millions_and_billions() {
        for (text, count) in [("200M", 200_000_000), ("1.5G", 1_500_000_000), ("12k", 12_000), ("77", 77)] {
            assert_eq!(quantity(text), Ok(count));
        }
        for text in ["", "M", "-1M", "0", "NaN", "inf", "1e300", "2T"] {
            assert!(quantity(text).is_err(), "{text}");
        }
    }

    #[test]
    fn errors_are_percentages_or_shares() {
        for (text, share) in [("1%", 0.01), ("0.5%", 0.005), ("0.1 %", 0.001), ("0.01", 0.01), ("0.001", 0.001)] {
            assert_eq!(error_share(text), Ok(share), "{text}");
        }
        for text in ["", "%", "1", "0", "0%", "0.05%", "-1%", "100%", "NaN", "NaN%", "one", "1%%"] {
            assert!(error_share(text).is_err(), "{text}");
        }
    }
}

//! The arguments of `synth`.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Args, CommandFactory, ValueHint};
use scantally::synth::{FormDesign, ScanKind, Writing};

use super::{Cli, share};

/// Draw scans of forms, cheques or single numbers with known numbers
///
/// Writes one PNG a scan and truth.csv, the form in which `score` reads it. The same arguments draw the same scans.
#[derive(Debug, Args)]
pub struct Synth {
    /// Folder for the scans; created where it is missing
    #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub out: PathBuf,

    /// How many scans to draw
    #[arg(long, value_name = "N", default_value = "10", value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub pages: u64,

    /// Another seed draws other scans
    #[arg(long, value_name = "N", default_value = "1")]
    pub seed: u64,

    /// What to draw
    #[arg(long, default_value = "form", value_parser = scan_kind_parser())]
    pub kind: ScanKind,

    /// Folder of labelled digits (idx or idx.gz, as MNIST has them) to write with instead of the built-in ones
    #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub digits: Option<PathBuf>,

    /// Part of that folder, such as t10k
    #[arg(long, value_name = "NAME", requires = "digits")]
    pub part: Option<String>,

    /// Share of the numbers (0 to 1) in which digits touch
    #[arg(long, value_name = "SHARE", default_value = "0", value_parser = share)]
    pub touching: f32,

    /// Digits of each number on a line, such as 2 or 2..8 [default: 3..9]
    #[arg(long, value_name = "N", value_parser = digit_range)]
    pub length: Option<(usize, usize)>,

    /// How numbers on lines are written: plain digits, or amounts with grouping, signs, strokes, brackets and raised cents
    ///
    /// With amounts, truth.csv has a column `text` with what is written: `$` stands for any currency, `^` before cents that are
    /// raised or a fraction.
    #[arg(long, default_value = "plain", value_parser = writing_parser())]
    pub writing: Writing,

    /// Draw all forms of one design, and write its template.toml and blank.png as well
    #[arg(long, value_name = "DESIGN", value_parser = design_parser())]
    pub design: Option<FormDesign>,

    /// Draw tax returns whose amounts add up as their labels say
    #[arg(long)]
    pub sums: bool,

    /// Share of the pages (0 to 1) that are photographed with a telephone: in perspective, on a desk, unevenly lit
    #[arg(long, value_name = "SHARE", default_value = "0", value_parser = share)]
    pub phone: f32,

    /// Pages are larger or smaller by up to this share, such as 0.03
    #[arg(long, value_name = "SHARE", default_value = "0", value_parser = scale)]
    pub scale: f32,

    /// Pages are turned by up to so many degrees to either side, 0 to 10 [default: 2 for forms and cheques, 0 for lines]
    #[arg(long, value_name = "DEGREES", value_parser = degrees)]
    pub skew: Option<f32>,

    /// Draw the sample scans instead, as they come with scantally
    #[arg(long, conflicts_with_all = ["pages", "seed", "kind", "digits", "touching", "length", "writing", "design", "sums", "phone", "scale", "skew"])]
    pub samples: bool,
}

impl Synth {
    /// Ends the program with a usage error where options do not go with what is drawn.
    pub fn check(&self) {
        if self.kind != ScanKind::Line && (self.length.is_some() || self.writing != Writing::Plain) {
            refuse("--length and --writing are for lines; add --kind line");
        }
        if self.kind != ScanKind::Form && self.design.is_some() {
            refuse("--design is for forms; leave out --kind");
        }
        if self.sums && self.design != Some(FormDesign::TaxReturn) {
            refuse("--sums is for tax returns; add --design tax-return");
        }
        if self.length.is_some() && self.writing == Writing::Amounts {
            refuse("--length is for plain digits; amounts are as long as their way of writing asks");
        }
    }
}

fn refuse(message: &str) -> ! {
    Cli::command().error(ErrorKind::ArgumentConflict, message).exit()
}

fn scan_kind_parser() -> impl TypedValueParser<Value = ScanKind> {
    PossibleValuesParser::new(["form", "cheque", "line", "micr"]).map(|name| match name.as_str() {
        "cheque" => ScanKind::Cheque,
        "line" => ScanKind::Line,
        "micr" => ScanKind::Micr,
        _ => ScanKind::Form,
    })
}

fn design_parser() -> impl TypedValueParser<Value = FormDesign> {
    PossibleValuesParser::new(["tax-return", "delivery-note", "meter-card"]).map(|name| match name.as_str() {
        "delivery-note" => FormDesign::DeliveryNote,
        "meter-card" => FormDesign::MeterCard,
        _ => FormDesign::TaxReturn,
    })
}

fn scale(text: &str) -> Result<f32, String> {
    text.parse().ok().filter(|share| (0.0..=0.2).contains(share)).ok_or_else(|| "give a share from 0 to 0.2".to_owned())
}

fn degrees(text: &str) -> Result<f32, String> {
    text.parse()
        .ok()
        .filter(|angle| (0.0..=10.0).contains(angle))
        .ok_or_else(|| "give an angle from 0 to 10".to_owned())
}

fn writing_parser() -> impl TypedValueParser<Value = Writing> {
    PossibleValuesParser::new(["plain", "amounts"]).map(|name| match name.as_str() {
        "amounts" => Writing::Amounts,
        _ => Writing::Plain,
    })
}

/// A number of digits, or the least and the most of them, such as 2..8.
fn digit_range(text: &str) -> Result<(usize, usize), String> {
    let (least, most) = text.split_once("..").unwrap_or((text, text));
    match (least.parse(), most.parse()) {
        (Ok(least), Ok(most)) if (1..=20).contains(&least) && (least..=20).contains(&most) => Ok((least, most)),
        _ => Err("give a number from 1 to 20, or two, such as 2..8".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_one_number_or_two() {
        assert_eq!((digit_range("2"), digit_range("2..8")), (Ok((2, 2)), Ok((2, 8))));
        for text in ["", "0", "21", "8..2", "2..", "2-8", "-1", "2..8..9"] {
            assert!(digit_range(text).is_err(), "{text}");
        }
    }
}

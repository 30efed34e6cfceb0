//! The stage that makes numbers: the candidates of a field and their readings in, one [`Number`] out.
//!
//! A number carries its text, its canonical value, a calibrated confidence, the runner-up and the reasons for doubt.

mod amount;
mod confidence;
mod decode;

use crate::geometry::{Rect, Transform};
use crate::reader::Reading;
use crate::reader::line::Symbol;
use crate::segment::Segments;
use crate::style::{self, Style};

pub use amount::{Value, value_of};
use decode::Path;

/// What a field holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Digits as they stand, leading zeros kept; no sign, no separator.
    Digits,
    /// A whole number, with sign and grouping marks.
    Integer,
    /// An amount of money, with decimals.
    #[default]
    Amount,
}

/// What starts the decimals of an amount; the other one of point and comma parts groups of digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DecimalMark {
    /// Either may: each amount is taken by how it is written.
    #[default]
    Auto,
    /// A point, as in `1,234.50`.
    Point,
    /// A comma, as in `1.234,50`.
    Comma,
}

/// What became of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// Read, and sure enough.
    Ok,
    /// Read; a person should look.
    Review,
    /// No ink in the field.
    Empty,
    /// Ink, but not a number.
    Rejected,
}

impl Status {
    /// The word in the tables: `ok`, `review`, `empty` or `rejected`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Status::Ok => "ok",
            Status::Review => "review",
            Status::Empty => "empty",
            Status::Rejected => "rejected",
        }
    }
}

/// Why a number is not ok.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The confidence is below the threshold.
    LowConfidence,
    /// The writing allows two values: is `1.234` a thousand, `1250/100` twelve and a half, a stroke a minus?
    AmbiguousSeparator,
    /// Some ink of the field was read as no digit and left out.
    UnreadInk,
}

impl Reason {
    /// The code in the tables, such as `low_confidence`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Reason::LowConfidence => "low_confidence",
            Reason::AmbiguousSeparator => "ambiguous_separator",
            Reason::UnreadInk => "unread_ink",
        }
    }
}

/// One digit of a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Digit {
    /// 0 to 9.
    pub digit: u8,
    /// 0 to 1.
    pub confidence: f32,
    /// The runner-up, 0 to 9.
    pub second: u8,
    /// 0 to 1.
    pub second_confidence: f32,
    /// Box in pixels of the original page.
    pub bounds: Rect,
    /// How it is written, where that was asked for; lengths in pixels of the page.
    pub style: Option<Style>,
}

/// One number, as it goes to the tables.
#[derive(Clone, Debug, PartialEq)]
pub struct Number {
    /// Name from the template, or `n1`, `n2` ... in reading order.
    pub field: String,
    /// Canonical value as text, such as `001234`, `1234.50`, `-80.00`; empty where the status is empty or rejected.
    pub value: String,
    /// Probability that the value is right as a whole, 0 to 1.
    pub confidence: f32,
    /// What became of the field.
    pub status: Status,
    /// What was read, separators included.
    pub text: String,
    /// The runner-up value and its probability.
    pub alternative: Option<(String, f32)>,
    /// Why it is not ok; empty where it is.
    pub reasons: Vec<Reason>,
    /// The digits, left to right.
    pub digits: Vec<Digit>,
    /// Box in pixels of the original page.
    pub bounds: Rect,
}

/// A path that leaves out more than this share of the ink is no number.
const MAX_UNREAD_SHARE: f32 = 0.45;

/// Ink left out beyond this share is named as a reason for doubt.
const NOTED_UNREAD_SHARE: f32 = 0.08;

/// Writing whose digits have a lower mean probability (geometric) is no number ...
const MIN_MEAN_DIGIT: f32 = 0.5;
/// ... and if most of it is joined up, as words and signatures are, the digits must be clear beyond doubt.
const MIN_MEAN_JOINED_DIGIT: f32 = 0.97;
/// Many characters of middling probability are words: account numbers are as long, but not as unclear.
const MIN_MEAN_LONG_DIGIT: f32 = 0.9;
const LONG_DIGITS: usize = 10;
const MOSTLY: f32 = 0.5;
/// Components wider than this, in line heights, are joined-up writing: more than four digits in a row that touch are rare.
const JOINED_WIDTH_SHARE: f32 = 3.0;

/// How a field is to be read as a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rules {
    /// What the field holds.
    pub kind: Kind,
    /// What starts the decimals of amounts.
    pub decimal: DecimalMark,
    /// Numbers below this confidence are marked for review; 0 to 1.
    pub min_confidence: f32,
    /// Whether the style of each digit is measured.
    pub with_style: bool,
}

/// Makes the number of a field from its segments and the readings of their candidates, one each and in their order.
///
/// `field_bounds` is the box of the field on the clean page, `to_scan` leads from there to the original page.
pub fn decide(
    segments: &Segments,
    readings: &[Reading],
    rules: &Rules,
    field_bounds: &Rect,
    to_scan: &Transform,
) -> Number {
    let readings: Vec<Reading> = readings.iter().map(|reading| decode::with_priors(reading, rules.kind)).collect();
    let readings = readings.as_slice();
    let paths = decode::best_paths(segments, readings, rules.kind);
    let ink_bounds = if segments.pieces.is_empty() { *field_bounds } else { segments.bounds() };
    let mut number = Number {
        field: String::new(),
        value: String::new(),
        confidence: 0.0,
        status: Status::Empty,
        text: String::new(),
        alternative: None,
        reasons: Vec::new(),
        digits: Vec::new(),
        bounds: to_scan.apply_to_rect(&ink_bounds),
    };
    let Some(best) = paths.first() else {
        number.confidence = confidence::OF_EMPTY;
        return number;
    };
    let unread = unread_share(best, segments);
    number.text = symbols_of(best).into_iter().map(Symbol::as_char).collect();
    number.digits = digits_of(best, segments, readings, rules.with_style, to_scan);
    let value = amount::value_of(&symbols_of(best), rules.kind, rules.decimal);
    if number.digits.is_empty() || unread > MAX_UNREAD_SHARE || is_other_writing(best, &number.digits, segments) {
        number.status = Status::Rejected;
        number.digits.clear();
        return number;
    }
    let evidence = confidence::Evidence::of(&paths, segments, readings, unread);
    number.confidence = confidence::calibrated(&evidence);
    number.alternative = value
        .rival
        .clone()
        .map(|rival| (rival, number.confidence.min(0.5)))
        .or_else(|| runner_up(&paths, &value.canonical, rules, number.confidence));
    number.value = value.canonical;
    if value.rival.is_some() {
        number.reasons.push(Reason::AmbiguousSeparator);
    }
    if unread > NOTED_UNREAD_SHARE {
        number.reasons.push(Reason::UnreadInk);
    }
    if number.confidence < rules.min_confidence {
        number.reasons.insert(0, Reason::LowConfidence);
    }
    number.status = if number.reasons.is_empty() { Status::Ok } else { Status::Review };
    number
}

/// Whether the writing is words, a signature or a drawing, read as digits by force.
fn is_other_writing(path: &Path, digits: &[Digit], segments: &Segments) -> bool {
    let marks = path.steps.iter().filter(|step| !matches!(step.symbol, Some(Symbol::Digit(_)) | None)).count();
    let log_sum: f32 = digits.iter().map(|digit| digit.confidence.max(1e-4).ln()).sum();
    let mean = (log_sum / digits.len().max(1) as f32).exp();
    let joined = joined_share(segments) > MOSTLY;
    let long = digits.len() >= LONG_DIGITS;
    marks > digits.len().max(3)
        || mean < MIN_MEAN_DIGIT
        || (long && mean < MIN_MEAN_LONG_DIGIT)
        || (joined && mean < MIN_MEAN_JOINED_DIGIT)
}

/// The share of the ink in components that are wider than four digits.
fn joined_share(segments: &Segments) -> f32 {
    let mut widths: Vec<(Rect, i32)> = Vec::new();
    for piece in &segments.pieces {
        if widths.len() <= piece.component {
            widths.resize(piece.component + 1, (Rect::default(), 0));
        }
        let (bounds, area) = &mut widths[piece.component];
        *bounds = bounds.union(&piece.bounds);
        *area += piece.area_px;
    }
    let all: i32 = widths.iter().map(|(_, area)| area).sum();
    let wide_px = JOINED_WIDTH_SHARE * segments.line_height_px;
    let joined: i32 = widths.iter().filter(|(b, _)| b.width as f32 > wide_px).map(|(_, area)| area).sum();
    joined as f32 / all.max(1) as f32
}

/// The share of the ink that a path leaves out.
fn unread_share(path: &Path, segments: &Segments) -> f32 {
    let area = |candidate: usize| -> i32 {
        let candidate = segments.candidates[candidate];
        segments.pieces[candidate.first..=candidate.last].iter().map(|piece| piece.area_px).sum()
    };
    let unread: i32 = path.steps.iter().filter(|step| step.symbol.is_none()).map(|step| area(step.candidate)).sum();
    let all: i32 = segments.pieces.iter().map(|piece| piece.area_px).sum();
    unread as f32 / all.max(1) as f32
}

fn symbols_of(path: &Path) -> Vec<Symbol> {
    path.steps.iter().filter_map(|step| step.symbol).collect()
}

fn digits_of(
    path: &Path,
    segments: &Segments,
    readings: &[Reading],
    with_style: bool,
    to_scan: &Transform,
) -> Vec<Digit> {
    path.steps
        .iter()
        .filter_map(|step| {
            let Some(Symbol::Digit(digit)) = step.symbol else { return None };
            let reading = &readings[step.candidate];
            let (first, second) = (reading.best_digit(), reading.second_digit());
            let other = if first.0 == digit { second } else { first };
            let candidate = &segments.candidates[step.candidate];
            Some(Digit {
                digit,
                confidence: reading.probabilities[usize::from(digit)],
                second: other.0,
                second_confidence: other.1,
                bounds: to_scan.apply_to_rect(&candidate.bounds),
                // The way back to the scan turns and shifts, it does not change lengths.
                style: with_style.then(|| style::measure(&segments.ink_of(candidate))),
            })
        })
        .collect()
}

/// The best path with another value, and its share of what the best one leaves.
fn runner_up(paths: &[Path], value: &str, rules: &Rules, confidence: f32) -> Option<(String, f32)> {
    let best_score = paths.first()?.score;
    let rivals: Vec<(String, f32)> = paths[1..]
        .iter()
        .map(|path| {
            (amount::value_of(&symbols_of(path), rules.kind, rules.decimal).canonical, (path.score - best_score).exp())
        })
        .filter(|(rival, _)| rival != value && !rival.is_empty())
        .collect();
    let total: f32 = rivals.iter().map(|(_, weight)| weight).sum();
    let (rival, weight) = rivals.into_iter().next()?;
    Some((rival, (1.0 - confidence) * weight / total.max(f32::MIN_POSITIVE)))
}

//! The stage that makes numbers: the candidates of a field and their readings in, one [`Number`] out.
//!
//! A number carries its text, its canonical value, a calibrated confidence, the runner-up and the reasons for doubt.

mod amount;
pub mod check_box;
pub mod check_digit;
mod confidence;
mod constraint;
mod date;
mod decode;
mod digits;
pub mod explanation;
mod filler;
pub mod magnetic_ink;
pub mod threshold;
mod vote;

use std::borrow::Cow;

use crate::geometry::{Rect, Transform};
use crate::reader::Reading;
use crate::reader::line::{LineScores, Symbol, Wanted};
use crate::segment::{Segments, strike};
use crate::style::Style;

pub use crate::template::DecimalMark;
use crate::template::{FieldKind, FieldSpec};
pub use amount::{Value, value_of};
pub use check_box::decide_check_box;
pub use date::is_date;
use decode::Path;
pub use filler::fillers_of;
use vote::Ballot;

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

/// What became of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
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
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The confidence is below the threshold.
    LowConfidence,
    /// The writing allows two values: is `1.234` a thousand, `1250/100` twelve and a half, a stroke a minus?
    AmbiguousSeparator,
    /// Some ink of the field was read as no digit and left out.
    UnreadInk,
    /// The value is struck out.
    StruckOut,
    /// The cells of a comb, read one by one, and the line as a whole do not agree.
    CellsDisagree,
    /// The check digit does not fit the digits before it.
    CheckDigit,
    /// More or fewer digits than the template allows.
    Length,
    /// Below the least or above the most that the template allows.
    Range,
    /// Not as many decimals as the template asks for.
    Decimals,
    /// No date of the calendar in the order that the template asks for.
    NoDate,
    /// The template asks for a value, and there is none.
    Required,
    /// The page fits no template.
    NoTemplate,
    /// A rule across fields is broken; its name, and the field that would repair it where there is exactly one.
    Rule {
        /// Name of the rule, such as `sum_mismatch`.
        name: String,
        /// The field whose runner-up makes the rule hold.
        repaired_by: Option<String>,
    },
    /// The total of the whole run is not what it should be.
    ControlTotal,
}

impl Reason {
    /// The code in the tables, such as `low_confidence` or `sum_mismatch;repaired_by:total`.
    pub fn code(&self) -> Cow<'_, str> {
        let fixed = match self {
            Reason::LowConfidence => "low_confidence",
            Reason::AmbiguousSeparator => "ambiguous_separator",
            Reason::UnreadInk => "unread_ink",
            Reason::StruckOut => "struck_out",
            Reason::CellsDisagree => "cells_disagree",
            Reason::CheckDigit => "check_digit",
            Reason::Length => "length",
            Reason::Range => "range",
            Reason::Decimals => "decimals",
            Reason::NoDate => "no_date",
            Reason::Required => "required",
            Reason::NoTemplate => "no_template",
            Reason::ControlTotal => "control_total",
            Reason::Rule { name, repaired_by: None } => name,
            Reason::Rule { name, repaired_by: Some(field) } => return format!("{name};repaired_by:{field}").into(),
        };
        fixed.into()
    }
}

/// One digit of a number.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
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
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
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
    /// The other values that the writing may be, likeliest first, each with its probability; the first is the runner-up.
    pub alternatives: Vec<(String, f32)>,
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
/// What the line reader gives at least this probability is a number, whatever the lattice makes of it.
const SURE_LINE: f32 = 0.6;
/// The same in the field of a template: of 2,156 numbers on drawn forms five had been rejected, and words are far below.
const LIKELY_LINE: f32 = 0.2;
/// Many characters of middling probability are words: account numbers are as long, but not as unclear.
const MIN_MEAN_LONG_DIGIT: f32 = 0.9;
const LONG_DIGITS: usize = 10;
const MOSTLY: f32 = 0.5;
/// Components wider than this, in line heights, are joined-up writing: more than four digits in a row that touch are rare.
const JOINED_WIDTH_SHARE: f32 = 3.0;

/// A value of a comb that is surer than this needs no agreement of its cells with its line.
const SURE_OF_CELLS: f32 = 0.98;

/// Amounts on cheques are written with cents or closed with a stroke: so many digits or more with neither may have lost a faint point.
const LEAST_CLOSED_DIGITS: usize = 4;

/// Marks the amount of a cheque for review where it has four digits or more and nothing but digits: a faint decimal point that was not
/// seen makes it a hundredfold. Other fields stay as they are.
pub fn without_decimals_in_doubt(mut number: Number, is_cheque_amount: bool) -> Number {
    let bare = number.text.len() >= LEAST_CLOSED_DIGITS && number.text.bytes().all(|byte| byte.is_ascii_digit());
    if is_cheque_amount && bare && matches!(number.status, Status::Ok | Status::Review) {
        number.status = Status::Review;
        if !number.reasons.contains(&Reason::AmbiguousSeparator) {
            number.reasons.push(Reason::AmbiguousSeparator);
        }
    }
    number
}

/// How a field is to be read as a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rules<'a> {
    /// What the field holds; where there is a template, it says so instead.
    pub kind: Kind,
    /// What starts the decimals of amounts; where there is a template, it says so instead.
    pub decimal: DecimalMark,
    /// Numbers below this confidence are marked for review; 0 to 1.
    pub min_confidence: f32,
    /// Whether the style of each digit is measured.
    pub with_style: bool,
    /// What a template says about the field, where there is one.
    pub spec: Option<&'a FieldSpec>,
}

impl Rules<'_> {
    /// The same with kind and decimal mark as the template asks: dates and check boxes are digits in a comb, and digits and marks else.
    pub fn settled(&self) -> Self {
        let Some(spec) = self.spec else { return *self };
        let kind = match spec.kind {
            FieldKind::Digits => Kind::Digits,
            FieldKind::Integer => Kind::Integer,
            FieldKind::Amount => Kind::Amount,
            FieldKind::Date(_) | FieldKind::CheckBox if spec.cells.is_some() => Kind::Digits,
            FieldKind::Date(_) | FieldKind::CheckBox => Kind::Amount,
        };
        Self { kind, decimal: spec.decimal_mark, ..*self }
    }

    /// Which symbols the line reader should look for.
    pub fn wanted(&self) -> Wanted {
        if self.settled().kind == Kind::Digits { Wanted::Digits } else { Wanted::All }
    }
}

impl Number {
    /// What stands for a page that fits no template: a number without a value, called `page`, that a person should look at.
    pub fn unplaced(bounds: Rect) -> Self {
        Self {
            field: "page".to_owned(),
            value: String::new(),
            confidence: 0.0,
            status: Status::Review,
            text: String::new(),
            alternatives: Vec::new(),
            reasons: vec![Reason::NoTemplate],
            digits: Vec::new(),
            bounds,
        }
    }
}

/// What the line reader thinks of a field.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WholeLine {
    /// The probabilities of the line.
    pub scores: LineScores,
    /// The column of the clean page at which the line begins.
    pub left_px: i32,
}

/// Makes the number of a field from its segments, the readings of their candidates, one each and in their order, and what the line
/// reader thinks of the whole, where it was asked.
///
/// `field_bounds` is the box of the field on the clean page, `to_scan` leads from there to the original page.
///
/// With a template, its constraints choose among the values that the readers propose; a value that breaks one all the same, a struck-out
/// value, cells that contradict their line, and an empty field that must not be empty are marked. Writing that only fills a field
/// (see [`fillers_of`]) is no value; where it fills some cells of a comb, the others are read without the line.
pub fn decide(
    segments: &Segments,
    readings: &[Reading],
    line: Option<&WholeLine>,
    rules: &Rules,
    field_bounds: &Rect,
    to_scan: &Transform,
) -> Number {
    let rules = &rules.settled();
    let Some(spec) = rules.spec else { return read(segments, readings, line, rules, field_bounds, to_scan) };
    let fillers = fillers_of(segments, readings, line, spec);
    let mut number = if fillers.is_empty() {
        read(segments, readings, line, rules, field_bounds, to_scan)
    } else {
        let kept: Vec<Reading> = (segments.candidates.iter().zip(readings))
            .filter(|(candidate, _)| !(candidate.first..=candidate.last).any(|piece| fillers.contains(&piece)))
            .map(|(_, reading)| *reading)
            .collect();
        read(&segments.without(&fillers), &kept, None, rules, field_bounds, to_scan)
    };
    if number.status == Status::Empty && spec.required {
        number.status = Status::Review;
        number.reasons.push(Reason::Required);
    }
    number
}

/// Makes the number of the writing in a field, whatever fills the rest of it.
fn read(
    segments: &Segments,
    readings: &[Reading],
    line: Option<&WholeLine>,
    rules: &Rules,
    field_bounds: &Rect,
    to_scan: &Transform,
) -> Number {
    let readings: Vec<Reading> = readings.iter().map(|reading| decode::with_priors(reading, rules)).collect();
    let readings = readings.as_slice();
    let prices = decode::Prices::of(segments, readings, rules.kind);
    let paths = prices.best_paths();
    let ink_bounds = if segments.pieces.is_empty() { *field_bounds } else { segments.bounds() };
    let mut number = Number::empty(to_scan.apply_to_rect(&ink_bounds));
    if paths.is_empty() {
        return number;
    }
    number.confidence = 0.0;
    let ballots = vote::ballots(&prices, &paths, line.map(|line| &line.scores), rules);
    let best = &ballots[0];
    let unread = best.path.as_ref().map_or(0.0, |path| unread_share(path, segments));
    let place = digits::Place { segments, readings, line, to_scan, with_style: rules.with_style };
    number.text = best.symbols.iter().map(|symbol| symbol.as_char()).collect();
    number.digits = digits::of(best, &place);
    // A template says that the field holds a number: then the line reader needs less to be believed.
    let least_heard = if rules.spec.is_some() { LIKELY_LINE } else { SURE_LINE };
    let is_heard = best.line_probability >= least_heard;
    let is_other = unread > MAX_UNREAD_SHARE || is_other_writing(&best.symbols, &number.digits, segments);
    let is_struck = rules.spec.is_some() && strike::is_struck_out(segments);
    // An image of one line was said to hold a number, and a number that is struck out looks like other writing.
    if number.digits.is_empty() || (is_other && !is_heard && !segments.alone && !is_struck) {
        number.status = Status::Rejected;
        number.digits.clear();
        number.reasons.extend(is_struck.then_some(Reason::StruckOut));
        return number;
    }
    number.confidence = confidence::calibrated(&confidence::Evidence::of(best, segments, readings, unread));
    number.alternatives = alternatives(&ballots, number.confidence);
    number.value = best.value.canonical.clone();
    number.reasons = reasons(&number, best, unread, rules);
    number.reasons.extend(is_struck.then_some(Reason::StruckOut));
    let is_comb = rules.spec.is_some_and(|spec| spec.cells.is_some());
    if is_comb && number.confidence <= SURE_OF_CELLS && line.is_some_and(|line| cells_disagree(&paths[0], line)) {
        number.reasons.push(Reason::CellsDisagree);
    }
    number.reasons.extend(best.broken.iter().cloned());
    number.status = if number.reasons.is_empty() { Status::Ok } else { Status::Review };
    number
}

impl Number {
    /// A field without a value.
    pub(crate) fn empty(bounds: Rect) -> Self {
        Self {
            field: String::new(),
            value: String::new(),
            confidence: confidence::OF_EMPTY,
            status: Status::Empty,
            text: String::new(),
            alternatives: Vec::new(),
            reasons: Vec::new(),
            digits: Vec::new(),
            bounds,
        }
    }
}

/// Whether the cells of a comb, each by itself, read otherwise than the line as a whole.
fn cells_disagree(path: &Path, line: &WholeLine) -> bool {
    let digits = |symbols: &[Symbol]| symbols.iter().filter_map(|symbol| symbol.digit()).collect::<Vec<u8>>();
    line.scores.likeliest(1).first().is_none_or(|heard| digits(&heard.symbols) != digits(&path.symbols()))
}

/// Why a number is not ok.
fn reasons(number: &Number, best: &Ballot, unread: f32, rules: &Rules) -> Vec<Reason> {
    let found = [
        (Reason::LowConfidence, number.confidence < rules.min_confidence),
        (Reason::AmbiguousSeparator, best.value.rival.is_some()),
        (Reason::UnreadInk, unread > NOTED_UNREAD_SHARE && best.line_probability < SURE_LINE),
    ];
    found.into_iter().filter(|(_, holds)| *holds).map(|(reason, _)| reason).collect()
}

/// Whether the writing is words, a signature or a drawing, read as digits by force.
fn is_other_writing(symbols: &[Symbol], digits: &[Digit], segments: &Segments) -> bool {
    let marks = symbols.iter().filter(|symbol| !matches!(symbol, Symbol::Digit(_))).count();
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

/// The other values: the other one of an ambiguous writing, and the next ballots with their shares of what the best one leaves.
fn alternatives(ballots: &[Ballot], confidence: f32) -> Vec<(String, f32)> {
    let Some((best, rest)) = ballots.split_first() else { return Vec::new() };
    let total: f32 = rest.iter().map(|ballot| ballot.share).sum();
    let mut left = 1.0 - confidence;
    let mut found = Vec::new();
    if let Some(rival) = &best.value.rival {
        found.push((rival.clone(), confidence.min(0.5)));
        left = (left - confidence.min(0.5)).max(0.0);
    }
    let others = rest.iter().filter(|ballot| {
        let canonical = &ballot.value.canonical;
        !canonical.is_empty() && best.value.rival.as_ref() != Some(canonical)
    });
    found.extend(
        others.map(|ballot| (ballot.value.canonical.clone(), left * ballot.share / total.max(f32::MIN_POSITIVE))),
    );
    found
}

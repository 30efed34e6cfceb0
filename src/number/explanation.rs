//! Why a field was read as it was: the same evidence as for [`super::decide`] in, plain data for a picture out.
//!
//! It is worked out anew for whoever asks, so that nobody else pays for it. How it is drawn is left to others.

use image::GrayImage;

use super::decode::{self, Path};
use super::vote::{self, Ballot};
use super::{Rules, WholeLine};
use crate::geometry::Rect;
use crate::glyph::{self, GLYPH_SIZE_PX};
use crate::reader::line::Symbol;
use crate::reader::{Class, Reading};
use crate::runs::Run;
use crate::segment::Segments;

/// What led to a number. All places are in pixels of `ink`, from its top left.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// The field with some paper around its writing, ink high.
    pub ink: GrayImage,
    /// The pieces of writing, from left to right.
    pub pieces: Vec<ExplainedPiece>,
    /// Where touching writing could be cut, from left to right.
    pub cuts: Vec<Cut>,
    /// Whether `path` reads as the value; if not, it is the best one by single characters, and another value won the vote.
    pub path_is_of_value: bool,
    /// What the likeliest characters read as, whatever the line reader thinks.
    pub likeliest_text: String,
    /// The candidates of the path, from left to right.
    pub path: Vec<ReadCandidate>,
    /// The other candidates that were read, from left to right.
    pub others: Vec<ReadCandidate>,
    /// What the line reader thinks most likely, from left to right; `None` where it was not asked.
    pub heard: Option<Vec<HeardSymbol>>,
    /// The values that were voted on, likeliest first.
    pub ballots: Vec<ExplainedBallot>,
}

/// A piece of writing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExplainedPiece {
    /// Its box.
    pub bounds: Rect,
    /// Its ink.
    pub runs: Vec<Run>,
}

/// A place where touching writing could be cut.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cut {
    /// The column.
    pub x: f32,
    /// The first row of the writing.
    pub top: i32,
    /// The row behind the last one.
    pub bottom: i32,
    /// Whether the path cuts here.
    pub is_used: bool,
}

/// A candidate and its reading.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadCandidate {
    /// Its box.
    pub bounds: Rect,
    /// What the path takes it for, or what is likeliest where it is in no path; `None` for what is left out.
    pub symbol: Option<Symbol>,
    /// The probability that the reader gives to that, 0 to 1.
    pub probability: f32,
    /// As the reader saw it: 28x28 pixels, ink high.
    pub glyph: GrayImage,
    /// What it may be with the greatest probabilities; `None` for no character at all.
    pub likeliest: [(Option<Symbol>, f32); 2],
}

/// A symbol that the line reader found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HeardSymbol {
    /// What it is.
    pub symbol: Symbol,
    /// The first column.
    pub left_px: f32,
    /// The column behind the last one.
    pub right_px: f32,
    /// Its probability, 0 to 1: of a digit the greatest of its columns, of a mark that against nothing at all in its place.
    pub probability: f32,
    /// The runner-up in its place and its probability; for digits alone.
    pub second: Option<(u8, f32)>,
}

/// A value that was voted on.
#[derive(Clone, Debug, PartialEq)]
pub struct ExplainedBallot {
    /// Canonical value; empty where the symbols make none.
    pub value: String,
    /// What is written, separators included.
    pub text: String,
    /// Probability of the value among all that were proposed, 0 to 1.
    pub share: f32,
    /// Probability that the line reader gives to it, 0 to 1; `None` where it was not asked.
    pub line_probability: Option<f32>,
    /// How much worse its characters are than the likeliest ones, as a log-likelihood of 0 or less; `None` where there is no path.
    pub lattice_log_likelihood: Option<f32>,
}

/// Paper around the writing, in line heights.
const MARGIN_SHARE: f32 = 0.35;

/// Explains a field; the arguments are those of [`super::decide`].
pub fn explain(segments: &Segments, readings: &[Reading], line: Option<&WholeLine>, rules: &Rules) -> Explanation {
    let rules = &rules.settled();
    let readings: Vec<Reading> = readings.iter().map(|reading| decode::with_priors(reading, rules)).collect();
    let prices = decode::Prices::of(segments, &readings, rules.kind);
    let paths = prices.best_paths();
    let ballots = match paths.is_empty() {
        true => Vec::new(),
        false => vote::ballots(&prices, &paths, line.map(|line| &line.scores), rules),
    };
    let of_value = ballots.first().and_then(|best| best.path.as_ref());
    let view = View::of(segments, &readings);
    let path = of_value.or(paths.first());
    Explanation {
        pieces: view.pieces(),
        cuts: view.cuts(path),
        path_is_of_value: of_value.is_some(),
        likeliest_text: paths.first().map(|path| text(&path.symbols())).unwrap_or_default(),
        path: view.on_path(path),
        others: view.beside_path(path),
        heard: line.map(|line| view.heard(line)),
        ballots: ballots.iter().map(|ballot| explained(ballot, line.is_some())).collect(),
        ink: view.ink,
    }
}

fn explained(ballot: &Ballot, has_line: bool) -> ExplainedBallot {
    ExplainedBallot {
        value: ballot.value.canonical.clone(),
        text: text(&ballot.symbols),
        share: ballot.share,
        line_probability: has_line.then_some(ballot.line_probability),
        lattice_log_likelihood: ballot.path.as_ref().map(|_| ballot.lattice_log_likelihood),
    }
}

fn text(symbols: &[Symbol]) -> String {
    symbols.iter().map(|symbol| symbol.as_char()).collect()
}

/// The part of the page that is shown.
struct View<'a> {
    segments: &'a Segments,
    readings: &'a [Reading],
    ink: GrayImage,
    origin: (i32, i32),
}

impl<'a> View<'a> {
    fn of(segments: &'a Segments, readings: &'a [Reading]) -> Self {
        let (ink, origin) = segments.surroundings((MARGIN_SHARE * segments.line_height_px).ceil() as i32);
        Self { segments, readings, ink, origin }
    }

    fn moved(&self, bounds: &Rect) -> Rect {
        Rect::new(bounds.x - self.origin.0, bounds.y - self.origin.1, bounds.width, bounds.height)
    }

    fn pieces(&self) -> Vec<ExplainedPiece> {
        let (x, y) = self.origin;
        let moved = |run: &Run| Run { row: run.row - y, start: run.start - x, end: run.end - x };
        let pieces = self.segments.pieces.iter();
        pieces
            .map(|piece| ExplainedPiece {
                bounds: self.moved(&piece.bounds),
                runs: piece.runs.iter().map(moved).collect(),
            })
            .collect()
    }

    /// All places where a component is cut; the path uses those at which one of its candidates ends.
    fn cuts(&self, path: Option<&Path>) -> Vec<Cut> {
        let candidates = &self.segments.candidates;
        let ends: Vec<usize> =
            path.iter().flat_map(|path| &path.steps).map(|step| candidates[step.candidate].last).collect();
        let singles = candidates.iter().filter(|candidate| candidate.first == candidate.last);
        let behind = singles.filter(|candidate| self.segments.is_cut_behind(candidate));
        let cut = |last: usize| {
            let [left, right] = [last, last + 1].map(|piece| self.moved(&self.segments.pieces[piece].bounds));
            let both = left.union(&right);
            Cut {
                x: (left.right() + right.x) as f32 / 2.0,
                top: both.y,
                bottom: both.bottom(),
                is_used: ends.contains(&last),
            }
        };
        behind.map(|candidate| cut(candidate.last)).collect()
    }

    fn on_path(&self, path: Option<&Path>) -> Vec<ReadCandidate> {
        let steps = path.iter().flat_map(|path| &path.steps);
        steps.map(|step| self.read_candidate(step.candidate, step.symbol.map(class_of))).collect()
    }

    fn beside_path(&self, path: Option<&Path>) -> Vec<ReadCandidate> {
        let on_path: Vec<usize> = path.iter().flat_map(|path| &path.steps).map(|step| step.candidate).collect();
        let is_beside = |index: &usize| self.readings[*index].best().1 > 0.0 && !on_path.contains(index);
        let beside = (0..self.segments.candidates.len()).filter(is_beside);
        beside.map(|index| self.read_candidate(index, Some(self.readings[index].best().0))).collect()
    }

    fn read_candidate(&self, index: usize, class: Option<Class>) -> ReadCandidate {
        let (candidate, reading) = (&self.segments.candidates[index], &self.readings[index]);
        let glyph = glyph::normalise(&self.segments.ink_of(candidate), candidate.bounds);
        let size = GLYPH_SIZE_PX as u32;
        let mut ranked = Class::ALL.map(|class| (class, reading.of(class)));
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
        let class = class.unwrap_or(Class::NotADigit);
        ReadCandidate {
            bounds: self.moved(&candidate.bounds),
            symbol: symbol_of(class),
            probability: reading.of(class),
            glyph: GrayImage::from_raw(size, size, glyph.pixels.to_vec()).unwrap_or_default(),
            likeliest: [ranked[0], ranked[1]].map(|(class, probability)| (symbol_of(class), probability)),
        }
    }

    fn heard(&self, line: &WholeLine) -> Vec<HeardSymbol> {
        let string = line.scores.likeliest(1).into_iter().next().map(|string| string.symbols).unwrap_or_default();
        let shift_px = (line.left_px - self.origin.0) as f32;
        let places = line.scores.places(&string);
        let symbols = string.iter().zip(places).enumerate();
        symbols
            .map(|(index, (&symbol, columns))| {
                let (probability, second) = match symbol {
                    Symbol::Digit(digit) => digit_heard(line, digit, columns),
                    _ => (mark_probability(line, &string, index), None),
                };
                let (left_px, right_px) = (shift_px + columns.0, shift_px + columns.1);
                HeardSymbol { symbol, left_px, right_px, probability, second }
            })
            .collect()
    }
}

/// The probability of a digit in its columns, and the runner-up there.
fn digit_heard(line: &WholeLine, digit: u8, columns: (f32, f32)) -> (f32, Option<(u8, f32)>) {
    let greatest = line.scores.digits_between(columns);
    let others = (0..10u8).filter(|&other| other != digit).map(|other| (other, greatest[usize::from(other)]));
    (greatest[usize::from(digit)], others.max_by(|a, b| a.1.total_cmp(&b.1)))
}

/// How likely a string is against the same string without one of its symbols.
fn mark_probability(line: &WholeLine, string: &[Symbol], index: usize) -> f32 {
    let without = [&string[..index], &string[index + 1..]].concat();
    let difference = line.scores.log_probability(&without) - line.scores.log_probability(string);
    (1.0 / (1.0 + difference.exp())) as f32
}

/// The class of single characters that a symbol of a path stands for.
fn class_of(symbol: Symbol) -> Class {
    match symbol {
        Symbol::Digit(digit) => Class::Digit(digit),
        Symbol::Point => Class::Point,
        Symbol::Comma => Class::Comma,
        Symbol::Dash => Class::Dash,
        Symbol::Slash => Class::Slash,
        Symbol::Currency => Class::Dollar,
        // The others are never on a path: no class of single characters stands for them.
        _ => Class::NotADigit,
    }
}

fn symbol_of(class: Class) -> Option<Symbol> {
    match class {
        Class::Digit(digit) => Some(Symbol::Digit(digit)),
        Class::Point => Some(Symbol::Point),
        Class::Comma => Some(Symbol::Comma),
        Class::Dash => Some(Symbol::Dash),
        Class::Slash => Some(Symbol::Slash),
        Class::Dollar => Some(Symbol::Currency),
        Class::NotADigit => None,
    }
}

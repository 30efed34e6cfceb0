//! The way through the lattice: candidates and their readings in, the best few strings of symbols out.

use crate::geometry::Rect;
use crate::reader::line::Symbol;
use crate::reader::{Class, Reading};
use crate::segment::{Candidate, Piece, Role, Segments};

use super::{Kind, Rules};
use crate::template::FieldKind;

/// One step of a path: a candidate and what it stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// Index into the candidates.
    pub candidate: usize,
    /// What it stands for; `None` for ink that is left out.
    pub symbol: Option<Symbol>,
}

/// A way through the lattice.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    /// From left to right; every piece lies in exactly one step.
    pub steps: Vec<Step>,
    /// Log-likelihood: the sum over the pieces of the logarithm of the probability of their step.
    pub score: f32,
}

impl Path {
    /// What the path reads as, from left to right.
    pub fn symbols(&self) -> Vec<Symbol> {
        self.steps.iter().filter_map(|step| step.symbol).collect()
    }
}

/// How many paths are kept at each place: the best, its runner-up, and room for paths that differ only further on.
const BEAM_WIDTH: usize = 4;

/// Probability below which nothing is believed impossible.
const FLOOR: f32 = 1e-5;

/// A character left out must be no character at all; this factor keeps digits from being dropped.
const SKIP_CHARACTER: f32 = 0.25;

/// Size of a low mark, in line heights, at which it is a separator as likely as dirt.
const EVEN_MARK_SHARE: f32 = 0.085;

/// A mark that the line reader has seen and the reader of glyphs takes for a 1 is as likely as not.
const HEARD_MARK: f32 = 0.5;

/// A dash is at least so much wider than high.
const DASH_ASPECT: f32 = 1.8;

/// How likely a component is two characters that touch, by its width in line heights: log-odds at a width of one, and what each line
/// height more adds. On validation lines read by the lattice alone, 500 of a kind, -2.2 / -1 / 0 read 64.2 / 67.0 / 67.8 % where all
/// have digits that touch, 88.0 / 88.2 / 88.0 % where a third has, and 96.6 / 96.6 / 96.4 % where none has.
const CUT_LOG_ODDS: f32 = -1.0;
const CUT_LOG_ODDS_SLOPE: f32 = 8.0;

/// A slash is rare and looks like a one: it must be this much likelier.
const SLASH_PRIOR: f32 = 0.15;

/// Log-probability of what numbers hardly ever have: a digit behind a closing stroke, a mark in front, two marks in a row.
const ODD_GRAMMAR: f32 = -3.5;

/// What every candidate of a line costs, whatever it is taken for.
pub struct Prices<'a> {
    segments: &'a Segments,
    candidates: Vec<Price>,
}

/// What one candidate costs, in log-probabilities.
struct Price {
    /// As each of the ten digits.
    digits: [f32; 10],
    /// The likeliest digits, which alone are tried where no digits are given.
    likely: [u8; 2],
    /// As a mark, or as nothing.
    marks: Vec<(Option<Symbol>, f32)>,
    /// As a mark that the line reader has seen in its place: it knows more of them than the reader of single glyphs, to which
    /// a bracket or a slash is a 1.
    heard_mark: f32,
    /// For the cut behind it, if there is one.
    cut: f32,
}

impl<'a> Prices<'a> {
    /// The prices by readings that already have the priors of the kind.
    pub fn of(segments: &'a Segments, readings: &[Reading], kind: Kind) -> Self {
        let pairs = segments.candidates.iter().zip(readings);
        Self {
            segments,
            candidates: pairs.map(|(candidate, reading)| price(segments, candidate, reading, kind)).collect(),
        }
    }

    /// The best paths, best first; strings that differ only in what they leave out count as one. Empty where there is no piece.
    pub fn best_paths(&self) -> Vec<Path> {
        let count = self.segments.pieces.len();
        let mut beams: Vec<Vec<Path>> = vec![Vec::new(); count + 1];
        if count == 0 {
            return Vec::new();
        }
        beams[0].push(Path { steps: Vec::new(), score: 0.0 });
        let mut index = 0;
        for start in 0..count {
            let here = std::mem::take(&mut beams[start]);
            // Candidates are ordered by their first piece.
            while let Some(candidate) = self.segments.candidates.get(index).filter(|candidate| candidate.first == start)
            {
                let price = &self.candidates[index];
                let digits = price.likely.map(|digit| (Some(Symbol::Digit(digit)), price.digits[usize::from(digit)]));
                for path in &here {
                    for &(symbol, log_probability) in digits.iter().chain(&price.marks) {
                        let log_probability = log_probability + grammar_log_probability(path, symbol);
                        let mut longer = path.clone();
                        longer.steps.push(Step { candidate: index, symbol });
                        longer.score += log_probability + price.cut;
                        insert(&mut beams[candidate.last + 1], longer);
                    }
                }
                index += 1;
            }
        }
        beams.pop().unwrap_or_default()
    }

    /// The best path that reads as just the digits of a string, with any marks between them; `None` where there are not as
    /// many candidates in a row. Its score leaves the grammar of marks aside.
    pub fn path_along(&self, symbols: &[Symbol]) -> Option<Path> {
        let digits: Vec<u8> = symbols.iter().filter_map(|symbol| symbol.digit()).collect();
        let marks = marks_between(symbols);
        let (count, width) = (self.segments.pieces.len(), digits.len() + 1);
        let unreached = (f32::NEG_INFINITY, None);
        let mut best: Vec<(f32, Option<Step>)> = vec![unreached; (count + 1) * width];
        best[0].0 = 0.0;
        for (index, candidate) in self.segments.candidates.iter().enumerate() {
            let price = &self.candidates[index];
            let other = price.marks.iter().copied().max_by(|a, b| a.1.total_cmp(&b.1));
            for read in 0..width {
                let score = best[candidate.first * width + read].0 + price.cut;
                if score == f32::NEG_INFINITY {
                    continue;
                }
                let mut reach = |read: usize, symbol: Option<Symbol>, score: f32| {
                    let target = &mut best[(candidate.last + 1) * width + read];
                    if score > target.0 {
                        *target = (score, Some(Step { candidate: index, symbol }));
                    }
                };
                if let Some(&digit) = digits.get(read) {
                    reach(read + 1, Some(Symbol::Digit(digit)), score + price.digits[usize::from(digit)]);
                }
                if let Some((symbol, log_probability)) = other {
                    reach(read, symbol, score + log_probability);
                }
                if let Some(mark) = marks[read] {
                    reach(read, Some(mark), score + price.heard_mark);
                }
            }
        }
        let score = best.last()?.0;
        let (mut piece, mut read, mut steps) = (count, digits.len(), Vec::new());
        while piece > 0 {
            let step = best[piece * width + read].1?;
            steps.push(step);
            piece = self.segments.candidates[step.candidate].first;
            read -= usize::from(step.symbol.is_some_and(|symbol| symbol.digit().is_some()));
        }
        steps.reverse();
        Some(Path { steps, score })
    }
}

/// The last mark with ink of its own before the first digit of a string, between every two, and behind the last one.
fn marks_between(symbols: &[Symbol]) -> Vec<Option<Symbol>> {
    let mut marks = vec![None];
    for &symbol in symbols {
        match symbol {
            Symbol::Digit(_) => marks.push(None),
            Symbol::Raised => {}
            mark => *marks.last_mut().unwrap_or(&mut None) = Some(mark),
        }
    }
    marks
}

/// Keeps a beam short, sorted, and without two paths of one text.
fn insert(beam: &mut Vec<Path>, path: Path) {
    let text = |path: &Path| path.steps.iter().filter_map(|step| step.symbol).map(Symbol::as_char).collect::<String>();
    let own = text(&path);
    if let Some(twin) = beam.iter().position(|other| text(other) == own) {
        if beam[twin].score >= path.score {
            return;
        }
        beam.remove(twin);
    }
    let place = beam.partition_point(|other| other.score >= path.score);
    if place < BEAM_WIDTH {
        beam.insert(place, path);
        beam.truncate(BEAM_WIDTH);
    }
}

/// The price of a symbol behind what a path has read so far, by the grammar of amounts.
fn grammar_log_probability(path: &Path, symbol: Option<Symbol>) -> f32 {
    let Some(symbol) = symbol else { return 0.0 };
    let read = || path.steps.iter().rev().filter_map(|step| step.symbol);
    let last = read().next();
    let has_digit = || read().any(|symbol| matches!(symbol, Symbol::Digit(_)));
    let odd = match symbol {
        Symbol::Digit(_) => last == Some(Symbol::Dash) && has_digit(),
        Symbol::Point | Symbol::Comma => last.is_none_or(|last| !matches!(last, Symbol::Digit(_))),
        Symbol::Dash => last == Some(Symbol::Dash),
        Symbol::Currency => last.is_some(),
        // The other symbols are not among the classes of single characters.
        _ => false,
    };
    if odd { ODD_GRAMMAR } else { 0.0 }
}

/// The price of cutting a component behind a candidate; nothing where the candidate ends with its component.
fn cut_log_probability(segments: &Segments, candidate: &Candidate) -> f32 {
    if !segments.is_cut_behind(candidate) {
        return 0.0;
    }
    let component = segments.pieces[candidate.last].component;
    let parts = segments.pieces.iter().filter(|piece| piece.component == component);
    let width = parts.fold(Rect::default(), |bounds, piece| bounds.union(&piece.bounds)).width as f32;
    let log_odds = CUT_LOG_ODDS + CUT_LOG_ODDS_SLOPE * (width / segments.line_height_px.max(1.0) - 1.0);
    -(1.0 + (-log_odds).exp()).ln()
}

/// A reading with the classes weighed by how often they occur in numbers of this kind: taken by itself, a slanted 1 is as likely a slash,
/// but slashes are rare in amounts, there are none among digits, and in dates they are what is to be expected.
pub fn with_priors(reading: &Reading, rules: &Rules) -> Reading {
    let is_date = matches!(rules.spec.map(|spec| spec.kind), Some(FieldKind::Date(_)));
    let mut weighed = *reading;
    let symbols = [Class::Point, Class::Comma, Class::Dash, Class::Slash, Class::Dollar];
    for class in symbols {
        let prior = match (rules.kind, class) {
            (Kind::Digits, _) => 0.0,
            (_, Class::Slash) if !is_date => SLASH_PRIOR,
            _ => 1.0,
        };
        weighed.probabilities[class.index()] *= prior;
    }
    let total: f32 = weighed.probabilities.iter().sum();
    if total > 0.0 {
        weighed.probabilities.iter_mut().for_each(|probability| *probability /= total);
    }
    weighed
}

/// What a candidate costs. A candidate of several pieces counts once for each, so that a path of few large characters and one of
/// many small ones can be compared.
fn price(segments: &Segments, candidate: &Candidate, reading: &Reading, kind: Kind) -> Price {
    let pieces = &segments.pieces[candidate.first..=candidate.last];
    let weight = pieces.len() as f32;
    let log = |probability: f32| weight * probability.max(FLOOR).ln();
    let is_lone_mark = pieces.len() == 1 && pieces[0].role != Role::Character;
    let is_wanted = kind != Kind::Digits;
    let mut marks = Vec::new();
    let digit_share = if is_lone_mark {
        let small_digit = small_digit_prior(&pieces[0], segments.line_height_px);
        let (separator, probability) = mark(&pieces[0], reading, segments.line_height_px);
        let rest = 1.0 - small_digit;
        if is_wanted {
            marks.push((Some(separator), log(rest * probability)));
        }
        marks.push((None, log(if is_wanted { rest * (1.0 - probability) } else { rest })));
        small_digit
    } else {
        if is_wanted {
            marks.push((Some(Symbol::Slash), log(reading.of(Class::Slash))));
            marks.push((Some(Symbol::Currency), log(reading.of(Class::Dollar))));
            marks.push((Some(Symbol::Dash), log(0.5 * reading.of(Class::Dash))));
        }
        if pieces.len() == 1 {
            let share = SKIP_CHARACTER * not_a_digit(reading) * small_share(&pieces[0], segments);
            marks.push((None, log(share)));
        }
        if is_wanted { no_mark_probability(pieces, reading, segments.line_height_px) } else { 1.0 }
    };
    Price {
        digits: std::array::from_fn(|digit| log(digit_share * reading.probabilities[digit])),
        likely: [reading.best_digit().0, reading.second_digit().0],
        marks,
        heard_mark: log(HEARD_MARK * like_a_mark(reading)),
        cut: cut_log_probability(segments, candidate),
    }
}

/// How much a glyph looks like what marks look like to the reader of glyphs.
fn like_a_mark(reading: &Reading) -> f32 {
    let alike =
        [Class::Digit(1), Class::Point, Class::Comma, Class::Dash, Class::Slash, Class::Dollar, Class::NotADigit];
    alike.iter().map(|&class| reading.of(class)).fold(0.0, f32::max)
}

/// The probability that a character is none: its own class, and symbols that no number has in that place.
fn not_a_digit(reading: &Reading) -> f32 {
    let others = [Class::Point, Class::Comma, Class::Dash, Class::Slash, Class::Dollar];
    reading.of(Class::NotADigit) + 0.3 * others.iter().map(|&class| reading.of(class)).sum::<f32>()
}

/// 1 for a piece as small as dirt, a fifth for one of a character's size: what is large is rarely meant to be left out.
fn small_share(piece: &Piece, segments: &Segments) -> f32 {
    (1.2 - piece.bounds.height as f32 / segments.line_height_px.max(1.0)).clamp(0.2, 1.0)
}

/// How likely a mark of this size is a digit written small: the height decides, and a digit does not stand at the foot of the line.
fn small_digit_prior(piece: &Piece, line_height_px: f32) -> f32 {
    let height = piece.bounds.height as f32 / line_height_px.max(1.0);
    let prior = ((height - 0.2) / 0.3).clamp(0.03, 0.95);
    if piece.role == Role::LowMark { 0.3 * prior } else { prior }
}

/// How likely a candidate of several pieces holds no separator: a point that is swallowed by a digit makes a tenfold error.
fn no_mark_probability(pieces: &[Piece], reading: &Reading, line_height_px: f32) -> f32 {
    if pieces.len() == 1 {
        return 1.0;
    }
    let marks = pieces.iter().filter(|piece| piece.role == Role::LowMark);
    marks.map(|piece| 1.0 - mark(piece, reading, line_height_px).1).product()
}

/// What a small mark may be as a separator, and how likely that is against dirt.
fn mark(piece: &Piece, reading: &Reading, line_height_px: f32) -> (Symbol, f32) {
    let (width, height) = (piece.bounds.width as f32, piece.bounds.height as f32);
    if piece.role == Role::LowMark {
        let size = width.max(height) / line_height_px.max(1.0);
        let probability = 1.0 / (1.0 + (-(size - EVEN_MARK_SHARE) * 80.0).exp());
        let comma = reading.of(Class::Comma) > reading.of(Class::Point) || height > 1.7 * width;
        return (if comma { Symbol::Comma } else { Symbol::Point }, probability);
    }
    let flat = width >= DASH_ASPECT * height && width >= 0.25 * line_height_px;
    (Symbol::Dash, if flat { 0.5 + 0.5 * reading.of(Class::Dash) } else { 0.3 * reading.of(Class::Dash) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_have_their_place_between_digits() {
        let symbols: Vec<Symbol> = "(1.2^50)".chars().filter_map(Symbol::of_char).collect();
        let expected = [Some(Symbol::Open), Some(Symbol::Point), None, None, Some(Symbol::Close)];
        assert_eq!(marks_between(&symbols), expected);
        assert_eq!(marks_between(&[]), [None]);
    }
}

//! The way through the lattice: candidates and their readings in, the best few strings of symbols out.

use crate::geometry::Rect;
use crate::reader::line::Symbol;
use crate::reader::{Class, Reading};
use crate::segment::{Candidate, Piece, Role, Segments};

use super::Kind;

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

/// How many paths are kept at each place: the best, its runner-up, and room for paths that differ only further on.
const BEAM_WIDTH: usize = 4;

/// Probability below which nothing is believed impossible.
const FLOOR: f32 = 1e-5;

/// A character left out must be no character at all; this factor keeps digits from being dropped.
const SKIP_CHARACTER: f32 = 0.25;

/// Size of a low mark, in line heights, at which it is a separator as likely as dirt.
const EVEN_MARK_SHARE: f32 = 0.085;

/// A dash is at least so much wider than high.
const DASH_ASPECT: f32 = 1.8;

/// How likely a component is two characters that touch, by its width in line heights: log-odds at a width of one, and what each line
/// height more adds. Without this price single digits are cut to pieces: 110 of 300
/// benchmark lines were right, with it 168 (both with a nearest-neighbour reader).
const CUT_LOG_ODDS: f32 = -2.2;
const CUT_LOG_ODDS_SLOPE: f32 = 8.0;

/// A slash is rare and looks like a one: it must be this much likelier.
const SLASH_PRIOR: f32 = 0.15;

/// Log-probability of what numbers hardly ever have: a digit behind a closing stroke, a mark in front, two marks in a row.
const ODD_GRAMMAR: f32 = -3.5;

/// The best paths, best first, by readings that already have the priors of the kind; strings that differ only in what they leave out count as one. Empty where there is no piece.
pub fn best_paths(segments: &Segments, readings: &[Reading], kind: Kind) -> Vec<Path> {
    let count = segments.pieces.len();
    let mut beams: Vec<Vec<Path>> = vec![Vec::new(); count + 1];
    if count == 0 {
        return Vec::new();
    }
    beams[0].push(Path { steps: Vec::new(), score: 0.0 });
    for start in 0..count {
        let here = std::mem::take(&mut beams[start]);
        for (index, candidate) in segments.candidates.iter().enumerate().filter(|(_, c)| c.first == start) {
            let options = options(segments, candidate, &readings[index], kind);
            let cut = cut_log_probability(segments, candidate);
            for path in &here {
                for &(symbol, log_probability) in &options {
                    let log_probability = log_probability + grammar_log_probability(path, symbol);
                    let mut longer = path.clone();
                    longer.steps.push(Step { candidate: index, symbol });
                    longer.score += log_probability + cut;
                    insert(&mut beams[candidate.last + 1], longer);
                }
            }
        }
    }
    beams.pop().unwrap_or_default()
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
/// but slashes are rare in amounts and there are none among digits.
pub fn with_priors(reading: &Reading, kind: Kind) -> Reading {
    let mut weighed = *reading;
    let symbols = [Class::Point, Class::Comma, Class::Dash, Class::Slash, Class::Dollar];
    for class in symbols {
        let prior = match (kind, class) {
            (Kind::Digits, _) => 0.0,
            (_, Class::Slash) => SLASH_PRIOR,
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

/// What a candidate may stand for, with log-probabilities. A candidate of several pieces counts once for each, so that a path of
/// few large characters and one of many small ones can be compared.
fn options(segments: &Segments, candidate: &Candidate, reading: &Reading, kind: Kind) -> Vec<(Option<Symbol>, f32)> {
    let pieces = &segments.pieces[candidate.first..=candidate.last];
    let weight = pieces.len() as f32;
    let mut options = Vec::new();
    let mut add =
        |symbol: Option<Symbol>, probability: f32| options.push((symbol, weight * probability.max(FLOOR).ln()));
    let is_lone_mark = pieces.len() == 1 && pieces[0].role != Role::Character;
    let (best, best_probability) = reading.best_digit();
    let (second, second_probability) = reading.second_digit();
    if is_lone_mark {
        let small_digit = small_digit_prior(&pieces[0], segments.line_height_px);
        let (separator, probability) = mark(&pieces[0], reading, segments.line_height_px);
        let wanted = kind != Kind::Digits;
        let rest = 1.0 - small_digit;
        if wanted {
            add(Some(separator), rest * probability);
        }
        add(None, if wanted { rest * (1.0 - probability) } else { rest });
        add(Some(Symbol::Digit(best)), small_digit * best_probability);
        add(Some(Symbol::Digit(second)), small_digit * second_probability);
        return options;
    }
    let no_mark =
        if kind == Kind::Digits { 1.0 } else { no_mark_probability(pieces, reading, segments.line_height_px) };
    add(Some(Symbol::Digit(best)), no_mark * best_probability);
    add(Some(Symbol::Digit(second)), no_mark * second_probability);
    if kind != Kind::Digits {
        add(Some(Symbol::Slash), reading.of(Class::Slash));
        add(Some(Symbol::Currency), reading.of(Class::Dollar));
        add(Some(Symbol::Dash), 0.5 * reading.of(Class::Dash));
    }
    if pieces.len() == 1 {
        add(None, SKIP_CHARACTER * not_a_digit(reading) * small_share(&pieces[0], segments));
    }
    options
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

//! Writing that only fills a field: the pieces of a field and their readings in, those that mean nothing out.

use super::WholeLine;
use crate::geometry::Rect;
use crate::reader::line::Symbol;
use crate::reader::{Class, Reading};
use crate::segment::Segments;
use crate::template::FieldSpec;

/// A glyph is a filler if the classes that fillers fall into - dash, slash, rubbish - have at least this probability together.
const MIN_FILLER: f32 = 0.4;

/// A stroke or wave is at least so many times wider than high: no digit is, ...
const STROKE_ASPECT: f32 = 1.8;
/// ... and from here on no digits are that touch in one long stroke either, so that the line reader is not asked.
const SURE_STROKE_ASPECT: f32 = 4.0;
/// At most this share of the columns of a stroke holds more than one run of ink: its ends may curl.
const MAX_PARTED_SHARE: f32 = 0.12;

/// A line that the line reader reads as a number with at least this probability holds no filler alone.
const SURE_NUMBER: f64 = 0.5;

/// The line reader hears a digit where one has at least this probability.
const MIN_HEARD_DIGIT: f32 = 0.3;

/// The pieces that only fill a field, from left to right: all of them where nothing but crosses, dashes, a long stroke or wave stands in
/// it, and in combs those in the cells before the first and behind the last digit. Empty where the field holds a number alone, or
/// something else.
///
/// Of 20 drawn fillers of a kind, each as amounts and as digits, all dashes, rows of dashes, long strokes, waves, `=` and long Z are found, 10 of
/// single crosses, 10 of three, 13 of small ones, and no slash: by itself it is a 1. What is missed is mostly rejected.
///
/// No digit is dropped that the line reader hears, so a field should be read as a line first; without a line nothing but strokes fills the
/// cells of a comb.
pub fn fillers_of(segments: &Segments, readings: &[Reading], line: Option<&WholeLine>, spec: &FieldSpec) -> Vec<usize> {
    let filled: Vec<bool> = (0..segments.pieces.len()).map(|piece| is_filler(segments, readings, piece)).collect();
    if filled.iter().all(|&is_filler| is_filler) {
        let are_strokes = (0..filled.len()).all(|piece| is_stroke(segments, piece, SURE_STROKE_ASPECT));
        let is_number = !are_strokes && line.is_some_and(is_heard_as_number);
        return if is_number { Vec::new() } else { (0..filled.len()).collect() };
    }
    if spec.cells.is_none() || segments.cells.is_none() {
        return Vec::new();
    }
    let is_blank = |piece: usize| {
        filled[piece] && (is_stroke(segments, piece, STROKE_ASPECT) || is_unheard(segments, line, piece))
    };
    let first = (0..filled.len()).position(|piece| !is_blank(piece)).unwrap_or(0);
    let last = (0..filled.len()).rposition(|piece| !is_blank(piece)).unwrap_or(0);
    (0..first).chain(last + 1..filled.len()).collect()
}

/// Whether a piece by itself is a cross, a dash, a slash, or a stroke too wide for a digit.
fn is_filler(segments: &Segments, readings: &[Reading], piece: usize) -> bool {
    if is_stroke(segments, piece, STROKE_ASPECT) {
        return true;
    }
    let is_alone = |index: &usize| {
        let candidate = &segments.candidates[*index];
        (candidate.first, candidate.last) == (piece, piece)
    };
    let Some(candidate) = (0..segments.candidates.len()).find(is_alone) else { return false };
    let reading = &readings[candidate];
    let filling = [Class::Dash, Class::Slash, Class::NotADigit];
    filling.iter().map(|&class| reading.of(class)).sum::<f32>() >= MIN_FILLER
}

/// Whether the component of a piece is a stroke or wave at least so many times wider than high.
///
/// Such a stroke goes from left to right and never back, so that a column holds one run of its ink; touching digits have loops.
fn is_stroke(segments: &Segments, piece: usize, aspect: f32) -> bool {
    let component = segments.pieces[piece].component;
    let parts = || segments.pieces.iter().filter(|piece| piece.component == component);
    let bounds = parts().fold(Rect::default(), |bounds, piece| bounds.union(&piece.bounds));
    if (bounds.width as f32) < aspect * bounds.height as f32 {
        return false;
    }
    let mut rows = vec![Vec::new(); bounds.width as usize];
    for run in parts().flat_map(|piece| &piece.runs) {
        (run.start..run.end).for_each(|x| rows[(x - bounds.x) as usize].push(run.row));
    }
    let is_parted = |rows: &mut Vec<i32>| {
        rows.sort_unstable();
        rows.windows(2).any(|pair| pair[1] > pair[0] + 1)
    };
    let parted = rows.iter_mut().filter_map(|rows| is_parted(rows).then_some(())).count();
    parted as f32 <= MAX_PARTED_SHARE * bounds.width as f32
}

/// Whether the line reader was asked and hears no digit where a piece stands.
fn is_unheard(segments: &Segments, line: Option<&WholeLine>, piece: usize) -> bool {
    let bounds = segments.pieces[piece].bounds;
    line.is_some_and(|line| {
        let columns = ((bounds.x - line.left_px) as f32, (bounds.right() - line.left_px) as f32);
        line.scores.digits_between(columns).into_iter().all(|probability| probability < MIN_HEARD_DIGIT)
    })
}

fn is_heard_as_number(line: &WholeLine) -> bool {
    let likeliest = line.scores.likeliest(1);
    let holds_digit = |symbols: &[Symbol]| symbols.iter().any(|symbol| symbol.digit().is_some());
    likeliest.first().is_some_and(|heard| heard.probability >= SURE_NUMBER && holds_digit(&heard.symbols))
}

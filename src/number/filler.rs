//! Writing that only fills a field: the pieces of a field and their readings in, those that mean nothing out.

use super::WholeLine;
use crate::reader::line::Symbol;
use crate::reader::{Class, Reading};
use crate::segment::Segments;
use crate::template::FieldSpec;

/// A glyph is a filler if the classes that fillers fall into - dash, slash, rubbish - have at least this probability together.
const MIN_FILLER: f32 = 0.6;

/// A stroke or wave is at least so many times wider than high: no digit is.
const STROKE_ASPECT: f32 = 2.2;

/// A line that the line reader reads as a number with at least this probability holds no filler alone.
const SURE_NUMBER: f64 = 0.5;

/// The pieces that only fill a field, from left to right: all of them where nothing but crosses, dashes, a long stroke or wave stands in
/// it, and in combs those in the cells before the first and behind the last digit. Empty where the field holds a number alone, or
/// something else.
///
/// Whoever asks the line reader for what is left should read [`Segments::without`] them.
pub fn fillers_of(segments: &Segments, readings: &[Reading], line: Option<&WholeLine>, spec: &FieldSpec) -> Vec<usize> {
    let filled: Vec<bool> = (0..segments.pieces.len()).map(|piece| is_filler(segments, readings, piece)).collect();
    if filled.iter().all(|&is_filler| is_filler) {
        let is_number = line.is_some_and(|line| is_heard_as_number(line));
        return if is_number { Vec::new() } else { (0..filled.len()).collect() };
    }
    if spec.cells.is_none() || segments.cells.is_none() {
        return Vec::new();
    }
    let first = filled.iter().position(|&is_filler| !is_filler).unwrap_or(0);
    let last = filled.iter().rposition(|&is_filler| !is_filler).unwrap_or(0);
    (0..first).chain(last + 1..filled.len()).collect()
}

/// Whether a piece by itself is a cross, a dash, a slash, or a stroke too wide for a digit.
fn is_filler(segments: &Segments, readings: &[Reading], piece: usize) -> bool {
    let is_alone = |index: &usize| {
        let candidate = &segments.candidates[*index];
        (candidate.first, candidate.last) == (piece, piece)
    };
    let Some(candidate) = (0..segments.candidates.len()).find(is_alone) else { return false };
    let bounds = segments.pieces[piece].bounds;
    let is_stroke = bounds.width as f32 >= STROKE_ASPECT * bounds.height as f32;
    let reading = &readings[candidate];
    let filling = [Class::Dash, Class::Slash, Class::NotADigit];
    is_stroke || filling.iter().map(|&class| reading.of(class)).sum::<f32>() >= MIN_FILLER
}

fn is_heard_as_number(line: &WholeLine) -> bool {
    let likeliest = line.scores.likeliest(1);
    let holds_digit = |symbols: &[Symbol]| symbols.iter().any(|symbol| symbol.digit().is_some());
    likeliest.first().is_some_and(|heard| heard.probability >= SURE_NUMBER && holds_digit(&heard.symbols))
}

//! The digits of a number one by one: a value that was voted for in, its digits with their places on the page out.

use super::vote::Ballot;
use super::{Digit, WholeLine};
use crate::geometry::{Rect, Transform};
use crate::reader::Reading;
use crate::reader::line::Symbol;
use crate::segment::Segments;
use crate::style;

/// Where the digits stand.
pub(super) struct Place<'a> {
    pub(super) segments: &'a Segments,
    /// One a candidate.
    pub(super) readings: &'a [Reading],
    pub(super) line: Option<&'a WholeLine>,
    /// From the clean page to the original one.
    pub(super) to_scan: &'a Transform,
    pub(super) with_style: bool,
}

/// The digits of a value, from left to right: by the path of the lattice where there is one, else by the columns of the line reader.
pub(super) fn of(ballot: &Ballot, place: &Place) -> Vec<Digit> {
    match (&ballot.path, place.line) {
        (Some(path), _) => path
            .steps
            .iter()
            .filter_map(|step| match step.symbol {
                Some(Symbol::Digit(digit)) => Some(of_candidate(digit, step.candidate, place)),
                _ => None,
            })
            .collect(),
        (None, Some(line)) => of_columns(ballot, line, place),
        (None, None) => Vec::new(),
    }
}

fn of_candidate(digit: u8, candidate: usize, place: &Place) -> Digit {
    let reading = &place.readings[candidate];
    let (first, second) = (reading.best_digit(), reading.second_digit());
    let other = if first.0 == digit { second } else { first };
    let candidate = &place.segments.candidates[candidate];
    Digit {
        digit,
        confidence: reading.probabilities[usize::from(digit)],
        second: other.0,
        second_confidence: other.1,
        bounds: place.to_scan.apply_to_rect(&candidate.bounds),
        // The way back to the scan turns and shifts, it does not change lengths.
        style: place.with_style.then(|| style::measure(&place.segments.ink_of(candidate))),
    }
}

/// Digits that no cut parts: their columns are known, their rows are those of the line.
fn of_columns(ballot: &Ballot, line: &WholeLine, place: &Place) -> Vec<Digit> {
    let rows = place.segments.bounds();
    let places = line.scores.places(&ballot.symbols);
    let digits = ballot.symbols.iter().zip(places).filter_map(|(symbol, columns)| match symbol {
        Symbol::Digit(digit) => Some((*digit, columns)),
        _ => None,
    });
    let of_columns = |(digit, (start, end)): (u8, (f32, f32))| {
        let (left, right) = (line.left_px + start as i32, line.left_px + end.ceil() as i32);
        let bounds = Rect::from_edges(left, rows.y, right.max(left + 1), rows.bottom());
        let greatest = line.scores.digits_between((start, end));
        let others = (0..10u8).filter(|&other| other != digit);
        let second = others.max_by(|&a, &b| greatest[usize::from(a)].total_cmp(&greatest[usize::from(b)]));
        let second = second.unwrap_or(digit);
        Digit {
            digit,
            confidence: greatest[usize::from(digit)],
            second,
            second_confidence: greatest[usize::from(second)],
            bounds: place.to_scan.apply_to_rect(&bounds),
            style: None,
        }
    };
    digits.map(of_columns).collect()
}

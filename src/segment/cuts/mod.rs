//! Touching characters: a connected component in, the ways along which it may be cut out.
//!
//! A cut is the cheapest way from top to foot through a place where characters may touch. Ink costs less where strokes meet, so that
//! cuts part neighbours rather than open the loop of a single digit.

mod places;
mod seam;
mod upright;

use crate::runs::{Component, Run};
use places::places;
use seam::Seams;
use upright::Upright;

/// A component narrower than this share of the line's height is one character: two ones that touch are as wide as this.
const MIN_WIDTH_SHARE: f32 = 0.5;

/// A component gets so many cuts, and at most so many more for each line height by which it is wider than the widest single digits; more
/// cost time and read hardly any better.
const FEWEST_CUTS: usize = 2;
const MORE_CUTS_PER_HEIGHT: f32 = 4.0;
const SINGLE_WIDTH_SHARE: f32 = 0.85;

/// What a cut parts on either side is at least this high in line heights, and has at least this much ink in squares of it.
const MIN_PART_HEIGHT_SHARE: f32 = 0.5;
const MIN_PART_AREA_SHARE: f32 = 0.04;

/// Two cuts have at least this much ink between them, and at most so much on the wrong side where they cross.
const MIN_AREA_BETWEEN_SHARE: f32 = 0.03;
const MAX_AREA_CROSSED_SHARE: f32 = 0.01;

/// A way to cut a component in two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// For each row of the component, from the top, the first column of the page to the right of the cut.
    pub columns: Vec<i32>,
}

/// Proposes cuts, from left to right.
///
/// `slant` is that of the writing, in columns to the right for each row up.
pub fn propose(component: &Component, line_height_px: f32, slant: f32) -> Vec<Cut> {
    let width_px = component.bounds.width as f32;
    if width_px < MIN_WIDTH_SHARE * line_height_px {
        return Vec::new();
    }
    let surplus = (width_px / line_height_px - SINGLE_WIDTH_SHARE).max(0.0);
    let most = FEWEST_CUTS + (MORE_CUTS_PER_HEIGHT * surplus).ceil() as usize;
    let upright = Upright::of(component, slant);
    let seams = Seams::of(&upright);
    let mut chosen: Vec<Cut> = Vec::new();
    for place in places(&upright, &seams, line_height_px) {
        if chosen.len() == most {
            break;
        }
        let cut = Cut { columns: seams.through(place.row, place.column) };
        let is_new = chosen.iter().all(|other| is_apart(component, &cut, other, line_height_px));
        if is_new && parts_are_characters(component, &cut, line_height_px) {
            chosen.push(cut);
        }
    }
    chosen.sort_by_key(|cut| cut.columns.iter().sum::<i32>());
    chosen
}

/// Whether two cuts part the component differently, and do not cross.
fn is_apart(component: &Component, cut: &Cut, other: &Cut, line_height_px: f32) -> bool {
    let (mut left, mut right) = (0, 0);
    for run in &component.runs {
        let row = (run.row - component.bounds.y) as usize;
        let within = |cut: &Cut| cut.columns[row].clamp(run.start, run.end);
        let between = within(cut) - within(other);
        left += (-between).max(0);
        right += between.max(0);
    }
    let square = line_height_px * line_height_px;
    left.max(right) as f32 >= MIN_AREA_BETWEEN_SHARE * square
        && (left.min(right) as f32) < MAX_AREA_CROSSED_SHARE * square
}

/// Whether the ink on either side of a cut is large enough for a character.
fn parts_are_characters(component: &Component, cut: &Cut, line_height_px: f32) -> bool {
    let parts = split(component, std::slice::from_ref(cut));
    parts.iter().all(|runs| {
        let (Some(first), Some(last)) = (runs.first(), runs.last()) else { return false };
        let area: i32 = runs.iter().map(Run::length).sum();
        (last.row + 1 - first.row) as f32 >= MIN_PART_HEIGHT_SHARE * line_height_px
            && area as f32 >= MIN_PART_AREA_SHARE * line_height_px * line_height_px
    })
}

/// Splits the runs of a component at its cuts: one list of runs for each part, from left to right.
pub fn split(component: &Component, cuts: &[Cut]) -> Vec<Vec<Run>> {
    let mut parts = vec![Vec::new(); cuts.len() + 1];
    for run in &component.runs {
        let row = (run.row - component.bounds.y) as usize;
        let mut start = run.start;
        for (part, cut) in cuts.iter().enumerate() {
            let end = cut.columns[row].min(run.end);
            if end > start {
                parts[part].push(Run { row: run.row, start, end });
                start = end;
            }
        }
        if run.end > start {
            parts[cuts.len()].push(Run { row: run.row, start, end: run.end });
        }
    }
    parts
}

#[cfg(test)]
mod tests;

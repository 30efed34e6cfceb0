//! Whether writing is struck out: the pieces of a field in, a yes or no out.
//!
//! A stroke that crosses a number runs through the gaps between its characters, where nothing else is written, and has ink of the
//! characters above and below it. An underline has none below, a bar through one character is short, touching characters leave
//! paper in their loops and between most of them.

use super::Segments;
use crate::geometry::Rect;

/// The writing is looked at in rows so high that a line has this many: enough for a pen's width, and the way of a stroke
/// does not depend on the resolution.
const ROWS: i32 = 24;

/// Paper on the way of a stroke is at most this share of its columns.
const MAX_PAPER_SHARE: f32 = 0.03;

/// A stroke crosses at least this share of the width of the writing, ...
const MIN_WIDTH_SHARE: f32 = 0.8;
/// ... and is at least this long in line heights: a bar, a slanted 7 and two characters that touch are shorter.
const MIN_LENGTH_SHARE: f32 = 1.3;

/// Ink of the characters stands above and below a stroke in at least this share of its columns each.
const MIN_CROSSED_SHARE: f32 = 0.25;

/// What a step to the row above or below costs a stroke, in columns of paper: strokes are level, the outlines of characters are not.
const STEP_COST: f32 = 0.12;
/// The cost of all a stroke's steps is at most this share of its columns.
const MAX_STEP_SHARE: f32 = 0.35;

/// Ink nearer than this to the middle of a stroke is the stroke itself, in rows.
const PEN_ROWS: i32 = 4;

/// Whether one or more strokes cross most of the characters: level, slanted, wavy, double, or crossed; slants steeper than one row in three
/// columns are missed.
///
/// Of 60 drawn numbers each, struck out with a level, wavy, slanted, double stroke or a cross, 58, 56, 59, 50 and 47 are found; of 1,000
/// drawn numbers that are not struck out none is taken for one, of 1,000 amounts none, of 1,000 numbers with touching digits 8, of
/// 300 underlined ones none.
pub fn is_struck_out(segments: &Segments) -> bool {
    Raster::of(segments).is_some_and(|raster| raster.stroke().is_some_and(|stroke| raster.is_crossed_by(&stroke)))
}

/// The writing of a field in [`ROWS`] rows for each line height, square pixels; true is ink.
struct Raster {
    width: usize,
    height: usize,
    ink: Vec<bool>,
    /// Rows a line height.
    line_rows: f32,
}

impl Raster {
    fn of(segments: &Segments) -> Option<Self> {
        // The box of a line that is struck out may be higher than its characters, never lower.
        let bounds: Rect = segments.bounds();
        if bounds.is_empty() {
            return None;
        }
        let scale = (ROWS as f32 / bounds.height as f32).min(1.0);
        let size = |length: i32| ((length as f32 * scale).ceil() as usize).max(1);
        let (width, height) = (size(bounds.width), size(bounds.height));
        let mut ink = vec![false; width * height];
        for run in segments.pieces.iter().flat_map(|piece| &piece.runs) {
            let place = |at: i32| (at as f32 * scale) as usize;
            let row = place(run.row - bounds.y);
            let (start, end) = (place(run.start - bounds.x), place(run.end - 1 - bounds.x));
            ink[row * width + start..=row * width + end].fill(true);
        }
        Some(Self { width, height, ink, line_rows: bounds.height as f32 * scale })
    }

    fn is_ink(&self, row: usize, column: usize) -> bool {
        self.ink[row * self.width + column]
    }

    /// The way with the most ink from the left to the right of the writing, as a row for each column from the first on; the ends, where
    /// a stroke need not reach, are left out. `None` where too much paper is on it.
    fn stroke(&self) -> Option<(usize, Vec<usize>)> {
        let margin = ((1.0 - MIN_WIDTH_SHARE) / 2.0 * self.width as f32) as usize;
        let (first, end) = (margin, self.width - margin);
        if ((end - first) as f32) < MIN_LENGTH_SHARE * self.line_rows {
            return None;
        }
        let paper = |row: usize, column: usize| if self.is_ink(row, column) { 0.0 } else { 1.0 };
        let mut costs: Vec<f32> = (0..self.height).map(|row| paper(row, first)).collect();
        let mut froms: Vec<Vec<usize>> = Vec::with_capacity(end - first);
        for column in first + 1..end {
            let step = |row: usize| {
                let others = [row.checked_sub(1), Some(row + 1).filter(|&below| below < self.height)];
                let beside = others.into_iter().flatten().map(|from| (costs[from] + STEP_COST, from));
                let level = (costs[row], row);
                let (cost, from) = beside.fold(level, |best, other| if other.0 < best.0 { other } else { best });
                (cost + paper(row, column), from)
            };
            let steps: Vec<(f32, usize)> = (0..self.height).map(step).collect();
            costs = steps.iter().map(|(cost, _)| *cost).collect();
            froms.push(steps.into_iter().map(|(_, from)| from).collect());
        }
        let mut row = (0..self.height).min_by(|&a, &b| costs[a].total_cmp(&costs[b]))?;
        let mut rows = vec![row];
        for from in froms.iter().rev() {
            row = from[row];
            rows.push(row);
        }
        rows.reverse();
        self.is_stroke(first, &rows).then_some((first, rows))
    }

    fn is_stroke(&self, first: usize, rows: &[usize]) -> bool {
        let paper = rows.iter().enumerate().filter(|&(at, &row)| !self.is_ink(row, first + at)).count();
        let steps = rows.windows(2).filter(|pair| pair[0] != pair[1]).count();
        let share = |count: usize| count as f32 / rows.len() as f32;
        share(paper) <= MAX_PAPER_SHARE && share(steps) <= MAX_STEP_SHARE
    }

    /// Whether characters stand out on both sides of a stroke.
    fn is_crossed_by(&self, (first, rows): &(usize, Vec<usize>)) -> bool {
        let pen = PEN_ROWS as usize;
        let has_ink =
            |column: usize, rows: std::ops::Range<usize>| rows.into_iter().any(|row| self.is_ink(row, column));
        let sides = rows.iter().enumerate().map(|(at, &row)| {
            let above = has_ink(first + at, 0..row.saturating_sub(pen - 1));
            (above, has_ink(first + at, (row + pen).min(self.height)..self.height))
        });
        let (above, below) =
            sides.fold((0, 0), |(above, below), side| (above + i32::from(side.0), below + i32::from(side.1)));
        above.min(below) as f32 >= MIN_CROSSED_SHARE * rows.len() as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runs::{Runs, mask_of};
    use crate::segment::pieces::{Role, piece_of};

    /// Three noughts, 24 rows high and 20 columns wide each, with more ink where `stroke` says so.
    fn noughts(stroke: impl Fn(i32, i32) -> bool) -> bool {
        let is_nought = |x: i32, y: i32| {
            let (x, y) = (f64::from(x % 24 - 10) / 9.0, f64::from(y - 12) / 11.0);
            (0.7..1.1).contains(&x.hypot(y))
        };
        let row = |y: i32| (0..72).map(|x| if is_nought(x, y) || stroke(x, y) { '#' } else { '.' }).collect::<String>();
        let picture: Vec<String> = (0..26).map(row).collect();
        let picture: Vec<&str> = picture.iter().map(String::as_str).collect();
        let runs = Runs::of_mask(&mask_of(&picture)).all().to_vec();
        let pieces = piece_of(runs, Role::Character, 0).into_iter().collect();
        is_struck_out(&Segments { pieces, line_height_px: 24.0, ..Segments::default() })
    }

    #[test]
    fn strokes_through_the_middle_strike_out() {
        assert!(noughts(|_, y| (11..14).contains(&y)), "level");
        assert!(noughts(|_, y| (7..10).contains(&y) || (15..18).contains(&y)), "double");
        assert!(noughts(|x, y| (y - 4 - x / 4).abs() < 2), "slanted");
        assert!(noughts(|x, y| (f64::from(y) - 12.0 - 3.0 * (f64::from(x) / 5.0).sin()).abs() < 1.6), "wavy");
        assert!(noughts(|x, y| (y - 4 - x / 4).abs() < 2 || (y - 22 + x / 4).abs() < 2), "crossed");
    }

    #[test]
    fn other_strokes_do_not() {
        assert!(!noughts(|_, _| false), "no stroke");
        assert!(!noughts(|_, y| y >= 23), "an underline that touches");
        assert!(!noughts(|_, y| y < 2), "a line above");
        assert!(!noughts(|x, y| x < 30 && (11..14).contains(&y)), "a bar through one");
        assert!(!noughts(|x, y| (11..14).contains(&y) && x % 24 > 17), "touching");
        assert!(!is_struck_out(&Segments::default()));
    }

    #[test]
    fn a_stroke_alone_strikes_nothing_out() {
        let picture = ["#".repeat(80), "#".repeat(80)];
        let picture: Vec<&str> = picture.iter().map(String::as_str).collect();
        let runs = Runs::of_mask(&mask_of(&picture)).all().to_vec();
        let pieces = piece_of(runs, Role::Character, 0).into_iter().collect();
        assert!(!is_struck_out(&Segments { pieces, line_height_px: 2.0, ..Segments::default() }));
    }
}

//! Ruled lines: a mask in, the straight printed lines on it out.

use image::GrayImage;

use crate::geometry::Rect;
use crate::runs::{Run, Runs, components};

/// A straight printed line, level or plumb.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The smallest box around it, in pixels of the clean page.
    pub bounds: Rect,
    /// Mean thickness in pixels, at least 1.
    pub thickness_px: i32,
}

/// The ruled lines of a page.
#[derive(Clone, Debug, Default)]
pub struct Ruling {
    /// Level lines, from top to bottom.
    pub horizontal: Vec<Rule>,
    /// Plumb lines, in no particular order.
    pub vertical: Vec<Rule>,
    /// Bars: what is as straight and long as a line, but thicker, such as the dark head of a table.
    pub bars: Vec<Rect>,
}

/// Lengths in inches, for any resolution. A digit's bar or stem is rarely straight to the pixel for so long.
const MIN_HORIZONTAL_INCH: f32 = 0.17;
const MIN_VERTICAL_INCH: f32 = 0.17;
/// Shorter lines count only where they meet lines across at both ends: a straight 1 and the bar of a 7 look the same.
const FREE_HORIZONTAL_INCH: f32 = 0.35;
const FREE_VERTICAL_INCH: f32 = 0.6;
/// A line shows pure line, and no ink going on beside it, on at least this share of its length.
const MIN_PURE_SHARE: f32 = 0.5;
/// Printed rules are thinner than this; thicker ones are bars.
const MAX_THICKNESS_INCH: f32 = 0.03;
/// A short line that nothing holds is thinner than this, plus a pixel for blur: pen strokes are 0.02 inches and more.
const MAX_FREE_THICKNESS_INCH: f32 = 0.013;
/// Lines longer than this are no pen stroke.
const LONG_INCH: f32 = 1.2;
/// A bar is at least this long.
const MIN_BAR_INCH: f32 = 1.0;
/// Breaks of a line up to this length are bridged.
const GAP_INCH: f32 = 0.013;
/// Two pieces of one line may lie this far apart.
const COLLINEAR_GAP_INCH: f32 = 0.06;

/// Finds the level and plumb lines of a straightened page.
pub fn find(mask: &GrayImage, runs: &Runs, dpi: f32) -> Ruling {
    let px = |inch: f32| (inch * dpi).round().max(1.0) as i32;
    let max_thickness = px(MAX_THICKNESS_INCH);
    let mut horizontal_pieces = level_pieces(runs, px(MIN_HORIZONTAL_INCH), px(GAP_INCH));
    let thick: Vec<Run> =
        horizontal_pieces.extract_if(.., |piece| !is_thin(mask, piece, max_thickness, false)).collect();
    let bars = bars_of(thick, runs.row_count(), px(MIN_BAR_INCH), max_thickness);
    let mut horizontal = rules_of(&horizontal_pieces, runs.row_count(), max_thickness, false);
    horizontal.retain(|rule| is_pure(mask, rule, false));
    join_collinear(&mut horizontal, px(COLLINEAR_GAP_INCH));
    let mut vertical_pieces = plumb_pieces(mask, px(MIN_VERTICAL_INCH));
    vertical_pieces.retain(|piece| is_thin(mask, piece, max_thickness, true));
    let mut vertical = rules_of(&vertical_pieces, mask.width() as usize, max_thickness, true);
    vertical.retain(|rule| is_pure(mask, rule, true));
    let reach = px(0.02).max(2);
    let level: Vec<Rect> = horizontal.iter().map(|rule| rule.bounds).collect();
    let free = px(FREE_VERTICAL_INCH);
    vertical.retain(|rule| {
        let b = rule.bounds;
        b.height >= free
            || (touches_any(&level, b.x, b.right(), b.y, reach)
                && touches_any(&level, b.x, b.right(), b.bottom(), reach))
    });
    let (long, free_thickness) = (px(LONG_INCH), px(MAX_FREE_THICKNESS_INCH) + 1);
    let plumb: Vec<Rect> = vertical.iter().map(|rule| swapped(&rule.bounds)).collect();
    let free = px(FREE_HORIZONTAL_INCH);
    horizontal.retain(|rule| {
        let b = rule.bounds;
        let stands_alone = b.width >= long || (b.width >= free && b.height <= free_thickness + 1);
        stands_alone
            || (touches_any(&plumb, b.y, b.bottom(), b.x, reach)
                && touches_any(&plumb, b.y, b.bottom(), b.right(), reach))
    });
    Ruling { horizontal, vertical, bars }
}

/// Thick pieces that make up a solid bar; letters left out of it in white do not matter.
fn bars_of(thick: Vec<Run>, row_count: usize, min_length: i32, max_thickness: i32) -> Vec<Rect> {
    components(&Runs::of_runs(thick, row_count))
        .into_iter()
        .filter(|component| {
            let b = component.bounds;
            b.width >= min_length && b.height > max_thickness && i64::from(component.area_px) * 2 > b.area()
        })
        .map(|component| component.bounds)
        .collect()
}

/// Rows and columns exchanged.
fn swapped(rect: &Rect) -> Rect {
    Rect::new(rect.y, rect.x, rect.height, rect.width)
}

/// Whether one of the level `lines` passes the columns `left..right` at the row `y`, give or take `reach`.
fn touches_any(lines: &[Rect], left: i32, right: i32, y: i32, reach: i32) -> bool {
    lines.iter().any(|line| {
        line.x - reach <= right && left <= line.right() + reach && line.y - reach <= y && y <= line.bottom() + reach
    })
}

/// The unbroken ink across a line at one place, as `start..end`, if there is ink in `near..far`; followed for at most `reach_px`
/// to either side, since across a bar it would go on for a whole page.
pub fn ink_across(
    mask: &GrayImage,
    along: i32,
    (near, far): (i32, i32),
    reach_px: i32,
    plumb: bool,
) -> Option<(i32, i32)> {
    let (width, height) = (mask.width() as i32, mask.height() as i32);
    let ((length, breadth), (step, step_across)) =
        if plumb { ((height, width), (width, 1)) } else { ((width, height), (1, width)) };
    if !(0..length).contains(&along) {
        return None;
    }
    let pixels = mask.as_raw();
    let is_ink = |across: i32| pixels[(along * step + across * step_across) as usize] != 0;
    let inside = (near.max(0)..far.min(breadth)).find(|&across| is_ink(across))?;
    let (first, last) = ((inside - reach_px).max(0), (inside + reach_px).min(breadth - 1));
    let start = (first..inside).rev().find(|&across| !is_ink(across)).map_or(first, |paper| paper + 1);
    let end = (inside + 1..=last).find(|&across| !is_ink(across)).unwrap_or(last + 1);
    Some((start, end))
}

/// The share of a stretch of line at which the ink across it is at most `width_px` wide: none for the rows of a bar, nearly all for a
/// line, even for one that hangs on a bar or that writing touches.
fn thin_share(mask: &GrayImage, stretch: std::ops::Range<i32>, near: i32, far: i32, width_px: i32, plumb: bool) -> f32 {
    let (mut thin, mut seen) = (0, 0);
    for along in stretch.step_by(3) {
        if let Some((start, end)) = ink_across(mask, along, (near, far), width_px + 1, plumb) {
            thin += i32::from(end - start <= width_px);
            seen += 1;
        }
    }
    thin as f32 / seen.max(1) as f32
}

/// Whether most of a piece is no thicker than a line.
fn is_thin(mask: &GrayImage, piece: &Run, max_thickness: i32, plumb: bool) -> bool {
    thin_share(mask, piece.start..piece.end, piece.row, piece.row + 2, max_thickness, plumb) >= MIN_PURE_SHARE
}

/// Whether most of a line shows nothing but the line.
fn is_pure(mask: &GrayImage, rule: &Rule, plumb: bool) -> bool {
    let level = if plumb { swapped(&rule.bounds) } else { rule.bounds };
    let width_px = rule.thickness_px + 2;
    thin_share(mask, level.x..level.right(), level.y, level.bottom(), width_px, plumb) >= MIN_PURE_SHARE
}

/// Runs of at least `min_length`, with gaps up to `gap` bridged.
///
/// Each row is taken together with the next one: a thin line that lies between two rows is in either of them by turns.
fn level_pieces(runs: &Runs, min_length: i32, gap: i32) -> Vec<Run> {
    let mut pieces = Vec::new();
    let mut both: Vec<Run> = Vec::new();
    for row in 0..runs.row_count() {
        both.clear();
        both.extend(runs.row(row));
        if row + 1 < runs.row_count() {
            both.extend(runs.row(row + 1));
            both.sort_unstable_by_key(|run| run.start);
        }
        let mut open: Option<(Run, i32)> = None;
        for &run in &both {
            open = match open {
                Some((piece, ink)) if run.start - piece.end <= gap => {
                    let new_ink = (run.end - run.start.max(piece.end)).max(0);
                    Some((Run { end: run.end.max(piece.end), ..piece }, ink + new_ink))
                }
                earlier => {
                    push_if_long(&mut pieces, earlier, min_length);
                    Some((Run { row: row as i32, ..run }, run.length()))
                }
            };
        }
        push_if_long(&mut pieces, open, min_length);
    }
    pieces
}

/// Dotted leaders and print are bridged too, but hold much less ink than a line.
fn push_if_long(pieces: &mut Vec<Run>, piece: Option<(Run, i32)>, min_length: i32) {
    if let Some((run, ink)) = piece
        && run.length() >= min_length
        && ink * 10 >= run.length() * 9
    {
        pieces.push(run);
    }
}

/// Vertical runs of at least `min_length`, with rows and columns swapped: `row` is the column of the page.
///
/// Rows are taken in pairs, which bridges breaks of one pixel and halves the work, and each column together with the next one.
fn plumb_pieces(mask: &GrayImage, min_length: i32) -> Vec<Run> {
    let (width, height) = (mask.width() as usize, mask.height() as usize);
    let min_pairs = (min_length / 2).max(2) as u16;
    let mut lengths = vec![0u16; width];
    let mut pieces = Vec::new();
    let blank = vec![0u8; width];
    let mut ink = vec![0u8; width];
    for pair in 0..height / 2 + 1 {
        let row_at = |y: usize| mask.as_raw().get(y * width..(y + 1) * width).unwrap_or(&blank);
        let (upper, lower) = (row_at(2 * pair), row_at(2 * pair + 1));
        ink.iter_mut().zip(upper).zip(lower).for_each(|((ink, &a), &b)| *ink = a | b);
        for x in 1..width {
            ink[x - 1] |= ink[x];
        }
        for (chunk, (lengths, ink)) in lengths.chunks_mut(64).zip(ink.chunks(64)).enumerate() {
            let any_ended =
                lengths.iter().zip(ink).fold(false, |any, (&length, &ink)| any | ((ink == 0) & (length >= min_pairs)));
            if any_ended {
                let ended = lengths
                    .iter()
                    .zip(ink)
                    .enumerate()
                    .filter(|(_, (length, ink))| **ink == 0 && **length >= min_pairs);
                pieces.extend(ended.map(|(column, (&length, _))| {
                    let end = 2 * pair as i32;
                    Run { row: (chunk * 64 + column) as i32, start: end - 2 * i32::from(length), end }
                }));
            }
            for (length, &ink) in lengths.iter_mut().zip(ink) {
                *length = if ink == 0 { 0 } else { length.saturating_add(1) };
            }
        }
    }
    pieces.sort_by_key(|run| (run.row, run.start));
    pieces
}

/// Pieces of neighbouring rows that overlap make one line, if they are long and thin together.
fn rules_of(pieces: &[Run], row_count: usize, max_thickness: i32, plumb: bool) -> Vec<Rule> {
    let mut rules = Vec::new();
    for component in components(&Runs::of_runs(pieces.to_vec(), row_count)) {
        let length = component.bounds.width;
        // Rows and columns were taken together with the next one, so a line of one pixel shows as two, from one before.
        let thickness = (f64::from(component.area_px) / f64::from(length) - 1.0).round().max(1.0) as i32;
        if thickness > max_thickness || length < 5 * thickness || component.bounds.height > 3 * max_thickness {
            continue;
        }
        let wide = component.bounds;
        let level = Rect::from_edges(wide.x, wide.y + 1, wide.right(), wide.bottom());
        let bounds = if plumb { swapped(&level) } else { level };
        rules.push(Rule { bounds, thickness_px: thickness });
    }
    rules
}

/// Joins pieces of one level line that noise or crossing strokes have parted.
fn join_collinear(rules: &mut Vec<Rule>, gap: i32) {
    rules.sort_by_key(|rule| (rule.bounds.y, rule.bounds.x));
    let mut joined: Vec<Rule> = Vec::new();
    for rule in rules.drain(..) {
        let partner = joined.iter_mut().rev().take(40).find(|other| {
            let apart = (rule.bounds.x - other.bounds.right()).max(other.bounds.x - rule.bounds.right());
            let level = rule.bounds.shared_rows(&other.bounds.grown(1)) > 0;
            level
                && apart <= gap
                && (rule.bounds.union(&other.bounds).height <= 2 * other.thickness_px.max(rule.thickness_px) + 3)
        });
        match partner {
            Some(other) => {
                other.bounds = other.bounds.union(&rule.bounds);
                other.thickness_px = other.thickness_px.max(rule.thickness_px);
            }
            None => joined.push(rule),
        }
    }
    *rules = joined;
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A canvas at 100 dpi on which boxes of ink are drawn.
    fn canvas(boxes: &[Rect]) -> GrayImage {
        GrayImage::from_fn(300, 200, |x, y| {
            let ink = boxes.iter().any(|b| !b.intersection(&Rect::new(x as i32, y as i32, 1, 1)).is_empty());
            image::Luma([if ink { 255 } else { 0 }])
        })
    }

    fn rules_on(boxes: &[Rect]) -> Ruling {
        let mask = canvas(boxes);
        find(&mask, &Runs::of_mask(&mask), 100.0)
    }

    #[test]
    fn a_box_has_two_level_and_two_plumb_lines() {
        let ruling = rules_on(&[
            Rect::new(50, 40, 102, 2),
            Rect::new(50, 80, 102, 2),
            Rect::new(50, 40, 2, 42),
            Rect::new(150, 40, 2, 42),
        ]);
        assert_eq!(ruling.horizontal.len(), 2);
        assert_eq!(ruling.vertical.len(), 2);
        assert_eq!(ruling.horizontal[0].thickness_px, 2);
    }

    #[test]
    fn the_bar_of_a_seven_is_no_line() {
        assert!(rules_on(&[Rect::new(100, 50, 28, 3)]).horizontal.is_empty());
    }

    #[test]
    fn a_straight_one_is_no_line_and_a_thick_bar_is_no_line() {
        let ruling = rules_on(&[Rect::new(100, 50, 3, 26), Rect::new(20, 120, 200, 20)]);
        assert!(ruling.vertical.is_empty() && ruling.horizontal.is_empty());
    }

    #[test]
    fn a_line_that_hangs_on_a_bar_is_a_line() {
        let ruling = rules_on(&[Rect::new(20, 20, 200, 30), Rect::new(100, 50, 2, 120)]);
        assert_eq!(ruling.vertical.len(), 1, "{ruling:?}");
        assert!(ruling.vertical[0].bounds.width <= 3);
        assert_eq!(ruling.bars, [Rect::new(20, 19, 200, 31)]);
    }

    #[test]
    fn a_broken_underline_is_one_line() {
        let ruling = rules_on(&[Rect::new(20, 100, 60, 2), Rect::new(84, 101, 90, 2)]);
        assert_eq!(ruling.horizontal.len(), 1);
        assert_eq!(ruling.horizontal[0].bounds, Rect::new(20, 100, 154, 3));
    }

    #[test]
    fn leader_dots_are_no_line() {
        let dots: Vec<Rect> = (0..30).map(|dot| Rect::new(20 + dot * 4, 60, 2, 2)).collect();
        assert!(rules_on(&dots).horizontal.is_empty());
    }
}

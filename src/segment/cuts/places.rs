//! Where digits may touch: a component set upright and the cheapest ways through it in, the places through which a cut is tried out.

use super::seam::Seams;
use super::upright::Upright;

/// Rows, evenly spread, in which the cheapest places are taken: more bring nothing.
const ROW_COUNT: usize = 5;

/// A place is cheapest among its neighbours within this share of the line's height.
const REACH_SHARE: f32 = 0.07;

/// A hollow of the outline is at least this deep, in line heights, and at most so many reaches wide to either side.
const MIN_DEPTH_SHARE: f32 = 0.08;
const HOLLOW_REACHES: usize = 4;

/// A place through which a cut may lead.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Place {
    /// Row of the component.
    pub(super) row: usize,
    /// The border to the left of this column of the upright component.
    pub(super) column: usize,
    /// What the cheapest way through it costs.
    pub(super) cost: f32,
}

/// The places, cheapest first: where a row is crossed most cheaply, and the bottoms of the hollows of the outline from above and below.
pub(super) fn places(upright: &Upright, seams: &Seams, line_height_px: f32) -> Vec<Place> {
    let reach = ((REACH_SHARE * line_height_px) as usize).max(1);
    let at = |row: usize, column: usize| Place { row, column, cost: seams.costs(row)[column] };
    let mut found = Vec::new();
    for part in 0..ROW_COUNT {
        let row = (2 * part + 1) * upright.height / (2 * ROW_COUNT);
        found.extend(minima(seams.costs(row), reach).into_iter().map(|column| at(row, column)));
    }
    let min_depth = (MIN_DEPTH_SHARE * line_height_px).max(1.0);
    let (from_above, from_below) = outline(upright);
    found.extend(hollows(&from_above, reach, min_depth).into_iter().map(|(column, depth)| at(depth, column)));
    let last = upright.height - 1;
    found.extend(hollows(&from_below, reach, min_depth).into_iter().map(|(column, depth)| at(last - depth, column)));
    found.sort_by(|a, b| a.cost.total_cmp(&b.cost));
    found
}

/// How far the ink of each column lies from the top row and from the last one; 0 for columns without ink.
fn outline(upright: &Upright) -> (Vec<usize>, Vec<usize>) {
    let (mut from_above, mut from_below) = (vec![None; upright.width], vec![0; upright.width]);
    for row in 0..upright.height {
        for (column, _) in upright.row(row).iter().enumerate().filter(|(_, ink)| **ink) {
            from_above[column].get_or_insert(row);
            from_below[column] = upright.height - 1 - row;
        }
    }
    (from_above.into_iter().map(Option::unwrap_or_default).collect(), from_below)
}

/// The deepest columns of an outline and their depths, where it rises to either side.
fn hollows(depths: &[usize], reach: usize, min_depth: f32) -> Vec<(usize, usize)> {
    let heights: Vec<f32> = depths.iter().map(|&depth| -(depth as f32)).collect();
    let width = HOLLOW_REACHES * reach;
    let is_hollow = |&column: &usize| {
        let rise = |heights: &[f32]| heights.iter().copied().fold(f32::NEG_INFINITY, f32::max) + depths[column] as f32;
        rise(&heights[column.saturating_sub(width)..=column]) >= min_depth
            && rise(&heights[column..(column + width).min(heights.len())]) >= min_depth
    };
    minima(&heights, reach).into_iter().filter(is_hollow).map(|column| (column, depths[column])).collect()
}

/// Places that no neighbour within `reach` undercuts, the middle one of a flat stretch.
fn minima(values: &[f32], reach: usize) -> Vec<usize> {
    let mut found: Vec<usize> = Vec::new();
    let mut x = 0;
    while x < values.len() {
        let window = &values[x.saturating_sub(reach)..(x + reach + 1).min(values.len())];
        let least = window.iter().copied().fold(f32::INFINITY, f32::min);
        if values[x] > least {
            x += 1;
            continue;
        }
        let flat = values[x..].iter().take_while(|&&value| value == values[x]).count();
        found.push(x + flat / 2);
        x += flat;
    }
    found
}

//! Touching characters: a connected component in, the columns at which it may be cut out.

use crate::runs::{Component, Run};

/// A component narrower than this share of the line's height is one character: only a one is that narrow, and two of them
/// touching are as wide as this.
const MIN_WIDTH_SHARE: f32 = 0.62;

/// Cuts lie at least this share of the line's height apart, and from the ends.
const MIN_STEP_SHARE: f32 = 0.14;

/// A component gets one cut, and at most this many more for each line height by which it is wider than the widest single digits; more
/// cost time and, on 1,000 lines, read no better.
const MORE_CUTS_PER_HEIGHT: f32 = 4.0;
const SINGLE_WIDTH_SHARE: f32 = 0.85;

/// Where a component may be cut.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cut {
    /// Column at the middle row of the component.
    pub x: f32,
    /// Columns to the right for each row up: the slant of the writing.
    pub slant: f32,
}

impl Cut {
    /// The column at a row; `middle_y` is the middle row of the component.
    pub fn column_at(&self, row: i32, middle_y: f32) -> f32 {
        self.x + self.slant * (middle_y - row as f32)
    }
}

/// Outline of a component by slanted columns: how much ink, and from where to where.
struct Profile {
    left: i32,
    ink: Vec<f32>,
    extent: Vec<f32>,
}

/// Proposes cuts, from left to right: where a slanted column holds little ink (thin bridges), and where the outline is pinched
/// from above and below (round characters that touch side by side).
pub fn propose(component: &Component, line_height_px: f32, slant: f32) -> Vec<Cut> {
    if (component.bounds.width as f32) < MIN_WIDTH_SHARE * line_height_px {
        return Vec::new();
    }
    let profile = profile(component, slant);
    let step = (MIN_STEP_SHARE * line_height_px).max(2.0);
    let mut places = minima(&profile.ink, step as usize);
    places.extend(minima(&profile.extent, step as usize));
    // The most promising first: little ink, strongly pinched.
    let cost = |place: usize| profile.ink[place] + 0.5 * profile.extent[place];
    places.sort_by(|&a, &b| cost(a).total_cmp(&cost(b)).then(a.cmp(&b)));
    let surplus = component.bounds.width as f32 / line_height_px - SINGLE_WIDTH_SHARE;
    let most = 1 + (MORE_CUTS_PER_HEIGHT * surplus.max(0.0)).ceil() as usize;
    let mut chosen: Vec<usize> = Vec::new();
    for place in places {
        let x = profile.left + place as i32;
        let inside = (x - component.bounds.x) as f32 >= step && (component.bounds.right() - x) as f32 >= step;
        if chosen.len() < most && inside && chosen.iter().all(|&other| other.abs_diff(place) as f32 >= step) {
            chosen.push(place);
        }
    }
    chosen.sort_unstable();
    chosen.into_iter().map(|place| Cut { x: (profile.left + place as i32) as f32, slant }).collect()
}

fn profile(component: &Component, slant: f32) -> Profile {
    let b = component.bounds;
    let middle_y = b.y as f32 + b.height as f32 / 2.0;
    let lean = (slant.abs() * b.height as f32 / 2.0).ceil() as i32 + 1;
    let (left, width) = (b.x - lean, (b.width + 2 * lean) as usize);
    let mut ink = vec![0f32; width];
    let (mut top, mut bottom) = (vec![f32::INFINITY; width], vec![f32::NEG_INFINITY; width]);
    for run in &component.runs {
        let shift = (slant * (run.row as f32 - middle_y)).round() as i32;
        for x in run.start + shift..run.end + shift {
            let place = (x - left).clamp(0, width as i32 - 1) as usize;
            ink[place] += 1.0;
            top[place] = top[place].min(run.row as f32);
            bottom[place] = bottom[place].max(run.row as f32 + 1.0);
        }
    }
    let extent: Vec<f32> = top.iter().zip(&bottom).map(|(top, bottom)| (bottom - top).max(0.0)).collect();
    Profile { left, ink: smooth(&ink), extent: smooth(&extent) }
}

/// The mean of three neighbours.
fn smooth(values: &[f32]) -> Vec<f32> {
    (0..values.len())
        .map(|x| {
            let window = &values[x.saturating_sub(1)..(x + 2).min(values.len())];
            window.iter().sum::<f32>() / window.len() as f32
        })
        .collect()
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

/// Splits the runs of a component at its cuts: one list of runs for each part, from left to right.
pub fn split(component: &Component, cuts: &[Cut]) -> Vec<Vec<Run>> {
    let middle_y = component.bounds.y as f32 + component.bounds.height as f32 / 2.0;
    let mut parts = vec![Vec::new(); cuts.len() + 1];
    for run in &component.runs {
        let mut start = run.start;
        for (part, cut) in cuts.iter().enumerate() {
            let column = cut.column_at(run.row, middle_y).round() as i32;
            let end = column.min(run.end);
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
mod tests {
    use super::*;
    use crate::runs::{Runs, components, mask_of};

    fn component_of(picture: &[&str]) -> Component {
        components(&Runs::of_mask(&mask_of(picture))).remove(0)
    }

    #[test]
    fn a_thin_bridge_is_cut() {
        let component = component_of(&[
            "#####.....#####", //
            "#...#.....#...#", //
            "#...#.....#...#", //
            "#...#######...#", //
            "#...#.....#...#", //
            "#...#.....#...#", //
            "#####.....#####", //
        ]);
        let cuts = propose(&component, 7.0, 0.0);
        assert!(cuts.iter().any(|cut| (5.0..=9.0).contains(&cut.x)), "{cuts:?}");
    }

    #[test]
    fn two_rings_side_by_side_are_cut_where_they_are_pinched() {
        let component = component_of(&[
            "...####......####...", //
            ".##....##..##....##.", //
            "#........##........#", //
            "#........##........#", //
            ".##....##..##....##.", //
            "...####......####...", //
        ]);
        let cuts = propose(&component, 6.0, 0.0);
        assert!(cuts.iter().any(|cut| (9.0..=11.0).contains(&cut.x)), "{cuts:?}");
    }

    #[test]
    fn a_narrow_component_is_left_whole() {
        assert!(propose(&component_of(&["##", "##", "##", "##", "##", "##"]), 6.0, 0.0).is_empty());
    }

    #[test]
    fn the_parts_hold_all_the_ink() {
        let component = component_of(&["##########", "#.#.##.#.#"]);
        let cuts = [Cut { x: 3.0, slant: 0.0 }, Cut { x: 7.0, slant: 0.5 }];
        let parts = split(&component, &cuts);
        let ink: i32 = parts.iter().flatten().map(Run::length).sum();
        assert_eq!((parts.len(), ink), (3, component.area_px));
    }
}

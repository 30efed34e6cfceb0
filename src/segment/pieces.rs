//! Pieces of writing: the mask of one field in, pieces from left to right out - whole characters, parts of touching ones, marks.

use crate::geometry::Rect;
use crate::runs::{Component, Run};
use crate::segment::cuts;

/// What a piece may be, judged by its size and place in the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// As tall as a character, or a part of one that was cut.
    Character,
    /// Too small for a character: a broken stroke, a bar, a dash, dirt.
    Fragment,
    /// Small and at the foot of the line: a point, a comma, dirt.
    LowMark,
}

/// The smallest unit from which candidates are put together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Box in pixels of the clean page.
    pub bounds: Rect,
    /// What it may be.
    pub role: Role,
    /// Ink pixels.
    pub area_px: i32,
    /// The runs, in pixels of the clean page.
    pub runs: Vec<Run>,
    /// Which connected component it comes from: parts of one component share the number.
    pub component: usize,
}

/// Ink smaller than this share of the line's height in both directions is dirt.
const SPECK_SHARE: f32 = 0.07;

/// From this share of the line's height on a component counts as a character.
const CHARACTER_SHARE: f32 = 0.55;

/// A mark is at the foot of the line if its middle lies below this share of the line's height.
const FOOT_SHARE: f32 = 0.68;

/// A fragment of which this share lies above or below a character belongs to it.
const OVERLAP_SHARE: f32 = 0.6;

/// The height of the writing: the median of the components that are at least half as tall as the tallest one.
pub fn line_height_px(components: &[Component]) -> f32 {
    let tallest = components.iter().map(|component| component.bounds.height).max().unwrap_or(0);
    let mut heights: Vec<i32> =
        components.iter().map(|component| component.bounds.height).filter(|height| height * 2 >= tallest).collect();
    heights.sort_unstable();
    heights.get(heights.len() / 2).map_or(0.0, |&height| height as f32)
}

/// Pieces from left to right; touching characters are cut wherever a cut might be right.
pub fn of_components(components: Vec<Component>, line_height_px: f32) -> Vec<Piece> {
    let speck = (SPECK_SHARE * line_height_px).max(1.5) as i32;
    let components: Vec<Component> = components
        .into_iter()
        .filter(|component| component.bounds.width > speck || component.bounds.height > speck)
        .collect();
    let line = line_box(&components, line_height_px);
    let groups = join_overlapping(components, &line, line_height_px);
    let slant = slant(&groups, line_height_px);
    let mut pieces = Vec::new();
    for (number, component) in groups.iter().enumerate() {
        let role = role_of(&component.bounds, &line, line_height_px);
        let cuts = if role == Role::Character { cuts::propose(component, line_height_px, slant) } else { Vec::new() };
        for runs in cuts::split(component, &cuts) {
            if let Some(piece) = piece_of(runs, role, number) {
                pieces.push(piece);
            }
        }
    }
    pieces.sort_by_key(|piece| (2 * piece.bounds.x + piece.bounds.width, piece.bounds.y));
    pieces
}

/// A piece made of runs; `None` where there is no run.
pub fn piece_of(runs: Vec<Run>, role: Role, component: usize) -> Option<Piece> {
    let bounds =
        runs.iter().fold(Rect::default(), |bounds, run| bounds.union(&Rect::new(run.start, run.row, run.length(), 1)));
    let area_px = runs.iter().map(Run::length).sum();
    (!bounds.is_empty()).then_some(Piece { bounds, role, area_px, runs, component })
}

/// The box around everything that is tall enough for a character.
fn line_box(components: &[Component], line_height_px: f32) -> Rect {
    components
        .iter()
        .filter(|component| component.bounds.height as f32 >= CHARACTER_SHARE * line_height_px)
        .fold(Rect::default(), |bounds, component| bounds.union(&component.bounds))
}

/// What a piece may be by its size, and by its place in the box of the line.
pub fn role_of(bounds: &Rect, line: &Rect, line_height_px: f32) -> Role {
    if bounds.height as f32 >= CHARACTER_SHARE * line_height_px {
        return Role::Character;
    }
    let middle = f64::from(bounds.y - line.y) + f64::from(bounds.height) / 2.0;
    let low = middle as f32 >= FOOT_SHARE * line.height as f32;
    if low && (bounds.width as f32) < 0.5 * line_height_px { Role::LowMark } else { Role::Fragment }
}

/// Joins each fragment to the character above or below which it lies; low marks stay by themselves.
fn join_overlapping(components: Vec<Component>, line: &Rect, line_height_px: f32) -> Vec<Component> {
    let (mut characters, fragments): (Vec<Component>, Vec<Component>) = components
        .into_iter()
        .partition(|component| role_of(&component.bounds, line, line_height_px) == Role::Character);
    let mut rest = Vec::new();
    for fragment in fragments {
        // The tail of a comma often hangs under the digit before it.
        if role_of(&fragment.bounds, line, line_height_px) == Role::LowMark {
            rest.push(fragment);
            continue;
        }
        let best = characters.iter_mut().max_by_key(|character| character.bounds.shared_columns(&fragment.bounds));
        match best {
            Some(character)
                if character.bounds.shared_columns(&fragment.bounds) as f32
                    >= OVERLAP_SHARE * fragment.bounds.width as f32 =>
            {
                character.bounds = character.bounds.union(&fragment.bounds);
                character.area_px += fragment.area_px;
                character.runs.extend(fragment.runs);
                character.runs.sort_by_key(|run| (run.row, run.start));
            }
            _ => rest.push(fragment),
        }
    }
    characters.extend(rest);
    characters
}

/// The slant of the writing, in columns to the right for each row up: the shear at which the ink falls into the fewest columns
/// (Pastor, Toselli and Vidal 2004).
fn slant(components: &[Component], line_height_px: f32) -> f32 {
    const STEPS: std::ops::RangeInclusive<i32> = -4..=7;
    let mut best = (0u64, 0.0f32);
    for step in STEPS {
        let slant = step as f32 * 0.1;
        let score = components
            .iter()
            .filter(|component| component.bounds.height as f32 >= CHARACTER_SHARE * line_height_px)
            .map(|component| concentration(component, slant))
            .sum();
        if score > best.0 {
            best = (score, slant);
        }
    }
    best.1
}

fn concentration(component: &Component, slant: f32) -> u64 {
    let b = component.bounds;
    let lean = (slant.abs() * b.height as f32) as i32 + 1;
    // Where runs begin and end is enough: the ink of a column is the sum of the steps up to it.
    let mut steps = vec![0i32; (b.width + 2 * lean) as usize + 1];
    for run in &component.runs {
        let shift = lean - b.x + (slant * (run.row - b.y) as f32) as i32 - if slant > 0.0 { lean } else { 0 };
        let place = |x: i32| (x + shift).clamp(0, steps.len() as i32 - 1) as usize;
        let (start, end) = (place(run.start), place(run.end));
        steps[start] += 1;
        steps[end] -= 1;
    }
    let mut count = 0;
    let squares = steps.into_iter().map(|step| {
        count += step;
        i64::from(count) * i64::from(count)
    });
    squares.sum::<i64>() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runs::{Runs, components, mask_of};

    fn pieces_of(picture: &[&str]) -> Vec<Piece> {
        let components = components(&Runs::of_mask(&mask_of(picture)));
        let height = line_height_px(&components);
        of_components(components, height)
    }

    #[test]
    fn a_five_with_a_loose_bar_is_one_piece_and_a_point_is_a_mark() {
        let pieces = pieces_of(&[
            ".####...........#.", //
            "...............##.", //
            ".#..............#.", //
            ".####...........#.", //
            "....#...........#.", //
            "....#....#......#.", //
            ".###.....#......#.", //
        ]);
        let seen: Vec<(i32, Role)> = pieces.iter().map(|piece| (piece.bounds.x, piece.role)).collect();
        assert_eq!(seen, [(1, Role::Character), (9, Role::LowMark), (15, Role::Character)]);
        assert_eq!(pieces[0].bounds.height, 7);
    }

    #[test]
    fn slanted_strokes_have_a_slant() {
        let leaning =
            mask_of(&[".......##", "......##.", "....##...", "...##....", "..##.....", ".##......", "##......."]);
        let components = components(&Runs::of_mask(&leaning));
        assert!(slant(&components, 7.0) > 0.4);
    }
}

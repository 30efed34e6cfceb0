//! Combs made whole: a digit that lies on the line between two cells hides it, and the cells beside it are not found.

use super::rules::{Rule, Ruling};
use super::{Field, Shape};
use crate::geometry::Rect;

/// A length is a whole number of cells if it is off by no more than this share of one.
const CELL_SLACK: f32 = 0.22;

/// The level lines of a comb lie within this distance of its cells, in inches.
const REACH_INCH: f32 = 0.03;

/// Lengthens each comb to the ends of its level lines, if a whole number of cells fits there, and drops the fields found in that room.
pub fn complete(mut fields: Vec<Field>, ruling: &Ruling, dpi: f32) -> Vec<Field> {
    // The longest first: it knows the width of a cell best.
    fields.sort_by_key(|field| match &field.shape {
        Shape::Comb(cells) => (std::cmp::Reverse(cells.len()), field.bounds.y, field.bounds.x),
        _ => (std::cmp::Reverse(1), field.bounds.y, field.bounds.x),
    });
    let reach = (REACH_INCH * dpi).max(3.0) as i32;
    let mut complete: Vec<Field> = Vec::new();
    for field in &fields {
        let is_inside = |other: &Field| {
            let covers = other.bounds.intersection(&field.bounds).area() * 2 > field.bounds.area();
            covers && matches!(other.shape, Shape::Comb(_))
        };
        if complete.iter().any(is_inside) {
            continue;
        }
        let longer = match &field.shape {
            Shape::Comb(cells) => lengthened(cells, ruling, &fields, reach),
            _ => None,
        };
        complete.push(longer.unwrap_or_else(|| field.clone()));
    }
    complete
}

fn lengthened(cells: &[Rect], ruling: &Ruling, fields: &[Field], reach: i32) -> Option<Field> {
    let (first, last) = (cells.first()?, cells.last()?);
    let bounds = first.union(last);
    let pitch = (last.x - first.x) as f32 / (cells.len() - 1) as f32;
    let edge = |y: i32| edge_at(&ruling.horizontal, &bounds, y, reach);
    let (top, bottom) = (edge(bounds.y)?, edge(bounds.bottom())?);
    let (left, right) = (top.x.max(bottom.x), top.right().min(bottom.right()));
    let before = whole_cells((bounds.x - left) as f32, pitch)?;
    let after = whole_cells((right - bounds.right()) as f32, pitch)?;
    if before + after == 0 {
        return None;
    }
    let count = before + cells.len() as i32 + after;
    let cells: Vec<Rect> = (0..count)
        .map(|place| {
            let x = first.x as f32 + (place - before) as f32 * pitch;
            Rect::new(x.round() as i32, bounds.y, first.width, bounds.height)
        })
        .collect();
    let bounds = cells[0].union(&cells[cells.len() - 1]);
    // A cell of another width in that room: the lines belong to a table.
    let fits = |other: &Field| {
        let in_room = other.bounds.intersection(&bounds).area() * 2 > other.bounds.area();
        let gap = pitch - first.width as f32;
        !in_room || whole_cells(other.bounds.width as f32 + gap, pitch).is_some_and(|count| count > 0)
    };
    fields.iter().all(fits).then_some(Field { bounds, shape: Shape::Comb(cells) })
}

/// The box of all level lines that run along an edge of a comb.
fn edge_at(horizontal: &[Rule], bounds: &Rect, y: i32, reach: i32) -> Option<Rect> {
    let runs_along = |rule: &&Rule| {
        let near = rule.bounds.y - reach <= y && y <= rule.bounds.bottom() + reach;
        near && rule.bounds.shared_columns(bounds) > 0
    };
    horizontal.iter().filter(runs_along).map(|rule| rule.bounds).reduce(|a, b| a.union(&b))
}

/// How many cells a length holds; `None` where it is no whole number of them.
fn whole_cells(length_px: f32, pitch: f32) -> Option<i32> {
    let count = (length_px / pitch).round();
    ((length_px / pitch - count).abs() <= CELL_SLACK && count >= 0.0).then_some(count as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comb(cells: &[i32]) -> Field {
        let cells: Vec<Rect> = cells.iter().map(|n| Rect::new(103 + 64 * n, 103, 61, 81)).collect();
        Field { bounds: cells[0].union(&cells[cells.len() - 1]), shape: Shape::Comb(cells) }
    }

    fn lines(left: i32, right: i32) -> Ruling {
        let rule = |y: i32| Rule { bounds: Rect::from_edges(left, y, right, y + 3), thickness_px: 3 };
        Ruling { horizontal: vec![rule(100), rule(184)], ..Ruling::default() }
    }

    #[test]
    fn hidden_cells_are_filled_in_and_the_parts_are_one_comb_again() {
        let fields = complete(vec![comb(&[0, 1]), comb(&[4, 5, 6])], &lines(100, 100 + 9 * 64 + 3), 300.0);
        assert_eq!(fields.len(), 1);
        assert!(matches!(&fields[0].shape, Shape::Comb(cells) if cells.len() == 9 && cells[3].x == 103 + 3 * 64));
    }

    #[test]
    fn lines_that_go_on_for_no_whole_number_of_cells_belong_to_something_else() {
        let fields = complete(vec![comb(&[0, 1, 2])], &lines(100, 100 + 3 * 64 + 31), 300.0);
        assert!(matches!(&fields[0].shape, Shape::Comb(cells) if cells.len() == 3));
    }
}

//! Places to write in: cells and ruled lines in, combs, boxes and underlines out.

use super::rules::Ruling;
use super::{Field, Shape, combs};
use crate::geometry::Rect;

/// Cells wider than this hold more than one digit (11 mm).
const MAX_COMB_CELL_INCH: f32 = 0.43;

/// A lone cell with no side longer than this is a check box (7 mm).
const CHECK_BOX_INCH: f32 = 0.28;

/// An underline is at least this long (8 mm) ...
const MIN_UNDERLINE_INCH: f32 = 0.32;
/// ... and at most this long (150 mm); longer ones divide a page.
const MAX_UNDERLINE_INCH: f32 = 6.0;
/// Writing stands at most so high above its underline, and hangs at most so far below.
const ABOVE_UNDERLINE_INCH: f32 = 0.42;
pub(super) const BELOW_UNDERLINE_INCH: f32 = 0.07;

/// All fields of a page, not yet in order.
pub fn find(cells: &[Rect], ruling: &Ruling, dpi: f32) -> Vec<Field> {
    let mut fields = combs::complete(combs_and_boxes(cells, dpi), ruling, dpi);
    let underlines = underlines(cells, ruling, dpi);
    fields.extend(underlines);
    without_containers(fields)
}

/// A box that holds other fields is a frame around them and no field itself.
fn without_containers(fields: Vec<Field>) -> Vec<Field> {
    let bounds: Vec<Rect> = fields.iter().map(|field| field.bounds).collect();
    let holds_another = |index: usize| {
        let is_inside = |other: &Rect| bounds[index].intersection(other).area() * 10 > other.area() * 8;
        bounds
            .iter()
            .enumerate()
            .any(|(place, other)| place != index && is_inside(other) && other.area() * 10 < bounds[index].area() * 8)
    };
    let keep: Vec<bool> = fields
        .iter()
        .enumerate()
        .map(|(index, field)| match field.shape {
            Shape::Box => !holds_another(index),
            Shape::Underline { .. } => !is_within_another_room(index, &fields),
            _ => true,
        })
        .collect();
    fields.into_iter().zip(keep).filter_map(|(field, keep)| keep.then_some(field)).collect()
}

/// Chains of narrow cells of one size are combs; other cells are boxes, unless they are as small as a check box.
fn combs_and_boxes(cells: &[Rect], dpi: f32) -> Vec<Field> {
    let mut used = vec![false; cells.len()];
    let mut fields = Vec::new();
    let mut by_column: Vec<usize> = (0..cells.len()).collect();
    by_column.sort_by_key(|&index| cells[index].x);
    for place in 0..by_column.len() {
        let first = by_column[place];
        if used[first] {
            continue;
        }
        let chain = chain_from(cells, &by_column[place..], &used, dpi);
        for &index in &chain {
            used[index] = true;
        }
        let bounds = chain.iter().fold(Rect::default(), |bounds, &index| bounds.union(&cells[index]));
        let largest_side_inch = bounds.width.max(bounds.height) as f32 / dpi;
        if chain.len() > 1 {
            fields.push(Field { bounds, shape: Shape::Comb(chain.iter().map(|&index| cells[index]).collect()) });
        } else if largest_side_inch > CHECK_BOX_INCH {
            fields.push(Field { bounds, shape: Shape::Box });
        }
    }
    fields
}

/// The cells that continue the first one to the right.
fn chain_from(cells: &[Rect], by_column: &[usize], used: &[bool], dpi: f32) -> Vec<usize> {
    let mut chain = vec![by_column[0]];
    let is_narrow = |cell: &Rect| cell.width as f32 <= MAX_COMB_CELL_INCH * dpi && cell.width * 4 <= cell.height * 5;
    if !is_narrow(&cells[by_column[0]]) {
        return chain;
    }
    let mut first_gap = None;
    for &index in &by_column[1..] {
        let (last, next) = (&cells[chain[chain.len() - 1]], &cells[index]);
        let gap = next.x - last.right();
        if gap > last.width * 7 / 10 {
            break;
        }
        let slack = (last.width / 4).max(4);
        // A wider gap parts two combs, as the day from the month.
        if first_gap.is_some_and(|first: i32| gap - first > (last.width / 5).max(4)) {
            break;
        }
        let alike = (next.width - last.width).abs() <= slack && (next.height - last.height).abs() <= slack;
        if !used[index] && is_narrow(next) && alike && gap >= -slack && (next.y - last.y).abs() <= slack {
            chain.push(index);
            first_gap = first_gap.or(Some(gap));
        }
    }
    chain
}

/// Whether an underline lies in the room above a longer one: a level stroke of a signature, say.
fn is_within_another_room(index: usize, fields: &[Field]) -> bool {
    let own = fields[index].bounds;
    fields.iter().enumerate().any(|(place, other)| {
        let longer = other.bounds.width > own.width && matches!(other.shape, Shape::Underline { .. });
        place != index && longer && other.bounds.intersection(&own).area() * 10 > own.area() * 7
    })
}

/// Level lines that are no edge of a cell, with the room above them as far as the next line.
pub(super) fn underlines(cells: &[Rect], ruling: &Ruling, dpi: f32) -> Vec<Field> {
    let reach = (0.03 * dpi).max(3.0) as i32;
    let (above, below) = ((ABOVE_UNDERLINE_INCH * dpi) as i32, (BELOW_UNDERLINE_INCH * dpi) as i32);
    let mut found = Vec::new();
    for rule in &ruling.horizontal {
        let b = rule.bounds;
        let length_inch = b.width as f32 / dpi;
        let is_edge = cells.iter().any(|cell| {
            let touches = (cell.y - b.bottom()).abs() <= reach || (b.y - cell.bottom()).abs() <= reach;
            touches && cell.shared_columns(&b) * 2 > cell.width.min(b.width)
        });
        if is_edge || !(MIN_UNDERLINE_INCH..=MAX_UNDERLINE_INCH).contains(&length_inch) {
            continue;
        }
        let ceiling = ruling
            .horizontal
            .iter()
            .filter(|other| other.bounds.bottom() < b.y - reach && other.bounds.shared_columns(&b) * 2 > b.width)
            .map(|other| other.bounds.bottom())
            .max()
            .unwrap_or(0);
        let top = (b.y - above).max(ceiling);
        found.push(Field {
            bounds: Rect::from_edges(b.x - reach, top, b.right() + reach, b.bottom() + below),
            shape: Shape::Underline { line_y: b.y },
        });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::rules::Rule;

    #[test]
    fn cells_in_a_row_are_a_comb_and_a_wide_one_is_a_box() {
        let mut cells: Vec<Rect> = (0..4).map(|n| Rect::new(100 + n * 64, 100, 61, 81)).collect();
        cells.push(Rect::new(100, 300, 640, 81));
        cells.push(Rect::new(900, 300, 40, 40));
        let fields = find(&cells, &Ruling::default(), 300.0);
        assert_eq!(fields.len(), 2, "{fields:?}");
        assert!(matches!(&fields[0].shape, Shape::Comb(cells) if cells.len() == 4));
        assert_eq!(fields[1].shape, Shape::Box);
    }

    #[test]
    fn two_combs_beside_each_other_stay_apart() {
        let cells: Vec<Rect> = [0, 64, 128, 400, 464].iter().map(|x| Rect::new(100 + x, 100, 61, 81)).collect();
        let fields = find(&cells, &Ruling::default(), 300.0);
        let counts: Vec<usize> =
            fields.iter().map(|field| if let Shape::Comb(cells) = &field.shape { cells.len() } else { 0 }).collect();
        assert_eq!(counts, [3, 2]);
    }

    #[test]
    fn a_frame_around_fields_is_no_field() {
        let cells = [Rect::new(50, 50, 1000, 300), Rect::new(100, 100, 400, 80), Rect::new(100, 220, 400, 80)];
        let fields = find(&cells, &Ruling::default(), 300.0);
        assert_eq!(fields.iter().map(|field| field.bounds).collect::<Vec<_>>(), cells[1..]);
    }

    #[test]
    fn a_day_and_a_month_are_two_combs() {
        let cells: Vec<Rect> = [0, 36, 90, 126].iter().map(|x| Rect::new(100 + x, 100, 33, 42)).collect();
        assert_eq!(find(&cells, &Ruling::default(), 150.0).len(), 2);
    }

    #[test]
    fn an_underline_has_room_above_up_to_the_next_line() {
        let rule = |y: i32| Rule { bounds: Rect::new(100, y, 400, 3), thickness_px: 3 };
        let ruling = Ruling { horizontal: vec![rule(200), rule(290)], ..Ruling::default() };
        let fields = find(&[], &ruling, 300.0);
        assert_eq!(fields.len(), 2);
        assert_eq!(fields[1].bounds.y, 203);
        assert_eq!(fields[1].shape, Shape::Underline { line_y: 290 });
    }
}

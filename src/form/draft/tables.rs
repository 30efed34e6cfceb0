//! Tables of a blank form: boxes in; those that stand in rows and columns get the place in their table.

use super::{DraftField, DraftShape};
use crate::geometry::Rect;

/// Boxes of one table share edges within this distance, in inches.
const REACH_INCH: f32 = 0.05;

/// Gives each box that stands in a table its row and column.
pub fn mark(boxes: &mut [DraftField], dpi: f32) {
    let reach = (REACH_INCH * dpi).max(4.0) as i32;
    let mut group: Vec<usize> = (0..boxes.len()).collect();
    for first in 0..boxes.len() {
        for second in 0..first {
            if are_neighbours(&boxes[first].bounds, &boxes[second].bounds, reach) {
                let (keep, drop) = (group[second], group[first]);
                group.iter_mut().filter(|own| **own == drop).for_each(|own| *own = keep);
            }
        }
    }
    let mut table = 0;
    for root in 0..boxes.len() {
        let members: Vec<usize> = (0..boxes.len()).filter(|&index| group[index] == root).collect();
        let rows = edges(members.iter().map(|&index| boxes[index].bounds.y), reach);
        let columns = edges(members.iter().map(|&index| boxes[index].bounds.x), reach);
        // A grid with many holes is a form drawn in boxes.
        if rows.len() < 2 || columns.len() < 2 || members.len() * 10 < rows.len() * columns.len() * 7 {
            continue;
        }
        table += 1;
        for index in members {
            let bounds = boxes[index].bounds;
            let place = |edges: &[i32], at: i32| edges.iter().filter(|&&edge| edge <= at).count();
            let (row, column) = (place(&rows, bounds.y), place(&columns, bounds.x));
            boxes[index].shape = DraftShape::TableCell { table, row, column };
        }
    }
}

/// Whether two boxes lie side by side in one row, or one above the other in one column.
fn are_neighbours(a: &Rect, b: &Rect, reach: i32) -> bool {
    let near = |p: i32, q: i32| (p - q).abs() <= reach;
    let beside = near(a.y, b.y) && near(a.bottom(), b.bottom()) && (near(a.right(), b.x) || near(b.right(), a.x));
    let below = near(a.x, b.x) && near(a.right(), b.right()) && (near(a.bottom(), b.y) || near(b.bottom(), a.y));
    beside || below
}

/// The first of each run of places that lie within reach of each other, in order.
fn edges(places: impl Iterator<Item = i32>, reach: i32) -> Vec<i32> {
    let mut sorted: Vec<i32> = places.collect();
    sorted.sort_unstable();
    let mut found: Vec<i32> = Vec::new();
    for place in sorted {
        if found.last().is_none_or(|last| place - last > reach) {
            found.push(place);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(bounds: Rect) -> DraftField {
        DraftField { bounds, shape: DraftShape::Box, printed: 0, doubts: Vec::new() }
    }

    #[test]
    fn a_grid_is_a_table_and_a_lone_box_is_none() {
        let mut boxes: Vec<DraftField> =
            (0..6).map(|n| field(Rect::new(100 + 203 * (n % 2), 100 + 63 * (n / 2), 200, 60))).collect();
        boxes.push(field(Rect::new(800, 100, 200, 60)));
        mark(&mut boxes, 300.0);
        assert_eq!(boxes[3].shape, DraftShape::TableCell { table: 1, row: 2, column: 2 });
        assert_eq!(boxes[6].shape, DraftShape::Box);
    }
}

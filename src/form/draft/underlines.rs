//! Underlines of a blank form: ruled lines in, those with free room above out.

use super::{Doubt, DraftField, DraftShape};
use crate::form::fields;
use crate::form::rules::Ruling;
use crate::geometry::Rect;

/// Print over more than this share of a line makes it the underline of a heading.
const PRINTED_SHARE: f32 = 0.35;

/// A line much longer than any number (110 mm) may divide the page.
const LONG_INCH: f32 = 4.3;

/// Print has to end this far above the line to leave room for writing, in inches (3 mm).
const ROOM_INCH: f32 = 0.12;

/// Lines that are no edge of a cell and have room above.
pub fn find(ruling: &Ruling, cells: &[Rect], print: &[Rect], dpi: f32) -> Vec<DraftField> {
    let mut found = Vec::new();
    for bounds in fields::underlines(cells, ruling, dpi).into_iter().map(|field| field.bounds) {
        let line_y = bounds.bottom() - (fields::BELOW_UNDERLINE_INCH * dpi) as i32;
        let room_px = (ROOM_INCH * dpi) as i32;
        let room = Rect::from_edges(bounds.x, line_y - room_px, bounds.right(), line_y);
        let printed = covered_columns(&room, print);
        if line_y - bounds.y < room_px || printed as f32 > PRINTED_SHARE * bounds.width as f32 {
            continue;
        }
        // Print of the line above ends the room.
        let ceiling = print
            .iter()
            .filter(|letter| letter.shared_columns(&bounds) > 0 && letter.bottom() <= room.y)
            .map(Rect::bottom)
            .fold(bounds.y, i32::max);
        let bounds = Rect::from_edges(bounds.x, ceiling, bounds.right(), bounds.bottom());
        let is_doubtful = bounds.width as f32 > LONG_INCH * dpi;
        let doubts = if is_doubtful { vec![Doubt::MayBeDivider] } else { Vec::new() };
        found.push(DraftField { bounds, shape: DraftShape::Underline, printed: 0, doubts });
    }
    found
}

/// How many columns of a box have print in them.
fn covered_columns(bounds: &Rect, print: &[Rect]) -> i32 {
    let mut spans: Vec<(i32, i32)> = print
        .iter()
        .filter(|letter| letter.shared_rows(bounds) > 0 && letter.shared_columns(bounds) > 0)
        .map(|letter| (letter.x.max(bounds.x), letter.right().min(bounds.right())))
        .collect();
    spans.sort_unstable();
    let (mut covered, mut reached) = (0, bounds.x);
    for (start, end) in spans {
        covered += (end - start.max(reached)).max(0);
        reached = reached.max(end);
    }
    covered
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::rules::Rule;

    #[test]
    fn a_line_under_a_heading_is_no_field() {
        let rule = Rule { bounds: Rect::new(100, 300, 400, 3), thickness_px: 3 };
        let ruling = Ruling { horizontal: vec![rule], ..Ruling::default() };
        assert_eq!(find(&ruling, &[], &[], 300.0).len(), 1);
        let heading: Vec<Rect> = (0..16).map(|letter| Rect::new(100 + 25 * letter, 268, 20, 28)).collect();
        assert!(find(&ruling, &[], &heading, 300.0).is_empty());
    }
}

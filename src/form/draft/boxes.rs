//! Boxes of a blank form: cells that are no combs in, those with room to write out.

use super::{Doubt, DraftField, DraftShape, printed_in};
use crate::geometry::Rect;

/// Room for a number, in inches: the least height of writing (3 mm) and the width of two digits (8 mm).
const ROOM_HEIGHT_INCH: f32 = 0.12;
const ROOM_WIDTH_INCH: f32 = 0.32;

/// A label stands at most so far from the left edge of its box (5 mm); a heading is centred.
const LABEL_INDENT_INCH: f32 = 0.2;
/// Margins of a heading differ by no more than this share of the box's width.
const CENTRED_SHARE: f32 = 0.12;

/// A box higher than this (18 mm) and near to square may be for a picture or a stamp.
const PICTURE_INCH: f32 = 0.7;

/// Lone cells with no side longer than this (7 mm) are left to the search for check boxes.
const CHECK_BOX_INCH: f32 = 0.23;

/// More lines of print than this, in one box, are an explanation to read.
const MAX_PRINTED_HEIGHT_SHARE: f32 = 0.8;

/// Cells that may belong together touch within this distance, in inches.
const REACH_INCH: f32 = 0.04;

/// What stands around a cell.
struct Others<'a> {
    cells: &'a [Rect],
    combs: &'a [DraftField],
    print: &'a [Rect],
}

/// The cells that are fields.
pub fn find(cells: &[Rect], combs: &[DraftField], print: &[Rect], dpi: f32) -> Vec<DraftField> {
    let others = Others { cells, combs, print };
    let mut found = Vec::new();
    for (index, cell) in cells.iter().enumerate() {
        let is_small = cell.width.max(cell.height) as f32 <= CHECK_BOX_INCH * dpi;
        let holds_another =
            cells.iter().enumerate().any(|(place, other)| place != index && cell.intersection(other) == *other);
        let printed: Vec<Rect> = printed_in(cell, print).copied().collect();
        if is_small || holds_another || !has_room(cell, &printed, dpi) || is_label(cell, &printed, &others, dpi) {
            continue;
        }
        let mut doubts = Vec::new();
        if !printed.is_empty() {
            doubts.push(Doubt::PrintInside);
        }
        if cell.height as f32 > PICTURE_INCH * dpi {
            doubts.push(Doubt::MayBeFrame);
        }
        found.push(DraftField { bounds: *cell, shape: DraftShape::Box, printed: printed.len(), doubts });
    }
    found
}

/// Whether print leaves room to write: below it, or to the right of a label that begins at the left edge.
fn has_room(cell: &Rect, printed: &[Rect], dpi: f32) -> bool {
    let (height, width) = ((ROOM_HEIGHT_INCH * dpi) as i32, (ROOM_WIDTH_INCH * dpi) as i32);
    let all = printed.iter().fold(Rect::default(), |bounds, letter| bounds.union(letter));
    if all.is_empty() {
        return cell.height >= height;
    }
    let is_picture = cell.height as f32 > PICTURE_INCH * dpi && cell.width < 2 * cell.height;
    let (before, behind) = (all.x - cell.x, cell.right() - all.right());
    let is_centred = (before - behind).abs() as f32 <= CENTRED_SHARE * cell.width as f32;
    let (above, below) = (all.y - cell.y, cell.bottom() - all.bottom());
    let is_full = all.height as f32 > MAX_PRINTED_HEIGHT_SHARE * cell.height as f32;
    let below_is_free = below >= height && below > 2 * above && !is_full;
    let behind_is_free = behind >= width && (before as f32) <= LABEL_INDENT_INCH * dpi && !is_centred;
    !is_picture && (below_is_free || behind_is_free)
}

/// Whether a cell with print has an empty box or a comb to its right, which it is the label of, or an empty box of its width below,
/// which it is the heading of.
fn is_label(cell: &Rect, printed: &[Rect], others: &Others, dpi: f32) -> bool {
    let near = |a: i32, b: i32| (a - b).abs() <= (REACH_INCH * dpi).max(3.0) as i32;
    let is_beside =
        |other: &Rect| near(other.x, cell.right()) && other.shared_rows(cell) * 10 > other.height.min(cell.height) * 8;
    let indent = printed.iter().map(|letter| letter.x - cell.x).min().unwrap_or(0);
    let is_indented = indent as f32 > LABEL_INDENT_INCH * dpi;
    // A label at the left edge of a box like the one below has its own room behind it.
    let is_below = |other: &Rect| {
        let is_higher = cell.height * 5 > other.height * 6;
        near(other.y, cell.bottom())
            && near(other.x, cell.x)
            && near(other.right(), cell.right())
            && (is_indented || is_higher)
    };
    let is_empty =
        |other: &Rect| other.width as f32 >= ROOM_WIDTH_INCH * dpi && printed_in(other, others.print).next().is_none();
    !printed.is_empty()
        && (others.combs.iter().any(|comb| is_beside(&comb.bounds))
            || others.cells.iter().any(|other| (is_beside(other) || is_below(other)) && is_empty(other)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Letters of 20 x 24 pixels from a place to the right.
    fn words(x: i32, y: i32, count: i32) -> Vec<Rect> {
        (0..count).map(|letter| Rect::new(x + 25 * letter, y, 20, 24)).collect()
    }

    #[test]
    fn a_label_at_the_left_leaves_room_and_a_centred_heading_does_not() {
        let cell = Rect::new(100, 100, 600, 60);
        let labelled = find(&[cell], &[], &words(110, 118, 8), 300.0);
        assert_eq!(labelled[0].doubts, [Doubt::PrintInside]);
        assert!(find(&[cell], &[], &words(300, 118, 8), 300.0).is_empty());
        assert!(find(&[cell], &[], &words(110, 118, 23), 300.0).is_empty());
    }

    #[test]
    fn a_label_on_top_leaves_room_below() {
        assert_eq!(find(&[Rect::new(100, 100, 600, 140)], &[], &words(110, 110, 23), 300.0).len(), 1);
    }

    #[test]
    fn a_cell_with_its_entry_beside_it_is_a_label() {
        let cells = [Rect::new(100, 100, 600, 60), Rect::new(704, 100, 300, 60)];
        let found = find(&cells, &[], &words(110, 118, 8), 300.0);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].bounds, cells[1]);
    }

    #[test]
    fn a_cell_over_an_empty_one_of_its_width_is_a_heading() {
        let cells = [Rect::new(100, 100, 300, 120), Rect::new(100, 224, 300, 60)];
        let found = find(&cells, &[], &words(170, 105, 6), 300.0);
        assert_eq!(found.iter().map(|field| field.bounds).collect::<Vec<_>>(), cells[1..]);
    }
}

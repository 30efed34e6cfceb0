//! Check boxes of a blank form: components of the ink in, small empty squares out.

use image::GrayImage;

use crate::geometry::Rect;
use crate::runs::Component;

/// Sides of a check box, in inches: 2 mm to 7 mm.
const MIN_SIDE_INCH: f32 = 0.08;
const MAX_SIDE_INCH: f32 = 0.28;

/// Sides differ by no more than this share of the longer one.
const SQUARE_SHARE: f32 = 0.25;

/// Ink is looked for this deep from each edge, as a share of the side: the frame, and no rounding of an O.
const FRAME_SHARE: f32 = 0.16;

/// Each edge shows ink on this share of its length; an O or D lacks its corners.
const EDGE_SHARE: f32 = 0.92;

/// At most this share of the inside is ink.
const INSIDE_SHARE: f32 = 0.04;

/// The small empty squares, in the order of the components.
pub fn find(mask: &GrayImage, components: &[Component], dpi: f32) -> Vec<Rect> {
    components.iter().map(|component| component.bounds).filter(|bounds| is_check_box(mask, bounds, dpi)).collect()
}

fn is_check_box(mask: &GrayImage, bounds: &Rect, dpi: f32) -> bool {
    let (short, long) = (bounds.width.min(bounds.height) as f32, bounds.width.max(bounds.height) as f32);
    if short < MIN_SIDE_INCH * dpi || long > MAX_SIDE_INCH * dpi || long - short > SQUARE_SHARE * long {
        return false;
    }
    let ink = |x: i32, y: i32| mask.get_pixel(x as u32, y as u32).0[0] != 0;
    let depth = ((FRAME_SHARE * short) as i32).max(2);
    let columns = |from: i32| (bounds.x..bounds.right()).filter(|&x| (from..from + depth).any(|y| ink(x, y))).count();
    let rows = |from: i32| (bounds.y..bounds.bottom()).filter(|&y| (from..from + depth).any(|x| ink(x, y))).count();
    let is_full = |count: usize, length: i32| count as f32 >= EDGE_SHARE * length as f32;
    let framed = is_full(columns(bounds.y), bounds.width)
        && is_full(columns(bounds.bottom() - depth), bounds.width)
        && is_full(rows(bounds.x), bounds.height)
        && is_full(rows(bounds.right() - depth), bounds.height);
    let inside = bounds.grown(-(depth + 1));
    let filled = (inside.y..inside.bottom())
        .flat_map(|y| (inside.x..inside.right()).map(move |x| (x, y)))
        .filter(|&(x, y)| ink(x, y))
        .count();
    framed && filled as f32 <= INSIDE_SHARE * inside.area() as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runs::{Runs, components, mask_of};

    fn found_in(picture: &[&str]) -> usize {
        let mask = mask_of(picture);
        find(&mask, &components(&Runs::of_mask(&mask)), 100.0).len()
    }

    #[test]
    fn an_empty_square_is_a_check_box_and_a_ring_is_none() {
        let square = [
            "##########",
            "#........#",
            "#........#",
            "#........#",
            "#........#",
            "#........#",
            "#........#",
            "#........#",
            "##########",
        ];
        assert_eq!(found_in(&square), 1);
        let ring = [
            "...####...",
            ".##....##.",
            "##......##",
            "#........#",
            "#........#",
            "#........#",
            "##......##",
            ".##....##.",
            "...####...",
        ];
        assert_eq!(found_in(&ring), 0);
    }

    #[test]
    fn a_square_with_a_letter_in_it_is_none() {
        let square = [
            "##########",
            "#........#",
            "#........#",
            "#..####..#",
            "#..#..#..#",
            "#..####..#",
            "#........#",
            "#........#",
            "##########",
        ];
        assert_eq!(found_in(&square), 0);
    }
}

//! Projections: a glyph in, its ink added up along rows, columns and both diagonals out.

use crate::glyph::{GLYPH_SIZE_PX, Glyph};

/// Diagonals in one direction.
const DIAGONALS: usize = 2 * GLYPH_SIZE_PX - 1;

/// How many numbers [`projections`] gives: 28 rows, 28 columns, 55 diagonals falling to the right, 55 rising.
pub const PROJECTION_COUNT: usize = 2 * GLYPH_SIZE_PX + 2 * DIAGONALS;

/// Appends the ink of each row (top to bottom), column (left to right), falling diagonal (from the bottom left corner to
/// the top right one) and rising diagonal (from the top left corner to the bottom right one), as a share of 28 full pixels.
pub fn projections(glyph: &Glyph, target: &mut Vec<f32>) {
    let (columns, falling) = (GLYPH_SIZE_PX, 2 * GLYPH_SIZE_PX);
    let rising = falling + DIAGONALS;
    let mut sums = [0u32; PROJECTION_COUNT];
    for (place, &pixel) in glyph.pixels.iter().enumerate().filter(|(_, pixel)| **pixel > 0) {
        let (x, y) = (place % GLYPH_SIZE_PX, place / GLYPH_SIZE_PX);
        for line in [y, columns + x, falling + x + GLYPH_SIZE_PX - 1 - y, rising + x + y] {
            sums[line] += u32::from(pixel);
        }
    }
    let full = 255.0 * GLYPH_SIZE_PX as f32;
    target.extend(sums.iter().map(|&sum| sum as f32 / full));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::set::tests::picture;

    #[test]
    fn a_falling_stroke_stands_out_in_its_own_direction() {
        let mut values = Vec::new();
        projections(&picture(&["#..", ".#.", "..#"]), &mut values);
        assert_eq!(values.len(), PROJECTION_COUNT);
        let in_pixels: Vec<u32> = values.iter().map(|value| (value * 28.0).round() as u32).collect();
        assert_eq!(in_pixels[..4], [1, 1, 1, 0], "rows");
        assert_eq!(in_pixels[28..32], [1, 1, 1, 0], "columns");
        assert_eq!(in_pixels[56 + 26..56 + 29], [0, 3, 0], "falling");
        assert_eq!(in_pixels[111..116], [1, 0, 1, 0, 1], "rising");
    }
}

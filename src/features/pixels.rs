//! The pixels themselves: a glyph in, one number a pixel out.

use crate::glyph::{GLYPH_SIZE_PX, Glyph};

/// How many numbers [`pixels`] gives.
pub const PIXEL_COUNT: usize = GLYPH_SIZE_PX * GLYPH_SIZE_PX;

/// Appends the pixels of a glyph, row by row, 0 (paper) to 1 (full ink).
pub fn pixels(glyph: &Glyph, target: &mut Vec<f32>) {
    target.extend(glyph.pixels.iter().map(|&pixel| f32::from(pixel) / 255.0));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::set::tests::picture;

    #[test]
    fn ink_is_one_and_paper_is_nothing() {
        let mut values = Vec::new();
        pixels(&picture(&["#.", ".#"]), &mut values);
        assert_eq!(values.len(), PIXEL_COUNT);
        assert_eq!((values[0], values[1], values[28], values[29]), (1.0, 0.0, 0.0, 1.0));
    }
}

//! Zoning: a glyph in, the share of ink in each of 7x7 zones out.

use crate::glyph::{GLYPH_SIZE_PX, Glyph};

/// Width and height of a zone in pixels.
const ZONE_SIZE_PX: usize = 4;

/// Zones in a row.
const ZONES: usize = GLYPH_SIZE_PX / ZONE_SIZE_PX;

/// How many numbers [`zoning`] gives.
pub const ZONE_COUNT: usize = ZONES * ZONES;

/// Appends the mean ink of each zone of 4x4 pixels, row by row, 0 (paper) to 1 (full ink).
pub fn zoning(glyph: &Glyph, target: &mut Vec<f32>) {
    let mut sums = [0u32; ZONE_COUNT];
    for (place, &pixel) in glyph.pixels.iter().enumerate() {
        let (x, y) = (place % GLYPH_SIZE_PX, place / GLYPH_SIZE_PX);
        sums[y / ZONE_SIZE_PX * ZONES + x / ZONE_SIZE_PX] += u32::from(pixel);
    }
    let full = 255.0 * (ZONE_SIZE_PX * ZONE_SIZE_PX) as f32;
    target.extend(sums.iter().map(|&sum| sum as f32 / full));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::set::tests::picture;

    #[test]
    fn each_zone_has_its_share_of_ink() {
        let mut values = Vec::new();
        zoning(&picture(&["####....", "####....", "........", ".....#.."]), &mut values);
        assert_eq!(values.len(), ZONE_COUNT);
        assert_eq!(values[..3], [0.5, 1.0 / 16.0, 0.0]);
        assert!(values[3..].iter().all(|&value| value == 0.0));
    }
}

//! Black margins: where the scanner saw past the edge of the paper. An ink plane in, the same plane with empty margins out.

use image::GrayImage;

/// A column or row at the border belongs to the margin if this share of it is dark.
const DARK_SHARE: f32 = 0.9;

/// Margins that cover more of a side than this are no margins: a crop that a stroke fills looks the same.
const MAX_SHARE: f32 = 0.3;

/// Columns that are looked at together: what a processor fetches from memory at once.
const COLUMNS_AT_ONCE: usize = 64;

/// Empties the dark columns and rows along the borders; `level` parts ink from paper. A plane that is dark all over is emptied as a
/// whole (an open scanner lid).
///
/// Only as much of the page is looked at as is dark from its borders inwards: of most pages next to nothing.
pub fn clear(ink: &mut GrayImage, level: u8) {
    let (width, height) = (ink.width() as usize, ink.height() as usize);
    if width == 0 || height == 0 {
        return;
    }
    let dark_px = |pixels: &[u8]| pixels.iter().map(|&value| u32::from(value >= level)).sum();
    let rows = || ink.as_raw().chunks_exact(width).map(|row| is_dark(dark_px(row), width));
    let top = margin(rows().take_while(|&dark| dark).count(), height);
    let bottom = margin(rows().rev().take_while(|&dark| dark).count(), height);
    let dark_from_left = dark_columns(ink, level, false);
    if dark_from_left == width {
        ink.fill(0);
        return;
    }
    let (left, right) = (margin(dark_from_left, width), margin(dark_columns(ink, level, true), width));
    for (y, row) in ink.chunks_exact_mut(width).enumerate() {
        if y < top || y >= height - bottom {
            row.fill(0);
        }
        row[..left].fill(0);
        row[width - right..].fill(0);
    }
}

fn is_dark(dark_px: u32, length_px: usize) -> bool {
    dark_px as f32 >= DARK_SHARE * length_px as f32
}

/// How many columns are dark from the left, or from the right, up to the first that is not.
fn dark_columns(ink: &GrayImage, level: u8, from_right: bool) -> usize {
    let (width, height) = (ink.width() as usize, ink.height() as usize);
    let mut dark = 0;
    while dark < width {
        let count = COLUMNS_AT_ONCE.min(width - dark);
        let start = if from_right { width - dark - count } else { dark };
        let mut dark_px = [0u32; COLUMNS_AT_ONCE];
        for row in ink.as_raw().chunks_exact(width) {
            let some = &row[start..start + count];
            dark_px.iter_mut().zip(some).for_each(|(dark_px, &value)| *dark_px += u32::from(value >= level));
        }
        let is_dark = |place: &usize| is_dark(dark_px[if from_right { count - 1 - place } else { *place }], height);
        let run = (0..count).take_while(is_dark).count();
        dark += run;
        if run < count {
            break;
        }
    }
    dark
}

/// The width of a margin, the blurred line behind it included; none where it would be too much of a side.
fn margin(dark: usize, length_px: usize) -> usize {
    let most = (MAX_SHARE * length_px as f32) as usize;
    if dark == 0 || dark >= most { 0 } else { dark + 1 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    #[test]
    fn a_black_strip_at_the_side_goes_and_writing_stays() {
        let mut ink =
            GrayImage::from_fn(100, 40, |x, y| Luma([if x >= 85 || (20..24).contains(&x) && y > 5 { 220 } else { 3 }]));
        clear(&mut ink, 100);
        assert_eq!((ink.get_pixel(90, 20).0, ink.get_pixel(22, 20).0), ([0], [220]));
    }

    #[test]
    fn a_stroke_that_fills_its_crop_stays() {
        let mut ink = GrayImage::from_fn(10, 40, |x, _| Luma([if x < 8 { 220 } else { 3 }]));
        clear(&mut ink, 100);
        assert_eq!(ink.get_pixel(4, 20).0, [220]);
    }

    #[test]
    fn a_page_that_is_dark_all_over_is_empty() {
        let mut ink = GrayImage::from_pixel(30, 30, Luma([255]));
        clear(&mut ink, 100);
        assert!(ink.pixels().all(|pixel| pixel.0[0] == 0));
    }
}

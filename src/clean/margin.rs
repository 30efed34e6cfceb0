//! Black margins: where the scanner saw past the edge of the paper. An ink plane in, the same plane with empty margins out.

use image::GrayImage;

use crate::vectorised::vectorised;

/// A column or row at the border belongs to the margin if this share of it is dark.
const DARK_SHARE: f32 = 0.9;

/// Margins that cover more of a side than this are no margins: a crop that a stroke fills looks the same.
const MAX_SHARE: f32 = 0.3;

/// Empties the dark columns and rows along the borders; `level` parts ink from paper. A plane that is dark all over is emptied as a
/// whole (an open scanner lid).
pub fn clear(ink: &mut GrayImage, level: u8) {
    let (width, height) = (ink.width() as usize, ink.height() as usize);
    if width == 0 || height == 0 {
        return;
    }
    let is_dark = |count: u32, length: usize| count as f32 >= DARK_SHARE * length as f32;
    let mut dark_in_column = vec![0u32; width];
    let mut dark_rows = Vec::with_capacity(height);
    for row in ink.as_raw().chunks_exact(width) {
        vectorised(
            #[inline(always)]
            || {
                dark_in_column.iter_mut().zip(row).for_each(|(count, &value)| *count += u32::from(value >= level));
            },
        );
        let dark = vectorised(
            #[inline(always)]
            || row.iter().map(|&value| u32::from(value >= level)).sum(),
        );
        dark_rows.push(is_dark(dark, width));
    }
    let dark_columns: Vec<bool> = dark_in_column.iter().map(|&count| is_dark(count, height)).collect();
    if dark_columns.iter().all(|&dark| dark) {
        ink.fill(0);
        return;
    }
    let (left, right) = margins(&dark_columns);
    let (top, bottom) = margins(&dark_rows);
    for (y, row) in ink.chunks_exact_mut(width).enumerate() {
        if y < top || y >= height - bottom {
            row.fill(0);
        }
        row[..left].fill(0);
        row[width - right..].fill(0);
    }
}

/// How many dark lines there are at both ends, the blurred one behind them included; none where it would be too many.
fn margins(dark: &[bool]) -> (usize, usize) {
    let most = (MAX_SHARE * dark.len() as f32) as usize;
    let margin = |count: usize| if count == 0 || count >= most { 0 } else { count + 1 };
    let first = dark.iter().take_while(|&&dark| dark).count();
    let last = dark.iter().rev().take_while(|&&dark| dark).count();
    (margin(first), margin(last))
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

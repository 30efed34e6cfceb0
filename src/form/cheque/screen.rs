//! Printed dots behind the amount: the room of the amount in, the same room with the dots averaged away out.
//!
//! Copiers and laser printers draw tints as screens of dots, which have edges as steep as writing has.

use image::{Luma, imageops};

use crate::clean::CleanPage;
use crate::geometry::Rect;

/// Dots of the screens of office printers are 60 to 85 to the inch, and a pen's stroke is wider than their distance: this deviation of a
/// bell, as a share of the cheque's width (0.0072 inches on 6), averages the dots and keeps the stroke.
const BLUR_SHARE: f32 = 0.0012;
/// A room has a screen if half of its pixels differ from their surroundings by more than so many levels of ink.
const SCREEN_LEVELS: u8 = 5;
/// Ink of the averaged room below the usual level of the paper and this share of the way to the darkest is paper.
const PAPER_SHARE: f32 = 0.12;
/// From this share of the way on it is in the mask.
const INK_SHARE: f32 = 0.4;

/// Averages the dots of a screen in a part of the page, if there is one.
pub(super) fn descreen(page: &mut CleanPage, width_px: i32, area: &Rect) {
    let whole = Rect::new(0, 0, page.ink.width() as i32, page.ink.height() as i32);
    let area = area.intersection(&whole);
    if area.is_empty() {
        return;
    }
    let (x, y, width, height) = (area.x as u32, area.y as u32, area.width as u32, area.height as u32);
    let crop = imageops::crop_imm(&page.ink, x, y, width, height).to_image();
    let smooth = imageops::blur(&crop, (BLUR_SHARE * width_px as f32).max(0.6));
    let differences: Vec<u8> = crop.iter().zip(smooth.iter()).map(|(a, b)| a.abs_diff(*b)).collect();
    if ranked(&differences, 0.5) <= SCREEN_LEVELS {
        return;
    }
    let (paper, darkest) = (f32::from(ranked(&smooth, 0.5)), f32::from(ranked(&smooth, 0.995)));
    let range = (darkest - paper).max(1.0);
    let gain = f32::from(ranked(&crop, 0.995)) / range;
    let share = |value: u8| (f32::from(value) - paper) / range;
    for (column, row, &Luma([value])) in smooth.enumerate_pixels() {
        let share = share(value);
        let level = if share < PAPER_SHARE { 0.0 } else { (share * range * gain).min(255.0) };
        page.ink.put_pixel(x + column, y + row, Luma([level as u8]));
        page.mask.put_pixel(x + column, y + row, Luma([if share >= INK_SHARE { 255 } else { 0 }]));
    }
}

/// The value below which a share of all lies.
fn ranked(values: &[u8], share: f32) -> u8 {
    let mut counts = [0usize; 256];
    values.iter().for_each(|&value| counts[usize::from(value)] += 1);
    let wanted = (share * values.len() as f32) as usize;
    let mut sum = 0;
    counts
        .iter()
        .position(|count| {
            sum += count;
            sum > wanted
        })
        .unwrap_or(255) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clean::{Upright, clean};
    use crate::scan::{Page, Pixels};
    use image::GrayImage;

    /// Paper with or without a screen of dots, and a stroke 8 pixels wide.
    fn page(dots: bool) -> CleanPage {
        let grey = GrayImage::from_fn(400, 120, |x, y| {
            let stroke = (200..208).contains(&x) && (20..100).contains(&y);
            let dot = dots && x % 6 < 3 && y % 6 < 3;
            Luma([if stroke {
                30
            } else if dot {
                120
            } else {
                235
            }])
        });
        clean(Page { number: 1, pixels: Pixels::Grey(grey), dpi: Some(300.0) }, Upright::Keep)
    }

    #[test]
    fn dots_go_and_the_stroke_stays() {
        let mut screened = page(true);
        descreen(&mut screened, 2000, &Rect::new(50, 10, 300, 100));
        assert_eq!(screened.ink.get_pixel(121, 61)[0], 0);
        assert!(screened.ink.get_pixel(204, 60)[0] > 120);
        let clear = page(false);
        let mut same = clear.clone();
        descreen(&mut same, 2000, &Rect::new(50, 10, 300, 100));
        assert_eq!(same.ink, clear.ink);
    }
}

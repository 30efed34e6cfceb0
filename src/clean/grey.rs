//! Page pixels in, one grey plane with light paper and dark ink out.

use image::{GrayImage, RgbImage};

use crate::scan::Pixels;
use crate::vectorised::vectorised;

/// Half the side of the window in which a pixel is compared with its surroundings, in pixels of the reduced image.
const WINDOW_RADIUS_PX: usize = 12;

/// The reduced image on which the polarity is found has about this many pixels on its shorter side.
const REDUCED_SIDE_PX: u32 = 350;

/// Crops whose sides are both at most this long hold a character or two, whose strokes may be as wide as the window and cover
/// half of the crop: there the border tells what is paper.
const SMALL_CROP_PX: u32 = 160;

/// ... if this share of the border is of one kind; a shadow over a part of the crop is not.
const EVEN_BORDER_SHARE: f32 = 0.75;

/// Takes the pixels of a page to grey; the flag says whether they were light on dark and have been inverted.
pub fn to_grey(pixels: Pixels) -> (GrayImage, bool) {
    let mut grey = match pixels {
        Pixels::Grey(grey) => grey,
        Pixels::Colour(colour) => luma(&colour),
    };
    let inverted = is_light_on_dark(&grey);
    if inverted {
        for value in grey.iter_mut() {
            *value = 255 - *value;
        }
    }
    (grey, inverted)
}

/// Brightness as the eye sees it (ITU-R BT.601 weights, in 1/256).
fn luma(colour: &RgbImage) -> GrayImage {
    let values = colour
        .as_raw()
        .chunks_exact(3)
        .map(|rgb| ((77 * u32::from(rgb[0]) + 150 * u32::from(rgb[1]) + 29 * u32::from(rgb[2]) + 128) >> 8) as u8)
        .collect();
    GrayImage::from_raw(colour.width(), colour.height(), values).unwrap_or_default()
}

/// Whether ink is lighter than paper.
///
/// Strokes are thin: against the mean of their surroundings they are rare and far away, paper is common and near. The sign
/// of the third moment of that difference tells on which side the rare ones lie, whatever the shading. Of small crops the
/// border decides.
fn is_light_on_dark(grey: &GrayImage) -> bool {
    if grey.width().max(grey.height()) <= SMALL_CROP_PX {
        let dark = dark_border_share(grey);
        if dark.max(1.0 - dark) >= EVEN_BORDER_SHARE {
            return dark > 0.5;
        }
    }
    let factor = (grey.width().min(grey.height()) / REDUCED_SIDE_PX).max(1);
    let small = reduce(grey, factor);
    let (width, height) = (small.width() as usize, small.height() as usize);
    if width < 3 || height < 3 {
        return false;
    }
    let sums = summed_area(&small);
    let mut third_moment = 0.0f64;
    for y in 0..height {
        let (top, bottom) = (y.saturating_sub(WINDOW_RADIUS_PX), (y + WINDOW_RADIUS_PX + 1).min(height));
        for x in 0..width {
            let (left, right) = (x.saturating_sub(WINDOW_RADIUS_PX), (x + WINDOW_RADIUS_PX + 1).min(width));
            let at = |row: usize, column: usize| sums[row * (width + 1) + column];
            let sum = at(bottom, right) + at(top, left) - at(top, right) - at(bottom, left);
            let mean = sum as f32 / ((right - left) * (bottom - top)) as f32;
            let difference = f32::from(small.as_raw()[y * width + x]) - mean;
            third_moment += f64::from(difference * difference * difference);
        }
    }
    third_moment > 0.0
}

/// The share of the border, 0 to 1, that is nearer to the darkest than to the brightest pixel.
fn dark_border_share(grey: &GrayImage) -> f32 {
    let (width, height) = grey.dimensions();
    let extremes = grey.as_raw().iter().min().zip(grey.as_raw().iter().max());
    let middle = extremes.map_or(0, |(&low, &high)| (u16::from(low) + u16::from(high)) / 2);
    let is_border = |x: u32, y: u32| x == 0 || y == 0 || x + 1 == width || y + 1 == height;
    let border = grey.enumerate_pixels().filter(|(x, y, _)| is_border(*x, *y));
    let (count, dark) = border.fold((0u32, 0u32), |(count, dark), (_, _, pixel)| {
        (count + 1, dark + u32::from(u16::from(pixel.0[0]) < middle))
    });
    dark as f32 / count.max(1) as f32
}

/// Sums of all pixels above and to the left; one row and one column more than the image.
fn summed_area(grey: &GrayImage) -> Vec<u64> {
    let width = grey.width() as usize;
    let mut sums = vec![0u64; (width + 1) * (grey.height() as usize + 1)];
    for (y, row) in grey.as_raw().chunks_exact(width).enumerate() {
        let mut row_sum = 0;
        for (x, &value) in row.iter().enumerate() {
            row_sum += u64::from(value);
            sums[(y + 1) * (width + 1) + x + 1] = sums[y * (width + 1) + x + 1] + row_sum;
        }
    }
    sums
}

/// The image at a whole fraction of its size; each pixel is the mean of a square of `factor` pixels a side.
pub fn reduce(grey: &GrayImage, factor: u32) -> GrayImage {
    if factor <= 1 {
        return grey.clone();
    }
    let (width, height) = (grey.width() / factor, grey.height() / factor);
    let (step, line) = (factor as usize, grey.width() as usize);
    let mut reduced = vec![0u8; (width * height) as usize];
    let mut sums = vec![0u32; line];
    let bands = grey.as_raw().chunks_exact((line * step).max(1));
    for (band, target) in bands.zip(reduced.chunks_exact_mut((width as usize).max(1))) {
        vectorised(
            #[inline(always)]
            || {
                // Down the columns first: that is one vector addition a row.
                sums.fill(0);
                for row in band.chunks_exact(line) {
                    sums.iter_mut().zip(row).for_each(|(sum, &value)| *sum += u32::from(value));
                }
                // The usual factors by name: a division by a number that is known is a multiplication.
                match step {
                    2 => means::<2>(&sums, target),
                    3 => means::<3>(&sums, target),
                    4 => means::<4>(&sums, target),
                    7 => means::<7>(&sums, target),
                    _ => {
                        let area = factor * factor;
                        let columns = sums.chunks_exact(step);
                        target
                            .iter_mut()
                            .zip(columns)
                            .for_each(|(mean, sums)| *mean = (sums.iter().sum::<u32>() / area) as u8);
                    }
                }
            },
        );
    }
    GrayImage::from_raw(width, height, reduced).unwrap_or_default()
}

/// The means of squares of `STEP` columns a side, of which the columns are summed already.
#[inline(always)]
fn means<const STEP: usize>(sums: &[u32], target: &mut [u8]) {
    for (mean, sums) in target.iter_mut().zip(sums.as_chunks::<STEP>().0) {
        *mean = (sums.iter().sum::<u32>() / (STEP * STEP) as u32) as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    /// A plus sign of ink on shaded paper.
    fn plus(ink: u8, paper: impl Fn(u32) -> u8) -> GrayImage {
        GrayImage::from_fn(60, 60, |x, y| {
            let on_stroke = (x.abs_diff(30) < 3 && y.abs_diff(30) < 15) || (y.abs_diff(30) < 3 && x.abs_diff(30) < 15);
            Luma([if on_stroke { ink } else { paper(x) }])
        })
    }

    #[test]
    fn dark_ink_stays_and_light_ink_is_turned() {
        let (grey, inverted) = to_grey(Pixels::Grey(plus(20, |_| 230)));
        assert!(!inverted);
        assert_eq!(grey.get_pixel(30, 30).0, [20]);
        let (grey, inverted) = to_grey(Pixels::Grey(plus(240, |_| 30)));
        assert!(inverted);
        assert_eq!(grey.get_pixel(30, 30).0, [15]);
    }

    #[test]
    fn a_shadow_over_half_the_paper_does_not_turn_it() {
        let (_, inverted) = to_grey(Pixels::Grey(plus(10, |x| if x < 40 { 90 } else { 220 })));
        assert!(!inverted);
    }

    #[test]
    fn pure_green_is_brighter_than_pure_blue() {
        let colour = RgbImage::from_fn(2, 1, |x, _| image::Rgb(if x == 0 { [0, 255, 0] } else { [0, 0, 255] }));
        assert_eq!(luma(&colour).as_raw(), &[149, 29]);
    }

    #[test]
    fn reducing_takes_the_mean_of_each_square() {
        let grey = GrayImage::from_raw(4, 2, vec![0, 100, 200, 200, 100, 200, 200, 200]).expect("4x2");
        assert_eq!(reduce(&grey, 2).as_raw(), &[100, 200]);
    }

    #[test]
    fn broad_strokes_in_a_tight_crop_are_ink() {
        // A one of 12 pixels in a crop of 20: more ink than paper.
        let one =
            GrayImage::from_fn(20, 60, |x, y| Luma([if (4..16).contains(&x) && y > 1 && y < 58 { 20 } else { 235 }]));
        assert!(!is_light_on_dark(&one));
        let inverted = GrayImage::from_fn(20, 60, |x, y| Luma([255 - one.get_pixel(x, y).0[0]]));
        assert!(is_light_on_dark(&inverted));
    }
}

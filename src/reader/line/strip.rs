//! The picture of a line as the line reader takes it: an ink plane in, 32 rows of even strength out.

use image::GrayImage;

use super::architecture::{COLUMN_STEP_PX, STRIP_HEIGHT_PX};
use crate::vectorised::vectorised;

/// Least and greatest width of a strip in pixels. A lone 1 keeps some paper beside it; 640 hold about 40 digits.
const WIDTH_RANGE_PX: (usize, usize) = (32, 640);

/// Ink is never stronger than this; the usual strength of the strokes is 1.
const STRONGEST: f32 = 1.5;

/// A line of handwriting, 32 pixels high.
#[derive(Clone, Debug, PartialEq)]
pub struct Strip {
    /// Width in pixels, a multiple of [`COLUMN_STEP_PX`].
    pub width_px: usize,
    /// Row by row; 0 is paper, 1 the usual strength of the strokes.
    pub pixels: Vec<f32>,
    /// Pixels of the ink plane for each pixel of the strip, along the line.
    pub scale: f32,
}

impl Strip {
    /// The strip of an ink plane (ink high) that holds one line, top to bottom.
    ///
    /// Aspect is kept, except for lines of more than 640 pixels. The strength of the strokes is their mean weighted by
    /// itself, so that it depends on the strokes and not on how much paper there is around.
    pub fn of(ink: &GrayImage) -> Self {
        let height = STRIP_HEIGHT_PX as u32;
        let natural = (ink.width() * height) as f32 / ink.height().max(1) as f32;
        let step = COLUMN_STEP_PX;
        let width_px = ((natural / step as f32).ceil() as usize * step).clamp(WIDTH_RANGE_PX.0, WIDTH_RANGE_PX.1);
        let drawn_px = (natural.round() as usize).clamp(1, width_px);
        let scale = ink.width() as f32 / drawn_px as f32;
        let mut pixels = vec![0.0; width_px * STRIP_HEIGHT_PX];
        if ink.width() == 0 || ink.height() == 0 {
            return Self { width_px, pixels, scale };
        }
        let small = shrunk(ink, drawn_px);
        let values = || small.iter().map(|&value| f32::from(value));
        let (sum, squares) = (values().sum::<f32>(), values().map(|value| value * value).sum::<f32>());
        let strength = (squares / sum.max(1.0)).max(1.0);
        for (source, target) in small.chunks_exact(drawn_px).zip(pixels.chunks_exact_mut(width_px)) {
            for (value, target) in source.iter().zip(target) {
                *target = (f32::from(*value) / strength).min(STRONGEST);
            }
        }
        Self { width_px, pixels, scale }
    }

    /// The same line, `stretch` times as wide and leaning `shear` columns more to the right for each row up.
    pub fn warped(&self, stretch: f32, shear: f32) -> Self {
        let (step, width) = (COLUMN_STEP_PX, self.width_px as f32 * stretch);
        let width_px = ((width / step as f32).round() as usize * step).clamp(WIDTH_RANGE_PX.0, WIDTH_RANGE_PX.1);
        let mut pixels = Vec::with_capacity(width_px * STRIP_HEIGHT_PX);
        for (y, row) in self.pixels.chunks_exact(self.width_px).enumerate() {
            let lean = shear * (y as f32 - STRIP_HEIGHT_PX as f32 / 2.0);
            let at = |column: f32| if column >= 0.0 { row.get(column as usize).copied().unwrap_or(0.0) } else { 0.0 };
            pixels.extend((0..width_px).map(|x| {
                let place = (x as f32 + 0.5) / stretch - 0.5 + lean;
                let (left, part) = (place.floor(), place - place.floor());
                at(left) * (1.0 - part) + at(left + 1.0) * part
            }));
        }
        Self { width_px, pixels, scale: self.scale / stretch }
    }

    /// Columns of scores that the strip gives.
    pub fn column_count(&self) -> usize {
        self.width_px / COLUMN_STEP_PX
    }
}

/// The ink plane at `width_px` x [`STRIP_HEIGHT_PX`] pixels, row by row, in whole levels from 0 to 255.
///
/// A triangle filter as wide as the step from pixel to pixel, down the columns first: what `image`'s `resize` gives bit for bit, in a
/// fifth of its time, since that works on four channels and goes down the columns.
fn shrunk(ink: &GrayImage, width_px: usize) -> Vec<u8> {
    let (width, height) = (ink.width() as usize, ink.height() as usize);
    if (width, height) == (width_px, STRIP_HEIGHT_PX) {
        return ink.as_raw().clone();
    }
    let columns = taps(width, width_px);
    let mut row = vec![0f32; width];
    let mut small = Vec::with_capacity(width_px * STRIP_HEIGHT_PX);
    vectorised(
        #[inline(always)]
        || {
            for (first, weights) in taps(height, STRIP_HEIGHT_PX) {
                row.fill(0.0);
                for (source, &weight) in ink.as_raw()[first * width..].chunks_exact(width).zip(&weights) {
                    row.iter_mut().zip(source).for_each(|(sum, &value)| *sum += f32::from(value) * weight);
                }
                small.extend(columns.iter().map(|(first, weights)| {
                    let level: f32 = weights.iter().zip(&row[*first..]).map(|(weight, value)| value * weight).sum();
                    let level = level.clamp(0.0, 255.0);
                    let whole = level as u8;
                    // What `round` does, without leaving the registers.
                    if level - f32::from(whole) >= 0.5 { whole + 1 } else { whole }
                }));
            }
        },
    );
    small
}

/// For each of `count` pixels the first of `length` pixels that it is made of, and the weights from there on; they add up to 1.
fn taps(length: usize, count: usize) -> Vec<(usize, Vec<f32>)> {
    let ratio = length as f32 / count as f32;
    let reach = ratio.max(1.0);
    let tap = |place: usize| {
        let middle = (place as f32 + 0.5) * ratio;
        let first = ((middle - reach).floor() as i64).clamp(0, length as i64 - 1) as usize;
        let end = ((middle + reach).ceil() as i64).clamp(first as i64 + 1, length as i64) as usize;
        let weight = |source: usize| {
            let distance = ((source as f32 - (middle - 0.5)) / reach).abs();
            if distance < 1.0 { 1.0 - distance } else { 0.0 }
        };
        let sum: f32 = (first..end).map(weight).sum();
        (first, (first..end).map(|source| weight(source) / sum).collect())
    };
    (0..count).map(tap).collect()
}

#[cfg(test)]
mod tests {
    use image::Luma;

    use super::*;

    fn stroke(width: u32, height: u32, level: u8) -> GrayImage {
        GrayImage::from_fn(width, height, |x, _| Luma([if (10..20).contains(&x) { level } else { 0 }]))
    }

    #[test]
    fn faint_and_strong_strokes_give_one_strip_of_32_rows() {
        let (faint, strong) = (Strip::of(&stroke(200, 64, 60)), Strip::of(&stroke(200, 64, 240)));
        assert_eq!((faint.width_px, faint.pixels.len(), faint.column_count()), (100, 3200, 25));
        assert!((faint.pixels[7] - strong.pixels[7]).abs() < 0.05 && strong.pixels[7] > 0.9);
        assert!((faint.scale - 2.0).abs() < 0.01);
        assert_eq!(faint.pixels[50], 0.0);
    }

    #[test]
    fn a_warped_strip_is_wider_and_leans() {
        let strip = Strip::of(&stroke(200, 64, 240));
        let wide = strip.warped(1.2, 0.0);
        assert_eq!((wide.width_px, strip.warped(1.0, 0.0).pixels == strip.pixels), (120, true));
        let darkest = |strip: &Strip, row: usize| {
            let row = &strip.pixels[row * strip.width_px..(row + 1) * strip.width_px];
            (0..row.len()).max_by(|&a, &b| row[a].total_cmp(&row[b]).then(b.cmp(&a))).unwrap_or(0)
        };
        assert!(darkest(&wide, 9) > darkest(&strip, 9));
        let leaning = strip.warped(1.0, 0.2);
        assert!(darkest(&leaning, 2) > darkest(&leaning, 30));
    }

    #[test]
    fn a_small_picture_is_that_of_the_image_library() {
        for (width, height, width_px) in [(200, 64, 100), (90, 47, 61), (31, 20, 50), (300, 32, 300), (7, 90, 3)] {
            let ink = GrayImage::from_fn(width, height, |x, y| Luma([((x * 37 + y * y * 11 + x * y) % 251) as u8]));
            let filter = image::imageops::FilterType::Triangle;
            let expected = image::imageops::resize(&ink, width_px, STRIP_HEIGHT_PX as u32, filter);
            assert_eq!(&shrunk(&ink, width_px as usize), expected.as_raw(), "{width}x{height}");
        }
    }

    #[test]
    fn widths_have_limits() {
        assert_eq!(Strip::of(&stroke(30, 300, 200)).width_px, 32);
        assert_eq!(Strip::of(&stroke(4000, 20, 200)).width_px, 640);
        assert!(Strip::of(&GrayImage::new(0, 0)).pixels.iter().all(|&value| value == 0.0));
    }
}

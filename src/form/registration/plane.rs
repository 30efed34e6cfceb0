//! Ink planes seen through a map: resampled and blurred.

use image::GrayImage;

use crate::geometry::{Point, Rect, Transform};
use crate::vectorised::vectorised;

/// The pixels of `region` (of the target) where `to_source` leads from target to source; between four source pixels, 0 beyond the source.
///
/// Pixel centres lie at half pixels.
pub fn resample(source: &GrayImage, to_source: &Transform, region: &Rect) -> GrayImage {
    let (width, height) = (region.width.max(0) as u32, region.height.max(0) as u32);
    let mut target = GrayImage::new(width, height);
    if width > 0 && height > 0 {
        for (row, pixels) in target.chunks_exact_mut(width as usize).enumerate() {
            resample_row(source, to_source, (region.x, region.y + row as i32), pixels);
        }
    }
    target
}

/// One row of the target from the pixel `start` on.
pub fn resample_row(source: &GrayImage, to_source: &Transform, start: (i32, i32), pixels: &mut [u8]) {
    vectorised(
        #[inline(always)]
        || resample_pixels(source, to_source, start, pixels),
    );
}

#[inline(always)]
fn resample_pixels(source: &GrayImage, to_source: &Transform, start: (i32, i32), pixels: &mut [u8]) {
    let [a, b, c, d, e, f, g, h, i] = to_source.coefficients;
    let (x, y) = (f64::from(start.0) + 0.5, f64::from(start.1) + 0.5);
    let (across, down, depth) = (a * x + b * y + c, d * x + e * y + f, g * x + h * y + i);
    let (a, d, g) = (a as f32, d as f32, g as f32);
    let (across, down, depth) = (across as f32, down as f32, depth as f32);
    let (width, height) = (source.width() as i32, source.height() as i32);
    let raw = source.as_raw();
    let at = |x: i32, y: i32| -> f32 {
        let inside = x >= 0 && y >= 0 && x < width && y < height;
        if inside { f32::from(raw[(y * width + x) as usize]) } else { 0.0 }
    };
    for (step, pixel) in pixels.iter_mut().enumerate() {
        let step = step as f32;
        let share = 1.0 / (depth + g * step);
        let (u, v) = ((across + a * step) * share - 0.5, (down + d * step) * share - 0.5);
        if !(u > -1.0 && v > -1.0 && u < width as f32 && v < height as f32) {
            continue;
        }
        // Above -1, so that cutting off the decimals of one more rounds down.
        let (left, top) = ((u + 1.0) as i32 - 1, (v + 1.0) as i32 - 1);
        let (right_share, lower_share) = (u - left as f32, v - top as f32);
        let (upper, lower) = if left >= 0 && top >= 0 && left + 1 < width && top + 1 < height {
            let place = (top * width + left) as usize;
            let below = place + width as usize;
            ((f32::from(raw[place]), f32::from(raw[place + 1])), (f32::from(raw[below]), f32::from(raw[below + 1])))
        } else {
            ((at(left, top), at(left + 1, top)), (at(left, top + 1), at(left + 1, top + 1)))
        };
        let above = upper.0 + (upper.1 - upper.0) * right_share;
        let beneath = lower.0 + (lower.1 - lower.0) * right_share;
        *pixel = (above + (beneath - above) * lower_share + 0.5) as u8;
    }
}

/// The mean of 3 x 3 pixels, twice; edges keep what they have.
pub fn blur(plane: &GrayImage) -> GrayImage {
    once_blurred(&once_blurred(plane))
}

fn once_blurred(plane: &GrayImage) -> GrayImage {
    let (width, height) = (plane.width() as usize, plane.height() as usize);
    let mut blurred = plane.clone();
    if width < 3 || height < 3 {
        return blurred;
    }
    let source = plane.as_raw();
    let mut sums = vec![0u16; width];
    for y in 1..height - 1 {
        let rows = &source[(y - 1) * width..(y + 2) * width];
        for (x, sum) in sums.iter_mut().enumerate() {
            *sum = u16::from(rows[x]) + u16::from(rows[x + width]) + u16::from(rows[x + 2 * width]);
        }
        let target = &mut blurred.as_mut()[y * width + 1..(y + 1) * width - 1];
        for (pixel, three) in target.iter_mut().zip(sums.windows(3)) {
            *pixel = ((three[0] + three[1] + three[2] + 4) / 9) as u8;
        }
    }
    blurred
}

/// Whether a point lies on a plane, `margin_px` from its edges.
pub fn holds(plane: &GrayImage, point: Point, margin_px: f64) -> bool {
    let inside = |value: f64, size: u32| value >= margin_px && value < f64::from(size) - margin_px;
    inside(point.x, plane.width()) && inside(point.y, plane.height())
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    #[test]
    fn a_resampled_plane_shows_what_lies_where_the_map_leads() {
        let source = GrayImage::from_fn(20, 20, |x, y| Luma([if (x, y) == (7, 9) { 200 } else { 0 }]));
        let shifted = resample(&source, &Transform::shift(5.0, 5.0), &Rect::new(0, 0, 10, 10));
        assert_eq!(shifted.get_pixel(2, 4).0[0], 200);
        let half = resample(&source, &Transform::shift(4.5, 5.0), &Rect::new(0, 0, 10, 10));
        assert_eq!((half.get_pixel(2, 4).0[0], half.get_pixel(3, 4).0[0]), (100, 100));
        assert!(resample(&source, &Transform::shift(100.0, 0.0), &Rect::new(0, 0, 5, 5)).iter().all(|&v| v == 0));
    }

    #[test]
    fn blurring_spreads_a_point_and_keeps_its_sum() {
        let source = GrayImage::from_fn(9, 9, |x, y| Luma([if (x, y) == (4, 4) { 243 } else { 0 }]));
        let blurred = blur(&source);
        assert_eq!((blurred.get_pixel(4, 4).0[0], blurred.get_pixel(2, 2).0[0]), (27, 3));
    }
}

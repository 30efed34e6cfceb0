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

/// So many pixels in a row are taken as evenly spaced on the source: over 16 pixels the bend of a perspective is below a hundredth of one.
const BLOCK_PX: usize = 16;

/// Parts of a source pixel that places are rounded to.
const PARTS: f64 = 65536.0;

#[inline(always)]
fn resample_pixels(source: &GrayImage, to_source: &Transform, start: (i32, i32), pixels: &mut [u8]) {
    let y = f64::from(start.1) + 0.5;
    let place_of = |x: i32| {
        let there = to_source.apply(Point { x: f64::from(x) + 0.5, y });
        (there.x - 0.5, there.y - 0.5)
    };
    let (width, height) = (f64::from(source.width()), f64::from(source.height()));
    let is_inner = |(u, v): (f64, f64)| u >= 0.0 && v >= 0.0 && u < width - 1.001 && v < height - 1.001;
    let mut x = start.0;
    let mut first = place_of(x);
    for block in pixels.chunks_mut(BLOCK_PX) {
        let count = block.len();
        x += count as i32;
        let next = place_of(x);
        let step = ((next.0 - first.0) / count as f64, (next.1 - first.1) / count as f64);
        if is_inner(first) && is_inner(next) {
            inner_block(source, first, step, block);
        } else {
            for (place, pixel) in block.iter_mut().enumerate() {
                let place = place as f64;
                *pixel = value_at(source, (first.0 + place * step.0, first.1 + place * step.1));
            }
        }
        first = next;
    }
}

/// Pixels whose four neighbours are all on the source.
#[inline(always)]
fn inner_block(source: &GrayImage, first: (f64, f64), step: (f64, f64), block: &mut [u8]) {
    // Against the first row and column of the block, so that 32 bits hold any place.
    let least = |start: f64, step: f64| start.min(start + BLOCK_PX as f64 * step).floor();
    let (left, top) = (least(first.0, step.0), least(first.1, step.1));
    let fixed = |value: f64| (value * PARTS) as i32;
    let (mut u, mut v) = (fixed(first.0 - left), fixed(first.1 - top));
    let (across, down) = (fixed(step.0), fixed(step.1));
    let width = source.width() as usize;
    let raw = &source.as_raw()[top as usize * width + left as usize..];
    for pixel in block {
        let place = (v >> 16) as usize * width + (u >> 16) as usize;
        let (right, lower) = (((u >> 8) & 255) as u32, ((v >> 8) & 255) as u32);
        let (upper, under) = (&raw[place..place + 2], &raw[place + width..place + width + 2]);
        let above = u32::from(upper[0]) * (256 - right) + u32::from(upper[1]) * right;
        let beneath = u32::from(under[0]) * (256 - right) + u32::from(under[1]) * right;
        *pixel = ((above * (256 - lower) + beneath * lower + (1 << 15)) >> 16) as u8;
        u += across;
        v += down;
    }
}

/// The value between four source pixels, those beyond the source being 0.
fn value_at(source: &GrayImage, (u, v): (f64, f64)) -> u8 {
    let (width, height) = (source.width() as i32, source.height() as i32);
    if !(u > -1.0 && v > -1.0 && u < f64::from(width) && v < f64::from(height)) {
        return 0;
    }
    let at = |x: i32, y: i32| {
        let inside = x >= 0 && y >= 0 && x < width && y < height;
        if inside { f64::from(source.get_pixel(x as u32, y as u32).0[0]) } else { 0.0 }
    };
    let (left, top) = (u.floor(), v.floor());
    let (right, lower) = (u - left, v - top);
    let (x, y) = (left as i32, top as i32);
    let above = at(x, y) * (1.0 - right) + at(x + 1, y) * right;
    let beneath = at(x, y + 1) * (1.0 - right) + at(x + 1, y + 1) * right;
    (above * (1.0 - lower) + beneath * lower + 0.5) as u8
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

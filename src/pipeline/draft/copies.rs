//! Filled copies of one form: clean pages in, the blank form that they share and where they differ out.

use image::GrayImage;

use super::on_plane;
use crate::clean::{self, CleanPage};
use crate::geometry::Rect;

/// Copies are brought together on planes of about this resolution first, then pixel by pixel.
const COARSE_DPI: f32 = 37.5;

/// Copies of one form on one scanner are shifted by no more than this, in inches (19 mm).
const MAX_SHIFT_INCH: f32 = 0.75;

/// A pixel with this much more ink than the form has is writing.
const WRITTEN_CONTRAST: u8 = 70;

/// A field is written in if so much of it is writing on some copy.
const WRITTEN_SHARE: f64 = 0.01;

/// Writing keeps this far from the edges of a field, as a share of its height: what differs there is the printed line.
const EDGE_SHARE: f32 = 0.15;

/// What copies of a form share.
pub struct Shared {
    /// The form without writing, in the pixels of the first copy.
    pub blank: CleanPage,
    /// 255 where a copy has writing; one plane a copy, each as large as the blank.
    pub written: Vec<GrayImage>,
}

/// The median of all copies, brought together; `None` of no copies.
pub fn shared(copies: &[CleanPage]) -> Option<Shared> {
    let first = copies.first()?;
    let planes: Vec<GrayImage> = copies.iter().map(|copy| aligned(&copy.ink, &first.ink, first.dpi)).collect();
    let ink = lower_median(&planes);
    let written = planes.iter().map(|plane| difference(plane, &ink)).collect();
    Some(Shared { blank: clean::of_ink(ink, first), written })
}

/// A plane moved onto another one, by the shift at which most ink meets.
fn aligned(ink: &GrayImage, onto: &GrayImage, dpi: f32) -> GrayImage {
    let factor = (dpi / COARSE_DPI).round().max(1.0) as i32;
    let reach = (MAX_SHIFT_INCH * dpi) as i32 / factor;
    let coarse = best_shift(&reduced(ink, factor), &reduced(onto, factor), (0, 0), reach, 1);
    let start = (coarse.0 * factor, coarse.1 * factor);
    // Every third row and column tells as much as all of them.
    let (dx, dy) = best_shift(ink, onto, start, factor, 3);
    GrayImage::from_fn(onto.width(), onto.height(), |x, y| image::Luma([value(ink, x as i32 - dx, y as i32 - dy)]))
}

fn value(plane: &GrayImage, x: i32, y: i32) -> u8 {
    let inside = x >= 0 && y >= 0 && x < plane.width() as i32 && y < plane.height() as i32;
    if inside { plane.get_pixel(x as u32, y as u32).0[0] } else { 0 }
}

/// The shift within `reach` of `start` at which two planes differ least; the first of equals.
fn best_shift(ink: &GrayImage, onto: &GrayImage, start: (i32, i32), reach: i32, step: usize) -> (i32, i32) {
    let mut best = (u64::MAX, start);
    for dy in start.1 - reach..=start.1 + reach {
        for dx in start.0 - reach..=start.0 + reach {
            let apart = difference_at(ink, onto, (dx, dy), step);
            if apart < best.0 {
                best = (apart, (dx, dy));
            }
        }
    }
    best.1
}

/// The sum of all differences if `ink` is moved by a shift.
fn difference_at(ink: &GrayImage, onto: &GrayImage, (dx, dy): (i32, i32), step: usize) -> u64 {
    let (width, height) = (onto.width() as i32, onto.height() as i32);
    let row = |y: i32| {
        (0..width)
            .step_by(step)
            .map(|x| u64::from(value(ink, x - dx, y - dy).abs_diff(onto.get_pixel(x as u32, y as u32).0[0])))
            .sum::<u64>()
    };
    (0..height).step_by(step).map(row).sum()
}

/// The mean of each `factor` x `factor` pixels.
fn reduced(plane: &GrayImage, factor: i32) -> GrayImage {
    let side = factor as u32;
    GrayImage::from_fn(plane.width() / side, plane.height() / side, |x, y| {
        let sum: u32 = (0..side * side)
            .map(|place| u32::from(plane.get_pixel(x * side + place % side, y * side + place / side).0[0]))
            .sum();
        image::Luma([(sum / (side * side)) as u8])
    })
}

/// The median of each pixel; of an even number of planes the lower one of the two in the middle, since writing only adds ink.
fn lower_median(planes: &[GrayImage]) -> GrayImage {
    let mut values = vec![0u8; planes.len()];
    let (width, height) = planes[0].dimensions();
    GrayImage::from_fn(width, height, |x, y| {
        values.iter_mut().zip(planes).for_each(|(value, plane)| *value = plane.get_pixel(x, y).0[0]);
        values.sort_unstable();
        image::Luma([values[(values.len() - 1) / 2]])
    })
}

fn difference(plane: &GrayImage, blank: &GrayImage) -> GrayImage {
    GrayImage::from_fn(plane.width(), plane.height(), |x, y| {
        let more = plane.get_pixel(x, y).0[0].saturating_sub(blank.get_pixel(x, y).0[0]);
        image::Luma([if more >= WRITTEN_CONTRAST { 255 } else { 0 }])
    })
}

/// Whether any copy has writing inside a box.
pub fn is_written(bounds: &Rect, written: &[GrayImage]) -> bool {
    written.iter().any(|plane| {
        let inside = on_plane(&bounds.grown(-((EDGE_SHARE * bounds.height as f32) as i32)), plane);
        let count = (inside.y..inside.bottom())
            .flat_map(|y| (inside.x..inside.right()).map(move |x| (x, y)))
            .filter(|&(x, y)| plane.get_pixel(x as u32, y as u32).0[0] != 0)
            .count();
        !inside.is_empty() && count as f64 >= WRITTEN_SHARE * inside.area() as f64
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A frame with a stroke in it at `stroke_x`, moved by a shift.
    fn copy(stroke_x: i32, shift: (i32, i32)) -> GrayImage {
        GrayImage::from_fn(240, 160, |x, y| {
            let (x, y) = (x as i32 - shift.0, y as i32 - shift.1);
            let bounds = Rect::new(40, 40, 160, 60);
            let at = Rect::new(x, y, 1, 1);
            let frame = !bounds.intersection(&at).is_empty() && bounds.grown(-3).intersection(&at).is_empty();
            let stroke = (stroke_x..stroke_x + 6).contains(&x) && (50..90).contains(&y);
            image::Luma([if frame || stroke { 255 } else { 0 }])
        })
    }

    #[test]
    fn the_blank_of_shifted_copies_is_the_frame_alone() {
        let planes: Vec<GrayImage> = [(60, (0, 0)), (100, (5, -3)), (140, (-7, 4))]
            .iter()
            .map(|&(stroke, shift)| aligned(&copy(stroke, shift), &copy(60, (0, 0)), 75.0))
            .collect();
        let blank = lower_median(&planes);
        assert_eq!(blank, copy(-100, (0, 0)));
        let written: Vec<GrayImage> = planes.iter().map(|plane| difference(plane, &blank)).collect();
        assert!(is_written(&Rect::new(43, 43, 154, 54), &written));
        assert!(!is_written(&Rect::new(43, 105, 154, 54), &written));
    }
}

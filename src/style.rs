//! How a digit is written, whatever it says: the ink crop of one digit in, its slant, stroke width, proportions and loops out.
//!
//! What the figures are used for (telling hands apart, say) is left to others.

use image::{GrayImage, Luma};

/// Pixels with at least this share of the usual ink belong to the stroke: its edge lies where the ink has fallen to half.
const EDGE_SHARE: f32 = 0.5;

/// The usual ink is the value that this share of the inked pixels stay below.
const USUAL_INK_QUANTILE: f32 = 0.75;

/// Holes smaller than this share of the square of the stroke width are gaps in a dry stroke, not loops.
const SMALLEST_LOOP_SHARE: f32 = 0.3;

/// The style of one digit.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Style {
    /// Degrees from the vertical, positive where it leans to the right as `/` does: the shear that the second moments of the
    /// ink show, as it is taken out before reading by others. -90 to 90.
    pub slant_deg: f32,
    /// Mean width of the stroke: area by half the perimeter. In pixels of the crop.
    pub stroke_width_px: f32,
    /// Width of the ink's box by its height.
    pub aspect: f32,
    /// The share of the ink's box that is ink, 0 to 1.
    pub ink_density: f32,
    /// Closed loops: one in a closed 0, two in an 8.
    pub loops: usize,
}

/// Measures the style of a digit. `ink` is its crop: high where there is ink, 0 elsewhere. All 0 without ink.
pub fn measure(ink: &GrayImage) -> Style {
    let mask = stroke_mask(ink);
    let inked = || mask.enumerate_pixels().filter(|(_, _, pixel)| pixel.0[0] > 0).map(|(x, y, _)| (x, y));
    let area = inked().count() as f32;
    if area == 0.0 {
        return Style::default();
    }
    let (left, right) = inked().fold((u32::MAX, 0), |(low, high), (x, _)| (low.min(x), high.max(x + 1)));
    let (top, bottom) = inked().fold((u32::MAX, 0), |(low, high), (_, y)| (low.min(y), high.max(y + 1)));
    let (width, height) = ((right - left) as f32, (bottom - top) as f32);
    let stroke_width_px = stroke_width_px(&mask);
    let smallest_loop_px = (SMALLEST_LOOP_SHARE * stroke_width_px * stroke_width_px).max(1.0) as usize;
    Style {
        slant_deg: slant_deg(inked()),
        stroke_width_px,
        aspect: width / height,
        ink_density: area / (width * height),
        loops: holes_px(&mask).into_iter().filter(|&size| size >= smallest_loop_px).count(),
    }
}

/// The pixels of the stroke as 255, all others as 0.
fn stroke_mask(ink: &GrayImage) -> GrayImage {
    let mut inked: Vec<u8> = ink.as_raw().iter().copied().filter(|&value| value > 0).collect();
    let rank = (inked.len() as f32 * USUAL_INK_QUANTILE) as usize;
    let usual = if inked.is_empty() { 255 } else { *inked.select_nth_unstable(rank).1 };
    let edge = (f32::from(usual) * EDGE_SHARE).max(1.0);
    GrayImage::from_fn(ink.width(), ink.height(), |x, y| {
        Luma([if f32::from(ink.get_pixel(x, y).0[0]) >= edge { 255 } else { 0 }])
    })
}

/// The mean width of the strokes of a mask (ink above 0), in its pixels: area by half the perimeter; 0 without ink.
///
/// The perimeter is that of Gray (1971): squares of 2x2 pixels whose ink is cut straight count 1, those cut slantwise the root
/// of a half, which is right for outlines at multiples of 45 degrees.
pub fn stroke_width_px(mask: &GrayImage) -> f32 {
    let (width, height) = (mask.width() as i32, mask.height() as i32);
    let is_ink = |x: i32, y: i32| {
        (0..width).contains(&x) && (0..height).contains(&y) && mask.as_raw()[(y * width + x) as usize] > 0
    };
    let (mut area, mut perimeter) = (0usize, 0f64);
    for (y, x) in (-1..height).flat_map(|y| (-1..width).map(move |x| (y, x))) {
        let square = [is_ink(x, y), is_ink(x + 1, y), is_ink(x, y + 1), is_ink(x + 1, y + 1)];
        area += usize::from(square[0]);
        perimeter += match square.iter().filter(|&&ink| ink).count() {
            1 | 3 => std::f64::consts::FRAC_1_SQRT_2,
            2 if square[0] == square[3] => std::f64::consts::SQRT_2,
            2 => 1.0,
            _ => 0.0,
        };
    }
    if area == 0 { 0.0 } else { (2.0 * area as f64 / perimeter) as f32 }
}

/// The shear of the second moments, in degrees.
fn slant_deg(inked: impl Iterator<Item = (u32, u32)> + Clone) -> f32 {
    let count = inked.clone().count().max(1) as f64;
    let (sum_x, sum_y) = inked.clone().fold((0.0, 0.0), |(a, b), (x, y)| (a + f64::from(x), b + f64::from(y)));
    let (middle_x, middle_y) = (sum_x / count, sum_y / count);
    let (mut mixed, mut vertical) = (0.0, 0.0);
    for (x, y) in inked {
        let (across, down) = (f64::from(x) - middle_x, f64::from(y) - middle_y);
        mixed += across * down;
        vertical += down * down;
    }
    if vertical == 0.0 { 0.0 } else { libm::atan(-mixed / vertical).to_degrees() as f32 }
}

/// The area of each piece of paper that ink encloses, in pixels; ink that touches by corners alone encloses too.
fn holes_px(mask: &GrayImage) -> Vec<usize> {
    let (width, height) = (mask.width() as usize, mask.height() as usize);
    let mut is_open: Vec<bool> = mask.as_raw().iter().map(|&value| value == 0).collect();
    let mut holes = Vec::new();
    for start in 0..is_open.len() {
        if !is_open[start] {
            continue;
        }
        let (mut size, mut touches_edge, mut todo) = (0, false, vec![start]);
        is_open[start] = false;
        while let Some(place) = todo.pop() {
            let (x, y) = (place % width, place / width);
            size += 1;
            touches_edge |= x == 0 || y == 0 || x + 1 == width || y + 1 == height;
            let neighbours = [
                (x > 0).then(|| place - 1),
                (x + 1 < width).then_some(place + 1),
                (y > 0).then(|| place - width),
                (y + 1 < height).then_some(place + width),
            ];
            for next in neighbours.into_iter().flatten().filter(|&next| std::mem::take(&mut is_open[next])) {
                todo.push(next);
            }
        }
        if !touches_edge {
            holes.push(size);
        }
    }
    holes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(rows: &[&str]) -> GrayImage {
        GrayImage::from_fn(rows[0].len() as u32, rows.len() as u32, |x, y| {
            Luma([match rows[y as usize].as_bytes()[x as usize] {
                b'#' => 200,
                b'+' => 60,
                _ => 0,
            }])
        })
    }

    const ZERO: [&str; 7] = [
        "..###..", //
        ".#...#.", "#.....#", "#.....#", "#.....#", ".#...#.", "..###..",
    ];

    #[test]
    fn loops_are_counted() {
        let eight = [".##.", "#..#", ".##.", "#..#", ".##."];
        let seven = ["#####", "....#", "...#.", "..#..", "..#.."];
        assert_eq!(measure(&picture(&ZERO)).loops, 1);
        assert_eq!(measure(&picture(&eight)).loops, 2);
        assert_eq!(measure(&picture(&seven)).loops, 0);
    }

    #[test]
    fn a_gap_in_a_broad_stroke_is_no_loop() {
        let broad = ["######", "######", "##.###", "######", "######", "######", "######", "######"];
        assert_eq!(measure(&picture(&broad)).loops, 0);
    }

    #[test]
    fn a_slanted_bar_has_its_slant_and_width() {
        for (lean_px, slant) in [(0.0f32, 0.0f32), (12.0, 16.7), (-12.0, -16.7), (23.1, 30.0)] {
            let bar = GrayImage::from_fn(80, 60, |x, y| {
                let middle = 40.0 + lean_px * (30.0 - (y as f32 + 0.5)) / 40.0;
                let is_bar = (10..50).contains(&y) && (x as f32 + 0.5 - middle).abs() < 3.0;
                Luma([if is_bar { 180 } else { 0 }])
            });
            let style = measure(&bar);
            assert!((style.slant_deg - slant).abs() < 1.0, "{} for {slant}", style.slant_deg);
            let width = 6.0 * slant.to_radians().cos();
            // The ends of a bar of 6 x 40 add 12 to an outline of 80.
            assert!((style.stroke_width_px / width - 40.0 / 46.0).abs() < 0.07, "{}", style.stroke_width_px);
        }
    }

    #[test]
    fn proportions_are_those_of_the_ink_without_its_fringe() {
        let bar = picture(&["......", ".++++.", ".+##+.", ".+##+.", ".+##+.", ".+##+.", ".++++.", "......"]);
        let style = measure(&bar);
        assert_eq!((style.aspect, style.ink_density, style.loops), (0.5, 1.0, 0));
        assert!((measure(&picture(&ZERO)).ink_density - 16.0 / 49.0).abs() < 1e-6);
    }

    #[test]
    fn blank_and_tiny_crops_are_no_trouble() {
        assert_eq!(measure(&GrayImage::new(5, 4)), Style::default());
        assert_eq!(measure(&GrayImage::new(0, 0)), Style::default());
        let dot = measure(&GrayImage::from_pixel(1, 1, Luma([1])));
        assert_eq!((dot.slant_deg, dot.aspect, dot.loops), (0.0, 1.0, 0));
    }
}

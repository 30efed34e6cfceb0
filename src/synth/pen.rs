//! One handwritten character: a 28x28 digit of the bank, or a separator, and a shape in, an ink mask out.
//!
//! The 28 pixels are enlarged with a smooth kernel and cut at a threshold with a soft edge, so that the outline is that
//! of a pen and not of pixels; the threshold sets how thick the pen is.

use super::bank::{SIDE, Specimen};
use super::random::Dice;
use super::sheet::Mask;

/// Height of a full digit in MNIST's images, in pixels of the 28: they were scaled to fit 20x20.
pub(super) const DIGIT_SIDE: f64 = 20.0;
/// How far bank values (0 to 255) rise over one pixel of the 28 at the edge of a stroke; half way is the edge.
pub(super) const EDGE_SLOPE: f64 = 130.0;

/// How a character is bent and inked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    /// Height of a full digit in pixels of the sheet.
    pub(super) height_px: f64,
    /// Shift to the right a unit of height; 0 is as the bank has it.
    pub(super) slant: f64,
    /// Turn to the left, in degrees.
    pub(super) turn_deg: f64,
    /// Stretch of the width; 1 is as the bank has it.
    pub(super) stretch: f64,
    /// Bank value, 0 to 255, at which ink ends: low is a thick pen, high a thin one.
    pub(super) threshold: f64,
    /// How uneven the ink is: 0 even, 1 with holes.
    pub(super) patchiness: f64,
}

/// Draws a digit of the bank, cut to its ink.
pub(super) fn draw_digit(pixels: &[u8], shape: &Shape, dice: &mut Dice) -> Mask {
    let scale = shape.height_px / DIGIT_SIDE;
    let side = (SIDE as f64 * scale * (1.0 + shape.slant.abs()) * shape.stretch.max(1.0)).ceil() as usize;
    let turn = shape.turn_deg.to_radians();
    let (sine, cosine) = (libm::sin(turn), libm::cos(turn));
    let ramp = (EDGE_SLOPE / scale).min(200.0);
    let patches = Patches::new(dice, side, shape.height_px / 7.0);
    let mut coverage = vec![0; side * side];
    for y in 0..side {
        for x in 0..side {
            // From the middle of the mask back into the bank's image: turn, then slant, then stretch.
            let (u, v) = (x as f64 + 0.5 - side as f64 / 2.0, y as f64 + 0.5 - side as f64 / 2.0);
            let (right, down) = (cosine * u - sine * v, sine * u + cosine * v);
            let value = sample(
                pixels,
                (right + shape.slant * down) / (scale * shape.stretch) + SIDE as f64 / 2.0,
                down / scale + SIDE as f64 / 2.0,
            );
            let ink = ((value - shape.threshold) / ramp + 0.5).clamp(0.0, 1.0);
            if ink > 0.0 {
                coverage[y * side + x] = (255.0 * ink * (1.0 - shape.patchiness * patches.at(x, y))).round() as u8;
            }
        }
    }
    cut_to_ink(Mask { width: side, height: side, coverage })
}

/// Draws a decimal point (`.`) or comma (`,`) for digits of the given height.
pub(super) fn draw_separator(comma: bool, height_px: f64, pen_px: f64, dice: &mut Dice) -> Mask {
    let radius = (pen_px * dice.between(0.55, 0.75)).max(0.9);
    let reach = if comma { height_px * dice.between(0.16, 0.24) } else { radius * dice.between(0.1, 0.5) };
    let lean = if comma { dice.between(0.3, 0.6) } else { dice.between(-0.5, 1.0) };
    let width = (2.0 * radius + reach * lean.abs()).ceil() as usize + 2;
    let height = (2.0 * radius + reach).ceil() as usize + 2;
    let top = (radius + 1.0 + if lean > 0.0 { reach * lean } else { 0.0 }, radius + 1.0);
    let mut coverage = vec![0; width * height];
    for (index, value) in coverage.iter_mut().enumerate() {
        let (x, y) = ((index % width) as f64 + 0.5, (index / width) as f64 + 0.5);
        let along = ((y - top.1) / reach).clamp(0.0, 1.0);
        let (dx, dy) = (x - top.0 + along * reach * lean, y - top.1 - along * reach);
        // A comma thins out towards its end.
        let here = if comma { radius * (1.0 - 0.45 * along) } else { radius };
        *value = (255.0 * (here + 0.5 - (dx * dx + dy * dy).sqrt()).clamp(0.0, 1.0)).round() as u8;
    }
    cut_to_ink(Mask { width, height, coverage })
}

/// A copy of a 7 with a bar across its stem, as it is written on the continent of Europe.
pub(super) fn cross_seven(specimen: &Specimen) -> Vec<u8> {
    let middle = 14;
    let row = &specimen.pixels[middle * SIDE..(middle + 1) * SIDE];
    let stem = row.iter().rposition(|&value| value > 127).unwrap_or(SIDE / 2) as f64 - specimen.stroke_px / 2.0 + 0.5;
    let from = (stem - 4.2, middle as f64 + 1.0);
    let to = (stem + 4.2, middle as f64);
    with_stroke(&specimen.pixels, from, to, specimen.stroke_px * 0.42)
}

/// A copy of a 1 with an upstroke, as it is written on the continent of Europe.
pub(super) fn hook_one(specimen: &Specimen) -> Vec<u8> {
    let Some(top) = specimen.pixels.iter().position(|&value| value > 127) else {
        return specimen.pixels.clone();
    };
    let tip = ((top % SIDE) as f64 + specimen.stroke_px / 2.0, (top / SIDE) as f64 + 0.8);
    with_stroke(&specimen.pixels, tip, (tip.0 - 5.0, tip.1 + 5.2), specimen.stroke_px * 0.42)
}

fn with_stroke(pixels: &[u8], from: (f64, f64), to: (f64, f64), radius: f64) -> Vec<u8> {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let mut stroked = pixels.to_vec();
    for (index, value) in stroked.iter_mut().enumerate() {
        let (x, y) = ((index % SIDE) as f64 + 0.5 - from.0, (index / SIDE) as f64 + 0.5 - from.1);
        let along = ((x * dx + y * dy) / (dx * dx + dy * dy)).clamp(0.0, 1.0);
        let (ex, ey) = (x - along * dx, y - along * dy);
        let ink = (radius + 0.5 - (ex * ex + ey * ey).sqrt()).clamp(0.0, 1.0);
        *value = (*value).max((255.0 * ink) as u8);
    }
    stroked
}

/// The value of a 28x28 image between its pixels (Mitchell and Netravali's cubic, B = C = 1/3); 0 outside.
fn sample(pixels: &[u8], x: f64, y: f64) -> f64 {
    let (x, y) = (x - 0.5, y - 0.5);
    let (left, top) = (x.floor(), y.floor());
    if !(-2.0..=SIDE as f64).contains(&left) || !(-2.0..=SIDE as f64).contains(&top) {
        return 0.0;
    }
    let (columns, rows) = (weights(x - left), weights(y - top));
    let mut sum = 0.0;
    for (row, row_weight) in (top as i32 - 1..).zip(rows) {
        for (column, column_weight) in (left as i32 - 1..).zip(columns) {
            let inside = 0..SIDE as i32;
            if inside.contains(&row) && inside.contains(&column) {
                sum += row_weight * column_weight * f64::from(pixels[row as usize * SIDE + column as usize]);
            }
        }
    }
    sum
}

/// The weights of the four pixels around a place `part` (0 to 1) of the way from the second to the third.
fn weights(part: f64) -> [f64; 4] {
    let near = |t: f64| (7.0 * t * t * t - 12.0 * t * t + 16.0 / 3.0) / 6.0;
    let far = |t: f64| (-7.0 / 3.0 * t * t * t + 12.0 * t * t - 20.0 * t + 32.0 / 3.0) / 6.0;
    [far(1.0 + part), near(part), near(1.0 - part), far(2.0 - part)]
}

/// The part of a mask that holds ink; one blank pixel where there is none.
fn cut_to_ink(mask: Mask) -> Mask {
    // Fainter edges than this are lost in the noise of any scanner.
    let seen = |value: &u8| *value > 24;
    let rows: Vec<usize> =
        (0..mask.height).filter(|y| mask.coverage[y * mask.width..(y + 1) * mask.width].iter().any(seen)).collect();
    let columns: Vec<usize> =
        (0..mask.width).filter(|x| (0..mask.height).any(|y| seen(&mask.coverage[y * mask.width + x]))).collect();
    let (Some(&top), Some(&bottom), Some(&left), Some(&right)) =
        (rows.first(), rows.last(), columns.first(), columns.last())
    else {
        return Mask { width: 1, height: 1, coverage: vec![0] };
    };
    let coverage =
        (top..=bottom).flat_map(|y| mask.coverage[y * mask.width + left..=y * mask.width + right].to_vec()).collect();
    Mask { width: right - left + 1, height: bottom - top + 1, coverage }
}

/// Slow changes of ink over a mask, 0 to 1: random values on a grid, straight in between.
struct Patches {
    values: Vec<f64>,
    columns: usize,
    cell_px: f64,
}

impl Patches {
    fn new(dice: &mut Dice, side: usize, cell_px: f64) -> Self {
        let columns = (side as f64 / cell_px) as usize + 2;
        Self { values: (0..columns * columns).map(|_| dice.unit()).collect(), columns, cell_px }
    }

    fn at(&self, x: usize, y: usize) -> f64 {
        let (x, y) = (x as f64 / self.cell_px, y as f64 / self.cell_px);
        let (column, row) = (x as usize, y as usize);
        let (u, v) = (x - column as f64, y - row as f64);
        let value = |column: usize, row: usize| self.values[row * self.columns + column];
        let upper = value(column, row) * (1.0 - u) + value(column + 1, row) * u;
        let lower = value(column, row + 1) * (1.0 - u) + value(column + 1, row + 1) * u;
        upper * (1.0 - v) + lower * v
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(height_px: f64) -> Shape {
        Shape { height_px, slant: 0.0, turn_deg: 0.0, stretch: 1.0, threshold: 127.0, patchiness: 0.0 }
    }

    /// A bar 4 wide and 20 high in the middle of the 28.
    fn bar() -> Vec<u8> {
        (0..SIDE * SIDE)
            .map(|i| if (12..16).contains(&(i % SIDE)) && (4..24).contains(&(i / SIDE)) { 255 } else { 0 })
            .collect()
    }

    #[test]
    fn a_digit_is_as_high_as_asked_and_a_low_threshold_makes_it_thicker() {
        let mut dice = Dice::new(&[1]);
        let normal = draw_digit(&bar(), &plain(60.0), &mut dice);
        assert!((58..=63).contains(&normal.height) && (11..=15).contains(&normal.width), "{normal:?}");
        let thick = draw_digit(&bar(), &Shape { threshold: 50.0, ..plain(60.0) }, &mut dice);
        assert!(thick.width > normal.width);
    }

    #[test]
    fn slant_leans_to_the_right() {
        let leaning = draw_digit(&bar(), &Shape { slant: 0.3, ..plain(60.0) }, &mut Dice::new(&[1]));
        let middle_of = |row: usize| {
            let row = &leaning.coverage[row * leaning.width..(row + 1) * leaning.width];
            let inked = row.iter().enumerate().filter(|(_, value)| **value > 127).map(|(x, _)| x);
            inked.clone().sum::<usize>() as f64 / inked.count() as f64
        };
        assert!(middle_of(5) > middle_of(leaning.height - 6) + 10.0);
    }

    #[test]
    fn the_weights_of_the_kernel_add_up_to_one() {
        for part in [0.0, 0.25, 0.5, 0.9] {
            assert!((weights(part).iter().sum::<f64>() - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn a_comma_is_longer_than_a_point() {
        let mut dice = Dice::new(&[3]);
        let point = draw_separator(false, 60.0, 6.0, &mut dice);
        let comma = draw_separator(true, 60.0, 6.0, &mut dice);
        assert!(comma.height > point.height, "{} {}", comma.height, point.height);
    }

    #[test]
    fn the_continental_seven_and_one_only_add_ink() {
        let specimen = Specimen { pixels: bar(), stroke_px: 4.0 };
        for changed in [cross_seven(&specimen), hook_one(&specimen)] {
            assert!(changed.iter().zip(&specimen.pixels).all(|(new, old)| new >= old));
            assert!(changed.iter().map(|&v| u32::from(v)).sum::<u32>() > bar().iter().map(|&v| u32::from(v)).sum());
        }
    }
}

//! The angle by which a page lies askew, and the page put upright.

use image::GrayImage;

use crate::geometry::Transform;
use crate::vectorised::vectorised;

/// Largest skew that is taken out, in degrees to either side.
pub const MAX_SKEW_DEG: f64 = 10.0;

/// Step of the first search, in degrees. At a quarter of 300 dpi a ruled line of 600 px stays within 3 rows of it.
const COARSE_STEP_DEG: f64 = 0.5;

/// Step of the second search, in degrees.
const FINE_STEP_DEG: f64 = 0.05;

/// Below this angle a page is left as it is: a box 640 px wide is off by less than a pixel.
const NEGLIGIBLE_DEG: f64 = 0.06;

/// Fewer edge points than this say nothing about an angle.
const MIN_POINTS: usize = 150;

/// The skew of an ink plane, in degrees; positive where lines fall to the right.
///
/// Postl's projection method (1986) on the lower edges of ink: at the right angle ruled lines and baselines fall into few rows,
/// and the sum of squares of the row counts is greatest. `ink` should be reduced to some 70 dpi; `threshold` parts ink from paper; angles up to
/// `most_deg` to either side are looked at.
pub fn measure_deg(ink: &GrayImage, threshold: u8, most_deg: f64) -> f64 {
    let points = lower_edges(ink, threshold);
    if points.len() < MIN_POINTS {
        return 0.0;
    }
    let (width, height) = (f64::from(ink.width()), f64::from(ink.height()));
    let mut counts = Vec::new();
    let mut score = |angle_deg: f64| projection_score(&points, angle_deg, width, height, &mut counts);
    let coarse_steps = (most_deg / COARSE_STEP_DEG) as i32;
    let coarse = best_of((-coarse_steps..=coarse_steps).map(|step| f64::from(step) * COARSE_STEP_DEG), &mut score);
    let fine_steps = (COARSE_STEP_DEG / FINE_STEP_DEG) as i32;
    let fine = best_of((-fine_steps..=fine_steps).map(|step| coarse + f64::from(step) * FINE_STEP_DEG), &mut score);
    let (before, at, after) = (score(fine - FINE_STEP_DEG), score(fine), score(fine + FINE_STEP_DEG));
    let bend = before - 2.0 * at + after;
    let angle = if bend < 0.0 { fine + FINE_STEP_DEG * 0.5 * (before - after) / bend } else { fine };
    // A peak that hardly stands out (a photograph, a blot) is no reason to turn a page.
    if score(angle) < 1.05 * score(angle + 2.0).max(score(angle - 2.0)) { 0.0 } else { angle }
}

fn best_of(angles: impl Iterator<Item = f64>, score: &mut impl FnMut(f64) -> f64) -> f64 {
    let mut best = (f64::NEG_INFINITY, 0.0);
    for angle in angles {
        let value = score(angle);
        if value > best.0 {
            best = (value, angle);
        }
    }
    best.1
}

/// Ink pixels with paper below them, as (x, y).
fn lower_edges(ink: &GrayImage, threshold: u8) -> Vec<(f32, f32)> {
    let width = ink.width() as usize;
    let mut points = Vec::new();
    for y in 0..ink.height().saturating_sub(1) as usize {
        let rows = &ink.as_raw()[y * width..(y + 2) * width];
        let (row, below) = rows.split_at(width);
        for x in 0..width {
            if row[x] >= threshold && below[x] < threshold {
                points.push((x as f32, y as f32));
            }
        }
    }
    points
}

fn projection_score(points: &[(f32, f32)], angle_deg: f64, width: f64, height: f64, counts: &mut Vec<u32>) -> f64 {
    let slope = angle_deg.to_radians().tan();
    // Two bins a pixel; the offset keeps all bins positive.
    let offset = (slope.abs() * width * 2.0) as f32 + 2.0;
    counts.clear();
    counts.resize((height * 2.0) as usize + 2 * offset as usize + 4, 0);
    let slope = 2.0 * slope as f32;
    for &(x, y) in points {
        counts[(2.0 * y - slope * x + offset) as usize] += 1;
    }
    counts.iter().map(|&count| f64::from(count) * f64::from(count)).sum()
}

/// Turns an ink plane by shears so that lines at `angle_deg` become level; nothing is cut off, the plane grows as needed.
///
/// Gives the plane and the map from it back to `ink`. First each column is shifted up or down, then each row to the left or right
/// (Catmull and Smith 1980, without the scaling: at 10 degrees that stretches by 3 %, which no reader minds).
pub fn straighten(ink: GrayImage, angle_deg: f64) -> (GrayImage, Transform) {
    if angle_deg.abs() < NEGLIGIBLE_DEG || ink.width() == 0 || ink.height() == 0 {
        return (ink, Transform::IDENTITY);
    }
    let slope = angle_deg.to_radians().tan();
    let (width, height) = (f64::from(ink.width()), f64::from(ink.height()));
    // Row y of the result shows y + slope * x - drop of the source.
    let drop = (slope * width).max(0.0).ceil();
    let tall_height = height + (slope * width).abs().ceil();
    // A plumb line leans by the slope the other way; the first pass has stretched it by 1 + slope squared.
    let lean = slope / (1.0 + slope * slope);
    // Column x of the result shows x - lean * y - lead of the first pass.
    let lead = (-lean * tall_height).max(0.0).ceil();
    let upright_width = (width + (lean * tall_height).abs().ceil()) as usize;
    let columns = ColumnShear::new(&ink, slope, drop);
    let mut pixels = Vec::with_capacity(upright_width * tall_height as usize);
    let mut between = vec![0u8; ink.width() as usize * BAND_ROWS];
    let mut row = vec![0u8; upright_width];
    for first in (0..tall_height as usize).step_by(BAND_ROWS) {
        columns.band(first, &mut between);
        for (y, source) in (first..tall_height as usize).zip(between.chunks_exact(ink.width() as usize)) {
            shear_row(source, lean * y as f64 + lead, &mut row);
            pixels.extend_from_slice(&row);
        }
    }
    let upright = GrayImage::from_raw(upright_width as u32, tall_height as u32, pixels).unwrap_or_default();
    let from_rows = Transform::affine([1.0, -lean, -lead, 0.0, 1.0, 0.0]);
    let from_columns = Transform::affine([1.0, 0.0, 0.0, slope, 1.0, -drop]);
    (upright, from_rows.then(&from_columns))
}

/// Pixels that a vector instruction handles at once.
const LANES: usize = 64;

/// Rows that go through both shears before the next ones: they stay in the nearest cache, and while a piece of columns is followed
/// from row to row, the processor fetches the next rows of it in advance.
const BAND_ROWS: usize = 8;

/// `out(x, y) = in(x, y + slope x - drop)`, linear between two rows.
struct ColumnShear<'a> {
    ink: &'a GrayImage,
    /// Columns with the same whole shift, which are done together: first one, the one behind the last, shift.
    pieces: Vec<(usize, usize, i64)>,
    /// Of the lower of two rows, in 1/128, for each column.
    weights: Vec<u16>,
    blank: Vec<u8>,
}

impl<'a> ColumnShear<'a> {
    fn new(ink: &'a GrayImage, slope: f64, drop: f64) -> Self {
        let width = ink.width() as usize;
        let mut pieces: Vec<(usize, usize, i64)> = Vec::new();
        let mut weights = vec![0u16; width];
        for (x, weight) in weights.iter_mut().enumerate() {
            let shift = slope * x as f64 - drop;
            *weight = ((shift - shift.floor()) * 128.0) as u16;
            match pieces.last_mut() {
                Some(piece) if piece.2 == shift.floor() as i64 => piece.1 = x + 1,
                _ => pieces.push((x, x + 1, shift.floor() as i64)),
            }
        }
        Self { ink, pieces, weights, blank: vec![0u8; width] }
    }

    /// Fills `out` with the rows of the result from `first` on.
    fn band(&self, first: usize, out: &mut [u8]) {
        let (width, height) = (self.weights.len(), i64::from(self.ink.height()));
        let row_at = |y: i64| {
            let is_inside = (0..height).contains(&y);
            if is_inside { &self.ink.as_raw()[y as usize * width..][..width] } else { &self.blank[..] }
        };
        // The pieces come upon their rows in steps that no processor foresees; read in order beforehand, these are in the cache.
        let rows = (out.len() / width) as i64;
        let furthest = first as i64 + self.pieces.iter().map(|piece| piece.2).max().unwrap_or(0) + 1;
        for y in furthest..furthest + rows {
            std::hint::black_box(row_at(y).iter().step_by(LANES).fold(0, |all, &value| all | value));
        }
        vectorised(
            #[inline(always)]
            || {
                for &(start, end, shift) in &self.pieces {
                    // Whole vectors: what is written beyond the piece is overwritten by the next one.
                    let end = (start + (end - start).next_multiple_of(LANES)).min(width);
                    let weights = &self.weights[start..end];
                    for (y, out) in (first as i64 + shift..).zip(out.chunks_exact_mut(width)) {
                        let (upper, lower) = (&row_at(y)[start..end], &row_at(y + 1)[start..end]);
                        for (((out, &a), &b), &weight) in out[start..end].iter_mut().zip(upper).zip(lower).zip(weights)
                        {
                            *out = mixed(a, b, weight);
                        }
                    }
                }
            },
        );
    }
}

/// `out(x) = row(x - shift)`, linear between two columns.
fn shear_row(row: &[u8], shift: f64, out: &mut [u8]) {
    let whole = shift.floor() as usize;
    out[..whole].fill(0);
    let weight = ((shift - shift.floor()) * 128.0) as u16;
    // The result at whole + x is a mix of source x and x - 1.
    let out = &mut out[whole..];
    out[0] = mixed(row[0], 0, weight);
    vectorised(
        #[inline(always)]
        || {
            for ((out, &here), &before) in out[1..].iter_mut().zip(&row[1..]).zip(row) {
                *out = mixed(here, before, weight);
            }
        },
    );
    if let Some((last, blank)) = out[row.len()..].split_first_mut() {
        *last = mixed(0, row[row.len() - 1], weight);
        blank.fill(0);
    }
}

/// The mean of two levels; `weight` is that of the second one, in 1/128.
#[inline(always)]
fn mixed(first: u8, second: u8, weight: u16) -> u8 {
    ((u16::from(first) * (128 - weight) + u16::from(second) * weight + 64) >> 7) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Point;
    use image::Luma;

    /// Ruled lines and a plumb line, askew by an angle.
    fn ruled(angle_deg: f64) -> GrayImage {
        let (sine, cosine) = angle_deg.to_radians().sin_cos();
        GrayImage::from_fn(600, 800, |x, y| {
            let (u, v) = (f64::from(x) - 300.0, f64::from(y) - 400.0);
            let (along, across) = (cosine * u + sine * v, -sine * u + cosine * v);
            let on_line = along.abs() < 220.0 && across.abs() < 320.0 && across.rem_euclid(40.0) < 2.0;
            let on_plumb = across.abs() < 320.0 && (along - 100.0).abs() < 1.5;
            Luma([if on_line || on_plumb { 220 } else { 0 }])
        })
    }

    #[test]
    fn the_skew_is_found_within_a_fifth_of_a_degree() {
        for angle in [-10.0, -4.3, -0.7, 0.0, 0.33, 2.0, 9.9] {
            let found = measure_deg(&ruled(angle), 100, MAX_SKEW_DEG);
            assert!((found - angle).abs() < 0.2, "{angle} found as {found}");
        }
    }

    #[test]
    fn a_straightened_page_is_level_and_plumb() {
        for angle in [-8.0, 3.0] {
            let (upright, back) = straighten(ruled(angle), angle);
            assert!(measure_deg(&upright, 100, MAX_SKEW_DEG).abs() < 0.1);
            // The plumb line: its columns in the top and the bottom half agree.
            let (sine, cosine) = f64::to_radians(angle).sin_cos();
            let forth = back.inverse().expect("a shear has an inverse");
            let top = forth
                .apply(Point { x: 300.0 + cosine * 100.0 + sine * 300.0, y: 400.0 + sine * 100.0 - cosine * 300.0 });
            let bottom = forth
                .apply(Point { x: 300.0 + cosine * 100.0 - sine * 300.0, y: 400.0 + sine * 100.0 + cosine * 300.0 });
            assert!((top.x - bottom.x).abs() < 0.5, "{angle}: {top:?} {bottom:?}");
            assert!(
                upright.get_pixel(top.x as u32, top.y as u32).0[0] > 60,
                "{angle}: no ink where the line should start"
            );
        }
    }

    #[test]
    fn a_blank_page_has_no_skew() {
        assert_eq!(measure_deg(&GrayImage::new(600, 800), 100, MAX_SKEW_DEG), 0.0);
    }
}

//! How alike a small picture and every place of a plane are: a [`Plane`] and a [`Pattern`] in, normalised correlations out.
//!
//! What the picture shows and what a likeness means is left to `form` and `reader`.

use image::GrayImage;

/// A plane of ink values, row by row; 0 is paper.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plane {
    /// Pixels a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// `width * height` values.
    pub values: Vec<f32>,
}

/// Where the pixels of a resampled plane come from, all lengths in pixels of the source.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sampling {
    /// The left upper corner.
    pub origin: (f64, f64),
    /// Source pixels a pixel of the plane.
    pub step: f64,
    /// How far a row sinks a pixel to the right; the rows of the plane follow it.
    pub slope: f64,
    /// Width and height of the plane, in its own pixels.
    pub size: (usize, usize),
}

impl Plane {
    /// Resamples an image, each pixel the mean of as many places as the step has pixels; beyond the image is paper.
    pub fn sampled(ink: &GrayImage, sampling: &Sampling) -> Plane {
        let Sampling { origin, step, slope, size: (width, height) } = *sampling;
        let places = (step.ceil().max(1.0) as usize).min(6);
        let offsets: Vec<f64> = (0..places).map(|place| (place as f64 + 0.5) / places as f64).collect();
        let mut values = Vec::with_capacity(width * height);
        for y in 0..height {
            for x in 0..width {
                let mut sum = 0.0;
                for down in &offsets {
                    for right in &offsets {
                        let from_x = (x as f64 + right) * step;
                        let from_y = (y as f64 + down) * step + slope * from_x;
                        sum += between(ink, origin.0 + from_x - 0.5, origin.1 + from_y - 0.5);
                    }
                }
                values.push(sum / (places * places) as f32);
            }
        }
        Plane { width, height, values }
    }
}

/// The value at a place, straight between the four pixels around it.
fn between(ink: &GrayImage, x: f64, y: f64) -> f32 {
    let (left, top) = (x.floor(), y.floor());
    let (across, down) = ((x - left) as f32, (y - top) as f32);
    let at = |dx: i64, dy: i64| {
        let (x, y) = (left as i64 + dx, top as i64 + dy);
        let inside = x >= 0 && y >= 0 && x < i64::from(ink.width()) && y < i64::from(ink.height());
        if inside { f32::from(ink.as_raw()[y as usize * ink.width() as usize + x as usize]) } else { 0.0 }
    };
    (at(0, 0) * (1.0 - across) + at(1, 0) * across) * (1.0 - down)
        + (at(0, 1) * (1.0 - across) + at(1, 1) * across) * down
}

/// A small picture with mean 0 and length 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    /// Pixels a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    weights: Vec<f32>,
}

impl Pattern {
    /// Makes a pattern of `width * height` values, row by row.
    pub fn new(width: usize, height: usize, values: &[f32]) -> Pattern {
        let mean = values.iter().sum::<f32>() / values.len().max(1) as f32;
        let length = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f32>().sqrt().max(1e-6);
        Pattern { width, height, weights: values.iter().map(|value| (value - mean) / length).collect() }
    }
}

/// A plane with its sums, ready to be compared with patterns of one size.
#[derive(Clone, Debug)]
pub struct Matcher<'a> {
    plane: &'a Plane,
    /// One over the length of the window's deviation, a place.
    scales: Vec<f32>,
    /// Places a row at which the pattern fits.
    pub columns: usize,
    /// Rows of places.
    pub rows: usize,
}

impl Plane {
    /// The deviation from the mean (root mean square) that a share of all windows of a size stays below, 0 to 1; 0 where none fits.
    pub fn deviation_below(&self, (width, height): (usize, usize), share: f32) -> f32 {
        let matcher = Matcher::new(self, (width, height), 0.0);
        let length = ((width * height) as f32).sqrt();
        let mut deviations: Vec<f32> = matcher.scales.iter().map(|scale| 1.0 / (scale * length)).collect();
        if deviations.is_empty() {
            return 0.0;
        }
        let place = ((deviations.len() - 1) as f32 * share) as usize;
        *deviations.select_nth_unstable_by(place, f32::total_cmp).1
    }
}

impl<'a> Matcher<'a> {
    /// Prepares a plane for patterns of one size; windows that deviate less than `floor` from their mean (root mean square) count as if
    /// they deviated so much, so that grain is like nothing.
    pub fn new(plane: &'a Plane, (width, height): (usize, usize), floor: f32) -> Self {
        let columns = (plane.width + 1).saturating_sub(width);
        let rows = (plane.height + 1).saturating_sub(height);
        let sums = integral(plane, |value| value);
        let squares = integral(plane, |value| value * value);
        let count = (width * height) as f64;
        let least = f64::from(floor) * f64::from(floor) * count;
        let stride = plane.width + 1;
        let mut scales = Vec::with_capacity(columns * rows);
        for y in 0..rows {
            for x in 0..columns {
                let of = |table: &[f64]| {
                    table[(y + height) * stride + x + width] + table[y * stride + x]
                        - table[y * stride + x + width]
                        - table[(y + height) * stride + x]
                };
                let sum = of(&sums);
                let deviation = (of(&squares) - sum * sum / count).max(least).max(1e-9);
                scales.push(1.0 / deviation.sqrt() as f32);
            }
        }
        Self { plane, scales, columns, rows }
    }

    /// The correlation with a pattern at all places of one row, from -1 to 1.
    pub fn row(&self, pattern: &Pattern, y: usize) -> Vec<f32> {
        let mut sums = vec![0f32; self.columns];
        for (line, weights) in pattern.weights.chunks_exact(pattern.width).enumerate() {
            let start = (y + line) * self.plane.width;
            for (column, &weight) in weights.iter().enumerate() {
                let values = &self.plane.values[start + column..start + column + self.columns];
                sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += weight * value);
            }
        }
        let scales = &self.scales[y * self.columns..(y + 1) * self.columns];
        sums.iter_mut().zip(scales).for_each(|(sum, scale)| *sum *= scale);
        sums
    }
}

fn integral(plane: &Plane, of: impl Fn(f64) -> f64) -> Vec<f64> {
    let stride = plane.width + 1;
    let mut table = vec![0f64; stride * (plane.height + 1)];
    for y in 0..plane.height {
        let mut sum = 0.0;
        for x in 0..plane.width {
            sum += of(f64::from(plane.values[y * plane.width + x]));
            table[(y + 1) * stride + x + 1] = table[y * stride + x + 1] + sum;
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    #[test]
    fn a_pattern_is_found_where_it_stands_whatever_its_contrast() {
        let corner = [1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0];
        let ink = GrayImage::from_fn(20, 9, |x, y| {
            let (dx, dy) = (x.wrapping_sub(7), y.wrapping_sub(4));
            let dark = dx < 3 && dy < 3 && (dx == 0 || dy == 0);
            Luma([if dark { 60 } else { 20 }])
        });
        let plane = Plane::sampled(&ink, &Sampling { origin: (0.0, 0.0), step: 1.0, slope: 0.0, size: (20, 9) });
        let matcher = Matcher::new(&plane, (3, 3), 2.0);
        let pattern = Pattern::new(3, 3, &corner);
        let row = matcher.row(&pattern, 4);
        assert!((row[7] - 1.0).abs() < 1e-4, "{row:?}");
        let others = row.iter().enumerate().filter(|(x, _)| *x != 7).map(|(_, value)| *value);
        assert!(others.fold(0f32, f32::max) < 0.9 && matcher.row(&pattern, 0)[15].abs() < 0.05);
    }
}

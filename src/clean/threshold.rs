//! Where ink begins: an ink plane in, a mask out.

use image::GrayImage;

use crate::vectorised::vectorised;

/// How a page was parted into ink and paper.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Threshold {
    /// One level for the whole page (Otsu 1979).
    Global {
        /// Ink is at or above it.
        level: u8,
    },
    /// Ink stands out from the mean of its surroundings by `margin` (for faint strokes beside strong ones).
    Adaptive {
        /// Grey levels above the local mean.
        margin: u8,
    },
    /// There is no ink.
    Blank,
}

/// Side of the window of the adaptive threshold, in pixels.
const WINDOW_PX: usize = 31;

/// Ink must stand out from paper by this many standard deviations of the grain, and by this many levels.
const GRAIN_FACTOR: f32 = 5.0;
const MIN_CONTRAST: f32 = 28.0;

/// Share of the ink that must lie between the grain and Otsu's level before strokes count as lost by it. The soft edges of
/// strokes lie there too, so a good part of the ink always does.
const FAINT_SHARE: f32 = 0.6;

/// Every seventh pixel of a page tells as much as all of them.
const SAMPLED_EVERY: usize = 7;

/// Images of fewer pixels are looked at pixel by pixel.
const SAMPLED_FROM_PX: usize = 1_000_000;

/// Looks at the levels and chooses.
pub fn choose(ink: &GrayImage) -> Threshold {
    let pixels = ink.as_raw();
    let sampled = histogram(pixels, SAMPLED_EVERY);
    let sigma = residual_sigma(&sampled);
    let histogram = if pixels.len() > SAMPLED_FROM_PX { sampled } else { histogram(pixels, 1) };
    let floor = (GRAIN_FACTOR * sigma).clamp(MIN_CONTRAST, 90.0) as usize;
    let above_floor: u32 = histogram[floor..].iter().sum();
    if above_floor == 0 {
        return Threshold::Blank;
    }
    let level = otsu(&histogram).max(floor);
    let above_level: u32 = histogram[level..].iter().sum();
    let faint = (above_floor - above_level) as f32 / above_floor as f32;
    if faint > FAINT_SHARE {
        Threshold::Adaptive { margin: (floor as f32 * 0.8) as u8 }
    } else {
        Threshold::Global { level: level as u8 }
    }
}

/// The standard deviation of the grain that is left on an ink plane, in levels, from paper pixels alone.
///
/// Flattened paper is clipped at 0, so half the grain is gone: the mean of what is left above 0 is 0.8 sigma for a normal distribution.
fn residual_sigma(histogram: &[u32; 256]) -> f32 {
    const PAPER_BELOW: usize = 48;
    let paper = || (1u64..).zip(&histogram[1..PAPER_BELOW]);
    let count: u64 = paper().map(|(_, &count)| u64::from(count)).sum();
    let sum: u64 = paper().map(|(level, &count)| level * u64::from(count)).sum();
    if count == 0 { 0.0 } else { sum as f32 / count as f32 / 0.8 }
}

/// How many pixels there are of each level, of every `step`th pixel.
pub fn histogram(pixels: &[u8], step: usize) -> [u32; 256] {
    // Neighbours are often alike; counted in one table, each would wait for the one before.
    let mut tables = [[0u32; 256]; 4];
    let mut fours = pixels.chunks_exact(4 * step);
    for four in &mut fours {
        for (place, table) in tables.iter_mut().enumerate() {
            table[usize::from(four[place * step])] += 1;
        }
    }
    fours.remainder().iter().step_by(step).for_each(|&level| tables[0][usize::from(level)] += 1);
    std::array::from_fn(|level| tables.iter().map(|table| table[level]).sum())
}

/// Otsu's level: the one that parts the histogram into two classes with the largest variance between them.
pub fn otsu(histogram: &[u32; 256]) -> usize {
    let total: f64 = histogram.iter().map(|&count| f64::from(count)).sum();
    let sum: f64 = histogram.iter().enumerate().map(|(value, &count)| value as f64 * f64::from(count)).sum();
    let (mut below, mut sum_below, mut best, mut level) = (0.0, 0.0, -1.0, 1);
    for (value, &count) in histogram[..255].iter().enumerate() {
        below += f64::from(count);
        sum_below += value as f64 * f64::from(count);
        let above = total - below;
        if below == 0.0 || above == 0.0 {
            continue;
        }
        let difference = sum_below / below - (sum - sum_below) / above;
        let between = below * above * difference * difference;
        if between > best {
            (best, level) = (between, value + 1);
        }
    }
    level
}

/// The mask: 255 where there is ink, 0 elsewhere.
pub fn apply(ink: &GrayImage, threshold: Threshold) -> GrayImage {
    match threshold {
        Threshold::Blank => GrayImage::new(ink.width(), ink.height()),
        Threshold::Global { level } => {
            let mask = vectorised(
                #[inline(always)]
                || ink.as_raw().iter().map(|&value| if value >= level { 255 } else { 0 }).collect(),
            );
            GrayImage::from_raw(ink.width(), ink.height(), mask).unwrap_or_default()
        }
        Threshold::Adaptive { margin } => adaptive(ink, margin),
    }
}

/// Running sums: a column sum for each column, and a sum of those along the row.
fn adaptive(ink: &GrayImage, margin: u8) -> GrayImage {
    let (width, height) = (ink.width() as usize, ink.height() as usize);
    let source = ink.as_raw();
    let mut mask = vec![0u8; width * height];
    if mask.is_empty() {
        return GrayImage::default();
    }
    let radius = WINDOW_PX / 2;
    let row = |y: usize| &source[y * width..(y + 1) * width];
    let mut columns = vec![0u32; width];
    for y in 0..radius.min(height) {
        columns.iter_mut().zip(row(y)).for_each(|(sum, &value)| *sum += u32::from(value));
    }
    for y in 0..height {
        if y + radius < height {
            columns.iter_mut().zip(row(y + radius)).for_each(|(sum, &value)| *sum += u32::from(value));
        }
        if y > radius {
            columns.iter_mut().zip(row(y - radius - 1)).for_each(|(sum, &value)| *sum -= u32::from(value));
        }
        let rows_in_window = (y + radius + 1).min(height) - y.saturating_sub(radius);
        adaptive_row(row(y), &columns, rows_in_window, margin, &mut mask[y * width..(y + 1) * width]);
    }
    GrayImage::from_raw(ink.width(), ink.height(), mask).unwrap_or_default()
}

fn adaptive_row(row: &[u8], columns: &[u32], rows_in_window: usize, margin: u8, out: &mut [u8]) {
    let (width, radius) = (row.len(), WINDOW_PX / 2);
    let mut sum: u32 = columns[..radius.min(width)].iter().sum();
    for x in 0..width {
        if x + radius < width {
            sum += columns[x + radius];
        }
        if x > radius {
            sum -= columns[x - radius - 1];
        }
        let area = rows_in_window * ((x + radius + 1).min(width) - x.saturating_sub(radius));
        let excess = (u32::from(row[x]) * area as u32).saturating_sub(u32::from(margin) * area as u32);
        // On strokes wider than the window's share the mean rises with the ink; half the mean keeps their core.
        if excess > sum / 2 + 1 && u32::from(row[x]) > u32::from(margin) {
            out[x] = 255;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    #[test]
    fn otsu_parts_two_heaps() {
        let mut histogram = [0u32; 256];
        histogram[10] = 900;
        histogram[12] = 100;
        histogram[200] = 50;
        assert!((13..=200).contains(&otsu(&histogram)));
    }

    #[test]
    fn paper_without_ink_is_blank() {
        let page = GrayImage::from_fn(100, 100, |x, y| Luma([((x * 7 + y * 3) % 9) as u8]));
        assert_eq!(choose(&page), Threshold::Blank);
        assert!(apply(&page, Threshold::Blank).pixels().all(|pixel| pixel.0[0] == 0));
    }

    #[test]
    fn one_level_serves_a_page_of_even_ink() {
        let page = GrayImage::from_fn(200, 200, |x, _| Luma([if x % 20 < 3 { 190 } else { 4 }]));
        let threshold = choose(&page);
        assert!(matches!(threshold, Threshold::Global { level } if (20..190).contains(&level)), "{threshold:?}");
        assert_eq!(apply(&page, threshold).get_pixel(1, 50).0, [255]);
    }

    #[test]
    fn faint_pencil_beside_a_black_bar_is_kept() {
        let page = GrayImage::from_fn(400, 400, |x, y| {
            let bar = y < 8;
            let pencil = y > 60 && x % 16 < 3;
            Luma([if bar {
                250
            } else if pencil {
                55
            } else {
                3
            }])
        });
        let threshold = choose(&page);
        let mask = apply(&page, threshold);
        assert_eq!(mask.get_pixel(161, 200).0, [255], "{threshold:?}");
        assert_eq!(mask.get_pixel(170, 200).0, [0], "{threshold:?}");
    }
}

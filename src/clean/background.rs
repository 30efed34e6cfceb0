//! Uneven light taken out: a grey plane with dark ink in, an ink plane (paper 0, ink high) out.

use image::GrayImage;

use crate::vectorised::vectorised;

/// Side of the tiles on which the brightness of the paper is measured, in pixels.
const TILE_PX: usize = 32;

/// On crops of a few lines the tiles shrink, so that some of them hold mostly paper.
const SMALL_TILE_PX: usize = 16;

/// The light changes so slowly that this many rows share one interpolation.
const ROWS_PER_GAIN: usize = 4;

/// Paper darker than this is taken as this: a black margin must not be blown up to paper.
const DARKEST_PAPER: f32 = 40.0;

/// Divides every pixel by the brightness of the paper around it and turns it round: paper becomes 0, black ink 255.
///
/// The paper of a tile is the mean of its brighter half; a grey closing over 3x3 tiles fills dark bars and bold headings, which are
/// not paper, and leaves slopes of light as they are; between the centres of tiles it is interpolated.
pub fn flatten(mut grey: GrayImage) -> GrayImage {
    let (width, height) = (grey.width() as usize, grey.height() as usize);
    if width == 0 || height == 0 {
        return grey;
    }
    let tile = if height.min(width) < 200 { SMALL_TILE_PX } else { TILE_PX };
    let (columns, rows) = (width.div_ceil(tile), height.div_ceil(tile));
    let measured = paper_of_tiles(&grey, tile, columns, rows);
    let brightest = extreme_around(&measured, columns, rows, f32::max);
    let paper = extreme_around(&brightest, columns, rows, f32::min);
    // Fixed point, 1/256: at most 1,632, so that a brightness times it, and its upper half, are two vector instructions.
    let gains: Vec<f32> = paper.iter().map(|&level| 255.0 * 256.0 / level.max(DARKEST_PAPER)).collect();
    let mut row_gains = vec![0f32; columns];
    let mut pixel_gains = vec![0u16; width];
    for (y, row) in grey.chunks_exact_mut(width).enumerate() {
        if y % ROWS_PER_GAIN == 0 {
            let (upper, lower, share) = neighbours_of(y, tile, rows);
            for column in 0..columns {
                let (a, b) = (gains[upper * columns + column], gains[lower * columns + column]);
                row_gains[column] = a + (b - a) * share;
            }
            interpolate(&row_gains, tile, &mut pixel_gains);
        }
        vectorised(
            #[inline(always)]
            || {
                for (value, &gain) in row.iter_mut().zip(&pixel_gains) {
                    let flat = (u32::from(u16::from(*value) << 8) * u32::from(gain)) >> 16;
                    *value = 255 - (flat as u16).min(255) as u8;
                }
            },
        );
    }
    grey
}

/// The two tiles between whose centres a pixel lies, and how far it is on the way from the first to the second.
fn neighbours_of(pixel: usize, tile: usize, count: usize) -> (usize, usize, f32) {
    let place = (pixel as f32 + 0.5) / tile as f32 - 0.5;
    let first = place.floor().max(0.0) as usize;
    let first = first.min(count - 1);
    ((first), (first + 1).min(count - 1), (place - first as f32).clamp(0.0, 1.0))
}

fn interpolate(tile_gains: &[f32], tile: usize, pixel_gains: &mut [u16]) {
    let half = tile / 2;
    let width = pixel_gains.len();
    let first = tile_gains[0] as u16;
    pixel_gains[..half.min(width)].fill(first);
    for (index, gain) in tile_gains.iter().enumerate() {
        let start = half + index * tile;
        if start >= width {
            break;
        }
        let next = tile_gains.get(index + 1).unwrap_or(gain);
        let slope = (next - gain) / tile as f32;
        let end = (start + tile).min(width);
        vectorised(
            #[inline(always)]
            || {
                for (step, target) in (0u16..).zip(&mut pixel_gains[start..end]) {
                    // By way of 32 bits, which processors convert to by themselves.
                    *target = (gain + slope * (f32::from(step) + 0.5)) as i32 as u16;
                }
            },
        );
    }
}

/// The mean of the brighter half of each tile, from every second pixel of every second row.
fn paper_of_tiles(grey: &GrayImage, tile: usize, columns: usize, rows: usize) -> Vec<f32> {
    let (width, height) = (grey.width() as usize, grey.height() as usize);
    let mut paper = Vec::with_capacity(columns * rows);
    let mut samples = [0; TILE_PX * TILE_PX / 4];
    for tile_row in 0..rows {
        let rows = tile_row * tile..((tile_row + 1) * tile).min(height);
        for tile_column in 0..columns {
            let (left, right) = (tile_column * tile, ((tile_column + 1) * tile).min(width));
            let (in_row, mut count) = ((right - left).div_ceil(2), 0);
            vectorised(
                #[inline(always)]
                || {
                    for y in rows.clone().step_by(2) {
                        let row = &grey.as_raw()[y * width..][left..right];
                        let target = &mut samples[count..count + in_row];
                        let pairs = row.as_chunks::<2>();
                        target.iter_mut().zip(pairs.0).for_each(|(sample, pair)| *sample = pair[0]);
                        if let [last] = pairs.1 {
                            target[in_row - 1] = *last;
                        }
                        count += in_row;
                    }
                    paper.push(mean_of_brighter_half(&samples[..count]));
                },
            );
        }
    }
    paper
}

#[inline(always)]
fn mean_of_brighter_half(samples: &[u8]) -> f32 {
    let mean = samples.iter().map(|&value| u32::from(value)).sum::<u32>() / samples.len().max(1) as u32;
    let mean = mean as u8;
    let (mut sum, mut count) = (0u32, 0u32);
    for &value in samples {
        sum += u32::from(if value >= mean { value } else { 0 });
        count += u32::from(value >= mean);
    }
    sum as f32 / count.max(1) as f32
}

/// The most extreme of the 3x3 tiles around each tile; `pick` is the maximum or the minimum.
fn extreme_around(paper: &[f32], columns: usize, rows: usize, pick: fn(f32, f32) -> f32) -> Vec<f32> {
    let mut extremes = paper.to_vec();
    for row in 0..rows {
        for column in 0..columns {
            let mut best = paper[row * columns + column];
            for y in row.saturating_sub(1)..(row + 2).min(rows) {
                for x in column.saturating_sub(1)..(column + 2).min(columns) {
                    best = pick(best, paper[y * columns + x]);
                }
            }
            extremes[row * columns + column] = best;
        }
    }
    extremes
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    #[test]
    fn a_gradient_of_light_vanishes_and_the_stroke_stays() {
        let page = GrayImage::from_fn(300, 300, |x, y| {
            let paper = 120.0 + x as f32 * 0.4;
            let ink = y.abs_diff(150) < 3 && (50..250).contains(&x);
            Luma([(if ink { paper * 0.3 } else { paper }) as u8])
        });
        let ink = flatten(page);
        for x in [60, 150, 240] {
            assert!(ink.get_pixel(x, 60).0[0] < 14, "paper at {x}: {:?}", ink.get_pixel(x, 60));
            assert!((165..200).contains(&ink.get_pixel(x, 150).0[0]), "ink at {x}: {:?}", ink.get_pixel(x, 150));
        }
    }

    #[test]
    fn a_dark_bar_is_ink_and_not_paper() {
        let page = GrayImage::from_fn(400, 400, |_, y| Luma([if (180..236).contains(&y) { 40 } else { 240 }]));
        assert!(flatten(page).get_pixel(200, 208).0[0] > 180);
    }

    #[test]
    fn sizes_that_are_no_multiple_of_a_tile_work() {
        for (width, height) in [(1, 1), (5, 300), (33, 31), (20000, 2)] {
            let flat = flatten(GrayImage::from_pixel(width, height, Luma([230])));
            assert!(flat.pixels().all(|pixel| pixel.0[0] <= 2), "{width}x{height}");
        }
    }
}

//! A map made exact: small patches of the reference are looked for around the places where the map puts them.

use image::GrayImage;

use super::corners;
use super::fitting::Pair;
use super::plane::{blur, holds, resample};
use crate::clean;
use crate::geometry::{Point, Rect, Transform};
use crate::vectorised::vectorised;

/// Side of a patch; at 75 dpi a patch is 5.4 mm wide, at 150 dpi half of it. A row of 16 is one vector of the processor: 21 took four times
/// as long.
const SIDE_PX: usize = 16;
const RADIUS_PX: i32 = SIDE_PX as i32 / 2;

/// An ink plane at a lower resolution.
#[derive(Clone, Debug)]
pub struct Level {
    /// Blurred ink.
    pub plane: GrayImage,
    /// From pixels of the level to pixels of the full plane: by how much these are finer.
    pub factor: f64,
}

impl Level {
    /// The level of an ink plane that is nearest to a resolution and not below it, by whole factors.
    pub fn of(ink: &GrayImage, dpi: f32, level_dpi: f32) -> Self {
        let factor = (dpi / level_dpi).floor().max(1.0) as u32;
        Self { plane: blur(&clean::reduce(ink, factor)), factor: f64::from(factor) }
    }

    /// The level of an ink plane at exactly a resolution.
    pub fn at(ink: &GrayImage, dpi: f32, level_dpi: f32) -> Self {
        let nearest = Self::of(ink, dpi, level_dpi);
        let factor = f64::from(dpi / level_dpi);
        let size = |pixels: u32| (f64::from(pixels) / factor).round() as i32;
        let region = Rect::new(0, 0, size(ink.width()), size(ink.height()));
        let plane = resample(&nearest.plane, &scaling(factor / nearest.factor), &region);
        Self { plane, factor }
    }

    /// The places of the level where patches tell most, one in each square of `cell_px` pixels a side.
    pub fn patches(&self, cell_px: u32) -> Vec<(u32, u32)> {
        corners::strongest(&self.plane, cell_px, 1, RADIUS_PX as u32 + 1)
    }
}

/// The map that makes everything `factor` times as large.
pub fn scaling(factor: f64) -> Transform {
    Transform::affine([factor, 0.0, 0.0, 0.0, factor, 0.0])
}

/// A patch found on the page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found {
    /// Its place on the reference and on the page, in pixels of the full planes.
    pub pair: Pair,
    /// Normalised correlation with the reference, -1 to 1.
    pub likeness: f32,
}

/// Looks for the patches of a reference within `search_px` (pixels of the level) of where `map` puts them on the page; those that the map
/// puts beyond the page are left out. `map` leads from the full reference to the full page.
pub fn find(reference: &Level, patches: &[(u32, u32)], page: &Level, map: &Transform, search_px: i32) -> Vec<Found> {
    let way = scaling(reference.factor).then(map).then(&scaling(1.0 / page.factor));
    let mut found = Vec::new();
    for &(x, y) in patches {
        let (x, y) = (x as i32, y as i32);
        let middle = Point { x: f64::from(x), y: f64::from(y) };
        if !holds(&page.plane, way.apply(middle), f64::from(RADIUS_PX)) {
            continue;
        }
        let reach = RADIUS_PX + search_px;
        let window = resample(&page.plane, &way, &Rect::new(x - reach, y - reach, 2 * reach, 2 * reach));
        let patch = Patch::of(&reference.plane, (x - RADIUS_PX, y - RADIUS_PX));
        let Some((shift, likeness)) = patch.best_place(&window, search_px) else { continue };
        let there = way.apply(Point { x: middle.x + shift.x, y: middle.y + shift.y });
        found.push(Found {
            pair: Pair {
                from: Point { x: middle.x * reference.factor, y: middle.y * reference.factor },
                to: Point { x: there.x * page.factor, y: there.y * page.factor },
                weight: f64::from(likeness.max(0.0)).powi(2),
            },
            likeness,
        });
    }
    found
}

/// A square of the reference, its mean taken off.
struct Patch {
    rows: [[i32; SIDE_PX]; SIDE_PX],
    norm: f32,
}

impl Patch {
    fn of(plane: &GrayImage, (left, top): (i32, i32)) -> Self {
        let at = |x: usize, y: usize| i32::from(plane.get_pixel(left as u32 + x as u32, top as u32 + y as u32).0[0]);
        let mut rows: [[i32; SIDE_PX]; SIDE_PX] = std::array::from_fn(|y| std::array::from_fn(|x| at(x, y)));
        let count = (SIDE_PX * SIDE_PX) as i32;
        let mean = (rows.iter().flatten().sum::<i32>() + count / 2) / count;
        rows.iter_mut().flatten().for_each(|value| *value -= mean);
        let norm = rows.iter().flatten().map(|&value| (value * value) as f32).sum::<f32>().sqrt();
        Self { rows, norm }
    }

    /// The shift from the middle of the window at which it looks most like the patch, to parts of a pixel, and how much.
    fn best_place(&self, window: &GrayImage, search_px: i32) -> Option<(Point, f32)> {
        let count = 2 * search_px as usize + 1;
        let width = window.width() as usize;
        let values: Vec<i32> = window.as_raw().iter().map(|&value| i32::from(value)).collect();
        let likeness: Vec<f32> = vectorised(
            #[inline(always)]
            || (0..count * count).map(|place| self.likeness(&values, width, place % count, place / count)).collect(),
        );
        let best = (0..likeness.len()).max_by(|&a, &b| likeness[a].total_cmp(&likeness[b]))?;
        let (x, y) = (best % count, best / count);
        if x == 0 || y == 0 || x + 1 == count || y + 1 == count {
            return None;
        }
        let peak = |before: f32, after: f32| {
            let bend = before - 2.0 * likeness[best] + after;
            if bend < -1e-6 { f64::from(0.5 * (before - after) / bend).clamp(-0.5, 0.5) } else { 0.0 }
        };
        let shift = Point {
            x: x as f64 - f64::from(search_px) + peak(likeness[best - 1], likeness[best + 1]),
            y: y as f64 - f64::from(search_px) + peak(likeness[best - count], likeness[best + count]),
        };
        Some((shift, likeness[best]))
    }

    /// Normalised correlation with the part of the window that begins at a column and a row.
    #[inline(always)]
    fn likeness(&self, window: &[i32], width: usize, left: usize, top: usize) -> f32 {
        // Whole numbers: their sums may be taken in any order, many at once.
        let (mut products, mut sums, mut squares) = ([0i32; SIDE_PX], [0i32; SIDE_PX], [0i32; SIDE_PX]);
        for (row, own) in self.rows.iter().enumerate() {
            let start = (top + row) * width + left;
            let others = &window[start..start + SIDE_PX];
            for column in 0..SIDE_PX {
                products[column] += own[column] * others[column];
                sums[column] += others[column];
                squares[column] += others[column] * others[column];
            }
        }
        let total = |values: [i32; SIDE_PX]| values.iter().sum::<i32>() as f32;
        let sum = total(sums);
        let variance = total(squares) - sum * sum / (SIDE_PX * SIDE_PX) as f32;
        if variance <= 1.0 || self.norm <= 1.0 { 0.0 } else { total(products) / (self.norm * variance.sqrt()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    /// Boxes of several sizes.
    fn plane(shift: (u32, u32)) -> GrayImage {
        GrayImage::from_fn(240, 240, |x, y| {
            let (x, y) = (x.wrapping_sub(shift.0), y.wrapping_sub(shift.1));
            let in_box =
                |left: u32, top: u32, side: u32| (left..left + side).contains(&x) && (top..top + side).contains(&y);
            Luma([if in_box(40, 50, 30) || in_box(120, 60, 21) || in_box(70, 140, 40) { 220 } else { 0 }])
        })
    }

    #[test]
    fn patches_are_found_where_the_page_was_shifted_to() {
        let reference = Level::of(&plane((0, 0)), 75.0, 75.0);
        let page = Level::of(&plane((3, 2)), 75.0, 75.0);
        let patches = reference.patches(56);
        assert!(patches.len() >= 3);
        for found in find(&reference, &patches, &page, &Transform::IDENTITY, 6) {
            assert!(found.likeness > 0.95);
            let (dx, dy) = (found.pair.to.x - found.pair.from.x, found.pair.to.y - found.pair.from.y);
            assert!((dx - 3.0).abs() < 0.3 && (dy - 2.0).abs() < 0.3, "{dx} {dy}");
        }
    }
}

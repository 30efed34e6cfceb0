//! What is ink in one field: the ink plane of a crop in, a mask out, with the edges having their say.

use image::GrayImage;

use crate::vectorised::vectorised;

/// A gradient below this is grain, in levels a pixel.
const MIN_GRADIENT: u16 = 14;

/// The level never goes below grain nor above the darker half.
const LEVEL_RANGE: (u8, u8) = (28, 150);

/// Ink below the level still counts from this share of it on ...
const WEAK_SHARE: f32 = 0.55;

/// ... if the edges around it are as steep as those of the strong ink, to this share: a faint stroke has edges, a stain has none.
const WEAK_EDGE_SHARE: f32 = 0.45;

/// Parts the ink plane of a field into ink and paper; `floor` is the level below which there is no ink on this page.
///
/// The mask has 255 where there is ink, 0 elsewhere.
///
/// The level is the mean of the ink weighted by the square of its gradient (the edge-weighted threshold of Kittler, Illingworth
/// and Foglein 1985): half way up the edges of the strokes, wherever those lie, however little ink there is. Weaker ink is added
/// where its own edges are steep, so that a faint stroke beside a dark one survives and a tint or stain does not. A crop without edges has no ink.
pub fn part(ink: &GrayImage, floor: u8) -> GrayImage {
    let Edges { weighted, weights, strongest } = Edges::of(ink);
    if weights == 0 {
        return GrayImage::new(ink.width(), ink.height());
    }
    // The contra-harmonic mean leans to the steep edges: those of the strong strokes.
    let steep = weights as f64 / strongest as f64;
    let floor = floor.clamp(LEVEL_RANGE.0, LEVEL_RANGE.1);
    let level = ((weighted as f64 / weights as f64) as u8).clamp(floor, LEVEL_RANGE.1);
    let weak_level = ((f32::from(level) * WEAK_SHARE) as u8).max(floor);
    let weak_edge = (steep as f32 * WEAK_EDGE_SHARE).max(f32::from(MIN_GRADIENT)) as u16;
    let mut mask = GrayImage::new(ink.width(), ink.height());
    vectorised(
        #[inline(always)]
        || {
            for (index, (values, targets)) in ink.as_raw().chunks(BLOCK_PX).zip(mask.chunks_mut(BLOCK_PX)).enumerate() {
                let mut any_weak = false;
                for (target, &value) in targets.iter_mut().zip(values) {
                    *target = if value >= level { 255 } else { 0 };
                    any_weak |= (value >= weak_level) & (value < level);
                }
                if any_weak {
                    add_ridges(ink, index * BLOCK_PX, (weak_level, level), weak_edge, targets);
                }
            }
        },
    );
    mask
}

/// Pixels between two looks whether any of them needs a closer one.
const BLOCK_PX: usize = 64;

/// Adds to a part of the mask, from the pixel `start` on, the ridges among the pixels of the levels `weak_level..level`.
fn add_ridges(ink: &GrayImage, start: usize, (weak_level, level): (u8, u8), weak_edge: u16, targets: &mut [u8]) {
    for (place, target) in (start..).zip(targets) {
        if (weak_level..level).contains(&ink.as_raw()[place]) && is_ridge(ink, place, weak_edge) {
            *target = 255;
        }
    }
}

/// Sums over the pixels whose gradient is no grain.
#[derive(Default)]
struct Edges {
    /// Of the level times the square of the gradient.
    weighted: u64,
    /// Of the squares of the gradients.
    weights: u64,
    /// Of the gradients.
    strongest: u64,
}

impl Edges {
    /// The gradient is twice that of central differences, the larger of both directions plus half the smaller one.
    fn of(ink: &GrayImage) -> Self {
        let mut edges = Self::default();
        let width = ink.width() as usize;
        if width < 3 || ink.height() < 3 {
            return edges;
        }
        vectorised(
            #[inline(always)]
            || {
                for rows in ink.as_raw().windows(3 * width).step_by(width) {
                    let (above, rows) = rows.split_at(width);
                    let (here, below) = rows.split_at(width);
                    for start in (1..width - 1).step_by(BLOCK_PX) {
                        let end = (start + BLOCK_PX).min(width - 1);
                        edges.add_block(&here[start - 1..=end], &above[start..end], &below[start..end]);
                    }
                }
            },
        );
        edges
    }

    /// Adds the pixels of a row between those above and below; `here` holds one pixel more on either side.
    #[inline(always)]
    fn add_block(&mut self, here: &[u8], above: &[u8], below: &[u8]) {
        let mut gradients = [0u16; BLOCK_PX];
        let (left, middle, right) = (here, &here[1..], &here[2..]);
        let neighbours = left.iter().zip(right).zip(above).zip(below);
        let mut greatest = 0;
        for (gradient, (((left, right), above), below)) in gradients.iter_mut().zip(neighbours) {
            let across = u16::from(left.abs_diff(*right));
            let down = u16::from(below.abs_diff(*above));
            *gradient = across.max(down) + across.min(down) / 2;
            greatest = greatest.max(*gradient);
        }
        // Most blocks are paper.
        if greatest < MIN_GRADIENT {
            return;
        }
        // A block's sums fit into 32 bits: 64 times 382 squared times 255.
        let (mut weighted, mut weights, mut strongest) = (0u32, 0u32, 0u32);
        for (&gradient, &value) in gradients.iter().zip(&middle[..above.len()]) {
            let gradient = if gradient >= MIN_GRADIENT { u32::from(gradient) } else { 0 };
            let weight = gradient * gradient;
            weighted += weight * u32::from(value);
            weights += weight;
            strongest += gradient;
        }
        self.weighted += u64::from(weighted);
        self.weights += u64::from(weights);
        self.strongest += u64::from(strongest);
    }
}

/// Whether a pixel stands out from both sides of a line through it, level or plumb, two pixels away.
fn is_ridge(ink: &GrayImage, place: usize, height: u16) -> bool {
    let width = ink.width() as usize;
    let source = ink.as_raw();
    let value = u16::from(source[place]);
    let stands_out = |step: usize| {
        place >= step
            && place + step < source.len()
            && value >= u16::from(source[place - step]) + height
            && value >= u16::from(source[place + step]) + height
    };
    stands_out(2) || stands_out(2 * width) || stands_out(3) || stands_out(3 * width)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    /// A dark stroke at the left, a faint one in the middle, a soft stain at the right.
    fn crop() -> GrayImage {
        GrayImage::from_fn(120, 40, |x, _| {
            let soft = (40.0 - f32::from(x as u16).mul_add(-1.0, 100.0).abs() * 2.0).max(0.0);
            Luma([match x {
                20..=23 => 200,
                50..=52 => 80,
                80..=119 => soft as u8,
                _ => 3,
            }])
        })
    }

    #[test]
    fn faint_strokes_stay_and_stains_go() {
        let mask = part(&crop(), 28);
        let ink_at: Vec<bool> = [21, 51, 100, 60].iter().map(|&x| mask.get_pixel(x, 20).0[0] != 0).collect();
        assert_eq!(ink_at, [true, true, false, false]);
    }

    #[test]
    fn what_is_too_faint_for_the_page_is_no_ink() {
        assert_eq!(part(&crop(), 90).get_pixel(51, 20).0, [0]);
    }

    #[test]
    fn paper_without_edges_has_no_ink() {
        let tinted = GrayImage::from_fn(50, 50, |x, _| Luma([40 + x as u8 / 4]));
        assert!(part(&tinted, 28).pixels().all(|pixel| pixel.0[0] == 0));
        assert_eq!(part(&GrayImage::new(0, 0), 28).width(), 0);
    }
}

//! Places of a plane that look like no other: corners, and a descriptor of what is around each.

use image::GrayImage;

/// A corner with its descriptor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Corner {
    /// Column of the plane.
    pub x: u32,
    /// Row of the plane.
    pub y: u32,
    /// 256 comparisons of brightness around it.
    pub descriptor: [u64; 4],
}

/// Half the side of the patch that a descriptor compares in; at 75 dpi a patch is 14 mm wide, some letters of print and the box beside them.
const PATCH_RADIUS_PX: i32 = 20;

/// Differences of brightness that count.
const LEAST_DIFFERENCE: i16 = 4;

/// The strongest corners of a blurred plane, at most `per_cell` in each square of `cell_px` pixels a side, away from its edges.
///
/// Shi and Tomasi, "Good features to track" (1994): the smaller eigenvalue of the structure tensor; sums over 5 x 5 pixels.
pub fn strongest(plane: &GrayImage, cell_px: u32, per_cell: usize, margin_px: u32) -> Vec<(u32, u32)> {
    let (width, height) = plane.dimensions();
    if width <= 2 * margin_px || height <= 2 * margin_px {
        return Vec::new();
    }
    let strengths = strengths(plane);
    let at = |x: u32, y: u32| strengths[(y * width + x) as usize];
    let mut found = Vec::new();
    for cell_y in (margin_px..height - margin_px).step_by(cell_px as usize) {
        for cell_x in (margin_px..width - margin_px).step_by(cell_px as usize) {
            let mut peaks = Vec::new();
            for y in cell_y..(cell_y + cell_px).min(height - margin_px) {
                for x in cell_x..(cell_x + cell_px).min(width - margin_px) {
                    let own = at(x, y);
                    if own > LEAST_STRENGTH && is_peak(&strengths, width, (x, y)) {
                        peaks.push((own, x, y));
                    }
                }
            }
            peaks.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.2, a.1).cmp(&(b.2, b.1))));
            found.extend(peaks.into_iter().take(per_cell).map(|(_, x, y)| (x, y)));
        }
    }
    found
}

/// Weaker corners are paper.
const LEAST_STRENGTH: f32 = 300.0;

fn is_peak(strengths: &[f32], width: u32, (x, y): (u32, u32)) -> bool {
    let own = strengths[(y * width + x) as usize];
    (y - 2..=y + 2).all(|row| (x - 2..=x + 2).all(|column| strengths[(row * width + column) as usize] <= own))
}

/// The smaller eigenvalue of the structure tensor at each pixel; 0 near the edges.
fn strengths(plane: &GrayImage) -> Vec<f32> {
    let (width, height) = (plane.width() as usize, plane.height() as usize);
    let raw = plane.as_raw();
    let mut products = vec![[0f32; 3]; width * height];
    for y in 1..height - 1 {
        for x in 1..width - 1 {
            let place = y * width + x;
            let across = f32::from(raw[place + 1]) - f32::from(raw[place - 1]);
            let down = f32::from(raw[place + width]) - f32::from(raw[place - width]);
            products[place] = [across * across, across * down, down * down];
        }
    }
    let rows = summed(&products, width, height, 1);
    let sums = summed(&rows, width, height, width);
    sums.into_iter()
        .map(|[xx, xy, yy]| {
            let (mean, half) = ((xx + yy) / 2.0, (xx - yy) / 2.0);
            (mean - (half * half + xy * xy).sqrt()) / 25.0
        })
        .collect()
}

/// Sums of five neighbours that lie `stride` apart.
fn summed(values: &[[f32; 3]], width: usize, height: usize, stride: usize) -> Vec<[f32; 3]> {
    let mut sums = vec![[0f32; 3]; values.len()];
    let margin = 2 * stride;
    for place in margin..(width * height).saturating_sub(margin) {
        let mut sum = [0f32; 3];
        for neighbour in 0..5 {
            let value = &values[place + neighbour * stride - margin];
            (0..3).for_each(|k| sum[k] += value[k]);
        }
        sums[place] = sum;
    }
    sums
}

/// Describes corners of a blurred plane; those whose patch leaves the plane are left out.
///
/// BRIEF (Calonder et al. 2010): each bit tells which of two places of the patch is darker. The places are drawn once, by a fixed rule.
pub fn described(plane: &GrayImage, corners: &[(u32, u32)]) -> Vec<Corner> {
    let pairs = pairs();
    let (width, height) = (plane.width() as i32, plane.height() as i32);
    let raw = plane.as_raw();
    let has_room = |&&(x, y): &&(u32, u32)| {
        let (x, y) = (x as i32, y as i32);
        x >= PATCH_RADIUS_PX && y >= PATCH_RADIUS_PX && x < width - PATCH_RADIUS_PX && y < height - PATCH_RADIUS_PX
    };
    corners
        .iter()
        .filter(has_room)
        .map(|&(x, y)| {
            let at = |(dx, dy): (i32, i32)| i16::from(raw[((y as i32 + dy) * width + x as i32 + dx) as usize]);
            let mut descriptor = [0u64; 4];
            for (bit, &(first, second)) in pairs.iter().enumerate() {
                let is_darker = at(first) > at(second) + LEAST_DIFFERENCE;
                descriptor[bit / 64] |= u64::from(is_darker) << (bit % 64);
            }
            Corner { x, y, descriptor }
        })
        .collect()
}

/// How many bits of two descriptors differ.
pub fn distance(a: &[u64; 4], b: &[u64; 4]) -> u32 {
    a.iter().zip(b).map(|(a, b)| (a ^ b).count_ones()).sum()
}

type Offset = (i32, i32);

/// 256 pairs of places in a patch, more of them near its middle.
fn pairs() -> Vec<(Offset, Offset)> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut draw = || {
        // Marsaglia's xorshift; the mean of two draws is denser in the middle.
        let mut one = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state % (2 * PATCH_RADIUS_PX as u64)) as i32 - PATCH_RADIUS_PX
        };
        (one() + one()) / 2 + one() / 4
    };
    let mut place =
        || (draw().clamp(-PATCH_RADIUS_PX, PATCH_RADIUS_PX - 1), draw().clamp(-PATCH_RADIUS_PX, PATCH_RADIUS_PX - 1));
    (0..256).map(|_| (place(), place())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    fn square() -> GrayImage {
        GrayImage::from_fn(100, 100, |x, y| {
            Luma([if (40..60).contains(&x) && (40..60).contains(&y) { 200 } else { 0 }])
        })
    }

    #[test]
    fn a_square_has_four_corners_and_its_edges_none() {
        let found = strongest(&square(), 100, 10, 5);
        assert_eq!(found.len(), 4, "{found:?}");
        assert!(found.iter().all(|&(x, y)| (38..62).contains(&x) && (38..62).contains(&y)));
    }

    #[test]
    fn the_four_corners_of_a_square_look_different() {
        let plane = square();
        let corners = described(&plane, &strongest(&plane, 100, 10, 5));
        for (index, corner) in corners.iter().enumerate() {
            for other in &corners[..index] {
                assert!(distance(&corner.descriptor, &other.descriptor) > 40);
            }
        }
    }

    #[test]
    fn blank_planes_and_slips_have_no_corners() {
        assert!(strongest(&GrayImage::new(80, 80), 40, 5, 5).is_empty());
        assert!(strongest(&GrayImage::new(4, 80), 40, 5, 5).is_empty());
    }
}

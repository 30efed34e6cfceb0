//! One character, brought to the size and place that the readers expect.
//!
//! In: a grey crop of one candidate, ink high, everything else 0. Out: a [`Glyph`] as in MNIST. Which pixels are ink is
//! decided before, what the glyph says is decided after.

use image::GrayImage;

use crate::geometry::Rect;

/// Width and height of a glyph in pixels.
pub const GLYPH_SIZE_PX: usize = 28;

/// Longest side of the ink inside a glyph, in pixels (LeCun et al. 1998: digits fit a 20x20 box, aspect kept).
pub const INK_SIZE_PX: usize = 20;

/// Pixels fainter than this share of the darkest ink do not widen the box of the ink: the grey fringe of an antialiased
/// stroke would otherwise make the same digit smaller when it comes from a soft scan.
const FRINGE_SHARE: f32 = 0.1;

/// The share of inked glyph pixels that stay below full ink. In MNIST's training images 31 % of the inked pixels are at
/// 253 or above (median of this quantile: 253), so their contrast stays as it is and thin strokes are lifted to it.
const SHARE_BELOW_FULL_INK: f32 = 0.8;

/// Where the centre of mass goes, in pixels from the left and the top edge. Measured on MNIST's training images: 14.50
/// across and 14.49 down, which is the middle of pixel 14, not the edge between 13 and 14.
const MASS_PLACE_PX: f32 = 14.5;

/// A normalised character: 28x28, ink high, aspect kept, centre of mass in the middle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glyph {
    /// Row by row from the top left; 0 is paper, 255 is ink.
    pub pixels: Box<[u8; GLYPH_SIZE_PX * GLYPH_SIZE_PX]>,
    /// Where the ink was, in pixels of the cleaned page (or of the crop that was normalised).
    pub origin: Rect,
}

/// Brings the ink of a crop to 28x28 as MNIST does: the longest side becomes 20 px, the centre of mass moves to the middle.
///
/// `ink` is high where there is ink and 0 elsewhere; `origin` is the box of the crop, and the glyph keeps the part of it
/// that the ink fills (all of it where the crop is of another size than its box). Pixels are averaged over the area
/// they come from, at least one pixel of the crop wide, so that shrinking does not drop strokes and growing does not
/// make steps. Contrast is stretched until strokes are full ink. A crop without ink gives an empty glyph.
pub fn normalise(ink: &GrayImage, origin: Rect) -> Glyph {
    let (width, height) = (ink.width() as usize, ink.height() as usize);
    let pixels = ink.as_raw();
    let peak = pixels.iter().copied().max().unwrap_or(0);
    if peak == 0 {
        return Glyph { pixels: Box::new([0; GLYPH_SIZE_PX * GLYPH_SIZE_PX]), origin };
    }
    let faintest = ((f32::from(peak) * FRINGE_SHARE) as u8).max(1);
    let bounds = InkBounds::of(pixels, width, height, faintest);
    let scale = INK_SIZE_PX as f32 / (bounds.right - bounds.left).max(bounds.bottom - bounds.top) as f32;
    let (mass_x, mass_y) = bounds.centre_of_mass(pixels, width);
    let columns = Taps::new(bounds.left, bounds.right, mass_x, scale);
    let rows = Taps::new(bounds.top, bounds.bottom, mass_y, scale);
    let grey = resample(pixels, width, &bounds, &columns, &rows);
    let same_size = origin.width as usize == width && origin.height as usize == height;
    let origin = if same_size { bounds.to_rect(origin) } else { origin };
    Glyph { pixels: stretch(&grey), origin }
}

/// The box of the ink inside the crop: columns `left..right`, rows `top..bottom`.
struct InkBounds {
    left: usize,
    right: usize,
    top: usize,
    bottom: usize,
}

impl InkBounds {
    fn of(pixels: &[u8], width: usize, height: usize, faintest: u8) -> Self {
        let mut bounds = Self { left: width, right: 0, top: height, bottom: 0 };
        for (y, row) in pixels.chunks_exact(width).enumerate() {
            let Some(first) = row.iter().position(|&pixel| pixel >= faintest) else { continue };
            let last = row.iter().rposition(|&pixel| pixel >= faintest).unwrap_or(first);
            bounds.left = bounds.left.min(first);
            bounds.right = bounds.right.max(last + 1);
            bounds.top = bounds.top.min(y);
            bounds.bottom = y + 1;
        }
        bounds
    }

    /// Centre of mass in pixels of the crop; the middle of its first pixel is at 0.5.
    fn centre_of_mass(&self, pixels: &[u8], width: usize) -> (f32, f32) {
        let (mut mass, mut moment_x, mut moment_y) = (0u64, 0u64, 0u64);
        for y in self.top..self.bottom {
            let row = &pixels[y * width + self.left..y * width + self.right];
            let (mut row_mass, mut row_moment) = (0u64, 0u64);
            for (x, &pixel) in row.iter().enumerate() {
                row_mass += u64::from(pixel);
                row_moment += u64::from(pixel) * x as u64;
            }
            mass += row_mass;
            moment_x += row_moment;
            moment_y += row_mass * (y - self.top) as u64;
        }
        let middle = |moment: u64, first: usize| (moment as f64 / mass as f64 + 0.5 + first as f64) as f32;
        (middle(moment_x, self.left), middle(moment_y, self.top))
    }

    fn to_rect(&self, origin: Rect) -> Rect {
        Rect::from_edges(
            origin.x + self.left as i32,
            origin.y + self.top as i32,
            origin.x + self.right as i32,
            origin.y + self.bottom as i32,
        )
    }
}

/// For each of the 28 columns (or rows) of the glyph, which columns (rows) of the crop it averages, and with what weight.
struct Taps {
    first: [usize; GLYPH_SIZE_PX],
    /// Where the weights of each column (row) end in `weights`.
    ends: [usize; GLYPH_SIZE_PX],
    weights: Vec<f32>,
}

impl Taps {
    fn new(low: usize, high: usize, mass: f32, scale: f32) -> Self {
        let length = (high - low) as f32 * scale;
        let frame = GLYPH_SIZE_PX as f32;
        // Where the ink begins in the glyph: the centre of mass goes to the middle, but no ink leaves the frame.
        let start = (MASS_PLACE_PX - (mass - low as f32) * scale).clamp(0.0, frame - length);
        let half_window = (1.0 / scale).max(1.0) / 2.0;
        let room = GLYPH_SIZE_PX * (2.0 * half_window + 2.0) as usize;
        let mut taps =
            Self { first: [low; GLYPH_SIZE_PX], ends: [0; GLYPH_SIZE_PX], weights: Vec::with_capacity(room) };
        for place in 0..GLYPH_SIZE_PX {
            let middle = low as f32 + (place as f32 + 0.5 - start) / scale;
            let (from, to) = (middle - half_window, middle + half_window);
            let first = (from.floor().max(low as f32)) as usize;
            let end = (to.ceil().clamp(0.0, high as f32)) as usize;
            let share = |source| (to.min(source as f32 + 1.0) - from.max(source as f32)).max(0.0) / (2.0 * half_window);
            taps.weights.extend((first..end).map(share));
            taps.first[place] = first.min(high);
            taps.ends[place] = taps.weights.len();
        }
        taps
    }

    /// For each column (row) of the glyph the first column (row) of the crop and the weights from there on.
    fn iter(&self) -> impl Iterator<Item = (usize, &[f32])> {
        let starts = std::iter::once(0).chain(self.ends);
        self.first.iter().zip(starts).zip(self.ends).map(|((&first, start), end)| (first, &self.weights[start..end]))
    }
}

fn resample(pixels: &[u8], width: usize, bounds: &InkBounds, columns: &Taps, rows: &Taps) -> Vec<f32> {
    let mut narrow = vec![0f32; (bounds.bottom - bounds.top) * GLYPH_SIZE_PX];
    for (row, target) in narrow.chunks_exact_mut(GLYPH_SIZE_PX).enumerate() {
        let source = &pixels[(bounds.top + row) * width..][..bounds.right];
        for (value, (first, weights)) in target.iter_mut().zip(columns.iter()) {
            *value = weights.iter().zip(&source[first..]).map(|(weight, &pixel)| weight * f32::from(pixel)).sum();
        }
    }
    let mut grey = vec![0f32; GLYPH_SIZE_PX * GLYPH_SIZE_PX];
    for (target, (first, weights)) in grey.chunks_exact_mut(GLYPH_SIZE_PX).zip(rows.iter()) {
        for (offset, &weight) in weights.iter().enumerate() {
            let source = &narrow[(first + offset - bounds.top) * GLYPH_SIZE_PX..][..GLYPH_SIZE_PX];
            target.iter_mut().zip(source).for_each(|(value, &pixel)| *value += weight * pixel);
        }
    }
    grey
}

fn stretch(grey: &[f32]) -> Box<[u8; GLYPH_SIZE_PX * GLYPH_SIZE_PX]> {
    let peak = grey.iter().copied().fold(0.0, f32::max);
    let mut inked: Vec<f32> = grey.iter().copied().filter(|&value| value > peak * FRINGE_SHARE).collect();
    let rank = ((inked.len() as f32 * SHARE_BELOW_FULL_INK) as usize).min(inked.len().saturating_sub(1));
    let full = if inked.is_empty() { 1.0 } else { *inked.select_nth_unstable_by(rank, f32::total_cmp).1 };
    let mut pixels = Box::new([0; GLYPH_SIZE_PX * GLYPH_SIZE_PX]);
    for (pixel, &value) in pixels.iter_mut().zip(grey) {
        *pixel = (value * 255.0 / full + 0.5).min(255.0) as u8;
    }
    pixels
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(rows: &[&str]) -> GrayImage {
        GrayImage::from_fn(rows[0].len() as u32, rows.len() as u32, |x, y| {
            image::Luma([if rows[y as usize].as_bytes()[x as usize] == b'#' { 200 } else { 0 }])
        })
    }

    fn enlarged(image: &GrayImage, times: u32) -> GrayImage {
        GrayImage::from_fn(image.width() * times, image.height() * times, |x, y| *image.get_pixel(x / times, y / times))
    }

    fn whole(image: &GrayImage) -> Rect {
        Rect::new(0, 0, image.width() as i32, image.height() as i32)
    }

    /// Columns and rows with ink of at least half strength, and the centre of mass.
    fn measure(glyph: &Glyph) -> (usize, usize, f32, f32) {
        let at = |x: usize, y: usize| f32::from(glyph.pixels[y * GLYPH_SIZE_PX + x]);
        let all = 0..GLYPH_SIZE_PX;
        let columns = all.clone().filter(|&x| all.clone().any(|y| at(x, y) >= 128.0)).count();
        let rows = all.clone().filter(|&y| all.clone().any(|x| at(x, y) >= 128.0)).count();
        let (mut mass, mut x_moment, mut y_moment) = (0.0, 0.0, 0.0);
        for y in all.clone() {
            for x in all.clone() {
                mass += at(x, y);
                x_moment += at(x, y) * (x as f32 + 0.5);
                y_moment += at(x, y) * (y as f32 + 0.5);
            }
        }
        (columns, rows, x_moment / mass, y_moment / mass)
    }

    const SEVEN: [&str; 12] = [
        "..........",
        "..........",
        "..######..",
        "..######..",
        "......##..",
        ".....##...",
        ".....##...",
        "....##....",
        "....##....",
        "....##....",
        "....##....",
        "....##....",
    ];

    #[test]
    fn the_longest_side_becomes_20_px_and_the_mass_sits_in_the_middle() {
        for times in [1, 2, 5, 20] {
            let image = enlarged(&picture(&SEVEN), times);
            let (columns, rows, x, y) = measure(&normalise(&image, whole(&image)));
            assert!((19..=21).contains(&rows) && (11..=13).contains(&columns), "{times}: {columns} x {rows}");
            assert!((x - 14.5).abs() < 0.3 && (y - 14.5).abs() < 0.3, "{times}: mass at {x}, {y}");
        }
    }

    #[test]
    fn size_hardly_changes_the_glyph() {
        let small = enlarged(&picture(&SEVEN), 3);
        let large = enlarged(&picture(&SEVEN), 15);
        let (small, large) = (normalise(&small, whole(&small)), normalise(&large, whole(&large)));
        let difference: i32 =
            small.pixels.iter().zip(large.pixels.iter()).map(|(&a, &b)| (i32::from(a) - i32::from(b)).abs()).sum();
        assert!(difference / 784 < 6, "mean difference {}", difference / 784);
    }

    #[test]
    fn faint_and_thin_ink_is_stretched_to_full_ink() {
        let thin = GrayImage::from_fn(60, 60, |x, y| image::Luma([if x == y { 40 } else { 0 }]));
        let glyph = normalise(&thin, whole(&thin));
        assert!(glyph.pixels.iter().filter(|&&pixel| pixel >= 250).count() >= 10);
    }

    #[test]
    fn the_origin_is_the_box_of_the_ink() {
        let glyph = normalise(&picture(&SEVEN), Rect::new(100, 50, 10, 12));
        assert_eq!(glyph.origin, Rect::new(102, 52, 6, 10));
        assert_eq!(normalise(&picture(&SEVEN), Rect::new(1, 2, 3, 4)).origin, Rect::new(1, 2, 3, 4));
    }

    #[test]
    fn odd_crops_are_no_trouble() {
        let blank = GrayImage::new(9, 4);
        assert!(normalise(&blank, whole(&blank)).pixels.iter().all(|&pixel| pixel == 0));
        assert!(normalise(&GrayImage::new(0, 0), Rect::default()).pixels.iter().all(|&pixel| pixel == 0));
        for (width, height) in [(1, 1), (1, 300), (300, 1), (2, 2)] {
            let full = GrayImage::from_pixel(width, height, image::Luma([1]));
            let (columns, rows, x, y) = measure(&normalise(&full, whole(&full)));
            assert!(columns.max(rows) >= 20, "{width} x {height}: {columns} x {rows}");
            assert!((x - 14.5).abs() < 0.6 && (y - 14.5).abs() < 0.6);
        }
    }
}

//! Augmentation: one image of a digit in, another hand's, pen's and scanner's version of it out.
//!
//! A digit is turned, slanted, stretched and bent onto a canvas of the size that crops of 100 to 300 dpi scans have; its
//! stroke is made thinner or thicker, soft or jagged; bits are lost and bits of ruled lines are left on it. Then it goes
//! through the normalisation that real crops go through.

use rand::RngExt;
use rand_pcg::Pcg64Mcg;

use super::canvas::Canvas;
use super::network::normal;
use crate::glyph::GLYPH_SIZE_PX;
use crate::vectorised::vectorised;

/// Points of the grid of elastic displacements, along each side. Coarser bends whole strokes, finer makes them wobble.
const ELASTIC_POINTS: usize = 5;

/// How often a scan is so coarse that a digit has 14 to 20 pixels.
const COARSE_SHARE: f64 = 0.1;

/// How often a normalised digit gets the stroke of a broad pen.
const BROAD_PEN_SHARE: f64 = 0.1;

/// An affine map and bends, from places of the target to places of the source.
struct Warp {
    /// `a b c d` of `x = a u + b v, y = c u + d v`, around the middle of both pictures.
    matrix: [f32; 4],
    middle: (f32, f32),
    /// Displacements in source pixels.
    bends: [[(f32, f32); ELASTIC_POINTS]; ELASTIC_POINTS],
}

impl Warp {
    /// A random map; `scale` is target pixels a source pixel, `reach` the longest side of the ink in source pixels.
    fn draw(random: &mut Pcg64Mcg, middle: (f32, f32), scale: f32, reach: f32, strength: f32) -> Self {
        let angle = (normal(random) * 5.0 * strength).clamp(-15.0, 15.0).to_radians();
        let slant = (normal(random) * 0.13 * strength).clamp(-0.35, 0.35);
        // Some hands write very wide or very narrow, and some forms make them.
        let spread = if random.random_bool(0.15) { 0.25 } else { 0.08 };
        let stretch = (normal(random) * spread * strength).clamp(-0.45, 0.45).exp();
        let (sine, cosine) = angle.sin_cos();
        let (across, down) = (stretch / scale, 1.0 / (stretch * scale));
        let matrix = [
            cosine * across + slant * sine * across,
            -sine * down + slant * cosine * down,
            sine * across,
            cosine * down,
        ];
        let bend = if random.random_bool(0.75) { random.random::<f32>() * 0.045 * strength * reach } else { 0.0 };
        let mut bends = [[(0.0, 0.0); ELASTIC_POINTS]; ELASTIC_POINTS];
        bends.iter_mut().flatten().for_each(|place| *place = (normal(random) * bend, normal(random) * bend));
        Self { matrix, middle, bends }
    }

    /// Fills the target with what lies under the map, between pixels in proportion.
    fn apply(&self, source: &Canvas, target: &mut Canvas) {
        let source = Framed::new(source);
        vectorised(
            #[inline(always)]
            || self.fill(&source, target),
        );
    }

    #[inline(always)]
    fn fill(&self, source: &Framed, target: &mut Canvas) {
        let (half_width, half_height) = (target.width as f32 / 2.0, target.height as f32 / 2.0);
        let [a, b, c, d] = self.matrix;
        let cells = (ELASTIC_POINTS - 1) as f32;
        let (cells_a_column, cells_a_row) = (cells / target.width as f32, cells / target.height as f32);
        for (y, pixels) in target.pixels.chunks_exact_mut(target.width).enumerate() {
            let row = self.bend_row((y as f32 + 0.5) * cells_a_row);
            let v = y as f32 + 0.5 - half_height;
            for (x, pixel) in pixels.iter_mut().enumerate() {
                let grid_x = (x as f32 + 0.5) * cells_a_column;
                let cell = (grid_x as usize).min(ELASTIC_POINTS - 2);
                let share = grid_x - cell as f32;
                let bend_x = row[cell].0 + (row[cell + 1].0 - row[cell].0) * share;
                let bend_y = row[cell].1 + (row[cell + 1].1 - row[cell].1) * share;
                let u = x as f32 + 0.5 - half_width;
                let place = (a * u + b * v + self.middle.0 + bend_x, c * u + d * v + self.middle.1 + bend_y);
                *pixel = source.sample(place.0 - 0.5, place.1 - 0.5);
            }
        }
    }

    #[inline(always)]
    fn bend_row(&self, grid_y: f32) -> [(f32, f32); ELASTIC_POINTS] {
        let cell = (grid_y as usize).min(ELASTIC_POINTS - 2);
        let share = grid_y - cell as f32;
        std::array::from_fn(|column| {
            let (above, below) = (self.bends[cell][column], self.bends[cell + 1][column]);
            (above.0 + (below.0 - above.0) * share, above.1 + (below.1 - above.1) * share)
        })
    }
}

/// A picture with paper around it, so that every place has four neighbours.
struct Framed {
    width: usize,
    height: usize,
    /// One more column and row than the picture before it, two more behind.
    pixels: Vec<f32>,
}

impl Framed {
    fn new(source: &Canvas) -> Self {
        let stride = source.width + 3;
        let mut pixels = vec![0.0; stride * (source.height + 3)];
        for (row, target) in source.pixels.chunks_exact(source.width.max(1)).zip(pixels[stride..].chunks_mut(stride)) {
            target[1..=row.len()].copy_from_slice(row);
        }
        Self { width: source.width, height: source.height, pixels }
    }

    /// The value between pixels, 0 outside.
    #[inline(always)]
    fn sample(&self, x: f32, y: f32) -> f32 {
        let (x, y) = (x.max(-1.0).min(self.width as f32) + 1.0, y.max(-1.0).min(self.height as f32) + 1.0);
        let (left, top) = (x as usize, y as usize);
        let (share_x, share_y) = (x - left as f32, y - top as f32);
        let stride = self.width + 3;
        let place = top * stride + left;
        let (upper, lower) = (&self.pixels[place..place + 2], &self.pixels[place + stride..][..2]);
        let upper = upper[0] + (upper[1] - upper[0]) * share_x;
        let lower = lower[0] + (lower[1] - lower[0]) * share_x;
        upper + (lower - upper) * share_y
    }
}

/// A normalised glyph, turned, bent and shifted in place: stays close to how MNIST looks. Values 0 to 1.
pub fn in_place(random: &mut Pcg64Mcg, source: &Canvas) -> Canvas {
    let middle = source.width as f32 / 2.0;
    let scale = (normal(random) * 0.07).clamp(-0.18, 0.18).exp();
    let mut place = || middle + (normal(random) * 0.8).clamp(-2.5, 2.5);
    let middle = (place(), place());
    let warp = Warp::draw(random, middle, scale, 20.0, 0.9);
    let mut target = Canvas::new(GLYPH_SIZE_PX, GLYPH_SIZE_PX);
    warp.apply(source, &mut target);
    if random.random_bool(0.3) {
        change_stroke(random, &mut target, 2.5);
    }
    if random.random_bool(BROAD_PEN_SHARE) {
        thicken(&mut target);
        if random.random_bool(0.3) {
            thicken(&mut target);
        }
    }
    target
}

/// A digit as it comes out of a scan: a crop of 18 to 48 pixels, with its ink and its faults, not yet normalised.
pub fn as_scanned(random: &mut Pcg64Mcg, source: &Canvas, strength: f32) -> Canvas {
    let Some(bounds) = source.ink_bounds(0.1) else { return source.clone() };
    let reach = bounds.width.max(bounds.height) as f32;
    let size = if random.random_bool(COARSE_SHARE) {
        14.0 + 6.0 * random.random::<f32>()
    } else {
        let least = (reach * 0.6).max(18.0);
        least * (48.0 / least).max(1.0).powf(random.random::<f32>())
    };
    let side = (size * 1.5).ceil() as usize + 6;
    let middle = bounds.center();
    let warp = Warp::draw(random, (middle.x as f32, middle.y as f32), size / reach, reach, strength);
    let mut target = Canvas::new(side, side);
    warp.apply(source, &mut target);
    let steepness = if random.random_bool(0.5) { 1.5 + 3.0 * random.random::<f32>() } else { 20.0 };
    change_stroke(random, &mut target, steepness);
    if size > 26.0 && random.random_bool(0.2) {
        thicken(&mut target);
    }
    match target.ink_bounds(0.2) {
        Some(bounds) => target.cropped(bounds.grown(3).intersection(&whole(&target))),
        None => source.clone(),
    }
}

/// Everything that scanning and taking out lines does to a crop: holes, specks, cut strokes, bits of lines, blur.
pub fn spoil(random: &mut Pcg64Mcg, canvas: &mut Canvas) {
    let (width, height) = (canvas.width as f32, canvas.height as f32);
    let pen = (height / 24.0).clamp(1.0, 3.0);
    if random.random_bool(0.12) {
        let share = random.random::<f64>() * 0.12;
        canvas.pixels.iter_mut().for_each(|pixel| {
            if *pixel > 0.0 && random.random_bool(share) {
                *pixel = 0.0;
            }
        });
    }
    if random.random_bool(0.1) {
        // A ruled line was taken out and took a slice of the digit with it.
        let row = (random.random::<f32>() * height) as usize;
        let end = (row + 1 + (random.random::<f32>() * pen) as usize).min(canvas.height);
        canvas.pixels[row * canvas.width..end * canvas.width].fill(0.0);
    }
    if random.random_bool(0.06) {
        // A piece of a ruled line was left above or below.
        let row = if random.random_bool(0.5) { 2.0 } else { height - 2.0 };
        let start = random.random::<f32>() * width * 0.7;
        let length = width * (0.1 + 0.35 * random.random::<f32>());
        canvas.line((start, row), (start + length, row + normal(random) * 0.5), pen * 0.8);
    }
    if random.random_bool(0.04) {
        // A piece of the side of a comb was left.
        let column = if random.random_bool(0.5) { 1.0 } else { width - 1.0 };
        let start = random.random::<f32>() * height * 0.8;
        canvas.line((column, start), (column, start + height * 0.25 * random.random::<f32>()), pen * 0.8);
    }
    if random.random_bool(0.05) {
        for _ in 0..random.random_range(1..4) {
            let place = (random.random::<f32>() * width, random.random::<f32>() * height);
            canvas.line(place, place, 0.8 + random.random::<f32>());
        }
    }
    if random.random_bool(0.2) {
        blur(canvas);
    }
}

/// Makes strokes thinner or thicker and their edge soft or hard: values are cut at a random level of the soft edge.
fn change_stroke(random: &mut Pcg64Mcg, canvas: &mut Canvas, steepness: f32) {
    let level = 0.28 + 0.34 * random.random::<f32>();
    let before = canvas.mass();
    let cut = |pixel: f32, level: f32| ((pixel - level) * steepness + 0.5).clamp(0.0, 1.0);
    let mut changed: Vec<f32> = canvas.pixels.iter().map(|&pixel| cut(pixel, level)).collect();
    // A thin or faint digit would break up: cut it lower.
    if changed.iter().sum::<f32>() < 0.55 * before {
        let peak = canvas.pixels.iter().copied().fold(0.0, f32::max);
        changed = canvas.pixels.iter().map(|&pixel| cut(pixel, 0.3 * peak)).collect();
    }
    canvas.pixels = changed;
}

/// The greatest of each pixel and its four neighbours.
fn thicken(canvas: &mut Canvas) {
    let (source, width) = (canvas.pixels.clone(), canvas.width);
    for y in 1..canvas.height - 1 {
        for x in 1..width - 1 {
            let place = y * width + x;
            canvas.pixels[place] = source[place]
                .max(source[place - 1].max(source[place + 1]))
                .max(source[place - width].max(source[place + width]));
        }
    }
}

/// The mean of each 3x3 block.
fn blur(canvas: &mut Canvas) {
    let width = canvas.width;
    let mut across = canvas.pixels.clone();
    for (row, source) in across.chunks_exact_mut(width).zip(canvas.pixels.chunks_exact(width)) {
        for x in 1..width.max(2) - 1 {
            row[x] = (source[x - 1] + source[x] + source[x + 1]) / 3.0;
        }
    }
    for y in 1..canvas.height.max(2) - 1 {
        for x in 0..width {
            let place = y * width + x;
            canvas.pixels[place] = (across[place - width] + across[place] + across[place + width]) / 3.0;
        }
    }
}

fn whole(canvas: &Canvas) -> crate::geometry::Rect {
    crate::geometry::Rect::new(0, 0, canvas.width as i32, canvas.height as i32)
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    fn seven() -> Canvas {
        let mut canvas = Canvas::new(28, 28);
        canvas.lines(&[(8.0, 6.0), (20.0, 6.0), (12.0, 24.0)], 2.5);
        canvas
    }

    #[test]
    fn the_same_seed_gives_the_same_version_and_another_seed_another() {
        let version = |seed| {
            let random = &mut Pcg64Mcg::seed_from_u64(seed);
            let mut canvas = as_scanned(random, &seven(), 1.0);
            spoil(random, &mut canvas);
            canvas
        };
        assert_eq!(version(1), version(1));
        assert_ne!(version(1), version(2));
    }

    #[test]
    fn versions_keep_most_of_the_ink_and_some_paper() {
        let random = &mut Pcg64Mcg::seed_from_u64(5);
        for _ in 0..200 {
            let mut scanned = as_scanned(random, &seven(), 1.0);
            spoil(random, &mut scanned);
            let glyph = scanned.to_glyph();
            let inked = glyph.pixels.iter().filter(|&&pixel| pixel > 128).count();
            assert!((25..350).contains(&inked), "{inked}");
            let placed = in_place(random, &seven()).mass();
            assert!((0.4..4.0).contains(&(placed / seven().mass())), "{placed}");
        }
    }

    #[test]
    fn a_warp_that_does_nothing_copies() {
        let warp = Warp { matrix: [1.0, 0.0, 0.0, 1.0], middle: (14.0, 14.0), bends: Default::default() };
        let mut target = Canvas::new(28, 28);
        warp.apply(&seven(), &mut target);
        let difference: f32 = target.pixels.iter().zip(&seven().pixels).map(|(a, b)| (a - b).abs()).sum();
        assert!(difference < 1e-3, "{difference}");
    }

    #[test]
    fn blank_paper_stays_blank() {
        let random = &mut Pcg64Mcg::seed_from_u64(5);
        assert_eq!(as_scanned(random, &Canvas::new(28, 28), 1.0).mass(), 0.0);
    }
}

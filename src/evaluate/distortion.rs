//! What happens to a digit on its way to a reader: the pixels of one image in, the same image shifted, shrunk, inverted, noisy or
//! written with a broader pen out. Nothing here knows how it is read.

use image::GrayImage;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

use crate::style;

/// Directions of a shift, in steps across and down.
const DIRECTIONS: [(i32, i32); 8] = [(1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1)];

/// Strokes are measured and broadened on an image enlarged by this, so that fractions of a pixel count.
const ENLARGEMENT: usize = 4;

/// A change of an image that leaves its meaning as it was.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Distortion {
    /// None.
    Clean,
    /// Moved by so many pixels across, down or both, in eight directions; what leaves the frame is lost.
    Shift(i32),
    /// Half as wide and high, in the middle of the same frame.
    HalfSize,
    /// Ink dark, paper white.
    DarkOnWhite,
    /// Normal noise of this deviation added to each pixel, where 255 is the darkest ink.
    Noise(f64),
    /// Strokes twice as wide: each edge moves outwards by half the mean stroke width of the image, which is its area by half
    /// its perimeter.
    DoubleStroke,
}

impl Distortion {
    /// Those that a reader is tried on, the clean image first.
    pub const ALL: [Distortion; 9] = [
        Distortion::Clean,
        Distortion::Shift(1),
        Distortion::Shift(2),
        Distortion::Shift(3),
        Distortion::Shift(4),
        Distortion::HalfSize,
        Distortion::DarkOnWhite,
        Distortion::Noise(30.0),
        Distortion::DoubleStroke,
    ];

    /// What tables call it.
    pub fn name(self) -> String {
        match self {
            Distortion::Clean => "clean".to_owned(),
            Distortion::Shift(distance) => format!("shifted by {distance} px"),
            Distortion::HalfSize => "half size".to_owned(),
            Distortion::DarkOnWhite => "dark on white".to_owned(),
            Distortion::Noise(deviation) => format!("noise, sigma {deviation}"),
            Distortion::DoubleStroke => "stroke width 200 %".to_owned(),
        }
    }

    /// How many versions of an image there are: one a direction for shifts.
    pub fn versions(self) -> usize {
        if matches!(self, Distortion::Shift(_)) { DIRECTIONS.len() } else { 1 }
    }

    /// A version of an image of `width` pixels a row, ink high. `seed` decides the noise.
    pub fn apply(self, pixels: &[u8], width: usize, version: usize, seed: u64) -> Vec<u8> {
        match self {
            Distortion::Clean => pixels.to_vec(),
            Distortion::Shift(distance) => {
                let (across, down) = DIRECTIONS[version % DIRECTIONS.len()];
                shifted(pixels, width, across * distance, down * distance)
            }
            Distortion::HalfSize => half_size(pixels, width),
            Distortion::DarkOnWhite => pixels.iter().map(|&pixel| 255 - pixel).collect(),
            Distortion::Noise(deviation) => noisy(pixels, deviation, seed),
            Distortion::DoubleStroke => {
                let radius_px = stroke_width_px(pixels, width) / 2.0;
                broadened(pixels, width, radius_px)
            }
        }
    }
}

fn shifted(pixels: &[u8], width: usize, across: i32, down: i32) -> Vec<u8> {
    let height = pixels.len() / width.max(1);
    let source = |x: usize, y: usize| {
        let (x, y) = (x as i32 - across, y as i32 - down);
        let is_inside = (0..width as i32).contains(&x) && (0..height as i32).contains(&y);
        if is_inside { pixels[y as usize * width + x as usize] } else { 0 }
    };
    (0..pixels.len()).map(|place| source(place % width, place / width)).collect()
}

fn half_size(pixels: &[u8], width: usize) -> Vec<u8> {
    let height = pixels.len() / width.max(1);
    let mut small = vec![0; pixels.len()];
    for (y, x) in (0..height / 2).flat_map(|y| (0..width / 2).map(move |x| (y, x))) {
        let block = [(0, 0), (0, 1), (1, 0), (1, 1)];
        let sum: u32 = block.iter().map(|(dy, dx)| u32::from(pixels[(2 * y + dy) * width + 2 * x + dx])).sum();
        small[(y + height / 4) * width + x + width / 4] = ((sum + 2) / 4) as u8;
    }
    small
}

/// Normal noise by the polar-free form of Box and Muller (1958), from `libm`, so that every machine adds the same.
fn noisy(pixels: &[u8], deviation: f64, seed: u64) -> Vec<u8> {
    let mut random = Pcg64Mcg::seed_from_u64(seed);
    let mut normal = || {
        let radius = libm::sqrt(-2.0 * libm::log(1.0 - random.random::<f64>()));
        radius * libm::cos(std::f64::consts::TAU * random.random::<f64>())
    };
    pixels.iter().map(|&pixel| (f64::from(pixel) + deviation * normal()).round().clamp(0.0, 255.0) as u8).collect()
}

/// The mean width of the strokes of an image in pixels: area by half the perimeter of what has at least half the darkest ink;
/// see [`style::stroke_width_px`]. 0 without ink.
pub fn stroke_width_px(pixels: &[u8], width: usize) -> f64 {
    let (columns, peak) = ((width * ENLARGEMENT) as u32, pixels.iter().copied().max().unwrap_or(0));
    let is_ink = |&value: &u8| if peak > 0 && 2 * u16::from(value) >= u16::from(peak) { 255 } else { 0 };
    let mask: Vec<u8> = enlarged(pixels, width).iter().map(is_ink).collect();
    let rows = mask.len() as u32 / columns.max(1);
    let mask = GrayImage::from_raw(columns, rows, mask).unwrap_or_default();
    f64::from(style::stroke_width_px(&mask)) / ENLARGEMENT as f64
}

/// Ink grown by a radius in all directions: the greatest value within it.
fn broadened(pixels: &[u8], width: usize, radius_px: f64) -> Vec<u8> {
    let large = enlarged(pixels, width);
    let (columns, rows) = (width * ENLARGEMENT, large.len() / (width * ENLARGEMENT).max(1));
    let radius = radius_px * ENLARGEMENT as f64;
    let mut grown = large.clone();
    for down in -(radius as i32)..=radius as i32 {
        let half = (radius * radius - f64::from(down * down)).max(0.0).sqrt() as usize;
        for y in 0..rows {
            let source_y = y as i32 + down;
            if !(0..rows as i32).contains(&source_y) {
                continue;
            }
            let source = &large[source_y as usize * columns..][..columns];
            for (x, value) in grown[y * columns..][..columns].iter_mut().enumerate() {
                let window = &source[x.saturating_sub(half)..(x + half + 1).min(columns)];
                *value = window.iter().copied().fold(*value, u8::max);
            }
        }
    }
    averaged(&grown, width)
}

/// The image with each pixel as a block, values between the middles of pixels in proportion.
fn enlarged(pixels: &[u8], width: usize) -> Vec<u8> {
    let height = pixels.len() / width.max(1);
    let place = |at: usize, size: usize| {
        let at = ((at as f32 + 0.5) / ENLARGEMENT as f32 - 0.5).clamp(0.0, size as f32 - 1.0);
        (at as usize, (at as usize + 1).min(size - 1), at.fract())
    };
    let mut large = Vec::with_capacity(pixels.len() * ENLARGEMENT * ENLARGEMENT);
    for y in 0..height * ENLARGEMENT {
        let (upper, lower, down) = place(y, height);
        for x in 0..width * ENLARGEMENT {
            let (left, right, across) = place(x, width);
            let between = |row: usize| {
                let (a, b) = (f32::from(pixels[row * width + left]), f32::from(pixels[row * width + right]));
                a + (b - a) * across
            };
            large.push((between(upper) + (between(lower) - between(upper)) * down).round() as u8);
        }
    }
    large
}

/// The mean of each block.
fn averaged(large: &[u8], width: usize) -> Vec<u8> {
    let columns = width * ENLARGEMENT;
    let height = large.len() / (columns * ENLARGEMENT).max(1);
    let block = |x: usize, y: usize| -> u32 {
        let rows =
            (0..ENLARGEMENT).map(|dy| &large[(y * ENLARGEMENT + dy) * columns + x * ENLARGEMENT..][..ENLARGEMENT]);
        rows.flatten().map(|&value| u32::from(value)).sum()
    };
    let size = (ENLARGEMENT * ENLARGEMENT) as u32;
    (0..width * height).map(|place| ((block(place % width, place / width) + size / 2) / size) as u8).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A bar three pixels wide, 14 long, in a frame of 28.
    fn bar() -> Vec<u8> {
        (0..784)
            .map(|place| (place % 28, place / 28))
            .map(|(x, y)| ink((12..15).contains(&x) && (7..21).contains(&y)))
            .collect()
    }

    fn ink(is_ink: bool) -> u8 {
        if is_ink { 240 } else { 0 }
    }

    #[test]
    fn shifts_go_into_every_direction_and_lose_what_leaves() {
        let versions: Vec<Vec<u8>> = (0..8).map(|version| Distortion::Shift(3).apply(&bar(), 28, version, 0)).collect();
        assert!((0..8).all(|a| (0..a).all(|b| versions[a] != versions[b])));
        assert_eq!(versions[0][7 * 28 + 15], 240);
        assert!(
            (0..8).all(|version| Distortion::Shift(28).apply(&bar(), 28, version, 0).iter().all(|&pixel| pixel == 0))
        );
        assert_eq!((Distortion::Shift(3).versions(), Distortion::HalfSize.versions()), (8, 1));
    }

    #[test]
    fn half_size_keeps_the_middle_and_dark_on_white_turns_the_values() {
        let small = Distortion::HalfSize.apply(&bar(), 28, 0, 0);
        let rows: Vec<usize> = (0..28).filter(|row| small[row * 28..][..28].iter().any(|&pixel| pixel > 0)).collect();
        assert_eq!((rows.first(), rows.last()), (Some(&10), Some(&17)));
        assert_eq!(Distortion::DarkOnWhite.apply(&[0, 240], 2, 0, 0), [255, 15]);
    }

    #[test]
    fn noise_has_its_deviation_and_hangs_on_the_seed_alone() {
        let grey = vec![128; 10_000];
        let noisy = Distortion::Noise(30.0).apply(&grey, 100, 0, 7);
        let squares: f64 = noisy.iter().map(|&value| (f64::from(value) - 128.0).powi(2)).sum();
        assert!(((squares / 1e4).sqrt() - 30.0).abs() < 1.0);
        assert_eq!(noisy, Distortion::Noise(30.0).apply(&grey, 100, 0, 7));
        assert_ne!(noisy, Distortion::Noise(30.0).apply(&grey, 100, 0, 8));
    }

    #[test]
    fn strokes_become_twice_as_wide() {
        // The ends of the bar add to its outline: 3 x 14 pixels have 42 / 17 of it.
        let before = stroke_width_px(&bar(), 28);
        assert!((before - 42.0 / 17.0).abs() < 0.1, "{before}");
        let broad = Distortion::DoubleStroke.apply(&bar(), 28, 0, 0);
        let across = broad[14 * 28..][..28].iter().map(|&pixel| f64::from(pixel)).sum::<f64>() / 240.0;
        assert!((across - 3.0 - before).abs() < 0.3, "{across}");
        assert_eq!(stroke_width_px(&[0; 784], 28), 0.0);
    }
}

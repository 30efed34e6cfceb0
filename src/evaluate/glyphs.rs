//! Labelled images as the reader gets them: images of any size in, [`Glyph`]s out.

use image::GrayImage;

use crate::evaluate::paper;
use crate::geometry::Rect;
use crate::glyph::{GLYPH_SIZE_PX, Glyph, INK_SIZE_PX, normalise};
use crate::idx::LabelledImages;

/// How far, in pixels, the centre of mass of a glyph of MNIST may lie from the middle of its frame (measured: 1.0).
const CENTRE_TOLERANCE_PX: f32 = 1.05;

/// The glyphs of a part. Dark ink on white paper is turned round. Images of 28x28 that are normalised already (longest side
/// 20 px, mass in the middle, as in MNIST) are then taken as they are; all others lose the grain or the noise of their paper
/// and are normalised as the crops of a scan are.
pub fn glyphs(images: &LabelledImages) -> Vec<Glyph> {
    (0..images.len()).map(|index| glyph(images, index)).collect()
}

/// One of [`glyphs`].
pub fn glyph(images: &LabelledImages, index: usize) -> Glyph {
    glyph_of(images.image(index), images.width, images.height)
}

/// The glyph of one image of this size, as [`glyphs`] makes it.
pub fn glyph_of(pixels: &[u8], width: usize, height: usize) -> Glyph {
    let turned = paper::turned_ink_high(pixels, width);
    let pixels = turned.as_deref().unwrap_or(pixels);
    let frame = Rect::new(0, 0, width as i32, height as i32);
    if width == GLYPH_SIZE_PX && height == GLYPH_SIZE_PX && is_normalised(pixels) {
        let mut glyph = Glyph { pixels: Box::new([0; GLYPH_SIZE_PX * GLYPH_SIZE_PX]), origin: frame };
        glyph.pixels.copy_from_slice(pixels);
        return glyph;
    }
    let noise = paper::noise_deviation(pixels, width);
    let clean = if noise > 0.0 { paper::without_noise(pixels, width, noise) } else { without_paper(pixels) };
    let image = GrayImage::from_raw(width as u32, height as u32, clean).unwrap_or_default();
    normalise(&image, frame)
}

/// The pixels with the grain of the paper set to 0.
pub fn without_paper(pixels: &[u8]) -> Vec<u8> {
    let peak = pixels.iter().copied().max().unwrap_or(0);
    let level = (f32::from(peak) * paper::GRAIN_SHARE) as u8;
    pixels.iter().map(|&pixel| if pixel > level { pixel } else { 0 }).collect()
}

/// Whether a 28x28 image has the size and the place that MNIST gives to ink.
fn is_normalised(pixels: &[u8]) -> bool {
    let (mut mass, mut moment_x, mut moment_y) = (0f32, 0f32, 0f32);
    let (mut left, mut right, mut top, mut bottom) = (GLYPH_SIZE_PX, 0, GLYPH_SIZE_PX, 0);
    for (place, &pixel) in pixels.iter().enumerate().filter(|(_, pixel)| **pixel > 0) {
        let (x, y) = (place % GLYPH_SIZE_PX, place / GLYPH_SIZE_PX);
        (left, right, top, bottom) = (left.min(x), right.max(x + 1), top.min(y), bottom.max(y + 1));
        mass += f32::from(pixel);
        moment_x += f32::from(pixel) * x as f32;
        moment_y += f32::from(pixel) * y as f32;
    }
    let middle = GLYPH_SIZE_PX as f32 / 2.0;
    let centred = |moment: f32| (moment / mass - middle).abs() < CENTRE_TOLERANCE_PX;
    let longest = right.saturating_sub(left).max(bottom.saturating_sub(top));
    mass > 0.0 && (INK_SIZE_PX - 1..=INK_SIZE_PX).contains(&longest) && centred(moment_x) && centred(moment_y)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::distortion::Distortion;

    fn images(size: usize, ink: impl Fn(usize, usize) -> u8) -> LabelledImages {
        let pixels = (0..size * size).map(|place| ink(place % size, place / size)).collect();
        LabelledImages { width: size, height: size, pixels, labels: vec![1], ..LabelledImages::default() }
    }

    fn bar(x: usize, y: usize, left: usize, top: usize) -> u8 {
        if (left..left + 4).contains(&x) && (top..top + 20).contains(&y) { 250 } else { 0 }
    }

    #[test]
    fn normalised_images_stay_and_others_are_normalised() {
        let centred = images(28, |x, y| bar(x, y, 12, 4));
        assert_eq!(glyphs(&centred)[0].pixels.as_slice(), centred.pixels);
        let shifted = images(28, |x, y| bar(x, y, 20, 4));
        assert_ne!(glyphs(&shifted)[0].pixels.as_slice(), shifted.pixels);
        assert!(glyphs(&shifted)[0].pixels[14 * 28 + 14] > 200);
    }

    #[test]
    fn dark_on_white_and_noisy_images_give_the_glyph_of_the_clean_one() {
        let clean = images(28, |x, y| bar(x, y, 12, 4));
        let inverted: Vec<u8> = clean.pixels.iter().map(|&pixel| 255 - pixel).collect();
        let ink = |glyph: &Glyph| glyph.pixels.iter().filter(|&&pixel| pixel > 128).count() as i32;
        // Its paper is 0 again, so it is normalised already.
        assert_eq!(ink(&glyph_of(&inverted, 28, 28)), 80);
        let noisy = Distortion::Noise(30.0).apply(&clean.pixels, 28, 0, 3);
        assert!((ink(&glyph_of(&noisy, 28, 28)) - 80).abs() < 30);
    }

    #[test]
    fn grain_does_not_shrink_a_digit() {
        let clean = images(64, |x, y| bar(x, y, 30, 20));
        let grainy = images(64, |x, y| bar(x, y, 30, 20).max(((x * 7 + y * 13) % 40) as u8));
        let (clean, grainy) = (&glyphs(&clean)[0], &glyphs(&grainy)[0]);
        assert_eq!(clean, grainy);
    }
}

//! Decoded samples in, [`Pixels`] out: alpha laid over white paper, CMYK made RGB, 16 bit made 8, grey kept grey.

use image::{GrayImage, RgbImage};

use super::Pixels;
use super::fault::{Fault, Outcome};

/// One sample a pixel.
pub(super) fn grey(width: u32, height: u32, samples: Vec<u8>) -> Outcome<Pixels> {
    GrayImage::from_raw(width, height, samples).map(Pixels::Grey).ok_or_else(too_few)
}

/// Red, green, blue; a picture whose channels are equal everywhere comes out grey, which costs a third from here on.
/// The check ends at the first coloured pixel.
pub(super) fn colour(width: u32, height: u32, samples: Vec<u8>) -> Outcome<Pixels> {
    let (triples, _) = samples.as_chunks::<3>();
    if triples.iter().all(|[red, green, blue]| red == green && green == blue) {
        return grey(width, height, triples.iter().map(|triple| triple[0]).collect());
    }
    RgbImage::from_raw(width, height, samples).map(Pixels::Colour).ok_or_else(too_few)
}

fn too_few() -> Fault {
    Fault::cut_short("the picture")
}

/// The value over white paper of a value that covers `alpha` of 255.
pub(super) fn over_white(value: u8, alpha: u8) -> u8 {
    let (value, alpha) = (u32::from(value), u32::from(alpha));
    ((value * alpha + 255 * (255 - alpha) + 127) / 255) as u8
}

/// Grey and alpha to grey.
pub(super) fn flatten_grey(samples: &[u8]) -> Vec<u8> {
    samples.as_chunks::<2>().0.iter().map(|[value, alpha]| over_white(*value, *alpha)).collect()
}

/// Red, green, blue and alpha to red, green, blue.
pub(super) fn flatten_colour(samples: &[u8]) -> Vec<u8> {
    let (pixels, _) = samples.as_chunks::<4>();
    pixels
        .iter()
        .flat_map(|[red, green, blue, alpha]| [*red, *green, *blue].map(|value| over_white(value, *alpha)))
        .collect()
}

/// Cyan, magenta, yellow and black (255 for full ink) to red, green, blue: the plain product, without an ink profile.
pub(super) fn cmyk_to_rgb([cyan, magenta, yellow, black]: [u8; 4]) -> [u8; 3] {
    let paper = 255 - u32::from(black);
    [cyan, magenta, yellow].map(|ink| (((255 - u32::from(ink)) * paper + 127) / 255) as u8)
}

/// 16 bit to the nearest 8 bit value.
pub(super) fn narrow(value: u16) -> u8 {
    ((u32::from(value) + 128) / 257) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alpha_lies_on_white() {
        assert_eq!(flatten_grey(&[0, 255, 0, 0, 0, 128]), [0, 255, 127]);
        assert_eq!(flatten_colour(&[10, 20, 30, 255, 10, 20, 30, 0]), [10, 20, 30, 255, 255, 255]);
    }

    #[test]
    fn inks_become_light() {
        assert_eq!(cmyk_to_rgb([0, 0, 0, 0]), [255, 255, 255]);
        assert_eq!(cmyk_to_rgb([255, 0, 0, 0]), [0, 255, 255]);
        assert_eq!(cmyk_to_rgb([0, 0, 0, 255]), [0, 0, 0]);
    }

    #[test]
    fn sixteen_bits_become_eight() {
        assert_eq!([0, 128, 129, 257, 0xFFFF].map(narrow), [0, 0, 1, 1, 255]);
    }

    #[test]
    fn equal_channels_are_grey() {
        assert!(matches!(colour(2, 1, vec![7, 7, 7, 9, 9, 9]), Ok(Pixels::Grey(_))));
        assert!(matches!(colour(2, 1, vec![7, 7, 7, 9, 9, 8]), Ok(Pixels::Colour(_))));
        assert!(colour(2, 2, vec![7, 7, 7]).is_err());
    }
}

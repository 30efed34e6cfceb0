//! Stored pixels in, upright pixels out: the eight orientations of EXIF, TIFF and PDF.

use image::{GrayImage, RgbImage};

use super::Pixels;
use super::fault::{Fault, Outcome};

/// How stored pixels become upright: first rows and columns change places, then the picture is mirrored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Orientation {
    /// Rows become columns.
    pub(super) transpose: bool,
    /// Left and right change places, after the transposition.
    pub(super) flip_x: bool,
    /// Top and bottom change places, after the transposition.
    pub(super) flip_y: bool,
}

/// Edge in pixels of the squares in which a picture is transposed, so that the rows written stay in the cache.
const BLOCK: usize = 32;

impl Orientation {
    /// The orientation that the tag 0x0112 of EXIF and TIFF names; values out of 1 to 8 mean upright.
    pub(super) fn from_tag(value: u64) -> Self {
        let (transpose, flip_x, flip_y) = match value {
            2 => (false, true, false),
            3 => (false, true, true),
            4 => (false, false, true),
            5 => (true, false, false),
            6 => (true, true, false),
            7 => (true, true, true),
            8 => (true, false, true),
            _ => (false, false, false),
        };
        Self { transpose, flip_x, flip_y }
    }

    /// Turns a picture upright.
    pub(super) fn apply(self, pixels: Pixels) -> Outcome<Pixels> {
        if self == Self::default() {
            return Ok(pixels);
        }
        let lost = || Fault::damaged("the picture cannot be turned; scan the paper again");
        match pixels {
            Pixels::Grey(image) => {
                let (width, height, samples) = self.turn::<1>(image.width(), image.height(), image.into_raw());
                GrayImage::from_raw(width, height, samples).map(Pixels::Grey).ok_or_else(lost)
            }
            Pixels::Colour(image) => {
                let (width, height, samples) = self.turn::<3>(image.width(), image.height(), image.into_raw());
                RgbImage::from_raw(width, height, samples).map(Pixels::Colour).ok_or_else(lost)
            }
        }
    }

    fn turn<const N: usize>(self, width: u32, height: u32, samples: Vec<u8>) -> (u32, u32, Vec<u8>) {
        let (width, height, mut samples) = if self.transpose {
            (height, width, transposed::<N>(&samples, width as usize, height as usize))
        } else {
            (width, height, samples)
        };
        let row_bytes = width as usize * N;
        if self.flip_x {
            for row in samples.chunks_exact_mut(row_bytes) {
                row.as_chunks_mut::<N>().0.reverse();
            }
        }
        if self.flip_y {
            let rows = height as usize;
            let (upper, lower) = samples.split_at_mut(rows.div_ceil(2) * row_bytes);
            let pairs = upper.chunks_exact_mut(row_bytes).zip(lower.chunks_exact_mut(row_bytes).rev());
            pairs.for_each(|(above, below)| above.swap_with_slice(below));
        }
        (width, height, samples)
    }
}

fn transposed<const N: usize>(samples: &[u8], width: usize, height: usize) -> Vec<u8> {
    let source = samples.as_chunks::<N>().0;
    let mut output = vec![0; samples.len()];
    let target = output.as_chunks_mut::<N>().0;
    for top in (0..height).step_by(BLOCK) {
        for left in (0..width).step_by(BLOCK) {
            for x in left..(left + BLOCK).min(width) {
                for y in top..(top + BLOCK).min(height) {
                    target[x * height + y] = source[y * width + x];
                }
            }
        }
    }
    output
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Draws the letter-like pattern `ab` over `cd` over `ef` in the given orientation.
    fn turned(tag: u64) -> (u32, String) {
        let image = GrayImage::from_raw(2, 3, b"abcdef".to_vec()).expect("six pixels");
        match Orientation::from_tag(tag).apply(Pixels::Grey(image)).expect("turns") {
            Pixels::Grey(image) => (image.width(), String::from_utf8(image.into_raw()).expect("letters")),
            Pixels::Colour(_) => panic!("grey stays grey"),
        }
    }

    #[test]
    fn eight_orientations() {
        let drawn: Vec<(u32, String)> = (1..=8).map(turned).collect();
        let expected = [
            (2, "abcdef"),
            (2, "badcfe"),
            (2, "fedcba"),
            (2, "efcdab"),
            (3, "acebdf"),
            (3, "ecafdb"),
            (3, "fdbeca"),
            (3, "bdface"),
        ];
        assert_eq!(drawn, expected.map(|(width, letters)| (width, letters.to_owned())));
        assert_eq!(turned(99), turned(1));
    }

    #[test]
    fn large_colour_pictures_turn_back() {
        let image = RgbImage::from_fn(71, 45, |x, y| image::Rgb([x as u8, y as u8, (x * y) as u8]));
        let once = Orientation::from_tag(6).apply(Pixels::Colour(image.clone())).expect("turns");
        match Orientation::from_tag(8).apply(once).expect("turns") {
            Pixels::Colour(back) => assert_eq!(back, image),
            Pixels::Grey(_) => panic!("colour stays colour"),
        }
    }
}

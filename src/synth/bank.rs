//! Where handwritten digits come from: the built-in set or an idx folder in, single 28x28 digits out.
//!
//! Which digit of the bank stands where on a scan, and how it is bent and inked, is decided in [`super::hand`].

use std::path::Path;

use crate::error::{Error, Result};
use crate::idx::{self, LabelledImages};

/// Side of a digit in the bank, in pixels: MNIST's.
pub(super) const SIDE: usize = 28;

const BUILT_IN_IMAGES: &[u8] = include_bytes!("digits/npm-images-idx3-ubyte.gz");
const BUILT_IN_LABELS: &[u8] = include_bytes!("digits/npm-labels-idx1-ubyte.gz");

/// Handwritten digits, sorted by class, 28x28 pixels each, ink high (0 paper, 255 full ink).
#[derive(Clone, Debug)]
pub struct DigitBank {
    classes: [Vec<Specimen>; 10],
}

/// One handwritten digit of the bank.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Specimen {
    /// 28x28 values, row by row, ink high.
    pub(super) pixels: Vec<u8>,
    /// Width of its pen stroke, in pixels of the 28.
    pub(super) stroke_px: f64,
}

impl DigitBank {
    /// The 3,000 digits that come with the program, 300 a class; `src/synth/digits/README.md` tells their origin.
    ///
    /// # Errors
    /// [`Error::Data`] if the program itself is damaged.
    pub fn built_in() -> Result<Self> {
        let (sizes, pixels) = idx::decode(Path::new("the built-in digits.gz"), BUILT_IN_IMAGES, 3)?;
        let (_, labels) = idx::decode(Path::new("the built-in labels.gz"), BUILT_IN_LABELS, 1)?;
        let part = "npm".to_owned();
        let images = LabelledImages { part, width: sizes[2], height: sizes[1], pixels, labels, writers: None };
        Self::from_images(&[images], Path::new("the built-in digits"))
    }

    /// The digits of an idx folder such as MNIST's: of one part of it (`t10k`), or of all parts together.
    ///
    /// Labels above 9 (symbols, letters) are left out.
    ///
    /// # Errors
    /// [`Error::Data`] if the folder cannot be read, its images are not 28x28, or a digit from 0 to 9 is missing.
    pub fn from_folder(folder: &Path, part: Option<&str>) -> Result<Self> {
        let parts = match part {
            Some(part) => vec![idx::read_part(folder, part)?],
            None => idx::read_folder(folder)?,
        };
        Self::from_images(&parts, folder)
    }

    /// The number of digits of one class, from 0 to 9.
    pub fn count(&self, digit: u8) -> usize {
        self.classes.get(usize::from(digit)).map_or(0, Vec::len)
    }

    /// All digits of one class; the class is never empty.
    pub(super) fn class(&self, digit: u8) -> &[Specimen] {
        &self.classes[usize::from(digit)]
    }

    fn from_images(parts: &[LabelledImages], origin: &Path) -> Result<Self> {
        let fault = |reason: String| Error::Data { path: origin.to_owned(), reason };
        let mut classes: [Vec<Specimen>; 10] = Default::default();
        for part in parts {
            if (part.width, part.height) != (SIDE, SIDE) {
                let (width, height) = (part.width, part.height);
                return Err(fault(format!("its images are {width}x{height} pixels, digits of 28x28 are needed")));
            }
            for (index, &label) in part.labels.iter().enumerate() {
                if let Some(class) = classes.get_mut(usize::from(label)) {
                    let pixels = part.image(index).to_vec();
                    class.push(Specimen { stroke_px: stroke_width_px(&pixels), pixels });
                }
            }
        }
        match classes.iter().position(Vec::is_empty) {
            Some(digit) => {
                Err(fault(format!("holds no image of the digit {digit}; give a folder with all ten digits")))
            }
            None => Ok(Self { classes }),
        }
    }
}

/// Twice the area over the outline: the width of a long stroke.
fn stroke_width_px(pixels: &[u8]) -> f64 {
    let inked = |x: usize, y: usize| pixels[y * SIDE + x] > 127;
    let mut area = 0;
    let mut outline = 0;
    for y in 1..SIDE - 1 {
        for x in 1..SIDE - 1 {
            if inked(x, y) {
                area += 1;
                let neighbours = [inked(x - 1, y), inked(x + 1, y), inked(x, y - 1), inked(x, y + 1)];
                outline += neighbours.iter().filter(|&&ink| !ink).count();
            }
        }
    }
    // Counting pixel edges makes a slanted outline longer than it is, by 4/pi on average over all directions.
    2.0 * area as f64 / (outline.max(1) as f64 * std::f64::consts::FRAC_PI_4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_bank_has_300_of_each_class_with_ink_high() -> Result<()> {
        let bank = DigitBank::built_in()?;
        for digit in 0..10 {
            assert_eq!(bank.count(digit), 300);
            for specimen in bank.class(digit) {
                let corner = specimen.pixels[0];
                let most = specimen.pixels.iter().max();
                assert!(corner == 0 && most > Some(&200), "digit {digit}: corner {corner}, most {most:?}");
                let inked = specimen.pixels.iter().filter(|&&value| value > 127).count();
                assert!((15..350).contains(&inked), "digit {digit}: {inked} of 784 pixels inked");
            }
        }
        assert_eq!(bank.count(10), 0);
        Ok(())
    }

    #[test]
    fn the_width_of_a_bar_is_measured() {
        let bar: Vec<u8> =
            (0..SIDE * SIDE).map(|i| if (12..15).contains(&(i % SIDE)) && i / SIDE > 3 { 255 } else { 0 }).collect();
        let width = stroke_width_px(&bar);
        assert!((width - 3.0 * 4.0 / std::f64::consts::PI).abs() < 0.5, "{width}");
    }

    #[test]
    fn a_folder_without_all_digits_says_which_is_missing() -> Result<()> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let labels: Vec<u8> = (0..9).collect();
        let pixels = vec![255; 9 * SIDE * SIDE];
        let part = "t10k".to_owned();
        idx::write_part(
            folder.path(),
            &LabelledImages { part, width: SIDE, height: SIDE, pixels, labels, writers: None },
        )?;
        let message = DigitBank::from_folder(folder.path(), Some("t10k")).expect_err("9 is missing").to_string();
        assert!(message.contains("digit 9"), "{message}");
        Ok(())
    }
}

//! How well a reader bears distorted images: a reader and labelled images in, its accuracy under each distortion out.
//!
//! Distorted images go through the same door as all others that are measured ([`glyphs::glyph`]).

use std::panic::resume_unwind;

use crate::error::Result;
use crate::evaluate::distortion::Distortion;
use crate::evaluate::glyphs;
use crate::glyph::Glyph;
use crate::idx::LabelledImages;
use crate::reader::{Class, DigitReader};

/// The accuracy under one distortion.
#[derive(Clone, Debug, PartialEq)]
pub struct RobustnessRow {
    /// What was done to the images.
    pub distortion: Distortion,
    /// Digits read, all versions counted.
    pub images: usize,
    /// Of these, read as their digit where symbols and "no digit" count as well.
    pub right: usize,
    /// Of these, how many have their digit as the most probable of the ten.
    pub right_among_digits: usize,
}

impl RobustnessRow {
    /// The strict accuracy, 0 to 1.
    pub fn accuracy(&self) -> f64 {
        self.right as f64 / self.images.max(1) as f64
    }

    fn plus(self, other: &Self) -> Self {
        Self {
            images: self.images + other.images,
            right: self.right + other.right,
            right_among_digits: self.right_among_digits + other.right_among_digits,
            ..self
        }
    }

    /// The accuracy among the ten digits, 0 to 1.
    pub fn accuracy_among_digits(&self) -> f64 {
        self.right_among_digits as f64 / self.images.max(1) as f64
    }
}

/// Measures a reader under every distortion of [`Distortion::ALL`], in that order, on the images that are digits. The noise
/// of an image hangs on its place in the part alone. At most `threads` threads share the work; the result does not depend on
/// their number.
///
/// # Errors
/// [`crate::error::Error::Model`] if the reader fails.
pub fn robustness(
    reader: &dyn DigitReader,
    images: &LabelledImages,
    classes: &[Class],
    threads: usize,
) -> Result<Vec<RobustnessRow>> {
    let digits: Vec<(usize, u8)> = classes
        .iter()
        .enumerate()
        .filter_map(|(index, class)| if let Class::Digit(digit) = class { Some((index, *digit)) } else { None })
        .collect();
    let share = digits.len().div_ceil(threads.max(1)).max(1);
    let row = |distortion: &Distortion| {
        let shares: Vec<Result<RobustnessRow>> = std::thread::scope(|scope| {
            let start = |digits| scope.spawn(move || row(reader, images, digits, *distortion));
            let workers: Vec<_> = digits.chunks(share).map(start).collect();
            workers.into_iter().map(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
        });
        let nothing = RobustnessRow { distortion: *distortion, images: 0, right: 0, right_among_digits: 0 };
        shares.into_iter().try_fold(nothing, |sum, part| part.map(|part| sum.plus(&part)))
    };
    Distortion::ALL.iter().map(row).collect()
}

fn row(
    reader: &dyn DigitReader,
    images: &LabelledImages,
    digits: &[(usize, u8)],
    distortion: Distortion,
) -> Result<RobustnessRow> {
    let mut row = RobustnessRow { distortion, images: 0, right: 0, right_among_digits: 0 };
    for version in 0..distortion.versions() {
        let distorted: Vec<Glyph> = digits
            .iter()
            .map(|&(index, _)| {
                let pixels = distortion.apply(images.image(index), images.width, version, index as u64);
                glyphs::glyph_of(&pixels, images.width, images.height)
            })
            .collect();
        for (reading, &(_, digit)) in reader.read(&distorted)?.iter().zip(digits) {
            row.images += 1;
            row.right += usize::from(reading.best().0 == Class::Digit(digit));
            row.right_among_digits += usize::from(reading.best_digit().0 == digit);
        }
    }
    Ok(row)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reader::Reading;

    /// Takes what has ink in the middle for a 1 and all else for nothing.
    struct MiddleReader;

    impl DigitReader for MiddleReader {
        fn name(&self) -> &str {
            "middle"
        }

        fn read(&self, glyphs: &[Glyph]) -> Result<Vec<Reading>> {
            let class = |glyph: &Glyph| {
                if glyph.pixels[14 * 28 + 14] > 100 { Class::Digit(1) } else { Class::NotADigit }
            };
            let reading = |glyph: &Glyph| {
                let mut probabilities = [0.0; crate::reader::CLASS_COUNT];
                probabilities[class(glyph).index()] = 1.0;
                Reading { probabilities }
            };
            Ok(glyphs.iter().map(reading).collect())
        }
    }

    #[test]
    fn every_distortion_is_measured_on_all_digits_whatever_the_threads() -> Result<()> {
        let bar = |place: usize| {
            let (x, y) = (place % 28, place / 28);
            if (12..16).contains(&x) && (4..24).contains(&y) { 250 } else { 0 }
        };
        let pixels: Vec<u8> = (0..3).flat_map(|_| (0..784).map(bar)).collect();
        let images =
            LabelledImages { width: 28, height: 28, pixels, labels: vec![1, 2, 0], ..LabelledImages::default() };
        let classes = [Class::Digit(1), Class::Digit(2), Class::NotADigit];
        let rows = robustness(&MiddleReader, &images, &classes, 1)?;
        assert_eq!(rows, robustness(&MiddleReader, &images, &classes, 2)?);
        assert_eq!(rows.len(), Distortion::ALL.len());
        for row in &rows {
            assert_eq!((row.images, row.right), (2 * row.distortion.versions(), row.distortion.versions()), "{row:?}");
        }
        assert_eq!(rows[0].accuracy(), 0.5);
        Ok(())
    }
}

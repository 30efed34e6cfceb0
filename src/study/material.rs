//! What the networks of a study are trained and measured on: folders in, pixels and classes out.

use std::path::PathBuf;

use image::GrayImage;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_pcg::Pcg64Mcg;

use crate::error::{Error, Result};
use crate::evaluate::{LabelledGlyphs, labelled};
use crate::geometry::Rect;
use crate::glyph::{Glyph, normalise};
use crate::reader::Class;
use crate::train::canvas::Canvas;
use crate::train::samples::{Samples, Source};

/// Decides which images are taken where there are more than asked for: the same for every run of every study.
const CHOICE_SEED: u64 = 1;

/// Images for all runs of a study: normalised digits, not distorted.
#[derive(Clone, Debug, Default)]
pub struct Material {
    /// 28x28 values from 0 (paper) to 1 (ink) an image.
    pub(super) pixels: Vec<f32>,
    /// The digit of each image.
    pub(super) classes: Vec<usize>,
    /// Images that no run is trained on.
    pub(super) validation: LabelledGlyphs,
    /// The test part, where one was named.
    pub(super) test: Option<LabelledGlyphs>,
}

impl Material {
    /// Reads the digits of some folders: what `train` keeps for validation is kept for it here too, and `images` of the rest
    /// at most are drawn for training. `test` is the name of a part to be measured too.
    ///
    /// # Errors
    /// [`Error::Data`] if a folder cannot be read, or holds no digits to train on or to validate with.
    pub fn read(data: &[PathBuf], test: Option<&str>, images: Option<usize>) -> Result<Self> {
        let samples = Samples::read(data)?;
        let mut material = Self::default();
        let mut all: Vec<(Glyph, usize)> = samples.digits.iter().flat_map(digits).collect();
        all.shuffle(&mut Pcg64Mcg::seed_from_u64(CHOICE_SEED));
        for (glyph, digit) in all.into_iter().take(images.unwrap_or(usize::MAX)) {
            material.add(&glyph, digit);
        }
        for part in samples.validation {
            part.glyphs.into_iter().zip(part.classes).for_each(|(glyph, class)| material.validation.add(glyph, class));
        }
        if material.validation.glyphs.is_empty() {
            let path = data.first().cloned().unwrap_or_default();
            let reason = "holds too few digits to keep some for validation; give at least 12 of each".to_owned();
            return Err(Error::Data { path, reason });
        }
        if let Some(part) = test {
            let mut digits = LabelledGlyphs { part: part.to_owned(), ..LabelledGlyphs::default() };
            for glyphs in data.iter().map(|folder| labelled(folder, Some(part))) {
                glyphs?.into_iter().for_each(|part| {
                    part.glyphs.into_iter().zip(part.classes).for_each(|(glyph, class)| digits.add(glyph, class));
                });
            }
            material.test = Some(digits);
        }
        Ok(material)
    }

    /// How many images there are to train on.
    pub fn train_images(&self) -> usize {
        self.classes.len()
    }

    /// How many images there are to validate with.
    pub fn validation_images(&self) -> usize {
        self.validation.glyphs.len()
    }

    fn add(&mut self, glyph: &Glyph, digit: usize) {
        self.pixels.extend(glyph.pixels.iter().map(|&pixel| f32::from(pixel) / 255.0));
        self.classes.push(digit);
    }
}

impl LabelledGlyphs {
    /// Adds a glyph if it is a digit.
    fn add(&mut self, glyph: Glyph, class: Class) {
        if matches!(class, Class::Digit(_)) {
            self.glyphs.push(glyph);
            self.classes.push(class);
        }
    }
}

/// The digits of a source, normalised.
fn digits(source: &Source) -> Vec<(Glyph, usize)> {
    let of_digit = |class| if let Class::Digit(digit) = class { Some(usize::from(digit)) } else { None };
    let glyph = |canvas: &Canvas| {
        let pixels: Vec<u8> = canvas.pixels.iter().map(|value| (value * 255.0).round() as u8).collect();
        let frame = Rect::new(0, 0, canvas.width as i32, canvas.height as i32);
        match <[u8; 784]>::try_from(pixels) {
            Ok(pixels) if source.normalised => Glyph { pixels: Box::new(pixels), origin: frame },
            Ok(pixels) => normalise(&picture(canvas, pixels.to_vec()), frame),
            Err(pixels) => normalise(&picture(canvas, pixels), frame),
        }
    };
    let samples = source.samples.iter();
    samples.filter_map(|sample| of_digit(sample.class).map(|digit| (glyph(&sample.picture), digit))).collect()
}

fn picture(canvas: &Canvas, pixels: Vec<u8>) -> GrayImage {
    GrayImage::from_raw(canvas.width as u32, canvas.height as u32, pixels).unwrap_or_default()
}

#[cfg(test)]
impl Material {
    /// Bars, each digit at another place: easy to learn, and there without any file.
    pub(super) fn drawn(count: usize) -> Self {
        let mut material = Self::default();
        for index in 0..count {
            let (digit, shift) = (index % 10, index / 10 % 3);
            let is_ink = |place: usize| (2 * digit..2 * digit + 4).contains(&(place % 28)) && place / 28 > 2 * shift;
            let pixels: Vec<u8> = (0..784).map(|place| if is_ink(place) { 250 } else { 0 }).collect();
            let pixels = Box::new(<[u8; 784]>::try_from(pixels).expect("784 pixels"));
            let glyph = Glyph { pixels, origin: Rect::default() };
            material.add(&glyph, digit);
            material.validation.add(glyph, Class::Digit(digit as u8));
        }
        material
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::idx::{LabelledImages, write_part};

    fn write(folder: &std::path::Path, part: &str, count: usize) {
        let material = Material::drawn(count);
        let images = LabelledImages {
            part: part.to_owned(),
            width: 28,
            height: 28,
            pixels: material.pixels.iter().map(|value| (value * 255.0) as u8).collect(),
            labels: material.classes.iter().map(|&class| class as u8).collect(),
            writers: None,
        };
        write_part(folder, &images).expect("a writable folder");
    }

    #[test]
    fn training_validation_and_test_images_are_kept_apart() -> Result<()> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let data = [folder.path().to_owned()];
        write(folder.path(), "train", 240);
        write(folder.path(), "t10k", 30);
        let all = Material::read(&data, None, None)?;
        assert_eq!((all.train_images(), all.validation_images(), all.test.is_none()), (220, 20, true));
        let some = Material::read(&data, Some("t10k"), Some(50))?;
        assert_eq!((some.train_images(), some.test.map(|test| test.glyphs.len())), (50, Some(30)));
        assert_eq!(some.pixels.len(), 50 * 784);
        assert!((1..10).all(|digit| some.classes.contains(&digit)), "the choice is shuffled");
        Ok(())
    }

    #[test]
    fn too_few_images_and_missing_parts_are_named() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let data = [folder.path().to_owned()];
        write(folder.path(), "train", 30);
        let message = Material::read(&data, None, None).expect_err("nothing to validate with").to_string();
        assert!(message.contains("at least 12 of each"), "{message}");
        write(folder.path(), "train", 240);
        assert!(Material::read(&data, Some("t10k"), None).is_err());
    }
}

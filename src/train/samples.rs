//! What a reader is trained on: folders in, pictures of digits and symbols out, with what is kept for validation apart.

use std::path::{Path, PathBuf};

use super::canvas::Canvas;
use crate::error::{Error, Result};
use crate::evaluate::glyphs::{glyph, without_paper};
use crate::evaluate::labels::{self, BHMSDS_PART, TEST_PARTS};
use crate::glyph::{GLYPH_SIZE_PX, Glyph};
use crate::idx::{self, LabelledImages};
use crate::reader::Class;

/// One image in this many is kept for validation (of the writers, where they are known; 5,000 images of MNIST).
const VALIDATION_SHARE: usize = 12;

/// How often an image whose writer is known is seen for each time another is: such sets hold raw scans of whole forms, as
/// the reader will meet them, but are small.
const KNOWN_WRITER_WEIGHT: f32 = 4.0;

/// How often a digit of a set that stretches its digits to the frame is seen: proportions are lost there.
const STRETCHED_WEIGHT: f32 = 0.3;

/// Letters that a person cannot tell from a digit are not used as "not a digit": z and 2, y and 4 or 9. Nor are slashes
/// used that were stretched to the frame: at 45 degrees they look like the slanted 1 of many hands.
const LIKE_DIGITS: [&str; 2] = ["z", "y"];
const STRETCHED_AWAY: &str = "slash";

/// One picture to train on.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Values 0 to 1; a normalised glyph where `normalised`, else the raw cell.
    pub picture: Canvas,
    /// What it shows.
    pub class: Class,
}

/// The training pictures of one part.
#[derive(Clone, Debug)]
pub struct Source {
    /// Folder and part, for the report.
    pub name: String,
    /// Whether the pictures are 28x28 glyphs, normalised as in MNIST.
    pub normalised: bool,
    /// How often one of its pictures is seen for each time one of MNIST is.
    pub weight: f32,
    /// The pictures.
    pub samples: Vec<Sample>,
}

/// Glyphs that no training saw.
#[derive(Clone, Debug, Default)]
pub struct Validation {
    /// Folder and part, for the report.
    pub name: String,
    /// The glyphs as the reader gets them.
    pub glyphs: Vec<Glyph>,
    /// What each shows.
    pub classes: Vec<Class>,
}

/// Everything that training works with.
#[derive(Clone, Debug, Default)]
pub struct Samples {
    /// Parts that hold digits.
    pub digits: Vec<Source>,
    /// Parts that hold symbols and letters.
    pub symbols: Vec<Source>,
    /// One entry a part.
    pub validation: Vec<Validation>,
}

impl Samples {
    /// Reads the folders, leaving out [`TEST_PARTS`].
    ///
    /// Kept for validation: whole writers, the last ones, where writers are known; else the last images of each class.
    ///
    /// # Errors
    /// [`Error::Data`] if a folder cannot be read, or no digit is left to train on.
    pub fn read(folders: &[PathBuf]) -> Result<Self> {
        let mut samples = Self::default();
        for folder in folders {
            for part in idx::read_folder(folder)?.iter().filter(|part| !TEST_PARTS.contains(&part.part.as_str())) {
                samples.add(folder, part)?;
            }
        }
        if samples.digits.iter().all(|source| source.samples.is_empty()) {
            let path = folders.first().cloned().unwrap_or_default();
            let reason = "holds no digits to train on; name a folder with a part such as train".to_owned();
            return Err(Error::Data { path, reason });
        }
        Ok(samples)
    }

    fn add(&mut self, folder: &Path, part: &LabelledImages) -> Result<()> {
        let classes = labels::classes(folder, part)?;
        let names = labels::names(folder, &part.part)?.unwrap_or_default();
        let kept = kept_for_validation(part);
        let folder_name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let name = format!("{folder_name} {}", part.part).trim_end().to_owned();
        let mut source = Source { name: name.clone(), normalised: false, weight: 1.0, samples: Vec::new() };
        let mut validation = Validation { name, ..Validation::default() };
        let normalised = (0..part.len()).filter(|&index| is_taken_as_it_is(part, index)).count();
        source.normalised = normalised * 2 > part.len();
        source.weight = match (&part.writers, source.normalised) {
            (Some(_), _) => KNOWN_WRITER_WEIGHT,
            (None, true) => 1.0,
            (None, false) => STRETCHED_WEIGHT,
        };
        let fills_frame = part.part == BHMSDS_PART;
        let unfit = |label: u8| {
            let name = names.iter().find(|(number, _)| *number == label).map_or("", |(_, name)| name);
            LIKE_DIGITS.contains(&name) || (fills_frame && name == STRETCHED_AWAY)
        };
        for index in (0..part.len()).filter(|&index| !unfit(part.labels[index])) {
            if kept[index] {
                validation.glyphs.push(glyph(part, index));
                validation.classes.push(classes[index]);
            } else {
                let picture = picture(part, index, source.normalised);
                source.samples.push(Sample { picture, class: classes[index] });
            }
        }
        let is_digits = classes.iter().any(|class| matches!(class, Class::Digit(_)));
        if is_digits {
            self.digits.push(source)
        } else {
            self.symbols.push(source)
        }
        self.validation.push(validation);
        Ok(())
    }
}

fn is_taken_as_it_is(part: &LabelledImages, index: usize) -> bool {
    part.width == GLYPH_SIZE_PX && glyph(part, index).pixels.as_slice() == part.image(index)
}

fn picture(part: &LabelledImages, index: usize, normalised: bool) -> Canvas {
    let (width, height, bytes) = if normalised {
        (GLYPH_SIZE_PX, GLYPH_SIZE_PX, glyph(part, index).pixels.to_vec())
    } else {
        (part.width, part.height, without_paper(part.image(index)))
    };
    let peak = f32::from(bytes.iter().copied().max().unwrap_or(0).max(1));
    let canvas = Canvas { width, height, pixels: bytes.iter().map(|&pixel| f32::from(pixel) / peak).collect() };
    // A hair of paper around the ink is enough.
    match canvas.ink_bounds(0.0) {
        Some(bounds) if !normalised => {
            let frame = crate::geometry::Rect::new(0, 0, width as i32, height as i32);
            canvas.cropped(bounds.grown(1).intersection(&frame))
        }
        _ => canvas,
    }
}

/// Which images are kept for validation.
fn kept_for_validation(part: &LabelledImages) -> Vec<bool> {
    if let Some(writers) = &part.writers {
        let mut known: Vec<u8> = writers.clone();
        known.sort_unstable();
        known.dedup();
        // A sixth of the writers, for a single one would say little about the next.
        let count = known.len().div_ceil(VALIDATION_SHARE / 2).min(known.len().saturating_sub(1));
        let last = &known[known.len() - count..];
        return writers.iter().map(|writer| last.contains(writer)).collect();
    }
    let mut kept = vec![false; part.len()];
    for label in 0..=u8::MAX {
        let places: Vec<usize> = (0..part.len()).filter(|&index| part.labels[index] == label).collect();
        for &place in places.iter().rev().take(places.len() / VALIDATION_SHARE) {
            kept[place] = true;
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(name: &str, labels: Vec<u8>, writers: Option<Vec<u8>>) -> LabelledImages {
        let pixels =
            (0..labels.len()).flat_map(|_| (0..64).map(|place| if place % 8 == 3 { 200 } else { 0 })).collect();
        LabelledImages { part: name.to_owned(), width: 8, height: 8, pixels, labels, writers }
    }

    #[test]
    fn whole_writers_are_kept_apart() {
        let kept = kept_for_validation(&part("train", vec![0; 6], Some(vec![0, 9, 1, 9, 0, 2])));
        assert_eq!(kept, [false, true, false, true, false, false]);
        assert_eq!(kept_for_validation(&part("train", vec![0; 2], Some(vec![3, 3]))), [false, false]);
    }

    #[test]
    fn without_writers_the_last_of_each_class_are_kept_apart() {
        let labels: Vec<u8> = (0..48).map(|index| u8::from(index >= 24)).collect();
        let kept = kept_for_validation(&part("train", labels, None));
        let places: Vec<usize> = (0..48).filter(|&index| kept[index]).collect();
        assert_eq!(places, [22, 23, 46, 47]);
    }

    #[test]
    fn tests_are_left_out_and_a_folder_of_tests_is_refused() -> Result<()> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        idx::write_part(folder.path(), &part("t10k", vec![1; 3], None))?;
        let folders = [folder.path().to_owned()];
        assert!(Samples::read(&folders).expect_err("only tests").to_string().contains("no digits to train on"));
        idx::write_part(folder.path(), &part("train", vec![1; 12], None))?;
        let samples = Samples::read(&folders)?;
        assert_eq!(samples.digits.len(), 1);
        assert_eq!((samples.digits[0].samples.len(), samples.validation[0].glyphs.len()), (11, 1));
        Ok(())
    }
}

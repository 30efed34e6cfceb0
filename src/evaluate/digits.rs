//! How well a reader names single glyphs: a reader and labelled glyphs in, a [`DigitReport`] out.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use crate::error::Result;
use crate::evaluate::confusion::Confusion;
use crate::evaluate::curves::{Outcome, calibration_error, reject_curve};
use crate::evaluate::glyphs;
use crate::evaluate::labels::{self, TEST_PARTS};
use crate::glyph::Glyph;
use crate::idx::{self, LabelledImages};
use crate::reader::{Class, DigitReader, Reading};

/// Share of the least certain glyphs that is set aside for [`DigitReport::error_at_one_percent_rejected`].
const REJECTED_SHARE: f64 = 0.01;

/// A glyph that is no digit counts as falsely read if a digit gets at least this probability: what extraction by default
/// takes without review.
pub const CONFIDENT: f32 = 0.9;

/// Glyphs and what they show.
#[derive(Clone, Debug, Default)]
pub struct LabelledGlyphs {
    /// The part, such as `t10k`; may be empty.
    pub part: String,
    /// As a reader gets them.
    pub glyphs: Vec<Glyph>,
    /// What each shows.
    pub classes: Vec<Class>,
    /// Who wrote each, where the folder says so.
    pub writers: Option<Vec<u8>>,
}

/// What a reader made of labelled glyphs.
#[derive(Clone, Debug, Default)]
pub struct DigitReport {
    /// The part that was read.
    pub part: String,
    /// What became of each glyph, in the order of the glyphs.
    pub outcomes: Vec<Outcome>,
    /// How often each class was read as each.
    pub confusion: Confusion,
    /// The glyphs that are digits, read as where it is known that they are: the most probable of the ten, with its share of
    /// the probability of all ten. These are to be compared with networks that know ten classes alone.
    pub among_digits: Vec<Outcome>,
    /// Mean distance between confidence and accuracy over 15 bins of confidence, weighted by their size; 0 to 1.
    pub calibration_error: f64,
    /// Share of errors after the least certain hundredth is set aside; 0 to 1.
    pub error_at_one_percent_rejected: f64,
    /// Of the glyphs that are no digits: how many there are, and how many gave a digit at least [`CONFIDENT`].
    pub false_digits: (usize, usize),
    /// For each writer the number of glyphs and of errors.
    pub writers: BTreeMap<u8, (usize, usize)>,
    /// Glyphs read a second, on one thread.
    pub digits_a_second: f64,
}

/// Reads the labelled glyphs of a folder of idx files: of one part, or of all its tests (parts named t10k, test or
/// validation), or of all parts where there is no test. Images that are not normalised yet are (see [`glyphs::glyphs`]).
///
/// # Errors
/// [`crate::error::Error::Data`] if the folder or the part cannot be read, or a label has no meaning.
pub fn labelled(folder: &Path, part: Option<&str>) -> Result<Vec<LabelledGlyphs>> {
    parts(folder, part)?.iter().map(|images| LabelledGlyphs::of(folder, images)).collect()
}

/// The images that [`labelled`] makes glyphs of.
///
/// # Errors
/// As [`labelled`].
pub fn parts(folder: &Path, part: Option<&str>) -> Result<Vec<LabelledImages>> {
    if let Some(part) = part {
        return Ok(vec![idx::read_part(folder, part)?]);
    }
    let is_test = |images: &LabelledImages| TEST_PARTS.contains(&images.part.as_str());
    let (tests, others): (Vec<_>, Vec<_>) = idx::read_folder(folder)?.into_iter().partition(is_test);
    Ok(if tests.is_empty() { others } else { tests })
}

impl LabelledGlyphs {
    /// The images of a part that was read from `folder`, as a reader gets them.
    ///
    /// # Errors
    /// [`crate::error::Error::Data`] if a label has no meaning.
    pub fn of(folder: &Path, images: &LabelledImages) -> Result<Self> {
        Ok(Self {
            glyphs: glyphs::glyphs(images),
            classes: labels::classes(folder, images)?,
            part: images.part.clone(),
            writers: images.writers.clone(),
        })
    }
}

impl DigitReport {
    /// The places of the glyphs that were read wrong: those of the most confused pair of classes first, and of each pair the
    /// surest error first.
    pub fn mistakes(&self) -> Vec<usize> {
        let pairs = self.confusion.most_confused();
        let rank = |outcome: &Outcome| pairs.iter().position(|pair| (pair.0, pair.1) == (outcome.truth, outcome.read));
        let wrong = self.outcomes.iter().enumerate().filter(|(_, outcome)| !outcome.is_right());
        let mut places: Vec<(Option<usize>, f32, usize)> =
            wrong.map(|(index, outcome)| (rank(outcome), outcome.confidence, index)).collect();
        places.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)).then(a.2.cmp(&b.2)));
        places.into_iter().map(|(_, _, index)| index).collect()
    }
}

/// Measures a reader.
///
/// # Errors
/// [`crate::error::Error::Model`] if the reader fails.
pub fn digits(reader: &dyn DigitReader, labelled: &LabelledGlyphs) -> Result<DigitReport> {
    let start = Instant::now();
    let readings = reader.read(&labelled.glyphs)?;
    let seconds = start.elapsed().as_secs_f64();
    Ok(report(labelled, &readings, seconds))
}

fn report(labelled: &LabelledGlyphs, readings: &[Reading], seconds: f64) -> DigitReport {
    let mut confusion = Confusion::new();
    let (mut among_digits, mut false_digits) = (Vec::new(), (0, 0));
    let (mut outcomes, mut writers) = (Vec::new(), BTreeMap::new());
    for (index, (reading, &class)) in readings.iter().zip(&labelled.classes).enumerate() {
        let (read, confidence) = reading.best();
        confusion.add(class, read);
        outcomes.push(Outcome { truth: class, read, confidence });
        let (digit, digit_confidence) = reading.best_digit();
        if matches!(class, Class::Digit(_)) {
            let all_ten: f32 = reading.probabilities[..10].iter().sum();
            let confidence = if all_ten > 0.0 { digit_confidence / all_ten } else { 0.0 };
            among_digits.push(Outcome { truth: class, read: Class::Digit(digit), confidence });
        } else {
            false_digits.0 += 1;
            false_digits.1 += usize::from(digit_confidence >= CONFIDENT);
        }
        if let Some(&writer) = labelled.writers.as_ref().and_then(|writers| writers.get(index)) {
            let (count, errors) = writers.entry(writer).or_insert((0, 0));
            *count += 1;
            *errors += usize::from(read != class);
        }
    }
    DigitReport {
        part: labelled.part.clone(),
        confusion,
        among_digits,
        calibration_error: calibration_error(&outcomes),
        error_at_one_percent_rejected: error_at_one_percent_rejected(&outcomes),
        false_digits,
        writers,
        digits_a_second: readings.len() as f64 / seconds.max(1e-9),
        outcomes,
    }
}

/// The share of errors after the least certain hundredth is set aside; 0 to 1.
pub fn error_at_one_percent_rejected(outcomes: &[Outcome]) -> f64 {
    reject_curve(outcomes, &[REJECTED_SHARE])[0].error()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(class: Class, confidence: f32) -> Reading {
        let mut probabilities = [(1.0 - confidence) / 15.0; 16];
        probabilities[class.index()] = confidence;
        Reading { probabilities }
    }

    #[test]
    fn figures_of_a_handful_of_glyphs() {
        let classes = vec![Class::Digit(1), Class::Digit(1), Class::Digit(7), Class::Dash];
        let readings =
            [(Class::Digit(1), 0.95), (Class::Digit(7), 0.55), (Class::Digit(7), 0.95), (Class::Digit(1), 0.95)];
        let readings = readings.map(|(class, confidence)| reading(class, confidence));
        let labelled = LabelledGlyphs { classes, writers: Some(vec![4, 5, 5, 5]), ..LabelledGlyphs::default() };
        let report = report(&labelled, &readings, 2.0);
        assert_eq!(report.confusion.accuracy(), 0.5);
        assert_eq!((report.among_digits.len(), report.false_digits), (3, (1, 1)));
        assert_eq!(report.among_digits.iter().filter(|outcome| outcome.is_right()).count(), 2);
        let share = 0.95 / (0.95 + 9.0 * 0.05 / 15.0);
        assert!((report.among_digits[0].confidence - share).abs() < 1e-6);
        assert_eq!(report.writers, BTreeMap::from([(4, (1, 0)), (5, (3, 2))]));
        assert_eq!(report.digits_a_second, 2.0);
        // One bin has three glyphs at 0.95, two of them right; another has one at 0.55, wrong.
        let expected = ((3.0 * 0.95 - 2.0) + 0.55) / 4.0;
        assert!((report.calibration_error - expected).abs() < 1e-6);
        assert!((report.error_at_one_percent_rejected - 1.0 / 3.0).abs() < 1e-9);
    }

    #[test]
    fn tests_are_read_before_other_parts() -> Result<()> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let part = |name: &str| idx::LabelledImages {
            part: name.to_owned(),
            width: 2,
            height: 2,
            pixels: vec![0, 200, 0, 200],
            labels: vec![1],
            writers: None,
        };
        idx::write_part(folder.path(), &part("train"))?;
        assert_eq!(labelled(folder.path(), None)?[0].part, "train");
        idx::write_part(folder.path(), &part("t10k"))?;
        let parts = labelled(folder.path(), None)?;
        assert_eq!((parts.len(), parts[0].part.as_str()), (1, "t10k"));
        assert_eq!(labelled(folder.path(), Some("train"))?[0].classes, [Class::Digit(1)]);
        assert!(labelled(folder.path(), Some("other")).is_err());
        Ok(())
    }
}

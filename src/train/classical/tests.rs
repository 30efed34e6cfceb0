//! Every classical reader on a toy set of drawn glyphs.

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::*;
use crate::reader::DigitReader;
use crate::train::canvas::Canvas;
use crate::train::samples::{Sample, Source};

const KINDS: [ReaderKind; 5] =
    [ReaderKind::Knn, ReaderKind::Forest, ReaderKind::Svm, ReaderKind::Bayes, ReaderKind::Tree];

/// An upright stroke (1), a corner (7), a cross (4) or a box (0), each a little different.
fn drawn(digit: u8, random: &mut Pcg64Mcg) -> Canvas {
    let mut canvas = Canvas::new(40, 40);
    let mut point = |x: f32, y: f32| (x + random.random_range(-2.0..2.0), y + random.random_range(-2.0..2.0));
    let (top_left, top_right, bottom_left) = (point(10.0, 8.0), point(30.0, 8.0), point(10.0, 32.0));
    let (bottom_right, middle) = (point(30.0, 32.0), point(20.0, 20.0));
    let points = match digit {
        1 => vec![top_right, point(28.0, 34.0)],
        7 => vec![top_left, top_right, bottom_left],
        4 => vec![top_left, middle, top_right, bottom_left, middle, bottom_right],
        _ => vec![top_left, top_right, bottom_right, bottom_left, top_left],
    };
    canvas.lines(&points, random.random_range(2.5..4.5));
    canvas
}

fn samples() -> Samples {
    let mut random = Pcg64Mcg::seed_from_u64(1);
    let digits = [0, 1, 4, 7];
    let sample =
        |digit: u8, random: &mut Pcg64Mcg| Sample { picture: drawn(digit, random), class: Class::Digit(digit) };
    let training: Vec<Sample> = (0..120).map(|place| sample(digits[place % 4], &mut random)).collect();
    let kept: Vec<Sample> = (0..40).map(|place| sample(digits[place % 4], &mut random)).collect();
    let source = Source { name: "drawn train".to_owned(), normalised: false, weight: 1.0, samples: training };
    let validation = Validation {
        name: "drawn train".to_owned(),
        glyphs: kept.iter().map(|sample| sample.picture.to_glyph()).collect(),
        classes: kept.iter().map(|sample| sample.class).collect(),
    };
    Samples { digits: vec![source], symbols: Vec::new(), validation: vec![validation] }
}

fn fitted(kind: ReaderKind, threads: usize) -> Result<FitReport> {
    let request = FitRequest { threads, ..FitRequest::new(kind) };
    // Few columns, to be fast.
    let (features, components) = (FeatureSet::Zoning, request.components.min(8));
    fit(&FitRequest { features, components, ..request }, &samples())
}

#[test]
fn every_reader_learns_drawn_glyphs_and_its_probabilities_add_up() -> Result<()> {
    let validation = samples().validation.remove(0);
    for kind in KINDS {
        let report = fitted(kind, 1)?;
        assert!(report.validation[0].errors <= 3, "{kind:?}: {:?}", report.validation);
        assert_eq!((report.examples, report.reader.kind()), (120, kind));
        let readings = report.reader.read(&validation.glyphs)?;
        let right =
            readings.iter().zip(&validation.classes).filter(|(r, class)| Class::Digit(r.best_digit().0) == **class);
        assert_eq!(right.count() + report.validation[0].errors, 40, "{kind:?}");
        for reading in readings {
            assert!((reading.probabilities.iter().sum::<f32>() - 1.0).abs() < 1e-5, "{kind:?}: {reading:?}");
            assert_eq!((reading.probabilities[2], reading.of(Class::NotADigit)), (0.0, 0.0), "never trained");
        }
    }
    Ok(())
}

#[test]
fn what_is_saved_reads_the_same_and_does_not_depend_on_threads_or_batches() -> Result<()> {
    let glyphs = samples().validation.remove(0).glyphs;
    for kind in KINDS {
        let reader = fitted(kind, 1)?.reader;
        let bytes = reader.to_bytes()?;
        assert!(bytes == fitted(kind, 2)?.reader.to_bytes()?, "{kind:?} depends on the threads");
        let loaded = crate::reader::load::load("drawn", &bytes)?;
        assert_eq!(loaded.kind, kind);
        let readings = reader.read(&glyphs)?;
        assert_eq!(loaded.reader.read(&glyphs)?, readings, "{kind:?}");
        for (glyph, reading) in glyphs.iter().zip(&readings).skip(5).step_by(7) {
            assert_eq!(reader.read(std::slice::from_ref(glyph))?[0], *reading, "{kind:?} depends on the batch");
        }
    }
    Ok(())
}

#[test]
fn damaged_models_give_a_sentence_or_some_reading_but_no_panic() -> Result<()> {
    let glyphs = &samples().validation.remove(0).glyphs[..2];
    for kind in KINDS {
        let bytes = fitted(kind, 1)?.reader.to_bytes()?;
        for place in 0..40 {
            let end = bytes.len() * place / 40;
            let message = ClassicalReader::from_bytes("some.bin", &bytes[..end]).expect_err("it is cut").to_string();
            assert!(message.contains("some.bin"), "{message}");
        }
        let mut random = Pcg64Mcg::seed_from_u64(9);
        // Neighbours are prepared anew at each load, which takes a tenth of a second here.
        let trials = if kind == ReaderKind::Knn { 6 } else { 200 };
        for _ in 0..trials {
            let mut damaged = bytes.clone();
            let place = random.random_range(0..damaged.len());
            damaged[place] = random.random();
            if let Ok(reader) = ClassicalReader::from_bytes("some.bin", &damaged) {
                assert_eq!(reader.read(glyphs)?.len(), 2, "{kind:?} with byte {place} damaged");
            }
        }
    }
    Ok(())
}

#[test]
fn what_cannot_be_fitted_is_told() {
    let mut samples = samples();
    let message = |kind, samples: &Samples| fit(&FitRequest::new(kind), samples).expect_err("no").to_string();
    assert!(message(ReaderKind::Original, &samples).contains("is a network"));
    samples.digits[0].samples.retain(|sample| sample.class == Class::Digit(1));
    assert!(message(ReaderKind::Bayes, &samples).contains("at least two"));
}

//! Readers side by side: labelled folders in, a [`Row`] of figures for each reader out. Test data is measured on, and used
//! for nothing else.

pub mod chart;
pub mod render;

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::evaluate::labels::TEST_PARTS;
use crate::evaluate::{LabelledGlyphs, digits, labelled};
use crate::reader::cnn::CnnReader;
use crate::reader::load::load;
use crate::reader::{DigitReader, ReaderKind};
use crate::train::classical::{FitRequest, fit};
use crate::train::samples::Samples;
use crate::train::{TrainRequest, train_on};

/// What to compare, and on what.
#[derive(Clone, Debug)]
pub struct CompareRequest {
    /// Folders of idx files to train on; their test parts are left alone.
    pub data: Vec<PathBuf>,
    /// Folders to measure on; if there is none, the test parts of `data`.
    pub test: Vec<PathBuf>,
    /// Which readers, in the order of the rows.
    pub readers: Vec<ReaderKind>,
    /// Name and bytes of model files; the readers in them are not trained.
    pub models: Vec<(String, Vec<u8>)>,
    /// How many images to train on at most, evenly spread over all.
    pub limit: Option<usize>,
    /// How many times 64,000 images are shown to each network.
    pub epochs: usize,
    /// Decides everything that is drawn by lot.
    pub seed: u64,
    /// Threads that train; reading is measured on one.
    pub threads: usize,
}

/// The figures of one reader on one test set.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The reader.
    pub kind: ReaderKind,
    /// Folder and part that it was measured on.
    pub test: String,
    /// Glyphs in it.
    pub images: usize,
    /// Share that was read right, 0 to 1; a digit taken for a symbol or for no digit is an error.
    pub accuracy: f64,
    /// Mean F1 of the classes that are in the test set, 0 to 1.
    pub macro_f1: f64,
    /// Expected calibration error over 15 bins, 0 to 1.
    pub calibration_error: f64,
    /// Duration of training, the reading of the data left aside; `None` for a reader that was loaded.
    pub training_seconds: Option<f64>,
    /// Milliseconds to read a glyph, on one thread.
    pub ms_a_digit: f64,
    /// Size of the model file.
    pub bytes: usize,
}

/// A reader that is ready to be measured.
struct Contestant {
    reader: Box<dyn DigitReader>,
    training_seconds: Option<f64>,
    bytes: usize,
}

/// Trains or loads each reader and measures it, telling `progress` each row as soon as it is there.
///
/// # Errors
/// [`Error::Data`] if a folder cannot be used or was trained on, [`Error::Model`] if a model file cannot be used or
/// training fails.
pub fn compare(request: &CompareRequest, progress: &mut dyn FnMut(&Row)) -> Result<Vec<Row>> {
    let tests = tests(request)?;
    let loaded: Vec<_> =
        request.models.iter().map(|(name, bytes)| Ok((load(name, bytes)?, bytes.len()))).collect::<Result<_>>()?;
    let is_loaded = |kind: &ReaderKind| loaded.iter().any(|(model, _)| model.kind == *kind);
    let samples = match request.readers.iter().all(is_loaded) {
        true => Samples::default(),
        false => limited(Samples::read(&request.data)?, request.limit),
    };
    let mut rows = Vec::new();
    for &kind in &request.readers {
        let mut measure = |reader: &dyn DigitReader, training_seconds, bytes| -> Result<()> {
            for test in &tests {
                rows.push(row(kind, reader, test, training_seconds, bytes)?);
                rows.last().into_iter().for_each(&mut *progress);
            }
            Ok(())
        };
        match loaded.iter().find(|(model, _)| model.kind == kind) {
            Some((model, bytes)) => measure(model.reader.as_ref(), None, *bytes)?,
            None => {
                let trained = trained(request, kind, &samples)?;
                measure(trained.reader.as_ref(), trained.training_seconds, trained.bytes)?;
            }
        }
    }
    Ok(rows)
}

/// What is measured on, each part named with its folder.
fn tests(request: &CompareRequest) -> Result<Vec<LabelledGlyphs>> {
    let folders = if request.test.is_empty() { &request.data } else { &request.test };
    let mut tests = Vec::new();
    for folder in folders {
        let is_trained_on = request.data.contains(folder);
        for mut part in labelled(folder, None)? {
            if is_trained_on && !TEST_PARTS.contains(&part.part.as_str()) {
                continue;
            }
            part.part = format!("{} {}", folder_name(folder), part.part).trim().to_owned();
            tests.push(part);
        }
    }
    if tests.is_empty() {
        let reason = "holds no test part, such as t10k; name a folder that is not trained on with --test".to_owned();
        return Err(Error::Data { path: folders.first().cloned().unwrap_or_default(), reason });
    }
    Ok(tests)
}

fn folder_name(folder: &Path) -> String {
    folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The samples with at most so many training pictures, evenly spread; validation is left as it is.
fn limited(mut samples: Samples, limit: Option<usize>) -> Samples {
    let sources = || samples.digits.iter().chain(&samples.symbols);
    let total = sources().map(|source| source.samples.len()).sum::<usize>();
    let limit = limit.unwrap_or(total).min(total);
    let mut place = 0;
    for source in samples.digits.iter_mut().chain(&mut samples.symbols) {
        source.samples.retain(|_| {
            place += 1;
            place * limit / total > (place - 1) * limit / total
        });
    }
    samples
}

fn trained(request: &CompareRequest, kind: ReaderKind, samples: &Samples) -> Result<Contestant> {
    if let Some(architecture) = kind.architecture() {
        let network = TrainRequest {
            epochs: request.epochs,
            seed: request.seed,
            threads: request.threads,
            architecture,
            ..TrainRequest::new(request.data.clone())
        };
        let report = train_on(&network, samples, &mut |_| ())?;
        return Ok(Contestant {
            reader: Box::new(CnnReader::new(&report.weights)?),
            training_seconds: Some(f64::from(report.seconds)),
            bytes: report.weights.to_bytes()?.len(),
        });
    }
    let classical = FitRequest { seed: request.seed, threads: request.threads, ..FitRequest::new(kind) };
    let report = fit(&classical, samples)?;
    Ok(Contestant {
        bytes: report.reader.to_bytes()?.len(),
        reader: Box::new(report.reader),
        training_seconds: Some(f64::from(report.seconds)),
    })
}

fn row(
    kind: ReaderKind,
    reader: &dyn DigitReader,
    test: &LabelledGlyphs,
    training_seconds: Option<f64>,
    bytes: usize,
) -> Result<Row> {
    let report = digits(reader, test)?;
    Ok(Row {
        kind,
        test: test.part.clone(),
        images: test.glyphs.len(),
        accuracy: report.confusion.accuracy(),
        macro_f1: report.confusion.macro_f1(),
        calibration_error: report.calibration_error,
        training_seconds,
        ms_a_digit: 1000.0 / report.digits_a_second,
        bytes,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::idx::{LabelledImages, write_part};
    use crate::reader::Class;
    use crate::train::canvas::Canvas;
    use crate::train::samples::{Sample, Source};

    fn request(folder: &Path) -> CompareRequest {
        CompareRequest {
            data: vec![folder.to_owned()],
            test: Vec::new(),
            readers: vec![ReaderKind::Bayes],
            models: Vec::new(),
            limit: None,
            epochs: 0,
            seed: 1,
            threads: 1,
        }
    }

    #[test]
    fn nothing_is_measured_on_what_was_trained_on() -> Result<()> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let part = |part: &str| LabelledImages {
            part: part.to_owned(),
            width: 2,
            height: 2,
            pixels: vec![0, 200, 0, 200],
            labels: vec![1],
            writers: None,
        };
        write_part(folder.path(), &part("train"))?;
        let mut request = request(folder.path());
        let message = compare(&request, &mut |_| ()).expect_err("no test").to_string();
        assert!(message.contains("--test"), "{message}");
        request.test = request.data.clone();
        assert!(tests(&request).is_err());
        write_part(folder.path(), &part("t10k"))?;
        assert!(tests(&request)?.iter().all(|test| test.part.ends_with("t10k")));
        Ok(())
    }

    #[test]
    fn a_limit_spreads_over_all_sources() {
        let sample = || Sample { picture: Canvas::new(1, 1), class: Class::Digit(1) };
        let source = |count| Source {
            name: String::new(),
            normalised: true,
            weight: 1.0,
            samples: (0..count).map(|_| sample()).collect(),
        };
        let samples = Samples { digits: vec![source(30), source(10)], symbols: vec![source(20)], ..Samples::default() };
        let counts = |samples: Samples| -> Vec<usize> {
            samples.digits.iter().chain(&samples.symbols).map(|source| source.samples.len()).collect()
        };
        assert_eq!(counts(limited(samples.clone(), Some(12))), [6, 2, 4]);
        assert_eq!(counts(limited(samples.clone(), None)), [30, 10, 20]);
        assert_eq!(counts(limited(samples, Some(500))), [30, 10, 20]);
        assert_eq!(counts(limited(Samples::default(), Some(1))), [] as [usize; 0]);
    }
}

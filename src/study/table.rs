//! The table of a study on disk: finished runs are appended one by one, so that a study that was broken off goes on where it
//! stopped.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::{Figures, Pooling, Run, Setting, Trial};
use crate::error::{Error, Result};

const COLUMNS: [&str; 17] = [
    "widths",
    "kernel",
    "pooling",
    "batch_size",
    "learning_rate",
    "epochs",
    "seed",
    "train_images",
    "validation_images",
    "accuracy",
    "macro_f1",
    "test_images",
    "test_accuracy",
    "test_macro_f1",
    "loss",
    "seconds",
    "parameters",
];

/// `study.csv`: one row a run.
#[derive(Clone, Debug)]
pub struct StudyTable {
    path: PathBuf,
    runs: Vec<Run>,
}

impl StudyTable {
    /// Opens the table at `path` with the runs of an earlier study, or begins a new one where there is none.
    ///
    /// # Errors
    /// [`Error::Data`] if a file is there that is no such table, [`Error::Output`] if it cannot be written.
    pub fn open(path: &Path) -> Result<Self> {
        if !path.exists() {
            std::fs::write(path, COLUMNS.join(",") + "\n").map_err(|cause| cannot_write(path, &cause))?;
            return Ok(Self { path: path.to_owned(), runs: Vec::new() });
        }
        let fault = |reason: String| Error::Data { path: path.to_owned(), reason };
        let mut reader = csv::Reader::from_path(path).map_err(|cause| fault(format!("cannot be read: {cause}")))?;
        if reader.headers().map_err(|cause| fault(format!("cannot be read: {cause}")))? != COLUMNS.as_slice() {
            return Err(fault("is not the table of a study; name another folder or take the file away".to_owned()));
        }
        let mut runs = Vec::new();
        for (line, row) in (2..).zip(reader.records()) {
            let damaged = || fault(format!("is damaged in line {line}; take that line away, its run is done again"));
            runs.push(row.ok().and_then(|row| run_of(&row)).ok_or_else(damaged)?);
        }
        Ok(Self { path: path.to_owned(), runs })
    }

    /// The runs so far, in the order in which they were finished.
    pub fn runs(&self) -> &[Run] {
        &self.runs
    }

    /// Whether a trial has been run.
    pub fn has(&self, trial: &Trial) -> bool {
        self.runs.iter().any(|run| run.trial == *trial)
    }

    /// Adds a finished run and writes it to disk at once.
    ///
    /// # Errors
    /// [`Error::Output`] if the disk takes no more.
    pub fn append(&mut self, run: &Run) -> Result<()> {
        let line = cells_of(run).join(",") + "\n";
        OpenOptions::new()
            .append(true)
            .open(&self.path)
            .and_then(|mut file| file.write_all(line.as_bytes()))
            .map_err(|cause| cannot_write(&self.path, &cause))?;
        self.runs.push(run.clone());
        Ok(())
    }

    /// Writes the table again with the runs of these trials first, in this order: which of several runs side by side was
    /// finished first does not matter then.
    ///
    /// # Errors
    /// [`Error::Output`] if it cannot be written; the table is as it was then.
    pub fn sort(&mut self, trials: &[Trial]) -> Result<()> {
        let place = |run: &Run| trials.iter().position(|trial| run.trial == *trial).unwrap_or(usize::MAX);
        self.runs.sort_by_cached_key(place);
        let lines = self.runs.iter().map(|run| cells_of(run).join(",") + "\n");
        let text: String = std::iter::once(COLUMNS.join(",") + "\n").chain(lines).collect();
        let partial = self.path.with_extension("partial");
        std::fs::write(&partial, text)
            .and_then(|()| std::fs::rename(&partial, &self.path))
            .map_err(|cause| cannot_write(&self.path, &cause))
    }
}

fn cannot_write(path: &Path, cause: &std::io::Error) -> Error {
    Error::Output { path: path.to_owned(), reason: cause.to_string() }
}

/// The cells of a run; no cell holds a comma or a quote.
fn cells_of(run: &Run) -> Vec<String> {
    let (trial, setting) = (&run.trial, &run.trial.setting);
    let share = |value: f64| format!("{value:.6}");
    let test = |cell: &dyn Fn(&Figures) -> String| run.test.as_ref().map(cell).unwrap_or_default();
    vec![
        setting.widths_text(),
        setting.kernel.to_string(),
        setting.pooling.as_str().to_owned(),
        setting.batch_size.to_string(),
        setting.learning_rate.to_string(),
        setting.epochs.to_string(),
        trial.seed.to_string(),
        trial.train_images.to_string(),
        run.validation.images.to_string(),
        share(run.validation.accuracy),
        share(run.validation.macro_f1),
        test(&|figures| figures.images.to_string()),
        test(&|figures| share(figures.accuracy)),
        test(&|figures| share(figures.macro_f1)),
        share(run.loss),
        format!("{:.2}", run.seconds),
        setting.architecture().map_or(0, |architecture| architecture.parameter_count()).to_string(),
    ]
}

fn run_of(row: &csv::StringRecord) -> Option<Run> {
    fn cell<T: FromStr>(row: &csv::StringRecord, column: usize) -> Option<T> {
        row.get(column)?.parse().ok()
    }
    let figures = |images: usize, accuracy: usize, macro_f1: usize| {
        let (images, accuracy, macro_f1) = (cell(row, images)?, cell(row, accuracy)?, cell(row, macro_f1)?);
        Some(Figures { images, accuracy, macro_f1 })
    };
    let setting = Setting {
        widths: Setting::widths_of(row.get(0)?)?,
        kernel: cell(row, 1)?,
        pooling: Pooling::named(row.get(2)?)?,
        batch_size: cell(row, 3)?,
        learning_rate: cell(row, 4)?,
        epochs: cell(row, 5)?,
    };
    let test = if row.get(11)?.is_empty() { None } else { Some(figures(11, 12, 13)?) };
    Some(Run {
        trial: Trial { setting, seed: cell(row, 6)?, train_images: cell(row, 7)? },
        validation: figures(8, 9, 10)?,
        test,
        loss: cell(row, 14)?,
        seconds: cell(row, 15)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(widths: Vec<usize>, seed: u64, test: Option<Figures>) -> Run {
        let setting = Setting { learning_rate: 0.003, pooling: Pooling::Max, ..Setting::plain(widths) };
        let validation = Figures { images: 5000, accuracy: 0.975, macro_f1: 0.9725 };
        Run { trial: Trial { setting, seed, train_images: 10_000 }, validation, test, loss: 0.125, seconds: 7.25 }
    }

    #[test]
    fn what_was_run_is_known_the_next_time() -> Result<()> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("study.csv");
        let test = Figures { images: 10_000, accuracy: 0.97, macro_f1: 0.969 };
        let (first, second) = (run(vec![64, 32], 1, Some(test)), run(vec![8], 2, None));
        let mut table = StudyTable::open(&path)?;
        table.append(&first)?;
        table.append(&second)?;
        let mut again = StudyTable::open(&path)?;
        assert_eq!(again.runs(), [first.clone(), second.clone()]);
        assert!(again.has(&first.trial) && !again.has(&Trial { seed: 9, ..first.trial.clone() }));
        assert!(!again.has(&Trial { train_images: 20_000, ..first.trial.clone() }), "other images are another trial");
        again.sort(&[second.trial.clone(), first.trial.clone()])?;
        assert_eq!(StudyTable::open(&path)?.runs(), [second, first]);
        Ok(())
    }

    #[test]
    fn other_and_damaged_files_are_named() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("study.csv");
        let message = || StudyTable::open(&path).expect_err("no table").to_string();
        std::fs::write(&path, "a,b\n1,2\n").expect("written");
        assert!(message().contains("not the table of a study"));
        std::fs::write(&path, COLUMNS.join(",") + "\n64-32,3,none\n").expect("written");
        assert!(message().contains("damaged in line 2"));
    }
}

//! A confusion matrix, and the figures that follow from it. As a CSV it has a row a class that was there and a column a
//! class that was read.

use std::path::Path;

use crate::error::{Error, Result};
use crate::reader::{CLASS_COUNT, Class};

/// How often each class was read as each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Confusion {
    counts: [[usize; CLASS_COUNT]; CLASS_COUNT],
}

/// Precision, recall and F1 of one class, 0 to 1, and how many there were.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ClassFigures {
    /// Of those read as this class, the share that was; 0 where none was read so.
    pub precision: f64,
    /// Of those of this class, the share that was read so; 0 where there was none.
    pub recall: f64,
    /// The harmonic mean of both.
    pub f1: f64,
    /// How many there were.
    pub support: usize,
}

impl Confusion {
    /// A matrix of zeros.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads a matrix of counts from a CSV: a header `truth,CLASS,CLASS ...`, then a row a class, its name first. Classes have
    /// the names of [`Class::name`].
    ///
    /// # Errors
    /// [`Error::Data`] if the file cannot be read or is no such matrix.
    pub fn from_csv(path: &Path) -> Result<Self> {
        let fault = |reason: String| Error::Data { path: path.to_owned(), reason };
        let class = |name: &str| {
            let unknown = || fault(format!("has a row or column `{name}`, which is no class; digits are named 0 to 9"));
            Class::named(name.trim()).ok_or_else(unknown)
        };
        let mut reader = csv::Reader::from_path(path).map_err(|cause| fault(format!("cannot be read: {cause}")))?;
        let header = reader.headers().map_err(|cause| fault(format!("cannot be read: {cause}")))?;
        let columns = header.iter().skip(1).map(class).collect::<Result<Vec<Class>>>()?;
        let mut confusion = Self::new();
        for row in reader.records() {
            let row = row.map_err(|cause| fault(format!("is no table: {cause}")))?;
            let truth = class(row.get(0).unwrap_or_default())?;
            for (&read, cell) in columns.iter().zip(row.iter().skip(1)) {
                let count = cell.trim().parse::<u32>().map_err(|_| {
                    fault(format!("holds `{cell}` where the count of {} read as {} belongs", truth.name(), read.name()))
                })?;
                confusion.counts[truth.index()][read.index()] += count as usize;
            }
        }
        if confusion.total() == 0 {
            return Err(fault("counts nothing; give a row and a column a class with the counts".to_owned()));
        }
        Ok(confusion)
    }

    /// The cells of that CSV, the header first: the classes that occur, as rows and as columns.
    pub fn to_rows(&self) -> Vec<Vec<String>> {
        let classes = self.classes();
        let mut rows =
            vec![std::iter::once("truth".to_owned()).chain(classes.iter().map(|class| class.name())).collect()];
        for &truth in &classes {
            let counts = classes.iter().map(|&read| self.count(truth, read).to_string());
            rows.push(std::iter::once(truth.name()).chain(counts).collect());
        }
        rows
    }

    /// The pairs of classes that were taken for each other: truth, reading, count; the most frequent first.
    pub fn most_confused(&self) -> Vec<(Class, Class, usize)> {
        let all = Class::ALL.into_iter().flat_map(|truth| Class::ALL.into_iter().map(move |read| (truth, read)));
        let mut pairs: Vec<(Class, Class, usize)> = all
            .filter(|(truth, read)| truth != read)
            .map(|(truth, read)| (truth, read, self.count(truth, read)))
            .filter(|pair| pair.2 > 0)
            .collect();
        pairs.sort_by(|a, b| b.2.cmp(&a.2).then((a.0.index(), a.1.index()).cmp(&(b.0.index(), b.1.index()))));
        pairs
    }

    /// Counts a glyph of one class that was read as another, or as the same.
    pub fn add(&mut self, truth: Class, read: Class) {
        self.counts[truth.index()][read.index()] += 1;
    }

    /// How often `truth` was read as `read`.
    pub fn count(&self, truth: Class, read: Class) -> usize {
        self.counts[truth.index()][read.index()]
    }

    /// How many glyphs were counted.
    pub fn total(&self) -> usize {
        self.counts.iter().flatten().sum()
    }

    /// How many were read as something else.
    pub fn errors(&self) -> usize {
        self.total() - (0..CLASS_COUNT).map(|class| self.counts[class][class]).sum::<usize>()
    }

    /// The share that was read right, 0 to 1; 0 for an empty matrix.
    pub fn accuracy(&self) -> f64 {
        ratio(self.total() - self.errors(), self.total())
    }

    /// The mean F1 over the classes that were there, each counted alike; 0 for an empty matrix.
    pub fn macro_f1(&self) -> f64 {
        let figures = Class::ALL.into_iter().map(|class| self.figures(class));
        let present: Vec<f64> = figures.filter(|figures| figures.support > 0).map(|figures| figures.f1).collect();
        present.iter().sum::<f64>() / present.len().max(1) as f64
    }

    /// Classes that occur, as truth or as reading, in their order.
    pub fn classes(&self) -> Vec<Class> {
        let occurs = |class: &Class| {
            let index = class.index();
            self.counts[index].iter().any(|&count| count > 0) || self.counts.iter().any(|row| row[index] > 0)
        };
        Class::ALL.into_iter().filter(occurs).collect()
    }

    /// The figures of one class.
    pub fn figures(&self, class: Class) -> ClassFigures {
        let index = class.index();
        let support: usize = self.counts[index].iter().sum();
        let read: usize = self.counts.iter().map(|row| row[index]).sum();
        let (precision, recall) = (ratio(self.counts[index][index], read), ratio(self.counts[index][index], support));
        let f1 = if precision + recall > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 };
        ClassFigures { precision, recall, f1, support }
    }
}

fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_of_a_small_matrix() {
        let mut confusion = Confusion::new();
        let (one, seven) = (Class::Digit(1), Class::Digit(7));
        for (truth, read, times) in [(one, one, 3), (one, seven, 1), (seven, seven, 1), (seven, Class::Slash, 1)] {
            (0..times).for_each(|_| confusion.add(truth, read));
        }
        assert_eq!((confusion.total(), confusion.errors()), (6, 2));
        assert_eq!(confusion.classes(), [one, seven, Class::Slash]);
        let figures = confusion.figures(seven);
        assert_eq!((figures.precision, figures.recall, figures.f1, figures.support), (0.5, 0.5, 0.5, 2));
        assert_eq!(confusion.figures(Class::Slash), ClassFigures::default());
        // F1 of 6/7 and 1/2; nothing was a slash.
        assert!((confusion.macro_f1() - (6.0 / 7.0 + 0.5) / 2.0).abs() < 1e-12);
        assert_eq!(Confusion::new().accuracy(), 0.0);
    }

    #[test]
    fn a_matrix_is_written_and_read_back() -> Result<()> {
        let mut confusion = Confusion::new();
        for (truth, read) in
            [(Class::Digit(4), Class::Digit(9)), (Class::NotADigit, Class::Point), (Class::Point, Class::Point)]
        {
            confusion.add(truth, read);
        }
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("matrix.csv");
        let text: Vec<String> = confusion.to_rows().iter().map(|row| row.join(",")).collect();
        assert_eq!(text[0], "truth,4,9,point,no digit");
        std::fs::write(&path, text.join("\n")).expect("written");
        assert_eq!(Confusion::from_csv(&path)?, confusion);
        assert_eq!(confusion.most_confused().len(), 2);
        Ok(())
    }

    #[test]
    fn what_is_no_matrix_is_named() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("matrix.csv");
        for (text, complaint) in [
            ("truth,0,cat\n0,1,2\n", "`cat`"),
            ("truth,0,1\n0,1,-2\n", "`-2`"),
            ("truth,0,1\n0,1\n", "is no table"),
            ("truth,0\n", "counts nothing"),
        ] {
            std::fs::write(&path, text).expect("written");
            let message = Confusion::from_csv(&path).expect_err("no matrix").to_string();
            assert!(message.contains("matrix.csv") && message.contains(complaint), "{message}");
        }
    }
}

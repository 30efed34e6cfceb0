//! A confusion matrix, and the figures that follow from it.

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
        assert_eq!(Confusion::new().accuracy(), 0.0);
    }
}

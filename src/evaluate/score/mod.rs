//! The score of a run: numbers.csv and a truth file in, how many numbers are right out.
//!
//! Reading the two files, matching numbers with truths, and counting are a step each. Printing is left to the binary.

mod calibration;
mod figures;
mod labelled;
mod matching;
mod mismatches;
mod tenfold;

pub use calibration::write_calibration;
pub use figures::{Score, edit_distance};
pub use labelled::{ScoredNumber, Truth, read_numbers, read_sources, read_truths};
pub use matching::{Match, match_numbers};
pub use mismatches::write_mismatches;
pub use tenfold::is_tenfold_error;

/// How values are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Comparison {
    /// As canonical text, to the last character.
    #[default]
    Text,
    /// The digits alone: for truths that leave out separators and signs.
    DigitsOnly,
}

impl Comparison {
    /// What of a value is compared.
    pub fn key(self, value: &str) -> String {
        match self {
            Comparison::Text => value.trim().to_owned(),
            Comparison::DigitsOnly => value.chars().filter(char::is_ascii_digit).collect(),
        }
    }

    /// Whether two values count as the same.
    pub fn equal(self, left: &str, right: &str) -> bool {
        self.key(left) == self.key(right)
    }
}

/// Scores numbers against truths.
pub fn score(numbers: &[ScoredNumber], truths: &[Truth], comparison: Comparison) -> Score {
    Score::of(numbers, truths, &match_numbers(numbers, truths), comparison)
}

#[cfg(test)]
mod tests;

//! Batch totals: the pages of a run one after the other in, the total of a field beside what it should be out.
//!
//! Rows are written as files come in, so that a wrong total is a report at the end of a run and no mark on its numbers.

use std::str::FromStr;

use serde::Serialize;

use super::decimal::Decimal;
use crate::number::{Number, Status};

/// A total that was counted before: a field, and the sum of its numbers over all pages.
#[derive(Clone, Debug)]
pub struct Expected {
    field: String,
    total: Decimal,
}

/// Understands `field=12345.60`.
impl FromStr for Expected {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.rsplit_once('=').filter(|(field, _)| !field.trim().is_empty());
        let expected = parts.and_then(|(field, total)| {
            Some(Self { field: field.trim().to_owned(), total: Decimal::parse(total.trim())? })
        });
        expected.ok_or_else(|| "give a field and its total, such as amount=12345.60".to_owned())
    }
}

/// As it was given: `field=12345.60`.
impl std::fmt::Display for Expected {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}={}", self.field, self.total)
    }
}

/// A number whose other reading would make the total right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Suspect {
    /// The scan it is on.
    pub source: String,
    /// The page, from 1.
    pub page: usize,
    /// What was read.
    pub value: String,
    /// What would make the total right.
    pub alternative: String,
}

/// How a total came out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// The field.
    pub field: String,
    /// What its numbers should add up to.
    pub expected: String,
    /// What they add up to; empty where that is too large to be reckoned with.
    pub total: String,
    /// By how much the total is too large; negative where it is too small, empty where it is not known.
    pub difference: String,
    /// Whether the total is what it should be.
    pub matches: bool,
    /// Numbers that were added.
    pub numbers: usize,
    /// Numbers of the field that are marked for review, or were rejected.
    pub review: usize,
    /// Single numbers whose other reading would make the total right, in the order of the run; [`MOST_SUSPECTS`] at most.
    pub suspects: Vec<Suspect>,
}

/// The report of a total names so many numbers at most.
pub const MOST_SUSPECTS: usize = 5;

/// The totals of a run while its pages come in.
#[derive(Clone, Debug, Default)]
pub struct ControlTotals {
    fields: Vec<Running>,
}

/// The total of one field so far.
#[derive(Clone, Debug)]
struct Running {
    expected: Expected,
    /// `None` once it is too large.
    total: Option<Decimal>,
    numbers: usize,
    review: usize,
    /// Every number with another reading: what that would change, and which number it is.
    shifts: Vec<(Decimal, Suspect)>,
}

impl ControlTotals {
    /// Begins with nothing added.
    pub fn new(expected: impl IntoIterator<Item = Expected>) -> Self {
        let running =
            |expected| Running { expected, total: Some(Decimal::ZERO), numbers: 0, review: 0, shifts: Vec::new() };
        Self { fields: expected.into_iter().map(running).collect() }
    }

    /// Adds the numbers of a page.
    pub fn add(&mut self, source: &str, page: usize, numbers: &[Number]) {
        for running in &mut self.fields {
            let field = running.expected.field.clone();
            numbers.iter().filter(|number| number.field == field).for_each(|number| running.add(source, page, number));
        }
    }

    /// How the totals come out, in the order in which they were given.
    pub fn outcomes(&self) -> Vec<Outcome> {
        self.fields.iter().map(Running::outcome).collect()
    }
}

impl Running {
    fn add(&mut self, source: &str, page: usize, number: &Number) {
        self.review += usize::from(matches!(number.status, Status::Review | Status::Rejected));
        let Some(value) = Decimal::parse(&number.value) else { return };
        self.numbers += 1;
        self.total = self.total.and_then(|total| total.plus(value));
        for (alternative, _) in &number.alternatives {
            let shift = Decimal::parse(alternative).and_then(|other| other.plus(value.negated()));
            if let Some(shift) = shift.filter(|shift| !shift.is_zero()) {
                let suspect = Suspect {
                    source: source.to_owned(),
                    page,
                    value: number.value.clone(),
                    alternative: alternative.clone(),
                };
                self.shifts.push((shift, suspect));
            }
        }
    }

    fn outcome(&self) -> Outcome {
        let difference = self.total.and_then(|total| total.plus(self.expected.total.negated()));
        let matches = difference.is_some_and(|difference| difference.is_zero());
        let repairs = |shift: &Decimal| {
            difference.and_then(|difference| difference.plus(*shift)).is_some_and(|left| left.is_zero())
        };
        let suspects = self.shifts.iter().filter(|(shift, _)| !matches && repairs(shift));
        let text = |number: Option<Decimal>| number.map_or(String::new(), |number| number.to_string());
        Outcome {
            field: self.expected.field.clone(),
            expected: self.expected.total.to_string(),
            total: text(self.total),
            difference: text(difference),
            matches,
            numbers: self.numbers,
            review: self.review,
            suspects: suspects.map(|(_, suspect)| suspect.clone()).take(MOST_SUSPECTS).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consistency::tests::number;

    fn totals(expected: &str) -> ControlTotals {
        ControlTotals::new([expected.parse().expect("a total")])
    }

    #[test]
    fn a_total_is_added_up_over_pages() {
        let mut totals = totals("amount=1300.10");
        totals.add("a.png", 1, &[number("amount", "1000.05", &[]), number("tax", "7", &[])]);
        totals.add("a.png", 2, &[number("amount", "300.05", &[])]);
        let outcome = totals.outcomes().remove(0);
        assert!(outcome.matches && outcome.suspects.is_empty(), "{outcome:?}");
        assert_eq!((outcome.numbers, outcome.difference.as_str()), (2, "0.00"));
    }

    #[test]
    fn a_wrong_total_names_the_numbers_that_would_repair_it() {
        let mut totals = totals("amount=1600");
        for page in 1..=7 {
            totals.add("b.png", page, &[number("amount", "100", &[("170", 0.1), ("1000", 0.05)])]);
        }
        let outcome = totals.outcomes().remove(0);
        assert_eq!((outcome.matches, outcome.total.as_str(), outcome.difference.as_str()), (false, "700", "-900"));
        assert_eq!(outcome.suspects.len(), MOST_SUSPECTS);
        assert_eq!((outcome.suspects[1].page, outcome.suspects[1].alternative.as_str()), (2, "1000"));
    }

    #[test]
    fn totals_are_a_field_and_a_number() {
        assert_eq!("net = 12.50".parse::<Expected>().expect("a total").to_string(), "net=12.50");
        for text in ["", "net", "=5", "net=", "net=1,5", "net=many"] {
            assert!(text.parse::<Expected>().is_err(), "{text}");
        }
    }
}

//! Who belongs to whom: numbers and truths in, pairs out; each number and each truth in one pair at most.
//!
//! A number belongs to the truth of the same source, page and field name; where the names do not meet, to the truth whose
//! box holds most of the number's box, at least half. Values are not looked at.

use std::collections::HashMap;

use crate::evaluate::score::{ScoredNumber, Truth};

/// The share of a number's box that a truth's box must hold.
const LEAST_SHARE: f64 = 0.5;

/// A number and its truth, as places in their lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Match {
    /// Place in the list of truths.
    pub truth: usize,
    /// Place in the list of numbers.
    pub number: usize,
}

/// Matches numbers with truths; the pairs are sorted by truth.
pub fn match_numbers(numbers: &[ScoredNumber], truths: &[Truth]) -> Vec<Match> {
    let mut pages: HashMap<(&str, usize), Page> = HashMap::new();
    for (index, truth) in truths.iter().enumerate() {
        pages.entry((&truth.source, truth.page)).or_default().truths.push(index);
    }
    for (index, number) in numbers.iter().enumerate() {
        pages.entry((&number.source, number.page)).or_default().numbers.push(index);
    }
    let mut matches: Vec<Match> = pages.into_values().flat_map(|page| page.matches(numbers, truths)).collect();
    matches.sort_unstable();
    matches
}

/// The numbers and truths of one page that have no partner yet.
#[derive(Default)]
struct Page {
    truths: Vec<usize>,
    numbers: Vec<usize>,
}

impl Page {
    fn matches(mut self, numbers: &[ScoredNumber], truths: &[Truth]) -> Vec<Match> {
        let mut matches = self.match_names(numbers, truths);
        self.truths.retain(|truth| matches.iter().all(|found| found.truth != *truth));
        self.numbers.retain(|number| matches.iter().all(|found| found.number != *number));
        matches.extend(self.match_boxes(numbers, truths));
        matches
    }

    fn match_names(&self, numbers: &[ScoredNumber], truths: &[Truth]) -> Vec<Match> {
        let mut free: HashMap<&str, usize> = HashMap::new();
        for number in self.numbers.iter().rev() {
            free.insert(&numbers[*number].field, *number);
        }
        let pair = |truth: &usize| Some(Match { truth: *truth, number: free.remove(truths[*truth].field.as_str())? });
        self.truths.iter().filter_map(pair).collect()
    }

    /// Each number asks for the truth that holds most of it; of several that ask for one truth, the largest wins, and one
    /// with a value wins over one without.
    fn match_boxes(&self, numbers: &[ScoredNumber], truths: &[Truth]) -> Vec<Match> {
        let mut best: HashMap<usize, (bool, i64, usize)> = HashMap::new();
        for &number in &self.numbers {
            let Some((truth, area_px)) = self.holder(&numbers[number], truths) else { continue };
            let claim = (numbers[number].has_value(), area_px, number);
            let winner = best.entry(truth).or_insert(claim);
            if (claim.0, claim.1) > (winner.0, winner.1) {
                *winner = claim;
            }
        }
        best.into_iter().map(|(truth, (_, _, number))| Match { truth, number }).collect()
    }

    /// The truth that holds most of a number's box, and how many pixels of it; `None` where none holds half.
    fn holder(&self, number: &ScoredNumber, truths: &[Truth]) -> Option<(usize, i64)> {
        let bounds = number.bounds?;
        let held = |truth: &usize| Some((*truth, truths[*truth].bounds?.intersection(&bounds).area()));
        self.truths
            .iter()
            .filter_map(held)
            .reduce(|best, next| if next.1 > best.1 { next } else { best })
            .filter(|(_, area_px)| *area_px as f64 >= LEAST_SHARE * bounds.area() as f64)
    }
}

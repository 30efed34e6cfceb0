//! Which digits are taken for which: reviewed numbers in, the most frequent confusions out.

use std::collections::BTreeMap;

use crate::web::store::figures::Reviewed;

/// Confusions that are shown.
const SHOWN: usize = 10;

/// A digit that was read as another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Confusion {
    pub read: char,
    pub is: char,
    pub count: usize,
}

/// The most frequent confusions, from numbers that have as many digits as were read.
pub fn most_frequent(reviewed: &[Reviewed]) -> Vec<Confusion> {
    let mut counts: BTreeMap<(char, char), usize> = BTreeMap::new();
    for Reviewed { number, decided_value, .. } in reviewed {
        let [read, decided] =
            [&number.value, decided_value].map(|value| value.chars().filter(char::is_ascii_digit).collect::<Vec<_>>());
        if read.len() == decided.len() {
            for pair in read.into_iter().zip(decided).filter(|(read, is)| read != is) {
                *counts.entry(pair).or_default() += 1;
            }
        }
    }
    let mut confusions: Vec<Confusion> =
        counts.into_iter().map(|((read, is), count)| Confusion { read, is, count }).collect();
    confusions.sort_by_key(|confusion| std::cmp::Reverse(confusion.count));
    confusions.truncate(SHOWN);
    confusions
}

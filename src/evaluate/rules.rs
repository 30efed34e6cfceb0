//! Measuring rules across fields: pages of numbers with their truth in, how many misreadings the rules find and repair out.

use crate::consistency::{CompiledRule, Options, apply};
use crate::number::{Number, Reason};

/// The true values of a page: names of fields and what stands in them.
pub type Truth = Vec<(String, String)>;

/// What rules make of pages with one misreading each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Trial {
    /// Pages on which a reading was forced wrong: those with a right number that has a runner-up and that a rule names.
    pub pages: usize,
    /// Pages whose misreading was marked by a rule or repaired.
    pub caught: usize,
    /// Pages whose misread number has its true value again.
    pub repaired_rightly: usize,
    /// Pages on which a right value was changed into a wrong one.
    pub made_worse: usize,
}

/// Forces one number of each page wrong, lays the rules on the pages with repairs on, and counts what comes of it.
///
/// The first alternative of a right number and its value change places, the probabilities stay: a misreading as it happens, the
/// right value the runner-up. Which number that is goes round from page to page. `truths` are those of the pages, in their order;
/// the pages are left as the rules leave them.
pub fn trial(pages: &mut [Vec<Number>], truths: &[Truth], rules: &[CompiledRule], min_confidence: f32) -> Trial {
    let mut counts = Trial::default();
    for (index, (numbers, truth)) in pages.iter_mut().zip(truths).enumerate() {
        let eligible: Vec<usize> = (0..numbers.len())
            .filter(|&place| {
                let number = &numbers[place];
                let is_named = rules.iter().any(|rule| rule.fields().any(|field| field == number.field));
                is_named && !number.alternatives.is_empty() && !number.value.is_empty() && is_right(number, truth)
            })
            .collect();
        if eligible.is_empty() {
            continue;
        }
        let forced = eligible[index % eligible.len()];
        let number = &mut numbers[forced];
        std::mem::swap(&mut number.value, &mut number.alternatives[0].0);
        let were_right: Vec<bool> = numbers.iter().map(|number| is_right(number, truth)).collect();
        apply(numbers, rules, &Options { repair: true, min_confidence });
        let is_repaired = is_right(&numbers[forced], truth);
        let is_marked = numbers[forced].reasons.iter().any(|reason| matches!(reason, Reason::Rule { .. }));
        let is_worse =
            numbers.iter().zip(&were_right).any(|(number, was_right)| *was_right && !is_right(number, truth));
        counts.pages += 1;
        counts.caught += usize::from(is_marked || is_repaired);
        counts.repaired_rightly += usize::from(is_repaired);
        counts.made_worse += usize::from(is_worse);
    }
    counts
}

/// Whether a number has its true value.
fn is_right(number: &Number, truth: &Truth) -> bool {
    truth.iter().any(|(field, value)| *field == number.field && *value == number.value)
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;

//! The repair of a broken rule: the numbers of a page and their other readings in, the one reading that makes the rule hold out.

use super::decimal::Decimal;
use super::evidence::FAR_LIKELIER;
use super::page::{Places, Swap};
use super::rule::Verdict;
use crate::number::Number;

/// Another reading of a number that makes a rule hold.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Repair {
    /// Place of the number on the page.
    pub(super) number: usize,
    /// The value to take.
    pub(super) value: String,
    /// Its probability among the readings of the number.
    pub(super) probability: f32,
}

/// A repair and what speaks for it.
struct Candidate {
    repair: Repair,
    /// How many broken rules it repairs: one misreading is likelier than two.
    repaired: usize,
    /// How likely it is beside the present value.
    odds: f32,
}

/// The repair of a broken rule, where there is exactly one reading of one number that makes it hold and breaks no other rule.
///
/// Where there are several, those that repair most broken rules count, and of these one alone that is [`FAR_LIKELIER`] than the next.
pub(super) fn of_rule(rule: usize, places: &Places, numbers: &[Number], verdicts: &[Verdict]) -> Option<Repair> {
    let mut candidates: Vec<Candidate> = Vec::new();
    for place in places.of_rule(rule) {
        let number = &numbers[place];
        for (value, probability) in &number.alternatives {
            let swap = Swap { number: place, value };
            let is_known =
                candidates.iter().any(|known| known.repair.number == place && is_same(&known.repair.value, value));
            if is_known || places.judge(rule, numbers, Some(swap)) != Verdict::Holds {
                continue;
            }
            if let Some(repaired) = count_repaired(swap, places, numbers, verdicts) {
                let repair = Repair { number: place, value: value.clone(), probability: *probability };
                candidates.push(Candidate { repair, repaired, odds: probability / number.confidence.max(1e-6) });
            }
        }
    }
    let most = candidates.iter().map(|candidate| candidate.repaired).max()?;
    candidates.retain(|candidate| candidate.repaired == most);
    candidates.sort_by(|a, b| b.odds.total_cmp(&a.odds));
    let is_clear = candidates.get(1).is_none_or(|second| candidates[0].odds > FAR_LIKELIER * second.odds);
    if is_clear { Some(candidates.swap_remove(0).repair) } else { None }
}

/// How many broken rules another value repairs; `None` where it breaks one that is not broken.
fn count_repaired(swap: Swap, places: &Places, numbers: &[Number], verdicts: &[Verdict]) -> Option<usize> {
    let mut repaired = 0;
    for (rule, verdict) in verdicts.iter().enumerate().filter(|(rule, _)| places.names(*rule, swap.number)) {
        match (*verdict, places.judge(rule, numbers, Some(swap))) {
            (Verdict::Broken, Verdict::Holds) => repaired += 1,
            (Verdict::Broken, _) => {}
            (_, Verdict::Broken) => return None,
            _ => {}
        }
    }
    Some(repaired)
}

/// Whether two texts are one number: `12` and `12.00` are.
fn is_same(left: &str, right: &str) -> bool {
    let numbers = Decimal::parse(left).zip(Decimal::parse(right));
    left == right || numbers.is_some_and(|(left, right)| left.compare(right) == Some(std::cmp::Ordering::Equal))
}

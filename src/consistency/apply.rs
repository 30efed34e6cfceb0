//! The rules of a form, laid on a page: its numbers in, the same numbers marked, surer or repaired out.

use super::CompiledRule;
use super::evidence;
use super::page::{Places, Swap};
use super::repair::{self, Repair};
use super::rule::Verdict;
use crate::number::{Number, Reason, Status};

/// How rules are laid on a page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// Whether the one reading that repairs a broken rule is taken.
    pub repair: bool,
    /// Numbers below this confidence are marked for review; 0 to 1.
    pub min_confidence: f32,
}

/// Lays the rules on the numbers of one page, found by the names of their fields.
///
/// - An equation that holds (one `=` across two fields or more) makes its filled numbers surer; a number that was marked for its low
///   confidence alone becomes ok where that is enough. Ranges, orders and conditions make no number surer.
/// - A broken rule marks all numbers that it names `review` with [`Reason::Rule`]; an equation leaves empty fields empty. Where exactly one reading of one number repairs it and
///   breaks no other rule, the reason says so; with [`Options::repair`] the number takes that value. Its text and digits stay what was
///   read, its former value becomes its first alternative, and its confidence is what the repair is worth.
/// - Where that reaches the least confidence, the rule counts as kept: its other numbers are not marked, and the repaired number, which
///   keeps the reason, is ok if there is no other.
pub fn apply(numbers: &mut [Number], rules: &[CompiledRule], options: &Options) {
    let places = Places::find(rules, numbers);
    let verdicts: Vec<Verdict> = (0..rules.len()).map(|rule| places.judge(rule, numbers, None)).collect();
    for rule in (0..rules.len()).filter(|&rule| verdicts[rule] == Verdict::Holds && rules[rule].is_equation()) {
        for place in places.of_rule(rule) {
            raise(&mut numbers[place], options);
        }
    }
    let broken: Vec<usize> = (0..rules.len()).filter(|&rule| verdicts[rule] == Verdict::Broken).collect();
    let repairs: Vec<Option<Repair>> =
        broken.iter().map(|&rule| repair::of_rule(rule, &places, numbers, &verdicts)).collect();
    for (&rule, repair) in broken.iter().zip(&repairs) {
        let reason = Reason::Rule {
            name: rules[rule].name.clone(),
            repaired_by: repair.as_ref().map(|repair| numbers[repair.number].field.clone()),
        };
        let is_kept = repair.as_ref().is_some_and(|repair| {
            options.repair
                && take(repair, &places, numbers)
                && numbers[repair.number].confidence >= options.min_confidence
        });
        for place in places.of_rule(rule) {
            let is_repaired = repair.as_ref().is_some_and(|repair| repair.number == place);
            // Nobody writes zeros: of a sum the empty fields are the last to be wrong.
            let is_left_out = rules[rule].is_equation() && numbers[place].status == Status::Empty;
            if (!is_kept || is_repaired) && !is_left_out {
                mark(&mut numbers[place], &reason);
            }
        }
    }
    if options.repair {
        settle(numbers, repairs.iter().flatten(), rules, options);
    }
}

/// Evidence from an equation that holds.
fn raise(number: &mut Number, options: &Options) {
    if !matches!(number.status, Status::Ok | Status::Review) || number.value.is_empty() {
        return;
    }
    let before = number.confidence;
    number.confidence = evidence::raised(before);
    let left = (1.0 - number.confidence) / (1.0 - before).max(f32::MIN_POSITIVE);
    number.alternatives.iter_mut().for_each(|(_, probability)| *probability *= left.min(1.0));
    if number.confidence >= options.min_confidence && number.reasons == [Reason::LowConfidence] {
        number.reasons.clear();
        number.status = Status::Ok;
    }
}

fn mark(number: &mut Number, reason: &Reason) {
    if !number.reasons.contains(reason) {
        number.reasons.push(reason.clone());
    }
    if number.status != Status::Rejected {
        number.status = Status::Review;
    }
}

/// Gives a number the value that repairs a rule; false where an earlier repair on the page has made it wrong. A repair of two rules is
/// taken once.
fn take(repair: &Repair, places: &Places, numbers: &mut [Number]) -> bool {
    if numbers[repair.number].value == repair.value {
        return true;
    }
    let swap = Swap { number: repair.number, value: &repair.value };
    let rules = (0..places.rules.len()).filter(|&rule| places.names(rule, repair.number));
    let breaks = |rule: usize| {
        let was = places.judge(rule, numbers, None);
        was != Verdict::Broken && places.judge(rule, numbers, Some(swap)) == Verdict::Broken
    };
    if rules.into_iter().any(breaks) {
        return false;
    }
    let number = &mut numbers[repair.number];
    let confidence = evidence::repaired(repair.probability);
    number.alternatives.retain(|(value, _)| *value != repair.value);
    let former = std::mem::replace(&mut number.value, repair.value.clone());
    number.alternatives.insert(0, (former, number.confidence.min(1.0 - confidence)));
    number.confidence = confidence;
    true
}

/// The status of the numbers that were repaired: ok where they are sure enough, every rule that marks them is repaired by them, and
/// there is no other reason.
fn settle<'a>(
    numbers: &mut [Number],
    repairs: impl Iterator<Item = &'a Repair>,
    rules: &[CompiledRule],
    options: &Options,
) {
    for repair in repairs {
        let number = &mut numbers[repair.number];
        if number.value != repair.value {
            continue;
        }
        number.reasons.retain(|reason| *reason != Reason::LowConfidence);
        let is_own = |reason: &Reason| match reason {
            Reason::Rule { name, repaired_by: Some(field) } => {
                *field == number.field && rules.iter().any(|rule| rule.name == *name)
            }
            _ => false,
        };
        let is_sure = number.confidence >= options.min_confidence;
        number.status = if is_sure && number.reasons.iter().all(is_own) { Status::Ok } else { Status::Review };
        if !is_sure {
            number.reasons.insert(0, Reason::LowConfidence);
        }
    }
}

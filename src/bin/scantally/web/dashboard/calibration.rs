//! Whether the confidences are right here: reviewed numbers in; for ten classes of confidence how many were expected to be right and how
//! many were, and a judgement, out.
//!
//! A number tells something about its confidence only if it was not looked at because of what it turned out to be. Numbers below the
//! threshold were chosen by their confidence alone, and those of a sample at random: these count. Numbers whose check failed are wrong more often
//! than their confidence says, and sure ones that somebody picked out by eye, too: these are left out, and counted.

use scantally::evaluate::graphics::wilson_interval;
use scantally::number::{Reason, Status};

use crate::web::store::figures::Reviewed;

/// Classes of confidence, each a tenth.
const CLASSES: usize = 10;

/// With fewer numbers nothing is said: where 90 in 100 are right, 100 numbers leave an interval of 6 points to either side, and a calibration
/// that is off by less does no harm.
pub const FEWEST: usize = 100;

/// One class of confidence.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Class {
    /// Confidences from here on, 0 to 1 ...
    pub from: f64,
    /// ... below this, or up to it in the last class.
    pub to: f64,
    pub count: usize,
    /// The mean confidence: the share that should be right.
    pub expected: f64,
    /// The share that was right.
    pub found: f64,
    /// Where the true share lies with a probability of 95 %.
    pub interval: [f64; 2],
}

impl Class {
    /// Its confidences, such as `90–100 %`.
    pub fn range(&self) -> String {
        format!("{:.0}–{:.0} %", 100.0 * self.from, 100.0 * self.to)
    }

    pub fn expected_percent(&self) -> String {
        format!("{:.1} %", 100.0 * self.expected)
    }

    pub fn found_percent(&self) -> String {
        format!("{:.1} %", 100.0 * self.found)
    }

    pub fn interval_percent(&self) -> String {
        format!("{:.0}–{:.0} %", 100.0 * self.interval[0], 100.0 * self.interval[1])
    }
}

/// What is to be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement {
    TooFew,
    /// The expected share lies in the interval of the found one.
    Right,
    /// Fewer are right than the confidences say.
    TooSure,
    /// More are right than the confidences say.
    TooCareful,
}

/// What reviewed numbers say about the confidences.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibration {
    /// Ascending.
    pub classes: Vec<Class>,
    /// All that count, as one class.
    pub all: Class,
    /// Of these, those of samples.
    pub drawn: usize,
    /// Reviewed numbers that do not count.
    pub left_out: usize,
    pub judgement: Judgement,
}

impl Calibration {
    /// Judges reviewed numbers.
    pub fn of(reviewed: &[Reviewed]) -> Self {
        let counting: Vec<&Reviewed> = reviewed.iter().filter(|number| counts(number)).collect();
        let outcomes: Vec<(f64, bool)> = counting.iter().map(|number| outcome(number)).collect();
        let edge = |class: usize| class as f64 / CLASSES as f64;
        let classes = (0..CLASSES).map(|class| {
            let inside: Vec<_> =
                outcomes.iter().copied().filter(|(confidence, _)| class_of(*confidence) == class).collect();
            class_from(edge(class), edge(class + 1), &inside)
        });
        let all = class_from(0.0, 1.0, &outcomes);
        Self {
            classes: classes.collect(),
            all,
            drawn: counting.iter().filter(|number| number.is_drawn).count(),
            left_out: reviewed.len() - counting.len(),
            judgement: judgement(&all),
        }
    }
}

/// Whether a number was looked at for its confidence alone, or at random.
fn counts(reviewed: &Reviewed) -> bool {
    let number = &reviewed.number;
    let is_for_confidence =
        number.status == Status::Review && number.reasons.iter().all(|reason| *reason == Reason::LowConfidence);
    is_for_confidence || (number.status == Status::Ok && reviewed.is_drawn)
}

fn outcome(reviewed: &Reviewed) -> (f64, bool) {
    (f64::from(reviewed.number.confidence.clamp(0.0, 1.0)), reviewed.number.value == reviewed.decided_value)
}

fn class_of(confidence: f64) -> usize {
    ((confidence * CLASSES as f64) as usize).min(CLASSES - 1)
}

fn class_from(from: f64, to: f64, outcomes: &[(f64, bool)]) -> Class {
    let count = outcomes.len();
    if count == 0 {
        return Class { from, to, interval: [0.0, 1.0], ..Class::default() };
    }
    let expected = outcomes.iter().map(|(confidence, _)| confidence).sum::<f64>() / count as f64;
    let found = outcomes.iter().filter(|(_, is_right)| *is_right).count() as f64 / count as f64;
    Class { from, to, count, expected, found, interval: wilson_interval(found, count) }
}

fn judgement(all: &Class) -> Judgement {
    let [lower, upper] = all.interval;
    match all.count {
        0..FEWEST => Judgement::TooFew,
        _ if all.expected > upper => Judgement::TooSure,
        _ if all.expected < lower => Judgement::TooCareful,
        _ => Judgement::Right,
    }
}

//! What must hold across the fields of a page: the numbers of a page and the rules of its template in, numbers that are marked,
//! repaired or surer out.
//!
//! [`compile`] understands the rules of a template, [`apply`] lays them on a page. [`control_total`] adds up a field over a whole run.
//!
//! A rule is a condition: `total = wages + interest - deductions`, `tax = 0.2 * net within 0.01`, `0 <= age <= 120`,
//! `signed >= issued`, `total = sum(line_*)`, `total = sum(line_1 .. line_9)` (in the order of the template),
//! `if married = 1 then filled(spouse_income)`, with `and`, `or`, `not`, brackets, `filled(field)` and `empty(field)`. Dates are
//! written `2026-03-01`. A field whose name is no plain word, or is a word of this language, stands between backticks.
//! `within` allows a difference up to its number, and binds to the comparison before it.
//!
//! Empty fields count as 0 in sums. A comparison one side of which is a single field (with or without a constant) that is empty asks for
//! nothing, and so does an `if` whose condition compares an empty field. A rule that needs a number that cannot be read says nothing.

mod apply;
pub mod control_total;
mod decimal;
mod evidence;
mod nearest;
mod page;
mod parse;
mod repair;
mod rule;
#[cfg(test)]
mod tests;
mod tokens;

pub use apply::{Options, apply};
pub use rule::CompiledRule;

use crate::template::Template;

/// Why a rule cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFault {
    /// Its place among the rules of the template, from 0.
    pub rule: usize,
    /// Where in its check, in characters from 1.
    pub column: usize,
    /// What is wrong there, without a full stop.
    pub reason: String,
}

/// Understands the rules of a template, in their order.
///
/// # Errors
/// One [`RuleFault`] for each rule that cannot be understood, in their order: words that mean nothing, names of no field, amounts
/// compared with dates.
pub fn compile(template: &Template) -> Result<Vec<CompiledRule>, Vec<RuleFault>> {
    let mut rules = Vec::new();
    let mut faults = Vec::new();
    for (place, spec) in template.rules.iter().enumerate() {
        match parse::rule(spec, &template.fields) {
            Ok(rule) => rules.push(rule),
            Err((column, reason)) => faults.push(RuleFault { rule: place, column, reason }),
        }
    }
    if faults.is_empty() { Ok(rules) } else { Err(faults) }
}

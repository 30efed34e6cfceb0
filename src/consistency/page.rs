//! The rules of a form on one page: its numbers in, what stands in the fields of each rule and what the rule says of it out.

use std::collections::HashMap;

use super::decimal::Decimal;
use super::rule::{Cell, CompiledRule, NamedField, Verdict};
use crate::number::{Number, Status};

/// Where on a page the fields of each rule are.
pub(super) struct Places<'a> {
    pub(super) rules: &'a [CompiledRule],
    /// For each rule and each of its fields the place of its number on the page.
    numbers: Vec<Vec<Option<usize>>>,
}

/// Another value in place of the one that was read.
#[derive(Clone, Copy)]
pub(super) struct Swap<'a> {
    /// Place of the number.
    pub(super) number: usize,
    pub(super) value: &'a str,
}

impl<'a> Places<'a> {
    /// Finds the fields by their names.
    pub(super) fn find(rules: &'a [CompiledRule], numbers: &[Number]) -> Self {
        let by_name: HashMap<&str, usize> =
            numbers.iter().enumerate().map(|(place, number)| (number.field.as_str(), place)).collect();
        let places = |rule: &CompiledRule| rule.fields().map(|name| by_name.get(name).copied()).collect();
        Self { rules, numbers: rules.iter().map(places).collect() }
    }

    /// The numbers that a rule names, as far as they are on the page.
    pub(super) fn of_rule(&self, rule: usize) -> impl Iterator<Item = usize> {
        self.numbers[rule].iter().copied().flatten()
    }

    /// Whether a rule names a number.
    pub(super) fn names(&self, rule: usize, number: usize) -> bool {
        self.numbers[rule].contains(&Some(number))
    }

    /// What a rule says of the page, with one value in place of another where that is asked.
    pub(super) fn judge(&self, rule: usize, numbers: &[Number], swap: Option<Swap>) -> Verdict {
        let fields = self.rules[rule].fields.iter().zip(&self.numbers[rule]);
        let cells: Vec<Cell> = fields
            .map(|(field, place)| match (*place, swap) {
                (Some(place), Some(swap)) if swap.number == place => value(swap.value, field),
                (Some(place), _) => cell(&numbers[place], field),
                (None, _) => Cell::Unknown,
            })
            .collect();
        self.rules[rule].judge(&cells)
    }
}

fn cell(number: &Number, field: &NamedField) -> Cell {
    let is_blank = number.value.is_empty() && number.text.is_empty() && number.status != Status::Rejected;
    if is_blank { Cell::Empty } else { value(&number.value, field) }
}

fn value(text: &str, field: &NamedField) -> Cell {
    let number = if field.is_date { Decimal::parse_date(text) } else { Decimal::parse(text) };
    number.map_or(Cell::Unknown, Cell::Value)
}

//! A compiled rule: the values of the fields that it names in, whether it holds out.

use std::cmp::Ordering;

use super::decimal::Decimal;

/// A rule across fields, understood and checked against its template.
#[derive(Clone, Debug)]
pub struct CompiledRule {
    pub(super) name: String,
    /// The fields that it names, each once; the places in `condition` are those of this list.
    pub(super) fields: Vec<NamedField>,
    pub(super) condition: Condition,
}

/// A field that a rule names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NamedField {
    pub(super) name: String,
    pub(super) is_date: bool,
}

/// What stands in a field.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cell {
    Empty,
    Value(Decimal),
    /// There is no such number on the page, or it cannot be read.
    Unknown,
}

/// What a rule says of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It holds, and the values bear it out.
    Holds,
    /// It asks for nothing here: a field that it compares is empty, or its `if` is not fulfilled.
    Silent,
    Broken,
    /// A value that it needs cannot be read.
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Unequal,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

/// Something that has a value: a number, or a date as a number.
#[derive(Clone, Debug)]
pub(super) enum Quantity {
    Constant(Decimal),
    Field(usize),
    Sum(Vec<Quantity>),
    Product(Decimal, Box<Quantity>),
}

/// Something that holds or does not.
#[derive(Clone, Debug)]
pub(super) enum Condition {
    /// Each of the neighbours in a chain such as `0 <= age <= 120`.
    Compare {
        first: Quantity,
        rest: Vec<(Comparison, Quantity)>,
        tolerance: Decimal,
    },
    Filled(usize),
    Empty(usize),
    Not(Box<Condition>),
    All(Vec<Condition>),
    Any(Vec<Condition>),
    If(Box<Condition>, Box<Condition>),
}

impl CompiledRule {
    /// Its name, as it stands in the reasons.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The names of the fields that it names, each once, in the order of the rule.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|field| field.name.as_str())
    }

    /// What the rule says of a page, given what stands in each of its fields.
    pub(super) fn judge(&self, cells: &[Cell]) -> Verdict {
        self.condition.judge(cells)
    }

    /// Whether the rule is an equation that a misread digit breaks: one `=` across two fields or more, with a tolerance below 1.
    ///
    /// Ranges, orders and conditions are kept by most misreadings too, and so say next to nothing for a number.
    pub fn is_equation(&self) -> bool {
        match &self.condition {
            Condition::Compare { rest, tolerance, .. } => {
                let is_tight = tolerance.compare(Decimal::ONE) == Some(Ordering::Less);
                matches!(rest[..], [(Comparison::Equal, _)]) && self.fields.len() >= 2 && is_tight
            }
            _ => false,
        }
    }
}

impl Quantity {
    /// The value; empty fields count as 0. `None` where a field cannot be read or the value is too large.
    fn value(&self, cells: &[Cell]) -> Option<Decimal> {
        match self {
            Quantity::Constant(number) => Some(*number),
            Quantity::Field(place) => match cells[*place] {
                Cell::Empty => Some(Decimal::ZERO),
                Cell::Value(number) => Some(number),
                Cell::Unknown => None,
            },
            Quantity::Sum(terms) => terms.iter().try_fold(Decimal::ZERO, |sum, term| sum.plus(term.value(cells)?)),
            Quantity::Product(factor, quantity) => factor.times(quantity.value(cells)?),
        }
    }

    /// Adds the places of its fields to a list.
    fn gather(&self, places: &mut Vec<usize>) {
        match self {
            Quantity::Constant(_) => {}
            Quantity::Field(place) => places.push(*place),
            Quantity::Sum(terms) => terms.iter().for_each(|term| term.gather(places)),
            Quantity::Product(_, quantity) => quantity.gather(places),
        }
    }

    /// Whether it is one field, perhaps with a constant, and that field is empty.
    fn is_an_empty_field(&self, cells: &[Cell]) -> bool {
        let mut places = Vec::new();
        self.gather(&mut places);
        matches!(places[..], [place] if matches!(cells[place], Cell::Empty))
    }
}

impl Comparison {
    fn holds(self, left: Decimal, right: Decimal, tolerance: Decimal) -> Option<bool> {
        let is_near = left.distance(right)?.compare(tolerance)? != Ordering::Greater;
        let order = left.compare(right)?;
        Some(match self {
            Comparison::Equal => is_near,
            Comparison::Unequal => !is_near,
            Comparison::Less => order == Ordering::Less,
            Comparison::AtMost => is_near || order == Ordering::Less,
            Comparison::Greater => order == Ordering::Greater,
            Comparison::AtLeast => is_near || order == Ordering::Greater,
        })
    }
}

impl Condition {
    fn judge(&self, cells: &[Cell]) -> Verdict {
        match self {
            Condition::Compare { first, rest, tolerance } => {
                let lefts = std::iter::once(first).chain(rest.iter().map(|(_, right)| right));
                let pairs = lefts
                    .zip(rest)
                    .map(|(left, (comparison, right))| compare(left, *comparison, right, *tolerance, cells));
                all(pairs)
            }
            Condition::Filled(place) => of_bool(match cells[*place] {
                Cell::Empty => false,
                Cell::Value(_) | Cell::Unknown => true,
            }),
            Condition::Empty(place) => of_bool(matches!(cells[*place], Cell::Empty)),
            Condition::Not(inner) => match inner.judge(cells) {
                Verdict::Holds => Verdict::Broken,
                Verdict::Broken => Verdict::Holds,
                other => other,
            },
            Condition::All(parts) => all(parts.iter().map(|part| part.judge(cells))),
            Condition::Any(parts) => any(parts.iter().map(|part| part.judge(cells))),
            Condition::If(premise, conclusion) => match premise.judge(cells) {
                Verdict::Holds => conclusion.judge(cells),
                Verdict::Unknown => Verdict::Unknown,
                Verdict::Broken | Verdict::Silent => Verdict::Silent,
            },
        }
    }
}

fn of_bool(holds: bool) -> Verdict {
    if holds { Verdict::Holds } else { Verdict::Broken }
}

fn compare(left: &Quantity, comparison: Comparison, right: &Quantity, tolerance: Decimal, cells: &[Cell]) -> Verdict {
    if left.is_an_empty_field(cells) || right.is_an_empty_field(cells) {
        return Verdict::Silent;
    }
    let values = left.value(cells).zip(right.value(cells));
    match values.and_then(|(left, right)| comparison.holds(left, right, tolerance)) {
        Some(holds) => of_bool(holds),
        None => Verdict::Unknown,
    }
}

/// Broken by one that is broken; what cannot be read comes next.
fn all(verdicts: impl Iterator<Item = Verdict>) -> Verdict {
    first_of(verdicts, [Verdict::Broken, Verdict::Unknown, Verdict::Holds])
}

/// Held by one that holds; what cannot be read comes next.
fn any(verdicts: impl Iterator<Item = Verdict>) -> Verdict {
    first_of(verdicts, [Verdict::Holds, Verdict::Unknown, Verdict::Silent])
}

/// The first of `order` that occurs, else what all of them are.
fn first_of<const N: usize>(verdicts: impl Iterator<Item = Verdict>, order: [Verdict; N]) -> Verdict {
    let met: Vec<Verdict> = verdicts.collect();
    let strongest = order.into_iter().find(|verdict| met.contains(verdict));
    strongest.or(met.first().copied()).unwrap_or(Verdict::Silent)
}

//! The language of rules: the text of a check and the fields of a template in, a [`CompiledRule`] or a fault with its column out.
//!
//! Recursive descent, one function a level: `if` binds least, then `or`, `and`, `not`, comparisons, sums, products.

use super::decimal::Decimal;
use super::nearest::nearest;
use super::rule::{Comparison, CompiledRule, Condition, NamedField, Quantity};
use super::tokens::{Placed, Token, tokens};
use crate::template::{FieldKind, FieldSpec, RuleSpec};

/// A fault and its column, from 1.
type Fault = (usize, String);
type Parsed<T> = Result<T, Fault>;

/// Words that mean something; a field of that name stands between backticks.
const KEYWORDS: [&str; 9] = ["if", "then", "and", "or", "not", "within", "sum", "filled", "empty"];

/// Rules that are nested deeper than this are refused: nobody writes them, and each level takes room on the stack.
const MOST_LEVELS: usize = 50;

/// Understands one rule.
pub(super) fn rule(spec: &RuleSpec, fields: &[FieldSpec]) -> Parsed<CompiledRule> {
    let mut parser = Parser { tokens: tokens(&spec.check)?, at: 0, template: fields, named: Vec::new(), levels: 0 };
    let condition = parser.rule()?;
    if *parser.token() != Token::End {
        return Err(parser.unexpected("the end of the rule, `and` or `or`"));
    }
    if parser.named.is_empty() {
        return Err((1, "the rule names no field".to_owned()));
    }
    Ok(CompiledRule { name: spec.name.clone(), fields: parser.named, condition })
}

struct Parser<'a> {
    tokens: Vec<Placed>,
    at: usize,
    template: &'a [FieldSpec],
    named: Vec<NamedField>,
    levels: usize,
}

/// What a part of a rule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Number,
    Date,
}

/// A part of a rule: brackets may hold either.
enum Part {
    Quantity(Quantity, Kind),
    Condition(Condition),
}

impl Parser<'_> {
    fn token(&self) -> &Token {
        &self.tokens[self.at].0
    }

    fn column(&self) -> usize {
        self.tokens[self.at].1
    }

    /// Takes the next token; the end stays.
    fn advance(&mut self) -> Token {
        let token = self.token().clone();
        self.at = (self.at + 1).min(self.tokens.len() - 1);
        token
    }

    fn takes_word(&mut self, word: &str) -> bool {
        let is_next = matches!(self.token(), Token::Word(next) if next == word);
        if is_next {
            self.advance();
        }
        is_next
    }

    fn takes_sign(&mut self, sign: &str) -> bool {
        let is_next = matches!(self.token(), Token::Sign(next) if *next == sign);
        if is_next {
            self.advance();
        }
        is_next
    }

    fn expect_sign(&mut self, sign: &str) -> Parsed<()> {
        if self.takes_sign(sign) { Ok(()) } else { Err(self.unexpected(&format!("`{sign}`"))) }
    }

    fn unexpected(&self, wanted: &str) -> Fault {
        (self.column(), format!("expected {wanted}, found {}", self.token().description()))
    }

    fn rule(&mut self) -> Parsed<Condition> {
        if !self.takes_word("if") {
            return self.condition();
        }
        let premise = self.condition()?;
        if !self.takes_word("then") {
            return Err(self.unexpected("`then`"));
        }
        Ok(Condition::If(Box::new(premise), Box::new(self.condition()?)))
    }

    fn condition(&mut self) -> Parsed<Condition> {
        let column = self.column();
        match self.any()? {
            Part::Condition(condition) => Ok(condition),
            Part::Quantity(..) => {
                Err((column, "expected a comparison, such as `total = net + tax`, found a value".into()))
            }
        }
    }

    fn any(&mut self) -> Parsed<Part> {
        self.joined("or", Self::every, Condition::Any)
    }

    fn every(&mut self) -> Parsed<Part> {
        self.joined("and", Self::negated, Condition::All)
    }

    /// Conditions with a word between them; a single part stays what it is.
    fn joined(
        &mut self,
        word: &str,
        part: fn(&mut Self) -> Parsed<Part>,
        join: fn(Vec<Condition>) -> Condition,
    ) -> Parsed<Part> {
        let mut column = self.column();
        let mut current = part(self)?;
        let mut parts = Vec::new();
        loop {
            let has_more = self.takes_word(word);
            match current {
                Part::Condition(condition) => parts.push(condition),
                Part::Quantity(..) if has_more || !parts.is_empty() => {
                    return Err((column, format!("`{word}` joins comparisons, and this is a value")));
                }
                value => return Ok(value),
            }
            if !has_more {
                let is_one = parts.len() == 1;
                let only = if is_one { parts.pop() } else { None };
                return Ok(Part::Condition(only.unwrap_or_else(|| join(parts))));
            }
            column = self.column();
            current = part(self)?;
        }
    }

    fn negated(&mut self) -> Parsed<Part> {
        if !self.takes_word("not") {
            return self.comparison();
        }
        let column = self.column();
        self.nested(|parser| match parser.negated()? {
            Part::Condition(condition) => Ok(Part::Condition(Condition::Not(Box::new(condition)))),
            Part::Quantity(..) => Err((column, "`not` takes a comparison, and this is a value".to_owned())),
        })
    }

    fn comparison(&mut self) -> Parsed<Part> {
        let column = self.column();
        let (first, kind) = match self.sum()? {
            Part::Quantity(quantity, kind) => (quantity, kind),
            condition => return Ok(condition),
        };
        let mut rest = Vec::new();
        while let Some(comparison) = self.takes_comparison() {
            let right = self.column();
            let (quantity, other) = self.value(Self::sum)?;
            if other != kind {
                return Err((right, mismatch(kind, other)));
            }
            rest.push((comparison, quantity));
        }
        if rest.is_empty() {
            return Ok(Part::Quantity(first, kind));
        }
        let tolerance = self.tolerance(kind)?;
        if matches!(first, Quantity::Constant(_))
            && rest.iter().all(|(_, right)| matches!(right, Quantity::Constant(_)))
        {
            return Err((column, "the comparison names no field".to_owned()));
        }
        Ok(Part::Condition(Condition::Compare { first, rest, tolerance }))
    }

    fn takes_comparison(&mut self) -> Option<Comparison> {
        let comparisons = [
            ("=", Comparison::Equal),
            ("<>", Comparison::Unequal),
            ("<", Comparison::Less),
            ("<=", Comparison::AtMost),
            (">", Comparison::Greater),
            (">=", Comparison::AtLeast),
        ];
        comparisons.into_iter().find(|(sign, _)| self.takes_sign(sign)).map(|(_, comparison)| comparison)
    }

    fn tolerance(&mut self, kind: Kind) -> Parsed<Decimal> {
        let column = self.column();
        if !self.takes_word("within") {
            return Ok(Decimal::ZERO);
        }
        if kind == Kind::Date {
            return Err((column, "`within` goes with amounts, not with dates".to_owned()));
        }
        let column = self.column();
        match self.advance() {
            Token::Number(text) => self.number(&text, column),
            _ => Err((column, "expected a number behind `within`, such as 0.01".to_owned())),
        }
    }

    fn number(&self, text: &str, column: usize) -> Parsed<Decimal> {
        Decimal::parse(text).ok_or_else(|| (column, format!("`{text}` is no number")))
    }

    /// A part that must be a value.
    fn value(&mut self, part: fn(&mut Self) -> Parsed<Part>) -> Parsed<(Quantity, Kind)> {
        let column = self.column();
        match part(self)? {
            Part::Quantity(quantity, kind) => Ok((quantity, kind)),
            Part::Condition(_) => Err((column, "expected a value, found a comparison".to_owned())),
        }
    }

    /// A part that must be a number, since it is reckoned with.
    fn amount(&mut self, part: fn(&mut Self) -> Parsed<Part>) -> Parsed<Quantity> {
        let column = self.column();
        match self.value(part)? {
            (quantity, Kind::Number) => Ok(quantity),
            (_, Kind::Date) => Err((column, "dates can be compared, but not reckoned with".to_owned())),
        }
    }

    fn sum(&mut self) -> Parsed<Part> {
        let column = self.column();
        let first = self.product()?;
        let mut terms = Vec::new();
        loop {
            let is_minus = match self.token() {
                Token::Sign("+") => false,
                Token::Sign("-") => true,
                _ => break,
            };
            self.advance();
            let term = self.amount(Self::product)?;
            terms.push(if is_minus { negative(term) } else { term });
        }
        match first {
            part if terms.is_empty() => Ok(part),
            Part::Quantity(quantity, Kind::Number) => {
                terms.insert(0, quantity);
                Ok(Part::Quantity(folded(Quantity::Sum(terms)), Kind::Number))
            }
            Part::Quantity(_, Kind::Date) => Err((column, "dates can be compared, but not reckoned with".to_owned())),
            Part::Condition(_) => Err((column, "expected a value, found a comparison".to_owned())),
        }
    }

    fn product(&mut self) -> Parsed<Part> {
        let column = self.column();
        let mut product = match self.factor()? {
            Part::Quantity(quantity, Kind::Number) => quantity,
            other => return Ok(other),
        };
        while self.takes_sign("*") {
            product = match (product, self.amount(Self::factor)?) {
                (Quantity::Constant(left), right) => folded(Quantity::Product(left, Box::new(right))),
                (left, Quantity::Constant(right)) => folded(Quantity::Product(right, Box::new(left))),
                _ => return Err((column, "one side of `*` must be a plain number, such as 0.2".to_owned())),
            };
        }
        Ok(Part::Quantity(product, Kind::Number))
    }

    fn factor(&mut self) -> Parsed<Part> {
        let column = self.column();
        match self.advance() {
            Token::Number(text) => Ok(Part::Quantity(Quantity::Constant(self.number(&text, column)?), Kind::Number)),
            Token::Date(text) => {
                let date = Decimal::parse_date(&text).ok_or_else(|| (column, format!("`{text}` is no date")))?;
                Ok(Part::Quantity(Quantity::Constant(date), Kind::Date))
            }
            Token::Sign("-") => {
                let inner = self.nested(|parser| parser.amount(Self::factor))?;
                Ok(Part::Quantity(negative(inner), Kind::Number))
            }
            Token::Sign("(") => {
                let inner = self.nested(Self::any)?;
                self.expect_sign(")")?;
                Ok(inner)
            }
            Token::Word(word) if word == "sum" => self.sum_of_list(),
            Token::Word(word) if word == "filled" => self.test(Condition::Filled),
            Token::Word(word) if word == "empty" => self.test(Condition::Empty),
            Token::Word(name) if !KEYWORDS.contains(&name.as_str()) => self.field(&name, column),
            Token::Name(name) => self.field(&name, column),
            other => Err((column, format!("expected a field or a number, found {}", other.description()))),
        }
    }

    /// Goes one level deeper, as far as that is allowed.
    fn nested<T>(&mut self, part: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.levels == MOST_LEVELS {
            return Err((self.column(), format!("the rule is nested deeper than {MOST_LEVELS} levels")));
        }
        self.levels += 1;
        let result = part(self);
        self.levels -= 1;
        result
    }

    /// The name in `filled(name)` and `empty(name)`.
    fn test(&mut self, make: fn(usize) -> Condition) -> Parsed<Part> {
        self.expect_sign("(")?;
        let place = self.field_name()?;
        let place = self.name(place);
        self.expect_sign(")")?;
        Ok(Part::Condition(make(place)))
    }

    fn field(&mut self, name: &str, column: usize) -> Parsed<Part> {
        let place = self.place_of(name, column)?;
        let kind = if is_date(&self.template[place]) { Kind::Date } else { Kind::Number };
        Ok(Part::Quantity(Quantity::Field(self.name(place)), kind))
    }

    /// The place in the template of the field that is named next.
    fn field_name(&mut self) -> Parsed<usize> {
        let column = self.column();
        match self.advance() {
            Token::Word(name) | Token::Name(name) => self.place_of(&name, column),
            other => Err((column, format!("expected the name of a field, found {}", other.description()))),
        }
    }

    fn place_of(&self, name: &str, column: usize) -> Parsed<usize> {
        self.template.iter().position(|field| field.name == name).ok_or_else(|| {
            let names = self.template.iter().map(|field| field.name.as_str());
            let hint = nearest(name, names).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            (column, format!("the form has no field `{name}`{hint}"))
        })
    }

    /// Notes a field of the template as named by the rule; gives its place among those.
    fn name(&mut self, place: usize) -> usize {
        let field = &self.template[place];
        self.named.iter().position(|named| named.name == field.name).unwrap_or_else(|| {
            self.named.push(NamedField { name: field.name.clone(), is_date: is_date(field) });
            self.named.len() - 1
        })
    }

    /// The list of `sum(...)`: values, `first .. last` in the order of the template, and `line_*` for all names that begin so.
    fn sum_of_list(&mut self) -> Parsed<Part> {
        self.expect_sign("(")?;
        let mut terms = Vec::new();
        loop {
            match self.several_fields()? {
                Some(places) => terms.extend(places.into_iter().map(|place| Quantity::Field(self.name(place)))),
                None => terms.push(self.nested(|parser| parser.amount(Self::sum))?),
            }
            if !self.takes_sign(",") {
                break;
            }
        }
        self.expect_sign(")")?;
        Ok(Part::Quantity(Quantity::Sum(terms), Kind::Number))
    }

    /// The fields of `first .. last` or `line_*`, where one of them comes next.
    fn several_fields(&mut self) -> Parsed<Option<Vec<usize>>> {
        let column = self.column();
        let sign_behind = |ahead: usize| match self.tokens.get(self.at + ahead) {
            Some((Token::Sign(sign), _)) => *sign,
            _ => "",
        };
        let (Token::Word(name) | Token::Name(name)) = self.token().clone() else { return Ok(None) };
        let places: Vec<usize> = match (sign_behind(1), sign_behind(2)) {
            ("..", _) => {
                let first = self.field_name()?;
                self.advance();
                let last = self.field_name()?;
                (first..=last).collect()
            }
            ("*", "," | ")") => {
                self.advance();
                self.advance();
                let fields = self.template.iter().enumerate();
                fields.filter(|(_, field)| field.name.starts_with(&name)).map(|(place, _)| place).collect()
            }
            _ => return Ok(None),
        };
        if places.is_empty() {
            return Err((column, format!("no field of the form is meant by `{name}` and what follows")));
        }
        match places.iter().find(|&&place| is_date(&self.template[place])) {
            Some(&place) => Err((column, format!("`{}` is a date and cannot be added", self.template[place].name))),
            None => Ok(Some(places)),
        }
    }
}

fn is_date(field: &FieldSpec) -> bool {
    matches!(field.kind, FieldKind::Date(_))
}

fn mismatch(left: Kind, right: Kind) -> String {
    let name = |kind: Kind| if kind == Kind::Date { "a date" } else { "an amount" };
    format!("{} cannot be compared with {}", name(left), name(right))
}

fn negative(quantity: Quantity) -> Quantity {
    folded(Quantity::Product(Decimal::ONE.negated(), Box::new(quantity)))
}

/// Constants reckoned out, as far as their size allows.
fn folded(quantity: Quantity) -> Quantity {
    let constant = |part: &Quantity| if let Quantity::Constant(number) = part { Some(*number) } else { None };
    let number = match &quantity {
        Quantity::Product(factor, inner) => constant(inner).and_then(|number| factor.times(number)),
        Quantity::Sum(terms) => terms.iter().try_fold(Decimal::ZERO, |sum, term| sum.plus(constant(term)?)),
        Quantity::Constant(_) | Quantity::Field(_) => None,
    };
    number.map_or(quantity, Quantity::Constant)
}

//! Rules on small pages: what is understood, what is refused, what is marked and what is repaired.

use super::*;
use crate::geometry::Rect;
use crate::number::{Number, Reason, Status};
use crate::template::{DateOrder, FieldKind, FieldSpec, RuleSpec};

/// A number that was read with confidence 0.95; one without a value is an empty field.
pub(super) fn number(field: &str, value: &str, alternatives: &[(&str, f32)]) -> Number {
    Number {
        field: field.to_owned(),
        value: value.to_owned(),
        confidence: 0.95,
        status: if value.is_empty() { Status::Empty } else { Status::Ok },
        text: value.to_owned(),
        alternatives: alternatives.iter().map(|(value, probability)| ((*value).to_owned(), *probability)).collect(),
        reasons: Vec::new(),
        digits: Vec::new(),
        bounds: Rect::default(),
    }
}

const FIELDS: [&str; 9] = ["a", "b", "c", "total", "line_1", "line_2", "line_3", "married", "if"];

fn template(checks: &[&str]) -> Template {
    let field = |name: &str, kind| FieldSpec::new(name, Rect::new(0, 0, 10, 10), kind);
    let mut fields: Vec<FieldSpec> = FIELDS.iter().map(|name| field(name, FieldKind::Amount)).collect();
    fields.extend(["issued", "signed"].map(|name| field(name, FieldKind::Date(DateOrder::DayMonthYear))));
    let rules = checks
        .iter()
        .enumerate()
        .map(|(place, check)| RuleSpec { name: format!("rule_{place}"), check: (*check).to_owned() });
    Template { fields, rules: rules.collect(), ..Template::default() }
}

fn rules(checks: &[&str]) -> Vec<CompiledRule> {
    compile(&template(checks)).expect("rules that are understood")
}

const LOOK: Options = Options { repair: false, min_confidence: 0.9 };
const REPAIR: Options = Options { repair: true, min_confidence: 0.9 };

/// Whether a rule is broken on a page of these values.
fn is_broken(check: &str, values: &[(&str, &str)]) -> bool {
    let mut numbers: Vec<Number> = values.iter().map(|(field, value)| number(field, value, &[])).collect();
    apply(&mut numbers, &rules(&[check]), &LOOK);
    numbers.iter().any(|number| !number.reasons.is_empty())
}

#[test]
fn rules_hold_or_are_broken() {
    let page = [
        ("a", "10.10"),
        ("b", "20"),
        ("c", ""),
        ("total", "30.10"),
        ("line_1", "1"),
        ("line_2", "2"),
        ("line_3", "3"),
        ("married", "1"),
        ("if", "6"),
        ("issued", "2026-03-01"),
        ("signed", "2026-02-28"),
    ];
    for (check, holds) in [
        ("total = a + b - c", true),
        ("total = a - b", false),
        ("total = b + a + 0.01", false),
        ("total = b + a + 0.01 within 0.01", true),
        ("`if` = sum(line_*)", true),
        ("`if` = sum(line_1 .. line_3)", true),
        ("`if` = sum(line_1, line_2, 2 * line_3)", false),
        ("`if` = 2 * line_3 and not a = b", true),
        ("a = 0.5 * (b + 0.2)", true),
        ("total = -(-a - b)", true),
        ("0 <= a <= 10", false),
        ("0 <= a < 10.2", true),
        ("a <> 10.1", false),
        ("a > b or b > a", true),
        ("signed >= issued", false),
        ("signed < 2026-03-01", true),
        ("if married = 1 then filled(c)", false),
        ("if married = 0 then filled(c)", true),
        ("if c > 5 then a = b", true),
        ("empty(c) and filled(b)", true),
        ("c = 5", true),
        ("c = a - b + 5", true),
        ("(a = b or b = 20) and (a) + (b) = total", true),
    ] {
        assert_eq!(is_broken(check, &page), !holds, "{check}");
    }
}

#[test]
fn a_number_that_is_missing_or_unreadable_makes_a_rule_silent() {
    assert!(!is_broken("total = a + b", &[("total", "5"), ("a", "1")]));
    let mut rejected = number("a", "", &[]);
    rejected.status = Status::Rejected;
    let mut numbers = [number("total", "5", &[]), rejected, number("b", "1", &[])];
    apply(&mut numbers, &rules(&["total = a + b"]), &LOOK);
    assert!(numbers.iter().all(|number| number.reasons.is_empty()));
}

#[test]
fn what_is_not_understood_is_told_with_its_column() {
    for (check, column, word) in [
        ("", 1, "expected"),
        ("total = wagess", 9, "no field"),
        ("totl = a", 1, "`total`"),
        ("total", 1, "comparison"),
        ("total = a +", 12, "the end"),
        ("total = a b", 11, "`b`"),
        ("total = issued", 9, "an amount cannot be compared with a date"),
        ("issued + 1 = signed", 1, "dates"),
        ("total = a * b", 9, "plain number"),
        ("total = sum(x_*)", 13, "no field"),
        ("total = sum(line_3 .. line_1)", 13, "no field"),
        ("if a = 1", 9, "`then`"),
        ("a = b within issued", 14, "number"),
        ("signed > issued within 3", 17, "dates"),
        ("a and b", 1, "`and`"),
        ("1 = 2", 1, "no field"),
        ("a = = b", 5, "`=`"),
        ("total = (a + b", 15, "`)`"),
        ("total ? a", 7, "`?`"),
        ("not a", 5, "`not`"),
    ] {
        let faults = compile(&template(&["a = b", check])).expect_err(check);
        let [fault] = faults.as_slice() else { panic!("one fault: {faults:?}") };
        assert_eq!((fault.rule, fault.column), (1, column), "{check}: {}", fault.reason);
        assert!(fault.reason.contains(word), "{check}: {}", fault.reason);
    }
    let deep = format!("{}a{} = b", "(".repeat(5_000), ")".repeat(5_000));
    assert!(compile(&template(&[&deep])).expect_err("it is deep")[0].reason.contains("nested"));
}

#[test]
fn a_broken_rule_names_the_one_reading_that_repairs_it() {
    let page = [
        number("total", "37", &[("31", 0.04), ("30", 0.01)]),
        number("a", "10", &[("70", 0.02)]),
        number("b", "20", &[("26", 0.0)]),
    ];
    let mut numbers = page.clone();
    apply(&mut numbers, &rules(&["total = a + b"]), &LOOK);
    let reason = Reason::Rule { name: "rule_0".to_owned(), repaired_by: Some("total".to_owned()) };
    for (number, before) in numbers.iter().zip(&page) {
        assert_eq!((&number.value, number.status), (&before.value, Status::Review));
        assert_eq!(number.reasons.as_slice(), std::slice::from_ref(&reason));
    }
    let mut numbers = page.clone();
    numbers[0].alternatives[1].1 = 0.3;
    apply(&mut numbers, &rules(&["total = a + b"]), &REPAIR);
    assert_eq!((numbers[0].value.as_str(), numbers[0].text.as_str(), numbers[0].status), ("30", "37", Status::Ok));
    assert_eq!(numbers[0].alternatives[0].0, "37");
    assert_eq!(numbers[0].reasons, [reason]);
    assert!(numbers[0].confidence > 0.9 && numbers[1..] == page[1..]);
}

#[test]
fn a_repair_that_is_not_sure_stays_in_review() {
    let mut numbers = [number("total", "37", &[("30", 0.001)]), number("a", "10", &[]), number("b", "20", &[])];
    apply(&mut numbers, &rules(&["total = a + b"]), &REPAIR);
    assert_eq!(numbers[0].value, "30");
    assert!(numbers.iter().all(|number| number.status == Status::Review), "{numbers:?}");
    assert!(numbers[0].reasons.contains(&Reason::LowConfidence));
}

#[test]
fn of_two_repairs_none_is_chosen_unless_one_is_far_likelier() {
    let choice = |first: f32, second: f32| {
        let mut numbers =
            [number("total", "37", &[("30", first)]), number("a", "10", &[("17", second)]), number("b", "20", &[])];
        apply(&mut numbers, &rules(&["total = a + b"]), &LOOK);
        match numbers[0].reasons.as_slice() {
            [Reason::Rule { repaired_by, .. }] => repaired_by.clone(),
            other => panic!("one broken rule: {other:?}"),
        }
    };
    assert_eq!((choice(0.04, 0.03), choice(0.04, 0.001)), (None, Some("total".to_owned())));
}

#[test]
fn a_repair_breaks_no_other_rule_and_one_that_repairs_two_comes_first() {
    let checks = ["total = a + b", "c = total - line_1"];
    // The total alone repairs both; `a` would repair the first only.
    let mut numbers = [
        number("total", "37", &[("30", 0.02)]),
        number("a", "10", &[("17", 0.04)]),
        number("b", "20", &[]),
        number("c", "25", &[]),
        number("line_1", "5", &[]),
    ];
    apply(&mut numbers, &rules(&checks), &REPAIR);
    assert_eq!((numbers[0].value.as_str(), numbers[1].value.as_str()), ("30", "10"));
    // Here the second rule holds, so that the total is right.
    numbers[0] = number("total", "37", &[("30", 0.02)]);
    numbers[1] = number("a", "10", &[("17", 0.04)]);
    numbers[3] = number("c", "32", &[]);
    apply(&mut numbers, &rules(&checks), &REPAIR);
    assert_eq!((numbers[0].value.as_str(), numbers[1].value.as_str()), ("37", "17"));
}

#[test]
fn an_equation_that_holds_makes_its_numbers_surer_and_a_range_does_not() {
    let mut doubted = number("a", "10", &[("70", 0.3)]);
    (doubted.confidence, doubted.status, doubted.reasons) = (0.6, Status::Review, vec![Reason::LowConfidence]);
    let page = [doubted, number("b", "20", &[]), number("total", "30", &[]), number("c", "", &[])];
    let mut numbers = page.clone();
    apply(&mut numbers, &rules(&["total = a + b + c"]), &LOOK);
    assert_eq!((numbers[0].status, numbers[0].reasons.len()), (Status::Ok, 0));
    assert!(numbers[0].confidence > 0.98 && numbers[1].confidence > 0.995 && numbers[3] == page[3], "{numbers:?}");
    assert!(numbers[0].alternatives[0].1 < 0.02);
    let mut numbers = page.clone();
    apply(&mut numbers, &rules(&["0 <= a <= 100", "a < b", "a = 10", "a = b within 20"]), &LOOK);
    assert_eq!(numbers, page);
    // Other reasons for doubt are not settled by a sum.
    let mut numbers = page;
    numbers[0].reasons.push(Reason::UnreadInk);
    apply(&mut numbers, &rules(&["total = a + b"]), &LOOK);
    assert_eq!((numbers[0].status, numbers[0].reasons.len()), (Status::Review, 2));
}

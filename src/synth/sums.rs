//! Amounts that add up, as the labels of the tax return say: chance in, the value of each of its amounts out.

use super::random::Dice;

/// What must hold on a tax return: names and checks, as a template has them.
pub(crate) const RULES: [(&str, &str); 4] = [
    ("sum_mismatch", "total_income = sum(wages .. other_income)"),
    ("taxable_mismatch", "taxable_amount = total_income - deductions"),
    ("balance_mismatch", "amount_owed - refund = tax - foreign_credit - child_credit - withheld"),
    ("tax_too_high", "tax <= taxable_amount"),
];

/// The incomes, in the order of the form; those in combs have no decimals.
const INCOMES: [(&str, bool); 9] = [
    ("wages", false),
    ("interest", false),
    ("dividends", false),
    ("refunds", true),
    ("business_income", false),
    ("capital_gain", false),
    ("rent_received", false),
    ("pension", true),
    ("other_income", false),
];

/// Draws the eighteen amounts of a tax return; an empty text is a field that is left empty.
///
/// Whoever writes cents writes them everywhere but in combs. Totals are never left empty.
pub(super) fn values(empty_share: f64, separator_share: f64, dice: &mut Dice) -> Vec<(&'static str, String)> {
    let has_cents = dice.chance(separator_share);
    let mut drawn = Vec::new();
    let mut put = |name, cents: i64, in_comb: bool| drawn.push((name, text(cents, has_cents && !in_comb)));
    let mut total = 0;
    for (place, (name, in_comb)) in INCOMES.into_iter().enumerate() {
        let amount = amount(has_cents && !in_comb, dice);
        let amount = if place > 0 && dice.chance(empty_share) { 0 } else { amount };
        put(name, amount, in_comb);
        total += amount;
    }
    let share = |amount: i64, dice: &mut Dice, least: f64, most: f64, whole: bool| -> i64 {
        let cents = (amount as f64 * dice.between(least, most)) as i64;
        if whole || !has_cents { cents / 100 * 100 } else { cents }
    };
    let deductions = share(total, dice, 0.05, 0.3, false);
    let taxable = total - deductions;
    let tax = share(taxable, dice, 0.12, 0.35, false);
    let foreign = if dice.chance(empty_share) { 0 } else { share(tax, dice, 0.02, 0.1, true) };
    let child = if dice.chance(empty_share) { 0 } else { share(tax, dice, 0.02, 0.15, false) };
    let left = tax - foreign - child;
    let owed = if dice.chance(0.5) { share(left, dice, 0.1, 0.6, true) } else { 0 };
    let refund = if owed == 0 { share(left, dice, 0.1, 0.6, false) } else { 0 };
    put("total_income", total, false);
    put("deductions", deductions, false);
    put("taxable_amount", taxable, false);
    put("tax", tax, false);
    put("foreign_credit", foreign, true);
    put("child_credit", child, false);
    put("withheld", left - owed + refund, false);
    put("refund", refund, false);
    put("amount_owed", owed, true);
    drawn
}

/// The amounts of a page by its number, as they are drawn for measuring the rules alone.
#[cfg(test)]
pub(crate) fn drawn(index: u64, empty_share: f64, separator_share: f64) -> Vec<(String, String)> {
    let values = values(empty_share, separator_share, &mut Dice::new(&[17, index]));
    values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Three to six digits before the decimals, in hundredths.
fn amount(has_cents: bool, dice: &mut Dice) -> i64 {
    let digits = dice.whole(3, 6);
    let whole: i64 =
        (0..digits).map(|place| dice.whole(usize::from(place == 0), 9) as i64).fold(0, |sum, digit| 10 * sum + digit);
    100 * whole + if has_cents { dice.whole(0, 99) as i64 } else { 0 }
}

/// An amount as it is written; nothing for 0.
fn text(cents: i64, has_cents: bool) -> String {
    match cents {
        0 => String::new(),
        _ if has_cents => format!("{}.{:02}", cents / 100, cents % 100),
        _ => (cents / 100).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_add_up_and_fit_into_their_fields() {
        let mut dice = Dice::new(&[4]);
        for _ in 0..300 {
            let drawn = values(0.15, 0.6, &mut dice);
            let cents = |name: &str| {
                let (_, text) = drawn.iter().find(|(known, _)| *known == name).expect(name);
                let (whole, fraction) = text.split_once('.').unwrap_or((text, "00"));
                assert!(whole.len() <= 7 && fraction.len() == 2, "{name} {text}");
                format!("{whole}{fraction}").parse::<i64>().expect("digits")
            };
            let incomes: i64 = INCOMES.iter().map(|(name, _)| cents(name)).sum();
            assert_eq!(cents("total_income"), incomes);
            assert_eq!(cents("taxable_amount"), incomes - cents("deductions"));
            let paid = cents("foreign_credit") + cents("child_credit") + cents("withheld");
            assert_eq!(cents("amount_owed") - cents("refund"), cents("tax") - paid);
            for name in ["refunds", "pension", "foreign_credit", "amount_owed"] {
                assert_eq!(cents(name) % 100, 0, "{name} stands in a comb");
            }
        }
    }
}

//! What the printed line of a cheque says: its text in, bank, account and cheque number out.

use super::{Number, Reason, Status};
use crate::geometry::Transform;
use crate::reader::magnetic_ink::MagneticLine;

/// Which country's order the parts of a line are in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChequeLayout {
    /// `A routing A account C cheque number`; business cheques have `C cheque number C` in front (ANSI X9.100-160).
    UnitedStates,
    /// `C cheque number C city, bank and branch A account C transaction code` (Reserve Bank of India, CTS-2010).
    India,
}

/// The parts of a cheque's line, each as its digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChequeLine {
    /// The order they were in.
    pub layout: ChequeLayout,
    /// Number of the cheque.
    pub cheque_number: Option<String>,
    /// Routing number of the bank (US), or city, bank and branch (India): nine digits.
    pub routing: Option<String>,
    /// Number of the account.
    pub account: Option<String>,
    /// Whether the ninth digit of a US routing number fits the others; `None` where the country has no such digit.
    pub routing_check: Option<bool>,
}

/// Splits the text of a line, symbols written `A` (transit), `B` (amount), `C` (on-us) and `D` (dash), into its parts; `None` where it holds
/// no number of a bank.
pub fn split(text: &str) -> Option<ChequeLine> {
    let text: String = text.chars().filter(|&c| c != ' ').collect();
    let transit = text.find('A')?;
    let (front, behind) = (&text[..transit], &text[transit + 1..]);
    let end = behind.find('A');
    if let Some(inner) = end.map(|end| &behind[..end]).filter(|inner| digits_of(inner).is_some_and(|d| d.len() == 9)) {
        return Some(united_states(front, inner, &behind[inner.len() + 1..]));
    }
    let (cheque, bank) = front.strip_prefix('C')?.split_once('C')?;
    let routing = digits_of(bank).filter(|digits| digits.len() == 9)?;
    let account = behind.split_once('C').and_then(|(account, _)| digits_of(account));
    let layout = ChequeLayout::India;
    Some(ChequeLine { layout, cheque_number: digits_of(cheque), routing: Some(routing), account, routing_check: None })
}

fn united_states(front: &str, routing: &str, rest: &str) -> ChequeLine {
    let auxiliary = front.trim_matches('C');
    let rest = rest.trim_start_matches('A');
    let (account, behind) = rest.split_once(['A', 'C']).unwrap_or((rest, ""));
    let number = if auxiliary.is_empty() { behind.split(['B', 'C']).next().unwrap_or_default() } else { auxiliary };
    let routing = digits_of(routing);
    ChequeLine {
        layout: ChequeLayout::UnitedStates,
        cheque_number: digits_of(number),
        account: digits_of(account),
        routing_check: routing.as_deref().map(is_routing_number),
        routing,
    }
}

/// The digits of a part, dashes left out; `None` where it has other symbols or no digit.
fn digits_of(part: &str) -> Option<String> {
    let digits: String = part.chars().filter(|&c| c != 'D').collect();
    (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
}

/// Whether nine digits are a US routing number: weights 3, 7 and 1, the sum a multiple of ten (ABA Key to Routing Numbers).
pub fn is_routing_number(digits: &str) -> bool {
    let sum: u32 =
        digits.bytes().zip([3, 7, 1].into_iter().cycle()).map(|(byte, weight)| u32::from(byte & 15) * weight).sum();
    digits.len() == 9 && sum.is_multiple_of(10)
}

/// The row of a line that is an image's only content, as `n1`; empty where there is none.
///
/// `to_scan` leads from pixels of the strip to the original page.
pub fn whole(line: &MagneticLine, min_confidence: f32, to_scan: &Transform) -> Vec<Number> {
    let number = row(line, "n1", line.text(), min_confidence, to_scan);
    let is_empty = line.characters.is_empty();
    vec![if is_empty { Number { status: Status::Empty, reasons: Vec::new(), ..number } } else { number }]
}

/// The names of the rows of a cheque's line.
pub const FIELDS: [&str; 5] = ["micr", "cheque_number", "routing_number", "bank_branch", "account_number"];

/// The rows of a cheque's line: all of it as `micr`, then its parts as `cheque_number`, `routing_number` or `bank_branch`, and `account_number`.
///
/// `to_scan` leads from pixels of the strip to the original page. A line without characters gives no row.
pub fn numbers(line: &MagneticLine, min_confidence: f32, to_scan: &Transform) -> Vec<Number> {
    if line.characters.is_empty() {
        return Vec::new();
    }
    let number = |field: &str, value: String| row(line, field, value, min_confidence, to_scan);
    let mut rows = vec![number("micr", line.text())];
    let Some(parts) = split(&line.text()) else { return rows };
    rows.extend(parts.cheque_number.map(|value| number("cheque_number", value)));
    let name = if parts.layout == ChequeLayout::India { "bank_branch" } else { "routing_number" };
    rows.extend(parts.routing.map(|value| {
        let mut row = number(name, value);
        if parts.routing_check == Some(false) {
            row.status = Status::Review;
            row.reasons.push(Reason::CheckDigit);
        }
        row
    }));
    rows.extend(parts.account.map(|value| number("account_number", value)));
    rows
}

fn row(line: &MagneticLine, field: &str, value: String, min_confidence: f32, to_scan: &Transform) -> Number {
    let mut reasons = Vec::new();
    if line.confidence() < min_confidence {
        reasons.push(Reason::LowConfidence);
    }
    // A line without a whole bank number has lost characters, under a signature or a fold.
    if split(&line.text()).is_none() {
        reasons.push(Reason::UnreadInk);
    }
    Number {
        field: field.to_owned(),
        text: value.clone(),
        value,
        confidence: line.confidence(),
        status: if reasons.is_empty() { Status::Ok } else { Status::Review },
        alternatives: Vec::new(),
        reasons,
        digits: Vec::new(),
        bounds: to_scan.apply_to_rect(&line.bounds()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Option<(ChequeLayout, String, String, String, Option<bool>)> {
        let line = split(text)?;
        let text = |part: Option<String>| part.unwrap_or_default();
        Some((line.layout, text(line.cheque_number), text(line.routing), text(line.account), line.routing_check))
    }

    #[test]
    fn personal_and_business_cheques_of_the_united_states() {
        let expected = |check| {
            let layout = ChequeLayout::UnitedStates;
            Some((layout, "1001".to_owned(), "123456780".to_owned(), "12345678".to_owned(), Some(check)))
        };
        assert_eq!(parts("A123456780A 1234D5678C 1001"), expected(true));
        assert_eq!(parts("C1001C A123456780A 12345678C"), expected(true));
        assert_eq!(parts("A123456780A 12345678C 1001 B0000012345B"), expected(true));
        assert_eq!(parts("A123456780A A12345678A 1001"), expected(true));
        assert!(!is_routing_number("123456789") && !is_routing_number("12345678"));
    }

    #[test]
    fn indian_cheques_begin_with_their_number() {
        let (layout, cheque, bank, account, check) = parts("C000123C 110002034A 001234C 31").expect("a line");
        assert_eq!((layout, check), (ChequeLayout::India, None));
        assert_eq!((cheque.as_str(), bank.as_str(), account.as_str()), ("000123", "110002034", "001234"));
    }

    #[test]
    fn what_holds_no_bank_is_not_split() {
        assert_eq!((split(""), split("A12A"), split("C1C2"), split("12345")), (None, None, None, None));
    }
}

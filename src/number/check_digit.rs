//! Check digits: the digits of a number and the scheme of its template in, whether they fit out.
//!
//! What follows from a misfit is left to `constraint`.

use crate::template::CheckDigit;

/// Whether a text of digits fits its check digit; the last one but for [`CheckDigit::Iban`], whose two come first.
///
/// Anything but digits (for [`CheckDigit::Mod11`] also a last `X`, which counts ten) never fits, nor do fewer than two characters, nor
/// more or fewer than nine digits for [`CheckDigit::AbaRouting`].
///
/// Every scheme finds each wrong single digit, [`CheckDigit::Mod11`] in at most ten digits. Two neighbours that change places are found
/// by all but [`CheckDigit::Luhn`] (not 09 for 90) and [`CheckDigit::AbaRouting`] (not two that differ by five).
pub fn holds(check: &CheckDigit, digits: &str) -> bool {
    let values: Option<Vec<u32>> = match (check, digits.strip_suffix('X')) {
        (CheckDigit::Mod11, Some(body)) => values_of(body).map(|body| [body, vec![10]].concat()),
        _ => values_of(digits),
    };
    let Some(values) = values.filter(|values| values.len() >= 2) else { return false };
    match check {
        CheckDigit::Luhn => luhn(&values),
        CheckDigit::AbaRouting => values.len() == 9 && weighted(&values, |place| [3, 7, 1][place % 3]) % 10 == 0,
        CheckDigit::Iban(country) => iban(*country, &values),
        CheckDigit::Mod11 => weighted(&values, |place| (values.len() - place) as u32) % 11 == 0,
        CheckDigit::Verhoeff => verhoeff(&values),
    }
}

fn values_of(digits: &str) -> Option<Vec<u32>> {
    digits.chars().map(|digit| digit.to_digit(10)).collect()
}

/// The sum of all digits, each times the weight of its place from the left.
fn weighted(values: &[u32], weight: impl Fn(usize) -> u32) -> u32 {
    values.iter().enumerate().map(|(place, value)| value * weight(place)).sum()
}

/// Every second digit from the right counts twice, and of that the sum of its digits.
fn luhn(values: &[u32]) -> bool {
    let double = |value: u32| value * 2 - if value > 4 { 9 } else { 0 };
    let rising = values.iter().rev().enumerate();
    let sum: u32 = rising.map(|(place, &value)| if place % 2 == 1 { double(value) } else { value }).sum();
    sum.is_multiple_of(10)
}

/// The account, the country with A as 10, and the two check digits are one number, whose remainder by 97 is 1.
fn iban(country: [u8; 2], values: &[u32]) -> bool {
    let (check, account) = values.split_at(2);
    let letters = country.map(|letter| u32::from(letter.to_ascii_uppercase().wrapping_sub(b'A')) + 10);
    if letters.iter().any(|&letter| letter > 35) {
        return false;
    }
    let letters = letters.iter().flat_map(|letter| [letter / 10, letter % 10]);
    let all = account.iter().copied().chain(letters).chain(check.iter().copied());
    all.fold(0, |rest, value| (rest * 10 + value) % 97) == 1
}

/// Verhoeff, "Error detecting decimal codes", 1969: the product in the symmetries of a pentagon ...
fn product(a: u32, b: u32) -> u32 {
    match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => 5 + (a + b) % 5,
        (false, true) => 5 + (a + 5 - b) % 5,
        (false, false) => (a + 5 - b) % 5,
    }
}

/// ... of the digits, each moved by this permutation as many times as its place from the right says.
const MOVED: [u32; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];

fn verhoeff(values: &[u32]) -> bool {
    let moved = |value: u32, times: usize| (0..times % 8).fold(value, |value, _| MOVED[value as usize]);
    let rising = values.iter().rev().enumerate();
    rising.fold(0, |sum, (place, &value)| product(sum, moved(value, place))) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    const GERMAN: CheckDigit = CheckDigit::Iban(*b"DE");

    /// Published examples: Luhn's of ISO/IEC 7812, the routing number of the Federal Reserve in Boston, the IBAN of the German
    /// registry entry, ISBNs, and Verhoeff's 236 with its 3.
    const EXAMPLES: [(CheckDigit, &str); 9] = [
        (CheckDigit::Luhn, "79927398713"),
        (CheckDigit::Luhn, "4539578763621486"),
        (CheckDigit::AbaRouting, "011000015"),
        (CheckDigit::AbaRouting, "111000025"),
        (GERMAN, "89370400440532013000"),
        (CheckDigit::Mod11, "0306406152"),
        (CheckDigit::Mod11, "080442957X"),
        (CheckDigit::Verhoeff, "2363"),
        (CheckDigit::Verhoeff, "758722"),
    ];

    #[test]
    fn published_examples_hold() {
        for (check, digits) in EXAMPLES {
            assert!(holds(&check, digits), "{check:?} {digits}");
        }
        assert!(holds(&CheckDigit::Iban(*b"ch"), "9300762011623852957"));
    }

    #[test]
    fn every_wrong_digit_is_found() {
        for (check, digits) in EXAMPLES {
            for place in 0..digits.len() {
                for other in '0'..='9' {
                    let mut wrong: Vec<char> = digits.chars().collect();
                    if wrong[place] == other {
                        continue;
                    }
                    wrong[place] = other;
                    let wrong: String = wrong.into_iter().collect();
                    assert!(!holds(&check, &wrong), "{check:?} {wrong}");
                }
            }
        }
    }

    #[test]
    fn neighbours_that_changed_places_are_found_where_the_scheme_promises_it() {
        for (check, digits) in EXAMPLES {
            for place in 1..digits.len() {
                let mut wrong = digits.as_bytes().to_vec();
                wrong.swap(place - 1, place);
                let (left, right) = (wrong[place - 1], wrong[place]);
                let passes = match check {
                    CheckDigit::Luhn => left.abs_diff(right) == 9,
                    CheckDigit::AbaRouting => left.abs_diff(right) == 5,
                    _ => false,
                };
                let wrong = String::from_utf8(wrong).expect("digits");
                assert_eq!(holds(&check, &wrong), left == right || passes, "{check:?} {wrong}");
            }
        }
    }

    #[test]
    fn what_is_no_such_number_never_holds() {
        for (check, _) in EXAMPLES {
            for other in ["", "0", "X", "12a4", "1.50", "-11"] {
                assert!(!holds(&check, other), "{check:?} {other}");
            }
        }
        assert!(!holds(&CheckDigit::AbaRouting, "0000000000"));
        assert!(!holds(&CheckDigit::Iban(*b"1?"), "89370400440532013000"));
    }
}

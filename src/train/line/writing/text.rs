//! What is written: chance in, the signs of one number from left to right out.

use rand::RngExt;
use rand::seq::IndexedRandom;
use rand_pcg::Pcg64Mcg;

use crate::reader::line::Symbol;

/// How cents stand behind the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cents {
    /// Smaller and raised.
    Plain,
    /// Raised, with one or two lines under them.
    Underlined,
    /// Over a line with something below that is no part of the number.
    Fraction,
}

/// One thing that is written.
#[derive(Clone, Debug, PartialEq)]
pub enum Sign {
    /// A symbol on the line.
    Symbol(Symbol),
    /// A wide gap.
    Gap,
    /// Raised cents: two digits or a dash's worth of them.
    Raised(Vec<u8>, Cents),
}

/// The symbols of signs, as a reader should give them.
pub fn symbols(signs: &[Sign]) -> Vec<Symbol> {
    let mut symbols = Vec::new();
    for sign in signs {
        match sign {
            Sign::Symbol(symbol) => symbols.push(*symbol),
            Sign::Gap => {}
            Sign::Raised(digits, _) => {
                symbols.push(Symbol::Raised);
                symbols.extend(digits.iter().map(|&digit| Symbol::Digit(digit)));
            }
        }
    }
    symbols
}

/// Digits without any marks, all equally likely.
pub fn plain(random: &mut Pcg64Mcg) -> Vec<Sign> {
    let length = match random.random_range(0..100) {
        0..6 => 1,
        6..22 => 2,
        22..80 => random.random_range(3..8),
        _ => random.random_range(7..12),
    };
    let single = random.random_range(0..10);
    let repeats = random.random_bool(0.15);
    (0..length)
        .map(|_| if repeats && random.random_bool(0.5) { single } else { random.random_range(0..10) })
        .map(|digit| Sign::Symbol(Symbol::Digit(digit)))
        .collect()
}

/// A date.
pub fn date(random: &mut Pcg64Mcg) -> Vec<Sign> {
    let mark = *[Symbol::Slash, Symbol::Point, Symbol::Dash].choose(random).unwrap_or(&Symbol::Slash);
    let mut signs = Vec::new();
    let padded = random.random_bool(0.6);
    for limit in [32, 13] {
        let number: u8 = random.random_range(1..limit);
        if padded || number > 9 {
            signs.push(digit(number / 10));
        }
        signs.extend([digit(number % 10), Sign::Symbol(mark)]);
    }
    if random.random_bool(0.5) {
        signs.extend(if random.random_bool(0.7) { [digit(2), digit(0)] } else { [digit(1), digit(9)] });
    }
    signs.extend([digit(random.random_range(0..10)), digit(random.random_range(0..10))]);
    signs
}

fn digit(value: u8) -> Sign {
    Sign::Symbol(Symbol::Digit(value))
}

/// An amount of money as people write it on cheques and bills.
pub fn amount(random: &mut Pcg64Mcg) -> Vec<Sign> {
    let digits = whole(random);
    let mut signs = Vec::new();
    let mark = group_mark(random);
    grouped(&digits, &mark, random.random_bool(0.05), &mut signs);
    match random.random_range(0..100) {
        0..46 => {}
        46..62 => {
            let point = if mark == Some(Sign::Symbol(Symbol::Point)) || random.random_bool(0.35) {
                Symbol::Comma
            } else {
                Symbol::Point
            };
            signs.push(Sign::Symbol(point));
            signs.extend(cents(random).map(digit));
        }
        62..66 => signs.push(Sign::Raised(cents(random).to_vec(), Cents::Plain)),
        66..69 => signs.push(Sign::Raised(cents(random).to_vec(), Cents::Underlined)),
        69..72 => signs.push(Sign::Raised(cents(random).to_vec(), Cents::Fraction)),
        72..74 => {
            signs.push(Sign::Symbol(Symbol::Raised));
            signs.extend(cents(random).map(digit));
            signs.extend([Sign::Symbol(Symbol::Slash), digit(1), digit(0), digit(0)]);
        }
        _ => close(random, &mut signs),
    }
    if random.random_bool(0.7) {
        frame(random, &mut signs);
    }
    signs
}

/// The digits before the decimals: a leading digit as in real amounts (Benford), round ones often.
fn whole(random: &mut Pcg64Mcg) -> Vec<u8> {
    let length = *[1, 2, 2, 3, 3, 3, 4, 4, 4, 4, 4, 5, 5, 5, 5, 5, 6, 6, 6, 7, 8].choose(random).unwrap_or(&4);
    let leading = 10_f32.powf(random.random::<f32>()) as u8;
    let mut digits = vec![leading.clamp(1, 9)];
    digits.extend((1..length).map(|_| random.random_range(0..10_u8)));
    let zeros = match random.random_range(0..100) {
        0..58 => 0,
        58..68 => 1,
        68..80 => 2,
        80..95 => 3,
        _ => 5,
    };
    for place in digits.iter_mut().skip(1).rev().take(zeros) {
        *place = 0;
    }
    digits
}

fn cents(random: &mut Pcg64Mcg) -> [u8; 2] {
    match random.random_range(0..10) {
        0..3 => [0, 0],
        3..5 => [random.random_range(1..10), 0],
        _ => [random.random_range(0..10), random.random_range(0..10)],
    }
}

fn group_mark(random: &mut Pcg64Mcg) -> Option<Sign> {
    match random.random_range(0..100) {
        0..38 => None,
        38..72 => Some(Sign::Symbol(Symbol::Point)),
        72..85 => Some(Sign::Symbol(Symbol::Comma)),
        85..88 => Some(Sign::Symbol(Symbol::Apostrophe)),
        _ => Some(Sign::Gap),
    }
}

fn grouped(digits: &[u8], mark: &Option<Sign>, indian: bool, signs: &mut Vec<Sign>) {
    for (index, &value) in digits.iter().enumerate() {
        let left = digits.len() - index;
        let ends_group = if indian { left == 3 || (left > 3 && left % 2 == 1) } else { left.is_multiple_of(3) };
        if let Some(mark) = mark.as_ref().filter(|_| index > 0 && ends_group) {
            signs.push(mark.clone());
        }
        signs.push(digit(value));
    }
}

/// Closing strokes behind a number.
fn close(random: &mut Pcg64Mcg, signs: &mut Vec<Sign>) {
    use Symbol::{Comma, Dash, Equals, Point, Slash};
    let closing: &[Symbol] = match random.random_range(0..100) {
        0..26 => &[Point],
        26..38 => &[Comma],
        38..54 => &[Dash],
        54..66 => &[Point, Dash],
        66..74 => &[Comma, Dash],
        74..90 => &[Equals],
        90..94 => &[Slash, Dash],
        94..96 => &[Point, Equals],
        96..98 => &[Comma, Equals],
        _ => &[Dash, Dash],
    };
    signs.extend(closing.iter().map(|&symbol| Sign::Symbol(symbol)));
}

/// What stands around a number: currency, stars, hatches, brackets, a minus, leading strokes.
fn frame(random: &mut Pcg64Mcg, signs: &mut Vec<Sign>) {
    let around = |signs: &mut Vec<Sign>, front: &[Symbol], back: &[Symbol]| {
        signs.splice(0..0, front.iter().map(|&symbol| Sign::Symbol(symbol)));
        signs.extend(back.iter().map(|&symbol| Sign::Symbol(symbol)));
    };
    use Symbol::{Close, Currency, Dash, Equals, Hash, Open, Star};
    match random.random_range(0..100) {
        0..10 => around(signs, &[Currency], &[]),
        10..12 => around(signs, &[], &[Currency]),
        12..15 => around(signs, &[Star], &[Star]),
        15..17 => around(signs, &[Star, Star], &[Star, Star]),
        17..20 => around(signs, &[Hash], &[Hash]),
        20..23 => around(signs, &[Open], &[Close]),
        23..26 => around(signs, &[Dash], &[]),
        26..29 => around(signs, &[Equals], &[Equals]),
        29..31 => around(signs, &[Dash], &[Dash]),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn groups_stand_where_each_custom_puts_them() {
        let text = |indian| {
            let mut signs = Vec::new();
            grouped(&[1, 2, 3, 4, 5, 6, 7], &Some(Sign::Symbol(Symbol::Comma)), indian, &mut signs);
            symbols(&signs).iter().map(|symbol| symbol.as_char()).collect::<String>()
        };
        assert_eq!(text(false), "1,234,567");
        assert_eq!(text(true), "12,34,567");
    }

    #[test]
    fn every_text_holds_a_digit_and_no_more_than_fits() {
        let mut random = Pcg64Mcg::seed_from_u64(3);
        for _ in 0..500 {
            for signs in [plain(&mut random), amount(&mut random), date(&mut random)] {
                let symbols = symbols(&signs);
                assert!(symbols.iter().any(|symbol| matches!(symbol, Symbol::Digit(_))));
                assert!(symbols.len() <= 20, "{symbols:?}");
            }
        }
    }
}

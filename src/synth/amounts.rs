//! How amounts are written in the world: a stream of chance in; a value, its characters and their plain text out.
//!
//! Only writings that can mean one thing are made: nobody can tell what `1.234` is worth. How the characters look is decided in
//! [`super::inscribe`].

use super::random::Dice;

/// How cents are set apart from the whole part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cents {
    /// Small and raised.
    Raised,
    /// Small and raised, with a line below.
    Underlined,
    /// Small, over a line, over a hundred.
    OverHundred,
    /// Small, behind a gap, with a slash and a hundred behind them.
    Inline,
}

/// One character of a written amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Glyph {
    /// 0 to 9.
    Digit(u8),
    /// A gap wider than between digits.
    Gap,
    /// One of `. , ' - = / * # ( ) $ € £`, or `R` for the letters Rs.
    Sign(char),
    /// Two digits that are set apart.
    Cents(Cents, [u8; 2]),
}

/// An amount as it is to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Amount {
    /// Canonical, such as `1234.50` or `-80.00`.
    pub(super) value: String,
    /// From left to right.
    pub(super) glyphs: Vec<Glyph>,
}

impl Amount {
    /// Draws one by chance, in any of the ways of writing.
    pub(super) fn draw(dice: &mut Dice) -> Self {
        let way = *dice.pick(&WAYS);
        Draft { value: String::new(), glyphs: Vec::new() }.filled(way, dice)
    }

    /// The text in the symbols of a line reader: any currency is `$`, cents that are set apart stand behind `^`, gaps are nothing.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for glyph in &self.glyphs {
            match *glyph {
                Glyph::Digit(digit) => text.push(char::from(b'0' + digit)),
                Glyph::Gap => {}
                Glyph::Sign('€' | '£' | 'R') => text.push('$'),
                Glyph::Sign(sign) => text.push(sign),
                Glyph::Cents(style, [tens, units]) => {
                    let hundred = if matches!(style, Cents::OverHundred | Cents::Inline) { "/100" } else { "" };
                    text.push_str(&format!("^{tens}{units}{hundred}"));
                }
            }
        }
        text
    }
}

/// A way to write an amount.
#[derive(Clone, Copy, Debug)]
enum Way {
    /// Grouping, decimal mark.
    Marked(Grouping, char),
    /// Whole, in groups where one mark alone leaves no doubt, with one of some endings.
    Whole(Grouping, &'static [&'static str]),
    /// Cents set apart, with or without a mark at the foot of the whole part.
    SetApart(Cents),
    /// Between strokes or signs: before, behind.
    Protected(&'static str, &'static str),
    /// With one of the currencies, before or behind.
    Currency,
    /// With a minus, or in brackets.
    Negative,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Grouping {
    None,
    /// Three digits a group.
    Thousands(char),
    /// Three digits at the end, two before, with commas.
    Indian,
}

/// Every way as often as the others.
const WAYS: [Way; 22] = [
    Way::Marked(Grouping::None, '.'),
    Way::Marked(Grouping::None, ','),
    Way::Marked(Grouping::Thousands('.'), ','),
    Way::Marked(Grouping::Thousands(','), '.'),
    Way::Marked(Grouping::Thousands('\''), '.'),
    Way::Marked(Grouping::Thousands(' '), ','),
    Way::Marked(Grouping::Indian, '.'),
    Way::Whole(Grouping::Thousands(' '), &["", "", "-", "="]),
    Way::Whole(Grouping::Indian, &["/-"]),
    Way::Whole(Grouping::None, &["/-", "-", "=", ".-", ",-"]),
    Way::Whole(Grouping::Thousands('.'), &[".-", ",-", ".=", ",="]),
    Way::Whole(Grouping::Thousands('\''), &[".-", "-", "="]),
    Way::SetApart(Cents::Raised),
    Way::SetApart(Cents::Underlined),
    Way::SetApart(Cents::OverHundred),
    Way::SetApart(Cents::Inline),
    Way::Protected("=", ".-"),
    Way::Protected("=", "="),
    Way::Protected("**", "**"),
    Way::Protected("#", "#"),
    Way::Currency,
    Way::Negative,
];

/// Currency signs, and how they are used: before, behind, or either.
const CURRENCIES: [(char, &str); 4] = [('$', "either"), ('€', "either"), ('£', "before"), ('R', "before")];

/// An amount while it is being put together.
struct Draft {
    value: String,
    glyphs: Vec<Glyph>,
}

impl Draft {
    fn filled(mut self, way: Way, dice: &mut Dice) -> Amount {
        match way {
            Way::Marked(grouping, mark) => self.marked(grouping, mark, dice),
            Way::Whole(grouping, endings) => {
                self.whole(grouping, dice);
                let ending: &&str = dice.pick(endings);
                self.signs(ending);
            }
            Way::SetApart(style) => self.set_apart(style, dice),
            Way::Protected(before, behind) => {
                self.signs(before);
                if behind.starts_with('.') {
                    self.whole(either_grouping(dice), dice)
                } else {
                    self.plain(dice)
                }
                self.signs(behind);
            }
            Way::Currency => self.with_currency(dice),
            Way::Negative => self.negative(dice),
        }
        Amount { value: self.value, glyphs: self.glyphs }
    }

    fn signs(&mut self, signs: &str) {
        self.glyphs.extend(signs.chars().map(Glyph::Sign));
    }

    /// A whole part; grouped ones are long enough to show it.
    fn whole(&mut self, grouping: Grouping, dice: &mut Dice) {
        let count = match grouping {
            Grouping::None => dice.whole(1, 6),
            Grouping::Thousands(_) => dice.whole(4, 7),
            Grouping::Indian => dice.whole(6, 8),
        };
        for place in 0..count {
            let digit = dice.whole(usize::from(place == 0 && count > 1), 9) as u8;
            let behind = count - place;
            if place > 0 {
                self.glyphs.extend(joint(grouping, behind));
            }
            self.glyphs.push(Glyph::Digit(digit));
            self.value.push(char::from(b'0' + digit));
        }
    }

    /// Two digits of cents, in a third of the cases none or a half.
    fn cents(&mut self, dice: &mut Dice) -> [u8; 2] {
        let cents = if dice.chance(0.33) {
            *dice.pick(&[[0, 0], [5, 0]])
        } else {
            [dice.whole(0, 9) as u8, dice.whole(0, 9) as u8]
        };
        self.value.push('.');
        self.value.extend(cents.map(|digit| char::from(b'0' + digit)));
        cents
    }

    fn marked(&mut self, grouping: Grouping, mark: char, dice: &mut Dice) {
        self.whole(grouping, dice);
        self.glyphs.push(Glyph::Sign(mark));
        let cents = self.cents(dice);
        self.glyphs.extend(cents.map(Glyph::Digit));
    }

    /// A whole number without groups, or one with decimals.
    fn plain(&mut self, dice: &mut Dice) {
        if dice.chance(0.5) {
            self.whole(Grouping::None, dice);
        } else {
            let mark = *dice.pick(&['.', ',']);
            self.marked(Grouping::None, mark, dice);
        }
    }

    fn set_apart(&mut self, style: Cents, dice: &mut Dice) {
        let grouping =
            if dice.chance(0.3) { Grouping::Thousands(*dice.pick(&[',', '.', '\''])) } else { Grouping::None };
        self.whole(grouping, dice);
        // A mark at the foot as well, but not where the fraction stands on the line.
        if dice.chance(0.25) && style != Cents::Inline {
            self.glyphs.push(Glyph::Sign(if grouping == Grouping::Thousands('.') { ',' } else { '.' }));
        }
        let cents = self.cents(dice);
        self.glyphs.push(Glyph::Cents(style, cents));
    }

    fn with_currency(&mut self, dice: &mut Dice) {
        let (sign, place) = *dice.pick(&CURRENCIES);
        let is_before = place == "before" || dice.chance(0.5);
        if is_before {
            self.signs(&sign.to_string());
        }
        self.plain(dice);
        let is_indian_closed = sign == 'R' && !self.value.contains('.') && dice.chance(0.5);
        self.signs(if is_indian_closed { "/-" } else { "" });
        if !is_before {
            self.signs(&sign.to_string());
        }
    }

    fn negative(&mut self, dice: &mut Dice) {
        let (before, behind) = *dice.pick(&[("-", ""), ("-", "-"), ("(", ")")]);
        self.value.push('-');
        self.signs(before);
        self.plain(dice);
        self.signs(behind);
    }
}

fn either_grouping(dice: &mut Dice) -> Grouping {
    if dice.chance(0.5) { Grouping::None } else { Grouping::Thousands('.') }
}

/// What stands between two digits of a whole part when so many come behind.
fn joint(grouping: Grouping, behind: usize) -> Option<Glyph> {
    match grouping {
        Grouping::Thousands(' ') if behind.is_multiple_of(3) => Some(Glyph::Gap),
        Grouping::Thousands(mark) if behind.is_multiple_of(3) => Some(Glyph::Sign(mark)),
        Grouping::Indian if behind >= 3 && !behind.is_multiple_of(2) => Some(Glyph::Sign(',')),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::{DecimalMark, Kind, Value, value_of};
    use crate::reader::line::Symbol;

    #[test]
    fn every_writing_means_its_value_and_no_other() {
        let mut dice = Dice::new(&[8]);
        let mut seen = std::collections::HashSet::new();
        for _ in 0..5_000 {
            let amount = Amount::draw(&mut dice);
            let text = amount.text();
            let symbols: Vec<Symbol> = text.chars().map(|c| Symbol::of_char(c).expect("a symbol")).collect();
            let value = value_of(&symbols, Kind::Amount, DecimalMark::Auto);
            assert_eq!(value, Value { canonical: amount.value.clone(), rival: None }, "{text}");
            seen.extend(symbols.into_iter().filter(|symbol| !matches!(symbol, Symbol::Digit(_))));
        }
        assert_eq!(seen.len(), 12, "all symbols but the digits occur: {seen:?}");
    }

    #[test]
    fn groups_are_parted_where_they_belong() {
        let marks = |grouping, count: usize| -> Vec<usize> {
            (1..count).filter(|&behind| joint(grouping, behind).is_some()).collect()
        };
        assert_eq!(marks(Grouping::Thousands('.'), 8), [3, 6]);
        assert_eq!(marks(Grouping::Indian, 9), [3, 5, 7]);
        assert!(marks(Grouping::None, 9).is_empty());
    }
}

//! One field of a form or cheque: its place and frame in, the number written into it and its true value out.

use super::bank::DigitBank;
use super::hand::Hand;
use super::random::Dice;
use super::recipe::Recipe;
use super::sheet::{Area, Mask, Sheet};

/// Ink of a number that is meant to stay inside its frame keeps this far from it, in millimetres.
const MARGIN_MM: f64 = 0.6;
/// A full digit takes at most this part of its field's height, and of its comb cell's width.
const FILLED_SHARE: f64 = 0.74;

/// What is printed around a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Frame {
    /// A row of boxes, one a digit.
    Comb {
        /// How many.
        cells: usize,
    },
    /// A ruled box.
    Boxed,
    /// A rule below.
    Ruled,
    /// Nothing of its own: the design prints what surrounds it.
    Open,
}

/// What belongs into a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// So many digits, leading zeros allowed, as numbers of people and things have them.
    Digits {
        /// Fewest.
        least: usize,
        /// Most.
        most: usize,
    },
    /// A whole number of things, of so many digits, without leading zeros.
    Count {
        /// Fewest.
        least: usize,
        /// Most.
        most: usize,
    },
    /// Money with so many digits before the decimals; decimals in part of the cases.
    Amount {
        /// Fewest.
        least: usize,
        /// Most.
        most: usize,
    },
    /// Two digits from 01 to 28.
    Day,
    /// Two digits from 01 to 12.
    Month,
    /// Four digits of this century.
    Year,
}

impl Content {
    /// The value of a number of this kind, with a decimal point if it has decimals.
    pub(super) fn draw(self, separator_share: f64, dice: &mut Dice) -> String {
        match self {
            Self::Digits { least, most } => digits(dice.whole(least, most), dice),
            Self::Count { least, most } => natural(dice.whole(least, most), dice),
            Self::Amount { least, most } => {
                let whole = natural(dice.whole(least, most), dice);
                if dice.chance(separator_share) { format!("{whole}.{}", digits(2, dice)) } else { whole }
            }
            Self::Day => format!("{:02}", dice.whole(1, 28)),
            Self::Month => format!("{:02}", dice.whole(1, 12)),
            Self::Year => format!("{}", dice.whole(2015, 2029)),
        }
    }
}

/// So many digits, leading zeros allowed.
fn digits(count: usize, dice: &mut Dice) -> String {
    (0..count).map(|_| char::from(b'0' + dice.whole(0, 9) as u8)).collect()
}

/// So many digits, the first of which is no zero.
fn natural(count: usize, dice: &mut Dice) -> String {
    (0..count).map(|place| char::from(b'0' + dice.whole(usize::from(place == 0), 9) as u8)).collect()
}

/// A field on a sheet.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Slot {
    /// What the truth calls it, such as `total_income`.
    pub(super) name: String,
    /// Its box; for a ruled field the rule is the lower edge.
    pub(super) area: Area,
    pub(super) frame: Frame,
    pub(super) content: Content,
}

impl Slot {
    /// Prints the frame and gives the field; nothing is written in it yet.
    pub(super) fn print(
        sheet: &mut Sheet,
        name: impl Into<String>,
        area: Area,
        frame: Frame,
        content: Content,
    ) -> Self {
        match frame {
            Frame::Comb { cells } => sheet.comb(&area, cells, 0.2),
            Frame::Boxed => sheet.frame(&area, 0.25),
            Frame::Ruled => sheet.rule(area.x, area.bottom(), area.width, 0.25),
            Frame::Open => {}
        }
        Self { name: name.into(), area, frame, content }
    }

    /// Writes a number into the field, the one that is given or one by chance, and gives its value.
    pub(super) fn write(
        &self,
        sheet: &mut Sheet,
        bank: &DigitBank,
        hand: &Hand,
        recipe: &Recipe,
        given: Option<&str>,
        dice: &mut Dice,
    ) -> String {
        let separator_share = if matches!(self.frame, Frame::Comb { .. }) { 0.0 } else { recipe.separator_share };
        let drawn = self.content.draw(separator_share, dice);
        let value = given.map_or(drawn, str::to_owned);
        match self.frame {
            Frame::Comb { cells } => self.write_in_cells(sheet, bank, hand, &value, cells, dice),
            _ => self.write_freely(sheet, bank, hand, &value, recipe, dice),
        }
        value
    }

    fn write_in_cells(
        &self,
        sheet: &mut Sheet,
        bank: &DigitBank,
        hand: &Hand,
        value: &str,
        cells: usize,
        dice: &mut Dice,
    ) {
        let cell_mm = self.area.width / cells as f64;
        let scale = sheet.px_per_mm();
        let first = cells.saturating_sub(value.len());
        for (place, letter) in value.bytes().enumerate() {
            let most_px = (cell_mm * 0.84 * scale) as usize;
            let mut height_mm = hand.height_mm.min(self.area.height * FILLED_SHARE);
            let mut mask = hand.write_digit(bank, letter - b'0', height_mm * scale, dice);
            while mask.width > most_px && height_mm > 1.0 {
                height_mm *= 0.9;
                mask = hand.write_digit(bank, letter - b'0', height_mm * scale, dice);
            }
            let middle_x = self.area.x + cell_mm * ((first + place) as f64 + 0.5) + dice.bell(0.0, 0.12);
            let middle_y = self.area.y + self.area.height / 2.0 + dice.bell(0.0, 0.2);
            let x = middle_x * scale - mask.width as f64 / 2.0;
            let y = middle_y * scale - mask.height as f64 / 2.0;
            sheet.write(&mask, x.round() as i32, y.round() as i32, hand.level);
        }
    }

    fn write_freely(
        &self,
        sheet: &mut Sheet,
        bank: &DigitBank,
        hand: &Hand,
        value: &str,
        recipe: &Recipe,
        dice: &mut Dice,
    ) {
        let scale = sheet.px_per_mm();
        let touching = dice.chance(recipe.touching_share);
        let room_px = (self.area.width - 2.0 * MARGIN_MM) * scale;
        let mut height_mm = hand.height_mm.min(self.area.height * FILLED_SHARE);
        let mut mask = hand.write(bank, value, height_mm * scale, touching, dice);
        while mask.width as f64 > room_px && height_mm > 1.0 {
            height_mm *= (0.98 * room_px / mask.width as f64).min(0.95);
            mask = hand.write(bank, value, height_mm * scale, touching, dice);
        }
        let free = (room_px - mask.width as f64) / scale;
        let part = if matches!(self.content, Content::Amount { .. }) {
            dice.between(0.4, 1.0)
        } else {
            dice.between(0.0, 0.5)
        };
        let x = (self.area.x + MARGIN_MM + free * part) * scale;
        let bottom = self.bottom(&mask, scale, dice.chance(recipe.overrun_share), dice);
        sheet.write(&mask, x.round() as i32, (bottom * scale).round() as i32 - mask.height as i32, hand.level);
    }

    /// Where the lower edge of a number goes, in millimetres.
    fn bottom(&self, mask: &Mask, scale: f64, overrun: bool, dice: &mut Dice) -> f64 {
        if overrun {
            return self.area.bottom() + dice.between(0.1, 0.7);
        }
        let height_mm = mask.height as f64 / scale;
        match self.frame {
            Frame::Ruled => self.area.bottom() - dice.between(0.35, 1.1),
            _ => {
                let middle = self.area.bottom() - (self.area.height - height_mm) / 2.0 + dice.bell(0.0, 0.25);
                middle.min(self.area.bottom() - MARGIN_MM).max(self.area.y + MARGIN_MM + height_mm)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_has_a_separator_when_asked_and_never_a_leading_zero() {
        let mut dice = Dice::new(&[5]);
        for _ in 0..50 {
            let value = Content::Amount { least: 3, most: 6 }.draw(1.0, &mut dice);
            let (whole, decimals) = value.split_once('.').expect("a decimal point");
            assert!((3..=6).contains(&whole.len()) && decimals.len() == 2 && !whole.starts_with('0'), "{value}");
            let plain = Content::Amount { least: 3, most: 6 }.draw(0.0, &mut dice);
            assert!(plain.bytes().all(|letter| letter.is_ascii_digit()), "{plain}");
        }
    }

    #[test]
    fn numbers_have_as_many_digits_as_asked() {
        let mut dice = Dice::new(&[6]);
        let lengths: std::collections::BTreeSet<usize> =
            (0..200).map(|_| Content::Digits { least: 3, most: 9 }.draw(1.0, &mut dice).len()).collect();
        assert_eq!(lengths, (3..=9).collect());
    }
}

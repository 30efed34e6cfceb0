//! A hand that writes amounts: their characters in, the ink mask of the whole line out.

use super::amounts::{Amount, Cents, Glyph};
use super::bank::DigitBank;
use super::hand::Hand;
use super::random::Dice;
use super::sheet::Mask;
use super::signs::{Pen, Placed};
use super::spacing::Line;

/// Ink-free gap beside a digit, in digit heights: least and most.
const DIGIT_GAP: (f64, f64) = (0.1, 0.3);
/// The same beside a sign.
const SIGN_GAP: (f64, f64) = (0.1, 0.2);
/// The same between groups of digits that only a gap parts, and before a fraction on the line.
const GROUP_GAP: (f64, f64) = (0.42, 0.65);
/// Digits of cents that are raised, in heights of the others.
const RAISED_SIZE: (f64, f64) = (0.5, 0.62);
/// Digits of a fraction over a line.
const FRACTION_SIZE: (f64, f64) = (0.42, 0.5);
/// Digits of a fraction that stands on the line.
const INLINE_SIZE: (f64, f64) = (0.62, 0.8);
/// Rows this far up and down (in digit heights) count when the gap beside a digit, and beside a sign, is measured.
const REACH: (f64, f64) = (0.08, 0.6);

/// An amount while it is being written.
struct Writer<'a> {
    hand: &'a Hand,
    bank: &'a DigitBank,
    pen: Pen,
    line: Line,
    dice: &'a mut Dice,
    /// Whether the character before was a digit; `None` before the first.
    follows_digit: Option<bool>,
    /// Whether a gap comes before the next character.
    is_apart: bool,
}

impl Hand {
    /// An amount with its signs; `height_px` is the height of a full digit. With `touching` one pair of digits touches, if there is one.
    pub(super) fn write_amount(
        &self,
        bank: &DigitBank,
        amount: &Amount,
        height_px: f64,
        touching: bool,
        dice: &mut Dice,
    ) -> Mask {
        let is_digit = |at: usize| matches!(amount.glyphs[at], Glyph::Digit(_));
        let pairs: Vec<usize> = (1..amount.glyphs.len()).filter(|&at| is_digit(at) && is_digit(at - 1)).collect();
        let touches = (touching && !pairs.is_empty()).then(|| *dice.pick(&pairs));
        let pen = self.pen(height_px);
        let line = Line::new(height_px);
        let mut writer = Writer { hand: self, bank, pen, line, dice, follows_digit: None, is_apart: false };
        for (at, glyph) in amount.glyphs.iter().enumerate() {
            match *glyph {
                Glyph::Digit(digit) => writer.digit(digit, touches == Some(at)),
                Glyph::Gap => writer.is_apart = true,
                Glyph::Sign(sign) => writer.sign(sign),
                Glyph::Cents(Cents::Inline, cents) => writer.inline_cents(cents),
                Glyph::Cents(style, cents) => writer.raised_cents(style, cents),
            }
        }
        writer.line.into_mask()
    }
}

impl Writer<'_> {
    fn append(&mut self, mask: Mask, rise_px: f64, is_digit: bool) {
        let (between, reach) = match (self.is_apart, is_digit && self.follows_digit != Some(false)) {
            (true, _) => (GROUP_GAP, REACH.1),
            (false, true) => (DIGIT_GAP, REACH.0),
            (false, false) => (SIGN_GAP, REACH.1),
        };
        let gap = self.dice.between(between.0, between.1);
        self.place(mask, rise_px, gap, reach, is_digit);
    }

    fn place(&mut self, mask: Mask, rise_px: f64, gap: f64, reach: f64, is_digit: bool) {
        let top = (self.line.baseline_px - rise_px).round() as i32;
        let height_px = self.pen.height_px;
        self.line.append(mask, top, gap * height_px, (reach * height_px).round() as usize);
        self.follows_digit = Some(is_digit);
        self.is_apart = false;
    }

    fn digit(&mut self, digit: u8, touches: bool) {
        let mask = self.hand.write_digit(self.bank, digit, self.pen.height_px, self.dice);
        let rise_px = mask.height as f64 + self.dice.bell(0.0, 0.03) * self.pen.height_px;
        if touches {
            let gap = -self.dice.between(0.03, 0.1);
            self.place(mask, rise_px, gap, 0.0, true);
        } else {
            self.append(mask, rise_px, true);
        }
    }

    fn sign(&mut self, sign: char) {
        let Placed { mask, rise_px } = self.pen.draw(sign, self.dice);
        self.append(mask, rise_px, false);
    }

    /// Small digits as one mask.
    fn small(&mut self, digits: &[u8], size: f64) -> Mask {
        let height_px = size * self.pen.height_px;
        // The pen stays as thick as it is.
        let hand = self.hand.with_pen(1.0 / size);
        let mut line = Line::new(height_px);
        for &digit in digits {
            let mask = hand.write_digit(self.bank, digit, height_px, self.dice);
            let top = line.baseline_px - mask.height as f64 + self.dice.bell(0.0, 0.03) * height_px;
            let gap = self.dice.between(0.14, 0.3) * height_px;
            line.append(mask, top.round() as i32, gap, (REACH.0 * height_px).round() as usize);
        }
        line.into_mask()
    }

    /// Cents above the line on which the others stand, with or without something below them.
    fn raised_cents(&mut self, style: Cents, cents: [u8; 2]) {
        let size = if style == Cents::OverHundred { FRACTION_SIZE } else { RAISED_SIZE };
        let size = self.dice.between(size.0, size.1);
        let digits = self.small(&cents, size);
        let mut parts = vec![digits];
        if style != Cents::Raised {
            let below = (style == Cents::OverHundred).then(|| self.small(&[1, 0, 0], size));
            let widest = parts.iter().chain(&below).map(|mask| mask.width).max().unwrap_or_default() as f64;
            let width_px = widest * self.dice.between(0.95, 1.25);
            parts.push(self.pen.line(width_px, self.dice).mask);
            parts.extend(below);
        }
        let gap_px = self.dice.between(0.07, 0.13) * self.pen.height_px;
        let mask = stacked(&parts, gap_px.round().max(2.0) as usize);
        let rise_px = self.dice.between(1.0, 1.2) * self.pen.height_px;
        self.append(mask, rise_px, false);
    }

    /// Cents, a slash and a hundred on the line, behind a gap.
    fn inline_cents(&mut self, cents: [u8; 2]) {
        let size = self.dice.between(INLINE_SIZE.0, INLINE_SIZE.1);
        let raised_px = self.dice.between(0.0, 0.2) * self.pen.height_px;
        let digits = self.small(&cents, size);
        self.is_apart = true;
        let rise_px = digits.height as f64 + raised_px;
        self.append(digits, rise_px, false);
        let slash = self.pen.draw('/', self.dice);
        self.append(slash.mask, slash.rise_px, false);
        let hundred = self.small(&[1, 0, 0], size);
        let rise_px = hundred.height as f64 - self.dice.between(-0.05, 0.08) * self.pen.height_px;
        self.append(hundred, rise_px, false);
    }
}

/// Masks one below the other, centred, with a gap in pixels.
fn stacked(parts: &[Mask], gap_px: usize) -> Mask {
    let width = parts.iter().map(|mask| mask.width).max().unwrap_or(1);
    let height = parts.iter().map(|mask| mask.height + gap_px).sum::<usize>().saturating_sub(gap_px);
    let mut coverage = vec![0; width * height];
    let mut top = 0;
    for mask in parts {
        let left = (width - mask.width) / 2;
        for row in 0..mask.height {
            let start = (top + row) * width + left;
            coverage[start..start + mask.width]
                .copy_from_slice(&mask.coverage[row * mask.width..(row + 1) * mask.width]);
        }
        top += mask.height + gap_px;
    }
    Mask { width, height, coverage }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_fraction_stand_one_below_the_other() {
        let block = |width: usize, height: usize| Mask { width, height, coverage: vec![255; width * height] };
        let mask = stacked(&[block(2, 1), block(4, 1), block(2, 2)], 1);
        let rows: Vec<String> = mask
            .coverage
            .chunks(mask.width)
            .map(|row| row.iter().map(|&value| if value > 0 { '#' } else { '.' }).collect())
            .collect();
        assert_eq!(rows, [".##.", "....", "####", "....", ".##.", ".##."]);
    }
}

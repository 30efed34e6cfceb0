//! One writer at work: signs in, a line with all glyphs in their places out.

use rand::RngExt;
use rand_pcg::Pcg64Mcg;

use super::hand::{Hand, Setting};
use super::marks;
use super::pen::{Pen, Stroke};
use super::spacing::{Placed, Row, Spacing};
use super::specimen::{self, Book, Form, Ink, Specimens};
use super::text::{Cents, Sign};
use crate::reader::line::Symbol;
use crate::train::network::normal;

/// A writer with a pen, a way to form each digit, and the line that is being written.
pub struct Writer<'a, 's> {
    /// The hand and its pen.
    pub hand: Hand,
    /// What is written so far.
    pub row: Row,
    specimens: &'s Specimens<'a>,
    book: Book<'a>,
    /// Whether zeros side by side are written in one movement.
    chains_zeros: bool,
    /// Height of digits after inline cents began, to the usual height.
    cents_size: Option<f32>,
}

impl<'a, 's> Writer<'a, 's> {
    /// A new writer for this setting.
    pub fn new(setting: Setting, specimens: &'s Specimens<'a>, random: &mut Pcg64Mcg) -> Self {
        let is_cheque = setting == Setting::Cheque;
        let hand = Hand::new(setting, random);
        let row = Row::new(Spacing::new(setting, random), &hand);
        // Sample digits are a schoolbook hand; forms get fewer others than cheques, where a running hand is usual.
        let drawn_share = if is_cheque { 0.2 + 0.35 * random.random::<f32>() } else { 0.25 * random.random::<f32>() };
        let ink = match random.random_range(0..100) {
            0..20 => Ink::Alike(hand.pen.width_px / hand.height_px),
            20..45 if !is_cheque => Ink::Mixed,
            _ => Ink::Pen,
        };
        let book = Book::new(drawn_share, ink, random);
        let chains_zeros = random.random_bool(if is_cheque { 0.2 } else { 0.03 });
        Self { hand, row, specimens, book, chains_zeros, cents_size: None }
    }

    /// Writes all signs.
    pub fn write(&mut self, signs: &[Sign], random: &mut Pcg64Mcg) {
        let zero = Sign::Symbol(Symbol::Digit(0));
        let mut rest = signs;
        while let Some(sign) = rest.first() {
            let zeros = rest.iter().take(4).take_while(|sign| **sign == zero).count();
            let is_chain = zeros > 1 && self.chains_zeros;
            if is_chain {
                let form = Form::Strokes(specimen::zero_chain(zeros, random));
                let glyph = self.hand.write(&form, self.cents_size.unwrap_or(1.0), random);
                self.row.digit(glyph, 0, &self.hand, random);
            } else {
                self.sign(sign, random);
            }
            rest = &rest[if is_chain { zeros } else { 1 }..];
        }
    }

    fn sign(&mut self, sign: &Sign, random: &mut Pcg64Mcg) {
        let size = self.cents_size.unwrap_or(1.0);
        match sign {
            Sign::Symbol(Symbol::Digit(digit)) => {
                let form = self.book.form(*digit, self.specimens, random);
                let size = if *digit == 0 { size * self.hand.zero_height } else { size };
                let glyph = self.hand.write(&form, size, random);
                self.row.digit(glyph, 0, &self.hand, random);
            }
            Sign::Symbol(Symbol::Raised) => {
                self.cents_size = Some(0.5 + 0.4 * random.random::<f32>());
                self.row.leave_gap(&self.hand, random);
            }
            Sign::Symbol(Symbol::Currency) if self.row.placed.is_empty() && random.random_bool(0.4) => {
                // Printed on the form, upright and thin.
                let pen = Pen {
                    width_px: (self.hand.pen.width_px * 0.7).max(1.2),
                    nib: 0.0,
                    pressure: 0.0,
                    ..self.hand.pen.clone()
                };
                let print = Hand { slant: 0.0, tremor: 0.0, pen, ..self.hand.clone() };
                let glyph = print.mark(&marks::dollar(random), 0.6 + 0.4 * random.random::<f32>(), random);
                self.row.mark(glyph, &self.hand, random);
                self.row.close_up();
            }
            Sign::Symbol(symbol @ (Symbol::Point | Symbol::Comma)) => {
                let glyph = self.hand.pressed(random).mark(&marks::strokes(*symbol, random), size.max(0.75), random);
                self.row.mark(glyph, &self.hand, random);
            }
            Sign::Symbol(symbol) => self.mark(&marks::strokes(*symbol, random), size.max(0.75), random),
            Sign::Gap => self.row.leave_gap(&self.hand, random),
            Sign::Raised(digits, cents) => self.raise(digits, *cents, random),
        }
    }

    fn mark(&mut self, strokes: &[Stroke], size: f32, random: &mut Pcg64Mcg) {
        let glyph = self.hand.mark(strokes, size, random);
        self.row.mark(glyph, &self.hand, random);
    }

    /// Writes what holds no number: nothing at all, letters, or a scribble.
    pub fn write_nothing(&mut self, random: &mut Pcg64Mcg) {
        match random.random_range(0..10) {
            0..5 => {}
            5..8 => self.mark(&marks::letters(random), 1.0, random),
            _ => self.mark(&marks::scribble(random), 1.0, random),
        }
    }

    /// Writes cents smaller and higher, with what belongs under them.
    fn raise(&mut self, digits: &[u8], cents: Cents, random: &mut Pcg64Mcg) {
        let size = 0.45 + 0.25 * random.random::<f32>();
        let lift = self.hand.height_px * (1.0 - size + 0.15 * random.random::<f32>());
        let first = self.row.placed.len();
        self.row.close_up();
        for &digit in digits {
            let form = self.book.form(digit, self.specimens, random);
            let glyph = self.hand.write(&form, size, random);
            self.row.digit(glyph, lift as i32, &self.hand, random);
        }
        let span = |placed: &Placed| placed.glyph.columns().map(|(left, right)| (placed.x + left, placed.x + right));
        let Some((left, right)) =
            self.row.placed[first..].iter().filter_map(span).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
        else {
            return;
        };
        let (left, right) = (
            left as f32 - 0.1 * self.hand.height_px * random.random::<f32>(),
            right as f32 + 0.15 * self.hand.height_px * random.random::<f32>(),
        );
        let y = self.row.placed[first].y as f32 + self.hand.height_px * (0.08 + 0.06 * random.random::<f32>());
        let lines = match cents {
            Cents::Plain => 0,
            Cents::Underlined if random.random_bool(0.3) => 2,
            Cents::Underlined | Cents::Fraction => 1,
        };
        for line in 0..lines {
            let y = y + line as f32 * self.hand.height_px * 0.12;
            self.row.ties.push(vec![(left, y), (right, y - 0.05 * self.hand.height_px * normal(random))]);
        }
        if cents == Cents::Fraction && random.random_bool(0.8) {
            self.denominator((left, y), size * 0.8, random);
        }
    }

    /// `100` or `xx` below the line of a fraction.
    fn denominator(&mut self, at: (f32, f32), size: f32, random: &mut Pcg64Mcg) {
        let foot = at.1 + self.hand.height_px * (size + 0.1);
        let mut x = at.0;
        let crosses = random.random_bool(0.4);
        for digit in if crosses { &[10, 10][..] } else { &[1, 0, 0][..] } {
            let glyph = if *digit == 10 {
                self.hand.mark(&marks::word("x", random), size, random)
            } else {
                let form = self.book.form(*digit, self.specimens, random);
                self.hand.write(&form, size, random)
            };
            let Some((left, right)) = glyph.columns() else { continue };
            let place = x.round() as i32 - left;
            x += (right - left) as f32 + 1.5 + 0.05 * self.hand.height_px;
            self.row.placed.push(Placed { glyph, x: place, y: foot as i32 });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::samples::Samples;
    use rand::SeedableRng;

    fn written(signs: &[Sign], random: &mut Pcg64Mcg) -> Row {
        let samples = Samples::default();
        let specimens = Specimens::new(&samples);
        let mut writer = Writer::new(Setting::Form, &specimens, random);
        writer.chains_zeros = false;
        writer.write(signs, random);
        writer.row
    }

    #[test]
    fn every_symbol_gets_its_ink_in_its_order() {
        let mut random = Pcg64Mcg::seed_from_u64(1);
        let with_ink: Vec<Symbol> = Symbol::ALL.into_iter().filter(|symbol| *symbol != Symbol::Raised).collect();
        let signs: Vec<Sign> = with_ink.iter().map(|&symbol| Sign::Symbol(symbol)).collect();
        for _ in 0..20 {
            let row = written(&signs, &mut random);
            assert_eq!(row.placed.len(), with_ink.len());
            let middle =
                |placed: &Placed| placed.glyph.columns().map_or(0, |(left, right)| 2 * placed.x + left + right);
            assert!(row.placed.windows(2).all(|pair| middle(&pair[0]) < middle(&pair[1])));
        }
    }

    #[test]
    fn raised_cents_are_smaller_and_higher_than_the_whole() {
        let mut random = Pcg64Mcg::seed_from_u64(2);
        let signs = [Sign::Symbol(Symbol::Digit(8)), Sign::Raised(vec![8, 8], Cents::Underlined)];
        for _ in 0..20 {
            let row = written(&signs, &mut random);
            let rows = |index: usize| {
                let placed: &Placed = &row.placed[index];
                placed.glyph.rows().map(|(top, bottom)| (placed.y + top, placed.y + bottom)).expect("ink")
            };
            let ((top, bottom), (cents_top, cents_bottom)) = (rows(0), rows(2));
            assert!(cents_bottom < bottom && cents_bottom - cents_top < bottom - top);
            assert!(!row.ties.is_empty());
        }
    }
}

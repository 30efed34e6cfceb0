//! Lines of handwritten numbers drawn for training: samples of digits and chance in, pictures with their text out.
//!
//! A line is a text in a writer's hand: digits by the strokes of samples or of drawn shapes, spaced and tied as that writer
//! does, on clean or busy paper, cropped and scanned. Nothing of a real cheque goes into it.

pub mod hand;
pub mod marks;
pub mod paper;
pub mod pen;
pub mod print;
pub mod shapes_high;
pub mod shapes_low;
pub mod skeleton;
pub mod spacing;
pub mod specimen;
pub mod tables;
pub mod text;
pub mod wear;

use image::GrayImage;
use rand::RngExt;
use rand_pcg::Pcg64Mcg;

use super::super::canvas::Canvas;
use super::super::network::normal;
use crate::reader::line::Symbol;
use crate::train::samples::Samples;
use hand::{Hand, Setting};
use print::Writing;
use spacing::{Row, Spacing};
use specimen::{Book, Form, Ink, Specimens};
use tables::Tables;
use text::{Cents, Sign};

/// Least sides of a drawn line in pixels.
const LEAST_SIDE_PX: i32 = 16;

/// One drawn line.
#[derive(Clone, Debug)]
pub struct DrawnLine {
    /// Paper high (255), ink low, as a scan has it.
    pub image: GrayImage,
    /// What is written, left to right.
    pub symbols: Vec<Symbol>,
    /// Resolution that it pretends to have, dots per inch, so that a digit is 3.5 to 8 mm high.
    pub dpi: f32,
}

/// Draws lines of handwriting.
pub struct Scribe<'a> {
    specimens: Specimens<'a>,
    tables: Tables,
}

impl<'a> Scribe<'a> {
    /// A scribe that writes with the digits of these samples: normalised 28x28 ones and raw cells.
    pub fn new(samples: &'a Samples) -> Self {
        Self { specimens: Specimens::new(samples), tables: Tables::new() }
    }

    /// Draws one line of the mixture for training; the same state of `random` gives the same line.
    pub fn draw(&self, random: &mut Pcg64Mcg) -> DrawnLine {
        let (signs, setting) = match random.random_range(0..100) {
            0..40 => {
                let setting = if random.random_bool(0.4) { Setting::Cheque } else { Setting::Form };
                (text::plain(random), setting)
            }
            40..92 => {
                let setting = if random.random_bool(0.85) { Setting::Cheque } else { Setting::Form };
                (text::amount(random), setting)
            }
            92..97 => (text::date(random), if random.random_bool(0.3) { Setting::Cheque } else { Setting::Form }),
            _ => (Vec::new(), if random.random_bool(0.6) { Setting::Cheque } else { Setting::Form }),
        };
        self.draw_signs(&signs, setting, random)
    }

    fn draw_signs(&self, signs: &[Sign], setting: Setting, random: &mut Pcg64Mcg) -> DrawnLine {
        let hand = Hand::new(setting, random);
        let mut row = Row::new(Spacing::new(setting, random), &hand);
        if signs.is_empty() {
            nothing(&mut row, &hand, random);
        } else {
            self.write(signs, setting, &hand, &mut row, random);
        }
        let crop = Crop::around(&row, &hand, setting, random);
        let (ink, writing) = crop.ink(&row, &hand, random);
        let picture = self.on_paper(ink, writing, setting, &hand, random);
        let digit_mm = 3.5 + 4.5 * random.random::<f32>();
        DrawnLine {
            image: wear::scanned(picture, &self.tables, random),
            symbols: text::symbols(signs),
            dpi: hand.height_px * 25.4 / digit_mm,
        }
    }

    fn write(&self, signs: &[Sign], setting: Setting, hand: &Hand, row: &mut Row, random: &mut Pcg64Mcg) {
        let is_cheque = setting == Setting::Cheque;
        let drawn_share = if is_cheque { 0.2 + 0.35 * random.random::<f32>() } else { 0.25 * random.random::<f32>() };
        let ink = match random.random_range(0..100) {
            0..20 => Ink::Alike(hand.pen.width_px / hand.height_px),
            20..45 if !is_cheque => Ink::Mixed,
            _ => Ink::Pen,
        };
        let mut book = Book::new(drawn_share, ink, random);
        let chains_zeros = random.random_bool(if is_cheque { 0.2 } else { 0.03 });
        let mut is_raised = false;
        let mut index = 0;
        while index < signs.len() {
            let zeros =
                signs[index..].iter().take(4).take_while(|sign| **sign == Sign::Symbol(Symbol::Digit(0))).count();
            let size = if is_raised { 0.6 } else { 1.0 };
            match &signs[index] {
                Sign::Symbol(Symbol::Digit(0)) if zeros > 1 && chains_zeros => {
                    let form = Form::Strokes(specimen::zero_chain(zeros, random));
                    row.digit(hand.write(&form, size, random), 0, hand, random);
                    index += zeros - 1;
                }
                Sign::Symbol(Symbol::Digit(digit)) => {
                    let form = book.form(*digit, &self.specimens, random);
                    let size = if *digit == 0 { size * hand.zero_height } else { size };
                    row.digit(hand.write(&form, size, random), 0, hand, random);
                }
                Sign::Symbol(Symbol::Raised) => {
                    is_raised = true;
                    row.leave_gap(hand, random);
                }
                Sign::Symbol(symbol) => {
                    let size = if is_raised { 0.75 } else { 1.0 };
                    row.mark(hand.mark(&marks::strokes(*symbol, random), size, random), hand, random);
                }
                Sign::Gap => row.leave_gap(hand, random),
                Sign::Raised(digits, cents) => self.raise(digits, *cents, &mut book, hand, row, random),
            }
            index += 1;
        }
    }

    /// Writes cents smaller and higher, with what belongs under them.
    fn raise(
        &self,
        digits: &[u8],
        cents: Cents,
        book: &mut Book<'a>,
        hand: &Hand,
        row: &mut Row,
        random: &mut Pcg64Mcg,
    ) {
        let size = 0.45 + 0.25 * random.random::<f32>();
        let lift = hand.height_px * (1.0 - size + 0.15 * random.random::<f32>());
        let first = row.placed.len();
        row.close_up();
        for &digit in digits {
            let form = book.form(digit, &self.specimens, random);
            row.digit(hand.write(&form, size, random), lift as i32, hand, random);
        }
        let span =
            |placed: &spacing::Placed| placed.glyph.columns().map(|(left, right)| (placed.x + left, placed.x + right));
        let Some((left, right)) =
            row.placed[first..].iter().filter_map(span).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
        else {
            return;
        };
        let (left, right) = (
            left as f32 - 0.1 * hand.height_px * random.random::<f32>(),
            right as f32 + 0.15 * hand.height_px * random.random::<f32>(),
        );
        let y = row.placed[first].y as f32 + hand.height_px * (0.08 + 0.06 * random.random::<f32>());
        let lines = match cents {
            Cents::Plain => 0,
            Cents::Underlined if random.random_bool(0.3) => 2,
            Cents::Underlined | Cents::Fraction => 1,
        };
        for line in 0..lines {
            let y = y + line as f32 * hand.height_px * 0.12;
            row.ties.push(vec![(left, y), (right, y - 0.05 * hand.height_px * normal(random))]);
        }
        if cents == Cents::Fraction && random.random_bool(0.8) {
            self.denominator((left, y), size * 0.8, book, hand, row, random);
        }
    }

    /// `100` or `xx` below the line of a fraction.
    fn denominator(
        &self,
        at: (f32, f32),
        size: f32,
        book: &mut Book<'a>,
        hand: &Hand,
        row: &mut Row,
        random: &mut Pcg64Mcg,
    ) {
        let foot = at.1 + hand.height_px * (size + 0.1);
        let mut x = at.0;
        let crosses = random.random_bool(0.4);
        for digit in if crosses { &[10, 10][..] } else { &[1, 0, 0][..] } {
            let glyph = if *digit == 10 {
                hand.mark(&marks::word("x", random), size, random)
            } else {
                hand.write(&book.form(*digit, &self.specimens, random), size, random)
            };
            let Some((left, right)) = glyph.columns() else { continue };
            let place = x.round() as i32 - left;
            x += (right - left) as f32 + 1.5 + 0.05 * hand.height_px;
            row.placed.push(spacing::Placed { glyph, x: place, y: foot as i32 });
        }
    }

    /// Puts ink on paper with everything that is printed there.
    fn on_paper(
        &self,
        mut ink: Canvas,
        writing: Writing,
        setting: Setting,
        hand: &Hand,
        random: &mut Pcg64Mcg,
    ) -> Canvas {
        let is_cheque = setting == Setting::Cheque;
        let level = match random.random_range(0..10) {
            0..6 => 0.1 + 0.25 * random.random::<f32>(),
            6..9 => 0.3 + 0.25 * random.random::<f32>(),
            _ => 0.5 + 0.15 * random.random::<f32>(),
        };
        let is_busy = random.random_bool(if is_cheque { 0.78 } else { 0.1 });
        let mut paper = if is_busy {
            paper::busy(ink.width, ink.height, 1.0 - level, &self.tables, random)
        } else {
            paper::clean(ink.width, ink.height, random)
        };
        if random.random_bool(if is_cheque { 0.45 } else { 0.2 }) {
            print::rules(&mut paper, writing, random);
        }
        if random.random_bool(0.1) {
            print::labels(&mut paper, writing, random);
        }
        if random.random_bool(0.07) {
            print::strangers(&mut ink, writing, &hand.pen, random);
        }
        wear::lay_ink(&mut paper, &ink, level, &self.tables, random);
        paper
    }
}

/// A line that holds no number: nothing at all, letters, or a scribble.
fn nothing(row: &mut Row, hand: &Hand, random: &mut Pcg64Mcg) {
    match random.random_range(0..10) {
        0..5 => {}
        5..8 => row.mark(hand.mark(&marks::letters(random), 1.0, random), hand, random),
        _ => row.mark(hand.mark(&marks::scribble(random), 1.0, random), hand, random),
    }
}

/// The part of a line's plane that becomes the picture.
struct Crop {
    left: i32,
    top: i32,
    width: i32,
    height: i32,
}

impl Crop {
    /// A crop with margins by chance; now and then it cuts the ink at a side.
    fn around(row: &Row, hand: &Hand, setting: Setting, random: &mut Pcg64Mcg) -> Self {
        let high = hand.height_px;
        let empty = [0, -(high as i32), (high * (1.0 + 4.0 * random.random::<f32>())) as i32, 0];
        let [left, top, right, bottom] = row.bounds().unwrap_or(empty);
        let wide = if setting == Setting::Cheque { 0.28 } else { 0.5 };
        let generous = if random.random_bool(0.12) { 1.5 } else { 1.0 };
        let mut margin = |usual: f32| {
            let share = if random.random_bool(0.05) {
                -0.1 * random.random::<f32>()
            } else {
                usual * random.random::<f32>() * generous
            };
            (share * high).round() as i32
        };
        let (left, right) = (left - margin(wide * 1.2), right + margin(wide * 1.4));
        let (top, bottom) = (top - margin(wide), bottom + margin(wide));
        Self { left, top, width: (right - left).max(LEAST_SIDE_PX), height: (bottom - top).max(LEAST_SIDE_PX) }
    }

    /// The ink inside the crop, and where the writing lies on it.
    fn ink(&self, row: &Row, hand: &Hand, random: &mut Pcg64Mcg) -> (Canvas, Writing) {
        let mut canvas = Canvas::new(self.width as usize, self.height as usize);
        for placed in &row.placed {
            let (x, y) = (placed.x - placed.glyph.origin.0 - self.left, placed.y - placed.glyph.origin.1 - self.top);
            canvas.overlay(&placed.glyph.canvas, x as isize, y as isize);
        }
        for tie in &row.ties {
            let moved: pen::Stroke =
                tie.iter().map(|place| (place.0 - self.left as f32, place.1 - self.top as f32)).collect();
            hand.pen.ink(&mut canvas, &moved, random);
        }
        let left = row.bounds().map_or(self.width, |bounds| bounds[0] - self.left) as f32;
        (canvas, Writing { left, foot: -self.top as f32, height: hand.height_px })
    }
}

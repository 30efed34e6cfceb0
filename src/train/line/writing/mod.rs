//! Lines of handwritten numbers drawn for training: samples of digits and chance in, pictures with their text out.
//!
//! A line is a text in a writer's hand: digits by the strokes of samples or of drawn shapes, spaced and tied as that writer
//! does, on clean or busy paper, cropped and scanned. Nothing of a real cheque goes into it.

pub mod crop;
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
pub mod writer;

use image::GrayImage;
use rand::RngExt;
use rand_pcg::Pcg64Mcg;

use crate::reader::line::Symbol;
use crate::train::canvas::Canvas;
use crate::train::samples::Samples;
use crop::Crop;
use hand::{Hand, Setting};
use print::Writing;
use specimen::Specimens;
use tables::Tables;
use text::Sign;
use writer::Writer;

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
        Self { specimens: Specimens::new(samples), tables: Tables::computed() }
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
        let mut writer = Writer::new(setting, &self.specimens, random);
        if signs.is_empty() {
            writer.write_nothing(random);
        } else {
            writer.write(signs, random);
        }
        let Writer { hand, row, .. } = &writer;
        let (ink, writing) = Crop::around(row, hand, setting, random).ink(row, hand, random);
        let picture = self.on_paper(ink, writing, setting, hand, random);
        let digit_mm = 3.5 + 4.5 * random.random::<f32>();
        DrawnLine {
            image: wear::scanned(picture, &self.tables, random),
            symbols: text::symbols(signs),
            dpi: hand.height_px * 25.4 / digit_mm,
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

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn the_same_seed_draws_the_same_line() {
        let samples = Samples::default();
        let scribe = Scribe::new(&samples);
        let draw = |seed| scribe.draw(&mut Pcg64Mcg::seed_from_u64(seed));
        for seed in 0..20 {
            let (one, two) = (draw(seed), draw(seed));
            assert_eq!((one.image.as_raw(), &one.symbols, one.dpi), (two.image.as_raw(), &two.symbols, two.dpi));
        }
        assert_ne!(draw(1).image, draw(2).image);
    }

    #[test]
    fn lines_have_the_sizes_of_scans() {
        let samples = Samples::default();
        let scribe = Scribe::new(&samples);
        let mut random = Pcg64Mcg::seed_from_u64(8);
        let (mut empty, mut usual) = (0, 0);
        for _ in 0..300 {
            let line = scribe.draw(&mut random);
            let (width, height) = line.image.dimensions();
            assert!((16..500).contains(&height) && (16..3000).contains(&width), "{width}x{height}");
            assert!((40.0..1000.0).contains(&line.dpi), "{} dpi", line.dpi);
            empty += usize::from(line.symbols.is_empty());
            usual += usize::from((30..100).contains(&height));
        }
        assert!((2..25).contains(&empty), "{empty} of 300 lines are empty");
        assert!(usual > 200, "{usual} of 300 lines have a usual height");
    }

    #[test]
    fn what_is_written_is_darker_than_an_empty_line() {
        let samples = Samples::default();
        let scribe = Scribe::new(&samples);
        let mut random = Pcg64Mcg::seed_from_u64(9);
        for _ in 0..60 {
            let signs = text::plain(&mut random);
            let mut writer = Writer::new(Setting::Form, &scribe.specimens, &mut random);
            writer.write(&signs, &mut random);
            let Writer { hand, row, .. } = &writer;
            let (ink, _) = Crop::around(row, hand, Setting::Form, &mut random).ink(row, hand, &mut random);
            let digits = text::symbols(&signs).len() as f32;
            assert!(ink.mass() > digits * hand.height_px * 0.3, "{} of ink for {digits} digits", ink.mass());
            assert_eq!(row.placed.len(), row.placed.iter().filter(|placed| placed.glyph.columns().is_some()).count());
        }
    }
}

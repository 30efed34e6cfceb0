//! Endless training batches, made ahead on a thread of their own: samples in, distorted and normalised [`Batch`]es out.
//!
//! What batch number n holds depends on the seed alone.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::canvas::Canvas;
use super::samples::{Sample, Samples, Source};
use super::step::Batch;
use super::{distort, drawn, rubbish};
use crate::glyph::{GLYPH_SIZE_PX, Glyph};
use crate::reader::Class;

/// How many batches wait ready; enough to bridge a slow one, few enough to cost no memory.
const AHEAD: usize = 8;

/// Share of a batch that is no digit: symbols, letters and rubbish.
pub(super) const NO_DIGIT_SHARE: f64 = 0.21;

/// Of those, the share drawn from the symbols and letters of the data, and that of pieces of digits; the rest is drawn with
/// a virtual pen.
const REAL_SYMBOL_SHARE: f64 = 0.35;
const RUBBISH_SHARE: f64 = 0.32;

/// How often a normalised picture is distorted in place, close to how it is, instead of going through a scan.
const IN_PLACE_SHARE: f64 = 0.55;

/// What a virtual pen draws, with how often. A slash is as good as a slanted 1 when it stands alone, and rare: it is shown
/// so seldom that a 1 wins where the two cannot be told apart, and its place among its neighbours must decide.
const DRAWN: [(Class, f64); 6] = [
    (Class::Point, 0.12),
    (Class::Comma, 0.15),
    (Class::Dash, 0.12),
    (Class::Slash, 0.015),
    (Class::Dollar, 0.145),
    (Class::NotADigit, 0.45),
];

/// How often a slash of the data is left out, for the same reason. Of 4,994 validation digits of MNIST, 11 ones were read
/// as a slash when none was left out, and 5 when 95 % were, but then 38 of the 40 validation slashes of MDAS became a 1.
const SLASH_LEFT_OUT: f64 = 0.25;

/// Draws the samples of a group of sources in a shuffled order, each as often as its weight says.
struct Deck<'a> {
    sources: &'a [Source],
    /// Source and sample, shuffled; sources with a weight below one take part with some of their samples.
    cards: Vec<(u32, u32)>,
    next: usize,
}

impl<'a> Deck<'a> {
    fn new(sources: &'a [Source]) -> Self {
        Self { sources, cards: Vec::new(), next: 0 }
    }

    fn draw(&mut self, random: &mut Pcg64Mcg) -> Option<(&'a Source, &'a Sample)> {
        if self.next >= self.cards.len() {
            self.shuffle(random);
        }
        let &(source, sample) = self.cards.get(self.next)?;
        self.next += 1;
        let source = &self.sources[source as usize];
        Some((source, &source.samples[sample as usize]))
    }

    fn shuffle(&mut self, random: &mut Pcg64Mcg) {
        self.cards.clear();
        self.next = 0;
        for (number, source) in (0..).zip(self.sources) {
            let count = source.samples.len() as u32;
            for _ in 0..source.weight as u32 {
                self.cards.extend((0..count).map(|sample| (number, sample)));
            }
            let rest = f64::from(source.weight.fract());
            self.cards.extend((0..count).filter(|_| random.random_bool(rest)).map(|sample| (number, sample)));
        }
        self.cards.shuffle(random);
    }
}

/// Makes batches from samples.
pub struct Mixer<'a> {
    digits: Deck<'a>,
    symbols: Deck<'a>,
    random: Pcg64Mcg,
}

impl<'a> Mixer<'a> {
    /// A mixer of these samples; the same seed gives the same batches.
    pub fn new(samples: &'a Samples, seed: u64) -> Self {
        let random = Pcg64Mcg::seed_from_u64(seed ^ 0x5ca1_7a11);
        Self { digits: Deck::new(&samples.digits), symbols: Deck::new(&samples.symbols), random }
    }

    /// The next batch of `size` images.
    pub fn batch(&mut self, size: usize) -> Batch {
        let mut batch = Batch {
            pixels: Vec::with_capacity(size * GLYPH_SIZE_PX * GLYPH_SIZE_PX),
            classes: Vec::with_capacity(size),
        };
        while batch.classes.len() < size {
            let made = if self.random.random_bool(NO_DIGIT_SHARE) { self.no_digit() } else { self.digit() };
            if let Some((pixels, class)) = made {
                batch.pixels.extend(pixels);
                batch.classes.push(class.index());
            }
        }
        batch
    }

    fn digit(&mut self) -> Option<(Vec<f32>, Class)> {
        let (source, sample) = self.digits.draw(&mut self.random)?;
        let random = &mut self.random;
        if source.normalised && random.random_bool(IN_PLACE_SHARE) {
            return Some((distort::in_place(random, &sample.picture).pixels, sample.class));
        }
        let mut canvas = distort::as_scanned(random, &sample.picture, 1.0);
        distort::spoil(random, &mut canvas);
        Some((misplaced(random, &canvas.to_glyph()), sample.class))
    }

    fn no_digit(&mut self) -> Option<(Vec<f32>, Class)> {
        let kind: f64 = self.random.random();
        let (mut canvas, class) = if kind < REAL_SYMBOL_SHARE {
            let (_, sample) = self.symbols.draw(&mut self.random)?;
            if sample.class == Class::Slash && self.random.random_bool(SLASH_LEFT_OUT) {
                return None;
            }
            (distort::as_scanned(&mut self.random, &sample.picture, 0.8), sample.class)
        } else if kind < REAL_SYMBOL_SHARE + RUBBISH_SHARE {
            (self.rubbish()?, Class::NotADigit)
        } else {
            let class = drawn_class(self.random.random());
            let picture = drawn::symbol(&mut self.random, class);
            (distort::as_scanned(&mut self.random, &picture, 0.6), class)
        };
        distort::spoil(&mut self.random, &mut canvas);
        Some((misplaced(&mut self.random, &canvas.to_glyph()), class))
    }

    fn rubbish(&mut self) -> Option<Canvas> {
        let (first_source, first) = self.digits.draw(&mut self.random)?;
        let (second_source, second) = self.digits.draw(&mut self.random)?;
        let random = &mut self.random;
        // Two digits of one hand: pieces of different sets would give themselves away by their stroke.
        let second = if first_source.name == second_source.name { second } else { first };
        let (one, other) =
            (distort::as_scanned(random, &first.picture, 0.8), distort::as_scanned(random, &second.picture, 0.8));
        let other = resized(&other, one.height);
        match random.random_range(0..10) {
            0..=3 => rubbish::pair(random, &one, &other),
            4..=6 => rubbish::with_fragment(random, &one, &other),
            _ => match first.class {
                Class::Digit(digit) => rubbish::half(random, digit, &one),
                _ => None,
            },
        }
    }
}

/// The class at this place of the running total of [`DRAWN`].
fn drawn_class(place: f64) -> Class {
    let mut total = 0.0;
    let reached = DRAWN.iter().find(|(_, share)| {
        total += share;
        place < total
    });
    reached.map_or(Class::NotADigit, |(class, _)| *class)
}

/// The picture at another height, as neighbours on a form are of about one height; the nearest pixel is good enough here.
fn resized(canvas: &Canvas, height: usize) -> Canvas {
    let width = (canvas.width * height / canvas.height.max(1)).max(1);
    let mut target = Canvas::new(width, height);
    for y in 0..height {
        for x in 0..width {
            let (from_x, from_y) = (x * canvas.width / width, y * canvas.height / height);
            target.pixels[y * width + x] = canvas.pixels[from_y * canvas.width + from_x];
        }
    }
    target
}

/// The glyph with values 0 to 1, now and then a pixel or two off its place: crops are not always cut well.
fn misplaced(random: &mut Pcg64Mcg, glyph: &Glyph) -> Vec<f32> {
    let mut shift = || {
        if random.random_bool(0.5) { 0 } else { random.random_range(-2i32..=2) }
    };
    let (shift_x, shift_y) = (shift(), shift());
    let size = GLYPH_SIZE_PX as i32;
    let mut pixels = vec![0.0; GLYPH_SIZE_PX * GLYPH_SIZE_PX];
    for y in 0.max(shift_y)..size.min(size + shift_y) {
        for x in 0.max(shift_x)..size.min(size + shift_x) {
            let source = (y - shift_y) * size + x - shift_x;
            pixels[(y * size + x) as usize] = f32::from(glyph.pixels[source as usize]) / 255.0;
        }
    }
    pixels
}

/// Runs `work` with a stream of batches that are made on another thread while the last ones are being used.
pub fn ahead<R>(samples: &Samples, seed: u64, size: usize, work: impl FnOnce(&Receiver<Batch>) -> R) -> R {
    let (sender, receiver): (SyncSender<Batch>, Receiver<Batch>) = sync_channel(AHEAD);
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let mut mixer = Mixer::new(samples, seed);
            // Ends when nobody takes batches any more.
            while sender.send(mixer.batch(size)).is_ok() {}
        });
        let result = work(&receiver);
        drop(receiver);
        result
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples() -> Samples {
        let picture = |digit: usize| {
            let mut canvas = Canvas::new(28, 28);
            canvas.lines(&[(8.0, 5.0), (20.0, 8.0), (8.0 + digit as f32, 23.0)], 2.5);
            canvas
        };
        let sample = |digit: usize| Sample { picture: picture(digit), class: Class::Digit(digit as u8) };
        let digits = |name: &str, weight, count: usize| Source {
            name: name.to_owned(),
            normalised: name == "glyphs",
            weight,
            samples: (0..count).map(|index| sample(index % 10)).collect(),
        };
        Samples { digits: vec![digits("glyphs", 1.0, 30), digits("cells", 2.5, 10)], ..Samples::default() }
    }

    #[test]
    fn the_seed_alone_decides_what_is_in_a_batch() {
        let samples = samples();
        let third = |seed| {
            let mut mixer = Mixer::new(&samples, seed);
            (0..3).map(|_| mixer.batch(20)).last()
        };
        assert_eq!(third(1), third(1));
        assert_ne!(third(1), third(2));
        let streamed = ahead(&samples, 1, 20, |batches| batches.iter().nth(2));
        assert_eq!(streamed, third(1));
    }

    #[test]
    fn weights_decide_how_often_a_source_is_drawn() {
        let samples = samples();
        let (mut deck, random) = (Deck::new(&samples.digits), &mut Pcg64Mcg::seed_from_u64(1));
        let drawn: Vec<bool> =
            (0..5500).filter_map(|_| deck.draw(random)).map(|(source, _)| source.normalised).collect();
        let glyphs = drawn.iter().filter(|&&normalised| normalised).count();
        assert!((2800..3200).contains(&glyphs), "{glyphs}");
    }

    #[test]
    fn a_batch_holds_digits_and_rubbish_in_range() {
        let samples = samples();
        let batch = Mixer::new(&samples, 4).batch(300);
        let rubbish = batch.classes.iter().filter(|&&class| class >= 10).count();
        assert!((30..110).contains(&rubbish), "{rubbish}");
        assert!(batch.pixels.iter().all(|pixel| (0.0..=1.0).contains(pixel)));
        assert_eq!(batch.pixels.len(), 300 * 784);
    }
}

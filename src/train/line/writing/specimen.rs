//! One writer's digits: samples and drawn shapes in, the form of each digit that a line is written with out.

use rand::RngExt;
use rand::seq::IndexedRandom;
use rand_pcg::Pcg64Mcg;

use super::pen::{Shape, Stroke, jittered};
use super::{shapes_high, shapes_low, skeleton};
use crate::reader::Class;
use crate::train::canvas::Canvas;
use crate::train::network::normal;
use crate::train::samples::Samples;

/// The drawn shapes of each digit.
pub const SHAPES: [&[Shape]; 10] = [
    shapes_low::ZEROS,
    shapes_low::ONES,
    shapes_low::TWOS,
    shapes_low::THREES,
    shapes_low::FOURS,
    shapes_high::FIVES,
    shapes_high::SIXES,
    shapes_high::SEVENS,
    shapes_high::EIGHTS,
    shapes_high::NINES,
];

/// How a digit is to be written.
#[derive(Clone, Debug)]
pub enum Form<'a> {
    /// By strokes, 1 high and standing on 0.
    Strokes(Vec<Stroke>),
    /// As the ink of a picture.
    Picture(&'a Canvas),
}

/// All pictures of one digit in one source, and how often they are drawn.
struct Pile<'a> {
    weight: f32,
    pictures: Vec<&'a Canvas>,
}

/// The pictures of all digits, by digit.
pub struct Specimens<'a> {
    piles: [Vec<Pile<'a>>; 10],
}

impl<'a> Specimens<'a> {
    /// Sorts the digits of samples; other classes are left out.
    pub fn new(samples: &'a Samples) -> Self {
        let mut piles: [Vec<Pile<'a>>; 10] = Default::default();
        for source in &samples.digits {
            for (digit, piles) in (0..).zip(&mut piles) {
                let is_it = |class: Class| matches!(class, Class::Digit(value) if value == digit);
                let pictures: Vec<&Canvas> =
                    source.samples.iter().filter(|sample| is_it(sample.class)).map(|sample| &sample.picture).collect();
                if !pictures.is_empty() {
                    piles.push(Pile { weight: source.weight * pictures.len() as f32, pictures });
                }
            }
        }
        Self { piles }
    }

    fn picture(&self, digit: u8, random: &mut Pcg64Mcg) -> Option<&'a Canvas> {
        let piles = &self.piles[usize::from(digit)];
        let pile = piles.choose_weighted(random, |pile| pile.weight).ok()?;
        pile.pictures.choose(random).copied()
    }
}

/// Pictures looked at for one that fits a line.
const TRIES: usize = 3;

/// What the digits of samples are inked with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Ink {
    /// The writer's own pen, along the strokes of the sample.
    Pen,
    /// Their own ink, of all pens.
    Mixed,
    /// Their own ink where strokes are about so thick, in heights.
    Alike(f32),
}

/// The forms that one writer uses, found as they are needed.
pub struct Book<'a> {
    forms: [Vec<Form<'a>>; 10],
    /// How many forms of a digit the writer has; 0 for one that writes each anew.
    variety: usize,
    /// How often a form is one of the drawn shapes.
    drawn_share: f32,
    /// What the digits of samples are inked with.
    ink: Ink,
    /// How far control points stray, in heights.
    jitter: f32,
}

impl<'a> Book<'a> {
    /// The book of a new writer.
    pub fn new(drawn_share: f32, ink: Ink, random: &mut Pcg64Mcg) -> Self {
        let variety = if random.random_bool(0.2) { 0 } else { 1 + usize::from(random.random_bool(0.35)) };
        let jitter = 0.012 + 0.035 * random.random::<f32>();
        Self { forms: Default::default(), variety, drawn_share, ink, jitter }
    }

    /// The writer's form for a digit.
    pub fn form(&mut self, digit: u8, specimens: &Specimens<'a>, random: &mut Pcg64Mcg) -> Form<'a> {
        let place = usize::from(digit);
        if self.variety == 0 || self.forms[place].len() < self.variety {
            let form = self.new_form(digit, specimens, random);
            if self.variety == 0 {
                return form;
            }
            self.forms[place].push(form.clone());
            return form;
        }
        let index = random.random_range(0..self.forms[place].len());
        match &self.forms[place][index] {
            Form::Strokes(strokes) => Form::Strokes(wavered(strokes, random)),
            picture => picture.clone(),
        }
    }

    fn new_form(&self, digit: u8, specimens: &Specimens<'a>, random: &mut Pcg64Mcg) -> Form<'a> {
        let is_drawn = random.random::<f32>() < self.drawn_share;
        let sampled = if is_drawn { None } else { self.sampled(digit, specimens, random) };
        if let Some(form) = sampled {
            return form;
        }
        let shape = SHAPES[usize::from(digit)].choose(random).copied().unwrap_or(&[]);
        Form::Strokes(jittered(shape, self.jitter, random))
    }

    fn sampled(&self, digit: u8, specimens: &Specimens<'a>, random: &mut Pcg64Mcg) -> Option<Form<'a>> {
        match self.ink {
            Ink::Pen => {
                (0..TRIES).find_map(|_| skeleton::strokes(specimens.picture(digit, random)?)).map(Form::Strokes)
            }
            Ink::Mixed => specimens.picture(digit, random).map(Form::Picture),
            Ink::Alike(thickness) => {
                let pictures = (0..TRIES).filter_map(|_| specimens.picture(digit, random));
                let off = |picture: &&Canvas| (skeleton::thickness(picture) / thickness).ln().abs();
                pictures.min_by(|a, b| off(a).total_cmp(&off(b))).map(Form::Picture)
            }
        }
    }
}

/// The same digit written once more by the same hand: every stroke a little bent and moved.
fn wavered(strokes: &[Stroke], random: &mut Pcg64Mcg) -> Vec<Stroke> {
    let mut again = strokes.to_vec();
    let (a, b, c, d) = (normal(random) * 0.03, normal(random) * 0.03, normal(random) * 0.02, normal(random) * 0.02);
    for stroke in &mut again {
        let shift = (normal(random) * 0.012, normal(random) * 0.012);
        for place in stroke {
            let (x, y) = (place.0 - 0.3, place.1 + 0.5);
            *place = (
                place.0 + a * x * y * 4.0 + c * y * y * 4.0 + shift.0,
                place.1 + b * x * y * 4.0 + d * x * x * 4.0 + shift.1,
            );
        }
    }
    again
}

/// Two to four zeros written in one movement, 1 high at most.
pub fn zero_chain(count: usize, random: &mut Pcg64Mcg) -> Vec<Stroke> {
    let high = 0.45 + 0.45 * random.random::<f32>();
    let wide = high * (0.6 + 0.5 * random.random::<f32>());
    let link = -high * if random.random_bool(0.7) { 1.0 } else { 0.55 };
    let apart = wide * (0.1 + 0.5 * random.random::<f32>());
    let has_tail = random.random_bool(0.5);
    let mut places = Vec::new();
    let mut near = |x: f32, y: f32| places.push((x + normal(random) * 0.03 * wide, y + normal(random) * 0.03 * high));
    for index in 0..count {
        let x = index as f32 * (wide + apart);
        near(x + wide * 0.75, -high * 0.95);
        near(x + wide * 0.25, -high * 0.9);
        near(x, -high * 0.45);
        near(x + wide * 0.4, 0.0);
        near(x + wide * 0.95, -high * 0.3);
        near(x + wide * 0.9, -high * 0.8);
        near(x + wide * 0.6, link - high * 0.02);
        if index + 1 < count {
            near(x + wide + apart * 0.5, link + high * 0.04);
        }
    }
    if has_tail {
        let x = count as f32 * (wide + apart);
        near(x + wide * 0.2, -high * 0.9);
        near(x + wide * 0.5, -high * 0.95);
    }
    vec![super::pen::curve(&places)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::line::writing::pen::bounds;
    use rand::SeedableRng;

    #[test]
    fn every_shape_stays_in_its_box() {
        let mut random = Pcg64Mcg::seed_from_u64(2);
        for (digit, shapes) in SHAPES.iter().enumerate() {
            for (index, shape) in shapes.iter().enumerate() {
                let [left, top, right, bottom] = bounds(&jittered(shape, 0.0, &mut random)).expect("strokes");
                let name = format!("shape {index} of {digit}");
                assert!(left > -0.2 && right < 1.05 && top > -1.2 && bottom < 0.3, "{name}");
                assert!(bottom - top > 0.5, "{name} is {} high", bottom - top);
            }
        }
    }

    #[test]
    fn a_writer_repeats_a_digit_alike() {
        let samples = Samples::default();
        let specimens = Specimens::new(&samples);
        let mut random = Pcg64Mcg::seed_from_u64(4);
        let mut book = Book { variety: 1, ..Book::new(1.0, Ink::Pen, &mut random) };
        let mut widths = || match book.form(5, &specimens, &mut random) {
            Form::Strokes(strokes) => bounds(&strokes).map_or(0.0, |[left, _, right, _]| right - left),
            Form::Picture(_) => 0.0,
        };
        let first = widths();
        assert!((0..20).all(|_| (widths() - first).abs() < 0.2));
    }
}

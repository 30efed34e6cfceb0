//! What the classical readers learn from: [`Samples`] in, glyphs as a reader gets them out, undistorted.

use super::samples::Samples;
use crate::geometry::Rect;
use crate::glyph::{GLYPH_SIZE_PX, Glyph};
use crate::reader::Class;

/// Glyphs and what each shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Examples {
    /// As a reader gets them.
    pub glyphs: Vec<Glyph>,
    /// One a glyph.
    pub classes: Vec<Class>,
}

impl Examples {
    /// All training pictures, of digits and of symbols, in the order of the data.
    pub fn of(samples: &Samples) -> Self {
        let mut examples = Self::default();
        for source in samples.digits.iter().chain(&samples.symbols) {
            for sample in &source.samples {
                let glyph =
                    if source.normalised { as_it_is(&sample.picture.pixels) } else { sample.picture.to_glyph() };
                examples.glyphs.push(glyph);
                examples.classes.push(sample.class);
            }
        }
        examples
    }

    /// About `count` of them, evenly spread; all if there are not more.
    pub fn thinned(&self, count: usize) -> Self {
        let len = self.glyphs.len();
        let places = || (0..count.min(len)).map(|place| place * len / count.min(len));
        Self {
            glyphs: places().map(|place| self.glyphs[place].clone()).collect(),
            classes: places().map(|place| self.classes[place]).collect(),
        }
    }

    /// The indices of the classes that occur, ascending.
    pub fn class_indices(&self) -> Vec<u8> {
        let mut indices: Vec<u8> = self.classes.iter().map(|class| class.index() as u8).collect();
        indices.sort_unstable();
        indices.dedup();
        indices
    }
}

/// The glyph of a picture that is normalised already.
fn as_it_is(values: &[f32]) -> Glyph {
    let size = GLYPH_SIZE_PX as i32;
    let mut glyph = Glyph { pixels: Box::new([0; GLYPH_SIZE_PX * GLYPH_SIZE_PX]), origin: Rect::new(0, 0, size, size) };
    glyph.pixels.iter_mut().zip(values).for_each(|(pixel, value)| *pixel = (value * 255.0).round() as u8);
    glyph
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::canvas::Canvas;
    use crate::train::samples::{Sample, Source};

    fn source(normalised: bool, picture: Canvas) -> Source {
        let sample = |digit| Sample { picture: picture.clone(), class: Class::Digit(digit) };
        Source { name: String::new(), normalised, weight: 1.0, samples: vec![sample(3), sample(1)] }
    }

    #[test]
    fn normalised_pictures_stay_and_others_are_normalised() {
        let mut picture = Canvas::new(GLYPH_SIZE_PX, GLYPH_SIZE_PX);
        picture.line((4.0, 4.0), (4.0, 9.0), 2.0);
        let samples =
            Samples { digits: vec![source(true, picture.clone()), source(false, picture)], ..Samples::default() };
        let examples = Examples::of(&samples);
        assert_eq!(examples.class_indices(), [1, 3]);
        let ink_at = |glyph: &Glyph, x: usize, y: usize| glyph.pixels[y * GLYPH_SIZE_PX + x];
        assert_eq!((ink_at(&examples.glyphs[0], 4, 6), ink_at(&examples.glyphs[0], 14, 14)), (255, 0));
        assert_eq!((ink_at(&examples.glyphs[2], 4, 6), ink_at(&examples.glyphs[2], 14, 14)), (0, 255));
    }

    #[test]
    fn thinning_keeps_an_even_spread() {
        let glyph = as_it_is(&[]);
        let classes: Vec<Class> = (0..10).map(Class::Digit).collect();
        let examples = Examples { glyphs: vec![glyph; 10], classes };
        assert_eq!(examples.thinned(4).class_indices(), [0, 2, 5, 7]);
        assert_eq!(examples.thinned(99), examples);
        assert_eq!(examples.thinned(0), Examples::default());
    }
}

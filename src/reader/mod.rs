//! The stage that names glyphs: a batch of [`Glyph`]s in, a [`Reading`] each out, in the same order.
//!
//! What a reading means for a number is decided by `number`.

pub mod architecture;
pub mod classical;
pub mod cnn;
mod direct;
pub mod engine;
pub mod kind;
pub mod line;
pub mod load;
pub mod magnetic_ink;
mod tensors;
pub mod weights;
mod winograd;

pub use kind::ReaderKind;

use crate::error::Result;
use crate::glyph::Glyph;

/// What a glyph can be; the discriminant is the place in [`Reading::probabilities`] and the label in training.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// 0 to 9.
    Digit(u8),
    /// A decimal point or a point between groups.
    Point,
    /// A comma.
    Comma,
    /// A minus or a closing stroke.
    Dash,
    /// A slash, as in `50/100`.
    Slash,
    /// A currency sign.
    Dollar,
    /// Rubbish of the segmenter: half a digit, two digits at once, a letter, a line, a blob.
    NotADigit,
}

impl Class {
    /// All classes, in the order of the probabilities.
    pub const ALL: [Class; CLASS_COUNT] = [
        Class::Digit(0),
        Class::Digit(1),
        Class::Digit(2),
        Class::Digit(3),
        Class::Digit(4),
        Class::Digit(5),
        Class::Digit(6),
        Class::Digit(7),
        Class::Digit(8),
        Class::Digit(9),
        Class::Point,
        Class::Comma,
        Class::Dash,
        Class::Slash,
        Class::Dollar,
        Class::NotADigit,
    ];

    /// The place of this class in [`Reading::probabilities`].
    pub fn index(self) -> usize {
        match self {
            Class::Digit(digit) => usize::from(digit),
            Class::Point => 10,
            Class::Comma => 11,
            Class::Dash => 12,
            Class::Slash => 13,
            Class::Dollar => 14,
            Class::NotADigit => 15,
        }
    }

    /// The name of this class in reports and tables, such as `7` or `no digit`.
    pub fn name(self) -> String {
        match self {
            Class::Digit(digit) => digit.to_string(),
            Class::Point => "point".to_owned(),
            Class::Comma => "comma".to_owned(),
            Class::Dash => "dash".to_owned(),
            Class::Slash => "slash".to_owned(),
            Class::Dollar => "dollar".to_owned(),
            Class::NotADigit => "no digit".to_owned(),
        }
    }

    /// The class of this [name](Self::name).
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.name() == name)
    }
}

/// How many classes there are.
pub const CLASS_COUNT: usize = 16;

/// What a reader thinks of one glyph.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    /// Calibrated probability of each class, in the order of [`Class::ALL`]; they add up to 1.
    pub probabilities: [f32; CLASS_COUNT],
}

impl Reading {
    /// Stands for a glyph that was not read, since nothing depends on it: no class has any probability.
    pub const UNREAD: Reading = Reading { probabilities: [0.0; CLASS_COUNT] };

    /// The probability of a class.
    pub fn of(&self, class: Class) -> f32 {
        self.probabilities[class.index()]
    }

    /// The most probable class, the first of equals, and its probability.
    pub fn best(&self) -> (Class, f32) {
        let better = |best: Class, &class: &Class| if self.of(class) > self.of(best) { class } else { best };
        let class = Class::ALL.iter().fold(Class::ALL[0], better);
        (class, self.of(class))
    }

    /// The most probable digit and its probability.
    pub fn best_digit(&self) -> (u8, f32) {
        self.ranked_digit(0)
    }

    /// The runner-up among the digits and its probability.
    pub fn second_digit(&self) -> (u8, f32) {
        self.ranked_digit(1)
    }

    fn ranked_digit(&self, rank: usize) -> (u8, f32) {
        let mut digits: Vec<(u8, f32)> = (0..10).map(|digit| (digit, self.probabilities[usize::from(digit)])).collect();
        digits.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        digits[rank]
    }
}

/// A classifier of glyphs.
pub trait DigitReader: Send + Sync {
    /// A short name such as `cnn`.
    fn name(&self) -> &str;

    /// Reads a batch; one reading a glyph, in the same order. Deterministic: a glyph's reading does not depend on the
    /// batch it came in, to the last bit.
    ///
    /// # Errors
    /// [`crate::error::Error::Model`] if the engine underneath fails.
    fn read(&self, glyphs: &[Glyph]) -> Result<Vec<Reading>>;
}

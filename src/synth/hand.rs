//! Handwriting: a number as text and a writer's hand in, the ink mask of the whole number out.
//!
//! A hand keeps its slant, pen and habits over a page, and writes each digit in one of a few ways. Single characters are
//! drawn in [`super::pen`]; where a number goes on the sheet is decided by the designs.

use super::bank::{DigitBank, Specimen};
use super::pen::{self, DIGIT_SIDE, Shape};
use super::random::Dice;
use super::recipe::Recipe;
use super::sheet::Mask;
use super::signs::Pen;
use super::spacing::Line;

/// Width of an ordinary pen's stroke in pixels of the bank's 28: 0.55 mm at a digit height of 5 mm.
const ORDINARY_STROKE_PX: f64 = 2.3;
/// Specimens with thicker strokes have lost their loops; a thick pen writes thin specimens with a low threshold instead.
const THICKEST_WAY_PX: f64 = 2.6;
/// Least ink-free gap between neighbours that do not touch, in digit heights; at 150 dpi three pixels.
const LEAST_GAP: f64 = 0.1;
/// Widest ink-free gap, in digit heights.
const WIDEST_GAP: f64 = 0.32;

/// Rows this far up and down (in digit heights) count when the gap between two digits is measured.
const SLANTED_REACH: f64 = 0.08;
/// The same beside a decimal point or comma, which nobody hides below the arm of a 4.
const SEPARATOR_REACH: f64 = 0.6;

/// One writer with one pen.
#[derive(Clone, Debug)]
pub(super) struct Hand {
    slant: f64,
    stroke_px: f64,
    stretch: f64,
    continental: bool,
    /// Whether the decimal separator is a comma, not a point.
    comma: bool,
    patchiness: f64,
    /// For each digit the specimens of the bank that this writer uses.
    ways: [Vec<usize>; 10],
    /// Grey of the ink, 0 black to 255.
    pub(super) level: u8,
    /// Height of a digit in millimetres.
    pub(super) height_mm: f64,
}

impl Hand {
    /// A writer of the kind that a recipe asks for.
    pub(super) fn new(bank: &DigitBank, recipe: &Recipe, dice: &mut Dice) -> Self {
        let bold = dice.chance(recipe.bold_share);
        let stroke_px = if bold { dice.between(2.8, 3.4) } else { dice.bell(ORDINARY_STROKE_PX, 0.3) };
        let faint = dice.chance(recipe.faint_share);
        let level = if faint { dice.between(125.0, 165.0) } else { dice.between(10.0, 85.0) };
        Self {
            slant: dice.bell(0.05, 0.09).max(-0.1),
            stroke_px,
            stretch: dice.between(0.9, 1.08),
            continental: dice.chance(recipe.continental_share),
            comma: dice.chance(0.5),
            patchiness: if faint { dice.between(0.15, 0.4) } else { dice.between(0.05, 0.22) },
            ways: std::array::from_fn(|digit| {
                choose_ways(bank.class(digit as u8), stroke_px.min(THICKEST_WAY_PX), dice)
            }),
            level: level as u8,
            height_mm: dice.between(4.2, 5.6),
        }
    }

    /// Width of the pen's stroke, in millimetres.
    pub(super) fn pen_mm(&self) -> f64 {
        self.stroke_px / DIGIT_SIDE * self.height_mm
    }

    /// The pen for signs beside digits of a height.
    pub(super) fn pen(&self, height_px: f64) -> Pen {
        Pen { height_px, stroke_px: self.stroke_px / DIGIT_SIDE * height_px, slant: self.slant }
    }

    /// The same writer with a pen so many times as thick.
    pub(super) fn with_pen(&self, times: f64) -> Self {
        Self { stroke_px: self.stroke_px * times, ..self.clone() }
    }

    /// One digit, `height_px` high if it is a full one.
    pub(super) fn write_digit(&self, bank: &DigitBank, digit: u8, height_px: f64, dice: &mut Dice) -> Mask {
        let class = bank.class(digit);
        let specimen = &class[*dice.pick(&self.ways[usize::from(digit)])];
        let shape = Shape {
            height_px: height_px * dice.between(0.94, 1.06),
            slant: self.slant + dice.bell(0.0, 0.035),
            turn_deg: dice.bell(0.0, 2.2),
            stretch: self.stretch * dice.between(0.96, 1.04),
            // A pen keeps its width from digit to digit: the threshold moves both edges of a stroke of the bank. Beyond these
            // limits strokes break and loops close.
            threshold: (115.0 + pen::EDGE_SLOPE / 2.0 * (specimen.stroke_px - self.stroke_px)).clamp(70.0, 140.0),
            patchiness: self.patchiness,
        };
        pen::draw_digit(&self.habit(digit, specimen), &shape, dice)
    }

    /// A number of digits with at most one `.`, which becomes this writer's decimal point or comma; `height_px` is the height of a full digit.
    ///
    /// With `touching` at least one pair of digits touches, otherwise none does.
    pub(super) fn write(&self, bank: &DigitBank, text: &str, height_px: f64, touching: bool, dice: &mut Dice) -> Mask {
        let touches = touching_pairs(text, touching, dice);
        let mut line = Line::new(height_px);
        for (position, letter) in text.char_indices() {
            let next_to_separator = text[..=position].chars().rev().take(2).any(|near| !near.is_ascii_digit());
            let (mask, top) = match letter.to_digit(10) {
                Some(digit) => {
                    let mask = self.write_digit(bank, digit as u8, height_px, dice);
                    let top = line.baseline_px - mask.height as f64 + dice.bell(0.0, 0.03) * height_px;
                    (mask, top)
                }
                None => {
                    let pen_px = self.stroke_px / DIGIT_SIDE * height_px;
                    (pen::draw_separator(self.comma, height_px, pen_px, dice), line.baseline_px - 0.12 * height_px)
                }
            };
            let (gap, reach) = match (touches[position], next_to_separator) {
                (true, _) => (-dice.between(0.03, 0.1), 0.0),
                (false, true) => (dice.between(LEAST_GAP, 0.2), SEPARATOR_REACH),
                (false, false) => (dice.between(LEAST_GAP, WIDEST_GAP), SLANTED_REACH),
            };
            line.append(mask, top.round() as i32, gap * height_px, (reach * height_px).round() as usize);
        }
        line.into_mask()
    }

    /// The digit as this writer's habits have it.
    fn habit(&self, digit: u8, specimen: &Specimen) -> Vec<u8> {
        match digit {
            1 if self.continental => pen::hook_one(specimen),
            7 if self.continental => pen::cross_seven(specimen),
            _ => specimen.pixels.clone(),
        }
    }
}

/// The specimens of a class that suit a pen: three, each the best of eight drawn by chance.
fn choose_ways(class: &[Specimen], stroke_px: f64, dice: &mut Dice) -> Vec<usize> {
    let misfit = |index: &usize| (class[*index].stroke_px - stroke_px).abs();
    (0..3)
        .map(|_| {
            let drawn: Vec<usize> = (0..8).map(|_| dice.whole(0, class.len() - 1)).collect();
            let best = drawn.iter().copied().min_by(|a, b| misfit(a).total_cmp(&misfit(b)));
            best.unwrap_or_default()
        })
        .collect()
}

/// For each character whether it touches the one before: with `touching` at least one pair of digits, else none.
fn touching_pairs(text: &str, touching: bool, dice: &mut Dice) -> Vec<bool> {
    let letters = text.as_bytes();
    let pair = |at: usize| at > 0 && letters[at].is_ascii_digit() && letters[at - 1].is_ascii_digit();
    let pairs: Vec<usize> = (0..letters.len()).filter(|&at| pair(at)).collect();
    let mut touches = vec![false; letters.len()];
    if touching && !pairs.is_empty() {
        for &at in &pairs {
            touches[at] = dice.chance(0.25);
        }
        touches[*dice.pick(&pairs)] = true;
    }
    touches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_touch_when_asked_and_separators_never() {
        let mut dice = Dice::new(&[4]);
        for _ in 0..50 {
            assert!(!touching_pairs("123.45", false, &mut dice).contains(&true));
            let touches = touching_pairs("123.45", true, &mut dice);
            assert!(touches.contains(&true) && !touches[0] && !touches[3] && !touches[4], "{touches:?}");
        }
    }

    #[test]
    fn a_pen_writes_with_specimens_that_suit_it() {
        let specimen = |stroke_px: f64| Specimen { pixels: Vec::new(), stroke_px };
        let class: Vec<Specimen> = (0..300).map(|index| specimen(1.0 + f64::from(index) / 100.0)).collect();
        let mut dice = Dice::new(&[4]);
        let ways: Vec<usize> = (0..30).flat_map(|_| choose_ways(&class, 2.5, &mut dice)).collect();
        let misfit = ways.iter().map(|&way| (class[way].stroke_px - 2.5).abs()).sum::<f64>() / ways.len() as f64;
        // One drawn by chance misses by 0.83 on average, the best of eight by about a sixth of a pixel.
        assert!(misfit < 0.3, "{misfit}");
    }
}

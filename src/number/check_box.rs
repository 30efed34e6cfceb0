//! Check boxes: the ink inside a box in, whether it is ticked out.
//!
//! Finding the box and taking its frame away is left to others.

use image::GrayImage;

use super::{Number, Reason, Status};
use crate::geometry::Rect;
use crate::runs::{Runs, components};

/// Pixels of at least this share of the darkest ink are ink.
const INK_SHARE: f32 = 0.45;
/// Nothing below this grey value of ink is ink: paper and its noise.
const LEAST_INK: u8 = 60;

/// Specks whose box is smaller than this share of the box's side in both directions are dirt.
const SPECK_SHARE: f32 = 0.12;

/// Log-odds that a box is ticked: at no ink, and what the share of inked pixels and the extent of the ink, the longer side of its box by
/// that of the check box, add. Even odds at a stroke of 3 % of the pixels over a quarter of the side; a tick, a cross or a dot is
/// far above, what noise and the remains of a frame leave is far below.
const EMPTY_LOG_ODDS: f32 = -4.0;
const LOG_ODDS_OF_SHARE: f32 = 70.0;
const LOG_ODDS_OF_EXTENT: f32 = 7.6;
/// The share counts no more beyond this; a box filled with ink is no surer than one with a cross.
const MOST_SHARE: f32 = 0.08;

/// A box is scribbled out if at least this share of its pixels is ink, ...
const SCRIBBLED_SHARE: f32 = 0.6;
/// ... and ink touches the edge of the picture along at least this share of it: strokes go on outside. A box that is filled with care keeps
/// within its frame.
const LEAVING_SHARE: f32 = 0.3;

/// Makes the number of a check box from the inside of the box, without its frame (ink high, at least 3 pixels wide and high): its value is
/// `1` where it is ticked and `0` where it is not.
///
/// Ticks, crosses, dots and filled boxes count. A box that is nearly all ink with strokes that leave it is `1` for review, reason
/// `struck_out`; below `min_confidence` (0 to 1) the reason is `low_confidence`. `bounds` is the box in pixels of the original page.
pub fn decide_check_box(ink: &GrayImage, min_confidence: f32, bounds: Rect) -> Number {
    let mark = Mark::of(ink);
    let probability = mark.probability();
    let is_ticked = probability >= 0.5;
    let confidence = if is_ticked { probability } else { 1.0 - probability };
    let is_scribbled = mark.share >= SCRIBBLED_SHARE && mark.leaving_share >= LEAVING_SHARE;
    let found = [(Reason::LowConfidence, confidence < min_confidence), (Reason::StruckOut, is_scribbled)];
    let reasons: Vec<Reason> = found.into_iter().filter(|(_, holds)| *holds).map(|(reason, _)| reason).collect();
    let value = |is_ticked: bool| String::from(if is_ticked { "1" } else { "0" });
    Number {
        value: value(is_ticked),
        text: value(is_ticked),
        confidence,
        status: if reasons.is_empty() { Status::Ok } else { Status::Review },
        alternatives: vec![(value(!is_ticked), 1.0 - confidence)],
        reasons,
        ..Number::empty(bounds)
    }
}

/// What is in a box, as shares of it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Mark {
    /// Inked pixels, 0 to 1.
    share: f32,
    /// The longer side of the box around the ink, 0 to 1.
    extent: f32,
    /// Pixels along the edge of the picture that are ink, 0 to 1.
    leaving_share: f32,
}

impl Mark {
    fn of(ink: &GrayImage) -> Self {
        let (width, height) = ink.dimensions();
        let darkest = ink.as_raw().iter().copied().max().unwrap_or(0);
        let level = ((f32::from(darkest) * INK_SHARE) as u8).max(LEAST_INK);
        let mask = GrayImage::from_fn(width, height, |x, y| {
            image::Luma([if ink.get_pixel(x, y).0[0] >= level { 255 } else { 0 }])
        });
        let side = width.min(height).max(1) as f32;
        let mut found = components(&Runs::of_mask(&mask));
        found.retain(|component| component.bounds.width.max(component.bounds.height) as f32 >= SPECK_SHARE * side);
        let area: i32 = found.iter().map(|component| component.area_px).sum();
        let bounds = found.iter().fold(Rect::default(), |bounds, component| bounds.union(&component.bounds));
        let (right, bottom) = (width as i32 - 1, height as i32 - 1);
        let on_edge = |x: i32, y: i32| x == 0 || y == 0 || x == right || y == bottom;
        let runs = found.iter().flat_map(|component| &component.runs);
        let leaving = runs.flat_map(|run| (run.start..run.end).map(|x| (x, run.row))).filter(|&(x, y)| on_edge(x, y));
        Self {
            share: area as f32 / (width * height).max(1) as f32,
            extent: bounds.width.max(bounds.height) as f32 / side,
            leaving_share: leaving.count() as f32 / (2 * (width + height)).saturating_sub(4).max(1) as f32,
        }
    }

    /// The probability that the box is ticked.
    fn probability(&self) -> f32 {
        let log_odds =
            EMPTY_LOG_ODDS + LOG_ODDS_OF_SHARE * self.share.min(MOST_SHARE) + LOG_ODDS_OF_EXTENT * self.extent.min(1.0);
        1.0 / (1.0 + (-log_odds).exp())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    /// A box of 40 pixels with the ink that `is_ink` says, grain of paper elsewhere.
    fn decided(is_ink: impl Fn(i32, i32) -> bool) -> Number {
        let ink = GrayImage::from_fn(40, 40, |x, y| {
            let grain = ((x * 31 + y * 17) % 23) as u8;
            Luma([if is_ink(x as i32, y as i32) { 200 - grain } else { grain }])
        });
        decide_check_box(&ink, 0.9, Rect::new(5, 6, 40, 40))
    }

    fn is_tick(x: i32, y: i32) -> bool {
        ((8..16).contains(&x) && (y - x - 12).abs() < 3) || ((16..34).contains(&x) && (y - 44 + x).abs() < 3)
    }

    #[test]
    fn ticks_crosses_dots_and_filled_boxes_count() {
        let tick = decided(is_tick);
        assert_eq!((tick.value.as_str(), tick.status, tick.bounds), ("1", Status::Ok, Rect::new(5, 6, 40, 40)));
        assert_eq!((tick.alternatives[0].0.as_str(), tick.digits.len()), ("0", 0));
        let cross = |x: i32, y: i32| (6..34).contains(&x) && ((x - y).abs() < 2 || (x + y - 40).abs() < 2);
        let dot = |x: i32, y: i32| (x - 20).pow(2) + (y - 20).pow(2) < 49;
        let filled = |x: i32, y: i32| (3..37).contains(&x) && (3..37).contains(&y);
        for number in [decided(cross), decided(dot), decided(filled)] {
            assert_eq!((number.value.as_str(), number.status), ("1", Status::Ok), "{number:?}");
        }
    }

    #[test]
    fn paper_and_dirt_do_not() {
        let speck = |x: i32, y: i32| (10..13).contains(&x) && (10..13).contains(&y);
        for number in [decided(|_, _| false), decided(speck)] {
            assert_eq!((number.value.as_str(), number.status), ("0", Status::Ok), "{number:?}");
        }
        assert_eq!(decide_check_box(&GrayImage::new(0, 0), 0.9, Rect::default()).value, "0");
    }

    #[test]
    fn what_may_be_either_is_for_review() {
        let short = decided(|x, y| (10..19).contains(&x) && (20..23).contains(&y));
        assert_eq!((short.status, short.reasons), (Status::Review, vec![Reason::LowConfidence]));
        let scribbled = decided(|x, y| (x + y) % 5 != 0);
        assert_eq!((scribbled.value.as_str(), scribbled.reasons), ("1", vec![Reason::StruckOut]));
    }
}

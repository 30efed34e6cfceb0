//! What a page may cost to interpret: drawing operations in, a stop once they are more than any form needs.
//!
//! A few kilobytes can draw for hours: forms that draw forms, dashes a thousandth of a point long, one image a thousand times. The
//! interpreter knows no end to that, so the survey counts, and leaves it by unwinding.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use hayro::hayro_interpret::DrawMode;
use hayro::kurbo::{BezPath, PathEl, Point};

use crate::scan::Limits;
use crate::scan::fault::{Fault, Outcome};

/// The cost of a page, in points of line drawn. The costliest of twelve bank, tax and vote forms comes to 3.7 million; long lines of 283
/// million points took the renderer 20 seconds and 2.6 GB.
const MAX_COST: f64 = 20e6;

/// A single operation, however small; a million of them take the interpreter half a second.
const OPERATION: f64 = 20.0;

/// A glyph; the renderer keeps their shapes.
const GLYPH: f64 = 10.0;

/// A dash of a line.
const DASH: f64 = 5.0;

/// A group that is put together apart: the renderer takes a page's worth of memory for it.
const GROUP: f64 = 20e3;

/// Images may have as many pixels as this many pages of the limit: a background and some layers over it.
const MAX_PICTURES: u64 = 3;

/// Thrown to leave the interpreter.
struct Exhausted;

/// What is left to spend on a page.
pub(super) struct Budget {
    cost: f64,
    pixels: u64,
}

impl Budget {
    pub(super) fn new(limits: &Limits) -> Self {
        Self { cost: MAX_COST, pixels: limits.max_pixels.saturating_mul(MAX_PICTURES) }
    }

    /// An operation of which the renderer makes little.
    pub(super) fn operation(&mut self) {
        self.spend(OPERATION);
    }

    pub(super) fn glyphs(&mut self, count: usize) {
        self.spend(OPERATION + GLYPH * count as f64);
    }

    pub(super) fn group(&mut self) {
        self.spend(GROUP);
    }

    pub(super) fn path(&mut self, path: &BezPath, mode: Option<&DrawMode>) {
        let length = length(path);
        let dashes = match mode {
            Some(DrawMode::Stroke(stroke) | DrawMode::FillAndStroke(_, stroke)) if !stroke.dash_array.is_empty() => {
                let period: f32 = stroke.dash_array.iter().map(|dash| dash.abs()).sum();
                length / f64::from(period).max(1e-9)
            }
            _ => 0.0,
        };
        self.spend(OPERATION + length + DASH * dashes);
    }

    pub(super) fn image(&mut self, width: u32, height: u32) {
        self.operation();
        match self.pixels.checked_sub(u64::from(width) * u64::from(height)) {
            Some(left) => self.pixels = left,
            None => resume_unwind(Box::new(Exhausted)),
        }
    }

    fn spend(&mut self, cost: f64) {
        self.cost -= cost;
        // A length that is no number has no end either.
        if self.cost.is_nan() || self.cost < 0.0 {
            resume_unwind(Box::new(Exhausted));
        }
    }
}

/// The length of a path's control polygon, in points.
fn length(path: &BezPath) -> f64 {
    let (mut length, mut at) = (0.0, Point::ZERO);
    for element in path.elements() {
        let points: &[Point] = match element {
            PathEl::MoveTo(to) => {
                at = *to;
                &[]
            }
            PathEl::LineTo(to) => &[*to],
            PathEl::QuadTo(by, to) => &[*by, *to],
            PathEl::CurveTo(by, on, to) => &[*by, *on, *to],
            PathEl::ClosePath => &[],
        };
        for point in points {
            length += at.distance(*point) + 1.0;
            at = *point;
        }
    }
    length
}

/// Runs an interpretation that spends a budget.
///
/// # Errors
/// [`Fault::Damaged`] if the budget was exhausted.
pub(super) fn within_budget(interpret: impl FnOnce()) -> Outcome<()> {
    // Nothing that the interpreter touched is used after it was left.
    catch_unwind(AssertUnwindSafe(interpret)).map_err(|panic| {
        if panic.is::<Exhausted>() {
            return Fault::damaged("the page draws more than any form does; print it to PNG or TIFF and read that");
        }
        resume_unwind(panic)
    })
}

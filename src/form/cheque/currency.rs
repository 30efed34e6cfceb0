//! The printed currency sign left of the amount: ink in, the place that is most like a `$` out.
//!
//! Signs differ from typeface to typeface, so the ink is compared with several drawn ones: an S of a round pen and a bar.

use image::GrayImage;

use crate::correlation::{Matcher, Pattern, Plane, Sampling};
use crate::geometry::Rect;

/// A place like a currency sign.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Sign {
    /// Its box.
    pub(super) bounds: Rect,
    /// How alike it is, up to 1.
    pub(super) likeness: f32,
}

/// The part of a cheque in which the sign is looked for, as shares of its width and height.
const AREA_X: (f64, f64) = (0.56, 0.93);
const AREA_Y: (f64, f64) = (0.18, 0.66);
/// Where it usually stands, and how far off is one deviation: the convenience amount takes the last inch and a half of six.
const USUAL: (f64, f64) = (0.745, 0.4);
const DEVIATION: (f64, f64) = (0.06, 0.1);
/// What a place one deviation off costs in likeness.
const OFF_PLACE_PRICE: f64 = 0.03;
/// Heights that are tried, as shares of the cheque's width: 0.11 to 0.3 inches on 6.
const LEAST_HEIGHT: f64 = 0.018;
const MOST_HEIGHT: f64 = 0.05;
const HEIGHT_STEP: f64 = 1.13;
/// Height of a drawn sign, and the paper around it, in pixels.
const DRAWN_PX: f64 = 16.0;
const PAPER_PX: f64 = 2.0;
/// Windows that deviate less from their mean are grain, in levels of ink.
const GRAIN: f32 = 8.0;

/// The place most like a currency sign.
pub(super) fn find(ink: &GrayImage, cheque: &Rect) -> Option<Sign> {
    let (width, height) = (f64::from(cheque.width), f64::from(cheque.height));
    let patterns = patterns();
    let mut best: Option<(f64, Sign)> = None;
    let mut size = LEAST_HEIGHT * width;
    while size <= MOST_HEIGHT * width {
        let step = size / DRAWN_PX;
        size *= HEIGHT_STEP;
        let origin = (f64::from(cheque.x) + AREA_X.0 * width, f64::from(cheque.y) + AREA_Y.0 * height);
        let pixels =
            (((AREA_X.1 - AREA_X.0) * width / step) as usize, ((AREA_Y.1 - AREA_Y.0) * height / step) as usize);
        let plane = Plane::sampled(ink, &Sampling { origin, step, slope: 0.0, size: pixels });
        for pattern in &patterns {
            let matcher = Matcher::new(&plane, (pattern.width, pattern.height), GRAIN);
            for y in 0..matcher.rows {
                for (x, likeness) in matcher.row(pattern, y).into_iter().enumerate() {
                    let corner = (origin.0 + x as f64 * step, origin.1 + y as f64 * step);
                    let bounds = inner(corner, pattern, step);
                    let center = bounds.center();
                    let off_x = ((center.x - f64::from(cheque.x)) / width - USUAL.0) / DEVIATION.0;
                    let off_y = ((center.y - f64::from(cheque.y)) / height - USUAL.1) / DEVIATION.1;
                    let score = f64::from(likeness) - OFF_PLACE_PRICE * (off_x * off_x + off_y * off_y);
                    if best.is_none_or(|(most, _)| score > most) {
                        best = Some((score, Sign { bounds, likeness }));
                    }
                }
            }
        }
    }
    best.map(|(_, sign)| sign)
}

/// The sign without the paper around it.
fn inner(corner: (f64, f64), pattern: &Pattern, step: f64) -> Rect {
    let px = |value: f64| value.round() as i32;
    Rect::from_edges(
        px(corner.0 + PAPER_PX * step),
        px(corner.1 + PAPER_PX * step),
        px(corner.0 + (pattern.width as f64 - PAPER_PX) * step),
        px(corner.1 + (pattern.height as f64 - PAPER_PX) * step),
    )
}

/// The middle of an S's stroke in a square of 1.
const SPINE: [(f64, f64); 13] = [
    (0.94, 0.28),
    (0.82, 0.17),
    (0.5, 0.12),
    (0.18, 0.17),
    (0.06, 0.3),
    (0.18, 0.42),
    (0.5, 0.5),
    (0.82, 0.58),
    (0.94, 0.7),
    (0.82, 0.83),
    (0.5, 0.88),
    (0.18, 0.83),
    (0.06, 0.72),
];

/// Narrow and wide, light and bold, the bar through or at both ends alone.
fn patterns() -> Vec<Pattern> {
    let mut patterns = Vec::new();
    for width_share in [0.5, 0.62] {
        for stroke_share in [0.11, 0.19] {
            for through in [true, false] {
                patterns.push(drawn(width_share, stroke_share, through));
            }
        }
    }
    patterns
}

fn drawn(width_share: f64, stroke_share: f64, through: bool) -> Pattern {
    let width = (DRAWN_PX * width_share + 2.0 * PAPER_PX).round();
    let height = DRAWN_PX + 2.0 * PAPER_PX;
    let radius = DRAWN_PX * stroke_share / 2.0;
    let inner_width = width - 2.0 * PAPER_PX - 2.0 * radius;
    let place = |(x, y): (f64, f64)| (PAPER_PX + radius + x * inner_width, PAPER_PX + y * DRAWN_PX);
    let mut strokes: Vec<[(f64, f64); 2]> = SPINE.windows(2).map(|pair| [place(pair[0]), place(pair[1])]).collect();
    if through {
        strokes.push([place((0.5, 0.05)), place((0.5, 0.95))]);
    } else {
        strokes.push([place((0.5, 0.04)), place((0.5, 0.12))]);
        strokes.push([place((0.5, 0.88)), place((0.5, 0.96))]);
    }
    let (columns, rows) = (width as usize, height as usize);
    let mut values = Vec::with_capacity(columns * rows);
    for y in 0..rows {
        for x in 0..columns {
            let here = (x as f64 + 0.5, y as f64 + 0.5);
            let nearest = strokes.iter().map(|stroke| distance(here, *stroke)).fold(f64::INFINITY, f64::min);
            values.push((radius - nearest + 0.5).clamp(0.0, 1.0) as f32);
        }
    }
    Pattern::new(columns, rows, &values)
}

fn distance(point: (f64, f64), [from, to]: [(f64, f64); 2]) -> f64 {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let along = ((point.0 - from.0) * dx + (point.1 - from.1) * dy) / (dx * dx + dy * dy).max(1e-9);
    let along = along.clamp(0.0, 1.0);
    let (ex, ey) = (point.0 - from.0 - along * dx, point.1 - from.1 - along * dy);
    (ex * ex + ey * ey).sqrt()
}

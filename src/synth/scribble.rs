//! What a hand writes that is no number: words, signatures and ticks, drawn straight onto the sheet.

use super::hand::Hand;
use super::random::Dice;
use super::sheet::Sheet;

impl Hand {
    /// Writes words that nobody can read, from (`x`, `y`) on the baseline, about `width` millimetres long.
    pub(super) fn scribble(&self, sheet: &mut Sheet, (x, y): (f64, f64), width: f64, height: f64, dice: &mut Dice) {
        let mut at = x;
        while at < x + width {
            let letters = dice.whole(3, 8);
            let mut knots = vec![(at, y)];
            for _ in 0..letters {
                let step = height * dice.between(0.28, 0.5);
                let rise = height * if dice.chance(0.22) { dice.between(0.8, 1.1) } else { dice.between(0.35, 0.55) };
                let drop = height * if dice.chance(0.1) { dice.between(0.3, 0.5) } else { dice.between(-0.06, 0.06) };
                knots.push((at + step * 0.75 + 0.25 * rise, y - rise));
                knots.push((at + step * 0.6, y + drop));
                at += step;
            }
            knots.push((at + 0.3 * height, y - 0.2 * height));
            sheet.stroke(&smooth(&knots), self.pen_mm() * 0.65, self.level);
            at += height * 0.8;
        }
    }

    /// Signs with a few wide loops from (`x`, `y`) on the baseline.
    pub(super) fn sign(&self, sheet: &mut Sheet, (x, y): (f64, f64), width: f64, height: f64, dice: &mut Dice) {
        let mut knots =
            vec![(x, y - 0.4 * height), (x + 0.06 * width, y - height), (x + 0.03 * width, y + 0.1 * height)];
        let loops = dice.whole(6, 10);
        for turn in 0..loops {
            let at = x + width * (0.08 + 0.8 * turn as f64 / loops as f64);
            let rise = height * dice.between(0.15, 0.8) * (1.0 - 0.5 * turn as f64 / loops as f64);
            knots.push((at + dice.between(0.05, 0.1) * width, y - rise));
            knots.push((at + dice.between(0.0, 0.05) * width, y + height * dice.between(-0.1, 0.12)));
        }
        knots.push((x + width, y - height * dice.between(0.0, 0.3)));
        sheet.stroke(&smooth(&knots), self.pen_mm() * 0.8, self.level);
    }

    /// Ticks a check box of the given corner and side.
    pub(super) fn tick(&self, sheet: &mut Sheet, (x, y): (f64, f64), side: f64, dice: &mut Dice) {
        let near = |dice: &mut Dice, part: f64| (part + dice.bell(0.0, 0.05)) * side;
        let mut point = |u: f64, v: f64| (x + near(dice, u), y + near(dice, v));
        let strokes = [[point(0.15, 0.2), point(0.9, 0.85)], [point(0.85, 0.1), point(0.1, 0.9)]];
        for stroke in strokes {
            sheet.stroke(&stroke, self.pen_mm() * 0.8, self.level);
        }
    }
}

/// A curve through knots (Catmull and Rom's), eight pieces from knot to knot.
pub(super) fn smooth(knots: &[(f64, f64)]) -> Vec<(f64, f64)> {
    const PIECES: usize = 8;
    let knot = |index: usize| knots[index.saturating_sub(1).min(knots.len() - 1)];
    let mut points = Vec::with_capacity(knots.len() * PIECES);
    for index in 1..knots.len() {
        let (p, q, r, s) = (knot(index - 1), knot(index), knot(index + 1), knot(index + 2));
        for piece in 0..PIECES {
            let t = piece as f64 / PIECES as f64;
            let along = |p: f64, q: f64, r: f64, s: f64| {
                q + 0.5 * t * (r - p + t * (2.0 * p - 5.0 * q + 4.0 * r - s + t * (3.0 * (q - r) + s - p)))
            };
            points.push((along(p.0, q.0, r.0, s.0), along(p.1, q.1, r.1, s.1)));
        }
    }
    points.extend(knots.last());
    points
}

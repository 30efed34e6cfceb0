//! Signs of amounts drawn with a pen: a character and a size in, its ink mask and where it stands on the line out.
//!
//! Coordinates are digit heights: x to the right from the sign's left, y up from the line on which digits stand.

use super::pen;
use super::random::Dice;
use super::scribble::smooth;
use super::sheet::Mask;

/// A sign with its place on the line.
pub(super) struct Placed {
    pub(super) mask: Mask,
    /// How far its top stands above the line on which digits stand, in pixels.
    pub(super) rise_px: f64,
}

/// How the pen writes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pen {
    /// Height of a full digit, in pixels.
    pub(super) height_px: f64,
    /// Width of a stroke, in pixels.
    pub(super) stroke_px: f64,
    /// Shift to the right a unit of height.
    pub(super) slant: f64,
}

type Stroke = Vec<(f64, f64)>;

impl Pen {
    /// Draws one of the signs of [`super::amounts::Glyph`]; of characters that are none of them a dash.
    pub(super) fn draw(&self, sign: char, dice: &mut Dice) -> Placed {
        match sign {
            '.' | ',' => self.low_mark(sign == ',', dice),
            '\'' => {
                let mask = pen::draw_separator(true, self.height_px, self.stroke_px * 0.8, dice);
                Placed { mask, rise_px: self.height_px * dice.between(0.98, 1.12) }
            }
            _ => {
                let size = dice.between(0.9, 1.1);
                let strokes: Vec<Stroke> = strokes(sign, self.stroke_px / self.height_px, dice)
                    .into_iter()
                    .map(|stroke| stroke.into_iter().map(|(x, y)| (size * x, y)).collect())
                    .collect();
                self.ink(&strokes)
            }
        }
    }

    /// A straight line of a width in pixels, as below raised cents.
    pub(super) fn line(&self, width_px: f64, dice: &mut Dice) -> Placed {
        let tilt = dice.bell(0.0, 0.03) * width_px / self.height_px;
        self.ink(&[vec![(0.0, 0.0), (width_px / self.height_px, tilt)]])
    }

    /// A point or comma as in plain numbers.
    fn low_mark(&self, comma: bool, dice: &mut Dice) -> Placed {
        let mask = pen::draw_separator(comma, self.height_px, self.stroke_px, dice);
        Placed { mask, rise_px: 0.12 * self.height_px }
    }

    /// Strokes with round ends, each point a little off its place by the slant alone.
    fn ink(&self, strokes: &[Stroke]) -> Placed {
        let place = |&(x, y): &(f64, f64)| ((x + self.slant * y) * self.height_px, -y * self.height_px);
        let strokes: Vec<Stroke> = strokes.iter().map(|stroke| stroke.iter().map(place).collect()).collect();
        let points = || strokes.iter().flatten();
        let radius = (self.stroke_px / 2.0).max(0.7);
        let least = points().fold((f64::MAX, f64::MAX), |least, p| (least.0.min(p.0), least.1.min(p.1)));
        let most = points().fold((f64::MIN, f64::MIN), |most, p| (most.0.max(p.0), most.1.max(p.1)));
        let (left, top) = ((least.0 - radius).floor(), (least.1 - radius).floor());
        let width = (most.0 + radius - left).ceil() as usize + 1;
        let height = (most.1 + radius - top).ceil() as usize + 1;
        let mut coverage = vec![0; width * height];
        for (index, value) in coverage.iter_mut().enumerate() {
            let at = (left + (index % width) as f64 + 0.5, top + (index / width) as f64 + 0.5);
            let pairs = strokes.iter().flat_map(|stroke| stroke.windows(2));
            let nearest = pairs.map(|pair| distance(at, pair[0], pair[1])).fold(f64::MAX, f64::min);
            *value = (245.0 * (radius + 0.5 - nearest).clamp(0.0, 1.0)).round() as u8;
        }
        Placed { mask: Mask { width, height, coverage }, rise_px: -top }
    }
}

/// How far a point is from a stretch between two others.
fn distance(at: (f64, f64), from: (f64, f64), to: (f64, f64)) -> f64 {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let (x, y) = (at.0 - from.0, at.1 - from.1);
    let along = ((x * dx + y * dy) / (dx * dx + dy * dy).max(1e-9)).clamp(0.0, 1.0);
    let (ex, ey) = (x - along * dx, y - along * dy);
    (ex * ex + ey * ey).sqrt()
}

/// The strokes of a sign, in digit heights as the thickness of the pen is.
fn strokes(sign: char, thickness: f64, dice: &mut Dice) -> Vec<Stroke> {
    match sign {
        '=' => {
            let (y, apart, width) =
                (dice.between(0.32, 0.45), thickness + dice.between(0.1, 0.16), dice.between(0.35, 0.6));
            let mut bar =
                |y: f64| vec![(dice.bell(0.0, 0.03), y), (width + dice.bell(0.0, 0.03), y + dice.bell(0.02, 0.015))];
            vec![bar(y), bar(y + apart)]
        }
        '/' => {
            let (foot, top) = (dice.between(-0.15, 0.0), dice.between(0.95, 1.15));
            vec![vec![(0.0, foot), (dice.between(0.3, 0.5), top)]]
        }
        '*' => star(dice),
        '#' => cross_hatch(dice),
        '(' => vec![bracket(1.0, dice)],
        ')' => vec![bracket(-1.0, dice)],
        '$' => dollar(dice),
        '€' => euro(dice),
        '£' => pound(),
        'R' => rupees(),
        _ => {
            let (y, width) = (dice.between(0.36, 0.52), dice.between(0.35, 0.65));
            vec![vec![(0.0, y), (width, y + dice.bell(0.02, 0.03))]]
        }
    }
}

/// Three strokes through one middle.
fn star(dice: &mut Dice) -> Vec<Stroke> {
    let (radius, middle) = (dice.between(0.17, 0.24), dice.between(0.5, 0.62));
    let turn = dice.between(-0.2, 0.2);
    (0..3)
        .map(|index| {
            let angle = turn + std::f64::consts::FRAC_PI_2 + f64::from(index) * std::f64::consts::PI / 3.0;
            let (x, y) = (radius * libm::cos(angle), radius * libm::sin(angle));
            vec![(radius - x, middle - y), (radius + x, middle + y)]
        })
        .collect()
}

fn cross_hatch(dice: &mut Dice) -> Vec<Stroke> {
    let lean = dice.between(0.05, 0.15);
    let mut near = |value: f64| value + dice.bell(0.0, 0.02);
    vec![
        vec![(near(0.17), near(0.08)), (near(0.17) + lean, near(0.86))],
        vec![(near(0.41), near(0.08)), (near(0.41) + lean, near(0.86))],
        vec![(near(0.0), near(0.32)), (near(0.62), near(0.35))],
        vec![(near(0.03), near(0.59)), (near(0.66), near(0.62))],
    ]
}

/// An arc; `side` is 1 for an opening bracket, -1 for a closing one.
fn bracket(side: f64, dice: &mut Dice) -> Stroke {
    let (depth, foot, top) = (dice.between(0.15, 0.24), dice.between(-0.18, -0.06), dice.between(1.05, 1.18));
    let x = |part: f64| if side > 0.0 { depth * (1.0 - part) } else { depth * part };
    smooth(&[
        (x(0.0), top),
        (x(0.75), 0.75 * top),
        (x(1.0), 0.5 * (top + foot)),
        (x(0.75), 0.25 * top + 0.75 * foot),
        (x(0.0), foot),
    ])
}

/// An S with one stroke through it, or two.
fn dollar(dice: &mut Dice) -> Vec<Stroke> {
    let s = smooth(&[
        (0.46, 0.80),
        (0.28, 0.93),
        (0.06, 0.78),
        (0.14, 0.56),
        (0.36, 0.44),
        (0.46, 0.24),
        (0.27, 0.07),
        (0.03, 0.20),
    ]);
    let post = |x: f64| vec![(x, -0.06), (x, 1.08)];
    if dice.chance(0.7) { vec![s, post(0.26)] } else { vec![s, post(0.2), post(0.33)] }
}

/// A C with two bars.
fn euro(dice: &mut Dice) -> Vec<Stroke> {
    let c = smooth(&[(0.62, 0.84), (0.42, 0.96), (0.2, 0.8), (0.13, 0.5), (0.2, 0.2), (0.42, 0.04), (0.62, 0.15)]);
    let reach = dice.between(0.42, 0.52);
    vec![c, vec![(0.0, 0.59), (reach, 0.61)], vec![(0.0, 0.4), (reach - 0.04, 0.42)]]
}

/// A stem with a hook, a bar and a foot.
fn pound() -> Vec<Stroke> {
    let stem = smooth(&[(0.52, 0.8), (0.42, 0.95), (0.26, 0.86), (0.23, 0.6), (0.24, 0.3), (0.12, 0.06), (0.02, 0.02)]);
    vec![stem, smooth(&[(0.02, 0.04), (0.2, 0.08), (0.38, 0.0), (0.55, 0.07)]), vec![(0.05, 0.47), (0.43, 0.48)]]
}

/// The letters Rs.
fn rupees() -> Vec<Stroke> {
    let stem = vec![(0.06, 0.0), (0.08, 0.95)];
    let bowl = smooth(&[(0.02, 0.93), (0.3, 0.97), (0.42, 0.77), (0.28, 0.53), (0.1, 0.5)]);
    let leg = vec![(0.2, 0.51), (0.48, 0.0)];
    let s = smooth(&[(0.86, 0.47), (0.74, 0.54), (0.64, 0.42), (0.76, 0.28), (0.86, 0.14), (0.74, 0.01), (0.6, 0.08)]);
    vec![stem, bowl, leg, s]
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEN: Pen = Pen { height_px: 50.0, stroke_px: 5.0, slant: 0.1 };

    #[test]
    fn signs_have_ink_and_stand_where_they_belong() {
        let mut dice = Dice::new(&[1]);
        // Least and most of the foot and of the top, in digit heights above the line.
        for (sign, foot, top) in [
            ('.', (-0.2, 0.05), (0.05, 0.3)),
            (',', (-0.4, 0.0), (0.05, 0.3)),
            ('\'', (0.5, 0.95), (0.9, 1.2)),
            ('-', (0.2, 0.5), (0.4, 0.75)),
            ('=', (0.15, 0.45), (0.45, 0.85)),
            ('/', (-0.3, 0.0), (0.9, 1.3)),
            ('*', (0.1, 0.45), (0.6, 1.0)),
            ('#', (-0.1, 0.1), (0.8, 1.05)),
            ('(', (-0.3, 0.0), (1.0, 1.3)),
            (')', (-0.3, 0.0), (1.0, 1.3)),
            ('$', (-0.2, 0.0), (1.0, 1.2)),
            ('€', (-0.1, 0.1), (0.9, 1.1)),
            ('£', (-0.15, 0.1), (0.9, 1.1)),
            ('R', (-0.15, 0.1), (0.9, 1.1)),
        ] {
            let placed = PEN.draw(sign, &mut dice);
            let ink: usize = placed.mask.coverage.iter().filter(|&&value| value > 127).count();
            assert!(ink > 10, "{sign}: {ink} pixels");
            let high = placed.rise_px / PEN.height_px;
            let low = (placed.rise_px - placed.mask.height as f64) / PEN.height_px;
            assert!(foot.0 < low && low < foot.1 && top.0 < high && high < top.1, "{sign}: {low} to {high}");
        }
    }
}

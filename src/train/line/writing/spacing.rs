//! Where the glyphs of a line stand: far apart, close, touching, on a rising or an uneven line, tied to each other.

use rand::RngExt;
use rand_pcg::Pcg64Mcg;

use super::hand::{Glyph, Hand, Setting};
use super::pen::{Place, Stroke, curve};
use crate::train::network::normal;

/// A glyph with the place of its origin.
#[derive(Clone, Debug)]
pub struct Placed {
    /// The ink.
    pub glyph: Glyph,
    /// Column of the origin.
    pub x: i32,
    /// Row of the origin; the line starts at 0.
    pub y: i32,
}

/// How one writer spaces.
#[derive(Clone, Debug)]
pub struct Spacing {
    /// Usual gap between neighbours in heights.
    gap: f32,
    /// How much gaps differ.
    gap_spread: f32,
    /// Whether gaps are those between inks, or between boxes.
    by_ink: bool,
    /// How often a digit touches the one before.
    touch_share: f32,
    /// How often a stroke ties a digit to the one before.
    tie_share: f32,
    /// How much the line rises, and how far digits leave it, in heights.
    rise: f32,
    bounce: f32,
}

impl Spacing {
    /// A new writer's spacing.
    pub fn new(setting: Setting, random: &mut Pcg64Mcg) -> Self {
        let touch_share = match random.random_range(0..100) {
            0..56 => 0.0,
            56..96 => 0.3 + 0.3 * random.random::<f32>(),
            _ => 1.0,
        };
        let gap = match random.random_range(0..10) {
            0 => 0.35 + 0.4 * random.random::<f32>(),
            1..6 => 0.08 + 0.14 * random.random::<f32>(),
            _ => 0.02 + 0.08 * random.random::<f32>(),
        };
        let is_cheque = setting == Setting::Cheque;
        Self {
            gap,
            gap_spread: 0.02 + 0.05 * random.random::<f32>(),
            by_ink: random.random_bool(0.6),
            touch_share,
            tie_share: if is_cheque && random.random_bool(0.15) { 0.35 } else { 0.0 },
            rise: normal(random) * if is_cheque { 0.04 } else { 0.015 },
            bounce: 0.015 + 0.05 * random.random::<f32>() * random.random::<f32>(),
        }
    }
}

/// A line that is being written.
pub struct Row {
    /// What stands already.
    pub placed: Vec<Placed>,
    /// Strokes that tie glyphs together or stand above and below them, in the places of the line.
    pub ties: Vec<Stroke>,
    spacing: Spacing,
    /// Last column of ink in each row, from `top` on.
    front: Vec<i32>,
    top: i32,
    right: i32,
    /// How far a slanted digit leans over its neighbour.
    slant_px: f32,
    last_digit: Option<usize>,
}

/// No ink in a row yet.
const FAR_LEFT: i32 = i32::MIN / 2;

impl Row {
    /// An empty line for glyphs of a hand.
    pub fn new(spacing: Spacing, hand: &Hand) -> Self {
        let reach = (hand.height_px * 4.0) as usize;
        let front = vec![FAR_LEFT; reach];
        Self {
            placed: Vec::new(),
            ties: Vec::new(),
            spacing,
            front,
            top: -(reach as i32 * 3 / 4),
            right: 0,
            slant_px: 0.75 * hand.slant.abs() * hand.height_px,
            last_digit: None,
        }
    }

    /// Leaves a wide gap.
    pub fn leave_gap(&mut self, hand: &Hand, random: &mut Pcg64Mcg) {
        let wide = (hand.height_px * (0.25 + 0.5 * random.random::<f32>())) as i32;
        self.right += wide;
        self.close_up();
    }

    /// Lets nothing that follows reach left of what stands.
    pub fn close_up(&mut self) {
        self.front.fill(self.right);
        self.last_digit = None;
    }

    /// Writes a digit behind what stands; `lift_px` above the line.
    pub fn digit(&mut self, glyph: Glyph, lift_px: i32, hand: &Hand, random: &mut Pcg64Mcg) {
        let height = hand.height_px;
        let touches = random.random::<f32>() < self.spacing.touch_share;
        let gap = if touches {
            -(1.0 + height * 0.07 * random.random::<f32>() * random.random::<f32>())
        } else {
            ((self.spacing.gap + normal(random) * self.spacing.gap_spread) * height).max(1.0)
        };
        // What follows a point mostly leaves it room.
        let is_after_mark = self.last_digit.is_none() && !self.placed.is_empty();
        let by_ink = touches || (self.spacing.by_ink && !(is_after_mark && random.random_bool(0.6)));
        let before = self.last_digit;
        let x = self.column(&glyph, gap.round() as i32, by_ink, -lift_px);
        self.put(glyph, x, -lift_px, hand, random);
        let now = self.placed.len() - 1;
        if let Some(before) = before.filter(|_| random.random::<f32>() < self.spacing.tie_share) {
            self.tie(before, now, height);
        }
        self.last_digit = Some(now);
    }

    /// Writes a mark: nearer to what stands before than a digit, often touching it.
    pub fn mark(&mut self, glyph: Glyph, hand: &Hand, random: &mut Pcg64Mcg) {
        let height = hand.height_px;
        let gap = match random.random_range(0..10) {
            0 => -(1.0 + 0.06 * height * random.random::<f32>()),
            1..5 => 1.0 + 0.06 * height * random.random::<f32>(),
            _ => (0.05 + 0.22 * random.random::<f32>()) * height + self.spacing.gap * height * 0.5,
        };
        let by_ink = random.random_bool(0.5) || gap < 0.0;
        let x = self.column(&glyph, gap.round() as i32, by_ink, 0);
        self.put(glyph, x, 0, hand, random);
        self.last_digit = None;
    }

    /// The column that leaves `gap` to what stands.
    fn column(&self, glyph: &Glyph, gap: i32, by_ink: bool, y: i32) -> i32 {
        let Some((left, right)) = glyph.columns() else { return self.right };
        if self.placed.is_empty() {
            return -left;
        }
        let boxed = self.right + 1 + gap - left;
        if !by_ink {
            return boxed;
        }
        let first = y - glyph.origin.1 - self.top;
        let mut nearest = FAR_LEFT;
        for (row, edge) in (first..).zip(&glyph.edges) {
            let Some((edge, _)) = *edge else { continue };
            // The rows above and below count too, so that corners do not slip past each other.
            let rows = (row - 1).max(0) as usize..(row + 2).clamp(0, self.front.len() as i32) as usize;
            let front = self.front.get(rows).unwrap_or(&[]).iter().copied().max().unwrap_or(FAR_LEFT);
            nearest = nearest.max(front + 1 + gap - edge);
        }
        // Slanted glyphs stand over each other's feet; beyond that only a little may lie under or over the one before.
        let overlap = 0.22 * (right - left + 1) as f32 + self.slant_px;
        nearest.max(boxed - overlap as i32)
    }

    fn put(&mut self, glyph: Glyph, x: i32, y: i32, hand: &Hand, random: &mut Pcg64Mcg) {
        let offset = -self.spacing.rise * x as f32 + normal(random) * self.spacing.bounce * hand.height_px;
        let limit = 0.8 * hand.height_px;
        let y = y + offset.clamp(-limit, limit).round() as i32;
        for (row, edge) in (y - glyph.origin.1 - self.top..).zip(&glyph.edges) {
            if let (Some((_, edge)), Ok(row)) = (*edge, usize::try_from(row))
                && let Some(front) = self.front.get_mut(row)
            {
                *front = (*front).max(x + edge);
            }
        }
        if let Some((_, right)) = glyph.columns() {
            self.right = self.right.max(x + right);
        }
        self.placed.push(Placed { glyph, x, y });
    }

    fn tie(&mut self, before: usize, now: usize, height: f32) {
        let (before, now) = (&self.placed[before], &self.placed[now]);
        let at = |placed: &Placed, place: Place| (placed.x as f32 + place.0, placed.y as f32 + place.1);
        if let (Some((_, from)), Some((to, _))) = (before.glyph.ends, now.glyph.ends) {
            let (from, to) = (at(before, from), at(now, to));
            if (to.0 - from.0).hypot(to.1 - from.1) < height * 0.9 && to.0 > from.0 - 0.2 * height {
                let middle = ((from.0 + to.0) / 2.0, (from.1 + to.1) / 2.0 + height * 0.06);
                self.ties.push(curve(&[from, middle, to]));
            }
        }
    }

    /// Left, top, right and bottom of all ink; `None` on an empty line.
    pub fn bounds(&self) -> Option<[i32; 4]> {
        let of = |placed: &Placed| {
            let (left, right) = placed.glyph.columns()?;
            let (top, bottom) = placed.glyph.rows()?;
            Some([placed.x + left, placed.y + top, placed.x + right + 1, placed.y + bottom + 1])
        };
        let join = |a: [i32; 4], b: [i32; 4]| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])];
        let ties = self.ties.iter().flatten().map(|place| (place.0 as i32, place.1 as i32));
        let inked = self.placed.iter().filter_map(of).reduce(join)?;
        Some(ties.fold(inked, |all, (x, y)| join(all, [x, y - 1, x + 1, y + 2])))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::canvas::Canvas;
    use crate::train::line::writing::specimen::{Form, SHAPES};
    use crate::train::line::writing::{crop::Crop, pen::jittered};
    use image::{GrayImage, Luma};
    use imageproc::region_labelling::{Connectivity, connected_components};
    use rand::SeedableRng;

    fn parts(canvas: &Canvas) -> u32 {
        let bytes = canvas.pixels.iter().map(|&ink| if ink > 0.4 { 255 } else { 0 }).collect();
        let image = GrayImage::from_raw(canvas.width as u32, canvas.height as u32, bytes).expect("the right size");
        let labelled = connected_components(&image, Connectivity::Eight, Luma([0]));
        labelled.pixels().map(|pixel| pixel[0]).max().unwrap_or(0)
    }

    /// How many of 60 pairs of single-stroke digits hang together.
    fn joined_pairs(touch_share: f32, random: &mut Pcg64Mcg) -> usize {
        let joined = |random: &mut Pcg64Mcg| {
            let mut hand = Hand::new(Setting::Form, random);
            (hand.height_px, hand.pen.width_px, hand.pen.skip) = (40.0, 4.0, 0.0);
            let spacing = Spacing { touch_share, gap: 0.2, bounce: 0.0, ..Spacing::new(Setting::Form, random) };
            let mut row = Row::new(spacing, &hand);
            for digit in [2, 6] {
                let form = Form::Strokes(jittered(SHAPES[digit][0], 0.0, random));
                row.digit(hand.write(&form, 1.0, random), 0, &hand, random);
            }
            let (ink, _) = Crop::around(&row, &hand, Setting::Form, random).ink(&row, &hand, random);
            parts(&ink) == 1
        };
        (0..60).filter(|_| joined(random)).count()
    }

    #[test]
    fn neighbours_touch_as_often_as_their_writer_lets_them() {
        let mut random = Pcg64Mcg::seed_from_u64(6);
        let (never, always) = (joined_pairs(0.0, &mut random), joined_pairs(1.0, &mut random));
        assert!(never <= 3, "{never} of 60 pairs touch");
        assert!(always >= 48, "{always} of 60 pairs touch");
    }
}

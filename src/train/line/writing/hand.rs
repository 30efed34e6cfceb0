//! A writer's hand and pen on one line, and the inked glyphs that they make of forms.

use rand::RngExt;
use rand_pcg::Pcg64Mcg;

use super::pen::{Pen, Place, Stroke, bounds};
use super::specimen::Form;
use crate::geometry::Rect;
use crate::train::canvas::Canvas;
use crate::train::network::normal;

/// Where a line is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// A box of a form, written as the sample digits are.
    Form,
    /// The amount of a cheque, written in a running hand.
    Cheque,
}

/// What stays the same along a line.
#[derive(Clone, Debug)]
pub struct Hand {
    /// Height of a usual digit in pixels.
    pub height_px: f32,
    /// The pen.
    pub pen: Pen,
    /// How far the tops lie right of the feet, in heights.
    pub slant: f32,
    /// Width to the usual width.
    pub stretch: f32,
    /// Deviation of sizes, turns and heights on the line from digit to digit.
    pub unrest: f32,
    /// How much of each stroke wavers, in heights.
    pub tremor: f32,
    /// Height of zeros to that of the other digits.
    pub zero_height: f32,
    /// Level at which the ink of pictures begins; higher is thinner.
    pub picture_level: f32,
}

/// Ink of one glyph around its own origin: the left end of the line that it stands on.
#[derive(Clone, Debug)]
pub struct Glyph {
    /// The ink.
    pub canvas: Canvas,
    /// The origin's place on the canvas.
    pub origin: (i32, i32),
    /// Columns of the first and the last ink of each row, relative to the origin; `None` in rows without ink.
    pub edges: Vec<Option<(i32, i32)>>,
    /// Where the pen comes in and where it leaves, relative to the origin; for strokes alone.
    pub ends: Option<(Place, Place)>,
}

impl Hand {
    /// A new hand for a line at this place.
    pub fn new(place: Setting, random: &mut Pcg64Mcg) -> Self {
        let is_cheque = place == Setting::Cheque;
        let height_px = match (random.random_range(0..100), is_cheque) {
            (0..8, _) => 14.0 + 10.0 * random.random::<f32>(),
            (8..88, true) => 32.0 * (normal(random) * 0.24).clamp(-0.5, 0.5).exp(),
            (8..88, false) => 24.0 + 32.0 * random.random::<f32>(),
            (88..97, _) => 45.0 + 25.0 * random.random::<f32>(),
            _ => 70.0 + 40.0 * random.random::<f32>(),
        };
        let share = if is_cheque { 0.085 } else { 0.1 } * (normal(random) * 0.32).clamp(-0.7, 0.7).exp();
        let pen = Pen {
            width_px: (height_px * share).clamp(1.2, 9.0),
            nib: if random.random_bool(0.3) { 0.5 * random.random::<f32>() } else { 0.0 },
            nib_angle: 0.8 + normal(random) * 0.5,
            pressure: 0.02 + 0.2 * random.random::<f32>() * random.random::<f32>(),
            skip: if random.random_bool(0.07) { 0.006 * random.random::<f32>() } else { 0.0 },
        };
        let slant = match (random.random_range(0..10), is_cheque) {
            (0..4, true) => 0.3 + normal(random) * 0.15,
            (0..2, false) => 0.25 + normal(random) * 0.12,
            _ => normal(random) * 0.09,
        };
        Self {
            height_px,
            pen,
            slant: slant.clamp(-0.25, 0.75),
            stretch: (normal(random) * 0.16).clamp(-0.4, 0.4).exp(),
            unrest: 0.3 + random.random::<f32>(),
            tremor: 0.02 * random.random::<f32>() * random.random::<f32>(),
            zero_height: if random.random_bool(0.3) { 0.5 + 0.4 * random.random::<f32>() } else { 1.0 },
            picture_level: 0.25 + 0.4 * random.random::<f32>(),
        }
    }

    /// Writes a form `size` times as high as usual.
    pub fn write(&self, form: &Form, size: f32, random: &mut Pcg64Mcg) -> Glyph {
        let unrest = self.unrest;
        let height = self.height_px * size * (normal(random) * 0.06 * unrest).clamp(-0.3, 0.3).exp();
        let stretch = self.stretch * (normal(random) * 0.07 * unrest).clamp(-0.3, 0.3).exp();
        let (sine, cosine) = (normal(random) * 0.04 * unrest).clamp(-0.2, 0.2).sin_cos();
        let slant = self.slant + normal(random) * 0.04 * unrest;
        // Columns: where a step right and a step down lead.
        let across = (height * stretch * cosine, height * stretch * sine);
        let down = (-height * (slant * cosine + sine), height * (cosine - slant * sine));
        match form {
            Form::Strokes(strokes) => self.ink_strokes(strokes, across, down, random),
            Form::Picture(picture) => self.ink_picture(picture, across, down),
        }
    }

    /// This hand with the pen pressed down, as it sets a point.
    pub fn pressed(&self, random: &mut Pcg64Mcg) -> Self {
        let width_px = self.pen.width_px * (0.9 + 0.7 * random.random::<f32>());
        Self { pen: Pen { width_px, skip: 0.0, ..self.pen.clone() }, ..self.clone() }
    }

    /// Writes a mark, whose strokes are relative to a digit's height.
    pub fn mark(&self, strokes: &[Stroke], size: f32, random: &mut Pcg64Mcg) -> Glyph {
        let height = self.height_px * size * (normal(random) * 0.1).exp();
        self.ink_strokes(strokes, (height, 0.0), (-height * self.slant, height), random)
    }

    fn ink_strokes(&self, strokes: &[Stroke], across: Place, down: Place, random: &mut Pcg64Mcg) -> Glyph {
        let wave = (random.random::<f32>() * 6.3, 4.0 + 14.0 * random.random::<f32>());
        let tremor = self.tremor * self.height_px;
        let map = |place: &Place| {
            let (x, y) = *place;
            let bend = if tremor > 0.0 { tremor * (wave.0 + wave.1 * (x + y)).sin() } else { 0.0 };
            (x * across.0 + y * down.0 + bend, x * across.1 + y * down.1 + bend)
        };
        let mut mapped: Vec<Stroke> = strokes.iter().map(|stroke| stroke.iter().map(map).collect()).collect();
        let [left, top, right, bottom] = bounds(&mapped).unwrap_or_default();
        let margin = self.pen.width_px * 0.75 + 1.5;
        let shift = (margin - left, (margin - top).ceil());
        let (width, height) = ((right - left + 2.0 * margin).ceil(), (bottom - top + 2.0 * margin + 1.0).ceil());
        let mut canvas = Canvas::new(width as usize, height as usize);
        for stroke in &mut mapped {
            stroke.iter_mut().for_each(|place| *place = (place.0 + shift.0, place.1 + shift.1));
            self.pen.ink(&mut canvas, stroke, random);
        }
        let origin = (margin as i32, shift.1 as i32);
        let around = |place: &Place| (place.0 - origin.0 as f32, place.1 - origin.1 as f32);
        let first = mapped.first().and_then(|stroke| stroke.first()).map(around);
        let last = mapped.last().and_then(|stroke| stroke.last()).map(around);
        Glyph::new(canvas, origin, first.zip(last))
    }

    fn ink_picture(&self, picture: &Canvas, across: Place, down: Place) -> Glyph {
        let whole = Rect::new(0, 0, picture.width as i32, picture.height as i32);
        let ink = picture.ink_bounds(0.3).unwrap_or(whole);
        let high = (ink.height as f32).max(0.7 * ink.width as f32);
        let wide = ink.width as f32 / high;
        let corners = [(0.0, 0.0), (wide, 0.0), (0.0, -1.0), (wide, -1.0)];
        let mapped: Stroke = corners.map(|(x, y)| (x * across.0 + y * down.0, x * across.1 + y * down.1)).to_vec();
        let [left, top, right, bottom] = bounds(&[mapped]).unwrap_or_default();
        let shift = (2.0 - left, (2.0 - top).ceil());
        let mut canvas = Canvas::new((right - left + 4.0).ceil() as usize, (bottom - top + 5.0).ceil() as usize);
        let scale = high / (across.0 * down.1 - across.1 * down.0);
        let (base_x, base_y) = (ink.x as f32 - 0.5, (ink.y + ink.height) as f32 - 0.5);
        // An edge of ink is as soft as one pixel of the canvas or of the picture, whichever is finer.
        let gain = (down.1 / high).clamp(1.2, 3.0);
        for (y, row) in canvas.pixels.chunks_exact_mut(canvas.width).enumerate() {
            let v = y as f32 + 0.5 - shift.1;
            for (x, pixel) in row.iter_mut().enumerate() {
                let u = x as f32 + 0.5 - shift.0;
                let column = base_x + scale * (down.1 * u - down.0 * v);
                let line = base_y + scale * (across.0 * v - across.1 * u);
                *pixel = ((between(picture, column, line) - self.picture_level) * gain + 0.5).clamp(0.0, 1.0);
            }
        }
        if self.picture_level < 0.45 {
            // Paper itself lies below the level only after this.
            canvas.pixels.iter_mut().for_each(|pixel| *pixel = ((*pixel - 0.22) * 1.28).max(0.0));
        }
        Glyph::new(canvas, (2, shift.1 as i32), None)
    }
}

/// The value between pixels, 0 outside.
fn between(picture: &Canvas, x: f32, y: f32) -> f32 {
    if x <= -1.0 || y <= -1.0 || x >= picture.width as f32 || y >= picture.height as f32 {
        return 0.0;
    }
    let (left, top) = (x.floor(), y.floor());
    let (right_share, lower_share) = (x - left, y - top);
    let at = |x: i32, y: i32| {
        let inside = x >= 0 && y >= 0 && x < picture.width as i32 && y < picture.height as i32;
        if inside { picture.pixels[y as usize * picture.width + x as usize] } else { 0.0 }
    };
    let (left, top) = (left as i32, top as i32);
    let upper = at(left, top) + (at(left + 1, top) - at(left, top)) * right_share;
    let lower = at(left, top + 1) + (at(left + 1, top + 1) - at(left, top + 1)) * right_share;
    upper + (lower - upper) * lower_share
}

impl Glyph {
    fn new(canvas: Canvas, origin: (i32, i32), ends: Option<(Place, Place)>) -> Self {
        let edge = |row: &[f32]| {
            let first = row.iter().position(|&ink| ink > 0.4)? as i32;
            let last = row.iter().rposition(|&ink| ink > 0.4)? as i32;
            Some((first - origin.0, last - origin.0))
        };
        let edges = canvas.pixels.chunks_exact(canvas.width.max(1)).map(edge).collect();
        Self { canvas, origin, edges, ends }
    }

    /// First and last column with ink, relative to the origin; `None` without ink.
    pub fn columns(&self) -> Option<(i32, i32)> {
        self.edges.iter().flatten().copied().reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
    }

    /// First and last row with ink, relative to the origin.
    pub fn rows(&self) -> Option<(i32, i32)> {
        let first = self.edges.iter().position(Option::is_some)? as i32;
        let last = self.edges.iter().rposition(Option::is_some)? as i32;
        Some((first - self.origin.1, last - self.origin.1))
    }
}

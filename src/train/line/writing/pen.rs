//! Strokes and the pen that inks them: control points in, curves and their ink on a canvas out.

use rand::RngExt;
use rand_pcg::Pcg64Mcg;

use crate::train::canvas::Canvas;
use crate::train::network::normal;

/// A place, right and down.
pub type Place = (f32, f32);

/// One movement of the pen, from place to place.
pub type Stroke = Vec<Place>;

/// Strokes by their control points on a grid that is 100 high.
pub type Shape = &'static [&'static [(i16, i16)]];

/// Pieces that a curve between two control points is made of.
const PIECES: usize = 5;

/// The strokes of a shape with every control point moved by about `jitter` of the height; 1 high, from -1 to the line at 0.
pub fn jittered(shape: Shape, jitter: f32, random: &mut Pcg64Mcg) -> Vec<Stroke> {
    let stroke = |points: &&[(i16, i16)]| {
        let mut places: Stroke = Vec::with_capacity(points.len());
        for (index, point) in points.iter().enumerate() {
            // A corner stays a corner.
            let place = if index > 0 && points[index - 1] == *point {
                places[index - 1]
            } else {
                let (right, down) = (normal(random) * jitter, normal(random) * jitter);
                (f32::from(point.0) / 100.0 + right, f32::from(point.1) / 100.0 - 1.0 + down)
            };
            places.push(place);
        }
        curve(&places)
    };
    shape.iter().map(stroke).collect()
}

/// A Catmull-Rom curve through all places; a place that stands twice is a corner.
pub fn curve(places: &[Place]) -> Stroke {
    let mut line = Vec::with_capacity(places.len() * PIECES + 1);
    let mut start = 0;
    for index in 1..=places.len() {
        if index == places.len() || places[index] == places[index - 1] {
            smooth_run(&places[start..index], &mut line);
            start = index;
        }
    }
    line
}

fn smooth_run(run: &[Place], line: &mut Stroke) {
    let Some(&last) = run.last() else { return };
    for index in 0..run.len() - 1 {
        let (from, to) = (run[index], run[index + 1]);
        let before = if index == 0 { from } else { run[index - 1] };
        let after = run.get(index + 2).copied().unwrap_or(to);
        for piece in 0..PIECES {
            let t = piece as f32 / PIECES as f32;
            line.push((spline(before.0, from.0, to.0, after.0, t), spline(before.1, from.1, to.1, after.1, t)));
        }
    }
    line.push(last);
}

fn spline(before: f32, from: f32, to: f32, after: f32, t: f32) -> f32 {
    let (slope_from, slope_to) = ((to - before) * 0.5, (after - from) * 0.5);
    let step = to - from;
    let (square, cube) = (3.0 * step - 2.0 * slope_from - slope_to, slope_from + slope_to - 2.0 * step);
    from + t * (slope_from + t * (square + t * cube))
}

/// A pen in a hand: how wide and how evenly it writes.
#[derive(Clone, Debug)]
pub struct Pen {
    /// Width in pixels.
    pub width_px: f32,
    /// How much narrower strokes along the nib are, 0 (a ball pen) to 0.6 (a broad nib).
    pub nib: f32,
    /// Direction of the nib in radians.
    pub nib_angle: f32,
    /// How much the pressure wavers, 0 to 0.4.
    pub pressure: f32,
    /// How often, in a pixel of length, the ink stops for a moment.
    pub skip: f32,
}

impl Pen {
    /// Inks one stroke, in pixels of the canvas; the darker value wins.
    pub fn ink(&self, canvas: &mut Canvas, stroke: &[Place], random: &mut Pcg64Mcg) {
        if let [only] = stroke {
            canvas.line(*only, *only, self.width_px);
        }
        let mut phase = random.random::<f32>() * std::f32::consts::TAU;
        let pace = 0.5 / self.width_px.max(2.0);
        let mut resting_px = 0.0;
        for pair in stroke.windows(2) {
            let (dx, dy) = (pair[1].0 - pair[0].0, pair[1].1 - pair[0].1);
            let length = (dx * dx + dy * dy).sqrt();
            phase += length * pace;
            if self.skip > 0.0 && resting_px <= 0.0 && random.random::<f32>() < self.skip * length {
                resting_px = self.width_px * (0.8 + 1.5 * random.random::<f32>());
            }
            resting_px -= length;
            if resting_px > 0.0 {
                continue;
            }
            let mut width = self.width_px * (1.0 + self.pressure * phase.sin());
            if self.nib > 0.0 && length > 0.0 {
                let (sine, cosine) = self.nib_angle.sin_cos();
                let across = ((dx * sine - dy * cosine) / length).abs();
                width *= 1.0 - self.nib * (1.0 - across);
            }
            canvas.line(pair[0], pair[1], width.max(0.8));
        }
    }
}

/// Left, top, right and bottom of strokes, or `None` without any place.
pub fn bounds(strokes: &[Stroke]) -> Option<[f32; 4]> {
    let mut places = strokes.iter().flatten();
    let first = places.next()?;
    let begin = [first.0, first.1, first.0, first.1];
    Some(places.fold(begin, |b, p| [b[0].min(p.0), b[1].min(p.1), b[2].max(p.0), b[3].max(p.1)]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn a_curve_passes_its_places_and_keeps_its_corners() {
        let line = curve(&[(0.0, 0.0), (10.0, 0.0), (10.0, 0.0), (10.0, 10.0)]);
        assert!(line.contains(&(10.0, 0.0)));
        assert!(line.iter().all(|place| place.1 == 0.0 || place.0 == 10.0));
        assert_eq!(line.last(), Some(&(10.0, 10.0)));
    }

    #[test]
    fn a_nib_thins_strokes_that_run_along_it() {
        let mut random = Pcg64Mcg::seed_from_u64(1);
        let pen = Pen { width_px: 6.0, nib: 0.5, nib_angle: 0.0, pressure: 0.0, skip: 0.0 };
        let mut mass = |stroke: [Place; 2]| {
            let mut canvas = Canvas::new(40, 40);
            pen.ink(&mut canvas, &stroke, &mut random);
            canvas.mass()
        };
        assert!(mass([(10.0, 20.0), (30.0, 20.0)]) < 0.6 * mass([(20.0, 10.0), (20.0, 30.0)]));
    }
}

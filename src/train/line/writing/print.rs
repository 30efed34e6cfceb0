//! What is printed or written around a number: rules, boxes, combs, labels, remains of neighbours, strokes that cross.

use rand::RngExt;
use rand_pcg::Pcg64Mcg;

use super::marks;
use super::pen::{Pen, Stroke, curve};
use crate::train::canvas::Canvas;
use crate::train::network::normal;

/// Where the writing lies on the paper, in pixels.
#[derive(Clone, Copy, Debug)]
pub struct Writing {
    /// Left end of the ink.
    pub left: f32,
    /// Row on which the digits stand.
    pub foot: f32,
    /// Height of a digit.
    pub height: f32,
}

/// Prints rules and boxes on paper (1 is white), as forms and cheques have them.
pub fn rules(paper: &mut Canvas, writing: Writing, random: &mut Pcg64Mcg) {
    let mut ink = Canvas::new(paper.width, paper.height);
    let (width, height) = (paper.width as f32, paper.height as f32);
    let thickness = 0.9 + 1.6 * random.random::<f32>().powi(2) + writing.height / 60.0;
    let tilt = normal(random) * 0.006 * width;
    let level = |random: &mut Pcg64Mcg| 0.35 + 0.6 * random.random::<f32>();
    if random.random_bool(0.7) {
        let y = if random.random_bool(0.5) {
            writing.foot + normal(random) * 0.1 * writing.height + 2.0
        } else {
            height - 1.0 - 4.0 * random.random::<f32>()
        };
        rule(&mut ink, (-2.0, y), (width + 2.0, y + tilt), thickness, random);
        if random.random_bool(0.15) {
            rule(&mut ink, (-2.0, y + 4.0), (width + 2.0, y + 4.0 + tilt), thickness, random);
        }
    }
    if random.random_bool(0.3) {
        let y = 4.0 * random.random::<f32>();
        rule(&mut ink, (-2.0, y), (width + 2.0, y + tilt), thickness, random);
    }
    if random.random_bool(0.2) {
        let x =
            if random.random_bool(0.6) { 3.0 * random.random::<f32>() } else { width - 3.0 * random.random::<f32>() };
        rule(&mut ink, (x, -2.0), (x - tilt * 0.3, height + 2.0), thickness, random);
    }
    if random.random_bool(0.05) {
        let pitch = writing.height * (0.7 + 0.4 * random.random::<f32>());
        let top = if random.random_bool(0.5) { height * 0.75 } else { -2.0 };
        for tooth in 0..(width / pitch) as usize + 1 {
            let x = pitch * (tooth as f32 + 0.3);
            rule(&mut ink, (x, top), (x, height + 2.0), thickness, random);
        }
    }
    if random.random_bool(0.04) {
        // The dark edge of a box, or what lies beside the sheet.
        let thickness = width * 0.08 * random.random::<f32>();
        let x = if random.random_bool(0.5) { 0.0 } else { width };
        ink.line((x, -height), (x, 2.0 * height), thickness);
    }
    darken(paper, &ink, level(random));
}

/// A rule, solid, dotted or dashed.
fn rule(ink: &mut Canvas, from: (f32, f32), to: (f32, f32), thickness: f32, random: &mut Pcg64Mcg) {
    if random.random_bool(0.8) {
        ink.line(from, to, thickness);
        return;
    }
    let length = (to.0 - from.0).hypot(to.1 - from.1);
    let step = 3.0 + 4.0 * random.random::<f32>();
    let filled = if random.random_bool(0.5) { 0.05 } else { 0.6 };
    for piece in 0..(length / step) as usize {
        let at = |place: f32| {
            let share = place * step / length;
            (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share)
        };
        ink.line(at(piece as f32), at(piece as f32 + filled), thickness);
    }
}

/// Prints letters of a label left of the number where there is room, and bits of print above and below.
pub fn labels(paper: &mut Canvas, writing: Writing, random: &mut Pcg64Mcg) {
    let mut ink = Canvas::new(paper.width, paper.height);
    if writing.left > 0.5 * writing.height && random.random_bool(0.6) {
        let size = writing.height * (0.25 + 0.3 * random.random::<f32>());
        let strokes = marks::letters(random);
        write(
            &mut ink,
            &strokes,
            (1.0, writing.foot - writing.height * 0.3 * random.random::<f32>()),
            size,
            writing.left - 2.0,
            random,
        );
    }
    if random.random_bool(0.6) {
        // The tips of small print that the crop just misses.
        let size = 4.0 + 6.0 * random.random::<f32>();
        let above = random.random_bool(0.5);
        let y = if above { size * 0.4 } else { paper.height as f32 + size * 0.5 };
        for _ in 0..random.random_range(1..5) {
            let x = paper.width as f32 * random.random::<f32>();
            let strokes = marks::letters(random);
            write(&mut ink, &strokes, (x, y), size, f32::INFINITY, random);
        }
    }
    let level = 0.3 + 0.6 * random.random::<f32>();
    darken(paper, &ink, level);
}

/// Writes strokes at a place, as far as `limit` to the right.
fn write(ink: &mut Canvas, strokes: &[Stroke], at: (f32, f32), size: f32, limit: f32, random: &mut Pcg64Mcg) {
    let pen = Pen { width_px: (size * 0.12).max(1.0), nib: 0.0, nib_angle: 0.0, pressure: 0.0, skip: 0.0 };
    for stroke in strokes {
        let mapped: Stroke = stroke.iter().map(|place| (at.0 + place.0 * size, at.1 + place.1 * size)).collect();
        if mapped.iter().all(|place| place.0 < limit) {
            pen.ink(ink, &mapped, random);
        }
    }
}

/// Ink of other writing that reaches into the crop: strokes from the line above and below, a signature, a stamp.
pub fn strangers(ink: &mut Canvas, writing: Writing, pen: &Pen, random: &mut Pcg64Mcg) {
    let (width, height) = (ink.width as f32, ink.height as f32);
    let pen = Pen { width_px: pen.width_px * (0.7 + 0.4 * random.random::<f32>()), ..pen.clone() };
    if random.random_bool(0.75) {
        // Feet of what stands above, or heads of what stands below: too short to be anything.
        let (edge, inward) = if random.random_bool(0.5) { (-1.0, 1.0) } else { (height + 1.0, -1.0) };
        for _ in 0..random.random_range(1..4) {
            let x = width * random.random::<f32>();
            let reach = inward * writing.height * (0.04 + 0.12 * random.random::<f32>());
            let wide = writing.height * (0.05 + 0.3 * random.random::<f32>());
            pen.ink(ink, &curve(&[(x, edge), (x + wide * 0.4, edge + reach), (x + wide, edge)]), random);
        }
    } else {
        let from = (width * (random.random::<f32>() * 0.8 - 0.3), height * (random.random::<f32>() * 1.6 - 0.3));
        let mut place = from;
        let mut places = vec![place];
        for _ in 0..random.random_range(2..5) {
            place = (place.0 + width * 0.35 * random.random::<f32>(), place.1 + height * normal(random) * 0.5);
            places.push(place);
        }
        pen.ink(ink, &curve(&places), random);
    }
}

/// Darkens paper where there is ink, down to `1 - depth` of what it was.
pub fn darken(paper: &mut Canvas, ink: &Canvas, depth: f32) {
    for (paper, ink) in paper.pixels.iter_mut().zip(&ink.pixels) {
        *paper *= 1.0 - depth * ink;
    }
}

//! Strokes of everything in a number that is no digit: points, commas, dashes, slashes, brackets, stars, currency.
//!
//! All are drawn relative to digits that stand on 0 and reach up to -1.

use rand::RngExt;
use rand::seq::IndexedRandom;
use rand_pcg::Pcg64Mcg;

use super::pen::{Place, Stroke, curve};
use crate::reader::line::Symbol;
use crate::train::network::normal;

/// Names of currencies in capital and small letters.
const CURRENCIES: [&str; 6] = ["Rs", "Fr", "EUR", "CHF", "Fr", "R$"];

/// The strokes of a symbol; empty for digits and for what has no ink of its own.
pub fn strokes(symbol: Symbol, random: &mut Pcg64Mcg) -> Vec<Stroke> {
    match symbol {
        Symbol::Digit(_) | Symbol::Raised => Vec::new(),
        Symbol::Point => vec![point(random)],
        Symbol::Comma => vec![comma(random, 0.0)],
        Symbol::Apostrophe => vec![comma(random, -1.0)],
        Symbol::Dash => vec![dash(random)],
        Symbol::Slash => vec![slash(random)],
        Symbol::Equals => equals(random),
        Symbol::Star => star(random),
        Symbol::Hash => hash(random),
        Symbol::Currency => currency(random),
        Symbol::Open => vec![bracket(random, 1.0)],
        Symbol::Close => vec![bracket(random, -1.0)],
    }
}

fn point(random: &mut Pcg64Mcg) -> Stroke {
    let height = if random.random_bool(0.07) { -0.45 } else { -0.03 + normal(random) * 0.05 };
    match random.random_range(0..10) {
        0..5 => vec![(0.0, height), (normal(random) * 0.015, height + 0.015)],
        // Many points are short strokes.
        5..9 => vec![(0.0, height), (0.02 + normal(random) * 0.06, height + 0.02 + normal(random) * 0.04)],
        _ => curve(&[(0.0, height), (0.05, height - 0.05), (0.08, height), (0.03, height + 0.04)]),
    }
}

fn comma(random: &mut Pcg64Mcg, top: f32) -> Stroke {
    let length = 0.12 + 0.3 * random.random::<f32>().powi(2);
    let lean = length * (0.1 + 0.5 * random.random::<f32>());
    let belly = length * 0.3 * (random.random::<f32>() - 0.2);
    let y = top - 0.06 + normal(random) * 0.05;
    curve(&[(0.0, y), (belly, y + length * 0.45), (-lean, y + length)])
}

fn dash(random: &mut Pcg64Mcg) -> Stroke {
    let long = random.random_bool(0.15);
    let length = 0.25 + 0.6 * random.random::<f32>() + if long { 1.2 * random.random::<f32>() } else { 0.0 };
    let low = random.random_bool(0.2);
    let y = if low { -0.08 } else { -0.42 } + normal(random) * 0.11;
    let (rise, wave) = (normal(random) * 0.05, normal(random) * 0.05);
    let mut places = vec![(0.0, y), (length * 0.33, y - wave), (length * 0.67, y + wave - rise), (length, y - rise)];
    if random.random_bool(0.12) {
        places.push((length * 1.05, y - rise + 0.1 + 0.1 * random.random::<f32>()));
    }
    curve(&places)
}

fn slash(random: &mut Pcg64Mcg) -> Stroke {
    let lean = 0.2 + 0.45 * random.random::<f32>();
    let (top, bottom) = (-1.05 + normal(random) * 0.1, 0.08 + normal(random) * 0.08);
    curve(&[(lean, top), (lean * 0.5 + normal(random) * 0.03, (top + bottom) / 2.0), (0.0, bottom)])
}

fn equals(random: &mut Pcg64Mcg) -> Vec<Stroke> {
    let length = 0.2 + 0.4 * random.random::<f32>();
    let apart = 0.1 + 0.2 * random.random::<f32>();
    let y = if random.random_bool(0.35) { -0.75 } else { -0.5 } + normal(random) * 0.08;
    let mut line = |y: f32| {
        let (tilt, bow, shift) = (normal(random) * 0.04, normal(random) * 0.03, normal(random) * 0.05);
        vec![(shift, y), (shift + length * 0.5, y + bow), (shift + length, y - tilt)]
    };
    let (upper, lower) = (line(y), line(y + apart));
    if random.random_bool(0.15) {
        // Written in one movement, like a z.
        return vec![curve(&upper.into_iter().chain(lower).collect::<Vec<Place>>())];
    }
    vec![curve(&upper), curve(&lower)]
}

fn star(random: &mut Pcg64Mcg) -> Vec<Stroke> {
    let radius = 0.14 + 0.16 * random.random::<f32>();
    let (arms, y) = (if random.random_bool(0.3) { 4 } else { 3 }, -0.5 + normal(random) * 0.1);
    let turn = random.random::<f32>() * 3.0;
    let arm = |index: i32| {
        let (sine, cosine) = (turn + index as f32 * std::f32::consts::PI / arms as f32).sin_cos();
        vec![(radius - radius * cosine, y - radius * sine), (radius + radius * cosine, y + radius * sine)]
    };
    (0..arms).map(arm).collect()
}

fn hash(random: &mut Pcg64Mcg) -> Vec<Stroke> {
    let (wide, apart, high) = (0.4 + 0.25 * random.random::<f32>(), 0.2, 0.55 + 0.35 * random.random::<f32>());
    let mut near = |x: f32, y: f32| (x + normal(random) * 0.03, y + normal(random) * 0.03 - (1.0 - high) / 2.0);
    vec![
        vec![near(wide * 0.35, -high), near(wide * 0.25, 0.0)],
        vec![near(wide * 0.8, -high), near(wide * 0.7, 0.0)],
        vec![near(0.0, -high * 0.5 - apart * 0.6), near(wide, -high * 0.5 - apart * 0.6)],
        vec![near(0.0, -high * 0.5 + apart * 0.6), near(wide, -high * 0.5 + apart * 0.6)],
    ]
}

fn bracket(random: &mut Pcg64Mcg, side: f32) -> Stroke {
    let bow = side * (0.08 + 0.17 * random.random::<f32>());
    let (top, bottom) = (-1.1 + normal(random) * 0.08, 0.1 + normal(random) * 0.08);
    let near = 0.3 * normal(random) * bow.abs();
    curve(&[
        (bow, top),
        (0.1 * bow, top * 0.7 + bottom * 0.3),
        (near * 0.2, (top + bottom) / 2.0),
        (bow + near, bottom),
    ])
}

fn currency(random: &mut Pcg64Mcg) -> Vec<Stroke> {
    match random.random_range(0..10) {
        0..6 => dollar(random),
        6 => euro(random),
        7 => pound(random),
        _ => word(CURRENCIES.choose(random).unwrap_or(&"Fr"), random),
    }
}

/// A dollar sign, with one or two bars, whole or only above and below.
pub fn dollar(random: &mut Pcg64Mcg) -> Vec<Stroke> {
    let mut near = |x: f32, y: f32| (x + normal(random) * 0.02, y + normal(random) * 0.02);
    let snake = [
        near(0.48, -0.82),
        near(0.25, -0.92),
        near(0.06, -0.72),
        near(0.26, -0.5),
        near(0.48, -0.27),
        near(0.24, -0.06),
        near(0.0, -0.2),
    ];
    let mut strokes = vec![curve(&snake)];
    let (lean, reach) = (normal(random) * 0.04, 0.05 + 0.1 * random.random::<f32>());
    let bars: &[f32] = if random.random_bool(0.3) { &[0.19, 0.32] } else { &[0.26] };
    let is_whole = random.random_bool(0.75);
    for &x in bars {
        if is_whole {
            strokes.push(vec![(x + lean, -0.95 - reach), (x - lean, reach)]);
        } else {
            strokes.push(vec![(x + lean, -0.95 - reach), (x + lean, -0.8)]);
            strokes.push(vec![(x - lean, -0.15), (x - lean, reach)]);
        }
    }
    strokes
}

fn euro(random: &mut Pcg64Mcg) -> Vec<Stroke> {
    let mut near = |x: f32, y: f32| (x + normal(random) * 0.025, y + normal(random) * 0.025);
    vec![
        curve(&[
            near(0.58, -0.82),
            near(0.36, -0.98),
            near(0.1, -0.6),
            near(0.14, -0.2),
            near(0.36, 0.0),
            near(0.6, -0.14),
        ]),
        vec![near(0.0, -0.6), near(0.44, -0.62)],
        vec![near(0.0, -0.4), near(0.4, -0.42)],
    ]
}

fn pound(random: &mut Pcg64Mcg) -> Vec<Stroke> {
    let mut near = |x: f32, y: f32| (x + normal(random) * 0.025, y + normal(random) * 0.025);
    vec![
        curve(&[
            near(0.52, -0.82),
            near(0.36, -0.98),
            near(0.2, -0.8),
            near(0.24, -0.35),
            near(0.0, -0.04),
            near(0.22, -0.06),
            near(0.55, -0.03),
        ]),
        vec![near(0.04, -0.46), near(0.44, -0.48)],
    ]
}

/// Letters side by side.
pub fn word(letters: &str, random: &mut Pcg64Mcg) -> Vec<Stroke> {
    let mut strokes = Vec::new();
    let mut x = 0.0;
    for letter in letters.chars() {
        let shape: &[&[(i16, i16)]] = letter_shape(letter);
        for points in shape {
            let mut place = |&(right, down): &(i16, i16)| {
                (
                    x + f32::from(right) / 100.0 + normal(random) * 0.015,
                    f32::from(down) / 100.0 - 1.0 + normal(random) * 0.015,
                )
            };
            strokes.push(points.iter().map(&mut place).collect());
        }
        x += if letter.is_uppercase() { 0.72 } else { 0.5 };
    }
    strokes
}

/// Letters that no one takes for a digit, and those of currencies.
fn letter_shape(letter: char) -> &'static [&'static [(i16, i16)]] {
    match letter {
        'R' => &[&[(4, 100), (4, 2), (34, 2), (48, 14), (46, 36), (32, 48), (4, 50)], &[(24, 50), (52, 100)]],
        'F' => &[&[(50, 2), (6, 2), (4, 100)], &[(4, 48), (40, 46)]],
        'E' => &[&[(50, 2), (6, 2), (6, 98), (52, 98)], &[(6, 50), (42, 48)]],
        'U' => &[&[(2, 0), (4, 70), (14, 96), (36, 98), (48, 76), (50, 0)]],
        'C' => &[&[(54, 14), (36, 0), (12, 12), (0, 50), (12, 88), (36, 100), (54, 86)]],
        'H' => &[&[(2, 0), (4, 100)], &[(50, 0), (50, 100)], &[(3, 50), (50, 48)]],
        'N' => &[&[(2, 100), (4, 0), (48, 100), (50, 0)]],
        'M' => &[&[(0, 100), (8, 0), (30, 60), (52, 0), (60, 100)]],
        'K' => &[&[(2, 0), (4, 100)], &[(48, 0), (6, 52), (52, 100)]],
        'A' => &[&[(0, 100), (28, 0), (56, 100)], &[(12, 62), (44, 62)]],
        'T' => &[&[(0, 2), (56, 2)], &[(28, 2), (26, 100)]],
        'V' => &[&[(0, 0), (28, 100), (56, 0)]],
        'W' => &[&[(0, 0), (16, 100), (32, 30), (48, 100), (64, 0)]],
        'P' => &[&[(4, 100), (4, 2), (36, 2), (48, 16), (44, 40), (30, 50), (4, 52)]],
        's' => &[&[(32, 52), (14, 46), (4, 60), (30, 78), (28, 96), (2, 96)]],
        'r' => &[&[(2, 48), (4, 100)], &[(4, 66), (16, 50), (32, 50)]],
        'n' => &[&[(2, 48), (4, 100)], &[(4, 64), (18, 48), (32, 58), (34, 100)]],
        'm' => &[
            &[(0, 48), (2, 100)],
            &[(2, 62), (12, 48), (22, 60), (22, 100)],
            &[(22, 62), (32, 48), (42, 60), (42, 100)],
        ],
        'a' => &[&[(34, 52), (14, 48), (2, 74), (14, 100), (34, 82), (34, 50), (38, 100)]],
        'e' => &[&[(4, 72), (34, 70), (30, 50), (10, 50), (2, 78), (14, 100), (36, 94)]],
        't' => &[&[(14, 20), (12, 88), (22, 100), (32, 94)], &[(0, 50), (30, 48)]],
        'u' => &[&[(2, 48), (4, 86), (16, 100), (32, 84), (34, 48), (36, 100)]],
        'k' => &[&[(2, 0), (4, 100)], &[(32, 48), (6, 74), (34, 100)]],
        'v' => &[&[(0, 48), (16, 100), (34, 48)]],
        '$' => &[&[(48, 18), (24, 8), (6, 28), (26, 50), (48, 73), (24, 94), (0, 80)], &[(26, -6), (24, 108)]],
        _ => &[&[(0, 48), (30, 100)], &[(30, 48), (0, 100)]],
    }
}

/// A word of letters that are no digits.
pub fn letters(random: &mut Pcg64Mcg) -> Vec<Stroke> {
    const ALL: [char; 22] =
        ['R', 'F', 'E', 'U', 'C', 'H', 'N', 'M', 'K', 'A', 'T', 'V', 'W', 'P', 'r', 'n', 'm', 'a', 'e', 't', 'u', 'k'];
    let count = random.random_range(1..6);
    let text: String = (0..count).map(|_| *ALL.choose(random).unwrap_or(&'x')).collect();
    word(&text, random)
}

/// A running hand that spells nothing.
pub fn scribble(random: &mut Pcg64Mcg) -> Vec<Stroke> {
    let mut places = Vec::new();
    let mut x = 0.0;
    for _ in 0..random.random_range(3..12) {
        let high = if random.random_bool(0.25) { 0.9 } else { 0.35 + 0.15 * random.random::<f32>() };
        places.push((x, normal(random) * 0.04));
        places.push((x + 0.16 + normal(random) * 0.04, -high * 0.6));
        places.push((x + 0.14, -high));
        places.push((x + 0.08, -high * 0.5));
        x += 0.18 + 0.12 * random.random::<f32>();
    }
    vec![curve(&places)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::line::writing::pen::bounds;
    use rand::SeedableRng;

    #[test]
    fn every_mark_stays_near_the_height_of_its_digits() {
        let mut random = Pcg64Mcg::seed_from_u64(5);
        for symbol in Symbol::ALL {
            for _ in 0..40 {
                let strokes = strokes(symbol, &mut random);
                match symbol {
                    Symbol::Digit(_) | Symbol::Raised => assert!(strokes.is_empty()),
                    _ => {
                        let [left, top, right, bottom] = bounds(&strokes).expect("ink");
                        assert!(top > -1.6 && bottom < 0.7, "{symbol:?} from {top} to {bottom}");
                        assert!(right - left < 2.8, "{symbol:?} is {} wide", right - left);
                    }
                }
            }
        }
    }
}

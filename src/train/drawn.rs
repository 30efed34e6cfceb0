//! Glyphs drawn with a virtual pen: points, commas, dashes, slashes and dollar signs, and what is none of them and no digit
//! either: letters that look like no digit, corners, crosses, lines side by side, specks.

use rand::RngExt;
use rand_pcg::Pcg64Mcg;

use super::canvas::Canvas;
use super::network::normal;
use crate::reader::Class;

/// Side of the square that is drawn on, in pixels: that of a large digit at 300 dpi.
const SIDE: f32 = 48.0;

/// Letters as strokes on a 4 wide, 6 high grid (two figures a point, strokes separated by a blank). Left out are those
/// that a person writes like a digit: B D G I J L O Q S U Y Z, b g h l o q s y z.
const LETTERS: [&str; 17] = [
    "062046 1434",
    "4130100105163645",
    "0006 0040 0333 0646",
    "0006 0040 0333",
    "0006 4046 0343",
    "0006 4003 0346",
    "0600234046",
    "06004640",
    "0600403303",
    "0600403303 1346",
    "0040 2026",
    "002640",
    "0016243640",
    "0046 4006",
    "0602 023246",
    "06021242 4246",
    "02060242",
];

/// A drawn symbol of a class; [`Class::NotADigit`] and digits give something that is no symbol.
pub fn symbol(random: &mut Pcg64Mcg, class: Class) -> Canvas {
    let mut canvas = Canvas::new(SIDE as usize, SIDE as usize);
    let pen = 2.0 + 4.0 * random.random::<f32>();
    let around = |random: &mut Pcg64Mcg, spread: f32| normal(random) * spread;
    match class {
        Class::Point => {
            let length = random.random::<f32>() * pen * 0.6;
            let end = (24.0 + around(random, 1.0) * length, 24.0 + around(random, 1.0) * length);
            canvas.line((24.0, 24.0), end, pen);
        }
        Class::Comma => {
            let length = pen * (1.6 + 2.4 * random.random::<f32>());
            let lean = length * (0.25 + 0.5 * random.random::<f32>());
            let belly = length * (0.05 + 0.25 * random.random::<f32>());
            canvas.line((24.0, 20.0), (24.0, 20.0), pen * (1.0 + 0.5 * random.random::<f32>()));
            curve(
                &mut canvas,
                [(24.0, 20.0), (25.0 + belly, 20.0 + length * 0.5), (24.0 - lean, 20.0 + length)],
                pen * 0.8,
            );
        }
        Class::Dash => {
            let (rise, sag) = (around(random, 1.8), around(random, 1.0));
            let (left, right) = (4.0 + 14.0 * random.random::<f32>(), 30.0 + 14.0 * random.random::<f32>());
            curve(&mut canvas, [(left, 24.0 + rise), (24.0, 24.0 + sag), (right, 24.0 - rise)], pen);
        }
        Class::Slash => {
            let lean = 0.55 + 0.5 * random.random::<f32>();
            let half = 10.0 + 9.0 * random.random::<f32>();
            let bow = around(random, 1.0);
            curve(
                &mut canvas,
                [(24.0 + half * lean, 24.0 - half), (24.0 + bow, 24.0 + bow), (24.0 - half * lean, 24.0 + half)],
                pen * 0.7,
            );
        }
        Class::Dollar => dollar(random, &mut canvas, pen * 0.6),
        _ => return stray(random),
    }
    canvas
}

fn dollar(random: &mut Pcg64Mcg, canvas: &mut Canvas, pen: f32) {
    let wide = 9.0 + 4.0 * random.random::<f32>();
    let mut jitter = |x: f32, y: f32| (x + normal(random) * 1.2, y + normal(random) * 1.2);
    let points = [(wide, -8.0), (0.0, -13.0), (-wide, -8.0), (0.0, 0.0), (wide, 7.0), (0.0, 13.0), (-wide, 8.0)];
    let points = points.map(|(x, y)| jitter(24.0 + x, 24.0 + y));
    for index in (0..5).step_by(2) {
        curve(canvas, [points[index], points[index + 1], points[index + 2]], pen);
    }
    let strokes = if random.random_bool(0.3) { 2 } else { 1 };
    for stroke in 0..strokes {
        let x = 24.0 + (stroke as f32 - (strokes - 1) as f32 / 2.0) * 6.0 + normal(random);
        let reach = 17.0 + 4.0 * random.random::<f32>();
        canvas.line((x + normal(random), 24.0 - reach), (x + normal(random), 24.0 + reach), pen);
    }
}

/// Something that is no symbol and no digit.
fn stray(random: &mut Pcg64Mcg) -> Canvas {
    let mut canvas = Canvas::new(SIDE as usize, SIDE as usize);
    let pen = 1.5 + 3.0 * random.random::<f32>();
    let place = |random: &mut Pcg64Mcg| (5.0 + 38.0 * random.random::<f32>(), 5.0 + 38.0 * random.random::<f32>());
    match random.random_range(0..10) {
        0..=4 => letter(random, &mut canvas, pen),
        5 => {
            // The corner of a box, or a tee where two ruled lines meet.
            let (x, y) = (10.0 + 28.0 * random.random::<f32>(), 10.0 + 28.0 * random.random::<f32>());
            let (to_x, to_y) = (if x < 24.0 { 44.0 } else { 4.0 }, if y < 24.0 { 44.0 } else { 4.0 });
            let over = if random.random_bool(0.5) { 0.0 } else { 0.5 };
            canvas.line((x - (to_x - x) * over, y), (to_x, y), pen);
            canvas.line((x, y - (to_y - y) * over * random.random::<f32>()), (x, to_y), pen);
        }
        6 => {
            // Two or three lines side by side, upright or level.
            let (upright, gap) = (random.random_bool(0.5), 8.0 + 8.0 * random.random::<f32>());
            for line in 0..random.random_range(2..4) {
                let across = 8.0 + gap * line as f32 + normal(random);
                let (from, to) = ((across, 6.0), (across + normal(random), 42.0));
                let turn = |(x, y): (f32, f32)| if upright { (x, y) } else { (y, x) };
                canvas.line(turn(from), turn(to), pen);
            }
        }
        7 => {
            for _ in 0..random.random_range(3..12) {
                let spot = place(random);
                canvas.line(spot, spot, 0.5 + pen * random.random::<f32>());
            }
        }
        8 => {
            // A scribble.
            let points: Vec<(f32, f32)> = (0..random.random_range(4..8)).map(|_| place(random)).collect();
            canvas.lines(&points, pen * 0.8);
        }
        _ => {
            // Plus, cross and star.
            let turn = if random.random_bool(0.5) { 0.0 } else { 0.78 } + normal(random) * 0.1;
            for stroke in 0..random.random_range(2..4) {
                let (sine, cosine) = (turn + stroke as f32 * 1.57).sin_cos();
                let half = 14.0 + 6.0 * random.random::<f32>();
                canvas.line(
                    (24.0 - cosine * half, 24.0 - sine * half),
                    (24.0 + cosine * half, 24.0 + sine * half),
                    pen,
                );
            }
        }
    }
    canvas
}

fn letter(random: &mut Pcg64Mcg, canvas: &mut Canvas, pen: f32) {
    let strokes = LETTERS[random.random_range(0..LETTERS.len())];
    let (wide, high) = (4.0 + 4.0 * random.random::<f32>(), 5.0 + 1.5 * random.random::<f32>());
    let slant = normal(random) * 0.12;
    for stroke in strokes.split_whitespace() {
        let figures: Vec<f32> = stroke.bytes().map(|byte| f32::from(byte - b'0')).collect();
        let mut points = Vec::new();
        for pair in figures.chunks_exact(2) {
            let (x, y) = (pair[0] * wide + normal(random), pair[1] * high + normal(random));
            points.push((8.0 + x - slant * (y - 18.0), 6.0 + y));
        }
        canvas.lines(&points, pen);
    }
}

/// A parabola through the plane: begins at the first, bends towards the second, ends at the third point.
fn curve(canvas: &mut Canvas, points: [(f32, f32); 3], thickness: f32) {
    let at = |share: f32| {
        let weights = [(1.0 - share) * (1.0 - share), 2.0 * share * (1.0 - share), share * share];
        let sum =
            |pick: fn(&(f32, f32)) -> f32| points.iter().zip(weights).map(|(point, weight)| pick(point) * weight).sum();
        (sum(|point| point.0), sum(|point| point.1))
    };
    let places: Vec<(f32, f32)> = (0..=8).map(|step| at(step as f32 / 8.0)).collect();
    canvas.lines(&places, thickness);
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn every_class_draws_ink_and_keeps_its_shape() {
        let random = &mut Pcg64Mcg::seed_from_u64(2);
        for _ in 0..100 {
            let bounds = |random: &mut Pcg64Mcg, class| symbol(random, class).ink_bounds(0.5).expect("ink");
            let dash = bounds(random, Class::Dash);
            assert!(dash.width >= 10 && dash.width > dash.height, "{dash:?}");
            let point = bounds(random, Class::Point);
            assert!(point.width < 20 && point.height < 20, "{point:?}");
            let slash = bounds(random, Class::Slash);
            assert!(slash.height >= 15 && slash.width >= 8, "{slash:?}");
            assert!(bounds(random, Class::Comma).height < bounds(random, Class::Dollar).height);
            assert!(symbol(random, Class::NotADigit).mass() > 1.0);
        }
    }

    #[test]
    fn letters_are_pairs_of_figures_on_the_grid() {
        for strokes in LETTERS {
            for stroke in strokes.split_whitespace().filter(|stroke| stroke.len() > 1) {
                assert!(
                    stroke
                        .bytes()
                        .enumerate()
                        .all(|(place, byte)| byte >= b'0' && byte <= if place % 2 == 0 { b'4' } else { b'6' }),
                    "{stroke}"
                );
            }
        }
    }
}

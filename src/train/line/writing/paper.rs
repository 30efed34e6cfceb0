//! Paper without any writing: even, tinted, or printed with the fine patterns that make cheques hard to copy.

use rand::RngExt;
use rand_pcg::Pcg64Mcg;

use super::tables::Tables;
use crate::train::canvas::Canvas;
use crate::train::network::normal;

/// Steps of the table that holds one period of a pattern.
const STEPS: usize = 64;

/// Even paper, 1 is white, perhaps with a little shading.
pub fn clean(width: usize, height: usize, random: &mut Pcg64Mcg) -> Canvas {
    let white = if random.random_bool(0.7) {
        0.86 + 0.14 * random.random::<f32>()
    } else {
        0.55 + 0.4 * random.random::<f32>()
    };
    let mut paper = Canvas { width, height, pixels: vec![white; width * height] };
    if random.random_bool(0.35) {
        shade(&mut paper, 0.12, random);
    }
    paper
}

/// Security paper: one to four families of lines, rings or dots over a tint.
///
/// `contrast` is how much darker than the paper the ink will be, 0 to 1: patterns stay well below it.
pub fn busy(width: usize, height: usize, contrast: f32, tables: &Tables, random: &mut Pcg64Mcg) -> Canvas {
    // The cheques in sight are either light, around 0.78, or dark, around 0.6.
    let tint = match random.random_range(0..10) {
        0..5 => 0.77 + normal(random) * 0.05,
        5..8 => 0.64 + normal(random) * 0.04,
        _ => 0.5 + 0.45 * random.random::<f32>(),
    };
    let mut paper = Canvas { width, height, pixels: vec![tint.clamp(0.4, 0.95); width * height] };
    let strength = contrast * (0.07 + 0.2 * random.random::<f32>().powf(1.3));
    match random.random_range(0..100) {
        // Wavy hairlines that run along the line.
        0..28 => {
            let lines = Lines::along(0.0 + normal(random) * 0.05, strength * 1.3, random);
            lines.print(&mut paper, tables);
            if random.random_bool(0.6) {
                Lines::any(strength * 0.5, random).print(&mut paper, tables);
            }
        }
        // Lines that run down, often as a zigzag.
        28..42 => {
            let lines = Lines::along(1.57 + normal(random) * 0.15, strength * 1.3, random);
            lines.print(&mut paper, tables);
            if random.random_bool(0.5) {
                Lines::any(strength * 0.6, random).print(&mut paper, tables);
            }
        }
        // Slanted lines, alone or over rings.
        42..60 => {
            let turn = (0.1 + 0.5 * random.random::<f32>()) * if random.random_bool(0.7) { 1.0 } else { -1.0 };
            Lines { period_px: 4.0 + 8.0 * random.random::<f32>(), ..Lines::along(turn, strength * 2.0, random) }
                .print(&mut paper, tables);
            if random.random_bool(0.6) {
                Lines::rings(strength, width, height, random).print(&mut paper, tables);
            }
        }
        // Nets of rings and waves.
        60..84 => {
            for _ in 0..random.random_range(2..5) {
                let lines = if random.random_bool(0.45) {
                    Lines::rings(strength, width, height, random)
                } else {
                    Lines::any(strength, random)
                };
                lines.print(&mut paper, tables);
            }
        }
        // Dots in a grid.
        84..94 => dots(&mut paper, strength * 2.0, tables, random),
        // Grids of straight lines.
        _ => {
            let turn = if random.random_bool(0.5) { 0.0 } else { random.random::<f32>() };
            let one = Lines {
                wave_px: 0.0,
                period_px: 3.0 + 12.0 * random.random::<f32>(),
                ..Lines::along(turn, strength * 1.4, random)
            };
            one.print(&mut paper, tables);
            Lines { turn: turn + 1.57, ..one }.print(&mut paper, tables);
        }
    }
    if random.random_bool(0.5) {
        blotches(&mut paper, 0.02 + 0.05 * random.random::<f32>(), tables, random);
    }
    if random.random_bool(0.4) {
        shade(&mut paper, 0.15, random);
    }
    if random.random_bool(0.3) {
        band(&mut paper, random);
    }
    paper
}

/// A family of lines side by side, straight, waved or in rings.
#[derive(Clone, Debug)]
struct Lines {
    /// How much darker a line is, 0 to 1.
    depth: f32,
    /// Distance from line to line.
    period_px: f32,
    /// Direction in which the lines run, radians.
    turn: f32,
    /// How far the lines wave, and how long a wave is.
    wave_px: f32,
    wave_length_px: f32,
    /// How thick a line is where it is darkest.
    thickness_px: f32,
    /// Middle of the rings; `None` for lines.
    middle: Option<(f32, f32)>,
    /// Where it begins, in periods.
    phase: (f32, f32),
    /// How the depth changes over the paper: wavelength in pixels and share.
    swell: (f32, f32),
}

impl Lines {
    fn along(turn: f32, depth: f32, random: &mut Pcg64Mcg) -> Self {
        let period_px = 2.6 + 4.4 * random.random::<f32>();
        let wave_length_px = 8.0 + 60.0 * random.random::<f32>();
        let wave = random.random::<f32>() * random.random::<f32>();
        Self {
            depth,
            period_px,
            turn,
            wave_px: wave * wave_length_px * 0.18,
            wave_length_px,
            thickness_px: 0.4 + 0.9 * random.random::<f32>(),
            middle: None,
            phase: (random.random(), random.random()),
            swell: (20.0 + 100.0 * random.random::<f32>(), 0.6 * random.random::<f32>()),
        }
    }

    fn any(depth: f32, random: &mut Pcg64Mcg) -> Self {
        let turn = random.random::<f32>() * std::f32::consts::PI;
        let period_px = 3.0 + 8.0 * random.random::<f32>().powi(2);
        Self { period_px, ..Self::along(turn, depth, random) }
    }

    fn rings(depth: f32, width: usize, height: usize, random: &mut Pcg64Mcg) -> Self {
        let middle =
            (width as f32 * (random.random::<f32>() * 1.6 - 0.3), height as f32 * (random.random::<f32>() * 4.0 - 1.5));
        let period_px = 3.5 + 7.0 * random.random::<f32>();
        Self { middle: Some(middle), period_px, ..Self::along(0.0, depth, random) }
    }

    /// Prints the lines; the paper becomes darker where they run.
    fn print(&self, paper: &mut Canvas, tables: &Tables) {
        let profile = self.profile();
        let (sine, cosine) = self.turn.sin_cos();
        let wave = self.wave_px / self.period_px;
        let across_period = 1.0 / self.period_px;
        let along_period = 1.0 / self.wave_length_px;
        let swell_period = 1.0 / self.swell.0;
        for (y, row) in paper.pixels.chunks_exact_mut(paper.width).enumerate() {
            let y = y as f32;
            // A line thins out and swells from row to row, which one look-up a row shows well enough.
            let depth = 1.0 + self.swell.1 * tables.sine(y * swell_period + self.phase.1 + 8.0);
            match self.middle {
                None => {
                    let mut across = (y * cosine + 4096.0) * across_period + self.phase.0;
                    let mut along = (y * sine + 4096.0) * along_period + self.phase.1;
                    let (across_step, along_step) = (-sine * across_period, cosine * along_period);
                    for pixel in row {
                        let place = across + wave * tables.sine(along);
                        *pixel *= 1.0 - depth * profile[(place * STEPS as f32) as i32 as usize % STEPS];
                        across += across_step;
                        along += along_step;
                    }
                }
                Some(middle) => {
                    let dy = (y - middle.1) * 1.3;
                    let mut dx = -middle.0;
                    for pixel in row {
                        let radius = (dx * dx + dy * dy).sqrt();
                        let place =
                            radius * across_period + wave * tables.sine((dx + dy + 4096.0) * along_period) + 16.0;
                        *pixel *= 1.0 - depth * profile[(place * STEPS as f32) as i32 as usize % STEPS];
                        dx += 1.0;
                    }
                }
            }
        }
    }

    /// One period: a soft line and bare paper.
    fn profile(&self) -> [f32; STEPS] {
        let soft = (0.9 / self.period_px).min(0.4);
        std::array::from_fn(|step| {
            let off = (step as f32 / STEPS as f32 - 0.5).abs();
            self.depth * ((self.thickness_px / self.period_px / 2.0 + soft - off) / soft).clamp(0.0, 1.0)
        })
    }
}

fn dots(paper: &mut Canvas, depth: f32, tables: &Tables, random: &mut Pcg64Mcg) {
    let period = 1.0 / (2.6 + 5.0 * random.random::<f32>());
    let (sine, cosine) = (if random.random_bool(0.5) { 0.0 } else { random.random::<f32>() * 1.57 }).sin_cos();
    let level = random.random::<f32>() * 1.2 - 0.6;
    let light = random.random_bool(0.3);
    for (y, row) in paper.pixels.chunks_exact_mut(paper.width).enumerate() {
        for (x, pixel) in row.iter_mut().enumerate() {
            let (x, y) = (x as f32, y as f32);
            let one = tables.sine((x * cosine + y * sine) * period + 64.0);
            let two = tables.sine((y * cosine - x * sine) * period + 64.0);
            let dot = (one + two - level).clamp(0.0, 1.0) * depth;
            *pixel *= if light { 1.0 + 0.5 * dot } else { 1.0 - dot };
        }
    }
}

/// Large soft blotches, as watermarks and uneven printing leave.
fn blotches(paper: &mut Canvas, depth: f32, tables: &Tables, random: &mut Pcg64Mcg) {
    let mut pace = || 1.0 / (12.0 + 60.0 * random.random::<f32>());
    let (a, b, c, d) = (pace(), pace(), pace(), pace());
    for (y, row) in paper.pixels.chunks_exact_mut(paper.width).enumerate() {
        let y = y as f32;
        for (x, pixel) in row.iter_mut().enumerate() {
            let x = x as f32;
            *pixel *= 1.0 + depth * tables.sine(x * a + y * b + 8.0) * tables.sine(x * c - y * d + 64.0);
        }
    }
}

/// Light that falls off to a side.
fn shade(paper: &mut Canvas, most: f32, random: &mut Pcg64Mcg) {
    let across = normal(random) * most / paper.width.max(1) as f32;
    let down = normal(random) * most * 0.5 / paper.height.max(1) as f32;
    for (y, row) in paper.pixels.chunks_exact_mut(paper.width).enumerate() {
        let begin = 1.0 + down * (y as f32 - paper.height as f32 / 2.0) - across * paper.width as f32 / 2.0;
        for (x, pixel) in row.iter_mut().enumerate() {
            *pixel *= begin + across * x as f32;
        }
    }
}

/// A lighter or darker band at an edge, where the tint of a box ends.
fn band(paper: &mut Canvas, random: &mut Pcg64Mcg) {
    let light = 1.0 + 0.25 * (random.random::<f32>() - 0.35);
    let share = 0.05 + 0.2 * random.random::<f32>();
    let rows = (paper.height as f32 * share) as usize * paper.width;
    let at_top = random.random_bool(0.6);
    let end = paper.pixels.len();
    let part = if at_top { &mut paper.pixels[..rows] } else { &mut paper.pixels[end - rows..] };
    part.iter_mut().for_each(|pixel| *pixel = (*pixel * light).min(1.0));
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn patterns_stay_lighter_than_ink_and_clean_paper_is_even() {
        let (tables, mut random) = (Tables::computed(), Pcg64Mcg::seed_from_u64(2));
        let spread = |paper: &Canvas| {
            let mean = paper.mass() / paper.pixels.len() as f32;
            let square: f32 = paper.pixels.iter().map(|pixel| (pixel - mean).powi(2)).sum();
            (mean, (square / paper.pixels.len() as f32).sqrt())
        };
        let mut most = 0.0_f32;
        for _ in 0..60 {
            let (mean, deviation) = spread(&busy(120, 40, 0.8, &tables, &mut random));
            assert!((0.3..1.0).contains(&mean) && deviation < 0.2, "{mean} +- {deviation}");
            most = most.max(deviation);
            let (mean, deviation) = spread(&clean(120, 40, &mut random));
            assert!((0.5..1.05).contains(&mean) && deviation < 0.2, "{mean} +- {deviation}");
        }
        assert!(most > 0.03, "no pattern is stronger than {most}");
    }
}

//! The map that takes points to points, fitted by least squares, and found among wrong pairs.

use nalgebra::{SMatrix, SVector};

use crate::geometry::{Point, Transform};

/// A place of the reference and where it lies on the page, with a weight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// On the reference.
    pub from: Point,
    /// On the page.
    pub to: Point,
    /// 0 and more.
    pub weight: f64,
}

impl Pair {
    /// How far the map misses the place on the page.
    pub fn residual_px(&self, map: &Transform) -> f64 {
        let there = map.apply(self.from);
        (there.x - self.to.x).hypot(there.y - self.to.y)
    }
}

/// The projective map with the least weighted sum of squared algebraic errors; `None` with fewer than four places or on one line.
///
/// Direct linear transform, the points brought to a mean of 0 and a spread of 1 first (Hartley 1997).
pub fn projective(pairs: &[Pair]) -> Option<Transform> {
    let used = pairs.iter().filter(|pair| pair.weight > 0.0).count();
    if used < 4 {
        return None;
    }
    let (from, to) = (normalising(pairs, |pair| pair.from)?, normalising(pairs, |pair| pair.to)?);
    let mut normal = SMatrix::<f64, 8, 8>::zeros();
    let mut right = SVector::<f64, 8>::zeros();
    for pair in pairs {
        let (p, q) = (from.apply(pair.from), to.apply(pair.to));
        let first = SVector::from([p.x, p.y, 1.0, 0.0, 0.0, 0.0, -q.x * p.x, -q.x * p.y]);
        let second = SVector::from([0.0, 0.0, 0.0, p.x, p.y, 1.0, -q.y * p.x, -q.y * p.y]);
        normal += pair.weight * (first * first.transpose() + second * second.transpose());
        right += pair.weight * (first * q.x + second * q.y);
    }
    let solved = normal.lu().solve(&right)?;
    let mut coefficients = [1.0; 9];
    coefficients[..8].copy_from_slice(solved.as_slice());
    let map = from.then(&Transform { coefficients }).then(&to.inverse()?);
    map.coefficients.iter().all(|entry| entry.is_finite()).then_some(map)
}

/// The map that takes the weighted mean to 0 and the spread to 1.
fn normalising(pairs: &[Pair], place: impl Fn(&Pair) -> Point) -> Option<Transform> {
    let total: f64 = pairs.iter().map(|pair| pair.weight).sum();
    let mean = |axis: fn(Point) -> f64| pairs.iter().map(|pair| pair.weight * axis(place(pair))).sum::<f64>() / total;
    let (x, y) = (mean(|point| point.x), mean(|point| point.y));
    let away = |pair: &Pair| pair.weight * ((place(pair).x - x).powi(2) + (place(pair).y - y).powi(2));
    let spread = (pairs.iter().map(away).sum::<f64>() / total).sqrt();
    let scale = 1.0 / spread;
    (spread > 1e-9 && scale.is_finite()).then(|| Transform::affine([scale, 0.0, -x * scale, 0.0, scale, -y * scale]))
}

/// The map most of the pairs agree on, and the pairs within `final_px` of it; `None` where there is none.
///
/// Random sample consensus (Fischler and Bolles 1981): two pairs give a turn, a scale and a shift; the one that most pairs come near
/// to is bent into a projective map in narrowing circles.
pub fn consensus(pairs: &[Pair], final_px: f64) -> Option<(Transform, Vec<Pair>)> {
    const WIDE_PX: f64 = 24.0;
    const TRIES: usize = 600;
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut draw = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % pairs.len()
    };
    if pairs.len() < 8 {
        return None;
    }
    let mut best: Option<(f64, Transform)> = None;
    for _ in 0..TRIES {
        let Some(map) = similarity(&pairs[draw()], &pairs[draw()]) else { continue };
        let near = |pair: &Pair| (1.0 - pair.residual_px(&map) / WIDE_PX).max(0.0);
        let score = pairs.iter().map(near).sum();
        if best.as_ref().is_none_or(|(most, _)| score > *most) {
            best = Some((score, map));
        }
    }
    let mut map = best?.1;
    for radius_px in [WIDE_PX, WIDE_PX, 16.0, 12.0, 8.0, final_px, final_px] {
        map = projective(&within(pairs, &map, radius_px))?;
    }
    let agreeing = within(pairs, &map, final_px);
    Some((map, agreeing))
}

fn within(pairs: &[Pair], map: &Transform, radius_px: f64) -> Vec<Pair> {
    pairs.iter().filter(|pair| pair.residual_px(map) <= radius_px).copied().collect()
}

/// The turn, scale and shift of two pairs, if they are those of a page that is nearly upright: by no more than 25 degrees, and to between
/// two thirds and one and a half of its size.
fn similarity(one: &Pair, two: &Pair) -> Option<Transform> {
    let (u, v) = (two.from.x - one.from.x, two.from.y - one.from.y);
    let (s, t) = (two.to.x - one.to.x, two.to.y - one.to.y);
    let length = u * u + v * v;
    if length < 1600.0 {
        return None;
    }
    let (real, imaginary) = ((u * s + v * t) / length, (u * t - v * s) / length);
    let scale = real.hypot(imaginary);
    let is_upright = real > 0.0 && imaginary.abs() < 0.466 * real && (0.66..1.5).contains(&scale);
    let shift =
        (one.to.x - real * one.from.x + imaginary * one.from.y, one.to.y - imaginary * one.from.x - real * one.from.y);
    is_upright.then(|| Transform::affine([real, -imaginary, shift.0, imaginary, real, shift.1]))
}

/// A projective map fitted so that pairs that are far off lose their weight: Tukey's biweight, `width_px` wide.
pub fn robust(pairs: &[Pair], start: &Transform, width_px: f64) -> Option<Transform> {
    let mut map = *start;
    for _ in 0..8 {
        let weighed: Vec<Pair> = pairs
            .iter()
            .map(|pair| {
                let share = 1.0 - (pair.residual_px(&map) / width_px).powi(2);
                Pair { weight: pair.weight * share.max(0.0).powi(2), ..*pair }
            })
            .collect();
        map = projective(&weighed)?;
    }
    Some(map)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BENT: Transform = Transform { coefficients: [0.97, -0.08, 20.0, 0.06, 1.02, -9.0, 2e-5, -3e-5, 1.0] };

    fn pairs() -> Vec<Pair> {
        (0..60)
            .map(|index| {
                let from = Point { x: f64::from(index * 97 % 600), y: f64::from(index * 61 % 850) };
                Pair { from, to: BENT.apply(from), weight: 1.0 }
            })
            .collect()
    }

    #[test]
    fn a_projective_map_is_found_again() {
        let map = projective(&pairs()).expect("enough places");
        assert!(pairs().iter().all(|pair| pair.residual_px(&map) < 1e-6));
        assert!(projective(&pairs()[..3]).is_none());
    }

    #[test]
    fn wrong_pairs_do_not_mislead() {
        let mut pairs = pairs();
        for (index, pair) in pairs.iter_mut().enumerate().filter(|(index, _)| index % 2 == 0) {
            pair.to = Point { x: (index * 53 % 640) as f64, y: (index * 131 % 900) as f64 };
        }
        let (map, agreeing) = consensus(&pairs, 3.0).expect("half of them agree");
        assert!(agreeing.len() >= 30);
        let true_pairs = self::pairs();
        assert!(true_pairs.iter().all(|pair| pair.residual_px(&map) < 1.0));
        let map = robust(&pairs, &map, 4.0).expect("most agree");
        assert!(true_pairs.iter().all(|pair| pair.residual_px(&map) < 1e-3));
    }
}

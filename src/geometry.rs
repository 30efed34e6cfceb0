//! Points, boxes and projective transforms, in pixels: x to the right, y down, the origin at the top left corner.
//!
//! Every value of the pipeline keeps its box, and a [`Transform`] takes that box back to the page it came from.

/// A place in pixels; (0, 0) is the top left corner of the top left pixel.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    /// To the right.
    pub x: f64,
    /// Down.
    pub y: f64,
}

/// A box of whole pixels: columns `x..x + width`, rows `y..y + height`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Rect {
    /// First column.
    pub x: i32,
    /// First row.
    pub y: i32,
    /// Number of columns.
    pub width: i32,
    /// Number of rows.
    pub height: i32,
}

impl Rect {
    /// The box of columns `x..x + width` and rows `y..y + height`.
    pub const fn new(x: i32, y: i32, width: i32, height: i32) -> Self {
        Self { x, y, width, height }
    }

    /// The box that holds columns `left..right` and rows `top..bottom`.
    pub const fn from_edges(left: i32, top: i32, right: i32, bottom: i32) -> Self {
        Self::new(left, top, right - left, bottom - top)
    }

    /// The column behind the last one.
    pub const fn right(&self) -> i32 {
        self.x + self.width
    }

    /// The row below the last one.
    pub const fn bottom(&self) -> i32 {
        self.y + self.height
    }

    /// The number of pixels, 0 for an empty box.
    pub const fn area(&self) -> i64 {
        if self.is_empty() { 0 } else { self.width as i64 * self.height as i64 }
    }

    /// Whether the box holds no pixel.
    pub const fn is_empty(&self) -> bool {
        self.width <= 0 || self.height <= 0
    }

    /// The middle of the box.
    pub fn center(&self) -> Point {
        Point {
            x: f64::from(self.x) + f64::from(self.width) / 2.0,
            y: f64::from(self.y) + f64::from(self.height) / 2.0,
        }
    }

    /// The smallest box that holds both; an empty box adds nothing.
    pub fn union(&self, other: &Rect) -> Rect {
        if self.is_empty() {
            return *other;
        }
        if other.is_empty() {
            return *self;
        }
        Rect::from_edges(
            self.x.min(other.x),
            self.y.min(other.y),
            self.right().max(other.right()),
            self.bottom().max(other.bottom()),
        )
    }

    /// The part that both share; empty where they do not meet.
    pub fn intersection(&self, other: &Rect) -> Rect {
        let left = self.x.max(other.x);
        let top = self.y.max(other.y);
        Rect::from_edges(
            left,
            top,
            self.right().min(other.right()).max(left),
            self.bottom().min(other.bottom()).max(top),
        )
    }

    /// The box grown by a margin on all four sides (shrunk where the margin is negative).
    pub const fn grown(&self, margin_px: i32) -> Rect {
        Rect::new(self.x - margin_px, self.y - margin_px, self.width + 2 * margin_px, self.height + 2 * margin_px)
    }

    /// How many columns both boxes share.
    pub fn shared_columns(&self, other: &Rect) -> i32 {
        (self.right().min(other.right()) - self.x.max(other.x)).max(0)
    }

    /// How many rows both boxes share.
    pub fn shared_rows(&self, other: &Rect) -> i32 {
        (self.bottom().min(other.bottom()) - self.y.max(other.y)).max(0)
    }
}

/// A projective map of the plane: `x' = (a x + b y + c) / w`, `y' = (d x + e y + f) / w` with `w = g x + h y + i`.
///
/// Shifts, turns, scales and shears have `g = h = 0` and `i = 1`; a photograph of a sheet needs all nine.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Transform {
    /// `a` to `i`, row by row.
    pub coefficients: [f64; 9],
}

impl Transform {
    /// The map that leaves every point where it is.
    pub const IDENTITY: Transform = Transform::affine([1.0, 0.0, 0.0, 0.0, 1.0, 0.0]);

    /// The map `x' = a x + b y + c`, `y' = d x + e y + f`.
    pub const fn affine([a, b, c, d, e, f]: [f64; 6]) -> Transform {
        Transform { coefficients: [a, b, c, d, e, f, 0.0, 0.0, 1.0] }
    }

    /// The map that shifts by whole or part pixels.
    pub const fn shift(x_px: f64, y_px: f64) -> Transform {
        Transform::affine([1.0, 0.0, x_px, 0.0, 1.0, y_px])
    }

    /// Where a point goes; points on the horizon of the map go to infinity.
    pub fn apply(&self, point: Point) -> Point {
        let [a, b, c, d, e, f, g, h, i] = self.coefficients;
        let depth = g * point.x + h * point.y + i;
        Point { x: (a * point.x + b * point.y + c) / depth, y: (d * point.x + e * point.y + f) / depth }
    }

    /// The smallest box of whole pixels around where a box goes.
    pub fn apply_to_rect(&self, rect: &Rect) -> Rect {
        let (left, top) = (f64::from(rect.x), f64::from(rect.y));
        let (right, bottom) = (f64::from(rect.right()), f64::from(rect.bottom()));
        let corners =
            [(left, top), (right, top), (left, bottom), (right, bottom)].map(|(x, y)| self.apply(Point { x, y }));
        // A hair of tolerance: 99.99999 and 100.00001 are both 100.
        let hair = 1e-6;
        let least =
            |pick: fn(&Point) -> f64| (corners.iter().map(pick).fold(f64::INFINITY, f64::min) + hair).floor() as i32;
        let most =
            |pick: fn(&Point) -> f64| (corners.iter().map(pick).fold(f64::NEG_INFINITY, f64::max) - hair).ceil() as i32;
        Rect::from_edges(least(|p| p.x), least(|p| p.y), most(|p| p.x), most(|p| p.y))
    }

    /// The map that applies `self` first and `next` afterwards.
    pub fn then(&self, next: &Transform) -> Transform {
        let (first, second) = (&self.coefficients, &next.coefficients);
        let entry =
            |row: usize, column: usize| (0..3).map(|k| second[3 * row + k] * first[3 * k + column]).sum::<f64>();
        Transform { coefficients: std::array::from_fn(|place| entry(place / 3, place % 3)) }.scaled()
    }

    /// The map back, or `None` where the map flattens the plane and there is no way back.
    pub fn inverse(&self) -> Option<Transform> {
        let [a, b, c, d, e, f, g, h, i] = self.coefficients;
        let adjugate = [
            e * i - f * h,
            c * h - b * i,
            b * f - c * e,
            f * g - d * i,
            a * i - c * g,
            c * d - a * f,
            d * h - e * g,
            b * g - a * h,
            a * e - b * d,
        ];
        let determinant = a * adjugate[0] + b * adjugate[3] + c * adjugate[6];
        if determinant.abs() < 1e-12 {
            return None;
        }
        Some(Transform { coefficients: adjugate.map(|entry| entry / determinant) }.scaled())
    }

    /// The same map with a last coefficient of 1, where it is not 0: all multiples of the nine are one map.
    fn scaled(self) -> Transform {
        let last = self.coefficients[8];
        if last.abs() < 1e-12 { self } else { Transform { coefficients: self.coefficients.map(|entry| entry / last) } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn union_and_intersection_of_boxes() {
        let a = Rect::new(0, 0, 10, 10);
        let b = Rect::new(5, 6, 10, 10);
        assert_eq!(a.union(&b), Rect::new(0, 0, 15, 16));
        assert_eq!(a.intersection(&b), Rect::new(5, 6, 5, 4));
        assert!(a.intersection(&Rect::new(20, 20, 3, 3)).is_empty());
        assert_eq!(a.union(&Rect::default()), a);
    }

    #[test]
    fn a_transform_and_its_inverse_cancel() {
        let map = Transform { coefficients: [0.9, -0.2, 14.0, 0.3, 1.1, -7.5, 1e-4, -2e-4, 1.0] };
        let back = map.then(&map.inverse().expect("not flat"));
        for (left, right) in back.coefficients.iter().zip(Transform::IDENTITY.coefficients) {
            assert!((left - right).abs() < 1e-9);
        }
        assert!(Transform::affine([1.0, 2.0, 0.0, 2.0, 4.0, 0.0]).inverse().is_none());
    }

    #[test]
    fn a_shifted_box_keeps_its_size() {
        let shifted = Transform::shift(3.0, -2.0).apply_to_rect(&Rect::new(10, 10, 4, 5));
        assert_eq!(shifted, Rect::new(13, 8, 4, 5));
    }
}

//! A page that is more than turned: scaled, or photographed on a desk; ideal pixels in, the page as it is seen and where things went out.

use image::GrayImage;

use super::random::Dice;
use super::recipe::Wear;
use super::wear::read_between;
use crate::geometry::{Point, Transform};

/// A telephone held by hand moves each corner by up to this share of the page's sides.
const MOST_CORNER_SHARE: f64 = 0.04;
/// What is seen of the desk around the page, as a share of the page's longer side.
const DESK_SHARE: f64 = 0.03;
/// The light of a room falls off by this share from one edge to the other, least and most.
const LOST_LIGHT: (f64, f64) = (0.05, 0.2);
/// Grey of the desk before the tones of print and paper are laid over it, least and most.
const DESK_GREY: (f64, f64) = (70.0, 150.0);

/// Where a page lies in the picture.
#[derive(Clone, Debug)]
pub(super) struct View {
    skew_deg: f64,
    scale: f64,
    phone: Option<Phone>,
}

/// What a telephone adds.
#[derive(Clone, Debug)]
struct Phone {
    /// How far each corner is moved to the right and down, as shares of the sides; clockwise from the top left one.
    corners: [(f64, f64); 4],
    lost_light: (f64, f64),
    /// Grey of the desk, and how much it changes from left to right.
    desk: (f64, f64),
}

impl View {
    /// Settles a wear by chance; `None` where it neither scales nor photographs, so that such scans stay what they are.
    pub(super) fn settle(wear: &Wear, skew_deg: f64, dice: &mut Dice) -> Option<Self> {
        let most = wear.scale_share.clamp(0.0, 0.2);
        let scale = 1.0 + dice.between(-most, most);
        let phone = if dice.chance(wear.phone_share) { Some(Phone::settle(dice)) } else { None };
        (most > 0.0 || phone.is_some()).then_some(Self { skew_deg, scale, phone })
    }

    /// How much light is lost across and down, if a telephone takes the picture.
    pub(super) fn lost_light(&self) -> Option<(f64, f64)> {
        self.phone.as_ref().map(|phone| phone.lost_light)
    }

    /// The corners of a page of this size around its middle, clockwise from the top left one.
    fn corners(&self, width: f64, height: f64) -> [Point; 4] {
        let angle = self.skew_deg.to_radians();
        let (sine, cosine) = (libm::sin(angle), libm::cos(angle));
        let shifts = self.phone.as_ref().map_or([(0.0, 0.0); 4], |phone| phone.corners);
        let signs = [(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)];
        std::array::from_fn(|corner| {
            let x = (signs[corner].0 + shifts[corner].0) * width * self.scale;
            let y = (signs[corner].1 + shifts[corner].1) * height * self.scale;
            Point { x: cosine * x - sine * y, y: sine * x + cosine * y }
        })
    }
}

impl Phone {
    fn settle(dice: &mut Dice) -> Self {
        let mut shift = || dice.between(-MOST_CORNER_SHARE, MOST_CORNER_SHARE);
        let corners = std::array::from_fn(|_| (shift(), shift()));
        let mut light = || {
            let lost = dice.between(LOST_LIGHT.0, LOST_LIGHT.1);
            if dice.chance(0.5) { lost } else { -lost }
        };
        let lost_light = (light(), light());
        Self { corners, lost_light, desk: (dice.between(DESK_GREY.0, DESK_GREY.1), dice.between(-30.0, 30.0)) }
    }

    fn desk_at(&self, x_share: f64) -> u32 {
        (self.desk.0 + self.desk.1 * (x_share - 0.5)).clamp(0.0, 255.0) as u32
    }
}

/// Takes the picture of a sheet that was drawn `oversampling` times as fine; gives it and the way from sheet to picture.
///
/// A scanner's picture is as large as the scaled sheet, with paper around it; a telephone's holds all four corners and some desk.
pub(super) fn take(sheet: &GrayImage, oversampling: u32, view: &View) -> (GrayImage, Transform) {
    let fine = f64::from(oversampling);
    let (width, height) = (f64::from(sheet.width()) / fine, f64::from(sheet.height()) / fine);
    let corners = view.corners(width, height);
    let reach = |of: fn(&Point) -> f64| corners.iter().map(of).fold(0.0, |most: f64, at| most.max(at.abs()));
    let margin = DESK_SHARE * width.max(height);
    let (half_x, half_y) = match view.phone {
        Some(_) => (reach(|corner| corner.x) + margin, reach(|corner| corner.y) + margin),
        None => (width * view.scale / 2.0, height * view.scale / 2.0),
    };
    let (columns, rows) = ((2.0 * half_x).round().max(1.0) as u32, (2.0 * half_y).round().max(1.0) as u32);
    let middle = (f64::from(columns) / 2.0, f64::from(rows) / 2.0);
    let placed = corners.map(|corner| Point { x: corner.x + middle.0, y: corner.y + middle.1 });
    let (fine_width, fine_height) = (f64::from(sheet.width()), f64::from(sheet.height()));
    let unit = Transform::affine([1.0 / fine_width, 0.0, 0.0, 0.0, 1.0 / fine_height, 0.0]);
    let way = unit.then(&unit_square_to(&placed));
    // Four corners that move by a few hundredths never fall onto one line.
    let back = way.inverse().unwrap_or(Transform::IDENTITY);
    let mut picture = GrayImage::new(columns, rows);
    let step = 1.0 / fine;
    let places = oversampling * oversampling;
    for (y, row) in picture.chunks_exact_mut(columns as usize).enumerate() {
        for (x, value) in row.iter_mut().enumerate() {
            let mut sum = 0;
            for place in 0..places {
                let u = x as f64 + (f64::from(place % oversampling) + 0.5) * step;
                let v = y as f64 + (f64::from(place / oversampling) + 0.5) * step;
                let from = back.apply(Point { x: u, y: v });
                let is_on_sheet = (0.0..fine_width).contains(&from.x) && (0.0..fine_height).contains(&from.y);
                sum += match &view.phone {
                    Some(phone) if !is_on_sheet => phone.desk_at(u / f64::from(columns)),
                    _ => read_between(sheet, from.x, from.y),
                };
            }
            *value = ((sum + places / 2) / places) as u8;
        }
    }
    (picture, way)
}

/// The map of the square from (0, 0) to (1, 1) onto four corners, clockwise from the top left one (Heckbert, "Fundamentals of texture
/// mapping and image warping", 1989, section 2.2.3).
fn unit_square_to(corners: &[Point; 4]) -> Transform {
    let [p0, p1, p2, p3] = *corners;
    let (dx1, dx2, sx) = (p1.x - p2.x, p3.x - p2.x, p0.x - p1.x + p2.x - p3.x);
    let (dy1, dy2, sy) = (p1.y - p2.y, p3.y - p2.y, p0.y - p1.y + p2.y - p3.y);
    let size = dx1 * dy2 - dx2 * dy1;
    let (g, h) = ((sx * dy2 - dx2 * sy) / size, (dx1 * sy - sx * dy1) / size);
    Transform {
        coefficients: [
            p1.x - p0.x + g * p1.x,
            p3.x - p0.x + h * p3.x,
            p0.x,
            p1.y - p0.y + g * p1.y,
            p3.y - p0.y + h * p3.y,
            p0.y,
            g,
            h,
            1.0,
        ],
    }
}

#[cfg(test)]
mod tests {
    use image::Luma;

    use super::*;
    use crate::synth::recipe::{Recipe, ScanKind};

    fn worn(scale_share: f64, phone_share: f64) -> Wear {
        Wear { scale_share, phone_share, ..Recipe::new(ScanKind::Form, 1).wear }
    }

    #[test]
    fn a_mark_is_found_where_the_transform_says() {
        let mut sheet = GrayImage::from_pixel(400, 300, Luma([255]));
        for (x, y) in [(60, 40), (61, 40), (60, 41), (61, 41)] {
            sheet.put_pixel(x, y, Luma([0]));
        }
        for seed in 0..20 {
            let phone = if seed % 2 == 0 { 1.0 } else { 0.0 };
            let view = View::settle(&worn(0.03, phone), 4.0, &mut Dice::new(&[seed])).expect("a view");
            let (picture, way) = take(&sheet, 2, &view);
            let expected = way.apply(Point { x: 61.0, y: 41.0 });
            let dark = |(x, y, pixel): (u32, u32, &Luma<u8>)| {
                let is_near = (f64::from(x) + 0.5 - expected.x).hypot(f64::from(y) + 0.5 - expected.y) < 1.5;
                is_near && pixel[0] < 215
            };
            assert!(picture.enumerate_pixels().any(dark), "{seed} {expected:?}");
        }
    }

    #[test]
    fn a_photograph_shows_the_whole_page_and_desk_at_its_corners() {
        let sheet = GrayImage::from_pixel(200, 300, Luma([255]));
        for seed in 0..20 {
            let view = View::settle(&worn(0.0, 1.0), -5.0, &mut Dice::new(&[seed])).expect("a view");
            let (picture, way) = take(&sheet, 1, &view);
            for (x, y) in [(0.0, 0.0), (200.0, 0.0), (200.0, 300.0), (0.0, 300.0)] {
                let corner = way.apply(Point { x, y });
                assert!(corner.x > 0.0 && corner.x < f64::from(picture.width()), "{seed}");
                assert!(corner.y > 0.0 && corner.y < f64::from(picture.height()), "{seed}");
            }
            assert!(picture.get_pixel(0, 0)[0] < 200 && picture.get_pixel(100, 150)[0] == 255);
        }
    }

    #[test]
    fn without_scale_and_telephone_there_is_no_view() {
        assert!(View::settle(&worn(0.0, 0.0), 2.0, &mut Dice::new(&[1])).is_none());
    }
}

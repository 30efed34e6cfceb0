//! What the scanner does to a sheet: ideal pixels in, a skewed, blurred, shaded and noisy scan out, and where things went.

use image::GrayImage;

use super::photograph::{self, View};
use super::random::Dice;
use super::recipe::{Span, Wear};
use crate::geometry::Transform;

/// One scan's share of a [`Wear`]: every range settled.
#[derive(Clone, Debug)]
pub(super) struct Settled {
    skew_deg: f64,
    blur_px: f64,
    noise: f64,
    speckle_share: f64,
    shading: (f64, f64),
    paper: f64,
    print: f64,
    white_paper: bool,
    /// Where the page lies, if it is more than turned.
    view: Option<View>,
}

impl Settled {
    /// Settles every range of a wear by chance.
    pub(super) fn new(wear: &Wear, dice: &mut Dice) -> Self {
        let mut take = |span: Span| dice.between(span.0, span.1);
        let most_skew_deg = wear.skew_deg.clamp(0.0, 10.0);
        let skew_deg = take((-most_skew_deg, most_skew_deg));
        let (blur_px, noise) = (take(wear.blur_px), take(wear.noise));
        let speckle_share = take(wear.speckle_share).clamp(0.0, 1.0);
        let (paper, print) = (take(wear.paper), take(wear.print));
        let shading = (take(wear.shading_share), take(wear.shading_share));
        let mut sign = |value: f64| if dice.chance(0.5) { value } else { -value };
        let shading = (sign(shading.0), sign(shading.1));
        let white_paper = wear.white_paper;
        Self { skew_deg, blur_px, noise, speckle_share, shading, paper, print, white_paper, view: None }
    }

    /// Settles scale and perspective, where the wear has any; a telephone's light falls off more than a scanner's.
    pub(super) fn place(&mut self, wear: &Wear, dice: &mut Dice) {
        self.view = View::settle(wear, self.skew_deg, dice);
        if let Some(light) = self.view.as_ref().and_then(View::lost_light) {
            self.shading = (light.0, light.1);
        }
    }

    /// Scans a sheet that was drawn `oversampling` times as fine; gives the scan and the way from sheet to scan pixels.
    pub(super) fn scan(&self, sheet: &GrayImage, oversampling: u32, dice: &mut Dice) -> (GrayImage, Transform) {
        let (mut scan, way) = match &self.view {
            Some(view) => photograph::take(sheet, oversampling, view),
            None => turn(sheet, oversampling, self.skew_deg),
        };
        self.tone(&mut scan);
        blur(&mut scan, self.blur_px);
        self.expose(&mut scan, dice);
        self.speckle(&mut scan, dice);
        (scan, way)
    }

    /// Ideal black and white become the greys of print and paper.
    fn tone(&self, scan: &mut GrayImage) {
        let table: [u8; 256] =
            std::array::from_fn(|grey| (self.print + (self.paper - self.print) * grey as f64 / 255.0).round() as u8);
        for value in scan.iter_mut() {
            *value = table[usize::from(*value)];
        }
    }

    /// Shading, noise and the scanner's own stretching of the values.
    fn expose(&self, scan: &mut GrayImage, dice: &mut Dice) {
        let (width, height) = (scan.width() as usize, scan.height() as usize);
        // White paper: what is at most three deviations of noise darker than the paper becomes plain white.
        let gain =
            if self.white_paper { 255.0 / (self.paper * (1.0 - self.darkest_share()) - 3.0 * self.noise) } else { 1.0 };
        let across = self.shading.0 / width as f64;
        for (y, row) in scan.chunks_exact_mut(width).enumerate() {
            let down = self.shading.1 * (y as f64 / height as f64 - 0.5);
            let mut noise = Noise { dice, waiting: None, deviation: self.noise };
            for (x, value) in row.iter_mut().enumerate() {
                let light = 1.0 + down + across * (x as f64 - width as f64 / 2.0) - self.darkest_share();
                *value = ((f64::from(*value) * light + noise.next()) * gain + 0.5).clamp(0.0, 255.0) as u8;
            }
        }
    }

    /// How much light is lost in the middle of the page, so that no part of it is brighter than the paper.
    fn darkest_share(&self) -> f64 {
        (self.shading.0.abs() + self.shading.1.abs()) / 2.0
    }

    fn speckle(&self, scan: &mut GrayImage, dice: &mut Dice) {
        let area = scan.len();
        for _ in 0..(area as f64 * self.speckle_share) as usize {
            let place = dice.bits() as usize % area;
            scan.as_mut()[place] = if dice.chance(0.5) { 0 } else { 255 };
        }
    }
}

/// Nearly normal noise, two values from 64 random bits: the sum of four even bytes.
struct Noise<'a> {
    dice: &'a mut Dice,
    waiting: Option<u32>,
    deviation: f64,
}

impl Noise<'_> {
    fn next(&mut self) -> f64 {
        let word = self.waiting.take().unwrap_or_else(|| {
            let bits = self.dice.bits();
            self.waiting = Some((bits >> 32) as u32);
            bits as u32
        });
        let sum: u32 = word.to_le_bytes().into_iter().map(u32::from).sum();
        // Four even bytes: mean 510, deviation the square root of 4 (256^2 - 1) / 12.
        (f64::from(sum) - 510.0) / 147.799 * self.deviation
    }
}

/// Turns a sheet around its middle and brings it to the scan's resolution; what lies beyond the sheet is paper.
///
/// Each scan pixel is the mean of `oversampling` squared places of the sheet, each read between its four pixels.
fn turn(sheet: &GrayImage, oversampling: u32, skew_deg: f64) -> (GrayImage, Transform) {
    let (width, height) = (sheet.width() / oversampling, sheet.height() / oversampling);
    let angle = skew_deg.to_radians();
    let (sine, cosine) = (libm::sin(angle), libm::cos(angle));
    let (middle_x, middle_y) = (f64::from(width) / 2.0, f64::from(height) / 2.0);
    let fine = f64::from(oversampling);
    let way = Transform::shift(-middle_x * fine, -middle_y * fine)
        .then(&Transform::affine([cosine / fine, -sine / fine, 0.0, sine / fine, cosine / fine, 0.0]))
        .then(&Transform::shift(middle_x, middle_y));
    let mut scan = GrayImage::new(width, height);
    let places = oversampling * oversampling;
    for (y, row) in scan.chunks_exact_mut(width as usize).enumerate() {
        let row_y = y as f64 - middle_y;
        for (x, value) in row.iter_mut().enumerate() {
            let column_x = x as f64 - middle_x;
            let mut sum = 0;
            for place in 0..places {
                let u = column_x + (f64::from(place % oversampling) + 0.5) / fine;
                let v = row_y + (f64::from(place / oversampling) + 0.5) / fine;
                let from_x = (cosine * u + sine * v + middle_x) * fine;
                let from_y = (cosine * v - sine * u + middle_y) * fine;
                sum += read_between(sheet, from_x, from_y);
            }
            *value = ((sum + places / 2) / places) as u8;
        }
    }
    (scan, way)
}

/// The grey at a place of the sheet, straight between the four pixels around it; 255 beyond its edges.
pub(super) fn read_between(sheet: &GrayImage, x: f64, y: f64) -> u32 {
    // Whole 256ths of a pixel, so that the sums below are exact.
    let (x, y) = (((x - 0.5) * 256.0).round() as i64, ((y - 0.5) * 256.0).round() as i64);
    let (left, top) = (x >> 8, y >> 8);
    let (right_share, lower_share) = ((x & 255) as u32, (y & 255) as u32);
    let (width, height) = (i64::from(sheet.width()), i64::from(sheet.height()));
    if left < 0 || top < 0 || left + 1 >= width || top + 1 >= height {
        return 255;
    }
    let start = (top * width + left) as usize;
    let pixels = sheet.as_raw();
    let pair =
        |start: usize| u32::from(pixels[start]) * (256 - right_share) + u32::from(pixels[start + 1]) * right_share;
    (pair(start) * (256 - lower_share) + pair(start + width as usize) * lower_share + (1 << 15)) >> 16
}

/// Blurs with a bell of five pixels, in 4096ths.
fn blur(scan: &mut GrayImage, deviation_px: f64) {
    if deviation_px < 0.05 {
        return;
    }
    let bell = |distance: f64| libm::exp(-distance * distance / (2.0 * deviation_px * deviation_px));
    let sum = 1.0 + 2.0 * bell(1.0) + 2.0 * bell(2.0);
    let (near, far) = ((4096.0 * bell(1.0) / sum).round() as u32, (4096.0 * bell(2.0) / sum).round() as u32);
    let weights = [far, near, 4096 - 2 * near - 2 * far, near, far];
    let (width, height) = (scan.width() as usize, scan.height() as usize);
    let mut wide = vec![0u8; width * height];
    for (row, target) in scan.chunks_exact(width).zip(wide.chunks_exact_mut(width)) {
        for (x, value) in target.iter_mut().enumerate() {
            let at = |offset: usize| u32::from(row[(x + offset).saturating_sub(2).min(width - 1)]);
            *value = weigh(weights, [at(0), at(1), at(2), at(3), at(4)]);
        }
    }
    for (y, target) in scan.chunks_exact_mut(width).enumerate() {
        let rows: [&[u8]; 5] = std::array::from_fn(|offset| {
            let row = (y + offset).saturating_sub(2).min(height - 1);
            &wide[row * width..(row + 1) * width]
        });
        for (x, value) in target.iter_mut().enumerate() {
            *value = weigh(weights, rows.map(|row| u32::from(row[x])));
        }
    }
}

fn weigh(weights: [u32; 5], values: [u32; 5]) -> u8 {
    let sum: u32 = weights.iter().zip(values).map(|(weight, value)| weight * value).sum();
    ((sum + 2048) >> 12) as u8
}

#[cfg(test)]
mod tests {
    use image::Luma;

    use super::*;
    use crate::geometry::Point;

    fn calm() -> Settled {
        Settled {
            skew_deg: 0.0,
            blur_px: 0.0,
            noise: 0.0,
            speckle_share: 0.0,
            shading: (0.0, 0.0),
            paper: 255.0,
            print: 0.0,
            white_paper: false,
            view: None,
        }
    }

    #[test]
    fn a_scanner_without_faults_changes_nothing() {
        let sheet =
            GrayImage::from_fn(30, 20, |x, y| Luma([if (4..9).contains(&x) && y > 3 && y < 15 { 7 } else { 255 }]));
        let (scan, way) = calm().scan(&sheet, 1, &mut Dice::new(&[1]));
        assert_eq!(scan, sheet);
        assert_eq!(way, Transform::IDENTITY);
    }

    #[test]
    fn a_mark_is_found_where_the_transform_says() {
        let mut sheet = GrayImage::from_pixel(400, 300, Luma([255]));
        for (x, y) in [(60, 40), (61, 40), (60, 41), (61, 41)] {
            sheet.put_pixel(x, y, Luma([0]));
        }
        let (scan, way) = Settled { skew_deg: 7.0, ..calm() }.scan(&sheet, 2, &mut Dice::new(&[1]));
        assert_eq!(scan.dimensions(), (200, 150));
        let darkest = scan.enumerate_pixels().min_by_key(|(_, _, pixel)| pixel[0]).expect("there are pixels");
        let expected = way.apply(Point { x: 61.0, y: 41.0 });
        let (dx, dy) = (f64::from(darkest.0) + 0.5 - expected.x, f64::from(darkest.1) + 0.5 - expected.y);
        assert!(dx.abs() < 1.0 && dy.abs() < 1.0, "{dx} {dy}");
    }

    #[test]
    fn noise_has_the_deviation_asked_for_and_white_paper_is_white() {
        let sheet = GrayImage::from_pixel(200, 200, Luma([255]));
        let noisy = Settled { noise: 8.0, paper: 180.0, ..calm() };
        let (scan, _) = noisy.scan(&sheet, 1, &mut Dice::new(&[1]));
        let variance = scan.iter().map(|&v| (f64::from(v) - 180.0) * (f64::from(v) - 180.0)).sum::<f64>() / 40_000.0;
        assert!((variance.sqrt() - 8.0).abs() < 0.3, "{}", variance.sqrt());
        let (white, _) = Settled { white_paper: true, ..noisy }.scan(&sheet, 1, &mut Dice::new(&[1]));
        assert!(white.iter().filter(|&&value| value == 255).count() > 38_000);
    }
}

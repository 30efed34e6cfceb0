//! The second stage: the pixels of a page in, a [`CleanPage`] out - ink high on empty paper, upright, without noise.
//!
//! Nothing here fails: at worst the page is blank. What the ink means is left to `form`.

mod background;
mod denoise;
mod grey;
mod margin;
mod skew;
mod threshold;

use image::GrayImage;

use crate::geometry::Transform;
use crate::runs::{Runs, components};
use crate::scan::Page;

pub use denoise::Noise;
pub use grey::reduce;
pub use threshold::Threshold;

/// Resolution taken for a page that states none and has no telling shape.
const USUAL_DPI: f32 = 200.0;

/// The skew is measured at about this resolution.
const SKEW_DPI: f32 = 75.0;

/// Largest skew that is measured on a page that is left as it is, in degrees.
const MAX_MEASURED_DEG: f64 = 16.0;

/// A page whose largest connected piece of ink is smaller than this is blank, in millimetres.
const SMALLEST_WRITING_MM: f32 = 0.8;

/// Dirt alone never covers so much of a page; the labelling of components, which only a nearly blank page needs, is spared.
const WRITTEN_SHARE: f32 = 0.003;

/// Black margins are darker than this on the ink plane.
const MARGIN_LEVEL: u8 = 140;

/// What to do to a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Upright {
    /// Measure the skew and turn the page.
    Deskew,
    /// Measure the skew, up to 16 degrees, and leave the page: it is put upright by what is printed on it.
    Measure,
    /// Leave it: a crop of a few characters says nothing about its angle.
    Keep,
}

/// A page ready for reading.
#[derive(Clone, Debug)]
pub struct CleanPage {
    /// Ink plane: 0 is paper, 255 the blackest ink.
    pub ink: GrayImage,
    /// 255 where there is ink, 0 elsewhere; same size as `ink`.
    pub mask: GrayImage,
    /// Dots per inch, as stated or estimated.
    pub dpi: f32,
    /// Noise of the page as it came.
    pub noise: Noise,
    /// The skew that was measured and, unless the page was left as it is, taken out, in degrees; positive where lines fell to the right.
    pub skew_deg: f64,
    /// Whether the page was light on dark.
    pub inverted: bool,
    /// How ink was parted from paper.
    pub threshold: Threshold,
    /// Whether there is nothing on the page.
    pub blank: bool,
    /// From pixels of this page back to pixels of the scan.
    pub to_scan: Transform,
}

/// Cleans a page: grey, polarity, noise, light, skew, threshold.
pub fn clean(page: Page, upright: Upright) -> CleanPage {
    let stated_dpi = page.dpi;
    let (grey, inverted) = grey::to_grey(page.pixels);
    let dpi = stated_dpi.unwrap_or_else(|| estimated_dpi(grey.width(), grey.height()));
    let noise = denoise::measure(&grey);
    let mut ink = background::flatten(denoise::denoise(grey, &noise));
    margin::clear(&mut ink, MARGIN_LEVEL);
    let skew_deg = match upright {
        Upright::Deskew => measure_skew_deg(&ink, dpi, skew::MAX_SKEW_DEG),
        Upright::Measure => measure_skew_deg(&ink, dpi, MAX_MEASURED_DEG),
        Upright::Keep => 0.0,
    };
    let turn_deg = if upright == Upright::Deskew { skew_deg } else { 0.0 };
    let (ink, to_scan) = skew::straighten(ink, turn_deg);
    let threshold = threshold::choose(&ink);
    let mask = threshold::apply(&ink, threshold);
    let blank = is_blank(&mask, dpi);
    CleanPage { ink, mask, dpi, noise, skew_deg, inverted, threshold, blank, to_scan }
}

/// A page of an ink plane that is clean already, such as one made of several pages; `like` tells all else.
pub fn of_ink(ink: GrayImage, like: &CleanPage) -> CleanPage {
    let threshold = threshold::choose(&ink);
    let mask = threshold::apply(&ink, threshold);
    let blank = is_blank(&mask, like.dpi);
    CleanPage {
        ink,
        mask,
        dpi: like.dpi,
        noise: like.noise,
        skew_deg: like.skew_deg,
        inverted: like.inverted,
        threshold,
        blank,
        to_scan: like.to_scan,
    }
}

fn measure_skew_deg(ink: &GrayImage, dpi: f32, most_deg: f64) -> f64 {
    let factor = (dpi / SKEW_DPI).round().max(1.0) as u32;
    let small = grey::reduce(ink, factor);
    let histogram = threshold::histogram(small.as_raw(), 1);
    skew::measure_deg(&small, threshold::otsu(&histogram).clamp(24, 128) as u8, most_deg)
}

/// Whether no piece of ink is as large as the smallest writing.
fn is_blank(mask: &GrayImage, dpi: f32) -> bool {
    let enough_px = WRITTEN_SHARE * mask.as_raw().len() as f32;
    let mut ink_px = 0;
    // Bytes summed as bytes, 255 at a time, are one vector instruction for many pixels.
    for some in mask.as_raw().chunks(255) {
        ink_px += u64::from(some.iter().map(|&value| value & 1).sum::<u8>());
        if ink_px as f32 > enough_px {
            return false;
        }
    }
    let smallest_px = (SMALLEST_WRITING_MM / 25.4 * dpi).max(2.0) as i32;
    !components(&Runs::of_mask(mask))
        .iter()
        .any(|component| component.bounds.width.max(component.bounds.height) >= smallest_px)
}

/// The resolution of a page without a statement, from its shape: A4 and letter pages, cheques.
fn estimated_dpi(width_px: u32, height_px: u32) -> f32 {
    let (short, long) = (width_px.min(height_px) as f32, width_px.max(height_px) as f32);
    let aspect = long / short.max(1.0);
    let dpi = if long < 500.0 {
        USUAL_DPI
    } else if (1.2..1.6).contains(&aspect) {
        long / 11.5
    } else if (1.9..2.8).contains(&aspect) {
        long / 7.0
    } else {
        USUAL_DPI
    };
    dpi.clamp(72.0, 1200.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Point;
    use crate::scan::Pixels;
    use image::Luma;

    fn page_of(grey: GrayImage) -> Page {
        Page { number: 1, pixels: Pixels::Grey(grey), dpi: None }
    }

    /// A page with ruled lines, falling to the right by a slope.
    fn ruled(slope: f64, ink: u8, paper: u8) -> GrayImage {
        GrayImage::from_fn(850, 1100, |x, y| {
            let across = f64::from(y) - slope * f64::from(x);
            let on_line = (100..750).contains(&x) && (100.0..1000.0).contains(&across) && across.rem_euclid(60.0) < 3.0;
            Luma([if on_line { ink } else { paper }])
        })
    }

    #[test]
    fn a_skewed_dark_page_comes_out_level_with_ink_high() {
        let cleaned = clean(page_of(ruled(0.05, 235, 20)), Upright::Deskew);
        assert!(cleaned.inverted && !cleaned.blank);
        assert!((cleaned.skew_deg - 2.862).abs() < 0.1, "{}", cleaned.skew_deg);
        // The line through (400, 120 + 20) of the scan is ink on the clean page.
        let place = cleaned.to_scan.inverse().expect("invertible").apply(Point { x: 400.5, y: 141.5 });
        assert_eq!(cleaned.mask.get_pixel(place.x as u32, place.y as u32).0, [255]);
    }

    #[test]
    fn white_black_and_tiny_pages_are_blank() {
        for (width, height, level) in [(850, 1100, 255), (850, 1100, 0), (1, 1, 255), (20000, 2, 255), (2, 20000, 0)] {
            let cleaned = clean(page_of(GrayImage::from_pixel(width, height, Luma([level]))), Upright::Deskew);
            assert!(cleaned.blank, "{width}x{height} of {level}");
        }
    }

    #[test]
    fn resolutions_are_estimated_from_the_shape() {
        assert!((295.0..310.0).contains(&estimated_dpi(2480, 3508)));
        assert!((190.0..210.0).contains(&estimated_dpi(1400, 620)));
        assert_eq!(estimated_dpi(150, 60), USUAL_DPI);
    }
}

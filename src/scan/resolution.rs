//! The resolution that a file states: read from its header, checked for sense, and used to make fax pixels square.

use image::{GrayImage, RgbImage};

use super::{Limits, Pixels};

/// Dots per inch along the rows and down the columns of the stored pixels, as the file states them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Density {
    pub(super) x_dpi: f64,
    pub(super) y_dpi: f64,
}

/// Scanners work between these; below and above, the figure is certainly made up.
const PLAUSIBLE_DPI: std::ops::RangeInclusive<f64> = 50.0..=2400.0;

/// What programs write that do not know the resolution: one pixel a point of PDF, and the screens of Windows.
const DEFAULT_DPI: [f64; 2] = [72.0, 96.0];

/// At a default resolution, a page larger than A3 shows that the figure is made up: of the twelve blank forms measured
/// (`../shared/data/blank_forms`), the six that state 72 would be 22 to 39 inches high.
const MAX_DEFAULT_EDGE_INCHES: f64 = 17.0;

/// Fax machines send 204 x 98 dots ("standard") or 204 x 391 ("superfine"): about one to two. Other pictures have square
/// pixels, up to a rounding of 204 x 196.
const FAX_RATIO: std::ops::RangeInclusive<f64> = 1.6..=2.4;

const CM_PER_INCH: f64 = 2.54;
const INCHES_PER_METRE: f64 = 39.370_078_74;

impl Density {
    /// From a unit as TIFF and EXIF write it: 2 for dots per inch, 3 for dots per centimetre, else none.
    pub(super) fn from_tiff_unit(unit: u64, x: f64, y: f64) -> Option<Self> {
        match unit {
            2 => Some(Self { x_dpi: x, y_dpi: y }),
            3 => Some(Self { x_dpi: x * CM_PER_INCH, y_dpi: y * CM_PER_INCH }),
            _ => None,
        }
    }

    /// From dots per metre (PNG, BMP).
    pub(super) fn from_per_metre(x: u32, y: u32) -> Self {
        Self { x_dpi: f64::from(x) / INCHES_PER_METRE, y_dpi: f64::from(y) / INCHES_PER_METRE }
    }

    /// The same picture with rows and columns changed.
    pub(super) fn transposed(self) -> Self {
        Self { x_dpi: self.y_dpi, y_dpi: self.x_dpi }
    }

    fn is_plausible(self, (width, height): (u32, u32)) -> bool {
        let is_default = DEFAULT_DPI.iter().any(|default| (self.x_dpi - default).abs() < 0.5);
        let edge_inches = (f64::from(width) / self.x_dpi).max(f64::from(height) / self.y_dpi);
        PLAUSIBLE_DPI.contains(&self.x_dpi)
            && PLAUSIBLE_DPI.contains(&self.y_dpi)
            && !(is_default && edge_inches > MAX_DEFAULT_EDGE_INCHES)
    }
}

/// The `pHYs` chunk of a PNG file, which lies before the first `IDAT`.
pub(super) fn png_density(bytes: &[u8]) -> Option<Density> {
    let mut at = 8;
    loop {
        let length = be32(bytes, at)? as usize;
        match bytes.get(at + 4..at + 8)? {
            b"pHYs" if length == 9 && *bytes.get(at + 16)? == 1 => {
                return Some(Density::from_per_metre(be32(bytes, at + 8)?, be32(bytes, at + 12)?));
            }
            b"IDAT" | b"pHYs" => return None,
            _ => at = at.checked_add(length)?.checked_add(12)?,
        }
    }
}

/// Dots per metre of a BMP file with at least the 40 byte header.
pub(super) fn bmp_density(bytes: &[u8]) -> Option<Density> {
    let le32 = |at: usize| Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    (le32(14)? >= 40).then_some(())?;
    Some(Density::from_per_metre(le32(38)?, le32(42)?))
}

fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

/// Doubles the rows (or columns) of a fax whose pixels are twice as tall (or wide) as they should be, and gives the dots
/// per inch of the result; `None` where the file states none or an absurd figure.
///
/// A digit of a standard fax is squashed to half its height otherwise, and no reader knows such digits. Pictures that
/// would pass the pixel limit are left as they are.
pub(super) fn square_pixels(pixels: Pixels, density: Option<Density>, limits: &Limits) -> (Pixels, Option<f32>) {
    let (width, height) = pixels.dimensions();
    let Some(density) = density.filter(|density| density.is_plausible((width, height))) else {
        return (pixels, None);
    };
    let too_large = u64::from(width) * u64::from(height) * 2 > limits.max_pixels;
    if FAX_RATIO.contains(&(density.x_dpi / density.y_dpi)) && !too_large {
        return (pixels.doubled(1, 2), Some(density.x_dpi as f32));
    }
    if FAX_RATIO.contains(&(density.y_dpi / density.x_dpi)) && !too_large {
        return (pixels.doubled(2, 1), Some(density.y_dpi as f32));
    }
    (pixels, Some(((density.x_dpi + density.y_dpi) / 2.0) as f32))
}

impl Pixels {
    fn doubled(self, across: u32, down: u32) -> Self {
        match self {
            Pixels::Grey(image) => {
                Pixels::Grey(GrayImage::from_fn(image.width() * across, image.height() * down, |x, y| {
                    *image.get_pixel(x / across, y / down)
                }))
            }
            Pixels::Colour(image) => {
                Pixels::Colour(RgbImage::from_fn(image.width() * across, image.height() * down, |x, y| {
                    *image.get_pixel(x / across, y / down)
                }))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page() -> Pixels {
        Pixels::Grey(GrayImage::from_raw(2, 2, vec![1, 2, 3, 4]).expect("four pixels"))
    }

    fn squared(x_dpi: f64, y_dpi: f64) -> ((u32, u32), Option<f32>) {
        let (pixels, dpi) = square_pixels(page(), Some(Density { x_dpi, y_dpi }), &Limits::default());
        (pixels.dimensions(), dpi)
    }

    #[test]
    fn fax_pixels_become_square() {
        assert_eq!(squared(204.0, 98.0), ((2, 4), Some(204.0)));
        assert_eq!(squared(204.0, 391.0), ((4, 2), Some(391.0)));
        assert_eq!(squared(204.0, 196.0), ((2, 2), Some(200.0)));
    }

    #[test]
    fn absurd_figures_are_dropped() {
        assert_eq!(squared(1.0, 1.0), ((2, 2), None));
        assert_eq!(squared(300.0, 30_000.0), ((2, 2), None));
        assert_eq!(squared(f64::NAN, 300.0), ((2, 2), None));
    }

    #[test]
    fn default_figures_are_dropped_on_large_pages() {
        let dpi = |height, figure| {
            let pixels = Pixels::Grey(GrayImage::new(1, height));
            square_pixels(pixels, Some(Density { x_dpi: figure, y_dpi: figure }), &Limits::default()).1
        };
        assert_eq!(dpi(842, 72.0), Some(72.0));
        assert_eq!(dpi(2339, 72.0), None);
        assert_eq!(dpi(1123, 96.012), Some(96.012));
        assert_eq!(dpi(3508, 96.012), None);
        assert_eq!(dpi(3508, 100.0), Some(100.0));
    }

    #[test]
    fn tiff_units() {
        assert_eq!(Density::from_tiff_unit(2, 300.0, 300.0), Some(Density { x_dpi: 300.0, y_dpi: 300.0 }));
        assert_eq!(Density::from_tiff_unit(3, 100.0, 100.0), Some(Density { x_dpi: 254.0, y_dpi: 254.0 }));
        assert_eq!(Density::from_tiff_unit(1, 1.0, 1.0), None);
    }

    #[test]
    fn png_chunk_is_found_before_the_pixels() {
        let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
        for (kind, data) in [(b"IHDR", vec![0; 13]), (b"pHYs", vec![0, 0, 46, 35, 0, 0, 46, 35, 1])] {
            bytes.extend((data.len() as u32).to_be_bytes());
            bytes.extend(kind);
            bytes.extend(data);
            bytes.extend([0; 4]);
        }
        let density = png_density(&bytes).expect("has a pHYs chunk");
        assert!((density.x_dpi - 300.0).abs() < 0.1, "{density:?}");
        assert_eq!(png_density(&bytes[..40]), None);
    }
}

//! Pictures of numbers as PNG, and the same made small enough for a row of a spreadsheet.

use std::borrow::Cow;

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, GrayImage, ImageEncoder, imageops};

use crate::table::Crop;

/// The height of small crops: handwriting stays readable, and a row takes about 2 kB.
pub const SMALL_HEIGHT_PX: u32 = 64;

/// Grey levels that small crops keep; the noise of paper in 256 levels takes three times the bytes.
const SMALL_LEVELS: u8 = 16;

/// A picture as PNG, no higher than [`SMALL_HEIGHT_PX`] and with few grey levels; `None` only for one without pixels.
///
/// It is packed as well as can be: 318 crops took half the bytes that they take when they are packed fast.
pub fn small_png_of(picture: GrayImage) -> Option<Vec<u8>> {
    packed(&small_picture(picture), CompressionType::Default)
}

fn small_picture(picture: GrayImage) -> GrayImage {
    let (width, height) = picture.dimensions();
    let mut small = if height <= SMALL_HEIGHT_PX {
        picture
    } else {
        let small_width = (u64::from(width) * u64::from(SMALL_HEIGHT_PX) / u64::from(height)).max(1) as u32;
        imageops::thumbnail(&picture, small_width, SMALL_HEIGHT_PX)
    };
    let step = u8::MAX / (SMALL_LEVELS - 1);
    small.iter_mut().for_each(|value| *value = value.saturating_add(step / 2) / step * step);
    small
}

/// A grey picture as PNG, packed fast; `None` only for one without pixels.
pub fn png_of(picture: &GrayImage) -> Option<Vec<u8>> {
    packed(picture, CompressionType::Fast)
}

fn packed(picture: &GrayImage, compression: CompressionType) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    PngEncoder::new_with_quality(&mut bytes, compression, FilterType::Adaptive)
        .write_image(picture, picture.width(), picture.height(), ExtendedColorType::L8)
        .ok()?;
    Some(bytes)
}

impl Crop {
    /// The picture, decoded; `None` where the PNG is broken.
    pub(super) fn picture(&self) -> Option<GrayImage> {
        image::load_from_memory_with_format(&self.png, image::ImageFormat::Png).ok().map(|image| image.into_luma8())
    }

    /// The PNG no higher than [`SMALL_HEIGHT_PX`], whatever was cut out.
    pub fn small_png(&self) -> Cow<'_, [u8]> {
        let reader = image::ImageReader::with_format(std::io::Cursor::new(&self.png), image::ImageFormat::Png);
        let is_small = reader.into_dimensions().is_ok_and(|(_, height)| height <= SMALL_HEIGHT_PX);
        let smaller = if is_small { None } else { self.picture().and_then(small_png_of) };
        smaller.map_or(Cow::Borrowed(&self.png), Cow::Owned)
    }
}

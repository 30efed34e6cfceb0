//! Pictures for people: the pixels of a page and its numbers in, a crop of each number and the page made small out.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, GrayImage, ImageEncoder, imageops};

use crate::geometry::Rect;
use crate::number::{Number, Status};
use crate::scan::Pixels;
use crate::table::{Crop, Pictures, png_of, small_png_of};

/// Which numbers get a crop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CropWish {
    /// None.
    #[default]
    None,
    /// Those that a person should look at.
    Review,
    /// All.
    All,
}

/// What is to be cut out of each page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct PictureOptions {
    /// Which numbers get a crop.
    pub crops: CropWish,
    /// Whether crops keep the pixels of the scan; else they are made small enough for a row of a spreadsheet.
    pub full_size: bool,
    /// Whether the page is kept too, made small.
    pub thumbnails: bool,
}

impl PictureOptions {
    /// Whether anything is to be cut out.
    pub fn wants_any(&self) -> bool {
        self.crops != CropWish::None || self.thumbnails
    }
}

/// Paper around a number, as a share of its height: enough to see an ascender that the box cut off.
const MARGIN_SHARE: f32 = 0.35;

/// The longer edge of a small page, on which a person finds the place of a number: about 50 kB.
const THUMBNAIL_EDGE_PX: u32 = 1000;
const THUMBNAIL_QUALITY: u8 = 55;

/// Cuts out of a page what is wanted; `numbers` are those of the page, with boxes in its pixels.
pub fn cut(pixels: &Pixels, numbers: &[Number], wanted: &PictureOptions) -> Pictures {
    let is_wanted = |number: &Number| match wanted.crops {
        CropWish::None => false,
        CropWish::Review => number.status == Status::Review,
        CropWish::All => true,
    };
    let crops = match wanted.crops {
        CropWish::None => Vec::new(),
        _ => numbers
            .iter()
            .map(|number| is_wanted(number).then(|| crop(pixels, &number.bounds, wanted.full_size)).flatten())
            .collect(),
    };
    Pictures { crops, thumbnail: wanted.thumbnails.then(|| thumbnail(pixels)).flatten() }
}

/// A box of a page as a grey picture, with some paper around; `None` where the box lies outside the page.
fn crop(pixels: &Pixels, bounds: &Rect, full_size: bool) -> Option<Crop> {
    let margin = (bounds.height as f32 * MARGIN_SHARE).round() as i32;
    let (width, height) = pixels.dimensions();
    let (left, top) = ((bounds.x - margin).max(0), (bounds.y - margin).max(0));
    let right = (bounds.x + bounds.width + margin).min(i32::try_from(width).ok()?);
    let bottom = (bounds.y + bounds.height + margin).min(i32::try_from(height).ok()?);
    if right <= left || bottom <= top {
        return None;
    }
    let bounds = Rect::new(left, top, right - left, bottom - top);
    let part = grey_part(pixels, &bounds);
    let packed = if full_size { png_of(&part) } else { small_png_of(part) };
    packed.map(|png| Crop { bounds, png, path: None })
}

fn grey_part(pixels: &Pixels, bounds: &Rect) -> GrayImage {
    let [x, y, width, height] = [bounds.x, bounds.y, bounds.width, bounds.height].map(i32::cast_unsigned);
    match pixels {
        Pixels::Grey(image) => imageops::crop_imm(image, x, y, width, height).to_image(),
        Pixels::Colour(image) => imageops::grayscale(&imageops::crop_imm(image, x, y, width, height).to_image()),
    }
}

fn thumbnail(pixels: &Pixels) -> Option<Vec<u8>> {
    let (width, height) = pixels.dimensions();
    let share = (f64::from(THUMBNAIL_EDGE_PX) / f64::from(width.max(height))).min(1.0);
    let edge = |length: u32| ((f64::from(length) * share).round() as u32).max(1);
    let small = match pixels {
        Pixels::Grey(image) => imageops::thumbnail(image, edge(width), edge(height)),
        Pixels::Colour(image) => imageops::grayscale(&imageops::thumbnail(image, edge(width), edge(height))),
    };
    let mut bytes = Cursor::new(Vec::new());
    JpegEncoder::new_with_quality(&mut bytes, THUMBNAIL_QUALITY)
        .write_image(&small, small.width(), small.height(), ExtendedColorType::L8)
        .ok()?;
    Some(bytes.into_inner())
}

#[cfg(test)]
mod tests {
    use image::Luma;

    use super::*;
    use crate::table::SMALL_HEIGHT_PX;

    fn number(status: Status, bounds: Rect) -> Number {
        Number { status, ..Number::unplaced(bounds) }
    }

    fn page() -> Pixels {
        Pixels::Grey(GrayImage::from_fn(300, 2000, |x, y| Luma([if x < 100 && y < 400 { 10 } else { 250 }])))
    }

    fn decoded(crop: &Crop) -> GrayImage {
        image::load_from_memory(&crop.png).expect("a picture").into_luma8()
    }

    #[test]
    fn crops_show_the_box_with_some_paper_and_stay_on_the_page() {
        let numbers =
            [number(Status::Ok, Rect::new(50, 380, 100, 40)), number(Status::Review, Rect::new(-30, 0, 40, 20))];
        let wanted = PictureOptions { crops: CropWish::All, full_size: true, thumbnails: false };
        let pictures = cut(&page(), &numbers, &wanted);
        let crops: Vec<&Crop> = pictures.crops.iter().flatten().collect();
        assert_eq!(crops[0].bounds, Rect::new(36, 366, 128, 68));
        let picture = decoded(crops[0]);
        assert_eq!(picture.dimensions(), (128, 68));
        assert_eq!((picture[(0, 0)][0], picture[(127, 67)][0]), (10, 250));
        assert_eq!(crops[1].bounds, Rect::new(0, 0, 17, 27));
        assert_eq!(pictures.thumbnail, None);
    }

    #[test]
    fn small_crops_are_as_high_as_a_row_and_only_where_wanted() {
        let numbers = [
            number(Status::Ok, Rect::new(0, 0, 100, 200)),
            number(Status::Review, Rect::new(0, 0, 100, 200)),
            number(Status::Review, Rect::new(900, 0, 10, 10)),
        ];
        let wanted = PictureOptions { crops: CropWish::Review, full_size: false, thumbnails: true };
        let pictures = cut(&page(), &numbers, &wanted);
        assert_eq!(pictures.crops.iter().map(Option::is_some).collect::<Vec<_>>(), [false, true, false]);
        assert_eq!(decoded(pictures.crops[1].as_ref().expect("a crop")).height(), SMALL_HEIGHT_PX);
        let thumbnail = image::load_from_memory(&pictures.thumbnail.expect("a page")).expect("a picture");
        assert_eq!((thumbnail.width(), thumbnail.height()), (150, 1000));
        assert_eq!(cut(&page(), &numbers, &PictureOptions::default()), Pictures::default());
    }
}

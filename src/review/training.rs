//! Numbers that people decided in, their digits as labelled images out: `training/` in the output folder, which `scantally train --data` takes.
//!
//! Where the decided value has as many digits as boxes were found, each box shows the digit of its place. Pixels come from the crops in the
//! journal, or else from the scan where it lies as it was read.

use std::collections::BTreeMap;
use std::path::Path;

use image::GrayImage;

use super::audit::History;
use super::known::Key;
use crate::crop::{self, CropWish, PictureOptions};
use crate::error::{Error, Result};
use crate::geometry::Rect;
use crate::glyph::{GLYPH_SIZE_PX, Glyph, normalise};
use crate::idx::{self, LabelledImages};
use crate::journal::Journal;
use crate::number::Number;
use crate::scan::{Limits, Page, Scan};
use crate::table::{Crop, ScanRecord};

/// The name of the folder in the output folder.
pub(super) const TRAINING_NAME: &str = "training";

const PART: &str = "train";

/// What became training data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Training {
    /// Numbers whose digits are labelled.
    pub numbers: usize,
    /// Images of digits.
    pub digits: usize,
    /// Decided numbers that are not in it, counted by the reason.
    pub left_out: BTreeMap<&'static str, usize>,
}

const EMPTY_FIELD: &str = "the field is empty";
const OTHER_COUNT: &str = "the value has not as many digits as were found on the scan";
const NO_SCAN: &str = "the scan is not where it was when it was read, and the run kept no pictures";
const NO_PLACE: &str = "the number lies outside the page";

/// Writes the digits of all numbers that were decided; where there is none, nothing.
///
/// # Errors
/// [`Error::Output`] if the journal cannot be read or the folder cannot be written.
pub(super) fn write(folder: &Path, journal: &Journal, history: &History) -> Result<Training> {
    let mut training = Training::default();
    let mut images = LabelledImages {
        part: PART.to_owned(),
        width: GLYPH_SIZE_PX,
        height: GLYPH_SIZE_PX,
        ..LabelledImages::default()
    };
    journal.for_each_scan(true, &mut |scan| {
        let path = journal.path_of(&scan.row.source)?;
        add_scan(&scan, path.as_deref(), history, &mut images, &mut training);
        Ok(())
    })?;
    training.digits = images.len();
    if training.digits > 0 {
        publish(folder, &images)?;
    }
    Ok(training)
}

fn add_scan(
    scan: &ScanRecord,
    path: Option<&str>,
    history: &History,
    images: &mut LabelledImages,
    training: &mut Training,
) {
    let content_hash = scan.row.content_hash.map(|hash| hash.to_hex().to_string()).unwrap_or_default();
    // Opened when the first number without a crop asks for it.
    let mut opened: Option<Option<Scan>> = None;
    for page in &scan.pages {
        let mut decoded: Option<Option<Page>> = None;
        for (index, number) in page.numbers.iter().enumerate() {
            let key = Key::new(&scan.row.source, page.page, &number.field);
            let Some(decision) = history.decision(&key, &content_hash) else { continue };
            let labels = labels(&decision.value, number).and_then(|labels| {
                let crop = match page.crop(index) {
                    Some(crop) => crop.clone(),
                    None => {
                        let scan = opened.get_or_insert_with(|| open(scan, path)).as_ref().ok_or(NO_SCAN)?;
                        let pixels =
                            decoded.get_or_insert_with(|| scan.page(page.page).ok()).as_ref().ok_or(NO_SCAN)?;
                        crop_of(pixels, number).ok_or(NO_PLACE)?
                    }
                };
                Ok((labels, glyphs(&crop, number).ok_or(NO_PLACE)?))
            });
            match labels {
                Ok((labels, glyphs)) => {
                    training.numbers += 1;
                    images.labels.extend(labels);
                    glyphs.iter().for_each(|glyph| images.pixels.extend_from_slice(glyph.pixels.as_slice()));
                }
                Err(reason) => *training.left_out.entry(reason).or_default() += 1,
            }
        }
    }
}

/// The label of each digit of a number.
fn labels(value: &str, number: &Number) -> std::result::Result<Vec<u8>, &'static str> {
    let labels: Vec<u8> = value.bytes().filter(u8::is_ascii_digit).map(|digit| digit - b'0').collect();
    match labels.len() {
        0 => Err(EMPTY_FIELD),
        count if count == number.digits.len() => Ok(labels),
        _ => Err(OTHER_COUNT),
    }
}

/// The file that a scan was read from, if it is still there with the same content.
fn open(scan: &ScanRecord, path: Option<&str>) -> Option<Scan> {
    let opened = Scan::open(Path::new(path?), &scan.row.source, Limits::default()).ok()?;
    (Some(opened.content_hash()) == scan.row.content_hash).then_some(opened)
}

fn crop_of(page: &Page, number: &Number) -> Option<Crop> {
    let wanted = PictureOptions { crops: CropWish::All, full_size: true, thumbnails: false };
    crop::cut(&page.pixels, std::slice::from_ref(number), &wanted).crops.pop()?
}

/// The digits of a number as the readers get them; `None` where a box lies outside the crop or shows no ink.
fn glyphs(crop: &Crop, number: &Number) -> Option<Vec<Glyph>> {
    let picture = image::load_from_memory(&crop.png).ok()?.into_luma8();
    let ink = ink_of(&picture);
    let scale = f64::from(picture.width()) / f64::from(crop.bounds.width.max(1));
    let glyph = |digit: &crate::number::Digit| {
        let edge = |place: i32, start: i32| f64::from(place - start) * scale;
        let (bounds, frame) = (digit.bounds, Rect::new(0, 0, picture.width() as i32, picture.height() as i32));
        let place = Rect::from_edges(
            edge(bounds.x, crop.bounds.x).floor() as i32,
            edge(bounds.y, crop.bounds.y).floor() as i32,
            edge(bounds.right(), crop.bounds.x).ceil() as i32,
            edge(bounds.bottom(), crop.bounds.y).ceil() as i32,
        )
        .intersection(&frame);
        if place.is_empty() {
            return None;
        }
        let [x, y, width, height] = [place.x, place.y, place.width, place.height].map(i32::cast_unsigned);
        let part = image::imageops::crop_imm(&ink, x, y, width, height).to_image();
        let has_ink = part.iter().any(|&pixel| pixel > 0);
        has_ink.then(|| normalise(&part, digit.bounds))
    };
    number.digits.iter().map(glyph).collect()
}

/// A grey picture of dark ink as ink alone: high where there is ink, 0 on paper.
///
/// Ink and paper are parted by Otsu's threshold (1979); the soft edge of a stroke counts as ink down to the middle between threshold and paper.
fn ink_of(picture: &GrayImage) -> GrayImage {
    let threshold = imageproc::contrast::otsu_level(picture);
    let mut paper: Vec<u8> = picture.iter().copied().filter(|&value| value > threshold).collect();
    let middle = paper.len() / 2;
    let paper = if paper.is_empty() { threshold } else { *paper.select_nth_unstable(middle).1 };
    let edge = threshold / 2 + paper / 2;
    let mut ink = picture.clone();
    ink.iter_mut().for_each(|value| *value = if *value <= edge { paper.saturating_sub(*value) } else { 0 });
    ink
}

/// Brings the images to their names; what lies there gives way when they are complete.
fn publish(folder: &Path, images: &LabelledImages) -> Result<()> {
    let target = folder.join(TRAINING_NAME);
    let partial = folder.join(format!(".{TRAINING_NAME}.{}.partial", std::process::id()));
    let fault = |cause: std::io::Error| Error::Output { path: target.clone(), reason: cause.to_string() };
    let written = std::fs::create_dir_all(&partial).and_then(|()| std::fs::create_dir_all(&target)).map_err(fault);
    let renamed = written.and_then(|()| idx::write_part(&partial, images)).and_then(|()| {
        let files = std::fs::read_dir(&partial).map_err(fault)?;
        for file in files {
            let file = file.map_err(fault)?;
            std::fs::rename(file.path(), target.join(file.file_name())).map_err(fault)?;
        }
        Ok(())
    });
    // What is left of it is of no use, whether the images got their names or not.
    let _ = std::fs::remove_dir_all(&partial);
    renamed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::{Digit, Status};

    /// A crop with two strokes, 10 px wide each, on grey paper; made small by `shrink`.
    fn crop(shrink: u32) -> Crop {
        let picture = GrayImage::from_fn(120 / shrink, 80 / shrink, |x, y| {
            let (x, y) = (x * shrink, y * shrink);
            let is_ink = (20..60).contains(&y) && ((30..40).contains(&x) || (80..90).contains(&x));
            image::Luma([if is_ink { 40 } else { 210 }])
        });
        let mut png = std::io::Cursor::new(Vec::new());
        picture.write_to(&mut png, image::ImageFormat::Png).expect("memory");
        Crop { bounds: Rect::new(100, 200, 120, 80), png: png.into_inner(), path: None }
    }

    fn number() -> Number {
        let digit = |x: i32| Digit {
            digit: 7,
            confidence: 0.5,
            second: 1,
            second_confidence: 0.4,
            bounds: Rect::new(x, 220, 10, 40),
            style: None,
        };
        let bounds = Rect::new(130, 220, 60, 40);
        Number {
            status: Status::Review,
            value: "77".to_owned(),
            digits: vec![digit(130), digit(180)],
            ..Number::unplaced(bounds)
        }
    }

    #[test]
    fn digits_are_cut_where_their_boxes_are_in_crops_of_any_size() {
        for shrink in [1, 2] {
            let glyphs = glyphs(&crop(shrink), &number()).expect("two digits");
            for glyph in &glyphs {
                let inked: Vec<usize> = (0..784).filter(|&place| glyph.pixels[place] > 128).collect();
                assert!((90..=130).contains(&inked.len()), "5 x 20 px: {}", inked.len());
                assert!(inked.iter().all(|place| (10..=18).contains(&(place % 28))), "paper is 0");
            }
        }
        let far = Number { digits: number().digits[..1].to_vec(), ..number() };
        let elsewhere = Crop { bounds: Rect::new(900, 900, 120, 80), ..crop(1) };
        assert_eq!(glyphs(&elsewhere, &far), None);
    }

    #[test]
    fn values_label_as_many_boxes_as_they_have_digits() {
        assert_eq!(labels("-1.0", &number()), Ok(vec![1, 0]));
        assert_eq!(labels("1234", &number()), Err(OTHER_COUNT));
        assert_eq!(labels("", &number()), Err(EMPTY_FIELD));
    }
}

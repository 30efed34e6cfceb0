//! An image drawn on a page in; if it covers the page, its own pixels out, with the turn and the resolution that the page
//! gives it.

use hayro::hayro_interpret::{Image, ImageData, LumaData, Paint};
use hayro::kurbo::{Affine, Rect};

use super::POINTS_PER_INCH;
use crate::scan::fault::{Fault, Outcome};
use crate::scan::orientation::Orientation;
use crate::scan::resolution::Density;
use crate::scan::{Pixels, Raster, sample};

/// An image covers a page if it leaves margins of at most a tenth of the page's width and height: enough for scanners
/// that centre a page of Letter size on A4, and too little to lose the place of a field.
const MIN_COVER: f64 = 0.9;

/// How far, as a part of the page's edge, an image may reach over the page and count as not cropped.
const MAX_OVERHANG: f64 = 0.01;

/// How far a row may be off the horizontal, as a part of its length, and count as straight.
const MAX_SLANT: f64 = 1e-3;

/// Takes the image's pixels, or `None` where only rendering shows the page as it is.
///
/// # Errors
/// [`Fault::Damaged`] if the image cannot be decoded.
pub(super) fn take(image: &Image, transform: Affine, paper: Rect) -> Outcome<Option<Raster>> {
    let stated = (f64::from(image.width()), f64::from(image.height()));
    let drawn = transform.transform_rect_bbox(Rect::new(0.0, 0.0, stated.0, stated.1));
    if !covers(drawn, paper) {
        return Ok(None);
    }
    let Some(orientation) = orientation(transform, stated) else {
        return Ok(None);
    };
    let Some(pixels) = pixels(image)? else {
        return Ok(None);
    };
    let (width, height) = pixels.dimensions();
    let (across, down) =
        if orientation.transpose { (drawn.height(), drawn.width()) } else { (drawn.width(), drawn.height()) };
    let density = Density {
        x_dpi: f64::from(width) * POINTS_PER_INCH / across,
        y_dpi: f64::from(height) * POINTS_PER_INCH / down,
    };
    Ok(Some(Raster { pixels, orientation, density: Some(density) }))
}

fn covers(drawn: Rect, paper: Rect) -> bool {
    let (overhang_x, overhang_y) = (paper.width() * MAX_OVERHANG, paper.height() * MAX_OVERHANG);
    let common = drawn.intersect(paper);
    common.width() >= paper.width() * MIN_COVER
        && common.height() >= paper.height() * MIN_COVER
        && paper.inflate(overhang_x, overhang_y).contains_rect(drawn)
}

/// How image rows lie on the page; `None` if they lie aslant.
fn orientation(transform: Affine, (width, height): (f64, f64)) -> Option<Orientation> {
    let [x_by_column, y_by_column, x_by_row, y_by_row, _, _] = transform.as_coeffs();
    let (row, column) = ((x_by_column * width, y_by_column * width), (x_by_row * height, y_by_row * height));
    let reach = row.0.hypot(row.1).max(column.0.hypot(column.1)) * MAX_SLANT;
    if row.1.abs() <= reach && column.0.abs() <= reach {
        return Some(Orientation { transpose: false, flip_x: row.0 < 0.0, flip_y: column.1 < 0.0 });
    }
    if row.0.abs() <= reach && column.1.abs() <= reach {
        return Some(Orientation { transpose: true, flip_x: column.0 < 0.0, flip_y: row.1 < 0.0 });
    }
    None
}

/// The pixels over white paper; `None` for a stencil that is not painted with one colour, or a mask of another size.
fn pixels(image: &Image) -> Outcome<Option<Pixels>> {
    let mut taken = None;
    match image {
        Image::Raster(raster) => raster.with_rgba(|data, alpha| taken = Some(from_raster(data, alpha)), None),
        Image::Stencil(stencil) => stencil.with_stencil(|mask, paint| taken = Some(from_stencil(mask, paint)), None),
    }
    taken.unwrap_or_else(|| Err(Fault::damaged("an image of the PDF cannot be decoded; scan the paper again")))
}

fn from_raster(data: ImageData, alpha: Option<LumaData>) -> Outcome<Option<Pixels>> {
    let (width, height) = (data.width(), data.height());
    if alpha.as_ref().is_some_and(|alpha| (alpha.width, alpha.height) != (width, height)) {
        return Ok(None);
    }
    let alpha = alpha.map(|alpha| alpha.data);
    match data {
        ImageData::Luma(luma) => sample::grey(width, height, over_white::<1>(luma.data, alpha)),
        ImageData::Rgb(rgb) => sample::colour(width, height, over_white::<3>(rgb.data, alpha)),
    }
    .map(Some)
}

fn over_white<const N: usize>(mut samples: Vec<u8>, alpha: Option<Vec<u8>>) -> Vec<u8> {
    if let Some(alpha) = alpha {
        for (pixel, alpha) in samples.as_chunks_mut::<N>().0.iter_mut().zip(alpha) {
            *pixel = pixel.map(|value| sample::over_white(value, alpha));
        }
    }
    samples
}

/// A stencil paints one colour through a mask: what fax machines and archive scanners write.
fn from_stencil(mask: LumaData, paint: &Paint) -> Outcome<Option<Pixels>> {
    let Paint::Color(colour) = paint else {
        return Ok(None);
    };
    let [red, green, blue, alpha] = colour.to_rgba().to_rgba8();
    if alpha != 255 {
        return Ok(None);
    }
    if red == green && green == blue {
        let samples = mask.data.iter().map(|cover| sample::over_white(red, *cover)).collect();
        return sample::grey(mask.width, mask.height, samples).map(Some);
    }
    let covered = |cover: &u8| [red, green, blue].map(|value| sample::over_white(value, *cover));
    sample::colour(mask.width, mask.height, mask.data.iter().flat_map(covered).collect()).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The transform that draws an image of 100 x 50 pixels over a box of points, rows downwards.
    fn drawn_over(left: f64, top: f64, right: f64, bottom: f64) -> Affine {
        Affine::new([(right - left) / 100.0, 0.0, 0.0, (bottom - top) / 50.0, left, top])
    }

    #[test]
    fn turns_are_read_from_the_transform() {
        let size = (100.0, 50.0);
        assert_eq!(orientation(drawn_over(0.0, 0.0, 600.0, 800.0), size), Some(Orientation::default()));
        let upside_down = Affine::new([-6.0, 0.0, 0.0, -16.0, 600.0, 800.0]);
        assert_eq!(orientation(upside_down, size), Some(Orientation::from_tag(3)));
        // Rows run down the page, the first row at its right edge: a quarter turn clockwise.
        let clockwise = Affine::new([0.0, 8.0, -12.0, 0.0, 600.0, 0.0]);
        assert_eq!(orientation(clockwise, size), Some(Orientation::from_tag(6)));
        assert_eq!(orientation(Affine::rotate(0.2), size), None);
    }

    #[test]
    fn an_image_covers_all_of_a_page_or_is_not_the_page() {
        let paper = Rect::new(0.0, 0.0, 600.0, 800.0);
        assert!(covers(Rect::new(0.0, 0.0, 600.0, 800.0), paper));
        assert!(covers(Rect::new(10.0, 10.0, 590.0, 790.0), paper));
        assert!(!covers(Rect::new(0.0, 0.0, 300.0, 800.0), paper));
        assert!(!covers(Rect::new(-100.0, 0.0, 700.0, 800.0), paper));
    }
}

//! An image drawn on a page in; its own pixels out, with the box on the page that it fills and the turn that the page gives it.

use hayro::hayro_interpret::{Image, ImageData, LumaData, Paint};
use hayro::kurbo::{Affine, Rect};

use crate::scan::fault::{Fault, Outcome};
use crate::scan::orientation::Orientation;
use crate::scan::{Pixels, sample};

/// How far a row may be off the horizontal, as a part of its length, and count as straight.
const MAX_SLANT: f64 = 1e-3;

/// An image as it is stored, and its place on the page.
pub(super) struct Placed {
    /// As stored.
    pub(super) pixels: Pixels,
    /// How they are turned on the page.
    pub(super) orientation: Orientation,
    /// The box that it fills, in points from the upper left corner of the page.
    pub(super) drawn: Rect,
}

/// The box of an image on the page, in points.
pub(super) fn drawn_box(image: &Image, transform: Affine) -> Rect {
    transform.transform_rect_bbox(Rect::new(0.0, 0.0, f64::from(image.width()), f64::from(image.height())))
}

/// Takes the image's pixels, or `None` where only rendering shows them as they are.
///
/// # Errors
/// [`Fault::Damaged`] if the image cannot be decoded.
pub(super) fn take(image: &Image, transform: Affine) -> Outcome<Option<Placed>> {
    let stated = (f64::from(image.width()), f64::from(image.height()));
    let Some(orientation) = orientation(transform, stated) else {
        return Ok(None);
    };
    let drawn = drawn_box(image, transform);
    Ok(pixels(image)?.map(|pixels| Placed { pixels, orientation, drawn }))
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
}

//! The images of a page in; if together they are the page, one picture of their own pixels out, with the resolution that the page
//! gives it.
//!
//! Scanner programs cut pages into strips or tiles. They count as one picture where they share one grid of pixels and do not lie over
//! each other; rendering would resample them.

use hayro::kurbo::Rect;
use image::imageops::replace;
use image::{GrayImage, Luma, Rgb, RgbImage};

use super::POINTS_PER_INCH;
use super::embedded::Placed;
use crate::scan::fault::{Outcome, check_pixels};
use crate::scan::orientation::Orientation;
use crate::scan::resolution::Density;
use crate::scan::{Limits, Pixels, Raster};

/// Images cover a page if they leave margins of at most a tenth of the page's width and height: enough for scanners
/// that centre a page of Letter size on A4, and too little to lose the place of a field.
const MIN_COVER: f64 = 0.9;

/// How far, as a part of the page's edge, an image may reach over the page and count as not cropped.
const MAX_OVERHANG: f64 = 0.01;

/// How far, in pixels, an edge may lie off the common grid: programs write places in hundredths of points, which are up to 0.1 pixels
/// at 600 dots an inch.
const MAX_OFF_GRID_PX: f64 = 0.3;

/// A place on the common grid: left, top, right, bottom, in pixels from the first image's upper left corner.
type Cell = [i64; 4];

/// The images of a page, as long as they may be one picture.
pub(super) struct Mosaic {
    paper: Rect,
    pieces: Vec<(Placed, Cell)>,
}

impl Mosaic {
    /// An empty one, for a page of that box in points.
    pub(super) fn new(paper: Rect) -> Self {
        Self { paper, pieces: Vec::new() }
    }

    /// Adds an image; `false` where it does not fit to those before, so that the page is not one picture.
    pub(super) fn add(&mut self, placed: Placed) -> bool {
        let Some(cell) = self.cell(&placed) else { return false };
        let is_free = self.pieces.iter().all(|(_, other)| !overlap(cell, *other));
        self.pieces.push((placed, cell));
        is_free
    }

    /// Where an image lies on the grid of the first one; `None` if it does not.
    fn cell(&self, placed: &Placed) -> Option<Cell> {
        let (across, down) = upright_size(placed);
        let Some((first, _)) = self.pieces.first() else {
            return Some([0, 0, across.into(), down.into()]);
        };
        let (first_across, first_down) = upright_size(first);
        let x_px = f64::from(first_across) / first.drawn.width();
        let y_px = f64::from(first_down) / first.drawn.height();
        let left = (placed.drawn.x0 - first.drawn.x0) * x_px;
        let top = (placed.drawn.y0 - first.drawn.y0) * y_px;
        let right = (placed.drawn.x1 - first.drawn.x0) * x_px;
        let bottom = (placed.drawn.y1 - first.drawn.y0) * y_px;
        let edges = [left, top, left.round() + f64::from(across), top.round() + f64::from(down)];
        let off_grid = [left, top].map(|edge| (edge - edge.round()).abs());
        let off_size = [right - edges[2], bottom - edges[3]].map(f64::abs);
        let fits = off_grid.into_iter().chain(off_size).all(|off| off <= MAX_OFF_GRID_PX);
        fits.then(|| edges.map(|edge| edge.round() as i64))
    }

    /// The page, or `None` where the images leave so much of it that they are not the page.
    ///
    /// # Errors
    /// [`crate::scan::fault::Fault::TooLarge`] if they have too many pixels together.
    pub(super) fn finish(mut self, limits: &Limits) -> Outcome<Option<Raster>> {
        let Some(drawn) = self.pieces.iter().map(|(placed, _)| placed.drawn).reduce(|all, one| all.union(one)) else {
            return Ok(None);
        };
        if !covers(drawn, self.paper) {
            return Ok(None);
        }
        let (pixels, orientation) = match self.pieces.pop() {
            Some((only, _)) if self.pieces.is_empty() => (only.pixels, only.orientation),
            last => (put_together(self.pieces.into_iter().chain(last).collect(), limits)?, Orientation::default()),
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
}

/// Width and height of an image as it stands on the page.
fn upright_size(placed: &Placed) -> (u32, u32) {
    let (width, height) = placed.pixels.dimensions();
    if placed.orientation.transpose { (height, width) } else { (width, height) }
}

fn overlap(one: Cell, other: Cell) -> bool {
    one[0] < other[2] && other[0] < one[2] && one[1] < other[3] && other[1] < one[3]
}

fn covers(drawn: Rect, paper: Rect) -> bool {
    let (overhang_x, overhang_y) = (paper.width() * MAX_OVERHANG, paper.height() * MAX_OVERHANG);
    let common = drawn.intersect(paper);
    common.width() >= paper.width() * MIN_COVER
        && common.height() >= paper.height() * MIN_COVER
        && paper.inflate(overhang_x, overhang_y).contains_rect(drawn)
}

/// Lays the pieces on white paper; each is let go as it is placed.
fn put_together(pieces: Vec<(Placed, Cell)>, limits: &Limits) -> Outcome<Pixels> {
    let edge =
        |index: usize, pick: fn(i64, i64) -> i64| pieces.iter().map(|(_, cell)| cell[index]).reduce(pick).unwrap_or(0);
    let (left, top) = (edge(0, i64::min), edge(1, i64::min));
    let (width, height) = ((edge(2, i64::max) - left) as u64, (edge(3, i64::max) - top) as u64);
    check_pixels(width, height, limits)?;
    let (width, height) = (width as u32, height as u32);
    if pieces.iter().all(|(placed, _)| matches!(placed.pixels, Pixels::Grey(_))) {
        let mut page = GrayImage::from_pixel(width, height, Luma([255]));
        for (placed, cell) in pieces {
            if let Pixels::Grey(piece) = placed.orientation.apply(placed.pixels)? {
                replace(&mut page, &piece, cell[0] - left, cell[1] - top);
            }
        }
        return Ok(Pixels::Grey(page));
    }
    let mut page = RgbImage::from_pixel(width, height, Rgb([255; 3]));
    for (placed, cell) in pieces {
        let piece = match placed.orientation.apply(placed.pixels)? {
            Pixels::Colour(piece) => piece,
            Pixels::Grey(piece) => {
                RgbImage::from_fn(piece.width(), piece.height(), |x, y| Rgb([piece.get_pixel(x, y)[0]; 3]))
            }
        };
        replace(&mut page, &piece, cell[0] - left, cell[1] - top);
    }
    Ok(Pixels::Colour(page))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAPER: Rect = Rect::new(0.0, 0.0, 600.0, 800.0);

    #[test]
    fn an_image_covers_all_of_a_page_or_is_not_the_page() {
        assert!(covers(Rect::new(0.0, 0.0, 600.0, 800.0), PAPER));
        assert!(covers(Rect::new(10.0, 10.0, 590.0, 790.0), PAPER));
        assert!(!covers(Rect::new(0.0, 0.0, 300.0, 800.0), PAPER));
        assert!(!covers(Rect::new(-100.0, 0.0, 700.0, 800.0), PAPER));
    }

    /// Grey images of 60 pixels in width and the given value, at 72 dots an inch times a tenth.
    fn strip(value: u8, top: f64, rows: u32) -> Placed {
        Placed {
            pixels: Pixels::Grey(GrayImage::from_pixel(60, rows, Luma([value]))),
            orientation: Orientation::default(),
            drawn: Rect::new(0.0, top, 600.0, top + 10.0 * f64::from(rows)),
        }
    }

    #[test]
    fn strips_are_put_together_on_one_grid() {
        let mut mosaic = Mosaic::new(PAPER);
        assert!(mosaic.add(strip(10, 0.02, 30)) && mosaic.add(strip(20, 300.0, 50)));
        let page = mosaic.finish(&Limits::default()).expect("fits the limit").expect("is the page");
        let Pixels::Grey(page) = page.pixels else { panic!("grey strips are grey") };
        assert_eq!((page.dimensions(), page.get_pixel(5, 29)[0], page.get_pixel(5, 30)[0]), ((60, 80), 10, 20));
    }

    #[test]
    fn images_over_each_other_or_off_the_grid_are_not_one_picture() {
        let mut mosaic = Mosaic::new(PAPER);
        assert!(mosaic.add(strip(10, 0.0, 30)) && !mosaic.add(strip(20, 290.0, 51)));
        let mut mosaic = Mosaic::new(PAPER);
        assert!(mosaic.add(strip(10, 0.0, 30)) && !mosaic.add(strip(20, 304.5, 49)));
        let mut mosaic = Mosaic::new(PAPER);
        let coarse = Placed { drawn: Rect::new(0.0, 300.0, 600.0, 800.0), ..strip(20, 300.0, 25) };
        assert!(mosaic.add(strip(10, 0.0, 30)) && !mosaic.add(coarse));
    }
}

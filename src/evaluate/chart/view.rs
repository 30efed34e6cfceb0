//! The ink of a field on a sheet: places in the field in, places on the sheet out, and the ink itself in its colours.

use image::imageops::{FilterType, resize};
use plotters::prelude::RGBColor;

use super::canvas::{Canvas, GRID, SERIES};
use crate::geometry::Rect;
use crate::number::explanation::Explanation;

/// A field is drawn at most so high, in pixels of the sheet, ...
const MAX_HEIGHT: f64 = 150.0;
/// ... and each of its pixels at most so large.
const MAX_ZOOM: f64 = 6.0;

/// The colour of ink that is in no piece.
const LOOSE_INK: RGBColor = RGBColor(96, 96, 104);

/// A place on a sheet.
type Place = (f64, f64);

/// How a field is shown.
pub(super) struct View {
    /// Ink high, no larger than it can be shown.
    ink: image::GrayImage,
    /// The piece of each pixel of `ink`.
    owners: Vec<Option<usize>>,
    /// Pixels of the sheet for each of `ink`, and for each of the field.
    pixel_zoom: f64,
    zoom: f64,
}

impl View {
    /// Fits a field into `width` pixels. Small ones are enlarged by whole and half steps, so that their pixels stay square and alike.
    pub(super) fn of(explanation: &Explanation, width: f64) -> Self {
        let ink = &explanation.ink;
        let (columns, rows) = (ink.width().max(1), ink.height().max(1));
        let fit = (width / f64::from(columns)).min(MAX_HEIGHT / f64::from(rows)).min(MAX_ZOOM);
        if fit >= 1.0 {
            let zoom = (fit * 2.0).floor() / 2.0;
            return Self { ink: ink.clone(), owners: owners(explanation), pixel_zoom: zoom, zoom };
        }
        let small = |length: u32| ((f64::from(length) * fit).round() as u32).max(1);
        let reduced = resize(ink, small(columns), small(rows), FilterType::Triangle);
        let all = owners(explanation);
        let owner = |(x, y, _): (u32, u32, &image::Luma<u8>)| {
            let source = |place: u32, end: u32| ((f64::from(place) + 0.5) / fit).min(f64::from(end - 1)) as usize;
            all[source(y, rows) * columns as usize + source(x, columns)]
        };
        let owners = reduced.enumerate_pixels().map(owner).collect();
        Self { ink: reduced, owners, pixel_zoom: 1.0, zoom: fit }
    }

    /// Draws the ink in black, in a frame, with its left upper corner at `corner`; tells where it ends.
    pub(super) fn draw_ink(&self, canvas: &mut Canvas, corner: Place) -> f64 {
        canvas.picture(&self.ink, corner, self.pixel_zoom);
        self.frame(canvas, corner)
    }

    /// The same with each piece in a colour, unlike its neighbours'.
    pub(super) fn draw_pieces(&self, canvas: &mut Canvas, corner: Place) -> f64 {
        for ((x, y, ink), owner) in self.ink.enumerate_pixels().zip(&self.owners) {
            let color = owner.map_or(LOOSE_INK, |piece| SERIES[piece % SERIES.len()]);
            let place = (corner.0 + f64::from(x) * self.pixel_zoom, corner.1 + f64::from(y) * self.pixel_zoom);
            let end = (place.0 + self.pixel_zoom, place.1 + self.pixel_zoom);
            canvas.fill(place, end, on_paper(color, ink.0[0]));
        }
        self.frame(canvas, corner)
    }

    fn frame(&self, canvas: &mut Canvas, corner: Place) -> f64 {
        let (width, height) = (f64::from(self.ink.width()), f64::from(self.ink.height()));
        let end = (corner.0 + width * self.pixel_zoom, corner.1 + height * self.pixel_zoom);
        canvas.frame(corner, end, GRID);
        end.1
    }

    /// Where a box of the field lies if its ink is drawn at `corner`: its left upper and its right lower corner.
    pub(super) fn corners(&self, corner: Place, bounds: &Rect) -> (Place, Place) {
        let place = |x: i32, y: i32| (corner.0 + f64::from(x) * self.zoom, corner.1 + f64::from(y) * self.zoom);
        (place(bounds.x, bounds.y), place(bounds.right(), bounds.bottom()))
    }

    /// Where a part of a column of the field lies: its `x`, its first and its last `y`.
    pub(super) fn column(&self, corner: Place, x: f32, top: i32, bottom: i32) -> (f64, f64, f64) {
        let row = |y: i32| corner.1 + f64::from(y) * self.zoom;
        (corner.0 + f64::from(x) * self.zoom, row(top), row(bottom))
    }
}

/// The piece of each pixel of a field.
fn owners(explanation: &Explanation) -> Vec<Option<usize>> {
    let (width, height) = (explanation.ink.width() as i32, explanation.ink.height() as i32);
    let mut owners = vec![None; (width * height) as usize];
    for (index, piece) in explanation.pieces.iter().enumerate() {
        for run in piece.runs.iter().filter(|run| (0..height).contains(&run.row)) {
            let (start, end) = (run.start.clamp(0, width), run.end.clamp(0, width));
            owners[(run.row * width + start) as usize..(run.row * width + end) as usize].fill(Some(index));
        }
    }
    owners
}

/// A colour as strong as the ink, on white.
fn on_paper(RGBColor(red, green, blue): RGBColor, ink: u8) -> RGBColor {
    let mix = |color: u8| 255 - (u16::from(255 - color) * u16::from(ink) / 255) as u8;
    RGBColor(mix(red), mix(green), mix(blue))
}

//! The sheet that charts are drawn on: lines, boxes, dots, pictures and text in, the bytes of a PNG out.
//!
//! Places are in pixels from the top left, `y` downwards. What is drawn beyond the edge is cut off.

use std::fmt::Display;
use std::path::PathBuf;

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, GrayImage, ImageEncoder};
use plotters::prelude::{BitMapBackend, Color, DrawingBackend, RGBColor};

use crate::error::{Error, Result};
use crate::synth::typeface::{Face, Typefaces};

/// Everything is drawn this many times larger and averaged down, which smooths the edges.
const OVERSAMPLING: i32 = 2;

/// The colour of text and axes.
pub(super) const INK: RGBColor = RGBColor(38, 38, 46);
/// The colour of what stands back: ticks, guides, remarks.
pub(super) const FAINT_INK: RGBColor = RGBColor(112, 112, 122);
/// The colour of grid lines.
pub(super) const GRID: RGBColor = RGBColor(226, 226, 232);
/// The colours of series, told apart by colour-blind readers too (Okabe and Ito 2008, without yellow and black).
pub(super) const SERIES: [RGBColor; 6] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
];

/// Which point of a text its place names; upright text stands on its base line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    /// The left end.
    Left,
    /// The middle.
    Middle,
    /// The right end.
    Right,
    /// The middle of a text that is turned by 90 degrees and runs upwards.
    Upwards,
}

/// The looks of a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lettering {
    pub(super) size_px: f64,
    pub(super) is_bold: bool,
    pub(super) color: RGBColor,
}

impl Lettering {
    /// Regular letters of this size, in the usual colour.
    pub(super) const fn new(size_px: f64) -> Self {
        Self { size_px, is_bold: false, color: INK }
    }

    /// The same in bold.
    pub(super) const fn bold(self) -> Self {
        Self { is_bold: true, ..self }
    }

    /// The same in another colour.
    pub(super) const fn colored(self, color: RGBColor) -> Self {
        Self { color, ..self }
    }

    fn face(&self) -> Face {
        if self.is_bold { Face::SansBold } else { Face::Sans }
    }
}

/// The height of capitals and digits of the sans-serif, as a share of the type size.
const CAPITAL_SHARE: f64 = 0.7;

/// A white sheet.
pub(super) struct Canvas {
    width: i32,
    height: i32,
    /// Red, green and blue of each pixel, larger by [`OVERSAMPLING`] in both directions.
    pixels: Vec<u8>,
    typefaces: Typefaces,
    /// What the first drawing that failed said.
    failure: Option<String>,
}

impl Canvas {
    /// A white sheet of this size, in pixels.
    ///
    /// # Errors
    /// [`Error::Data`] if the program's own fonts are damaged.
    pub(super) fn new(width: i32, height: i32) -> Result<Self> {
        let area = (width * OVERSAMPLING) as usize * (height * OVERSAMPLING) as usize;
        Ok(Self { width, height, pixels: vec![255; 3 * area], typefaces: Typefaces::load()?, failure: None })
    }

    /// Fills a box from its left upper to its right lower corner.
    pub(super) fn fill(&mut self, (left, top): (f64, f64), (right, bottom): (f64, f64), color: RGBColor) {
        let corners = (scaled((left, top)), scaled((right, bottom)));
        self.draw(|backend| backend.draw_rect(corners.0, corners.1, &color.filled(), true));
    }

    /// Draws a line from point to point.
    pub(super) fn line(&mut self, points: &[(f64, f64)], width_px: f64, color: RGBColor) {
        let stroke = color.stroke_width((width_px * f64::from(OVERSAMPLING)).round().max(1.0) as u32);
        let points: Vec<(i32, i32)> = points.iter().copied().map(scaled).collect();
        self.draw(|backend| backend.draw_path(points, &stroke));
    }

    /// Draws the outline of a box.
    pub(super) fn frame(&mut self, (left, top): (f64, f64), (right, bottom): (f64, f64), color: RGBColor) {
        let corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)];
        corners.windows(2).for_each(|side| self.line(side, 1.0, color));
    }

    /// Draws a round dot; `opacity` from 0 (nothing) to 1.
    pub(super) fn dot(&mut self, place: (f64, f64), radius_px: f64, color: RGBColor, opacity: f64) {
        let radius = (radius_px * f64::from(OVERSAMPLING)).round() as u32;
        self.draw(|backend| backend.draw_circle(scaled(place), radius, &color.mix(opacity).filled(), true));
    }

    /// Draws a picture, ink high, in black on white, each pixel `zoom` pixels wide.
    pub(super) fn picture(&mut self, picture: &GrayImage, (left, top): (f64, f64), zoom: f64) {
        for (x, y, pixel) in picture.enumerate_pixels() {
            let corner = (left + f64::from(x) * zoom, top + f64::from(y) * zoom);
            let grey = 255 - pixel.0[0];
            self.fill(corner, (corner.0 + zoom, corner.1 + zoom), RGBColor(grey, grey, grey));
        }
    }

    /// Writes a text; see [`Align`] for what its place means.
    pub(super) fn text(&mut self, text: &str, (x, y): (f64, f64), align: Align, lettering: Lettering) {
        let text = printable(text);
        let zoom = f64::from(OVERSAMPLING);
        let size_px = lettering.size_px * zoom;
        let width = self.typefaces.width_px(lettering.face(), size_px, &text);
        let start = match align {
            Align::Left => 0.0,
            Align::Middle | Align::Upwards => -width / 2.0,
            Align::Right => -width,
        };
        let (width_px, height_px) = (self.width * OVERSAMPLING, self.height * OVERSAMPLING);
        let (origin_x, origin_y) = ((x * zoom).round() as i32, (y * zoom).round() as i32);
        let (pixels, RGBColor(red, green, blue)) = (&mut self.pixels, lettering.color);
        self.typefaces.draw(lettering.face(), size_px, (start, 0.0), &text, |column, row, coverage| {
            let (dx, dy) = if align == Align::Upwards { (row, -column) } else { (column, row) };
            let (x, y) = (origin_x + dx, origin_y + dy);
            if (0..width_px).contains(&x) && (0..height_px).contains(&y) {
                let place = 3 * (y as usize * width_px as usize + x as usize);
                for (value, ink) in pixels[place..place + 3].iter_mut().zip([red, green, blue]) {
                    let before = f64::from(*value);
                    *value = (before + (f64::from(ink) - before) * coverage.clamp(0.0, 1.0)).round() as u8;
                }
            }
        });
    }

    /// Writes a text whose letters' middle is at `y`.
    pub(super) fn text_around(&mut self, text: &str, (x, y): (f64, f64), align: Align, lettering: Lettering) {
        self.text(text, (x, y + lettering.size_px * CAPITAL_SHARE / 2.0), align, lettering);
    }

    /// How wide a text is, in pixels.
    pub(super) fn width_of(&self, text: &str, lettering: Lettering) -> f64 {
        self.typefaces.width_px(lettering.face(), lettering.size_px, &printable(text))
    }

    /// The sheet as a PNG.
    ///
    /// # Errors
    /// [`Error::Output`] if a part could not be drawn or the picture cannot be encoded.
    pub(super) fn into_png(self) -> Result<Vec<u8>> {
        if let Some(failure) = &self.failure {
            return Err(fault(failure));
        }
        let (width, height) = (self.width as usize, self.height as usize);
        let (zoom, row_length) = (OVERSAMPLING as usize, 3 * width * OVERSAMPLING as usize);
        let mut small = Vec::with_capacity(3 * width * height);
        for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
            for color in 0..3 {
                let place = |dy: usize, dx: usize| (y * zoom + dy) * row_length + 3 * (x * zoom + dx) + color;
                let sum: usize = (0..zoom * zoom).map(|i| usize::from(self.pixels[place(i / zoom, i % zoom)])).sum();
                small.push((sum / (zoom * zoom)) as u8);
            }
        }
        let mut bytes = Vec::new();
        PngEncoder::new_with_quality(&mut bytes, CompressionType::Best, FilterType::Adaptive)
            .write_image(&small, width as u32, height as u32, ExtendedColorType::Rgb8)
            .map_err(|cause| fault(&cause))?;
        Ok(bytes)
    }

    fn draw<E: Display>(&mut self, draw: impl FnOnce(&mut BitMapBackend) -> std::result::Result<(), E>) {
        let size = ((self.width * OVERSAMPLING) as u32, (self.height * OVERSAMPLING) as u32);
        let mut backend = BitMapBackend::with_buffer(&mut self.pixels, size);
        if let (Err(cause), None) = (draw(&mut backend), &self.failure) {
            self.failure = Some(cause.to_string());
        }
    }
}

fn scaled((x, y): (f64, f64)) -> (i32, i32) {
    let zoom = f64::from(OVERSAMPLING);
    ((x * zoom).round() as i32, (y * zoom).round() as i32)
}

fn fault(cause: &dyn Display) -> Error {
    Error::Output { path: PathBuf::from("a chart"), reason: cause.to_string() }
}

/// The text with `?` for what the fonts do not have.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c == ' ' || c.is_ascii_graphic() { c } else { '?' }).collect()
}

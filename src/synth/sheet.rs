//! A blank sheet of paper to print and write on: millimetres in, grey pixels (paper 255, full ink 0) out.
//!
//! The sheet is ideal: skew, blur, noise and the tone of the paper are laid over it afterwards by [`super::wear`].

use image::{GrayImage, Luma};

use super::typeface::{Face, Typefaces};
use crate::error::Result;
use crate::geometry::Rect;

/// Grey of printed matter: black.
pub(super) const BLACK: u8 = 0;
/// Grey of the blank sheet.
pub(super) const WHITE: u8 = 255;
/// Millimetres in a typographic point.
const MM_PER_POINT: f64 = 25.4 / 72.0;

/// A box on the sheet, in millimetres from its top left corner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Area {
    /// Left edge.
    pub(super) x: f64,
    /// Upper edge.
    pub(super) y: f64,
    /// Width.
    pub(super) width: f64,
    /// Height.
    pub(super) height: f64,
}

impl Area {
    /// A box by its left upper corner and size.
    pub(super) const fn new(x: f64, y: f64, width: f64, height: f64) -> Self {
        Self { x, y, width, height }
    }

    /// The right edge.
    pub(super) const fn right(&self) -> f64 {
        self.x + self.width
    }

    /// The lower edge.
    pub(super) const fn bottom(&self) -> f64 {
        self.y + self.height
    }
}

/// How type is set: face, size in points, grey from 0 to 255.
#[derive(Clone, Copy, Debug)]
pub(super) struct Type {
    pub(super) face: Face,
    pub(super) size_pt: f64,
    pub(super) level: u8,
}

impl Type {
    /// Black type of a face and a size in points.
    pub(super) const fn new(face: Face, size_pt: f64) -> Self {
        Self { face, size_pt, level: BLACK }
    }

    /// White type, for dark bands.
    pub(super) const fn white(face: Face, size_pt: f64) -> Self {
        Self { face, size_pt, level: WHITE }
    }
}

/// Ink coverage of something written, 0 none to 255 full, row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mask {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) coverage: Vec<u8>,
}

/// The sheet while it is being printed and written on.
#[derive(Clone, Debug)]
pub(super) struct Sheet {
    pixels: GrayImage,
    px_per_mm: f64,
    typefaces: Typefaces,
}

impl Sheet {
    /// A blank sheet.
    pub(super) fn blank(width_mm: f64, height_mm: f64, px_per_mm: f64) -> Result<Self> {
        let size = |mm: f64| (mm * px_per_mm).round().max(1.0) as u32;
        let pixels = GrayImage::from_pixel(size(width_mm), size(height_mm), Luma([WHITE]));
        Ok(Self { pixels, px_per_mm, typefaces: Typefaces::load()? })
    }

    /// Pixels of the sheet a millimetre.
    pub(super) fn px_per_mm(&self) -> f64 {
        self.px_per_mm
    }

    /// The finished pixels.
    pub(super) fn into_pixels(self) -> GrayImage {
        self.pixels
    }

    /// The pixels of a box, at least one each way.
    pub(super) fn to_px(&self, area: &Area) -> Rect {
        let px = |mm: f64| (mm * self.px_per_mm).round() as i32;
        let (left, top) = (px(area.x), px(area.y));
        Rect::from_edges(left, top, px(area.right()).max(left + 1), px(area.bottom()).max(top + 1))
    }

    /// Fills a box with one grey; edges fall on whole pixels.
    pub(super) fn fill(&mut self, area: &Area, level: u8) {
        let bounds = Rect::new(0, 0, self.pixels.width() as i32, self.pixels.height() as i32);
        let rect = self.to_px(area).intersection(&bounds);
        for y in rect.y..rect.bottom() {
            for x in rect.x..rect.right() {
                self.pixels.put_pixel(x as u32, y as u32, Luma([level]));
            }
        }
    }

    /// A horizontal rule from (`x`, `y`), centred on `y`.
    pub(super) fn rule(&mut self, x: f64, y: f64, length: f64, thickness: f64) {
        self.fill(&Area::new(x, y - thickness / 2.0, length, thickness), BLACK);
    }

    /// A vertical rule from (`x`, `y`) downwards, centred on `x`.
    pub(super) fn post(&mut self, x: f64, y: f64, length: f64, thickness: f64) {
        self.fill(&Area::new(x - thickness / 2.0, y, thickness, length), BLACK);
    }

    /// The outline of a box, centred on its edges.
    pub(super) fn frame(&mut self, area: &Area, thickness: f64) {
        let (x, width) = (area.x - thickness / 2.0, area.width + thickness);
        let (y, height) = (area.y - thickness / 2.0, area.height + thickness);
        self.rule(x, area.y, width, thickness);
        self.rule(x, area.bottom(), width, thickness);
        self.post(area.x, y, height, thickness);
        self.post(area.right(), y, height, thickness);
    }

    /// A row of equal boxes side by side, one a digit.
    pub(super) fn comb(&mut self, area: &Area, cells: usize, thickness: f64) {
        self.frame(area, thickness);
        for cell in 1..cells {
            self.post(area.x + area.width * cell as f64 / cells as f64, area.y, area.height, thickness);
        }
    }

    /// A round dot.
    pub(super) fn dot(&mut self, x: f64, y: f64, radius: f64, level: u8) {
        self.stroke(&[(x, y), (x, y)], 2.0 * radius, level);
    }

    /// Dots from `x` to `right` that lead the eye from a label to its field.
    pub(super) fn leader(&mut self, x: f64, right: f64, y: f64) {
        const STEP_MM: f64 = 1.9;
        // All leaders of a page stand on one grid, as typesetters do it.
        let mut at = (x / STEP_MM).ceil() * STEP_MM;
        while at < right {
            self.dot(at, y, 0.16, BLACK);
            at += STEP_MM;
        }
    }

    /// A line of round-ended strokes through points, `width` millimetres wide.
    pub(super) fn stroke(&mut self, points: &[(f64, f64)], width: f64, level: u8) {
        let scaled: Vec<(f64, f64)> = points.iter().map(|&(x, y)| (x * self.px_per_mm, y * self.px_per_mm)).collect();
        let radius = width * self.px_per_mm / 2.0;
        for pair in scaled.windows(2) {
            self.segment(pair[0], pair[1], radius, level);
        }
    }

    fn segment(&mut self, from: (f64, f64), to: (f64, f64), radius: f64, level: u8) {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let length_squared = (dx * dx + dy * dy).max(1e-9);
        let reach = radius + 1.0;
        let clip = |value: f64, most: u32| value.clamp(0.0, f64::from(most)) as u32;
        let (width, height) = self.pixels.dimensions();
        let columns = clip(from.0.min(to.0) - reach, width)..clip(from.0.max(to.0) + reach + 1.0, width);
        for y in clip(from.1.min(to.1) - reach, height)..clip(from.1.max(to.1) + reach + 1.0, height) {
            for x in columns.clone() {
                let (px, py) = (f64::from(x) + 0.5 - from.0, f64::from(y) + 0.5 - from.1);
                let along = ((px * dx + py * dy) / length_squared).clamp(0.0, 1.0);
                let (ex, ey) = (px - along * dx, py - along * dy);
                let coverage = (radius + 0.5 - (ex * ex + ey * ey).sqrt()).clamp(0.0, 1.0).min(2.0 * radius);
                self.darken(x as i32, y as i32, coverage, level);
            }
        }
    }

    /// How wide a text is, in millimetres.
    pub(super) fn text_width(&self, kind: Type, text: &str) -> f64 {
        self.typefaces.width_px(kind.face, kind.size_pt * MM_PER_POINT * self.px_per_mm, text) / self.px_per_mm
    }

    /// Prints a text whose baseline starts at (`x`, `y`); gives the x where it ends.
    pub(super) fn text(&mut self, x: f64, y: f64, kind: Type, text: &str) -> f64 {
        let start = (x * self.px_per_mm, y * self.px_per_mm);
        let size_px = kind.size_pt * MM_PER_POINT * self.px_per_mm;
        let pixels = &mut self.pixels;
        self.typefaces.draw(kind.face, size_px, start, text, |column, row, coverage| {
            let place = u32::try_from(column).ok().zip(u32::try_from(row).ok());
            if let Some(pixel) = place.and_then(|(column, row)| pixels.get_pixel_mut_checked(column, row)) {
                pixel[0] = blend(pixel[0], coverage, kind.level);
            }
        });
        x + self.text_width(kind, text)
    }

    /// Prints a text that ends at `right`.
    pub(super) fn text_to(&mut self, right: f64, y: f64, kind: Type, text: &str) {
        self.text(right - self.text_width(kind, text), y, kind, text);
    }

    /// Prints a text in lines of at most `width` millimetres; gives the baseline of the line that would follow.
    pub(super) fn paragraph(&mut self, x: f64, y: f64, width: f64, kind: Type, text: &str) -> f64 {
        let mut baseline = y;
        let mut line = String::new();
        for word in text.split_whitespace() {
            let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
            if self.text_width(kind, &longer) > width && !line.is_empty() {
                self.text(x, baseline, kind, &line);
                baseline += kind.size_pt * MM_PER_POINT * 1.25;
                line = word.to_owned();
            } else {
                line = longer;
            }
        }
        self.text(x, baseline, kind, &line);
        baseline + kind.size_pt * MM_PER_POINT * 1.25
    }

    /// Writes a mask with its top left corner at a pixel of the sheet; ink only ever darkens.
    pub(super) fn write(&mut self, mask: &Mask, x_px: i32, y_px: i32, level: u8) {
        for (index, &coverage) in mask.coverage.iter().enumerate().filter(|(_, coverage)| **coverage > 0) {
            let (column, row) = (index % mask.width, index / mask.width);
            self.darken(x_px + column as i32, y_px + row as i32, f64::from(coverage) / 255.0, level);
        }
    }

    fn darken(&mut self, x_px: i32, y_px: i32, coverage: f64, level: u8) {
        let place = u32::try_from(x_px).ok().zip(u32::try_from(y_px).ok());
        if let Some(pixel) = place.and_then(|(x, y)| self.pixels.get_pixel_mut_checked(x, y)) {
            pixel[0] = pixel[0].min(blend(WHITE, coverage, level));
        }
    }
}

fn blend(under: u8, coverage: f64, level: u8) -> u8 {
    (f64::from(under) + (f64::from(level) - f64::from(under)) * coverage.clamp(0.0, 1.0)).round() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(sheet: Sheet) -> Vec<String> {
        let pixels = sheet.into_pixels();
        pixels.rows().map(|row| row.map(|pixel| if pixel[0] < 128 { '#' } else { '.' }).collect()).collect()
    }

    #[test]
    fn a_comb_is_a_frame_with_posts() -> Result<()> {
        let mut sheet = Sheet::blank(9.0, 5.0, 1.0)?;
        sheet.comb(&Area::new(0.5, 0.5, 8.0, 4.0), 2, 1.0);
        assert_eq!(picture(sheet), ["#########", "#...#...#", "#...#...#", "#...#...#", "#########"]);
        Ok(())
    }

    #[test]
    fn a_stroke_is_as_wide_as_asked_and_stays_on_the_sheet() -> Result<()> {
        let mut sheet = Sheet::blank(6.0, 5.0, 1.0)?;
        sheet.stroke(&[(-5.0, 2.5), (20.0, 2.5)], 3.0, BLACK);
        assert_eq!(picture(sheet), ["......", "######", "######", "######", "......"]);
        Ok(())
    }

    #[test]
    fn a_paragraph_breaks_between_words() -> Result<()> {
        let mut sheet = Sheet::blank(60.0, 20.0, 2.0)?;
        let kind = Type::new(Face::Sans, 10.0);
        let next = sheet.paragraph(0.0, 5.0, 30.0, kind, "Read the instructions before you complete this form");
        assert!(next > 5.0 + 2.5 * 10.0 * MM_PER_POINT, "{next}");
        Ok(())
    }
}

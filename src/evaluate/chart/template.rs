//! The picture of a template on a scan: the scan, the template and the map between them in, a PNG out.
//!
//! Finding the form on the scan is left to the caller.

use image::imageops::{FilterType, resize};
use image::{GrayImage, Luma};
use plotters::prelude::RGBColor;

use super::canvas::{Align, Canvas, FAINT_INK, Lettering, SERIES};
use crate::error::Result;
use crate::geometry::{Point, Rect, Transform};
use crate::template::{FieldKind, FieldSpec, Template};

/// The longer side of the scan on the picture, in pixels: names of 11 pixels can be read, and drawing takes about a second.
const LONGEST_PX: f64 = 1600.0;
/// Smaller scans are enlarged by whole steps up to here, so that there is room for names.
const ENLARGED_TO_PX: f64 = 800.0;
/// Height of the head, which says what the colours mean.
const HEAD_PX: f64 = 58.0;
const MARGIN_PX: f64 = 16.0;

const MARK: RGBColor = SERIES[4];
const IGNORED: RGBColor = FAINT_INK;

/// Draws the fields, marks and ignored parts of a template on a scan and gives the bytes of a PNG. `scan` has light paper and dark ink,
/// `to_scan` takes pixels of the reference to pixels of the scan.
///
/// Fields are framed in the colour of their kind, combs with their cells, and have their names above them. The head says how many fields do
/// not lie on the scan.
///
/// # Errors
/// [`crate::error::Error::Output`] if the picture cannot be encoded, [`crate::error::Error::Data`] if the program's fonts are damaged.
pub fn template_picture(scan: &GrayImage, template: &Template, to_scan: &Transform) -> Result<Vec<u8>> {
    let longest = f64::from(scan.width().max(scan.height()).max(1));
    let zoom = if longest > LONGEST_PX { LONGEST_PX / longest } else { (ENLARGED_TO_PX / longest).floor().max(1.0) };
    let size = |length: u32| ((f64::from(length) * zoom).round() as u32).max(1);
    let (width, height) = (size(scan.width()), size(scan.height()));
    let mut sheet = Sheet {
        canvas: Canvas::new(width as i32, height as i32 + HEAD_PX as i32)?,
        end: (f64::from(width), HEAD_PX + f64::from(height)),
        to_sheet: to_scan.then(&Transform::affine([zoom, 0.0, 0.0, 0.0, zoom, HEAD_PX])),
    };
    let mut ink = if zoom < 1.0 { resize(scan, width, height, FilterType::Triangle) } else { scan.clone() };
    ink.pixels_mut().for_each(|Luma([value])| *value = 255 - *value);
    sheet.canvas.picture(&ink, (0.0, HEAD_PX), zoom.max(1.0));
    template.ignored.iter().for_each(|bounds| sheet.ignored(bounds));
    for bounds in &template.marks {
        sheet.frame(bounds, 2.0, MARK);
    }
    let lost = template.fields.iter().filter(|field| !sheet.field(field)).count();
    sheet.head(template, lost);
    sheet.canvas.into_png()
}

/// The picture under way.
struct Sheet {
    canvas: Canvas,
    /// Its right lower corner.
    end: (f64, f64),
    /// From the reference to the picture.
    to_sheet: Transform,
}

impl Sheet {
    /// Draws a field; false where it does not lie on the scan.
    fn field(&mut self, field: &FieldSpec) -> bool {
        let color = color(field.kind);
        if !self.frame(&field.bounds, 2.0, color) {
            return false;
        }
        for cell in field.cell_boxes().iter().skip(1) {
            let ends = [cell.y, cell.bottom()].map(|y| self.place(cell.x, y));
            self.canvas.line(&ends, 1.0, color);
        }
        let (x, y) = self.place(field.bounds.x, field.bounds.y);
        let text = match field.kind {
            // Check boxes stand close to each other: their colour has to do.
            FieldKind::CheckBox => field.name.clone(),
            kind => format!("{} ({})", field.name, name(kind)),
        };
        self.canvas.text(&text, (x, y - 3.0), Align::Left, Lettering::new(11.0).bold().colored(color));
        true
    }

    fn ignored(&mut self, bounds: &Rect) {
        if self.frame(bounds, 1.0, IGNORED) {
            let [left, right] = [bounds.x, bounds.right()];
            for (top, bottom) in [(bounds.y, bounds.bottom()), (bounds.bottom(), bounds.y)] {
                let ends = [self.place(left, top), self.place(right, bottom)];
                self.canvas.line(&ends, 1.0, IGNORED);
            }
        }
    }

    /// Draws where a box goes, unless a corner lies far beyond the edge, where a map that does not fit may take it.
    fn frame(&mut self, bounds: &Rect, width_px: f64, color: RGBColor) -> bool {
        let (left, top, right, bottom) = (bounds.x, bounds.y, bounds.right(), bounds.bottom());
        let corners =
            [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)].map(|(x, y)| self.place(x, y));
        let is_near = |&(x, y): &(f64, f64)| x.abs() < 2.0 * self.end.0 && y.abs() < 2.0 * self.end.1;
        // Sizes are rounded: what ends at the edge of the scan may end a part of a pixel behind it here.
        let is_inside = |&(x, y): &(f64, f64)| {
            (-1.0..=self.end.0 + 1.0).contains(&x) && (HEAD_PX - 1.0..=self.end.1 + 1.0).contains(&y)
        };
        if corners.iter().all(is_near) {
            self.canvas.line(&corners, width_px, color);
        }
        corners.iter().all(is_inside)
    }

    fn place(&self, x: i32, y: i32) -> (f64, f64) {
        let Point { x, y } = self.to_sheet.apply(Point { x: f64::from(x), y: f64::from(y) });
        (x, y)
    }

    /// The name of the form, its fields, and what the colours mean.
    fn head(&mut self, template: &Template, lost: usize) {
        self.canvas.fill((0.0, 0.0), (self.end.0, HEAD_PX), RGBColor(255, 255, 255));
        let count = template.fields.len();
        let rest = if lost > 0 { format!(", {lost} of them not on the scan") } else { String::new() };
        let title = format!("{}: {count} {}{rest}", template.name, if count == 1 { "field" } else { "fields" });
        self.canvas.text(&title, (MARGIN_PX, 24.0), Align::Left, Lettering::new(17.0).bold());
        let kinds = [FieldKind::Digits, FieldKind::Integer, FieldKind::Amount, FieldKind::Date(Default::default())];
        let kinds = kinds.into_iter().chain([FieldKind::CheckBox]).map(|kind| (name(kind), color(kind)));
        let mut x = MARGIN_PX;
        for (word, color) in kinds.chain([("mark", MARK), ("ignored", IGNORED)]) {
            let lettering = Lettering::new(13.0).colored(color).bold();
            self.canvas.text(word, (x, 46.0), Align::Left, lettering);
            x += self.canvas.width_of(word, lettering) + MARGIN_PX;
        }
    }
}

fn color(kind: FieldKind) -> RGBColor {
    match kind {
        FieldKind::Digits => SERIES[0],
        FieldKind::Integer => SERIES[5],
        FieldKind::Amount => SERIES[1],
        FieldKind::Date(_) => SERIES[2],
        FieldKind::CheckBox => SERIES[3],
    }
}

fn name(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Digits => "digits",
        FieldKind::Integer => "integer",
        FieldKind::Amount => "amount",
        FieldKind::Date(_) => "date",
        FieldKind::CheckBox => "check box",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(scan: &GrayImage, template: &Template, to_scan: &Transform) -> image::RgbImage {
        let png = template_picture(scan, template, to_scan).expect("a picture");
        image::load_from_memory(&png).expect("a PNG").to_rgb8()
    }

    fn template() -> Template {
        let mut comb = FieldSpec::new("id", Rect::new(100, 100, 200, 50), FieldKind::Digits);
        comb.cells = Some(4);
        Template { name: "form".to_owned(), width_px: 450, height_px: 500, fields: vec![comb], ..Template::default() }
    }

    #[test]
    fn frames_and_cells_stand_where_the_map_takes_them() {
        let scan = GrayImage::from_pixel(900, 1000, Luma([240]));
        let picture = drawn(&scan, &template(), &Transform::affine([2.0, 0.0, 0.0, 0.0, 2.0, 0.0]));
        assert_eq!(picture.dimensions(), (900, 1058));
        let at = |x: u32, y: u32| picture.get_pixel(x, y).0;
        let RGBColor(red, green, blue) = color(FieldKind::Digits);
        // The left edge, the first border between cells, the paper in the first cell.
        assert_eq!(at(200, 58 + 250), [red, green, blue]);
        assert!(at(300, 58 + 250)[0] < 150, "{:?}", at(300, 58 + 250));
        assert_eq!(at(250, 58 + 250), [240; 3]);
    }

    #[test]
    fn large_scans_are_reduced_and_maps_that_do_not_fit_are_harmless() {
        let scan = GrayImage::from_pixel(3200, 100, Luma([255]));
        let wild = Transform { coefficients: [1e9, 0.0, 0.0, 0.0, 1e9, 0.0, 1e-3, -2e-3, 0.1] };
        assert_eq!(drawn(&scan, &template(), &wild).dimensions(), (1600, 108));
        let flat = Transform { coefficients: [0.0; 9] };
        assert_eq!(drawn(&GrayImage::new(10, 10), &template(), &flat).dimensions(), (800, 858));
    }
}

//! A page seen as its form: where a form lies on a page in, the page in the pixels of the form out, without the form's own print.

use image::GrayImage;

use super::registration::plane::{resample, resample_row};
use super::registration::{Reference, Registration};
use super::rules::{Rule, Ruling};
use super::{Field, Form, Shape, erase, rules};
use crate::clean::{CleanPage, Threshold};
use crate::geometry::{Point, Rect, Transform};
use crate::runs::{Runs, components};
use crate::template::{FieldSpec, Template};

/// So much around a field is looked at, in inches: writing sticks out, and rules around it are found by their length.
const AROUND_INCH: f32 = 0.2;

/// A page whose resolution differs by less than this factor from that of the reference is brought to it.
const ALIKE: std::ops::Range<f64> = 0.8..1.25;

/// Strokes across print are followed for so far, in inches: letters of print are thinner.
const ACROSS_INCH: f32 = 0.035;

/// The fields of a template on a page: `page` as it was registered, and where the form lies on it.
///
/// Only the fields and what is around them are brought over; the rest of the form's page is empty.
pub fn place(page: CleanPage, template: &Template, reference: &Reference, registration: &Registration) -> Form {
    let scale = scale_of(template, registration);
    let to_page = Transform::affine([1.0 / scale, 0.0, 0.0, 0.0, 1.0 / scale, 0.0]).then(&registration.to_page);
    let scaled = Scaled { scale, dpi: template.dpi * scale as f32 };
    let size = |pixels: u32| (f64::from(pixels) * scale).round().max(1.0) as u32;
    let (width, height) = (size(template.width_px), size(template.height_px));
    let whole = Rect::new(0, 0, width as i32, height as i32);
    let regions: Vec<Rect> = template
        .fields
        .iter()
        .map(|spec| scaled.rect(&spec.bounds).grown((AROUND_INCH * scaled.dpi) as i32).intersection(&whole))
        .collect();
    // With one threshold for the page the mask follows from the ink.
    let level = match page.threshold {
        Threshold::Global { level } => Some(level),
        Threshold::Adaptive { .. } | Threshold::Blank => None,
    };
    let mut ink = GrayImage::new(width, height);
    let mut mask = GrayImage::new(width, height);
    for (row, spans) in spans_of(&regions, height).into_iter().enumerate() {
        for (start, end) in spans {
            let place = row * width as usize + start as usize..row * width as usize + end as usize;
            resample_row(&page.ink, &to_page, (start, row as i32), &mut ink.as_mut()[place.clone()]);
            if level.is_none() {
                resample_row(&page.mask, &to_page, (start, row as i32), &mut mask.as_mut()[place]);
            }
        }
    }
    let source = if level.is_some() { ink.as_raw().clone() } else { mask.as_raw().clone() };
    let least = level.unwrap_or(128);
    mask.iter_mut().zip(source).for_each(|(value, ink)| *value = if ink >= least { 255 } else { 0 });
    let to_scan = to_page.then(&page.to_scan);
    let mut page = CleanPage { ink, mask, dpi: scaled.dpi, to_scan, ..page };
    for area in &template.ignored {
        clear(&mut page, &scaled.rect(area));
    }
    let ruling = rules::find(&page.mask, &Runs::of_mask(&page.mask), page.dpi);
    erase::erase(&mut page, &with_combs(ruling, template, &scaled));
    if let Some(print) = &reference.print {
        let to_reference = Transform::affine([1.0 / scale, 0.0, 0.0, 0.0, 1.0 / scale, 0.0]);
        let scaled_print;
        let print = if print.dimensions() == (width, height) {
            print
        } else {
            scaled_print = resample(print, &to_reference, &whole);
            &scaled_print
        };
        subtract(&mut page, print, &regions);
    }
    let components = components(&Runs::of_mask(&page.mask));
    let fields = template.fields.iter().map(|spec| scaled.field(spec)).collect();
    Form { page, fields, components }
}

/// The lines that were found and those between the cells of combs, where they must be: of these a digit beside them may hide enough that
/// they are not found, and what is left looks like a 1.
fn with_combs(mut ruling: Ruling, template: &Template, scaled: &Scaled) -> Ruling {
    let thickness_px = (COMB_LINE_INCH * scaled.dpi).round().max(1.0) as i32;
    for spec in template.fields.iter().filter(|spec| spec.cells.is_some()) {
        let cells: Vec<Rect> = spec.cell_boxes().iter().map(|cell| scaled.rect(cell)).collect();
        let edges = cells.iter().map(|cell| cell.x).chain(cells.last().map(Rect::right));
        for x in edges {
            let bounds = scaled.rect(&spec.bounds);
            let line = Rect::new(x - thickness_px, bounds.y, 2 * thickness_px, bounds.height);
            let is_found = |rule: &Rule| {
                rule.bounds.grown(1).shared_columns(&line) > 0 && rule.bounds.shared_rows(&line) * 2 > line.height
            };
            if !ruling.vertical.iter().any(is_found) {
                ruling.vertical.push(Rule { bounds: line, thickness_px });
            }
        }
    }
    ruling
}

/// Lines between the cells of combs are so wide.
const COMB_LINE_INCH: f32 = 0.01;

impl Form {
    /// Takes the ink of some fields, and what is around them, from the same form placed on another view of the page, such as one in which a
    /// colour is left out.
    pub fn take_fields(&mut self, other: &Form, places: &[usize]) {
        let around = (AROUND_INCH * self.page.dpi) as i32;
        let whole = Rect::new(0, 0, self.page.ink.width() as i32, self.page.ink.height() as i32);
        for &place in places {
            let region = self.fields[place].bounds.grown(around).intersection(&whole);
            for y in region.y..region.bottom() {
                let row = y as usize * whole.width as usize;
                let span = row + region.x as usize..row + region.right() as usize;
                self.page.ink.as_mut()[span.clone()].copy_from_slice(&other.page.ink.as_raw()[span.clone()]);
                self.page.mask.as_mut()[span.clone()].copy_from_slice(&other.page.mask.as_raw()[span]);
            }
        }
        self.components = components(&Runs::of_mask(&self.page.mask));
    }
}

/// How many pixels of the page one of the reference is; 1 where that is nearly so.
fn scale_of(template: &Template, registration: &Registration) -> f64 {
    let middle = Point { x: f64::from(template.width_px) / 2.0, y: f64::from(template.height_px) / 2.0 };
    let here = registration.to_page.apply(middle);
    let there = registration.to_page.apply(Point { x: middle.x + 10.0, ..middle });
    let scale = (there.x - here.x).hypot(there.y - here.y) / 10.0;
    if ALIKE.contains(&scale) { 1.0 } else { scale }
}

/// The form's page against its reference.
struct Scaled {
    scale: f64,
    dpi: f32,
}

impl Scaled {
    fn rect(&self, bounds: &Rect) -> Rect {
        let edge = |pixels: i32| (f64::from(pixels) * self.scale).round() as i32;
        Rect::from_edges(edge(bounds.x), edge(bounds.y), edge(bounds.right()), edge(bounds.bottom()))
    }

    fn field(&self, spec: &FieldSpec) -> Field {
        let cells: Vec<Rect> = spec.cell_boxes().iter().map(|cell| self.rect(cell)).collect();
        let shape = if cells.is_empty() { Shape::Box } else { Shape::Comb(cells) };
        Field { bounds: self.rect(&spec.bounds), shape }
    }
}

/// The columns `start..end` of each row that lie in any of the regions.
fn spans_of(regions: &[Rect], height: u32) -> Vec<Vec<(i32, i32)>> {
    let mut rows: Vec<Vec<(i32, i32)>> = vec![Vec::new(); height as usize];
    let mut sorted: Vec<&Rect> = regions.iter().filter(|region| !region.is_empty()).collect();
    sorted.sort_by_key(|region| region.x);
    for region in sorted {
        for spans in &mut rows[region.y as usize..region.bottom() as usize] {
            match spans.last_mut() {
                Some(last) if region.x <= last.1 => last.1 = last.1.max(region.right()),
                _ => spans.push((region.x, region.right())),
            }
        }
    }
    rows
}

fn clear(page: &mut CleanPage, area: &Rect) {
    let area = area.intersection(&Rect::new(0, 0, page.ink.width() as i32, page.ink.height() as i32));
    for y in area.y..area.bottom() {
        for x in area.x..area.right() {
            page.ink.put_pixel(x as u32, y as u32, image::Luma([0]));
            page.mask.put_pixel(x as u32, y as u32, image::Luma([0]));
        }
    }
}

/// Takes the form's print out of some regions, but not where a stroke crosses it: where ink goes on beyond the print on both sides.
///
/// `print` is high where the form has print, and as large as the page.
fn subtract(page: &mut CleanPage, print: &GrayImage, regions: &[Rect]) {
    let reach = (ACROSS_INCH * page.dpi).max(3.0) as i32;
    let before = page.mask.clone();
    let (width, height) = (before.width() as i32, before.height() as i32);
    let place_of = |x: i32, y: i32| {
        (x >= 0 && y >= 0 && x < width && y < height).then(|| y as usize * width as usize + x as usize)
    };
    let (ink, print) = (before.as_raw().as_slice(), print.as_raw().as_slice());
    // Whether unbroken ink leads out of the print in a direction.
    let leads_out = |x: i32, y: i32, (dx, dy): (i32, i32)| {
        for step in 1..=reach {
            match place_of(x + step * dx, y + step * dy) {
                Some(place) if ink[place] > 0 && print[place] < PRINTED => return true,
                Some(place) if ink[place] > 0 => {}
                _ => return false,
            }
        }
        false
    };
    for (y, spans) in spans_of(regions, height as u32).into_iter().enumerate() {
        for x in spans.into_iter().flat_map(|(start, end)| start..end) {
            let place = y * width as usize + x as usize;
            if print[place] < PRINTED || page.ink.as_raw()[place] == 0 {
                continue;
            }
            let crosses = || {
                [(1, 0), (0, 1), (1, 1), (1, -1)]
                    .into_iter()
                    .any(|(dx, dy)| leads_out(x, y as i32, (dx, dy)) && leads_out(x, y as i32, (-dx, -dy)))
            };
            if ink[place] == 0 || !crosses() {
                page.ink.as_mut()[place] = 0;
                page.mask.as_mut()[place] = 0;
            }
        }
    }
}

/// The level from which a resampled mask of print is print.
const PRINTED: u8 = 128;

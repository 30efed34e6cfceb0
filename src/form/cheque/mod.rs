//! The fields of a cheque: a [`CleanPage`] in, the places of its amount, its date boxes and its magnetic-ink line out.
//!
//! Reading them is left to the stages behind. The amount in words is left alone.

mod amount;
mod currency;
mod screen;

use image::GrayImage;

use super::{Field, Form, Shape, cells, erase, fields, rules};
use crate::clean::CleanPage;
use crate::geometry::Rect;
use crate::runs::{Component, Runs, components};

/// What the fields of a cheque are called.
pub const AMOUNT: &str = "amount";
/// The date.
pub const DATE: &str = "date";

/// A cheque with its fields.
#[derive(Clone, Debug)]
pub struct Cheque {
    /// The page, its ruled lines and the printed currency sign taken out, and its fields.
    pub form: Form,
    /// The name of each field: `amount`, `date`.
    pub names: Vec<&'static str>,
    /// The foot of the cheque, where the magnetic-ink line stands.
    pub strip: Option<Strip>,
}

/// A strip of the page as it was before anything was taken out.
#[derive(Clone, Debug)]
pub struct Strip {
    /// Its ink, high on empty paper.
    pub ink: GrayImage,
    /// The place of its left upper corner, in pixels of the clean page.
    pub origin: (i32, i32),
    /// Dots per inch, as the width of the cheque lets expect.
    pub dpi: f32,
}

/// Pieces of ink smaller than this share of the page's width say nothing about where the cheque ends.
const LEAST_PIECE_SHARE: f32 = 0.008;
/// The foot of a cheque, as a share of its width: the clear band of ANSI X9.100-160 is 5/8 inch high; a frame and a crooked cut are added.
const FOOT_SHARE: f32 = 0.15;
/// Between the widths of personal cheques (6 inches) and Indian and business ones (8 to 8.5 inches), in inches.
const USUAL_WIDTH_INCH: f32 = 6.7;
/// Date boxes lie right of the middle and in the upper third.
const DATE_LEFT_SHARE: f32 = 0.5;
const DATE_BOTTOM_SHARE: f32 = 0.36;

/// Finds the fields of the cheque on a page.
pub fn find(mut page: CleanPage) -> Cheque {
    if page.blank {
        return Cheque {
            form: Form { page, fields: Vec::new(), components: Vec::new() },
            names: Vec::new(),
            strip: None,
        };
    }
    let bounds = extent(&page);
    let strip = foot(&page, &bounds);
    let ruling = rules::find(&page.mask, &Runs::of_mask(&page.mask), page.dpi);
    let cells = cells::find(&ruling, page.mask.width(), page.mask.height(), page.dpi);
    let found = fields::find(&cells, &ruling, page.dpi);
    let date = date_boxes(&found, &bounds);
    erase::erase(&mut page, &ruling);
    let amount = amount::find(&mut page, &bounds, &cells);
    let components = components(&Runs::of_mask(&page.mask));
    let mut names = vec![AMOUNT];
    let mut fields = vec![Field { bounds: amount, shape: Shape::Box }];
    if let Some(date) = date {
        names.push(DATE);
        fields.push(date);
    }
    Cheque { form: Form { page, fields, components }, names, strip }
}

/// The box around everything printed and written: the cheque, or a little less.
fn extent(page: &CleanPage) -> Rect {
    let least_px = (LEAST_PIECE_SHARE * page.mask.width() as f32) as i32;
    let is_large = |component: &&Component| component.bounds.width.max(component.bounds.height) >= least_px;
    let found = components(&Runs::of_mask(&page.mask));
    found.iter().filter(is_large).fold(Rect::default(), |bounds, component| bounds.union(&component.bounds))
}

fn foot(page: &CleanPage, bounds: &Rect) -> Option<Strip> {
    let height = (FOOT_SHARE * bounds.width as f32) as i32;
    let whole = Rect::new(0, 0, page.ink.width() as i32, page.ink.height() as i32);
    let area =
        Rect::from_edges(bounds.x, bounds.bottom() - height, bounds.right(), bounds.bottom()).intersection(&whole);
    let (x, y) = (u32::try_from(area.x).ok()?, u32::try_from(area.y).ok()?);
    let ink = image::imageops::crop_imm(&page.ink, x, y, area.width as u32, area.height as u32).to_image();
    (!area.is_empty()).then(|| Strip { ink, origin: (area.x, area.y), dpi: bounds.width as f32 / USUAL_WIDTH_INCH })
}

/// The combs at the upper right as one comb from left to right.
fn date_boxes(found: &[Field], bounds: &Rect) -> Option<Field> {
    let left = f64::from(bounds.x) + f64::from(DATE_LEFT_SHARE) * f64::from(bounds.width);
    let lowest = f64::from(bounds.y) + f64::from(DATE_BOTTOM_SHARE) * f64::from(bounds.height);
    let is_there = |field: &Field| {
        let center = field.bounds.center();
        center.x > left && center.y < lowest
    };
    let mut cells: Vec<Rect> = found
        .iter()
        .filter(|field| is_there(field))
        .filter_map(|field| match &field.shape {
            Shape::Comb(cells) => Some(cells.iter().copied()),
            _ => None,
        })
        .flatten()
        .collect();
    cells.sort_by_key(|cell| cell.x);
    let all = cells.iter().fold(Rect::default(), |all, cell| all.union(cell));
    // Day, month and year: six digits, or eight.
    matches!(cells.len(), 6 | 8).then_some(Field { bounds: all, shape: Shape::Comb(cells) })
}

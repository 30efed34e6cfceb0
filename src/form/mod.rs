//! The third stage: a [`CleanPage`] in, a [`Form`] out - the places that may hold a number, and the ink without ruled lines.
//!
//! Which of them hold a number, and which, is left to the stages behind.

mod cells;
mod combs;
pub mod draft;
mod erase;
mod fields;
mod free;
mod placed;
pub mod registration;
mod rules;

pub use placed::place;

use image::{GrayImage, imageops};

use crate::clean::CleanPage;
use crate::geometry::Rect;
use crate::runs::{Component, Runs, components};

/// What a field looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A row of cells for one digit each, from left to right.
    Comb(Vec<Rect>),
    /// A ruled box.
    Box,
    /// Room above a ruled line whose upper edge is at this row.
    Underline {
        /// Row of the clean page.
        line_y: i32,
    },
    /// No ruling: a group of characters that stands free on the page.
    Free,
    /// The whole image is the field.
    Whole,
}

/// A place that may hold a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Box in pixels of the clean page.
    pub bounds: Rect,
    /// What it looks like.
    pub shape: Shape,
}

/// A page with its fields.
#[derive(Clone, Debug)]
pub struct Form {
    /// The page, its ruled lines taken out.
    pub page: CleanPage,
    /// In reading order: rows from top to bottom, fields of a row from left to right.
    pub fields: Vec<Field>,
    /// What ink is left, as connected components.
    pub components: Vec<Component>,
}

impl Form {
    /// The ink inside a field, without what is left of the frame around it; ink is high.
    pub fn ink_of(&self, field: &Field) -> GrayImage {
        let frame_px = (FRAME_INCH * self.page.dpi).round().max(1.0) as i32;
        let page = Rect::new(0, 0, self.page.ink.width() as i32, self.page.ink.height() as i32);
        let inner = field.bounds.grown(-frame_px).intersection(&page);
        if inner.is_empty() {
            return GrayImage::new(0, 0);
        }
        let (x, y, width, height) = (inner.x as u32, inner.y as u32, inner.width as u32, inner.height as u32);
        imageops::crop_imm(&self.page.ink, x, y, width, height).to_image()
    }
}

/// Frames are printed so wide, and half of that lies within the box of a field, in inches.
const FRAME_INCH: f32 = 0.01;

/// Two fields are on one row if they share this part of the height of the lower one.
const SAME_ROW_SHARE: f32 = 0.5;

/// Finds the fields of a page without a template.
pub fn find(mut page: CleanPage) -> Form {
    if page.blank {
        return Form { page, fields: Vec::new(), components: Vec::new() };
    }
    let ruling = rules::find(&page.mask, &Runs::of_mask(&page.mask), page.dpi);
    let cells = cells::find(&ruling, page.mask.width(), page.mask.height(), page.dpi);
    erase::erase(&mut page, &ruling);
    let components = components(&Runs::of_mask(&page.mask));
    let mut fields = fields::find(&cells, &ruling, page.dpi);
    let free = free::find(&components, &fields, page.dpi);
    fields.extend(free);
    put_in_reading_order(&mut fields);
    Form { page, fields, components }
}

/// Takes a whole image as one field: a crop of one number or one digit.
pub fn whole(page: CleanPage) -> Form {
    let bounds = Rect::new(0, 0, page.mask.width() as i32, page.mask.height() as i32);
    let components = components(&Runs::of_mask(&page.mask));
    Form { page, fields: vec![Field { bounds, shape: Shape::Whole }], components }
}

/// Rows from top to bottom, each from left to right.
fn put_in_reading_order(fields: &mut Vec<Field>) {
    fields.sort_by_key(|field| (field.bounds.y, field.bounds.x));
    let mut rows: Vec<(Rect, Vec<Field>)> = Vec::new();
    for field in fields.drain(..) {
        let row = rows.iter_mut().rev().take(6).find(|(bounds, _)| {
            let smaller = bounds.height.min(field.bounds.height) as f32;
            bounds.shared_rows(&field.bounds) as f32 >= SAME_ROW_SHARE * smaller
        });
        match row {
            Some((_, members)) => members.push(field),
            None => rows.push((field.bounds, vec![field])),
        }
    }
    for (_, mut members) in rows {
        members.sort_by_key(|field| field.bounds.x);
        fields.extend(members);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_order_goes_by_rows_although_boxes_are_a_little_askew() {
        let field = |x: i32, y: i32| Field { bounds: Rect::new(x, y, 100, 40), shape: Shape::Box };
        let mut fields = vec![field(300, 12), field(0, 18), field(0, 100), field(150, 15), field(200, 96)];
        put_in_reading_order(&mut fields);
        let places: Vec<(i32, i32)> = fields.iter().map(|field| (field.bounds.x, field.bounds.y)).collect();
        assert_eq!(places, [(0, 18), (150, 15), (300, 12), (0, 100), (200, 96)]);
    }
}

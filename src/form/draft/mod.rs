//! A blank form in, its fields out: combs, boxes, cells of tables, check boxes and underlines, each with what is doubtful about it.
//!
//! On a blank form there is print and nothing else, so ink inside a box tells whether there is room left to write. Names and kinds are
//! left to the pipeline.

mod boxes;
mod check_boxes;
mod combs;
mod tables;
mod underlines;

use super::{cells, erase, rules};
use crate::clean::CleanPage;
use crate::geometry::Rect;
use crate::runs::{Runs, components};

/// What a drafted field looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DraftShape {
    /// A row of cells for one character each, from left to right.
    Comb(Vec<Rect>),
    /// A ruled box.
    Box,
    /// A box of a table.
    TableCell {
        /// Which table of the page, from 1.
        table: usize,
        /// Which row of it, from 1.
        row: usize,
        /// Which column of it, from 1.
        column: usize,
    },
    /// Room above a ruled line.
    Underline,
    /// A small square to tick.
    CheckBox,
}

/// What is not certain about a drafted field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// The cells of a comb differ in width; a template divides it evenly.
    UnequalCells,
    /// A comb of two cells may be two boxes.
    FewCells,
    /// There is print inside, beside the room to write in.
    PrintInside,
    /// So large that it may be a frame or a place for a photograph or a stamp.
    MayBeFrame,
    /// A signature line, a rule under print or a divider looks the same.
    MayBeDivider,
}

impl Doubt {
    /// The doubt in words, as a remark in a file.
    pub const fn remark(self) -> &'static str {
        match self {
            Self::UnequalCells => "cells of unequal width",
            Self::FewCells => "two cells only: may be two boxes",
            Self::PrintInside => "print inside",
            Self::MayBeFrame => "may be a frame, or a place for a picture or a stamp",
            Self::MayBeDivider => "may be a line for a signature or a divider",
        }
    }
}

/// A place to write in on a blank form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftField {
    /// Box in pixels of the clean page, inside its lines.
    pub bounds: Rect,
    /// What it looks like.
    pub shape: DraftShape,
    /// Characters printed in it, such as the letters of DDMMYYYY; all of a comb together.
    pub printed: usize,
    /// What is not certain about it.
    pub doubts: Vec<Doubt>,
}

/// Specks smaller than this on both sides are no print, in inches.
const SPECK_INCH: f32 = 0.02;

/// Two fields are on one row if they share this part of the height of the lower one.
const SAME_ROW_SHARE: f32 = 0.5;

/// The fields of a clean, blank form, in reading order.
pub fn draft(page: &CleanPage) -> Vec<DraftField> {
    if page.blank {
        return Vec::new();
    }
    let runs = Runs::of_mask(&page.mask);
    let ruling = rules::find(&page.mask, &runs, page.dpi);
    let cells = cells::find(&ruling, page.mask.width(), page.mask.height(), page.dpi);
    let check_boxes = check_boxes::find(&page.mask, &components(&runs), page.dpi);
    let print = print_of(page, &ruling, &check_boxes);
    let (mut fields, others) = combs::find(&cells, &print, page.dpi);
    let mut boxes = boxes::find(&others, &fields, &print, page.dpi);
    tables::mark(&mut boxes, page.dpi);
    fields.extend(boxes);
    fields.extend(underlines::find(&ruling, &cells, &print, page.dpi));
    let is_free = |bounds: &Rect| {
        fields.iter().all(|field| {
            matches!(field.shape, DraftShape::Underline) || field.bounds.intersection(bounds).area() * 2 < bounds.area()
        })
    };
    let ticked: Vec<DraftField> = check_boxes
        .into_iter()
        .filter(is_free)
        .map(|bounds| DraftField { bounds, shape: DraftShape::CheckBox, printed: 0, doubts: Vec::new() })
        .collect();
    fields.extend(ticked);
    in_rows(fields).into_iter().flatten().collect()
}

/// The boxes of all printed characters: components of the ink without ruled lines and check boxes.
fn print_of(page: &CleanPage, ruling: &rules::Ruling, check_boxes: &[Rect]) -> Vec<Rect> {
    let mut without_lines = page.clone();
    erase::erase(&mut without_lines, ruling);
    let speck_px = (SPECK_INCH * page.dpi) as i32;
    components(&Runs::of_mask(&without_lines.mask))
        .into_iter()
        .map(|component| component.bounds)
        .filter(|bounds| bounds.width.max(bounds.height) > speck_px)
        .filter(|bounds| check_boxes.iter().all(|check_box| check_box.intersection(bounds).is_empty()))
        .collect()
}

/// Rows from top to bottom, each from left to right.
pub fn in_rows(mut fields: Vec<DraftField>) -> Vec<Vec<DraftField>> {
    fields.sort_by_key(|field| (field.bounds.y, field.bounds.x));
    let mut rows: Vec<(Rect, Vec<DraftField>)> = Vec::new();
    for field in fields {
        let row = rows.iter_mut().rev().take(6).find(|(bounds, _)| {
            let smaller = bounds.height.min(field.bounds.height) as f32;
            bounds.shared_rows(&field.bounds) as f32 >= SAME_ROW_SHARE * smaller
        });
        match row {
            Some((_, members)) => members.push(field),
            None => rows.push((field.bounds, vec![field])),
        }
    }
    let mut rows: Vec<Vec<DraftField>> = rows.into_iter().map(|(_, members)| members).collect();
    rows.iter_mut().for_each(|row| row.sort_by_key(|field| (field.bounds.x, field.bounds.y)));
    rows
}

/// Characters printed inside a box: most of each lies in it.
fn printed_in<'a>(bounds: &'a Rect, print: &'a [Rect]) -> impl Iterator<Item = &'a Rect> {
    print.iter().filter(move |character| character.intersection(bounds).area() * 2 > character.area())
}

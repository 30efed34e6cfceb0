//! Blank designs in, their slots out again: what `template draft` must find on a form whose fields are known.

use image::GrayImage;

use super::{Blank, Design};
use crate::error::Result;
use crate::form::draft::{DraftField, DraftShape};
use crate::geometry::Rect;
use crate::pipeline::draft_template;
use crate::scan::{Page, Pixels};
use crate::synth::random::Dice;
use crate::synth::sheet::Sheet;
use crate::synth::slot::{Frame, Slot};

const DPI: f64 = 300.0;

fn blank_of(design: Design) -> Result<(Blank, GrayImage)> {
    let (width, height) = design.size_mm();
    let blank = design.print(Sheet::blank(width, height, DPI / 25.4)?, &mut Dice::new(&[1]));
    let pixels = blank.sheet.clone().into_pixels();
    Ok((blank, pixels))
}

/// Whether a drafted field is the field printed for a slot; open ones lie within a box that the design draws.
fn is_drafted(slot: &Slot, bounds: &Rect, field: &DraftField) -> bool {
    let shared = field.bounds.intersection(bounds).area();
    let overlaps = shared * 10 >= 6 * (field.bounds.area() + bounds.area() - shared);
    match (&field.shape, slot.frame) {
        (DraftShape::Comb(cells), Frame::Comb { cells: count }) => overlaps && cells.len() == count,
        (DraftShape::Box | DraftShape::TableCell { .. }, Frame::Boxed) => overlaps,
        (DraftShape::Box | DraftShape::TableCell { .. }, Frame::Open) => shared * 10 >= bounds.area() * 7,
        (DraftShape::Underline, Frame::Ruled) => shared * 10 >= bounds.area() * 6,
        _ => false,
    }
}

#[test]
fn all_slots_of_blank_forms_are_drafted() -> Result<()> {
    for design in Design::FORMS {
        let (blank, pixels) = blank_of(design)?;
        let page = Page { number: 1, pixels: Pixels::Grey(pixels), dpi: Some(DPI as f32) };
        let draft = draft_template(page, "form");
        for slot in &blank.slots {
            let bounds = blank.sheet.to_px(&slot.area);
            let is_found = draft.found.iter().any(|field| is_drafted(slot, &bounds, field));
            assert!(is_found, "{design:?}: {slot:?} at {bounds:?}");
        }
        let mut names: Vec<&str> = draft.template.fields.iter().map(|field| field.name.as_str()).collect();
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{design:?}: {names:?}");
    }
    Ok(())
}

//! Templates drafted from a blank form, or from several filled copies of one: pages in, a template with remarks out.
//!
//! Clean, then `form::draft`; names and kinds of the fields are guessed in `fields`, the blank of filled copies is made in `copies`.

mod copies;
mod fields;

use image::GrayImage;

use crate::clean::{self, CleanPage, Upright};
use crate::form::draft::{self, DraftField};
use crate::geometry::Rect;
use crate::scan::Page;
use crate::template::Template;

/// A template that a person still has to look at.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The form; `reference` is left `None` until the picture has a place on disk.
    pub template: Template,
    /// What was not certain: the place of a field in the template, and the doubt in words.
    pub remarks: Vec<(usize, String)>,
    /// The blank form, upright; paper is 255, ink 0. All boxes are in its pixels.
    pub reference: GrayImage,
    /// What was found on the page before parts of dates were put together, in reading order.
    pub found: Vec<DraftField>,
}

/// Drafts a template from a blank form; its fields come in reading order, and there may be none.
pub fn draft_template(page: Page, name: &str) -> Draft {
    let clean = clean::clean(page, Upright::Deskew);
    let found = draft::draft(&clean);
    draft_of(clean, found, name)
}

/// Drafts a template from filled copies of one form: what all share is the form, what differs is the writing. Fields that are written in on
/// no copy get a remark. `None` without copies; two copies are the fewest that tell writing from print, five are better.
pub fn draft_filled(pages: Vec<Page>, name: &str) -> Option<Draft> {
    let copies: Vec<CleanPage> = pages.into_iter().map(|page| clean::clean(page, Upright::Deskew)).collect();
    let shared = copies::shared(&copies)?;
    let found = draft::draft(&shared.blank);
    let mut draft = draft_of(shared.blank, found, name);
    for (place, field) in draft.template.fields.iter().enumerate() {
        if !copies::is_written(&field.bounds, &shared.written) {
            draft.remarks.push((place, format!("empty on all {} copies", copies.len())));
        }
    }
    draft.remarks.sort_by_key(|(place, _)| *place);
    Some(draft)
}

fn draft_of(clean: CleanPage, found: Vec<DraftField>, name: &str) -> Draft {
    let (fields, remarks) = fields::specify(&found, clean.dpi);
    let mut reference = clean.ink;
    reference.iter_mut().for_each(|value| *value = 255 - *value);
    let template = Template {
        name: name.to_owned(),
        width_px: reference.width(),
        height_px: reference.height(),
        dpi: clean.dpi,
        fields,
        ..Template::default()
    };
    Draft { template, remarks, reference, found }
}

/// The part of a box that lies on a plane.
fn on_plane(bounds: &Rect, plane: &GrayImage) -> Rect {
    bounds.intersection(&Rect::new(0, 0, plane.width() as i32, plane.height() as i32))
}

//! Ruled lines taken out of the ink, without breaking the strokes that cross or touch them.

use image::GrayImage;

use super::rules::{Rule, Ruling, ink_across};
use crate::clean::CleanPage;

/// A stroke goes on behind a line if its ink reaches so far beyond, in inches; less is the blurred edge of the line.
const BEYOND_INCH: f32 = 0.008;

/// The blurred edge of a line on the ink plane, in pixels.
const FRINGE_PX: i32 = 2;

/// Erases all lines from the ink and the mask of a page.
///
/// At each place along a line the ink across it is looked at: pure line is erased; ink that goes on at both sides is a stroke
/// that crosses and stays; ink that goes on at one side is a stroke that touches, and only the line under it is erased.
pub fn erase(page: &mut CleanPage, ruling: &Ruling) {
    let beyond_px = (BEYOND_INCH * page.dpi).round().max(2.0) as i32;
    for rule in &ruling.horizontal {
        erase_rule(&mut Across { page, plumb: false }, rule, beyond_px);
    }
    for rule in &ruling.vertical {
        erase_rule(&mut Across { page, plumb: true }, rule, beyond_px);
    }
}

/// A page seen along a line: `along` runs with the line, `across` at right angles to it.
struct Across<'a> {
    page: &'a mut CleanPage,
    plumb: bool,
}

impl Across<'_> {
    fn place(&self, along: i32, across: i32) -> Option<usize> {
        let (x, y) = if self.plumb { (across, along) } else { (along, across) };
        let (width, height) = (self.page.mask.width() as i32, self.page.mask.height() as i32);
        ((0..width).contains(&x) && (0..height).contains(&y)).then(|| y as usize * width as usize + x as usize)
    }

    fn clear(&mut self, along: i32, from: i32, to: i32) {
        for across in from..to {
            if let Some(place) = self.place(along, across) {
                raw(&mut self.page.mask)[place] = 0;
                raw(&mut self.page.ink)[place] = 0;
            }
        }
    }
}

fn raw(image: &mut GrayImage) -> &mut [u8] {
    image
}

fn erase_rule(view: &mut Across, rule: &Rule, beyond_px: i32) {
    let b = rule.bounds;
    let (first, last, near, far) =
        if view.plumb { (b.y, b.bottom(), b.x, b.right()) } else { (b.x, b.right(), b.y, b.bottom()) };
    let pure_px = rule.thickness_px + 2;
    let reach_px = 3 * pure_px + beyond_px;
    let runs: Vec<Option<(i32, i32)>> =
        (first..last).map(|along| ink_across(&view.page.mask, along, (near, far), reach_px, view.plumb)).collect();
    let mut line = runs.iter().flatten().copied().find(|(start, end)| end - start <= pure_px).unwrap_or((near, far));
    for (along, run) in (first..last).zip(runs) {
        let Some((start, end)) = run else { continue };
        if end - start <= pure_px {
            line = (start, end);
            view.clear(along, start - FRINGE_PX, end + FRINGE_PX);
            continue;
        }
        let before = line.0 - start >= beyond_px;
        let after = end - line.1 >= beyond_px;
        match (before, after) {
            (true, true) => {}
            (true, false) => view.clear(along, line.0, end + FRINGE_PX),
            (false, true) => view.clear(along, start - FRINGE_PX, line.1),
            (false, false) => view.clear(along, start - FRINGE_PX, end + FRINGE_PX),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clean::{Noise, Threshold};
    use crate::form::rules;
    use crate::geometry::Transform;
    use crate::runs::{Runs, mask_of};

    fn page_of(mask: GrayImage) -> CleanPage {
        CleanPage {
            ink: mask.clone(),
            mask,
            dpi: 100.0,
            noise: Noise::default(),
            skew_deg: 0.0,
            inverted: false,
            threshold: Threshold::Blank,
            blank: false,
            to_scan: Transform::IDENTITY,
        }
    }

    #[test]
    fn a_crossing_stroke_stays_whole_and_a_touching_one_loses_only_the_line() {
        let mask = mask_of(&[
            "......##..............", //
            "......##..............", //
            "......##........##....", //
            "......##........##....", //
            "......##........##....", //
            "######################", //
            "######################", //
            "......##..............", //
            "......##..............", //
            "......##..............", //
            "......##..............", //
        ]);
        let mut page = page_of(mask);
        let ruling = rules::find(&page.mask, &Runs::of_mask(&page.mask), 60.0);
        assert_eq!(ruling.horizontal.len(), 1);
        erase(&mut page, &ruling);
        let rows: Vec<String> = page
            .mask
            .as_raw()
            .chunks(22)
            .map(|row| row.iter().map(|&value| if value == 0 { '.' } else { '#' }).collect())
            .collect();
        assert_eq!(rows[4], "......##........##....");
        assert_eq!(rows[5], "......##..............");
        assert_eq!(rows[6], "......##..............");
        assert_eq!(rows[7], "......##..............");
    }
}

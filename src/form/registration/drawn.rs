//! What a form looks like as far as its template tells: the frames of its fields and its marks.

use image::GrayImage;

use crate::geometry::Rect;
use crate::template::Template;

/// Width of printed frames, in inches.
const LINE_INCH: f32 = 0.008;

/// The ink plane of a form without a picture; same size as the reference, ink high.
pub fn draw(template: &Template) -> GrayImage {
    let mut ink = GrayImage::new(template.width_px, template.height_px);
    let line_px = (LINE_INCH * template.dpi).round().max(1.0) as i32;
    template.marks.iter().for_each(|mark| fill(&mut ink, mark));
    for field in &template.fields {
        frame(&mut ink, &field.bounds, line_px);
        field.cell_boxes().iter().for_each(|cell| frame(&mut ink, cell, line_px));
    }
    ink
}

/// Four lines around a box, their middles on its edges.
fn frame(ink: &mut GrayImage, bounds: &Rect, line_px: i32) {
    let outer =
        Rect::new(bounds.x - line_px / 2, bounds.y - line_px / 2, bounds.width + line_px, bounds.height + line_px);
    fill(ink, &Rect::new(outer.x, outer.y, outer.width, line_px));
    fill(ink, &Rect::new(outer.x, outer.bottom() - line_px, outer.width, line_px));
    fill(ink, &Rect::new(outer.x, outer.y, line_px, outer.height));
    fill(ink, &Rect::new(outer.right() - line_px, outer.y, line_px, outer.height));
}

fn fill(ink: &mut GrayImage, area: &Rect) {
    let area = area.intersection(&Rect::new(0, 0, ink.width() as i32, ink.height() as i32));
    for y in area.y..area.bottom() {
        for x in area.x..area.right() {
            ink.put_pixel(x as u32, y as u32, image::Luma([255]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::{FieldKind, FieldSpec};

    #[test]
    fn a_comb_and_a_mark_are_drawn() {
        let mut field = FieldSpec::new("id", Rect::new(10, 10, 30, 12), FieldKind::Digits);
        field.cells = Some(3);
        let template = Template {
            width_px: 60,
            height_px: 40,
            dpi: 100.0,
            marks: vec![Rect::new(50, 30, 6, 6)],
            fields: vec![field],
            ..Template::default()
        };
        let ink = draw(&template);
        let row: String = (8..44).map(|x| if ink.get_pixel(x, 16).0[0] > 0 { '#' } else { '.' }).collect();
        assert_eq!(row, "..#.........#.........#.........#...");
        assert_eq!(ink.get_pixel(52, 33).0[0], 255);
    }
}

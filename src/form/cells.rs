//! Cells: ruled lines in, the rectangular holes that they leave out - boxes, the cells of combs and of tables.

use image::GrayImage;

use super::rules::Ruling;
use crate::geometry::Rect;
use crate::runs::{Runs, components};

/// Cells are looked for at about this resolution: fine enough for a comb of 2 mm, and 16 times fewer pixels than 300 dpi.
const GRID_DPI: f32 = 75.0;

/// Lines are drawn longer by this, so that corners close.
const CORNER_INCH: f32 = 0.025;

/// Smallest and largest side of a cell, in inches: from a tight comb to a full-width box.
const MIN_SIDE_INCH: f32 = 0.09;
const MAX_HEIGHT_INCH: f32 = 1.1;

/// A hole is a cell if it fills this share of its box.
const MIN_FILL: f32 = 0.88;

/// The cells of a page of `width` x `height` pixels, in reading order; each box lies inside its lines.
pub fn find(ruling: &Ruling, width: u32, height: u32, dpi: f32) -> Vec<Rect> {
    let factor = (dpi / GRID_DPI).round().max(1.0) as i32;
    let grid = draw(ruling, width as i32 / factor + 1, height as i32 / factor + 1, factor, (CORNER_INCH * dpi) as i32);
    let (grid_width, grid_height) = (grid.width() as i32, grid.height() as i32);
    let min_side = MIN_SIDE_INCH * dpi;
    let max_height = MAX_HEIGHT_INCH * dpi;
    let mut cells: Vec<Rect> = components(&Runs::of_mask(&grid))
        .into_iter()
        .filter(|hole| {
            let b = hole.bounds;
            let at_border = b.x == 0 || b.y == 0 || b.right() >= grid_width || b.bottom() >= grid_height;
            !at_border && hole.area_px as f32 >= MIN_FILL * b.area() as f32
        })
        // A hole is smaller than its cell by the cells of the grid that the lines touch.
        .map(|hole| {
            let b = hole.bounds;
            Rect::new(b.x * factor, b.y * factor, b.width * factor, b.height * factor).grown(factor / 2)
        })
        .filter(|cell| {
            let (w, h) = (cell.width as f32, cell.height as f32);
            w >= min_side && h >= min_side && h <= max_height
        })
        .collect();
    cells.sort_by_key(|cell| (cell.y, cell.x));
    cells
}

/// The grid with 255 where there is no line.
fn draw(ruling: &Ruling, width: i32, height: i32, factor: i32, corner_px: i32) -> GrayImage {
    let mut grid = GrayImage::from_pixel(width as u32, height as u32, image::Luma([255]));
    let mut fill = |bounds: Rect| {
        let left = (bounds.x / factor).max(0);
        let right = ((bounds.right() - 1) / factor + 1).min(width);
        for y in (bounds.y / factor).max(0)..((bounds.bottom() - 1) / factor + 1).min(height) {
            for x in left..right {
                grid.put_pixel(x as u32, y as u32, image::Luma([0]));
            }
        }
    };
    for rule in &ruling.horizontal {
        let b = rule.bounds;
        fill(Rect::new(b.x - corner_px, b.y, b.width + 2 * corner_px, b.height));
    }
    ruling.bars.iter().for_each(|bar| fill(*bar));
    for rule in &ruling.vertical {
        let b = rule.bounds;
        fill(Rect::new(b.x, b.y - corner_px, b.width, b.height + 2 * corner_px));
    }
    grid
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::rules::Rule;

    fn rule(bounds: Rect) -> Rule {
        Rule { bounds, thickness_px: 3 }
    }

    #[test]
    fn a_comb_of_three_has_three_cells() {
        let ruling = Ruling {
            horizontal: vec![rule(Rect::new(100, 100, 195, 3)), rule(Rect::new(100, 184, 195, 3))],
            vertical: (0..4).map(|n| rule(Rect::new(100 + n * 64, 100, 3, 87))).collect(),
            bars: Vec::new(),
        };
        let cells = find(&ruling, 600, 400, 300.0);
        assert_eq!(cells.len(), 3);
        for (number, cell) in cells.iter().enumerate() {
            let inside = Rect::new(103 + number as i32 * 64, 103, 61, 81);
            assert!(inside.intersection(cell).area() * 100 > inside.area() * 85, "{cell:?}");
            assert!((cell.width - 61).abs() <= 8 && (cell.height - 81).abs() <= 8, "{cell:?}");
        }
    }

    #[test]
    fn a_lone_line_makes_no_cell() {
        let ruling = Ruling { horizontal: vec![rule(Rect::new(50, 200, 500, 3))], ..Ruling::default() };
        assert!(find(&ruling, 600, 400, 300.0).is_empty());
    }
}

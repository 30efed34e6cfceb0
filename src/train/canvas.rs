//! A small grey picture to draw training glyphs on, before they go through the same normalisation as those of a scan.

use image::GrayImage;

use crate::geometry::Rect;
use crate::glyph::{Glyph, normalise};

/// A grey picture, row by row; 0 is paper, 1 is ink.
#[derive(Clone, Debug, PartialEq)]
pub struct Canvas {
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// One value a pixel.
    pub pixels: Vec<f32>,
}

impl Canvas {
    /// Blank paper.
    pub fn new(width: usize, height: usize) -> Self {
        Self { width, height, pixels: vec![0.0; width * height] }
    }

    /// Draws a line from one point to another with round ends; coordinates in pixels, `thickness` in pixels.
    pub fn line(&mut self, from: (f32, f32), to: (f32, f32), thickness: f32) {
        let reach = thickness / 2.0 + 1.0;
        let columns = span(from.0.min(to.0) - reach, from.0.max(to.0) + reach, self.width);
        let rows = span(from.1.min(to.1) - reach, from.1.max(to.1) + reach, self.height);
        let (along_x, along_y) = (to.0 - from.0, to.1 - from.1);
        let length = (along_x * along_x + along_y * along_y).max(1e-6);
        for y in rows {
            for x in columns.clone() {
                let (dx, dy) = (x as f32 + 0.5 - from.0, y as f32 + 0.5 - from.1);
                let share = ((dx * along_x + dy * along_y) / length).clamp(0.0, 1.0);
                let (ox, oy) = (dx - share * along_x, dy - share * along_y);
                let ink = (thickness / 2.0 + 0.5 - (ox * ox + oy * oy).sqrt()).clamp(0.0, 1.0);
                let pixel = &mut self.pixels[y * self.width + x];
                *pixel = pixel.max(ink);
            }
        }
    }

    /// Draws lines from each point to the next.
    pub fn lines(&mut self, points: &[(f32, f32)], thickness: f32) {
        for pair in points.windows(2) {
            self.line(pair[0], pair[1], thickness);
        }
    }

    /// Puts another picture on this one, its top left corner at (`left`, `top`); the darker value wins.
    pub fn overlay(&mut self, other: &Canvas, left: isize, top: isize) {
        for y in 0..other.height {
            let Some(row) = top.checked_add_unsigned(y).filter(|&row| row >= 0 && row < self.height as isize) else {
                continue;
            };
            for x in 0..other.width {
                let column = left + x as isize;
                if column >= 0 && column < self.width as isize {
                    let pixel = &mut self.pixels[row as usize * self.width + column as usize];
                    *pixel = pixel.max(other.pixels[y * other.width + x]);
                }
            }
        }
    }

    /// The box of the pixels above `level`, or `None` where there is none.
    pub fn ink_bounds(&self, level: f32) -> Option<Rect> {
        let inked = |row: &[f32]| row.iter().any(|&pixel| pixel > level);
        let rows = || self.pixels.chunks_exact(self.width.max(1));
        let top = rows().position(inked)?;
        let bottom = self.height - rows().rev().position(inked)?;
        let (mut left, mut right) = (self.width, 0);
        for row in rows().take(bottom).skip(top) {
            left = left.min(row.iter().position(|&pixel| pixel > level).unwrap_or(left));
            right = right.max(row.iter().rposition(|&pixel| pixel > level).map_or(right, |last| last + 1));
        }
        Some(Rect::from_edges(left as i32, top as i32, right as i32, bottom as i32))
    }

    /// The part of the picture inside a box, which must lie inside the picture.
    pub fn cropped(&self, bounds: Rect) -> Canvas {
        let mut part = Canvas::new(bounds.width as usize, bounds.height as usize);
        for (y, row) in part.pixels.chunks_exact_mut(bounds.width.max(1) as usize).enumerate() {
            let start = (bounds.y as usize + y) * self.width + bounds.x as usize;
            row.copy_from_slice(&self.pixels[start..start + bounds.width as usize]);
        }
        part
    }

    /// The sum of all values: how many pixels of full ink there are.
    pub fn mass(&self) -> f32 {
        self.pixels.iter().sum()
    }

    /// Normalises the picture as a crop of a scan; what is fainter than a twentieth counts as paper.
    pub fn to_glyph(&self) -> Glyph {
        let bytes =
            self.pixels.iter().map(|&pixel| if pixel < 0.05 { 0 } else { (pixel * 255.0 + 0.5) as u8 }).collect();
        let image = GrayImage::from_raw(self.width as u32, self.height as u32, bytes).unwrap_or_default();
        normalise(&image, Rect::new(0, 0, self.width as i32, self.height as i32))
    }
}

fn span(low: f32, high: f32, limit: usize) -> std::ops::Range<usize> {
    let edge = |value: f32| value.clamp(0.0, limit as f32) as usize;
    edge(low.floor())..edge(high.ceil())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_the_asked_length_and_thickness() {
        let mut canvas = Canvas::new(30, 20);
        canvas.line((5.0, 10.0), (25.0, 10.0), 4.0);
        assert_eq!(canvas.ink_bounds(0.5), Some(Rect::new(3, 8, 24, 4)));
        assert!((canvas.mass() - (20.0 * 4.0 + std::f32::consts::PI * 4.0)).abs() < 4.0);
    }

    #[test]
    fn lines_and_overlays_beyond_the_edge_are_cut() {
        let mut canvas = Canvas::new(8, 8);
        canvas.line((-20.0, 4.0), (40.0, 4.0), 2.0);
        let mut target = Canvas::new(8, 8);
        target.overlay(&canvas, -4, 3);
        assert_eq!(target.ink_bounds(0.5), Some(Rect::new(0, 6, 4, 2)));
        assert_eq!(target.cropped(Rect::new(0, 6, 4, 2)).mass(), 8.0);
    }

    #[test]
    fn blank_paper_has_no_bounds() {
        assert_eq!(Canvas::new(5, 5).ink_bounds(0.1), None);
    }
}

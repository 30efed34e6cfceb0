//! What part of the writing becomes the picture: a line that is written in, its ink inside a frame out.

use rand::RngExt;
use rand_pcg::Pcg64Mcg;

use super::hand::{Hand, Setting};
use super::pen::Stroke;
use super::print::Writing;
use super::spacing::Row;
use crate::train::canvas::Canvas;

/// Least sides of a drawn line in pixels.
pub const LEAST_SIDE_PX: i32 = 16;

/// The part of a line's plane that becomes the picture.
pub struct Crop {
    left: i32,
    top: i32,
    width: i32,
    height: i32,
}

impl Crop {
    /// A crop with margins by chance; now and then it cuts the ink at a side.
    pub fn around(row: &Row, hand: &Hand, setting: Setting, random: &mut Pcg64Mcg) -> Self {
        let high = hand.height_px;
        let empty = [0, -(high as i32), (high * (1.0 + 4.0 * random.random::<f32>())) as i32, 0];
        let [left, top, right, bottom] = row.bounds().unwrap_or(empty);
        let wide = if setting == Setting::Cheque { 0.28 } else { 0.5 };
        let generous = if random.random_bool(0.12) { 1.5 } else { 1.0 };
        let mut margin = |usual: f32| {
            let share = if random.random_bool(0.05) {
                -0.1 * random.random::<f32>()
            } else {
                usual * random.random::<f32>() * generous
            };
            (share * high).round() as i32
        };
        let (left, right) = (left - margin(wide * 1.2), right + margin(wide * 1.4));
        let (top, bottom) = (top - margin(wide), bottom + margin(wide));
        Self { left, top, width: (right - left).max(LEAST_SIDE_PX), height: (bottom - top).max(LEAST_SIDE_PX) }
    }

    /// The ink inside the crop, and where the writing lies on it.
    pub fn ink(&self, row: &Row, hand: &Hand, random: &mut Pcg64Mcg) -> (Canvas, Writing) {
        let mut canvas = Canvas::new(self.width as usize, self.height as usize);
        for placed in &row.placed {
            let (x, y) = (placed.x - placed.glyph.origin.0 - self.left, placed.y - placed.glyph.origin.1 - self.top);
            canvas.overlay(&placed.glyph.canvas, x as isize, y as isize);
        }
        for tie in &row.ties {
            let moved: Stroke =
                tie.iter().map(|place| (place.0 - self.left as f32, place.1 - self.top as f32)).collect();
            hand.pen.ink(&mut canvas, &moved, random);
        }
        let left = row.bounds().map_or(self.width, |bounds| bounds[0] - self.left) as f32;
        (canvas, Writing { left, foot: -self.top as f32, height: hand.height_px })
    }
}

//! Sheets of small pictures, such as misread digits: pictures with captions in, a PNG out.

use image::GrayImage;

use super::canvas::{Align, Canvas, FAINT_INK, GRID, Lettering};
use crate::error::Result;

const COLUMNS: usize = 8;
const PICTURE_PX: f64 = 112.0;
const TILE_WIDTH: f64 = 128.0;
const TILE_HEIGHT: f64 = 164.0;
const MARGIN: f64 = 24.0;
const TOP: f64 = 66.0;

/// A picture and two lines below it.
#[derive(Clone, Debug, PartialEq)]
pub struct Tile {
    /// Ink high, of any size.
    pub picture: GrayImage,
    /// The first line, in bold.
    pub caption: String,
    /// The second line.
    pub remark: String,
}

/// Tiles, eight in a row.
#[derive(Clone, Debug, PartialEq)]
pub struct PictureSheet {
    /// What the sheet shows.
    pub title: String,
    /// From left to right, then downwards.
    pub tiles: Vec<Tile>,
}

impl PictureSheet {
    /// The sheet as a PNG; the longer side of every picture becomes 112 pixels, black on white.
    ///
    /// # Errors
    /// [`crate::error::Error::Output`] if it cannot be encoded, [`crate::error::Error::Data`] if the fonts are damaged.
    pub fn to_png(&self) -> Result<Vec<u8>> {
        let rows = self.tiles.len().div_ceil(COLUMNS).max(1);
        let width = 2.0 * MARGIN + TILE_WIDTH * COLUMNS as f64;
        let mut canvas = Canvas::new(width as i32, (TOP + TILE_HEIGHT * rows as f64) as i32)?;
        canvas.text(&self.title, (MARGIN, 38.0), Align::Left, Lettering::new(21.0).bold());
        for (index, tile) in self.tiles.iter().enumerate() {
            let column = TILE_WIDTH * (index % COLUMNS) as f64 + (TILE_WIDTH - PICTURE_PX) / 2.0;
            let (left, top) = (MARGIN + column, TOP + TILE_HEIGHT * (index / COLUMNS) as f64);
            let longest = tile.picture.width().max(tile.picture.height()).max(1);
            canvas.picture(&tile.picture, (left, top), PICTURE_PX / f64::from(longest));
            canvas.frame((left, top), (left + PICTURE_PX, top + PICTURE_PX), GRID);
            let middle = left + PICTURE_PX / 2.0;
            canvas.text(&tile.caption, (middle, top + PICTURE_PX + 17.0), Align::Middle, Lettering::new(14.0).bold());
            let remark = Lettering::new(12.5).colored(FAINT_INK);
            canvas.text(&tile.remark, (middle, top + PICTURE_PX + 33.0), Align::Middle, remark);
        }
        canvas.into_png()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ink_is_black_and_where_the_tile_is() -> Result<()> {
        let picture = GrayImage::from_fn(28, 28, |x, _| image::Luma([if x < 14 { 255 } else { 0 }]));
        let tile = Tile { picture, caption: String::new(), remark: String::new() };
        let sheet = PictureSheet { title: String::new(), tiles: vec![tile; 9] };
        let drawn = image::load_from_memory(&sheet.to_png()?).expect("a PNG").to_rgb8();
        assert_eq!(drawn.dimensions(), (1072, 394));
        let at = |column: f64, row: f64, share: f64| {
            let x = MARGIN + TILE_WIDTH * column + 8.0 + PICTURE_PX * share;
            drawn.get_pixel(x as u32, (TOP + TILE_HEIGHT * row + 50.0) as u32).0
        };
        for (column, row) in [(0.0, 0.0), (7.0, 0.0), (0.0, 1.0)] {
            assert_eq!((at(column, row, 0.3), at(column, row, 0.7)), ([0; 3], [255; 3]));
        }
        assert_eq!(at(1.0, 1.0, 0.3), [255; 3]);
        Ok(())
    }
}

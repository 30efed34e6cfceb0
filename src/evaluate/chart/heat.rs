//! Heat maps of counts, such as a confusion matrix: named rows and columns in, a PNG with a shaded cell a count out.

use plotters::style::RGBColor;

use super::canvas::{Align, Canvas, FAINT_INK, GRID, INK, Lettering};
use crate::error::Result;

const CELL: f64 = 58.0;
const TOP: f64 = 104.0;
/// What the diagonal and everything else are shaded towards.
const RIGHT_COLOR: RGBColor = RGBColor(170, 205, 232);
const WRONG_COLOR: RGBColor = RGBColor(203, 62, 30);
/// Shades darker than this need white figures.
const DARK_SHADE: f64 = 0.55;

/// A matrix of counts whose rows and columns have the same meaning.
#[derive(Clone, Debug, PartialEq)]
pub struct HeatMap {
    /// What the chart shows.
    pub title: String,
    /// What the columns are, above them.
    pub across: String,
    /// What the rows are, beside them.
    pub down: String,
    /// A name a row and column.
    pub names: Vec<String>,
    /// Row by row; cells that are missing count as 0.
    pub counts: Vec<Vec<usize>>,
}

impl HeatMap {
    /// The matrix as a PNG. The diagonal (right) is blue, by its share of the row; all else (wrong) is red by the root of its
    /// count, so that single errors can still be seen beside frequent ones. Each count stands in its cell.
    ///
    /// # Errors
    /// [`crate::error::Error::Output`] if it cannot be encoded, [`crate::error::Error::Data`] if the fonts are damaged.
    pub fn to_png(&self) -> Result<Vec<u8>> {
        let lettering = Lettering::new(15.0);
        let measure = Canvas::new(1, 1)?;
        let widest = self.names.iter().map(|name| measure.width_of(name, lettering)).fold(0.0, f64::max);
        let left = 52.0 + widest;
        let size = CELL * self.names.len() as f64;
        let title_px = measure.width_of(&self.title, Lettering::new(21.0).bold());
        let width = (left + size + 24.0).max(title_px + 48.0);
        let mut canvas = Canvas::new(width as i32, (TOP + size + 24.0) as i32)?;
        canvas.text(&self.title, (24.0, 38.0), Align::Left, Lettering::new(21.0).bold());
        canvas.text(&self.across, (left + size / 2.0, 70.0), Align::Middle, Lettering::new(16.0));
        canvas.text(&self.down, (30.0, TOP + size / 2.0), Align::Upwards, Lettering::new(16.0));
        for (index, name) in self.names.iter().enumerate() {
            let middle = CELL * (index as f64 + 0.5);
            canvas.text(name, (left + middle, TOP - 10.0), Align::Middle, lettering);
            canvas.text_around(name, (left - 10.0, TOP + middle), Align::Right, lettering);
        }
        for row in 0..self.names.len() {
            (0..self.names.len()).for_each(|column| self.draw_cell(&mut canvas, (row, column), left));
        }
        for line in 0..=self.names.len() {
            let at = CELL * line as f64;
            canvas.line(&[(left + at, TOP), (left + at, TOP + size)], 1.0, GRID);
            canvas.line(&[(left, TOP + at), (left + size, TOP + at)], 1.0, GRID);
        }
        canvas.into_png()
    }

    fn count(&self, row: usize, column: usize) -> usize {
        self.counts.get(row).and_then(|counts| counts.get(column)).copied().unwrap_or(0)
    }

    fn draw_cell(&self, canvas: &mut Canvas, (row, column): (usize, usize), left: f64) {
        let count = self.count(row, column);
        let (shade, full) =
            if row == column { (self.share_of_row(row), RIGHT_COLOR) } else { (self.redness(count), WRONG_COLOR) };
        let mix = |color: u8| (255.0 - (255.0 - f64::from(color)) * shade).round() as u8;
        let corner = (left + CELL * column as f64, TOP + CELL * row as f64);
        let color = RGBColor(mix(full.0), mix(full.1), mix(full.2));
        canvas.fill(corner, (corner.0 + CELL, corner.1 + CELL), color);
        let ink = match (row == column, count) {
            (true, _) => INK,
            (false, 0) => FAINT_INK,
            (false, _) if shade > DARK_SHADE => RGBColor(255, 255, 255),
            (false, _) => INK,
        };
        let text = if count == 0 { ".".to_owned() } else { count.to_string() };
        let middle = (corner.0 + CELL / 2.0, corner.1 + CELL / 2.0);
        canvas.text_around(&text, middle, Align::Middle, Lettering::new(15.0).colored(ink));
    }

    fn share_of_row(&self, row: usize) -> f64 {
        let sum: usize = (0..self.names.len()).map(|column| self.count(row, column)).sum();
        self.count(row, row) as f64 / sum.max(1) as f64
    }

    fn redness(&self, count: usize) -> f64 {
        let size = self.names.len();
        let wrong = (0..size * size).map(|place| (place / size, place % size)).filter(|(row, column)| row != column);
        let greatest = wrong.map(|(row, column)| self.count(row, column)).max().unwrap_or(0);
        (count as f64 / greatest.max(1) as f64).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn right_is_blue_and_the_most_frequent_error_the_reddest() -> Result<()> {
        let map = HeatMap {
            title: String::new(),
            across: String::new(),
            down: String::new(),
            names: vec![String::new(); 3],
            counts: vec![vec![90, 9, 1], vec![0, 100, 0], vec![0, 0]],
        };
        let picture = image::load_from_memory(&map.to_png()?).expect("a PNG").to_rgb8();
        // A corner of each cell, away from its figure.
        let color = |row: u32, column: u32| {
            let place = |cell: u32, start: f64| (start + CELL * f64::from(cell)) as u32 + 6;
            picture.get_pixel(place(column, 52.0), place(row, TOP)).0
        };
        assert_eq!(color(1, 1), [RIGHT_COLOR.0, RIGHT_COLOR.1, RIGHT_COLOR.2]);
        assert_eq!(color(0, 1), [WRONG_COLOR.0, WRONG_COLOR.1, WRONG_COLOR.2]);
        assert_eq!((color(1, 0), color(2, 2)), ([255; 3], [255; 3]));
        assert!(color(0, 2)[2] > color(0, 1)[2] && color(0, 2)[2] < 255, "one error is paler than nine, but seen");
        Ok(())
    }
}

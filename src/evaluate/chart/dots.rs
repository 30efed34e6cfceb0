//! Charts of middles with error bars: named groups of values in, a PNG out.

use super::axis::Axis;
use super::bars::shortened;
use super::canvas::{Align, Canvas, FAINT_INK, GRID, INK, Lettering, SERIES};
use crate::error::Result;

const WIDTH: f64 = 960.0;
const TOP: f64 = 92.0;
const ROW_HEIGHT: f64 = 26.0;
/// Room between two groups of rows.
const GROUP_GAP: f64 = 12.0;
const FOOT: f64 = 66.0;
const RIGHT: f64 = 928.0;

/// One row: a middle, how far it may be off, and the values that it comes from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DotRow {
    /// What it is.
    pub name: String,
    /// Rows of the same group stand together and have the same colour.
    pub group: usize,
    /// The large dot, such as a mean.
    pub middle: f64,
    /// Both ends of the bar.
    pub low: f64,
    /// Both ends of the bar.
    pub high: f64,
    /// Small dots: the values themselves, as far as they are to be shown.
    pub values: Vec<f64>,
}

impl DotRow {
    /// A row of the mean of values and one standard deviation (of a sample) to both sides; no bar for fewer than two.
    pub fn of_values(name: impl Into<String>, group: usize, values: Vec<f64>) -> Self {
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count.max(1.0);
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let deviation = if values.len() > 1 { (squares / (count - 1.0)).sqrt() } else { 0.0 };
        Self { name: name.into(), group, middle: mean, low: mean - deviation, high: mean + deviation, values }
    }
}

/// Rows of dots with error bars, one below the other.
#[derive(Clone, Debug, PartialEq)]
pub struct DotChart {
    /// What the chart shows.
    pub title: String,
    /// A line below the title, such as what dots and bars mean.
    pub remark: String,
    /// From left to right.
    pub across: Axis,
    /// From top to bottom.
    pub rows: Vec<DotRow>,
}

impl DotChart {
    /// The chart as a PNG, 960 pixels wide and as high as its rows need.
    ///
    /// # Errors
    /// [`crate::error::Error::Output`] if it cannot be encoded, [`crate::error::Error::Data`] if the fonts are damaged.
    pub fn to_png(&self) -> Result<Vec<u8>> {
        let (tops, bottom) = self.row_tops();
        let mut canvas = Canvas::new(WIDTH as i32, (bottom + FOOT) as i32)?;
        canvas.text(&self.title, (24.0, 38.0), Align::Left, Lettering::new(21.0).bold());
        canvas.text(&self.remark, (24.0, 64.0), Align::Left, Lettering::new(15.0).colored(FAINT_INK));
        let names = Lettering::new(15.0);
        let name = |canvas: &Canvas, row: &DotRow| shortened(canvas, &row.name, names);
        let widest = self.rows.iter().map(|row| canvas.width_of(&name(&canvas, row), names)).fold(40.0, f64::max);
        let left = 24.0 + widest + 16.0;
        let place = |value: f64| left + (RIGHT - left) * self.across.share_of(value);
        for (value, text) in self.across.marks(8) {
            canvas.line(&[(place(value), TOP), (place(value), bottom)], 1.0, GRID);
            let marks = Lettering::new(14.0).colored(FAINT_INK);
            canvas.text(&text, (place(value), bottom + 20.0), Align::Middle, marks);
        }
        for (row, top) in self.rows.iter().zip(tops) {
            let (middle, color) = (top + ROW_HEIGHT / 2.0, SERIES[row.group % SERIES.len()]);
            canvas.text_around(&name(&canvas, row), (left - 14.0, middle), Align::Right, names);
            let (low, high) = (place(row.low), place(row.high));
            canvas.line(&[(low, middle), (high, middle)], 2.0, color);
            for end in [low, high] {
                canvas.line(&[(end, middle - 5.0), (end, middle + 5.0)], 2.0, color);
            }
            row.values.iter().for_each(|&value| canvas.dot((place(value), middle), 3.0, color, 0.45));
            canvas.dot((place(row.middle), middle), 5.0, color, 1.0);
        }
        canvas.line(&[(left, TOP), (left, bottom), (RIGHT, bottom)], 1.0, INK);
        canvas.text(self.across.label(), ((left + RIGHT) / 2.0, bottom + 48.0), Align::Middle, Lettering::new(16.0));
        canvas.into_png()
    }

    /// Where each row begins, and where the last one ends.
    fn row_tops(&self) -> (Vec<f64>, f64) {
        let (mut tops, mut y) = (Vec::new(), TOP + GROUP_GAP / 2.0);
        for (index, row) in self.rows.iter().enumerate() {
            if index > 0 && self.rows[index - 1].group != row.group {
                y += GROUP_GAP;
            }
            tops.push(y);
            y += ROW_HEIGHT;
        }
        (tops, y + GROUP_GAP / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_the_mean_and_the_deviation_of_a_sample() {
        let row = DotRow::of_values("three", 0, vec![1.0, 2.0, 3.0]);
        assert_eq!((row.middle, row.low, row.high), (2.0, 1.0, 3.0));
        let single = DotRow::of_values("one", 0, vec![4.0]);
        assert_eq!((single.low, single.high), (4.0, 4.0));
    }

    #[test]
    fn the_bar_spans_from_low_to_high() -> Result<()> {
        let rows = vec![DotRow { middle: 5.0, low: 2.0, high: 8.0, ..DotRow::default() }];
        let chart = DotChart { title: String::new(), remark: String::new(), across: Axis::new("", 0.0, 10.0), rows };
        let picture = image::load_from_memory(&chart.to_png()?).expect("a PNG").to_rgb8();
        let color = image::Rgb([SERIES[0].0, SERIES[0].1, SERIES[0].2]);
        let y = (TOP + GROUP_GAP / 2.0 + ROW_HEIGHT / 2.0) as u32;
        let colored: Vec<u32> = (0..picture.width()).filter(|&x| *picture.get_pixel(x, y) == color).collect();
        let axis_px = RIGHT - (24.0 + 40.0 + 16.0);
        let span = f64::from(colored[colored.len() - 1] - colored[0]);
        assert!((span / axis_px - 0.6).abs() < 0.01, "{span} of {axis_px}");
        Ok(())
    }
}

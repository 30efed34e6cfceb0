//! Bar charts: named values in, a PNG with a bar a value out.

use super::axis::Axis;
use super::canvas::{Align, Canvas, FAINT_INK, GRID, INK, Lettering, SERIES};
use crate::error::Result;

const WIDTH: f64 = 960.0;
const TOP: f64 = 66.0;
const ROW_HEIGHT: f64 = 36.0;
const BAR_HEIGHT: f64 = 22.0;
/// Room below the bars for the marks of the axis and its label.
const FOOT: f64 = 66.0;
/// Room behind the longest bar for its text.
const RIGHT_MARGIN: f64 = 150.0;
/// Names longer than this are cut.
const MOST_NAME_PX: f64 = 330.0;

/// One bar.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// What it is.
    pub name: String,
    /// How long it is, on the axis of the chart.
    pub value: f64,
    /// The text at its end, such as the value with its unit.
    pub text: String,
}

/// Bars from the left to the right, one below the other.
#[derive(Clone, Debug, PartialEq)]
pub struct BarChart {
    /// What the chart shows.
    pub title: String,
    /// From left to right. A bar begins at its lower end: let this be 0 if lengths are to be compared.
    pub across: Axis,
    /// From top to bottom.
    pub bars: Vec<Bar>,
}

impl BarChart {
    /// The chart as a PNG, 960 pixels wide and as high as its bars need.
    ///
    /// # Errors
    /// [`crate::error::Error::Output`] if it cannot be encoded, [`crate::error::Error::Data`] if the fonts are damaged.
    pub fn to_png(&self) -> Result<Vec<u8>> {
        let bottom = TOP + ROW_HEIGHT * self.bars.len().max(1) as f64;
        let mut canvas = Canvas::new(WIDTH as i32, (bottom + FOOT) as i32)?;
        canvas.text(&self.title, (24.0, 38.0), Align::Left, Lettering::new(21.0).bold());
        let names = Lettering::new(16.0);
        let widest = self.bars.iter().map(|bar| canvas.width_of(&bar.name, names)).fold(60.0, f64::max);
        let (left, right) = (24.0 + widest.min(MOST_NAME_PX) + 12.0, WIDTH - RIGHT_MARGIN);
        let place = |value: f64| left + (right - left) * self.across.share_of(value);
        let marks = Lettering::new(14.0).colored(FAINT_INK);
        for (value, text) in self.across.marks(6) {
            canvas.line(&[(place(value), TOP), (place(value), bottom)], 1.0, GRID);
            canvas.text(&text, (place(value), bottom + 20.0), Align::Middle, marks);
        }
        for (row, bar) in self.bars.iter().enumerate() {
            let middle = TOP + ROW_HEIGHT * (row as f64 + 0.5);
            let end = place(bar.value);
            canvas.fill((left, middle - BAR_HEIGHT / 2.0), (end, middle + BAR_HEIGHT / 2.0), SERIES[0]);
            canvas.text_around(&bar.text, (end + 8.0, middle), Align::Left, names);
            let name = shortened(&canvas, &bar.name, names);
            canvas.text_around(&name, (left - 12.0, middle), Align::Right, names);
        }
        canvas.line(&[(left, TOP), (left, bottom)], 1.0, INK);
        canvas.text(self.across.label(), ((left + right) / 2.0, bottom + 48.0), Align::Middle, names);
        canvas.into_png()
    }
}

/// A name that fits its column, cut with dots where it must be.
pub(super) fn shortened(canvas: &Canvas, name: &str, lettering: Lettering) -> String {
    if canvas.width_of(name, lettering) <= MOST_NAME_PX {
        return name.to_owned();
    }
    let fits = |end: usize| canvas.width_of(&format!("{}...", &name[..end]), lettering) <= MOST_NAME_PX;
    let end = name.char_indices().map(|(at, _)| at).take_while(|&at| fits(at)).last().unwrap_or(0);
    format!("{}...", &name[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_long_as_their_values() -> Result<()> {
        let bar = |name: &str, value| Bar { name: name.to_owned(), value, text: format!("{value:.1}") };
        let chart = BarChart {
            title: "Lengths".to_owned(),
            across: Axis::new("value", 0.0, 10.0),
            bars: vec![bar("half", 5.0), bar("full", 10.0)],
        };
        let picture = image::load_from_memory(&chart.to_png()?).expect("a PNG").to_rgb8();
        let color = image::Rgb([SERIES[0].0, SERIES[0].1, SERIES[0].2]);
        let length = |row: f64| {
            let y = (TOP + ROW_HEIGHT * (row + 0.5)) as u32;
            (0..picture.width()).filter(|&x| *picture.get_pixel(x, y) == color).count() as i32
        };
        assert!(length(1.0) > 500 && (length(1.0) - 2 * length(0.0)).abs() <= 3, "{} {}", length(0.0), length(1.0));
        Ok(())
    }

    #[test]
    fn long_and_foreign_names_fit() -> Result<()> {
        let canvas = Canvas::new(10, 10)?;
        let name = "\u{e4}\u{1f600}".repeat(80);
        let short = shortened(&canvas, &name, Lettering::new(16.0));
        assert!(short.ends_with("...") && canvas.width_of(&short, Lettering::new(16.0)) <= MOST_NAME_PX);
        let chart = BarChart { title: name.clone(), across: Axis::new("", 0.0, 1.0), bars: Vec::new() };
        assert!(!chart.to_png()?.is_empty());
        Ok(())
    }
}

//! Line charts: series of points and two axes in, a PNG out.

use super::axis::Axis;
use super::canvas::{Align, Canvas, FAINT_INK, GRID, INK, Lettering, SERIES};
use crate::error::Result;

const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 640.0;
const LEFT: f64 = 92.0;
const RIGHT: f64 = 928.0;
const TOP: f64 = 92.0;
const BOTTOM: f64 = 566.0;

/// How a series is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeriesStyle {
    /// A line from point to point.
    Line,
    /// A dot a point.
    Dots,
    /// Both.
    LineAndDots,
    /// A thin grey line to compare with.
    Guide,
    /// Upright error bars: each two points in a row are the ends of one.
    ErrorBars,
}

/// Points that belong together.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Its name in the legend.
    pub name: String,
    /// (across, up), in the order in which they are joined.
    pub points: Vec<(f64, f64)>,
    /// How it is drawn.
    pub style: SeriesStyle,
}

/// Series over two axes.
#[derive(Clone, Debug, PartialEq)]
pub struct LineChart {
    /// What the chart shows.
    pub title: String,
    /// From left to right.
    pub across: Axis,
    /// From the bottom upwards.
    pub up: Axis,
    /// Drawn in this order, each in its colour; the legend names them.
    pub series: Vec<Series>,
}

impl LineChart {
    /// The chart as a PNG of 960 x 640 pixels. Points that are not finite are left out; those beyond an axis lie on its end.
    ///
    /// # Errors
    /// [`crate::error::Error::Output`] if it cannot be encoded, [`crate::error::Error::Data`] if the fonts are damaged.
    pub fn to_png(&self) -> Result<Vec<u8>> {
        let mut canvas = Canvas::new(WIDTH as i32, HEIGHT as i32)?;
        canvas.text(&self.title, (LEFT, 38.0), Align::Left, Lettering::new(21.0).bold());
        self.draw_axes(&mut canvas);
        let mut legend_x = LEFT;
        let mut colors = SERIES.into_iter().cycle();
        for series in &self.series {
            let color = if series.style == SeriesStyle::Guide { FAINT_INK } else { colors.next().unwrap_or(INK) };
            let points: Vec<(f64, f64)> = series.points.iter().filter_map(|&point| self.place(point)).collect();
            draw_series(&mut canvas, &points, series.style, color);
            let swatch = [(legend_x, 65.0), (legend_x + 24.0, 65.0)];
            draw_series(&mut canvas, &swatch, series.style, color);
            let lettering = Lettering::new(15.0);
            canvas.text_around(&series.name, (legend_x + 36.0, 65.0), Align::Left, lettering);
            legend_x += 36.0 + canvas.width_of(&series.name, lettering) + 28.0;
        }
        canvas.into_png()
    }

    fn place(&self, (across, up): (f64, f64)) -> Option<(f64, f64)> {
        let is_finite = across.is_finite() && up.is_finite();
        let x = LEFT + (RIGHT - LEFT) * self.across.share_of(across);
        is_finite.then(|| (x, BOTTOM - (BOTTOM - TOP) * self.up.share_of(up)))
    }

    fn draw_axes(&self, canvas: &mut Canvas) {
        let lettering = Lettering::new(14.0).colored(FAINT_INK);
        for (value, text) in self.across.marks(8) {
            let x = LEFT + (RIGHT - LEFT) * self.across.share_of(value);
            canvas.line(&[(x, TOP), (x, BOTTOM)], 1.0, GRID);
            canvas.text(&text, (x, BOTTOM + 22.0), Align::Middle, lettering);
        }
        for (value, text) in self.up.marks(8) {
            let y = BOTTOM - (BOTTOM - TOP) * self.up.share_of(value);
            canvas.line(&[(LEFT, y), (RIGHT, y)], 1.0, GRID);
            canvas.text_around(&text, (LEFT - 10.0, y), Align::Right, lettering);
        }
        canvas.line(&[(LEFT, TOP), (LEFT, BOTTOM), (RIGHT, BOTTOM)], 1.0, INK);
        let label = Lettering::new(16.0);
        canvas.text(self.across.label(), ((LEFT + RIGHT) / 2.0, BOTTOM + 52.0), Align::Middle, label);
        canvas.text(self.up.label(), (28.0, (TOP + BOTTOM) / 2.0), Align::Upwards, label);
    }
}

fn draw_series(canvas: &mut Canvas, points: &[(f64, f64)], style: SeriesStyle, color: plotters::style::RGBColor) {
    match style {
        SeriesStyle::Guide => points.windows(2).for_each(|ends| canvas.line(ends, 1.0, color)),
        SeriesStyle::Line | SeriesStyle::LineAndDots => {
            points.windows(2).for_each(|ends| canvas.line(ends, 2.5, color))
        }
        SeriesStyle::ErrorBars => points.chunks_exact(2).for_each(|ends| {
            canvas.line(ends, 1.5, color);
            for (x, y) in ends {
                canvas.line(&[(x - 4.0, *y), (x + 4.0, *y)], 1.5, color);
            }
        }),
        SeriesStyle::Dots => {}
    }
    if matches!(style, SeriesStyle::Dots | SeriesStyle::LineAndDots) {
        points.iter().for_each(|&point| canvas.dot(point, 4.5, color, 1.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart() -> LineChart {
        let series =
            |name: &str, style, points: &[(f64, f64)]| Series { name: name.to_owned(), points: points.to_vec(), style };
        LineChart {
            title: "Share".to_owned(),
            across: Axis::new("rejected (%)", 0.0, 10.0),
            up: Axis::new("error (%)", 0.01, 1.0).logarithmic(),
            series: vec![
                series("guide", SeriesStyle::Guide, &[(0.0, 0.1), (10.0, 0.1)]),
                series("reader", SeriesStyle::LineAndDots, &[(0.0, 1.0), (5.0, 0.1), (f64::NAN, 0.1), (10.0, 0.0)]),
            ],
        }
    }

    #[test]
    fn the_same_figures_give_the_same_picture_and_others_another() -> Result<()> {
        let bytes = chart().to_png()?;
        let picture = image::load_from_memory(&bytes).expect("a PNG").to_rgb8();
        assert_eq!(picture.dimensions(), (960, 640));
        assert_eq!(bytes, chart().to_png()?);
        let mut other = chart();
        other.series[1].points[1].1 = 0.2;
        assert_ne!(bytes, other.to_png()?);
        Ok(())
    }

    #[test]
    fn points_are_where_the_axes_say() -> Result<()> {
        let picture = image::load_from_memory(&chart().to_png()?).expect("a PNG").to_rgb8();
        let color = SERIES[0];
        // Half way across, and half way up on the logarithmic axis.
        let (x, y) = (((LEFT + RIGHT) / 2.0) as u32, ((TOP + BOTTOM) / 2.0) as u32);
        assert_eq!(picture.get_pixel(x, y).0, [color.0, color.1, color.2]);
        assert_eq!(picture.get_pixel(x, y - 60).0, [255; 3]);
        Ok(())
    }
}

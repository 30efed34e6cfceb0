//! Charts: figures in, the bytes of a PNG out. The same figures give the same bytes everywhere.
//!
//! Text is set in the fonts that come with the program, which have the ASCII characters alone; any other becomes `?`.
//! What a chart shows, and where it is written, is left to the caller.

mod axis;
mod bars;
mod canvas;
mod dots;
mod explanation;
mod heat;
mod lines;
mod pictures;
mod template;
mod view;

pub use axis::Axis;
pub use bars::{Bar, BarChart};
pub use dots::{DotChart, DotRow};
pub use explanation::ExplanationSheet;
pub use heat::HeatMap;
pub use lines::{LineChart, Series, SeriesStyle};
pub use pictures::{PictureSheet, Tile};
pub use template::template_picture;

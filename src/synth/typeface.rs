//! The printed type of forms and cheques: the fonts that come with the program in, glyph outlines out.
//!
//! Origin and licence of the fonts: `src/synth/fonts/README.md`. Where text stands is decided by the designs.

use std::path::PathBuf;

use ab_glyph::{Font, FontRef, Glyph, PxScale, ScaleFont, point};

use crate::error::{Error, Result};

/// A style of printed type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Face {
    /// Sans-serif.
    Sans,
    /// Sans-serif, bold.
    SansBold,
    /// Serif.
    Serif,
    /// Serif, bold.
    SerifBold,
}

/// The four fonts, ready to draw.
#[derive(Clone, Debug)]
pub(crate) struct Typefaces {
    fonts: [FontRef<'static>; 4],
}

impl Typefaces {
    /// Reads the fonts that come with the program.
    pub(crate) fn load() -> Result<Self> {
        Ok(Self {
            fonts: [
                parse("arimo-400", include_bytes!("fonts/arimo-400.ttf"))?,
                parse("arimo-700", include_bytes!("fonts/arimo-700.ttf"))?,
                parse("tinos-400", include_bytes!("fonts/tinos-400.ttf"))?,
                parse("tinos-700", include_bytes!("fonts/tinos-700.ttf"))?,
            ],
        })
    }

    /// How wide a text is, in pixels, at a type size (em) in pixels.
    pub(crate) fn width_px(&self, face: Face, size_px: f64, text: &str) -> f64 {
        let font = self.font(face);
        let scaled = font.as_scaled(scale(font, size_px));
        text.chars().map(|letter| f64::from(scaled.h_advance(scaled.glyph_id(letter)))).sum()
    }

    /// Hands every touched pixel of a text, with its coverage from 0 to 1, to `ink`; (`x_px`, `y_px`) is where the
    /// baseline starts.
    pub(crate) fn draw(
        &self,
        face: Face,
        size_px: f64,
        (x_px, y_px): (f64, f64),
        text: &str,
        mut ink: impl FnMut(i32, i32, f64),
    ) {
        let font = self.font(face);
        let scaled = font.as_scaled(scale(font, size_px));
        let mut x = x_px as f32;
        for letter in text.chars() {
            let id = scaled.glyph_id(letter);
            let glyph: Glyph = id.with_scale_and_position(scaled.scale(), point(x, y_px as f32));
            if let Some(outline) = font.outline_glyph(glyph) {
                let corner = outline.px_bounds().min;
                outline.draw(|column, row, coverage| {
                    ink(corner.x as i32 + column as i32, corner.y as i32 + row as i32, f64::from(coverage));
                });
            }
            x += scaled.h_advance(id);
        }
    }

    fn font(&self, face: Face) -> &FontRef<'static> {
        &self.fonts[face as usize]
    }
}

/// The scale at which the em of the font is `size_px` high (the crate's own scale counts ascent to descent).
fn scale(font: &FontRef<'_>, size_px: f64) -> PxScale {
    let em = font.units_per_em().unwrap_or(2048.0);
    PxScale::from(size_px as f32 * font.height_unscaled() / em)
}

fn parse(name: &str, bytes: &'static [u8]) -> Result<FontRef<'static>> {
    FontRef::try_from_slice(bytes).map_err(|cause| Error::Data {
        path: PathBuf::from(format!("the built-in font {name}")),
        reason: format!("cannot be read ({cause}); build the program again"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_as_wide_and_high_as_its_size_says() -> Result<()> {
        let faces = Typefaces::load()?;
        for face in [Face::Sans, Face::SansBold, Face::Serif, Face::SerifBold] {
            // A digit of Arimo and Tinos is 0.5 to 0.57 em wide and about 0.66 to 0.72 em high.
            let width = faces.width_px(face, 100.0, "8");
            assert!((49.0..58.0).contains(&width), "{face:?}: {width}");
            let (mut top, mut bottom) = (i32::MAX, i32::MIN);
            faces.draw(face, 100.0, (0.0, 200.0), "8", |_, y, coverage| {
                if coverage > 0.5 {
                    (top, bottom) = (top.min(y), bottom.max(y));
                }
            });
            assert!((62..78).contains(&(bottom - top)) && (196..204).contains(&bottom), "{face:?}: {top} to {bottom}");
        }
        Ok(())
    }
}

//! The line of printed characters at the foot of a cheque, in the shapes of the magnetic-ink type E-13B.
//!
//! They are printed, not handwritten: on whole cheques no truth row belongs to them.

use crate::reader::magnetic_ink::{CELL_INCH, ROWS, Symbol};
use crate::synth::sheet::{Area, Sheet};

/// From one character to the next, in millimetres: 8 to the inch.
pub(in crate::synth) const ADVANCE_MM: f64 = 25.4 / 8.0;
/// Side of a grid cell, in millimetres.
const CELL_MM: f64 = CELL_INCH * 25.4;
/// Height of a character, in millimetres.
pub(in crate::synth) const HEIGHT_MM: f64 = ROWS as f64 * CELL_MM;

/// Prints digits, `A` (transit), `B` (amount), `C` (on-us), `D` (dash) and blanks from (`x`, `y`), the top left corner, in one grey.
pub(in crate::synth) fn print(sheet: &mut Sheet, (x, y): (f64, f64), text: &str, level: u8) {
    for (place, symbol) in text.chars().enumerate().filter_map(|(place, c)| Some((place, Symbol::of_char(c)?))) {
        for [left, top, width, height] in symbol.strokes() {
            let (left, top) = (x + ADVANCE_MM * place as f64 + CELL_MM * left, y + CELL_MM * top);
            sheet.fill(&Area::new(left, top, CELL_MM * width, CELL_MM * height), level);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Result;

    #[test]
    fn characters_stand_eight_to_the_inch() -> Result<()> {
        let mut sheet = Sheet::blank(20.0, 6.0, 10.0)?;
        print(&mut sheet, (1.0, 1.0), "A 0", 0);
        let pixels = sheet.into_pixels();
        let inked = |from: u32, to: u32| (from..to).any(|x| (0..60).any(|y| pixels.get_pixel(x, y)[0] == 0));
        assert!(inked(10, 34) && !inked(34, 73) && inked(73, 100) && !inked(100, 200));
        Ok(())
    }
}

//! Draws a cheque's magnetic-ink line by itself: a recipe and an index in, a worn strip and its text out.

use super::design::magnetic_ink::{self, ADVANCE_MM, HEIGHT_MM};
use super::hand::Hand;
use super::random::Dice;
use super::sheet::{Area, Sheet};
use super::{DigitBank, Drawn, Purpose, Recipe, resolution, scan};
use crate::error::Result;

/// Draws one line: print that is faint or broken in part of the cases, fine waves behind it, a signature that hangs into it.
pub(super) fn draw(bank: &DigitBank, recipe: &Recipe, index: u64) -> Result<Drawn> {
    let stream = |purpose: Purpose| Dice::new(&[recipe.seed, index, purpose as u64]);
    let (dpi, fineness) = resolution(recipe, &mut stream(Purpose::Page));
    let mut dice = stream(Purpose::Print);
    let text = text(&mut dice);
    let (left, top) = (dice.between(3.0, 12.0), dice.between(4.0, 8.0));
    let width = ADVANCE_MM * text.len() as f64;
    let size = (left + width + dice.between(3.0, 15.0), top + HEIGHT_MM + dice.between(3.0, 6.0));
    let mut sheet = Sheet::blank(size.0, size.1, f64::from(dpi * fineness) / 25.4)?;
    if dice.chance(0.5) {
        waves(&mut sheet, size, &mut dice);
    }
    let faint = dice.chance(0.25);
    let level = if faint { dice.whole(40, 130) as u8 } else { 0 };
    magnetic_ink::print(&mut sheet, (left, top), &text, level);
    let area = Area::new(left, top, width, HEIGHT_MM);
    if dice.chance(0.3) {
        break_print(&mut sheet, &area, text.len(), &mut dice);
    }
    if dice.chance(0.15) {
        let hand = Hand::new(bank, recipe, &mut stream(Purpose::Hand));
        let corner = (left + dice.between(0.3, 0.6) * width, top + dice.between(-0.5, 0.3) * HEIGHT_MM);
        hand.sign(&mut sheet, corner, 35.0, 7.0, &mut stream(Purpose::Marks));
    }
    let bounds = sheet.to_px(&area);
    Ok(scan(sheet, recipe, index, (dpi, fineness), vec![("n1".to_owned(), text, bounds)]))
}

/// A line of a personal or business cheque of the United States or of an Indian cheque.
fn text(dice: &mut Dice) -> String {
    let mut digits =
        |count: usize| -> String { (0..count).map(|_| char::from(b'0' + dice.whole(0, 9) as u8)).collect() };
    let (routing, serial, six, code) = (digits(9), digits(4), digits(6), digits(2));
    let long = digits(10);
    match dice.whole(0, 4) {
        0 => format!("C00{serial}C A{routing}A {long}C"),
        1 => format!("C{six}C {routing}A 00{serial}C {code}"),
        2 => format!("A{routing}A {}D{}C {serial}", &long[..4], &long[4..]),
        3 => format!("A{routing}A {long}C {serial} B00000{}B", &six[..5]),
        _ => format!("A{routing}A {long}C {serial}"),
    }
}

/// Fine wavy lines behind the print.
fn waves(sheet: &mut Sheet, (width, height): (f64, f64), dice: &mut Dice) {
    let (level, length, swing) = (dice.whole(150, 215) as u8, dice.between(8.0, 30.0), dice.between(0.3, 1.5));
    let step = dice.between(0.9, 1.8);
    for line in 0..(height / step) as usize {
        let y = step * line as f64;
        let wave = |x: f64| y + swing * libm::sin(std::f64::consts::TAU * (x / length + 0.03 * line as f64));
        let points: Vec<(f64, f64)> =
            (0..=(width / 0.5) as usize).map(|x| (0.5 * x as f64, wave(0.5 * x as f64))).collect();
        sheet.stroke(&points, 0.11, level);
    }
}

/// Small spots without ink, up to three a character.
fn break_print(sheet: &mut Sheet, area: &Area, characters: usize, dice: &mut Dice) {
    for _ in 0..dice.whole(characters / 2, 3 * characters) {
        let (x, y) = (area.x + area.width * dice.unit(), area.y + area.height * dice.unit());
        sheet.fill(&Area::new(x, y, dice.between(0.1, 0.35), dice.between(0.1, 0.35)), 255);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::ScanKind;

    #[test]
    fn a_strip_has_one_line_as_wide_as_its_text() -> Result<()> {
        let bank = DigitBank::built_in()?;
        let recipe = Recipe::new(ScanKind::Micr, 3);
        for index in 0..10 {
            let drawn = draw(&bank, &recipe, index)?;
            let [row] = drawn.truth.as_slice() else { panic!("one line") };
            let expected = f64::from(drawn.dpi) / 8.0 * row.value.len() as f64;
            assert!((f64::from(row.bounds.width) - expected).abs() < 0.05 * expected, "{row:?} {}", drawn.dpi);
            assert!(row.value.contains('A') && drawn.image.width() as i32 > row.bounds.width);
        }
        Ok(())
    }
}

//! Draws scans with known numbers: a recipe, an index and a bank of handwritten digits in, pixels and their truth out.
//!
//! Forms, cheques and single numbers are printed (`design`), written on with digits of a [`DigitBank`]
//! (`hand`), and worn by a scanner (`wear`). A scan depends on its recipe, its index and the bank alone:
//! every machine and every number of threads draws the same. [`write_folder`] writes many of them with a `truth.csv`.

mod amounts;
mod bank;
mod design;
mod form_file;
mod hand;
mod inscribe;
mod magnetic_line;
mod pen;
mod photograph;
mod random;
mod recipe;
mod samples;
mod scribble;
mod sheet;
mod signs;
mod slot;
mod spacing;
pub(crate) mod sums;
pub(crate) mod typeface;
mod wear;
mod write;

use image::GrayImage;

pub use bank::DigitBank;
pub use recipe::{FormDesign, Recipe, ScanKind, Span, Wear, Writing};
pub use write::{Request, Scans, Summary, write_folder};

use crate::error::Result;
use crate::geometry::{Rect, Transform};
use amounts::Amount;
use design::{Design, Mark};
use hand::Hand;
use random::Dice;
use sheet::{Area, Mask, Sheet};
use slot::Content;

/// What random numbers are drawn for; each purpose has a stream of its own, so that a field left empty changes no other.
#[derive(Clone, Copy)]
enum Purpose {
    Page,
    Print,
    Hand,
    Marks,
    Scanner,
    Noise,
    Field,
    Amount,
    Sums,
    Camera,
}

/// One number of a drawn scan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TruthRow {
    /// The page, from 1.
    pub page: usize,
    /// Name of the field, such as `total_income`; on lines `n1`.
    pub field: String,
    /// The number as text with a decimal point, such as `001234` or `1234.50`; empty if nothing is written in the field.
    pub value: String,
    /// What is written, in the symbols of [`crate::reader::line::Symbol`], where that is more than the value.
    pub text: Option<String>,
    /// The field's box on the scan, in pixels; on lines the box of the number.
    pub bounds: Rect,
}

/// A drawn scan of one page.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawn {
    /// The pixels: paper high, ink low.
    pub image: GrayImage,
    /// Dots per inch.
    pub dpi: u32,
    /// The numbers, in reading order.
    pub truth: Vec<TruthRow>,
}

/// Draws one scan; the same recipe, index and bank give the same scan everywhere.
///
/// A recipe's values beyond their ranges are brought into them. Forms take turns with the designs: index 0, 3, 6 ... is a tax return, then a delivery note, then a meter card; unless the recipe names one design.
///
/// # Errors
/// [`crate::error::Error::Data`] if the program's own fonts are damaged.
pub fn draw(bank: &DigitBank, recipe: &Recipe, index: u64) -> Result<Drawn> {
    match recipe.kind {
        ScanKind::Form => {
            draw_page(bank, recipe, index, recipe.design.map_or(Design::FORMS[(index % 3) as usize], Design::of))
        }
        ScanKind::Cheque => draw_page(bank, recipe, index, Design::Cheque),
        ScanKind::Line => draw_line(bank, recipe, index),
        ScanKind::Micr => magnetic_line::draw(bank, recipe, index),
    }
}

fn draw_page(bank: &DigitBank, recipe: &Recipe, index: u64, design: Design) -> Result<Drawn> {
    let stream = |purpose: Purpose| Dice::new(&[recipe.seed, index, purpose as u64]);
    let (dpi, fineness) = resolution(recipe, &mut stream(Purpose::Page));
    let (width_mm, height_mm) = design.size_mm();
    let blank = Sheet::blank(width_mm, height_mm, f64::from(dpi * fineness) / 25.4)?;
    let mut printed = design.print(blank, &mut stream(Purpose::Print));
    let hand = Hand::new(bank, recipe, &mut stream(Purpose::Hand));
    let mut marks = stream(Purpose::Marks);
    for mark in &printed.marks {
        leave_mark(&hand, &mut printed.sheet, mark, &mut marks);
    }
    let sums = if recipe.sums && design == Design::TaxReturn {
        sums::values(recipe.empty_share, recipe.separator_share, &mut stream(Purpose::Sums))
    } else {
        Vec::new()
    };
    let mut values = Vec::with_capacity(printed.slots.len());
    for (place, slot) in printed.slots.iter().enumerate() {
        let mut dice = Dice::new(&[recipe.seed, index, Purpose::Field as u64, place as u64]);
        let by_chance = dice.chance(recipe.empty_share);
        let given = sums.iter().find(|(name, _)| *name == slot.name).map(|(_, value)| value.as_str());
        let is_empty = given.map_or(by_chance, str::is_empty);
        let value = match (is_empty, given) {
            (true, _) => String::new(),
            (false, given) => slot.write(&mut printed.sheet, bank, &hand, recipe, given, &mut dice),
        };
        values.push((slot.name.clone(), value, printed.sheet.to_px(&slot.area)));
    }
    Ok(scan(printed.sheet, recipe, index, (dpi, fineness), values))
}

/// One number on white paper, its margin about a third of its height.
fn draw_line(bank: &DigitBank, recipe: &Recipe, index: u64) -> Result<Drawn> {
    let stream = |purpose: Purpose| Dice::new(&[recipe.seed, index, purpose as u64]);
    let (dpi, fineness) = resolution(recipe, &mut stream(Purpose::Page));
    let hand = Hand::new(bank, recipe, &mut stream(Purpose::Hand));
    let px_per_mm = f64::from(dpi * fineness) / 25.4;
    let height_px = hand.height_mm * px_per_mm;
    let (written, mut dice) = match recipe.writing {
        Writing::Plain => {
            let mut dice = stream(Purpose::Field);
            (plain_number(bank, recipe, &hand, height_px, &mut dice), dice)
        }
        Writing::Amounts => {
            let mut dice = stream(Purpose::Amount);
            let amount = Amount::draw(&mut dice);
            let touching = dice.chance(recipe.touching_share);
            let mask = hand.write_amount(bank, &amount, height_px, touching, &mut dice);
            (Written { text: Some(amount.text()), value: amount.value, mask }, dice)
        }
    };
    let Written { value, text, mask } = written;
    let margin = (dice.between(0.25, 0.6) * hand.height_mm, dice.between(0.2, 0.45) * hand.height_mm);
    let (width_mm, height_mm) = (mask.width as f64 / px_per_mm, mask.height as f64 / px_per_mm);
    let mut sheet = Sheet::blank(width_mm + 2.0 * margin.0, height_mm + 2.0 * margin.1, px_per_mm)?;
    let corner = sheet.to_px(&Area::new(margin.0, margin.1, width_mm, height_mm));
    sheet.write(&mask, corner.x, corner.y, hand.level);
    let mut drawn = scan(sheet, recipe, index, (dpi, fineness), vec![("n1".to_owned(), value, corner)]);
    drawn.truth.iter_mut().for_each(|row| row.text.clone_from(&text));
    Ok(drawn)
}

/// A number as it stands on a line.
struct Written {
    value: String,
    text: Option<String>,
    mask: Mask,
}

fn plain_number(bank: &DigitBank, recipe: &Recipe, hand: &Hand, height_px: f64, dice: &mut Dice) -> Written {
    let content = if dice.chance(recipe.separator_share) {
        Content::Amount { least: 1, most: 7 }
    } else {
        let (least, most) = (recipe.line_digits.0.clamp(1, 20), recipe.line_digits.1.clamp(1, 20));
        Content::Digits { least: least.min(most), most }
    };
    let value = content.draw(1.0, dice);
    let touching = dice.chance(recipe.touching_share);
    let mask = hand.write(bank, &value, height_px, touching, dice);
    Written { value, text: None, mask }
}

/// Dots per inch, and how many times finer the sheet is drawn: twice below 250, where single pixels would show.
fn resolution(recipe: &Recipe, dice: &mut Dice) -> (u32, u32) {
    let (least, most) = (recipe.dpi.0.clamp(50, 1200), recipe.dpi.1.clamp(50, 1200));
    let dpi = dice.whole(least.min(most) as usize, most as usize) as u32;
    (dpi, if dpi < 250 { 2 } else { 1 })
}

fn leave_mark(hand: &Hand, sheet: &mut Sheet, mark: &Mark, dice: &mut Dice) {
    match *mark {
        Mark::Signature(area) => hand.sign(sheet, (area.x, area.bottom()), area.width, area.height, dice),
        Mark::Words(area) => hand.scribble(sheet, (area.x, area.bottom()), area.width, area.height, dice),
        Mark::Tick(area) => hand.tick(sheet, (area.x, area.y), area.width, dice),
    }
}

/// Scans a finished sheet and takes the boxes of its fields along.
fn scan(
    sheet: Sheet,
    recipe: &Recipe,
    index: u64,
    (dpi, fineness): (u32, u32),
    values: Vec<(String, String, Rect)>,
) -> Drawn {
    let stream = |purpose: Purpose| Dice::new(&[recipe.seed, index, purpose as u64]);
    let mut scanner = wear::Settled::new(&recipe.wear, &mut stream(Purpose::Scanner));
    scanner.place(&recipe.wear, &mut stream(Purpose::Camera));
    let mut noise = Dice::new(&[recipe.seed, index, Purpose::Noise as u64]);
    let (image, way): (GrayImage, Transform) = scanner.scan(&sheet.into_pixels(), fineness, &mut noise);
    let whole = Rect::new(0, 0, image.width() as i32, image.height() as i32);
    let truth = values
        .into_iter()
        .map(|(field, value, area)| TruthRow {
            page: 1,
            field,
            value,
            text: None,
            bounds: way.apply_to_rect(&area).intersection(&whole),
        })
        .collect();
    Drawn { image, dpi, truth }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A recipe small enough for tests, without noise and skew.
    fn plain(kind: ScanKind) -> Recipe {
        let mut recipe = Recipe::new(kind, 3);
        recipe.dpi = (100, 100);
        recipe.wear = Wear {
            skew_deg: 0.0,
            blur_px: (0.0, 0.0),
            noise: (0.0, 0.0),
            speckle_share: (0.0, 0.0),
            shading_share: (0.0, 0.0),
            ..recipe.wear
        };
        recipe
    }

    const KINDS: [ScanKind; 3] = [ScanKind::Form, ScanKind::Cheque, ScanKind::Line];

    #[test]
    fn the_same_seed_and_index_draw_the_same_and_others_do_not() -> Result<()> {
        let bank = DigitBank::built_in()?;
        for kind in KINDS {
            let recipe = Recipe { dpi: (100, 120), ..Recipe::new(kind, 3) };
            let drawn = draw(&bank, &recipe, 0)?;
            assert_eq!(drawn, draw(&bank, &recipe, 0)?);
            assert_ne!(drawn.truth, draw(&bank, &Recipe { seed: 4, ..recipe.clone() }, 0)?.truth);
            assert_ne!(drawn.truth, draw(&bank, &recipe, 3)?.truth);
        }
        Ok(())
    }

    #[test]
    fn ink_stands_in_the_fields_with_a_value_and_in_no_other() -> Result<()> {
        let bank = DigitBank::built_in()?;
        for (kind, index) in [(ScanKind::Form, 0), (ScanKind::Form, 1), (ScanKind::Form, 2), (ScanKind::Cheque, 0)] {
            let mut recipe = Recipe { overrun_share: 0.0, empty_share: 0.3, ..plain(kind) };
            let drawn = draw(&bank, &recipe, index)?;
            recipe.empty_share = 1.0;
            let blank = draw(&bank, &recipe, index)?;
            assert!(
                drawn.truth.iter().any(|row| row.value.is_empty())
                    && drawn.truth.iter().any(|row| !row.value.is_empty())
            );
            for row in &drawn.truth {
                let mut inked = 0;
                for y in row.bounds.y..row.bounds.bottom() {
                    for x in row.bounds.x..row.bounds.right() {
                        let (x, y) = (x as u32, y as u32);
                        inked += usize::from(
                            drawn.image.get_pixel(x, y)[0].saturating_add(30) < blank.image.get_pixel(x, y)[0],
                        );
                    }
                }
                let digits = row.value.bytes().filter(u8::is_ascii_digit).count();
                // At 100 dpi a digit is about 18 pixels high and its stroke 2 wide.
                assert!(
                    if digits == 0 { inked == 0 } else { inked >= 10 * digits },
                    "{kind:?} {index} {row:?}: {inked}"
                );
            }
        }
        Ok(())
    }

    #[test]
    fn boxes_lie_on_a_skewed_page_and_hold_their_frames() -> Result<()> {
        let bank = DigitBank::built_in()?;
        let mut recipe = plain(ScanKind::Form);
        recipe.wear.skew_deg = 3.0;
        for index in 0..6 {
            let drawn = draw(&bank, &recipe, index)?;
            for row in &drawn.truth {
                let bounds = row.bounds;
                let inside = bounds.x >= 0 && bounds.y >= 0 && bounds.right() <= drawn.image.width() as i32;
                assert!(inside && bounds.bottom() <= drawn.image.height() as i32 && bounds.area() > 400, "{row:?}");
                let rows = bounds.y..bounds.bottom();
                let dark = rows.flat_map(|y| (bounds.x..bounds.right()).map(move |x| (x as u32, y as u32)));
                let darkest = dark.map(|(x, y)| drawn.image.get_pixel(x, y)[0]).min();
                assert!(darkest < Some(150), "{index} {row:?}: nothing printed or written, {darkest:?}");
            }
        }
        Ok(())
    }

    /// The number of connected pieces of ink.
    fn pieces(drawn: &Drawn) -> usize {
        let ink = image::GrayImage::from_fn(drawn.image.width(), drawn.image.height(), |x, y| {
            image::Luma([u8::from(drawn.image.get_pixel(x, y)[0] < 170)])
        });
        let connectivity = imageproc::region_labelling::Connectivity::Eight;
        let labels = imageproc::region_labelling::connected_components(&ink, connectivity, image::Luma([0]));
        labels.iter().max().copied().unwrap_or_default() as usize
    }

    #[test]
    fn a_line_holds_three_to_nine_digits_that_touch_only_when_asked() -> Result<()> {
        let bank = DigitBank::built_in()?;
        let apart = Recipe { dpi: (200, 200), faint_share: 0.0, ..plain(ScanKind::Line) };
        let touching = Recipe { touching_share: 1.0, ..apart.clone() };
        for index in 0..30 {
            let drawn = draw(&bank, &apart, index)?;
            let [row] = drawn.truth.as_slice() else { panic!("one number, not {}", drawn.truth.len()) };
            assert!((3..=9).contains(&row.value.len()) && row.field == "n1", "{row:?}");
            assert!(pieces(&drawn) >= row.value.len(), "{index} {row:?}: {}", pieces(&drawn));
            let drawn = draw(&bank, &touching, index)?;
            assert!(pieces(&drawn) < drawn.truth[0].value.len(), "{index} {:?}: {}", drawn.truth, pieces(&drawn));
        }
        Ok(())
    }

    #[test]
    fn a_separator_is_a_piece_of_its_own_and_a_point_in_the_truth() -> Result<()> {
        let bank = DigitBank::built_in()?;
        let recipe = Recipe { dpi: (200, 200), faint_share: 0.0, separator_share: 1.0, ..plain(ScanKind::Line) };
        for index in 0..30 {
            let drawn = draw(&bank, &recipe, index)?;
            let value = &drawn.truth[0].value;
            let decimals = value.split_once('.').map(|(_, decimals)| decimals.len());
            assert_eq!((decimals, pieces(&drawn)), (Some(2), value.len()), "{index} {value}");
        }
        Ok(())
    }

    #[test]
    fn plain_lines_have_as_many_digits_as_asked() -> Result<()> {
        let bank = DigitBank::built_in()?;
        let pair = Recipe { line_digits: (2, 2), touching_share: 1.0, faint_share: 0.0, ..plain(ScanKind::Line) };
        for index in 0..20 {
            let drawn = draw(&bank, &Recipe { dpi: (200, 200), ..pair.clone() }, index)?;
            assert_eq!((drawn.truth[0].value.len(), &drawn.truth[0].text), (2, &None), "{index}");
            let drawn = draw(&bank, &Recipe { line_digits: (4, 6), ..pair.clone() }, index)?;
            assert!((4..=6).contains(&drawn.truth[0].value.len()), "{index}");
        }
        Ok(())
    }

    #[test]
    fn the_signs_of_an_amount_are_pieces_of_their_own() -> Result<()> {
        let bank = DigitBank::built_in()?;
        let recipe = Recipe { dpi: (200, 200), faint_share: 0.0, writing: Writing::Amounts, ..plain(ScanKind::Line) };
        for index in 0..60 {
            let drawn = draw(&bank, &recipe, index)?;
            let text = drawn.truth[0].text.as_deref().expect("what is written");
            // Two strokes of an equals sign; the line below raised cents, or over a hundred; letters of a currency.
            let characters = text.chars().filter(|&c| c != '^').count() + text.matches('=').count();
            let pieces = pieces(&drawn);
            assert!((characters..=characters + 1).contains(&pieces), "{index} {text}: {pieces} pieces");
        }
        Ok(())
    }
}

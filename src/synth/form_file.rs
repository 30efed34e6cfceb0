//! The template of a drawn form: its design in, the template and the picture of the blank form out.

use image::GrayImage;

use super::design::Design;
use super::random::Dice;
use super::recipe::FormDesign;
use super::sheet::Sheet;
use super::slot::{Content, Frame};
use super::sums;
use crate::error::Result;
use crate::template::{FieldKind, FieldSpec, RuleSpec, Template};

/// Resolution of the blank form, in dots per inch.
pub(super) const DPI: u32 = 300;
/// Name of the picture beside the template.
pub(super) const BLANK_NAME: &str = "blank.png";

/// The blank form as it is printed, without wear, and its template; rules of sums only where the amounts of the pages add up.
///
/// # Errors
/// [`crate::error::Error::Data`] if the program's own fonts are damaged.
pub(super) fn blank(design: FormDesign, has_sums: bool) -> Result<(GrayImage, Template)> {
    let own = Design::of(design);
    let (width_mm, height_mm) = own.size_mm();
    let printed = own.print(Sheet::blank(width_mm, height_mm, f64::from(DPI) / 25.4)?, &mut Dice::new(&[0]));
    let fields = printed.slots.iter().map(|slot| {
        let kind = match slot.content {
            Content::Digits { .. } | Content::Day | Content::Month | Content::Year => FieldKind::Digits,
            Content::Count { .. } => FieldKind::Integer,
            Content::Amount { .. } => FieldKind::Amount,
        };
        let mut field = FieldSpec::new(slot.name.clone(), printed.sheet.to_px(&slot.area), kind);
        if let Frame::Comb { cells } = slot.frame {
            field.cells = Some(cells);
        }
        field
    });
    let rules = sums::RULES.into_iter().filter(|_| has_sums && design == FormDesign::TaxReturn);
    let mut template = Template {
        name: design.name().to_owned(),
        dpi: DPI as f32,
        reference: Some(BLANK_NAME.into()),
        fields: fields.collect(),
        rules: rules.map(|(name, check)| RuleSpec { name: name.to_owned(), check: check.to_owned() }).collect(),
        ..Template::default()
    };
    let picture = printed.sheet.into_pixels();
    (template.width_px, template.height_px) = picture.dimensions();
    Ok((picture, template))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::{DigitBank, Recipe, ScanKind, draw};

    #[test]
    fn the_fields_are_those_of_the_drawn_pages_and_the_rules_are_understood() -> Result<()> {
        let bank = DigitBank::built_in()?;
        for design in [FormDesign::TaxReturn, FormDesign::DeliveryNote, FormDesign::MeterCard] {
            let (picture, template) = blank(design, true)?;
            assert_eq!(picture.dimensions(), (template.width_px, template.height_px));
            assert_eq!(crate::consistency::compile(&template).map(|rules| rules.len()), Ok(template.rules.len()));
            let recipe = Recipe { design: Some(design), dpi: (80, 80), ..Recipe::new(ScanKind::Form, 1) };
            let drawn = draw(&bank, &recipe, 1)?;
            let names = |row: &crate::synth::TruthRow| row.field.clone();
            let known: Vec<String> = template.fields.iter().map(|field| field.name.clone()).collect();
            assert_eq!(drawn.truth.iter().map(names).collect::<Vec<_>>(), known);
        }
        Ok(())
    }
}

//! The template of a drawn form: its design in, `template.toml` and the picture of the blank form out.

use std::fmt::Write;

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

/// The template as TOML. Names and checks of drawn forms hold no character that would have to be escaped.
pub(super) fn toml(template: &Template) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: String| {
        // Writing into a text cannot fail.
        let _ = writeln!(text, "{name}{value}");
    };
    line("name = ", format!("\"{}\"", template.name));
    line("width = ", template.width_px.to_string());
    line("height = ", template.height_px.to_string());
    line("dpi = ", template.dpi.to_string());
    line("reference = ", format!("\"{BLANK_NAME}\""));
    for field in &template.fields {
        let bounds = field.bounds;
        let kind = match field.kind {
            FieldKind::Digits => "digits",
            FieldKind::Integer => "integer",
            FieldKind::Amount => "amount",
            FieldKind::Date(_) => "date",
            FieldKind::CheckBox => "checkbox",
        };
        line("\n[[field]]\nname = ", format!("\"{}\"", field.name));
        line("box = ", format!("[{}, {}, {}, {}]", bounds.x, bounds.y, bounds.width, bounds.height));
        line("kind = ", format!("\"{kind}\""));
        if let Some(cells) = field.cells {
            line("cells = ", cells.to_string());
        }
    }
    for rule in &template.rules {
        line("\n[[rule]]\nname = ", format!("\"{}\"", rule.name));
        line("check = ", format!("\"{}\"", rule.check));
    }
    text
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

    #[test]
    fn the_file_has_a_table_for_each_field_and_rule() -> Result<()> {
        let (_, template) = blank(FormDesign::TaxReturn, true)?;
        let text = toml(&template);
        assert!(text.starts_with("name = \"tax-return\"\nwidth = 2480\nheight = 3508\ndpi = 300\n"), "{text}");
        assert!(
            text.contains(
                "[[field]]\nname = \"taxpayer_id\"\nbox = [177, 443, 617, 90]\nkind = \"digits\"\ncells = 9\n"
            ),
            "{text}"
        );
        assert_eq!(text.matches("[[field]]").count(), template.fields.len());
        assert_eq!(text.matches("[[rule]]").count(), 4);
        Ok(())
    }
}

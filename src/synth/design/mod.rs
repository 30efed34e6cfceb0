//! The printed designs: a blank sheet in, a form or cheque with its empty fields out.
//!
//! A design prints everything that is not handwriting, says where signatures and ticks go, and lists its fields in
//! reading order. What is written in them is decided in [`super::slot`].

mod cheque;
mod delivery_note;
#[cfg(test)]
mod drafted;
mod magnetic_ink;
mod meter_card;
mod tax_return;

use super::random::Dice;
use super::recipe::FormDesign;
use super::sheet::{Area, Sheet, Type};
use super::slot::Slot;

/// What a writer leaves on a sheet besides numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Mark {
    /// A signature that starts on the baseline at the lower left corner of a box.
    Signature(Area),
    /// Words that start on the baseline at the lower left corner of a box.
    Words(Area),
    /// A tick in a check box.
    Tick(Area),
}

/// A printed sheet.
#[derive(Clone, Debug)]
pub(super) struct Blank {
    pub(super) sheet: Sheet,
    /// The fields, in reading order.
    pub(super) slots: Vec<Slot>,
    pub(super) marks: Vec<Mark>,
}

/// A printed design.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Design {
    /// An A4 page of numbered lines with boxes, combs and rules.
    TaxReturn,
    /// A US letter page with a ruled table.
    DeliveryNote,
    /// An A4 page in serif type with two columns of ruled fields.
    MeterCard,
    /// A US cheque.
    Cheque,
}

impl Design {
    /// The designs of forms.
    pub(super) const FORMS: [Design; 3] = [Design::TaxReturn, Design::DeliveryNote, Design::MeterCard];

    /// The design of a form.
    pub(super) const fn of(form: FormDesign) -> Self {
        match form {
            FormDesign::TaxReturn => Design::TaxReturn,
            FormDesign::DeliveryNote => Design::DeliveryNote,
            FormDesign::MeterCard => Design::MeterCard,
        }
    }

    /// Width and height in millimetres.
    pub(super) const fn size_mm(self) -> (f64, f64) {
        match self {
            Design::TaxReturn | Design::MeterCard => (210.0, 297.0),
            Design::DeliveryNote => (215.9, 279.4),
            Design::Cheque => (165.0, 74.0),
        }
    }

    /// Prints the design on a blank sheet; `dice` chooses printed numbers and which boxes are ticked.
    pub(super) fn print(self, sheet: Sheet, dice: &mut Dice) -> Blank {
        let mut blank = Blank { sheet, slots: Vec::new(), marks: Vec::new() };
        match self {
            Design::TaxReturn => tax_return::print(&mut blank, dice),
            Design::DeliveryNote => delivery_note::print(&mut blank, dice),
            Design::MeterCard => meter_card::print(&mut blank, dice),
            Design::Cheque => cheque::print(&mut blank, dice),
        }
        blank
    }
}

impl Blank {
    /// A dark band with a white heading.
    fn band(&mut self, area: Area, kind: Type, heading: &str) {
        self.sheet.fill(&area, 45);
        self.sheet.text(area.x + 2.0, area.bottom() - 0.3 * area.height, kind, heading);
    }

    /// A row of check boxes with labels, the first at (`x`, `y`); one is ticked, or none.
    fn check_boxes(&mut self, (x, y): (f64, f64), kind: Type, labels: &[&str], dice: &mut Dice) {
        const SIDE_MM: f64 = 3.4;
        let ticked = dice.whole(0, labels.len());
        let mut left = x;
        for (index, label) in labels.iter().enumerate() {
            let area = Area::new(left, y, SIDE_MM, SIDE_MM);
            self.sheet.frame(&area, 0.2);
            if index == ticked {
                self.marks.push(Mark::Tick(area));
            }
            left = self.sheet.text(left + SIDE_MM + 1.3, y + 2.9, kind, label) + 5.0;
        }
    }

    /// A day, a month and a year in boxes of their own, each with its label above; names begin with `prefix`.
    fn date_boxes(&mut self, (x, y): (f64, f64), kind: Type, prefix: &str) {
        use super::slot::{Content, Frame};
        let parts = [
            ("day", "Day", 2, Content::Day),
            ("month", "Month", 2, Content::Month),
            ("year", "Year", 4, Content::Year),
        ];
        let mut left = x;
        for (name, label, cells, content) in parts {
            let area = Area::new(left, y, 5.6 * cells as f64, 7.4);
            self.sheet.text(left, y - 1.0, kind, label);
            let slot = Slot::print(&mut self.sheet, format!("{prefix}_{name}"), area, Frame::Comb { cells }, content);
            self.slots.push(slot);
            left = area.right() + 3.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Result;

    #[test]
    fn fields_lie_on_the_sheet_apart_from_each_other_and_have_names_of_their_own() -> Result<()> {
        for design in [Design::TaxReturn, Design::DeliveryNote, Design::MeterCard, Design::Cheque] {
            let (width, height) = design.size_mm();
            let blank = design.print(Sheet::blank(width, height, 2.0)?, &mut Dice::new(&[1]));
            assert!(blank.slots.len() >= 5, "{design:?}");
            for (index, slot) in blank.slots.iter().enumerate() {
                let area = slot.area;
                let inside = area.x > 1.0 && area.y > 1.0 && area.right() < width - 1.0 && area.bottom() < height - 1.0;
                assert!(inside, "{design:?} {slot:?}");
                for other in &blank.slots[..index] {
                    assert_ne!(slot.name, other.name, "{design:?}");
                    let apart = area.x + 0.01 > other.area.right()
                        || other.area.x + 0.01 > area.right()
                        || area.y + 0.01 > other.area.bottom()
                        || other.area.y + 0.01 > area.bottom();
                    assert!(apart, "{design:?}: {slot:?} {other:?}");
                }
            }
        }
        Ok(())
    }
}

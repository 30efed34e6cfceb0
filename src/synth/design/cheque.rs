//! A cheque: fine wavy lines in the background, date boxes, an amount box, words, a signature and a magnetic-ink line.

use std::f64::consts::TAU;

use super::{Blank, Mark, magnetic_ink};
use crate::synth::random::Dice;
use crate::synth::sheet::{Area, BLACK, Sheet, Type};
use crate::synth::slot::{Content, Frame, Slot};
use crate::synth::typeface::Face;

const SMALL: Type = Type::new(Face::Sans, 6.5);
const BODY: Type = Type::new(Face::Sans, 8.5);
const BANKS: [(&str, &str); 4] = [
    ("First Harbor Bank", "200 Quay Street, Port Ellison"),
    ("Granite Valley Savings", "14 Market Square, Dunmore"),
    ("Union Trust of Ashbourne", "1 Castle Yard, Ashbourne"),
    ("Lakeside Credit Union", "77 Shore Avenue, Westmere"),
];
const PAYERS: [&str; 4] = ["M. Thornbury", "Calder & Wick Ltd.", "E. Vasquez-Holm", "The Juniper Workshop"];

pub(super) fn print(blank: &mut Blank, dice: &mut Dice) {
    guilloche(&mut blank.sheet, dice);
    heading(blank, dice);
    payment(blank);
    foot(blank, dice);
}

/// Families of wavy lines that drift against each other, and a rosette in the middle, as banks print them.
fn guilloche(sheet: &mut Sheet, dice: &mut Dice) {
    let level = dice.whole(168, 205) as u8;
    let waves = dice.between(5.0, 9.0);
    let phase = dice.unit();
    for line in 0..46 {
        let y = 3.0 + 1.5 * f64::from(line);
        let points: Vec<(f64, f64)> = (0..=318)
            .map(|step| {
                let x = 3.0 + 0.5 * f64::from(step);
                let turn = x / 165.0 * waves + phase + 0.02 * f64::from(line) * libm::sin(TAU * x / 110.0);
                (x, y + 1.6 * libm::sin(TAU * turn) + 0.5 * libm::sin(TAU * (3.0 * turn + 0.07 * f64::from(line))))
            })
            .collect();
        sheet.stroke(&points, 0.11, level);
    }
    let petals = dice.whole(7, 12) as f64;
    for ring in 0..7 {
        let size = 8.0 + 1.6 * f64::from(ring);
        let points: Vec<(f64, f64)> = (0..=360)
            .map(|step| {
                let angle = TAU * f64::from(step) / 360.0;
                let radius = size * (1.0 + 0.22 * libm::sin(petals * angle + f64::from(ring)));
                (82.0 + 1.5 * radius * libm::cos(angle), 37.0 + radius * libm::sin(angle))
            })
            .collect();
        sheet.stroke(&points, 0.13, level.saturating_sub(8));
    }
}

fn heading(blank: &mut Blank, dice: &mut Dice) {
    let (bank, address) = *dice.pick(&BANKS);
    let sheet = &mut blank.sheet;
    sheet.frame(&Area::new(2.0, 2.0, 161.0, 70.0), 0.3);
    sheet.text(7.0, 10.0, Type::new(Face::SerifBold, 13.0), bank);
    sheet.text(7.0, 14.0, SMALL, address);
    sheet.text(7.0, 18.5, BODY, PAYERS[dice.whole(0, PAYERS.len() - 1)]);
    let number = format!("{:04}", dice.whole(1, 9999));
    sheet.text_to(158.0, 9.5, Type::new(Face::SansBold, 11.0), &number);
    blank.date_boxes((104.0, 14.5), SMALL, "date");
}

fn payment(blank: &mut Blank) {
    let sheet = &mut blank.sheet;
    sheet.text(7.0, 30.0, SMALL, "PAY TO THE");
    sheet.text(7.0, 33.0, SMALL, "ORDER OF");
    sheet.rule(23.0, 34.0, 90.0, 0.25);
    sheet.text(117.0, 34.0, Type::new(Face::SansBold, 15.0), "$");
    let area = Area::new(122.0, 26.0, 37.0, 9.0);
    sheet.fill(&area, 255);
    let content = Content::Amount { least: 2, most: 5 };
    let amount = Slot::print(sheet, "amount", area, Frame::Boxed, content);
    sheet.rule(7.0, 45.0, 128.0, 0.25);
    sheet.text(138.0, 45.0, BODY, "DOLLARS");
    blank.slots.push(amount);
    blank.marks.push(Mark::Words(Area::new(27.0, 27.0, 52.0, 5.5)));
    blank.marks.push(Mark::Words(Area::new(12.0, 38.5, 82.0, 5.0)));
}

fn foot(blank: &mut Blank, dice: &mut Dice) {
    let sheet = &mut blank.sheet;
    sheet.text(7.0, 58.0, SMALL, "REFERENCE");
    let area = Area::new(23.0, 50.0, 46.0, 8.5);
    let reference = Slot::print(sheet, "reference", area, Frame::Ruled, Content::Digits { least: 4, most: 7 });
    sheet.rule(97.0, 58.5, 62.0, 0.25);
    sheet.text_to(159.0, 61.2, Type::new(Face::Sans, 5.0), "AUTHORIZED SIGNATURE");
    blank.slots.push(reference);
    blank.marks.push(Mark::Signature(Area::new(103.0, 48.0, 45.0, 9.0)));
    let routing = format!("{:09}", dice.whole(10_000_000, 329_999_999));
    let account = format!("{:010}", dice.whole(1, 9_999_999_999));
    let serial = format!("{:04}", dice.whole(1, 9999));
    magnetic_ink::print(sheet, (14.0, 65.0), &format!("A{routing}A {account}C {serial}"), BLACK);
}

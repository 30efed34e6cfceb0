//! A tax return: numbered lines with leader dots, boxes, combs and rules in turn.

use super::{Blank, Mark};
use crate::synth::random::Dice;
use crate::synth::sheet::{Area, BLACK, Type};
use crate::synth::slot::{Content, Frame, Slot};
use crate::synth::typeface::Face;

const LABEL: Type = Type::new(Face::Sans, 7.0);
const BODY: Type = Type::new(Face::Sans, 9.5);
const NUMBER: Type = Type::new(Face::SansBold, 10.0);
const BAND: Type = Type::white(Face::SansBold, 11.0);
const LEFT_MM: f64 = 15.0;
const RIGHT_MM: f64 = 195.0;

const INCOME: [(&str, &str); 10] = [
    ("wages", "Wages, salaries and tips"),
    ("interest", "Taxable interest"),
    ("dividends", "Ordinary dividends"),
    ("refunds", "Refunds of local tax"),
    ("business_income", "Business income"),
    ("capital_gain", "Capital gain"),
    ("rent_received", "Rent received"),
    ("pension", "Pensions and annuities"),
    ("other_income", "Other income"),
    ("total_income", "Total income. Add lines 1 to 9"),
];
const CREDITS: [(&str, &str); 8] = [
    ("deductions", "Standard deduction"),
    ("taxable_amount", "Taxable amount. Line 10 less line 11"),
    ("tax", "Tax from the table"),
    ("foreign_credit", "Foreign tax credit"),
    ("child_credit", "Child care credit"),
    ("withheld", "Tax withheld by employers"),
    ("refund", "Amount to be refunded"),
    ("amount_owed", "Amount you owe"),
];

pub(super) fn print(blank: &mut Blank, dice: &mut Dice) {
    heading(blank);
    person(blank);
    blank.check_boxes(
        (LEFT_MM, 51.0),
        BODY,
        &["Single", "Married filing jointly", "Married filing separately", "Widowed"],
        dice,
    );
    blank.band(Area::new(LEFT_MM, 58.0, RIGHT_MM - LEFT_MM, 6.0), BAND, "Part I   Income");
    lines(blank, 67.0, 1, &INCOME);
    blank.band(Area::new(LEFT_MM, 162.5, RIGHT_MM - LEFT_MM, 6.0), BAND, "Part II   Deductions, credits and payments");
    lines(blank, 171.5, 1 + INCOME.len(), &CREDITS);
    signature(blank);
}

fn heading(blank: &mut Blank) {
    let sheet = &mut blank.sheet;
    let ring: Vec<(f64, f64)> = (0..=48)
        .map(|step| f64::from(step) * std::f64::consts::TAU / 48.0)
        .map(|angle| (23.0 + 7.0 * libm::cos(angle), 19.0 + 7.0 * libm::sin(angle)))
        .collect();
    sheet.stroke(&ring, 1.0, 60);
    sheet.fill(&Area::new(19.0, 17.6, 8.0, 1.2), 60);
    for column in 0..4 {
        sheet.fill(&Area::new(19.4 + 2.0 * f64::from(column), 19.0, 1.2, 4.0), 60);
    }
    sheet.stroke(&[(18.5, 17.0), (23.0, 14.2), (27.5, 17.0)], 0.9, 60);
    sheet.text(34.0, 18.0, Type::new(Face::SansBold, 17.0), "Form R-40   Individual Income Tax Return");
    sheet.text(
        34.0,
        24.5,
        BODY,
        "Department of Revenue - Read the instructions before you complete this form. Use black ink.",
    );
    sheet.rule(LEFT_MM, 29.0, RIGHT_MM - LEFT_MM, 0.6);
}

fn person(blank: &mut Blank) {
    let combs = [
        ("taxpayer_id", "Taxpayer identification number", 15.0, 9),
        ("tax_year", "Tax year", 76.0, 4),
        ("postal_code", "Postal code", 109.0, 5),
        ("form_serial", "Serial number", 148.0, 6),
    ];
    for (name, label, x, cells) in combs {
        blank.sheet.text(x, 36.0, LABEL, label);
        let area = Area::new(x, 37.5, 5.8 * f64::from(cells), 7.6);
        let count = cells as usize;
        let content = if cells == 4 { Content::Year } else { Content::Digits { least: count, most: count } };
        blank.slots.push(Slot::print(&mut blank.sheet, name, area, Frame::Comb { cells: count }, content));
    }
}

fn lines(blank: &mut Blank, top: f64, first: usize, labels: &[(&str, &str)]) {
    for (row, (name, label)) in labels.iter().enumerate() {
        let y = top + 9.5 * row as f64;
        let number = format!("{}", first + row);
        blank.sheet.text(LEFT_MM + 1.0, y + 5.4, NUMBER, &number);
        let end = blank.sheet.text(LEFT_MM + 9.0, y + 5.4, BODY, label);
        blank.sheet.leader(end + 1.5, 129.0, y + 5.2);
        blank.sheet.text_to(136.0, y + 5.4, NUMBER, &number);
        let frame = [Frame::Boxed, Frame::Ruled, Frame::Boxed, Frame::Comb { cells: 9 }][row % 4];
        let area = Area::new(139.0, y, if row % 4 == 3 { 52.2 } else { 54.0 }, 7.6);
        let content = Content::Amount { least: 3, most: if row % 4 == 3 { 9 } else { 7 } };
        blank.slots.push(Slot::print(&mut blank.sheet, *name, area, frame, content));
    }
}

fn signature(blank: &mut Blank) {
    let text = "Under penalties of perjury, I declare that I have examined this return and accompanying schedules and \
                statements, and to the best of my knowledge and belief they are true, correct and complete.";
    blank.sheet.rule(LEFT_MM, 250.0, RIGHT_MM - LEFT_MM, 0.6);
    blank.sheet.paragraph(LEFT_MM, 254.5, RIGHT_MM - LEFT_MM, Type::new(Face::Sans, 8.0), text);
    blank.sheet.rule(LEFT_MM, 277.0, 85.0, 0.25);
    blank.sheet.text(LEFT_MM, 280.5, LABEL, "Your signature");
    blank.marks.push(Mark::Signature(Area::new(LEFT_MM + 8.0, 265.0, 58.0, 10.0)));
    blank.date_boxes((120.0, 268.5), LABEL, "signed");
    let small = Type { face: Face::Sans, size_pt: 6.5, level: BLACK };
    blank.sheet.text(LEFT_MM, 288.0, small, "Form R-40 (rev. 03)");
    blank.sheet.text_to(RIGHT_MM, 288.0, small, "Page 1");
}

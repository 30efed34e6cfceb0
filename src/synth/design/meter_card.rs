//! A meter card in serif type: a grey panel with combs, two columns of ruled fields, a bar code and printed tables.

use super::{Blank, Mark};
use crate::synth::random::Dice;
use crate::synth::sheet::{Area, BLACK, Type};
use crate::synth::slot::{Content, Frame, Slot};
use crate::synth::typeface::Face;

const LABEL: Type = Type::new(Face::Serif, 9.0);
const BODY: Type = Type::new(Face::Serif, 11.0);
const HEADING: Type = Type::new(Face::SerifBold, 12.0);
const LEFT_MM: f64 = 18.0;
const RIGHT_MM: f64 = 192.0;
/// Name and label of the fields of each month's reading.
const METERS: [(&str, &str); 4] =
    [("day_rate", "Day rate"), ("night_rate", "Night rate"), ("gas", "Gas"), ("water", "Water")];

pub(super) fn print(blank: &mut Blank, dice: &mut Dice) {
    heading(blank, dice);
    customer(blank);
    readings(blank);
    payment(blank, dice);
    foot(blank);
}

fn heading(blank: &mut Blank, dice: &mut Dice) {
    let sheet = &mut blank.sheet;
    sheet.stroke(&[(22.0, 27.0), (28.0, 18.0), (25.0, 18.0), (31.0, 9.0)], 2.2, 70);
    sheet.text(38.0, 18.0, Type::new(Face::SerifBold, 19.0), "Ashbourne Power & Water");
    sheet.text(38.0, 24.5, BODY, "Yearly meter card. Please return it by the 31st of January.");
    bar_code(blank, 150.0, 9.0, dice);
    blank.sheet.rule(LEFT_MM, 31.0, RIGHT_MM - LEFT_MM, 0.3);
    blank.sheet.rule(LEFT_MM, 32.0, RIGHT_MM - LEFT_MM, 0.3);
}

/// Bars of one to three units with the digits that they stand for below.
fn bar_code(blank: &mut Blank, x: f64, y: f64, dice: &mut Dice) {
    let mut left = x;
    while left < x + 38.0 {
        let bar = 0.33 * dice.whole(1, 3) as f64;
        blank.sheet.fill(&Area::new(left, y, bar, 11.0), BLACK);
        left += bar + 0.33 * dice.whole(1, 3) as f64;
    }
    let digits = format!("{:05} {:05}", dice.whole(0, 99_999), dice.whole(0, 99_999));
    blank.sheet.text(x + 8.0, y + 14.5, LABEL, &digits);
}

fn customer(blank: &mut Blank) {
    blank.sheet.fill(&Area::new(LEFT_MM, 37.0, RIGHT_MM - LEFT_MM, 20.0), 222);
    let digits = |count| Content::Digits { least: count, most: count };
    for (name, label, x, cells) in [
        ("account_number", "Account number", 22.0, 9),
        ("meter_number", "Meter number", 84.0, 7),
        ("branch", "Branch", 138.0, 3),
    ] {
        blank.sheet.text(x, 43.0, LABEL, label);
        let area = Area::new(x, 45.0, 6.0 * cells as f64, 8.2);
        blank.sheet.fill(&area, 255);
        blank.slots.push(Slot::print(&mut blank.sheet, name, area, Frame::Comb { cells }, digits(cells)));
    }
    blank.sheet.text(LEFT_MM, 68.0, BODY, "Name of the customer");
    blank.sheet.rule(60.0, 69.0, RIGHT_MM - 60.0, 0.2);
    blank.marks.push(Mark::Words(Area::new(64.0, 61.0, 55.0, 6.5)));
}

fn readings(blank: &mut Blank) {
    blank.sheet.text(LEFT_MM, 79.0, HEADING, "Readings");
    blank.sheet.text(44.0, 79.0, LABEL, "Write the black figures of each meter on the line; leave out the red ones.");
    let quarters = ["1st quarter", "2nd quarter", "3rd quarter", "4th quarter"];
    for (quarter, title) in quarters.into_iter().enumerate() {
        let top = 84.0 + 27.0 * quarter as f64;
        let panel = Area::new(LEFT_MM, top, RIGHT_MM - LEFT_MM, 24.5);
        blank.sheet.frame(&panel, 0.2);
        blank.sheet.text(LEFT_MM + 2.0, top + 6.0, HEADING, title);
        for (index, (name, label)) in METERS.into_iter().enumerate() {
            let (x, y) = (50.0 + 72.0 * (index % 2) as f64, top + 2.5 + 10.8 * (index / 2) as f64);
            blank.sheet.text(x, y + 7.0, BODY, label);
            let unit = if index < 2 { "kWh" } else { "m3" };
            blank.sheet.text(x + 60.0, y + 7.0, LABEL, unit);
            let area = Area::new(x + 21.0, y, 37.0, 8.0);
            let name = format!("quarter_{}_{name}", quarter + 1);
            let content = Content::Digits { least: 4, most: 6 };
            blank.slots.push(Slot::print(&mut blank.sheet, name, area, Frame::Ruled, content));
        }
    }
}

fn payment(blank: &mut Blank, dice: &mut Dice) {
    blank.band(Area::new(LEFT_MM, 196.0, RIGHT_MM - LEFT_MM, 7.0), Type::white(Face::SerifBold, 12.0), "Payment");
    blank.check_boxes((LEFT_MM, 208.0), BODY, &["Direct debit", "Cheque enclosed", "Standing order"], dice);
    let fields = [
        ("instalment", "Monthly instalment", Content::Amount { least: 3, most: 4 }),
        ("paid_so_far", "Paid so far", Content::Amount { least: 3, most: 5 }),
        ("bank_code", "Bank code", Content::Digits { least: 8, most: 8 }),
        ("floor_space", "Floor space (square feet)", Content::Count { least: 3, most: 4 }),
    ];
    for (index, (name, label, content)) in fields.into_iter().enumerate() {
        let (x, y) = (LEFT_MM + 90.0 * (index % 2) as f64, 217.0 + 13.0 * (index / 2) as f64);
        blank.sheet.text(x, y + 5.5, BODY, label);
        let area = Area::new(x + 44.0, y, 38.0, 7.8);
        blank.slots.push(Slot::print(&mut blank.sheet, name, area, Frame::Boxed, content));
    }
}

fn foot(blank: &mut Blank) {
    let text = "I have read the meters myself and give the readings to the best of my knowledge. The card is read by a \
                machine: please write plainly, inside the lines, and with a dark pen.";
    blank.sheet.paragraph(LEFT_MM, 248.0, RIGHT_MM - LEFT_MM, LABEL, text);
    blank.sheet.rule(LEFT_MM, 274.0, 78.0, 0.2);
    blank.sheet.text(LEFT_MM, 278.0, LABEL, "Signature of the customer");
    blank.marks.push(Mark::Signature(Area::new(LEFT_MM + 8.0, 261.0, 52.0, 11.0)));
    blank.date_boxes((120.0, 266.0), LABEL, "read");
    blank.sheet.text(
        LEFT_MM,
        288.0,
        Type::new(Face::Serif, 7.5),
        "Ashbourne Power & Water, 12 Mill Lane, Ashbourne. Card 2207-B.",
    );
}

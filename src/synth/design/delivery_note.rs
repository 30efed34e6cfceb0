//! A delivery note: combs and boxes at the head, a ruled table with one line an article, totals at the foot.

use super::{Blank, Mark};
use crate::synth::random::Dice;
use crate::synth::sheet::{Area, Type};
use crate::synth::slot::{Content, Frame, Slot};
use crate::synth::typeface::Face;

const LABEL: Type = Type::new(Face::Sans, 7.5);
const BODY: Type = Type::new(Face::Sans, 9.5);
const LEFT_MM: f64 = 18.0;
const RIGHT_MM: f64 = 198.0;
const TABLE_TOP_MM: f64 = 78.0;
const HEAD_MM: f64 = 7.0;
const ROW_MM: f64 = 10.2;
const ROWS: usize = 10;
/// Name, heading, left edge in millimetres and content of the columns that are filled in by hand.
const COLUMNS: [(&str, &str, f64, Content); 4] = [
    ("article", "Article number", 28.0, Content::Digits { least: 6, most: 8 }),
    ("quantity", "Quantity", 81.0, Content::Count { least: 3, most: 4 }),
    ("unit_price", "Unit price", 112.0, Content::Amount { least: 3, most: 4 }),
    ("total", "Total", 152.0, Content::Amount { least: 4, most: 6 }),
];

pub(super) fn print(blank: &mut Blank, dice: &mut Dice) {
    heading(blank, dice);
    order(blank, dice);
    table(blank);
    totals(blank);
    receipt(blank);
}

fn heading(blank: &mut Blank, dice: &mut Dice) {
    let sheet = &mut blank.sheet;
    for step in 0..5 {
        let shift = f64::from(step) * 2.6;
        sheet.stroke(&[(LEFT_MM + shift, 26.0), (LEFT_MM + 5.0 + shift, 14.0)], 1.7, 40 + 25 * step as u8);
    }
    sheet.text(40.0, 20.0, Type::new(Face::SansBold, 18.0), "NORDHAVEN SUPPLY CO.");
    sheet.text(40.0, 25.5, LABEL, "1204 Harbor Road, Unit 7 - Telephone 555 0142 - orders@nordhaven.example");
    sheet.text_to(RIGHT_MM, 20.0, Type::new(Face::SansBold, 13.0), "Delivery note");
    let printed = format!("No. {:06}", dice.whole(1000, 999_999));
    sheet.text_to(RIGHT_MM, 25.5, BODY, &printed);
    sheet.rule(LEFT_MM, 29.5, RIGHT_MM - LEFT_MM, 0.5);
}

fn order(blank: &mut Blank, dice: &mut Dice) {
    let digits = |count| Content::Digits { least: count, most: count };
    blank.sheet.text(LEFT_MM, 36.0, LABEL, "Order number");
    let area = Area::new(LEFT_MM, 37.5, 8.0 * 5.8, 7.6);
    blank.slots.push(Slot::print(&mut blank.sheet, "order_number", area, Frame::Comb { cells: 8 }, digits(8)));
    blank.sheet.text(76.0, 36.0, LABEL, "Customer number");
    let area = Area::new(76.0, 37.5, 46.0, 7.6);
    let customer = Content::Digits { least: 5, most: 7 };
    blank.slots.push(Slot::print(&mut blank.sheet, "customer_number", area, Frame::Boxed, customer));
    blank.date_boxes((138.0, 37.5), LABEL, "delivered");
    blank.sheet.text(LEFT_MM, 54.0, BODY, "Delivered to");
    blank.sheet.rule(LEFT_MM + 24.0, 55.0, 96.0, 0.2);
    blank.marks.push(Mark::Words(Area::new(LEFT_MM + 28.0, 48.0, 60.0, 6.0)));
    blank.sheet.text(146.0, 54.0, BODY, "Telephone");
    blank.sheet.rule(164.0, 55.0, 34.0, 0.2);
    blank.sheet.text(LEFT_MM, 64.0, BODY, "Carrier");
    blank.check_boxes(
        (LEFT_MM + 24.0, 61.0),
        BODY,
        &["Own van", "Rail", "Parcel service", "Collected by the customer"],
        dice,
    );
    blank.sheet.text(
        LEFT_MM,
        73.5,
        LABEL,
        "Write one article a line. Strike out nothing; use a new note for corrections.",
    );
}

fn table(blank: &mut Blank) {
    let white = Type::white(Face::SansBold, 9.0);
    blank.band(Area::new(LEFT_MM, TABLE_TOP_MM, RIGHT_MM - LEFT_MM, HEAD_MM), white, "#");
    for (_, heading, x, _) in COLUMNS {
        blank.sheet.text(x + 2.0, TABLE_TOP_MM + 4.8, white, heading);
    }
    let (top, bottom) = (TABLE_TOP_MM + HEAD_MM, TABLE_TOP_MM + HEAD_MM + ROW_MM * ROWS as f64);
    for row in 0..ROWS {
        let y = top + ROW_MM * row as f64;
        blank.sheet.rule(LEFT_MM, y + ROW_MM, RIGHT_MM - LEFT_MM, 0.2);
        blank.sheet.text(LEFT_MM + 2.5, y + 6.6, BODY, &format!("{}", row + 1));
        for (index, (name, _, x, content)) in COLUMNS.into_iter().enumerate() {
            let right = COLUMNS.get(index + 1).map_or(RIGHT_MM, |next| next.2);
            let area = Area::new(x, y, right - x, ROW_MM);
            let name = format!("row_{:02}_{name}", row + 1);
            blank.slots.push(Slot::print(&mut blank.sheet, name, area, Frame::Open, content));
        }
    }
    for x in [LEFT_MM, COLUMNS[0].2, COLUMNS[1].2, COLUMNS[2].2, COLUMNS[3].2, RIGHT_MM] {
        blank.sheet.post(x, top, bottom - top, if x == LEFT_MM || x == RIGHT_MM { 0.4 } else { 0.2 });
    }
    blank.sheet.rule(LEFT_MM, bottom, RIGHT_MM - LEFT_MM, 0.4);
}

fn totals(blank: &mut Blank) {
    let lines = [("net_total", "Net total"), ("value_added_tax", "Value added tax"), ("grand_total", "Grand total")];
    for (index, (name, label)) in lines.into_iter().enumerate() {
        let y = 194.0 + 10.0 * index as f64;
        let kind = if index == 2 { Type::new(Face::SansBold, 10.5) } else { BODY };
        blank.sheet.text_to(148.0, y + 5.4, kind, label);
        let area = Area::new(152.0, y, 46.0, 7.8);
        let content = Content::Amount { least: 4, most: 6 };
        blank.slots.push(Slot::print(&mut blank.sheet, name, area, Frame::Boxed, content));
    }
    let parcels = Area::new(52.0, 194.0, 30.0, 7.8);
    blank.sheet.text(LEFT_MM, 199.4, BODY, "Number of parcels");
    let slot = Slot::print(&mut blank.sheet, "parcels", parcels, Frame::Ruled, Content::Count { least: 3, most: 3 });
    // The parcels stand left of the net total, on its line.
    let place = blank.slots.len() - 3;
    blank.slots.insert(place, slot);
}

fn receipt(blank: &mut Blank) {
    let terms = "Goods remain the property of Nordhaven Supply Co. until they are paid in full. Damage in transit must be \
                 reported within three working days of delivery. Returns are accepted within 30 days with this note.";
    blank.sheet.paragraph(LEFT_MM, 232.0, RIGHT_MM - LEFT_MM, LABEL, terms);
    blank.sheet.rule(LEFT_MM, 257.0, 80.0, 0.25);
    blank.sheet.text(LEFT_MM, 260.5, LABEL, "Received in good order (signature)");
    blank.marks.push(Mark::Signature(Area::new(LEFT_MM + 10.0, 245.0, 52.0, 10.0)));
    blank.sheet.text_to(RIGHT_MM, 268.0, LABEL, "White: office   Yellow: driver   Pink: customer");
}

//! Cheques: drawn ones in, the places of their amount, date and magnetic-ink line out.

use scantally::clean::{Upright, clean};
use scantally::error::Result;
use scantally::form::cheque;
use scantally::reader::magnetic_ink;
use scantally::scan::{Page, Pixels};
use scantally::synth::{DigitBank, Recipe, ScanKind, draw};

#[test]
fn amount_date_and_magnetic_line_of_drawn_cheques_are_found() -> Result<()> {
    let bank = DigitBank::built_in()?;
    let recipe = Recipe { dpi: (200, 200), empty_share: 0.0, ..Recipe::new(ScanKind::Cheque, 3) };
    for index in 0..2 {
        let drawn = draw(&bank, &recipe, index)?;
        let truth = drawn.truth.iter().find(|row| row.field == "amount").expect("an amount");
        let page = Page { number: 1, pixels: Pixels::Grey(drawn.image), dpi: None };
        let found = cheque::find(clean(page, Upright::Deskew));
        assert_eq!(found.names, ["amount", "date"], "{index}");
        let bounds = found.form.page.to_scan.apply_to_rect(&found.form.fields[0].bounds);
        let shared = bounds.intersection(&truth.bounds).area();
        assert!(shared * 10 > truth.bounds.area() * 7, "{index}: {bounds:?} {:?}", truth.bounds);
        let strip = found.strip.expect("a foot");
        let line = magnetic_ink::read(&strip.ink, strip.dpi).text();
        assert!(line.len() == 28 && line.starts_with('A') && &line[10..12] == "A ", "{line}");
    }
    Ok(())
}

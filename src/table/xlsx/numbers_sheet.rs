//! The sheet of the numbers: scans in, one row a number out, with its picture, a column for the right value, and colours by status.

use std::collections::BTreeSet;

use rust_xlsxwriter::{
    ColNum, ConditionalFormatFormula, DataValidation, DataValidationErrorStyle, Format, Formula, IgnoreError, Image,
    ObjectMovement, RowNum, Worksheet, XlsxError,
};

use super::look::{CORRECTED, EMPTY, Look, REJECTED, REVIEW, begun, write_text};
use crate::table::number_row::{NumberRow, exact_number, for_each_row};
use crate::table::{Crop, ScanRecord};

/// The columns with their widths in pixels: those of numbers.csv, the picture and the right value behind `value`, and at the end what tells
/// which run and scan a row belongs to.
const COLUMNS: [(&str, u32); 19] = [
    ("source", 210),
    ("page", 50),
    ("field", 110),
    ("value", 120),
    ("picture", PICTURE_COLUMN_PX),
    ("corrected", 130),
    ("confidence", 84),
    ("status", 74),
    ("text", 120),
    ("alternative", 110),
    ("alternative_confidence", 96),
    ("reason", 210),
    ("x", 52),
    ("y", 52),
    ("width", 52),
    ("height", 52),
    ("crop", 120),
    ("run_id", 200),
    ("blake3", 200),
];

const VALUE: ColNum = 3;
const PICTURE: ColNum = 4;
const TO_CORRECT: ColNum = 5;
const ALTERNATIVE: ColNum = 9;
/// Hidden, from here to the end.
const FIRST_HIDDEN: ColNum = 17;
const LAST: ColNum = COLUMNS.len() as ColNum - 1;

const PICTURE_COLUMN_PX: u32 = 240;
/// Rows with a picture; 36 pixels of writing are read without leaning forward.
const PICTURE_ROW_PX: u32 = 40;
/// Kept free around a picture: one that touches the next cell is not sorted and filtered with its row.
const PICTURE_RIM_PX: u32 = 2;

/// A sheet holds so many rows behind its header.
const MOST_ROWS: RowNum = 1_048_575;

/// Which fields are names in digits, such as account numbers, and no quantities: their values are text in spreadsheets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identifiers {
    /// Whether all fields are.
    pub all: bool,
    /// Those that are where not all are.
    pub fields: BTreeSet<String>,
}

/// The sheet, and further ones where a sheet does not hold all rows.
pub struct NumbersSheets {
    /// The one that rows are written to.
    sheet: Worksheet,
    full: Vec<Worksheet>,
    look: Look,
    run_id: String,
    identifiers: Identifiers,
    /// The last row of the sheet.
    last_row: RowNum,
    most_rows: RowNum,
}

impl NumbersSheets {
    pub fn new(run_id: &str, identifiers: Identifiers) -> Result<Self, XlsxError> {
        Self::with_most_rows(run_id, identifiers, MOST_ROWS)
    }

    fn with_most_rows(run_id: &str, identifiers: Identifiers, most_rows: RowNum) -> Result<Self, XlsxError> {
        let look = Look::new();
        let sheet = begun("numbers", &COLUMNS, &look)?;
        Ok(Self { sheet, full: Vec::new(), look, run_id: run_id.to_owned(), identifiers, last_row: 0, most_rows })
    }

    /// Adds the numbers of a scan.
    pub fn write_scan(&mut self, scan: &ScanRecord) -> Result<(), XlsxError> {
        let hash = scan.row.content_hash.map(|hash| hash.to_hex().to_string()).unwrap_or_default();
        for_each_row(scan, |row, page, index| {
            if self.last_row == self.most_rows {
                self.begin_next_sheet()?;
            }
            self.last_row += 1;
            self.write_row(&row, &hash)?;
            page.crop(index).map_or(Ok(()), |crop| self.insert_picture(&row, crop))
        })
    }

    /// The sheets with filters, colours and the check of what is typed in.
    pub fn finish(mut self) -> Result<Vec<Worksheet>, XlsxError> {
        close(&mut self.sheet, self.last_row)?;
        self.full.push(self.sheet);
        Ok(self.full)
    }

    fn begin_next_sheet(&mut self) -> Result<(), XlsxError> {
        let name = format!("numbers {}", self.full.len() + 2);
        let mut full = std::mem::replace(&mut self.sheet, begun(&name, &COLUMNS, &self.look)?);
        close(&mut full, self.last_row)?;
        self.full.push(full);
        self.last_row = 0;
        Ok(())
    }

    fn write_row(&mut self, number: &NumberRow, hash: &str) -> Result<(), XlsxError> {
        let is_identifier = self.identifiers.all || self.identifiers.fields.contains(number.field);
        let (sheet, row, look) = (&mut self.sheet, self.last_row, &self.look);
        for (column, value) in [(VALUE, number.value), (ALTERNATIVE, number.alternative)] {
            write_value(sheet, row, column, value.unwrap_or_default(), is_identifier, look)?;
        }
        sheet.write_blank(row, TO_CORRECT, &look.to_fill_in)?;
        let texts = [
            (0, number.source),
            (2, number.field),
            (8, number.text.unwrap_or_default()),
            (11, number.reason.as_deref().unwrap_or_default()),
            (16, number.crop.unwrap_or_default()),
            (FIRST_HIDDEN, &self.run_id),
            (LAST, hash),
        ];
        for (column, text) in texts {
            write_text(sheet, row, column, text, &look.text)?;
        }
        write_text(sheet, row, 7, number.status, &look.word)?;
        for (column, confidence) in [(6, Some(number.confidence)), (10, number.alternative_confidence)] {
            if let Some(confidence) = confidence {
                sheet.write_number_with_format(row, column, confidence, &look.confidence)?;
            }
        }
        let place = [number.x, number.y, number.width, number.height];
        sheet.write_number_with_format(row, 1, number.page as f64, look.number(0))?;
        for (column, pixels) in (12..).zip(place) {
            sheet.write_number_with_format(row, column, pixels, look.number(0))?;
        }
        Ok(())
    }

    /// The picture of a number in its cell; it moves, is sorted and is filtered with its row.
    fn insert_picture(&mut self, number: &NumberRow, crop: &Crop) -> Result<(), XlsxError> {
        let row = self.last_row;
        // A picture that cannot be decoded is no reason to withhold the numbers.
        let Ok(image) = Image::new_from_buffer(&crop.small_png()) else { return Ok(()) };
        let (width, height) =
            (f64::from(PICTURE_COLUMN_PX - 2 * PICTURE_RIM_PX), f64::from(PICTURE_ROW_PX - 2 * PICTURE_RIM_PX));
        let scale = (width / image.width()).min(height / image.height());
        let read = number.value.map_or_else(|| number.status.to_owned(), |value| format!("read as {value}"));
        let image = image
            .set_scale_width(scale)
            .set_scale_height(scale)
            .set_alt_text(format!("{} on page {} of {}, {read}", number.field, number.page, number.source))
            .set_object_movement(ObjectMovement::MoveAndSizeWithCells);
        self.sheet.set_row_height_pixels(row, PICTURE_ROW_PX)?;
        self.sheet.insert_image_with_offset(row, PICTURE, &image, PICTURE_RIM_PX, PICTURE_RIM_PX).map(drop)
    }
}

/// Gives a sheet with all its rows the filter, the colours and the check of what is typed in.
fn close(sheet: &mut Worksheet, last_row: RowNum) -> Result<(), XlsxError> {
    sheet.autofilter(0, 0, last_row, LAST)?;
    sheet.set_column_range_hidden(FIRST_HIDDEN, LAST)?;
    if last_row == 0 {
        return Ok(());
    }
    sheet.ignore_error_range(1, 0, last_row, LAST, IgnoreError::NumberStoredAsText)?;
    sheet.add_data_validation(1, TO_CORRECT, last_row, TO_CORRECT, &validation()?)?;
    for (rule, colour) in [
        (r#"=$F2<>"""#, CORRECTED),
        (r#"=$H2="review""#, REVIEW),
        (r#"=$H2="rejected""#, REJECTED),
        (r#"=$H2="empty""#, EMPTY),
    ] {
        let format = ConditionalFormatFormula::new()
            .set_rule(rule)
            .set_format(Format::new().set_background_color(colour))
            .set_stop_if_true(true);
        sheet.add_conditional_format(1, 0, last_row, LAST, &format)?;
    }
    Ok(())
}

/// Writes a value as a number with its decimals; as text where it is an identifier or would not survive being a number.
fn write_value(
    sheet: &mut Worksheet,
    row: RowNum,
    column: ColNum,
    value: &str,
    is_identifier: bool,
    look: &Look,
) -> Result<(), XlsxError> {
    match exact_number(value).filter(|_| !is_identifier) {
        Some((number, decimals)) => {
            sheet.write_number_with_format(row, column, number, look.number(decimals)).map(drop)
        }
        None => write_text(sheet, row, column, value, &look.verbatim),
    }
}

/// What may be typed into the column for the right value, which holds text: nothing but the characters of numbers and magnetic ink, at most
/// one point, a minus in front alone or in a date; or `empty`.
fn validation() -> Result<DataValidation, XlsxError> {
    let rule = r#"=OR(LOWER(F2)="empty",AND(LEN(SUBSTITUTE(F2,".",""))>LEN(F2)-2,OR(ISERROR(FIND("-",F2,2)),ISNUMBER(DATEVALUE(F2))),SUMPRODUCT(--ISNUMBER(FIND(MID(F2,ROW(INDIRECT("1:"&LEN(F2))),1),"0123456789.-ABCD")))=LEN(F2)))"#;
    DataValidation::new()
        .allow_custom(Formula::new(rule))
        .set_input_title("The right value")?
        .set_input_message(
            "Leave this empty where the value is right. Else type what is written: 1234.50 or -80.00 with a point before the \
             decimals, 001234, a date as 2026-03-01, or the word empty where nothing is written.",
        )?
        .set_error_style(DataValidationErrorStyle::Stop)
        .set_error_title("No number")?
        .set_error_message("Type a number such as 1234.50, digits such as 001234, a date as 2026-03-01, or the word empty.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::Status;
    use crate::table::specimen::{number, page_of};

    #[test]
    fn rows_that_a_sheet_does_not_hold_go_to_the_next() {
        let mut sheets = NumbersSheets::with_most_rows("run", Identifiers::default(), 2).expect("a sheet");
        let numbers = (0..5).map(|_| number("n1", "1", Status::Ok)).collect();
        sheets.write_scan(&page_of("a.png", 1, numbers)).expect("rows");
        let names: Vec<String> = sheets.finish().expect("sheets").iter().map(Worksheet::name).collect();
        assert_eq!(names, ["numbers", "numbers 2", "numbers 3"]);
    }

    #[test]
    fn the_rule_and_the_columns_that_formulas_name_belong_together() {
        let name_of = |column: ColNum| COLUMNS[usize::from(column)].0;
        // The formulas name the columns F and H.
        assert_eq!([5, 7].map(name_of), ["corrected", "status"]);
        assert_eq!(
            [VALUE, PICTURE, TO_CORRECT, ALTERNATIVE].map(name_of),
            ["value", "picture", "corrected", "alternative"]
        );
        assert_eq!([FIRST_HIDDEN, LAST].map(name_of), ["run_id", "blake3"]);
        assert!(validation().is_ok());
    }
}

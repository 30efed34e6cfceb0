//! What a form looks like and what its numbers must be: plain values, made from a TOML file or drafted from a blank form.
//!
//! [`parse()`] makes them of a file, [`write()`] a file of them, [`schema()`] says what files look like, and [`import_omrchecker`] takes over
//! templates of another program. Nothing here looks at pixels: finding the form on a page is left to `form`, reading its fields to the stages behind, and its
//! rules across fields to `consistency`.

mod entries;
mod field;
mod keys;
mod omrchecker;
mod parse;
mod problems;
mod schema;
#[cfg(test)]
mod tests;
mod write;

use std::path::PathBuf;

use crate::geometry::Rect;
pub use omrchecker::import_omrchecker;
pub use parse::{parse, read, read_folder};
pub use schema::schema;
pub use write::{write, write_with_remarks};

/// A form: where its numbers stand on the reference, what they are, and what must hold between them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Template {
    /// Name of the form, such as `tax-return`.
    pub name: String,
    /// Width of the reference in pixels.
    pub width_px: u32,
    /// Height of the reference in pixels.
    pub height_px: u32,
    /// Resolution of the reference, in dots per inch.
    pub dpi: f32,
    /// Picture of the blank form with the size above, to find the form by its print and to tell print from writing; `None` where fields and
    /// marks alone say what it looks like.
    pub reference: Option<PathBuf>,
    /// Black squares printed to find the form by, in pixels of the reference.
    pub marks: Vec<Rect>,
    /// The fields, in the order of the file; at least one.
    pub fields: Vec<FieldSpec>,
    /// Parts of the form that are not looked at, in pixels of the reference.
    pub ignored: Vec<Rect>,
    /// What must hold across fields, in the order of the file.
    pub rules: Vec<RuleSpec>,
}

/// A field of a form.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldSpec {
    /// Its name in the tables; unique in the form.
    pub name: String,
    /// Its box in pixels of the reference.
    pub bounds: Rect,
    /// What it holds.
    pub kind: FieldKind,
    /// The number of cells of a comb, at least 2; `None` where it is no comb. All cells have the same width.
    pub cells: Option<usize>,
    /// Fewest and most digits; decimals count too.
    pub length: Option<(usize, usize)>,
    /// Least value.
    pub least: Option<f64>,
    /// Greatest value.
    pub most: Option<f64>,
    /// Decimals of an amount. Where none are written, as in combs without a mark, the last digits are the decimals if `implied_decimals`.
    pub decimals: Option<usize>,
    /// Whether a value without a decimal mark still has its decimals, as its last digits.
    pub implied_decimals: bool,
    /// What starts the decimals.
    pub decimal_mark: DecimalMark,
    /// Whether an empty field is an error.
    pub required: bool,
    /// How the last digits are checked.
    pub check_digit: Option<CheckDigit>,
    /// The colour in which the form is printed, left out before reading.
    pub drop_out: Option<DropOut>,
}

/// What a field holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FieldKind {
    /// Digits as they stand, leading zeros kept.
    Digits,
    /// A whole number.
    Integer,
    /// An amount of money, with decimals.
    #[default]
    Amount,
    /// A date; its value is written `2026-03-01`.
    Date(DateOrder),
    /// A box to tick; its value is `1` or `0`.
    CheckBox,
}

/// In which order the parts of a date stand. Years of two digits are those from 1950 to 2049.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DateOrder {
    /// 31.12.2026
    #[default]
    DayMonthYear,
    /// 12/31/2026
    MonthDayYear,
    /// 2026-12-31
    YearMonthDay,
}

/// What starts the decimals of an amount; the other one of point and comma parts groups of digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DecimalMark {
    /// Either may: each amount is taken by how it is written.
    #[default]
    Auto,
    /// A point, as in `1,234.50`.
    Point,
    /// A comma, as in `1.234,50`.
    Comma,
}

/// How digits are checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckDigit {
    /// The last digit by Luhn's rule (ISO/IEC 7812-1, annex B).
    Luhn,
    /// Nine digits of a US routing number, weights 3, 7, 1.
    AbaRouting,
    /// The digits of an IBAN behind its country, remainder 1 by 97 (ISO 7064, MOD 97-10), the country given as two letters.
    Iban([u8; 2]),
    /// The last digit or X by weights 2, 3, 4 ... from the right, remainder by 11 (ISO 7064, MOD 11 as in ISBN-10).
    Mod11,
    /// The last digit by Verhoeff's dihedral group (1969).
    Verhoeff,
}

/// A colour of print.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DropOut {
    /// Red or pink print.
    Red,
    /// Green print.
    Green,
    /// Blue print.
    Blue,
}

/// A rule across fields, as it was written; `consistency` understands it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleSpec {
    /// Its name in the reasons, such as `sum_mismatch`.
    pub name: String,
    /// What must hold, such as `total = wages + interest - deductions`.
    pub check: String,
}

impl FieldSpec {
    /// A field with no more than a name, a place and a kind.
    pub fn new(name: impl Into<String>, bounds: Rect, kind: FieldKind) -> Self {
        Self {
            name: name.into(),
            bounds,
            kind,
            cells: None,
            length: None,
            least: None,
            most: None,
            decimals: None,
            implied_decimals: false,
            decimal_mark: DecimalMark::Auto,
            required: false,
            check_digit: None,
            drop_out: None,
        }
    }

    /// The cells of a comb from left to right, in pixels of the reference; empty where it is no comb.
    pub fn cell_boxes(&self) -> Vec<Rect> {
        let count = self.cells.unwrap_or(0) as i32;
        let edge = |cell: i32| self.bounds.x + self.bounds.width * cell / count;
        (0..count)
            .map(|cell| Rect::from_edges(edge(cell), self.bounds.y, edge(cell + 1), self.bounds.bottom()))
            .collect()
    }
}

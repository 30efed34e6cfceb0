//! The stage that makes numbers: the candidates of a field and their readings in, one [`Number`] out.
//!
//! A number carries its text, its canonical value, a calibrated confidence, the runner-up and the reasons for doubt.

use crate::geometry::Rect;

/// What a field holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Digits as they stand, leading zeros kept; no sign, no separator.
    Digits,
    /// A whole number, with sign and grouping marks.
    Integer,
    /// An amount of money, with decimals.
    #[default]
    Amount,
}

/// What became of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// Read, and sure enough.
    Ok,
    /// Read; a person should look.
    Review,
    /// No ink in the field.
    Empty,
    /// Ink, but not a number.
    Rejected,
}

impl Status {
    /// The word in the tables: `ok`, `review`, `empty` or `rejected`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Status::Ok => "ok",
            Status::Review => "review",
            Status::Empty => "empty",
            Status::Rejected => "rejected",
        }
    }
}

/// Why a number is not ok.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The confidence is below the threshold.
    LowConfidence,
    /// The writing allows two values (is `1.234` a thousand?).
    AmbiguousSeparator,
    /// Some ink of the field was read as no digit and left out.
    UnreadInk,
}

impl Reason {
    /// The code in the tables, such as `low_confidence`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Reason::LowConfidence => "low_confidence",
            Reason::AmbiguousSeparator => "ambiguous_separator",
            Reason::UnreadInk => "unread_ink",
        }
    }
}

/// One digit of a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Digit {
    /// 0 to 9.
    pub digit: u8,
    /// 0 to 1.
    pub confidence: f32,
    /// The runner-up, 0 to 9.
    pub second: u8,
    /// 0 to 1.
    pub second_confidence: f32,
    /// Box in pixels of the original page.
    pub bounds: Rect,
}

/// One number, as it goes to the tables.
#[derive(Clone, Debug, PartialEq)]
pub struct Number {
    /// Name from the template, or `n1`, `n2` ... in reading order.
    pub field: String,
    /// Canonical value as text, such as `001234`, `1234.50`, `-80.00`; empty where the status is empty or rejected.
    pub value: String,
    /// Probability that the value is right as a whole, 0 to 1.
    pub confidence: f32,
    /// What became of the field.
    pub status: Status,
    /// What was read, separators included.
    pub text: String,
    /// The runner-up value and its probability.
    pub alternative: Option<(String, f32)>,
    /// Why it is not ok; empty where it is.
    pub reasons: Vec<Reason>,
    /// The digits, left to right.
    pub digits: Vec<Digit>,
    /// Box in pixels of the original page.
    pub bounds: Rect,
}

//! Exact decimals: text such as `-80.00` or `2026-03-01` in, numbers that are added, multiplied and compared without rounding out.

use std::cmp::Ordering;

/// A number of at most [`MOST_DIGITS`] digits, exact: `units` over ten to the power of `decimals`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Decimal {
    units: i128,
    decimals: u32,
}

/// Longer numbers are not understood: the sum of many and their product with a constant must still fit into 128 bits.
const MOST_DIGITS: usize = 24;

impl Decimal {
    /// Nothing.
    pub(super) const ZERO: Decimal = Decimal { units: 0, decimals: 0 };
    /// One whole.
    pub(super) const ONE: Decimal = Decimal { units: 1, decimals: 0 };

    /// The number that a text means: an optional minus, digits, optionally a point and more digits; `None` for all else.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (is_negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let is_plain = is_number(whole) && is_number(fraction) && !whole.is_empty() && !digits.ends_with('.');
        if !is_plain || whole.len() + fraction.len() > MOST_DIGITS {
            return None;
        }
        let units: i128 = format!("{whole}{fraction}").parse().ok()?;
        Some(Self { units: if is_negative { -units } else { units }, decimals: fraction.len() as u32 })
    }

    /// A date such as `2026-03-01` as a number that grows from day to day; `None` where a text is none.
    pub(super) fn parse_date(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.split('-').collect();
        let [year, month, day] = parts[..] else { return None };
        let is_number = parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
        let is_date = is_number && (year.len(), month.len(), day.len()) == (4, 2, 2);
        let (month_number, day_number): (u32, u32) = (month.parse().ok()?, day.parse().ok()?);
        let is_date = is_date && (1..=12).contains(&month_number) && (1..=31).contains(&day_number);
        if is_date { Self::parse(&parts.concat()) } else { None }
    }

    /// Both brought to the same number of decimals; `None` where they are too large for it.
    fn aligned(self, other: Self) -> Option<(i128, i128, u32)> {
        let decimals = self.decimals.max(other.decimals);
        let stretch = |number: Self| number.units.checked_mul(10_i128.checked_pow(decimals - number.decimals)?);
        Some((stretch(self)?, stretch(other)?, decimals))
    }

    /// The sum, or `None` where it is too large.
    pub(super) fn plus(self, other: Self) -> Option<Self> {
        let (left, right, decimals) = self.aligned(other)?;
        Some(Self { units: left.checked_add(right)?, decimals })
    }

    /// The product, or `None` where it is too large.
    pub(super) fn times(self, other: Self) -> Option<Self> {
        Some(Self { units: self.units.checked_mul(other.units)?, decimals: self.decimals + other.decimals })
    }

    /// The number with the other sign.
    pub(super) fn negated(self) -> Self {
        Self { units: -self.units, ..self }
    }

    /// The distance between two numbers, or `None` where it is too large.
    pub(super) fn distance(self, other: Self) -> Option<Self> {
        let difference = self.plus(other.negated())?;
        Some(Self { units: difference.units.abs(), ..difference })
    }

    /// Which one is greater, or `None` where they cannot be compared for their size.
    pub(super) fn compare(self, other: Self) -> Option<Ordering> {
        let (left, right, _) = self.aligned(other)?;
        Some(left.cmp(&right))
    }

    /// Whether it is nothing.
    pub(super) fn is_zero(self) -> bool {
        self.units == 0
    }
}

/// With all its decimals, such as `-80.00`.
impl std::fmt::Display for Decimal {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.units < 0 { "-" } else { "" };
        let decimals = self.decimals as usize;
        let digits = format!("{:0width$}", self.units.unsigned_abs(), width = decimals + 1);
        let (whole, fraction) = digits.split_at(digits.len() - decimals);
        let point = if decimals > 0 { "." } else { "" };
        write!(formatter, "{sign}{whole}{point}{fraction}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Decimal {
        Decimal::parse(text).expect("a number")
    }

    #[test]
    fn tenths_add_up_exactly() {
        let sum = number("0.1").plus(number("0.2")).expect("it is small");
        assert_eq!(sum.compare(number("0.30")), Some(Ordering::Equal));
        assert_eq!(number("1234.50").times(number("0.2")).expect("it is small").to_string(), "246.900");
        assert_eq!(number("5").distance(number("7.25")).expect("it is small").to_string(), "2.25");
    }

    #[test]
    fn texts_come_back_as_they_were_and_others_are_refused() {
        for text in ["0", "-80.00", "001234", "0.05", "-0.5"] {
            let back = number(text).to_string();
            assert_eq!(number(&back).compare(number(text)), Some(Ordering::Equal), "{text} {back}");
        }
        assert_eq!(number("-0.50").to_string(), "-0.50");
        for text in ["", "-", ".5", "5.", "1,5", "1.2.3", "12a", "--1", "1234567890123456789012345"] {
            assert!(Decimal::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn dates_are_in_order() {
        let date = |text| Decimal::parse_date(text).expect("a date");
        assert_eq!(date("2025-12-31").compare(date("2026-01-01")), Some(Ordering::Less));
        for text in ["2026-3-1", "2026-13-01", "2026-00-10", "2026-01-32", "20260301", "01-03-2026", "2026--1-01"] {
            assert!(Decimal::parse_date(text).is_none(), "{text}");
        }
    }

    #[test]
    fn what_is_too_large_is_no_panic() {
        let large = number(&"9".repeat(24));
        let huge = large.times(large).and_then(|product| product.times(large));
        assert!(huge.is_none());
        assert!(large.times(number("0.000000000001")).is_some());
    }
}

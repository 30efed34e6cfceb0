//! The worst error there is: a value and its truth in, whether one is ten times the other out.

/// Whether a wrong value has the digits of the truth and another size: a decimal mark was lost, put in or moved, or zeros were lost or
/// put in at the end. Signs, zeros in front, and zeros behind a decimal point play no part.
pub fn is_tenfold_error(value: &str, truth: &str) -> bool {
    let (value, truth) = (Magnitude::of(value), Magnitude::of(truth));
    !value.digits.is_empty() && value.digits == truth.digits && value.places != truth.places
}

/// A number as its digits and its size.
struct Magnitude {
    /// Without zeros in front and at the end; empty for zero.
    digits: String,
    /// Digits before the decimal point, negative for zeros behind it.
    places: i64,
}

impl Magnitude {
    fn of(value: &str) -> Self {
        let (whole, decimals) = value.split_once('.').unwrap_or((value, ""));
        let only_digits = |part: &str| part.chars().filter(char::is_ascii_digit).collect::<String>();
        let (whole, decimals) = (only_digits(whole), only_digits(decimals));
        let all = format!("{whole}{decimals}");
        let significant = all.trim_start_matches('0');
        let zeros = all.len() - significant.len();
        Self { digits: significant.trim_end_matches('0').to_owned(), places: whole.len() as i64 - zeros as i64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_ten_times_too_large_or_too_small_are_told_from_other_errors() {
        for (value, truth) in [
            ("1250", "12.50"),
            ("12.50", "1250"),
            ("1.25", "12.5"),
            ("120", "12"),
            ("12000", "12"),
            ("0.05", "0.5"),
            ("-80.00", "8000"),
            ("1234.50", "123450"),
        ] {
            assert!(is_tenfold_error(value, truth), "{value} {truth}");
        }
        for (value, truth) in [
            ("12.50", "12.50"),
            ("12.5", "12.50"),
            ("12", "12.00"),
            ("012", "12"),
            ("-12", "12"),
            ("0", "0.00"),
            ("13", "120"),
            ("12.51", "1250"),
            ("", "12"),
            ("12", ""),
        ] {
            assert!(!is_tenfold_error(value, truth), "{value} {truth}");
        }
    }
}

//! Reasons for doubt in words: a [`Reason`] in, what a clerk reads out.

use crate::number::Reason;

/// What is in doubt, as a phrase in lower case that a clerk understands, such as `the check digit does not fit`.
pub fn phrase(reason: &Reason) -> String {
    let fixed = match reason {
        Reason::LowConfidence => "hard to read",
        Reason::AmbiguousSeparator => "the decimals are in doubt",
        Reason::UnreadInk => "there is ink that was not read",
        Reason::StruckOut => "struck out",
        Reason::CellsDisagree => "read box by box it is another number",
        Reason::CheckDigit => "the check digit does not fit",
        Reason::Length => "too many or too few digits",
        Reason::Range => "too small or too large for this field",
        Reason::Decimals => "not as many decimals as this field has",
        Reason::NoDate => "no date of the calendar",
        Reason::Required => "must be filled in, and is empty",
        Reason::NoTemplate => "the page is none of the known forms",
        Reason::ControlTotal => "the total of all pages is not as expected",
        Reason::Rule { name, repaired_by: None } => return format!("does not agree with other fields ({name})"),
        Reason::Rule { name, repaired_by: Some(field) } => {
            return format!("does not agree with other fields ({name}); the other reading of {field} would");
        }
    };
    fixed.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_name_the_field_that_would_repair_them() {
        let rule = |field: Option<&str>| Reason::Rule { name: "sum".to_owned(), repaired_by: field.map(str::to_owned) };
        assert_eq!(phrase(&rule(None)), "does not agree with other fields (sum)");
        assert!(phrase(&rule(Some("tax"))).ends_with("the other reading of tax would"));
    }
}

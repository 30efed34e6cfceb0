//! What a field can hold: the options of its job and a typed text in, the canonical value or a sentence out.

use scantally::number::{Kind, Number, is_date};
use scantally::pipeline::Layout;
use scantally::review::value_of;
use scantally::template::{FieldKind, Template};

use crate::web::jobs::forms;
use crate::web::problem::Problem;
use crate::web::reading::{CHEQUE, ReadOptions};
use crate::web::store::jobs::Job;

/// Longer than any number on a form.
const MOST_CHARACTERS: usize = 64;

/// The fields of a job.
pub struct Fields {
    template: Option<Template>,
    /// What all fields hold; `None` where they differ.
    kind: Option<Kind>,
}

impl Fields {
    /// The fields by the options of a job.
    ///
    /// # Errors
    /// 500 where the options are not those that the server wrote.
    pub fn of(job: &Job) -> Result<Self, Problem> {
        let options: ReadOptions = serde_json::from_str(&job.options).map_err(|cause| Problem::internal(&cause))?;
        let template = options.template_toml.as_deref().map(forms::parse).transpose();
        let template = template.map_err(|cause| Problem::internal(&cause))?;
        let is_mixed = template.is_some() || options.template == CHEQUE || options.layout == Layout::Micr;
        Ok(Self { template, kind: (!is_mixed).then_some(options.kind) })
    }

    /// The canonical value of what was typed for a number; empty where it says that the field is.
    ///
    /// # Errors
    /// 422 with a sentence.
    pub fn value_of(&self, text: &str, number: &Number) -> Result<String, Problem> {
        let text = text.trim();
        if text.is_empty() {
            return Err(Problem::invalid("Type a value, or `empty` where the field is empty."));
        }
        if text.chars().count() > MOST_CHARACTERS {
            return Err(Problem::invalid(format!("The value is longer than {MOST_CHARACTERS} characters.")));
        }
        let template = self.template.as_ref();
        let field = template.and_then(|template| template.fields.iter().find(|field| field.name == number.field));
        let kind = match field.map(|field| field.kind) {
            Some(FieldKind::Digits) => Some(Kind::Digits),
            Some(FieldKind::Integer) => Some(Kind::Integer),
            Some(FieldKind::Amount) => Some(Kind::Amount),
            Some(FieldKind::Date(_) | FieldKind::CheckBox) => None,
            None => self.kind,
        };
        let value = value_of(text, &number.value, kind).map_err(|why| Problem::invalid(format!("{why}.")))?;
        let is_as_read = value == number.value || value.is_empty();
        match field.map(|field| field.kind) {
            Some(FieldKind::Date(_)) if !is_as_read && !is_date(&value) => {
                Err(Problem::invalid(format!("`{text}` is no date; write it as 2026-03-01.")))
            }
            Some(FieldKind::CheckBox) if !is_as_read && !matches!(value.as_str(), "0" | "1") => {
                Err(Problem::invalid(format!("`{text}` is neither 1 nor 0; a box is ticked, 1, or not, 0.")))
            }
            _ => Ok(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use scantally::geometry::Rect;

    use super::*;
    use crate::web::store::jobs::Kind as JobKind;
    use crate::web::store::jobs::tests::queued;

    fn fields(options: serde_json::Value) -> Fields {
        let job = Job { options: options.to_string(), ..queued("job", 1, JobKind::Batch, 1) };
        Fields::of(&job).expect("options")
    }

    fn number(field: &str, value: &str) -> Number {
        Number { field: field.to_owned(), value: value.to_owned(), ..Number::unplaced(Rect::default()) }
    }

    #[test]
    fn values_are_checked_by_what_all_fields_hold() {
        let fields = fields(serde_json::json!({ "kind": "digits" }));
        assert_eq!(fields.value_of(" 007 ", &number("n1", "001")).as_deref(), Ok("007"));
        assert_eq!(fields.value_of("empty", &number("n1", "001")).as_deref(), Ok(""));
        for text in ["", "1.5", "1a", &"9".repeat(65)] {
            assert_eq!(fields.value_of(text, &number("n1", "001")).expect_err(text).status, 422);
        }
    }

    #[test]
    fn fields_of_templates_hold_what_the_template_says() {
        let toml = "name = \"form\"\nwidth = 800\nheight = 400\ndpi = 300\n\
                    [[field]]\nname = \"day\"\nbox = [10, 10, 200, 60]\nkind = \"date\"\n\
                    [[field]]\nname = \"paid\"\nbox = [10, 100, 40, 40]\nkind = \"checkbox\"\n";
        let fields = fields(serde_json::json!({ "template_toml": toml }));
        let day = number("day", "31-13-2026");
        assert_eq!(fields.value_of("2026-03-01", &day).as_deref(), Ok("2026-03-01"));
        assert_eq!(fields.value_of("31-13-2026", &day).as_deref(), Ok("31-13-2026"), "as read");
        assert!(fields.value_of("17", &day).is_err());
        assert_eq!(fields.value_of("1", &number("paid", "0")).as_deref(), Ok("1"));
        assert!(fields.value_of("2", &number("paid", "0")).is_err());
    }
}

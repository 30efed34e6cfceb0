//! A template as the editor and programs have it: JSON in, the library's template out, and back.

use scantally::geometry::Rect;
use scantally::template::{
    CheckDigit, DateOrder, DecimalMark, DropOut, FieldKind, FieldSpec, RuleSpec, Template as Form,
};
use serde::{Deserialize, Serialize};

/// What an editor changes of a template.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    pub name: String,
    pub fields: Vec<Field>,
    #[serde(default)]
    pub rules: Vec<Rule>,
}

/// A field; keys and words are those of template files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    pub name: String,
    /// Left, top, width, height in pixels of the picture.
    pub r#box: [i32; 4],
    pub kind: Kind,
    #[serde(default)]
    pub cells: Option<usize>,
    /// Fewest and most digits.
    #[serde(default)]
    pub length: Option<[usize; 2]>,
    #[serde(default)]
    pub min: Option<f64>,
    #[serde(default)]
    pub max: Option<f64>,
    #[serde(default)]
    pub decimals: Option<usize>,
    #[serde(default)]
    pub implied_decimals: bool,
    #[serde(default)]
    pub decimal_mark: DecimalMark,
    #[serde(default)]
    pub required: bool,
    #[serde(default)]
    pub check_digit: Option<String>,
    #[serde(default)]
    pub date_order: Option<Order>,
    #[serde(default)]
    pub colour_drop_out: Option<Colour>,
}

/// A rule across fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    pub name: String,
    pub check: String,
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Digits,
    Integer,
    Amount,
    Date,
    CheckBox,
}

/// In which order the parts of a date stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    Dmy,
    Mdy,
    Ymd,
}

/// A colour of print.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Colour {
    Red,
    Green,
    Blue,
}

impl Document {
    /// What an editor may change of a template.
    pub fn of(form: &Form) -> Self {
        let rule = |rule: &RuleSpec| Rule { name: rule.name.clone(), check: rule.check.clone() };
        Self {
            name: form.name.clone(),
            fields: form.fields.iter().map(Field::of).collect(),
            rules: form.rules.iter().map(rule).collect(),
        }
    }

    /// The template with these changes; what an editor does not change stays.
    ///
    /// # Errors
    /// A sentence where a check digit is none.
    pub fn applied_to(self, form: Form) -> Result<Form, String> {
        let fields = self.fields.into_iter().map(Field::into_spec).collect::<Result<_, String>>()?;
        let rules = self.rules.into_iter().map(|rule| RuleSpec { name: rule.name, check: rule.check }).collect();
        Ok(Form { name: self.name, fields, rules, ..form })
    }
}

impl Field {
    /// A field of a template.
    pub fn of(spec: &FieldSpec) -> Self {
        let Rect { x, y, width, height } = spec.bounds;
        let (kind, date_order) = match spec.kind {
            FieldKind::Digits => (Kind::Digits, None),
            FieldKind::Integer => (Kind::Integer, None),
            FieldKind::Amount => (Kind::Amount, None),
            FieldKind::Date(DateOrder::DayMonthYear) => (Kind::Date, Some(Order::Dmy)),
            FieldKind::Date(DateOrder::MonthDayYear) => (Kind::Date, Some(Order::Mdy)),
            FieldKind::Date(DateOrder::YearMonthDay) => (Kind::Date, Some(Order::Ymd)),
            FieldKind::CheckBox => (Kind::CheckBox, None),
        };
        Self {
            name: spec.name.clone(),
            r#box: [x, y, width, height],
            kind,
            cells: spec.cells,
            length: spec.length.map(|(fewest, most)| [fewest, most]),
            min: spec.least,
            max: spec.most,
            decimals: spec.decimals,
            implied_decimals: spec.implied_decimals,
            decimal_mark: spec.decimal_mark,
            required: spec.required,
            check_digit: spec.check_digit.map(check_digit_word),
            date_order,
            colour_drop_out: spec.drop_out.map(|colour| match colour {
                DropOut::Red => Colour::Red,
                DropOut::Green => Colour::Green,
                DropOut::Blue => Colour::Blue,
            }),
        }
    }

    fn into_spec(self) -> Result<FieldSpec, String> {
        let [x, y, width, height] = self.r#box;
        let kind = match self.kind {
            Kind::Digits => FieldKind::Digits,
            Kind::Integer => FieldKind::Integer,
            Kind::Amount => FieldKind::Amount,
            Kind::CheckBox => FieldKind::CheckBox,
            Kind::Date => FieldKind::Date(match self.date_order {
                None | Some(Order::Dmy) => DateOrder::DayMonthYear,
                Some(Order::Mdy) => DateOrder::MonthDayYear,
                Some(Order::Ymd) => DateOrder::YearMonthDay,
            }),
        };
        Ok(FieldSpec {
            cells: self.cells,
            length: self.length.map(|[fewest, most]| (fewest, most)),
            least: self.min,
            most: self.max,
            decimals: self.decimals,
            implied_decimals: self.implied_decimals,
            decimal_mark: self.decimal_mark,
            required: self.required,
            check_digit: self.check_digit.as_deref().map(check_digit).transpose()?,
            drop_out: self.colour_drop_out.map(|colour| match colour {
                Colour::Red => DropOut::Red,
                Colour::Green => DropOut::Green,
                Colour::Blue => DropOut::Blue,
            }),
            ..FieldSpec::new(self.name, Rect { x, y, width, height }, kind)
        })
    }
}

fn check_digit_word(check: CheckDigit) -> String {
    match check {
        CheckDigit::Luhn => "luhn".to_owned(),
        CheckDigit::AbaRouting => "aba".to_owned(),
        CheckDigit::Mod11 => "mod11".to_owned(),
        CheckDigit::Verhoeff => "verhoeff".to_owned(),
        CheckDigit::Iban(country) => format!("iban:{}", String::from_utf8_lossy(&country)),
    }
}

fn check_digit(word: &str) -> Result<CheckDigit, String> {
    let country =
        |text: &str| <[u8; 2]>::try_from(text.as_bytes()).ok().filter(|it| it.iter().all(u8::is_ascii_uppercase));
    match (word, word.strip_prefix("iban:").and_then(country)) {
        ("luhn", _) => Ok(CheckDigit::Luhn),
        ("aba", _) => Ok(CheckDigit::AbaRouting),
        ("mod11", _) => Ok(CheckDigit::Mod11),
        ("verhoeff", _) => Ok(CheckDigit::Verhoeff),
        (_, Some(country)) => Ok(CheckDigit::Iban(country)),
        _ => {
            Err("`check_digit` is one of luhn, aba, mod11, verhoeff, or iban: and two capital letters, such as iban:DE"
                .to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    const TOML: &str = r#"
name = "tax return"
width = 800
height = 1000
dpi = 100
[[mark]]
box = [10, 10, 20, 20]
[[field]]
name = "number"
box = [30, 40, 300, 30]
kind = "digits"
cells = 11
length = [3, 11]
check_digit = "iban:DE"
required = true
colour_drop_out = "red"
[[field]]
name = "total"
box = [30, 90, 300, 30]
kind = "amount"
min = -1.5
max = 100
decimals = 2
implied_decimals = true
decimal_mark = "comma"
[[field]]
name = "day"
box = [30, 140, 300, 30]
kind = "date"
date_order = "ymd"
[[field]]
name = "yes"
box = [30, 190, 20, 20]
kind = "checkbox"
[[rule]]
name = "positive"
check = "total > 0"
"#;

    #[test]
    fn a_template_is_the_same_after_the_editor_had_it() {
        let form = scantally::template::parse(TOML, Path::new("form.toml")).expect("a template");
        let text = serde_json::to_string(&Document::of(&form)).expect("JSON");
        let document: Document = serde_json::from_str(&text).expect("a document");
        let bare = Form { name: String::new(), fields: Vec::new(), rules: Vec::new(), ..form.clone() };
        assert_eq!(document.applied_to(bare), Ok(form));
    }

    #[test]
    fn words_that_are_none_are_told() {
        let wrong =
            serde_json::from_str::<Document>(r#"{"name":"a","fields":[{"name":"x","box":[1,2,3,4],"kind":"word"}]}"#);
        assert!(wrong.expect_err("no kind").to_string().contains("digits"));
        assert!(check_digit("iban:de").is_err() && check_digit("iban:DEX").is_err());
    }
}

//! How scans are to be read: the values of a form or a query in, checked settings of the pipeline out.

use serde::{Deserialize, Serialize};

use scantally::number::threshold::min_confidence_for;
use scantally::number::{DecimalMark, Kind};
use scantally::pipeline::{KnownForm, Layout, Pipeline, Settings};

use crate::web::app::{App, Readers};
use crate::web::problem::Problem;

/// What a template may be called that is built in.
pub const CHEQUE: &str = "cheque";

/// How scans are to be read, as forms, queries and jobs have it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReadOptions {
    /// What each image shows.
    pub layout: Layout,
    /// What each number is.
    pub kind: Kind,
    /// What starts the decimals of amounts.
    pub decimal: DecimalMark,
    /// Numbers below this confidence are for review, 0 to 1; the usual one where it is not said.
    pub min_confidence: Option<f32>,
    /// The share of wrong numbers among those marked ok that is allowed; goes before the confidence.
    pub max_error: Option<f32>,
    /// The id of a template, `cheque`, or empty for none.
    pub template: String,
    /// The text of the template as it was when the job began.
    pub template_toml: Option<String>,
}

impl ReadOptions {
    /// Sets the value of a name; names that are none of the options are left alone.
    ///
    /// # Errors
    /// 422 with what is allowed.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), Problem> {
        let value = value.trim();
        if value.is_empty() {
            return Ok(());
        }
        match name {
            "layout" => self.layout = word(name, value, "page, line, digit or micr")?,
            "kind" => self.kind = word(name, value, "digits, integer or amount")?,
            "decimal" => self.decimal = word(name, value, "auto, point or comma")?,
            "template" => self.template = value.to_owned(),
            "min_confidence" => self.min_confidence = Some(share(name, value)?),
            "max_error" => self.max_error = Some(share(name, value)?),
            _ => {}
        }
        Ok(())
    }

    /// The settings of the pipeline.
    pub fn settings(&self) -> Settings {
        let usual = Settings::default();
        let min_confidence = self.min_confidence.unwrap_or(usual.min_confidence);
        Settings {
            layout: self.layout,
            cheque: self.template == CHEQUE,
            kind: self.kind,
            decimal: self.decimal,
            min_confidence: self.max_error.map_or(min_confidence, min_confidence_for),
            ..usual
        }
    }

    /// The pipeline with these settings; `form` is the template, where there is one.
    pub fn pipeline(&self, readers: &Readers, form: Option<KnownForm>) -> Pipeline {
        let pipeline = Pipeline::new(readers.digits.clone(), readers.lines.clone(), self.settings());
        match form {
            Some(form) => pipeline.with_forms(vec![form]),
            None => pipeline,
        }
    }

    /// How a scan is opened.
    pub fn scan_settings(app: &App) -> scantally::scan::Settings {
        let limits = &app.settings.limits;
        scantally::scan::Limits { max_pixels: limits.pixels, max_pages: limits.pages }.into()
    }
}

/// A word that serde knows.
fn word<T: for<'a> Deserialize<'a>>(name: &str, value: &str, allowed: &str) -> Result<T, Problem> {
    serde_json::from_value(value.into())
        .map_err(|_| Problem::invalid(format!("`{name}` is {allowed}, not \"{value}\".")))
}

fn share(name: &str, value: &str) -> Result<f32, Problem> {
    match value.parse::<f32>() {
        Ok(share) if (0.0..=1.0).contains(&share) => Ok(share),
        _ => Err(Problem::invalid(format!("`{name}` is a number from 0 to 1, such as 0.9, not \"{value}\"."))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_checked_and_told() {
        let mut options = ReadOptions::default();
        options.set("layout", " line ").expect("a layout");
        options.set("max_error", "0.01").expect("a share");
        options.set("unknown", "x").expect("left alone");
        assert_eq!(options.settings().layout, Layout::Line);
        assert!(options.settings().min_confidence > 0.5);
        for (name, value) in [("layout", "tower"), ("min_confidence", "2"), ("kind", "<b>")] {
            let problem = options.set(name, value).expect_err(name);
            assert!(problem.status == 422 && problem.detail.contains(name), "{problem:?}");
        }
    }
}

//! What a run has read: its journal in; the run's name and its numbers, found by source, page and field, out.

use std::collections::{HashMap, HashSet};

use crate::error::Result;
use crate::journal::Journal;
use crate::number::Kind;
use crate::table::{source_cell, text_cell};

/// What tells a number of a run from all others, as the tables write it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    /// The source, guarded against formulas.
    pub source: String,
    /// The page, from 1.
    pub page: usize,
    /// The field, guarded against formulas.
    pub field: String,
}

/// A number of the run.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct KnownNumber {
    /// The hash of its scan as hexadecimal text; empty where it was not read as a whole.
    pub content_hash: String,
    /// The value as read.
    pub value: String,
}

/// A run and its numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct KnownRun {
    /// The name of the run.
    pub run_id: String,
    /// What all its fields hold; `None` where a template says so for each.
    pub kind: Option<Kind>,
    numbers: HashMap<Key, KnownNumber>,
    sources: HashSet<String>,
}

impl Key {
    /// The key of a number, from texts that are guarded or not.
    pub fn new(source: &str, page: usize, field: &str) -> Self {
        Self { source: source_cell(source), page, field: text_cell(field) }
    }
}

impl KnownRun {
    /// Takes what the journal holds.
    ///
    /// # Errors
    /// [`crate::error::Error::Output`] if the journal cannot be read.
    pub fn of(journal: &Journal) -> Result<Self> {
        let (mut numbers, mut sources) = (HashMap::new(), HashSet::new());
        journal.for_each_scan(false, &mut |scan| {
            let content_hash = scan.row.content_hash.map(|hash| hash.to_hex().to_string()).unwrap_or_default();
            sources.insert(source_cell(&scan.row.source));
            for page in scan.pages {
                for number in page.numbers {
                    let key = Key::new(&scan.row.source, page.page, &number.field);
                    numbers.insert(key, KnownNumber { content_hash: content_hash.clone(), value: number.value });
                }
            }
            Ok(())
        })?;
        Ok(Self { run_id: journal.run_id()?, kind: kind_of(&journal.options()?), numbers, sources })
    }

    /// The number of a key.
    pub fn number(&self, key: &Key) -> Option<&KnownNumber> {
        self.numbers.get(key)
    }

    /// Whether the run met a source, as the tables write it.
    pub fn has_source(&self, source: &str) -> bool {
        self.sources.contains(source)
    }
}

/// What all fields hold by the options of a run: with templates each field has its own kind, and magnetic ink has fields of its own.
fn kind_of(options: &serde_json::Value) -> Option<Kind> {
    let has_templates = options["templates"].as_array().is_some_and(|templates| !templates.is_empty());
    if has_templates || options["settings"]["layout"] == "micr" {
        return None;
    }
    serde_json::from_value(options["settings"]["kind"].clone()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_of_a_run_is_known_where_there_is_one() {
        let options = |layout: &str, templates: &[&str]| {
            kind_of(&serde_json::json!({ "settings": { "kind": "digits", "layout": layout }, "templates": templates }))
        };
        assert_eq!(options("page", &[]), Some(Kind::Digits));
        assert_eq!(options("micr", &[]), None);
        assert_eq!(options("page", &["form.toml"]), None);
        assert_eq!(kind_of(&serde_json::Value::Null), None);
    }
}

//! The tables that people edit: what they were when they were written in; which of them somebody has changed since out.
//!
//! Corrections are typed into a table before they are applied; a later run into the same folder must not write over them.

use std::collections::BTreeMap;
use std::path::Path;

use crate::error::{Error, Result};
use crate::journal::Journal;

/// The tables that hold corrections until they are applied.
const EDITED_TABLES: [&str; 2] = ["numbers.csv", "numbers.xlsx"];

const PUBLISHED: &str = "published";

impl Journal {
    /// Notes what the tables are now: just written, or with corrections that have been applied.
    ///
    /// # Errors
    /// [`Error::Output`] if the journal cannot be written.
    pub fn note_tables(&self) -> Result<()> {
        let hashes: BTreeMap<&str, String> =
            EDITED_TABLES.iter().filter_map(|name| Some((*name, hash_of(&self.folder.join(name))?))).collect();
        self.set(PUBLISHED, &serde_json::json!(hashes).to_string())
    }

    /// An error that names the tables which somebody has changed since they were written.
    pub(super) fn check_tables(&self) -> Result<()> {
        let noted: BTreeMap<String, String> =
            self.get(PUBLISHED)?.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        let is_changed = |(name, hash): &(&String, &String)| {
            hash_of(&self.folder.join(name.as_str())).is_some_and(|now| now != **hash)
        };
        let changed: Vec<&str> = noted.iter().filter(is_changed).map(|(name, _)| name.as_str()).collect();
        if changed.is_empty() {
            return Ok(());
        }
        let reason = format!(
            "{} has been changed since it was written; take corrections back with `scantally review apply`, move it away, or write over it \
             with --force",
            changed.join(" and ")
        );
        Err(Error::Run { folder: self.folder.clone(), reason })
    }
}

/// The hash of a file; `None` where there is none that can be read.
fn hash_of(path: &Path) -> Option<String> {
    let mut hasher = blake3::Hasher::new();
    std::io::copy(&mut std::fs::File::open(path).ok()?, &mut hasher).ok()?;
    Some(hasher.finalize().to_hex().to_string())
}

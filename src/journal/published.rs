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
    /// Notes what the tables are now that they have been written.
    ///
    /// # Errors
    /// [`Error::Output`] if the journal cannot be written.
    pub fn note_tables(&self) -> Result<()> {
        EDITED_TABLES.iter().try_for_each(|name| self.note_table(&self.folder.join(name)))
    }

    /// Notes what one table is now that its corrections have been applied; other files are left alone.
    ///
    /// # Errors
    /// [`Error::Output`] if the journal cannot be written.
    pub fn note_table(&self, path: &Path) -> Result<()> {
        let name = EDITED_TABLES.into_iter().find(|name| is_same(&self.folder.join(name), path));
        let Some((name, hash)) = name.zip(hash_of(path)) else { return Ok(()) };
        let mut noted = self.noted_tables()?;
        noted.insert(name.to_owned(), hash);
        self.set(PUBLISHED, &serde_json::json!(noted).to_string())
    }

    /// The hash of each table as it was noted last.
    fn noted_tables(&self) -> Result<BTreeMap<String, String>> {
        Ok(self.get(PUBLISHED)?.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
    }

    /// An error that names the tables which somebody has changed since they were written.
    pub(super) fn check_tables(&self) -> Result<()> {
        let noted = self.noted_tables()?;
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

/// Whether two paths lead to the same file.
fn is_same(one: &Path, other: &Path) -> bool {
    one.canonicalize().ok().is_some_and(|one| other.canonicalize().is_ok_and(|other| one == other))
}

/// The hash of a file; `None` where there is none that can be read.
fn hash_of(path: &Path) -> Option<String> {
    let mut hasher = blake3::Hasher::new();
    std::io::copy(&mut std::fs::File::open(path).ok()?, &mut hasher).ok()?;
    Some(hasher.finalize().to_hex().to_string())
}

//! Scans with the same content: the hash of one in, whether another one is read in its place out.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Mutex, PoisonError};

use crate::table::source_cell;

/// Which source is read for each content. Of several the first in the order of the tables is to be; as a later one may be met before it, both
/// are read then, and the journal settles it.
#[derive(Debug, Default)]
pub struct Claims {
    sources: Mutex<HashMap<blake3::Hash, String>>,
    takes_all: bool,
}

impl Claims {
    /// No content is claimed yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Every scan is read, whatever was read before.
    pub fn none() -> Self {
        Self { takes_all: true, ..Self::default() }
    }

    /// Claims a content for a source. Gives the source that has it already, where that one comes first in the order of the tables.
    pub fn claim(&self, hash: blake3::Hash, source: &str) -> Option<String> {
        if self.takes_all {
            return None;
        }
        let mut sources = self.sources.lock().unwrap_or_else(PoisonError::into_inner);
        match sources.entry(hash) {
            Entry::Vacant(free) => {
                free.insert(source.to_owned());
            }
            Entry::Occupied(mut taken) => {
                if source_cell(taken.get()) < source_cell(source) {
                    return Some(taken.get().clone());
                }
                source.clone_into(taken.get_mut());
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_source_has_the_content() {
        let (claims, hash) = (Claims::new(), blake3::hash(b"1"));
        assert_eq!(claims.claim(hash, "b.png"), None);
        assert_eq!(claims.claim(hash, "c.png").as_deref(), Some("b.png"));
        assert_eq!(claims.claim(hash, "b.png"), None, "its own source may read it again");
        assert_eq!(claims.claim(hash, "a.png"), None, "an earlier source takes it over");
        assert_eq!(claims.claim(hash, "b.png").as_deref(), Some("a.png"));
        assert_eq!(claims.claim(blake3::hash(b"2"), "c.png"), None);
        assert_eq!(Claims::none().claim(hash, "c.png"), None);
    }
}

//! What is shared with whom: with e-mail addresses, which count once somebody has an account that is known to have them.

use rusqlite::{Connection, params};

/// What can be shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shared {
    Job,
    Template,
}

impl Shared {
    const fn word(self) -> &'static str {
        match self {
            Self::Job => "job",
            Self::Template => "template",
        }
    }
}

/// Whether an object is shared with somebody.
pub fn is_shared(db: &Connection, kind: Shared, object_id: &str, user_id: i64) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT 1 FROM shared_with_users WHERE kind = ?1 AND object_id = ?2 AND user_id = ?3")?
        .exists(params![kind.word(), object_id, user_id])
}

/// Shares an object with an address, whether there is an account of it or not, so that nobody learns who has one.
pub fn share(db: &Connection, kind: Shared, object_id: &str, email: &str) -> rusqlite::Result<usize> {
    db.execute(
        "INSERT OR IGNORE INTO shares VALUES (?1, ?2, ?3)",
        params![kind.word(), object_id, email.trim().to_lowercase()],
    )
}

/// Takes an object back from an address.
pub fn take_back(db: &Connection, kind: Shared, object_id: &str, email: &str) -> rusqlite::Result<usize> {
    db.execute(
        "DELETE FROM shares WHERE kind = ?1 AND object_id = ?2 AND email = ?3",
        params![kind.word(), object_id, email],
    )
}

/// Takes an object back from everybody, as when it is deleted.
pub fn forget(db: &Connection, kind: Shared, object_id: &str) -> rusqlite::Result<usize> {
    db.execute("DELETE FROM shares WHERE kind = ?1 AND object_id = ?2", params![kind.word(), object_id])
}

/// The addresses that an object is shared with.
pub fn people(db: &Connection, kind: Shared, object_id: &str) -> rusqlite::Result<Vec<String>> {
    let mut statement =
        db.prepare_cached("SELECT email FROM shares WHERE kind = ?1 AND object_id = ?2 ORDER BY email")?;
    let people = statement.query_map(params![kind.word(), object_id], |row| row.get(0))?;
    people.collect()
}

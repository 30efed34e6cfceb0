//! What is shared with whom.

use rusqlite::{Connection, params};

use super::users::{self, User};

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
    db.prepare_cached("SELECT 1 FROM shares WHERE kind = ?1 AND object_id = ?2 AND user_id = ?3")?.exists(params![
        kind.word(),
        object_id,
        user_id
    ])
}

/// Shares an object with the account of an address, if there is one; the caller tells nobody whether there was.
pub fn share(db: &Connection, kind: Shared, object_id: &str, email: &str) -> rusqlite::Result<()> {
    if let Some(user) = users::by_email(db, &email.trim().to_lowercase())?.filter(|user| user.is_confirmed) {
        db.execute("INSERT OR IGNORE INTO shares VALUES (?1, ?2, ?3)", params![kind.word(), object_id, user.id])?;
    }
    Ok(())
}

/// Takes an object back from somebody.
pub fn take_back(db: &Connection, kind: Shared, object_id: &str, user_id: i64) -> rusqlite::Result<usize> {
    db.execute(
        "DELETE FROM shares WHERE kind = ?1 AND object_id = ?2 AND user_id = ?3",
        params![kind.word(), object_id, user_id],
    )
}

/// Takes an object back from everybody, as when it is deleted.
pub fn forget(db: &Connection, kind: Shared, object_id: &str) -> rusqlite::Result<usize> {
    db.execute("DELETE FROM shares WHERE kind = ?1 AND object_id = ?2", params![kind.word(), object_id])
}

/// With whom an object is shared, by address.
pub fn people(db: &Connection, kind: Shared, object_id: &str) -> rusqlite::Result<Vec<User>> {
    let mut statement = db.prepare_cached("SELECT user_id FROM shares WHERE kind = ?1 AND object_id = ?2")?;
    let ids = statement.query_map(params![kind.word(), object_id], |row| row.get(0))?;
    let ids = ids.collect::<rusqlite::Result<Vec<i64>>>()?;
    let mut people = Vec::new();
    for id in ids {
        people.extend(users::by_id(db, id)?);
    }
    people.sort_by(|left, right| left.email.cmp(&right.email));
    Ok(people)
}

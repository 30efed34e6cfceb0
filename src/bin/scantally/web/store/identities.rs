//! Which account somebody has who signs in elsewhere: the provider and its name for the person lead to the account.

use rusqlite::{Connection, OptionalExtension, params};

use super::users::{self, User};

/// The account of a person at a provider.
pub fn user(db: &Connection, provider: &str, subject: &str) -> rusqlite::Result<Option<User>> {
    let found = db
        .prepare_cached("SELECT user_id FROM identities WHERE provider = ?1 AND subject = ?2")?
        .query_row([provider, subject], |row| row.get(0))
        .optional()?;
    found.map_or(Ok(None), |id| users::by_id(db, id))
}

/// Joins a person at a provider to an account.
pub fn join(db: &Connection, provider: &str, subject: &str, user_id: i64) -> rusqlite::Result<usize> {
    db.execute(
        "INSERT OR REPLACE INTO identities (provider, subject, user_id) VALUES (?1, ?2, ?3)",
        params![provider, subject, user_id],
    )
}

/// The providers that somebody signs in with.
pub fn providers(db: &Connection, user_id: i64) -> rusqlite::Result<Vec<String>> {
    let mut statement =
        db.prepare_cached("SELECT DISTINCT provider FROM identities WHERE user_id = ?1 ORDER BY provider")?;
    let providers = statement.query_map([user_id], |row| row.get(0))?;
    providers.collect()
}

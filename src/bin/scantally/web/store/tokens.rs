//! Tokens for programs: of each only a hash is kept.

use rusqlite::{Connection, OptionalExtension};

use super::now;
use super::users::{self, User};

/// The owner of the token with this hash; the token counts as used now.
pub fn owner(db: &Connection, hash: &str) -> rusqlite::Result<Option<User>> {
    let found = db.prepare_cached("SELECT user_id FROM tokens WHERE hash = ?1")?.query_row([hash], |row| row.get(0));
    let Some(user_id) = found.optional()? else { return Ok(None) };
    // Once a minute is exact enough, and spares a write for each request.
    db.prepare_cached("UPDATE tokens SET last_used_at = ?2 WHERE hash = ?1 AND coalesce(last_used_at, 0) < ?2 - 60")?
        .execute(rusqlite::params![hash, now()])?;
    users::by_id(db, user_id)
}

//! Tokens for programs: of each only a hash is kept.

use rusqlite::{Connection, OptionalExtension, params};

use super::now;
use super::users::{self, User};
use crate::web::security::secret;

/// One token, without its secret, which nobody knows but its owner.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Token {
    /// Random; part of addresses.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// In seconds since 1970, as the other time.
    pub created_at: i64,
    /// `None` where it was never used; exact to a minute.
    pub last_used_at: Option<i64>,
}

/// A person has no more.
pub const MOST: usize = 50;

/// Makes a token, and its secret, which is not kept; `None` if the person has as many as they may have.
pub fn create(db: &Connection, user_id: i64, name: &str) -> rusqlite::Result<Option<(Token, String)>> {
    if of(db, user_id)?.len() >= MOST {
        return Ok(None);
    }
    let (id, token) = (secret::random(), secret::random());
    let made = Token { id, name: name.to_owned(), created_at: now(), last_used_at: None };
    db.execute(
        "INSERT INTO tokens (id, user_id, name, hash, created_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![made.id, user_id, made.name, secret::hash(&token), made.created_at],
    )?;
    Ok(Some((made, token)))
}

/// The tokens of a person, oldest first.
pub fn of(db: &Connection, user_id: i64) -> rusqlite::Result<Vec<Token>> {
    let mut statement = db.prepare_cached(
        "SELECT id, name, created_at, last_used_at FROM tokens WHERE user_id = ?1 ORDER BY created_at, id",
    )?;
    let tokens = statement.query_map([user_id], |row| {
        Ok(Token { id: row.get(0)?, name: row.get(1)?, created_at: row.get(2)?, last_used_at: row.get(3)? })
    })?;
    tokens.collect()
}

/// Takes a token back, if it is this person's; whether it was.
pub fn revoke(db: &Connection, user_id: i64, id: &str) -> rusqlite::Result<bool> {
    Ok(db.execute("DELETE FROM tokens WHERE id = ?1 AND user_id = ?2", params![id, user_id])? > 0)
}

/// The owner of the token with this hash; the token counts as used now.
pub fn owner(db: &Connection, hash: &str) -> rusqlite::Result<Option<User>> {
    let found = db.prepare_cached("SELECT user_id FROM tokens WHERE hash = ?1")?.query_row([hash], |row| row.get(0));
    let Some(user_id) = found.optional()? else { return Ok(None) };
    // Once a minute is exact enough, and spares a write for each request.
    db.prepare_cached("UPDATE tokens SET last_used_at = ?2 WHERE hash = ?1 AND coalesce(last_used_at, 0) < ?2 - 60")?
        .execute(params![hash, now()])?;
    users::by_id(db, user_id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::store::tests::empty;
    use crate::web::store::users::Role;

    #[test]
    fn a_token_opens_until_its_owner_takes_it_back() {
        let db = empty();
        let [ann, bob] = ["ann@example.org", "bob@example.org"]
            .map(|email| users::create(&db, email, None, Role::Reviewer).expect("an account"));
        let (token, secret) = create(&db, ann, "scanner").expect("a database").expect("a token");
        let opens = || owner(&db, &secret::hash(&secret)).expect("a database").map(|user| user.id);
        assert_eq!(opens(), Some(ann));
        assert_eq!(revoke(&db, bob, &token.id), Ok(false));
        assert_eq!((opens(), of(&db, bob)), (Some(ann), Ok(vec![])));
        assert_eq!((revoke(&db, ann, &token.id), opens()), (Ok(true), None));
    }

    #[test]
    fn there_is_an_end_to_tokens() {
        let db = empty();
        let ann = users::create(&db, "ann@example.org", None, Role::Reviewer).expect("an account");
        let made = (0..=MOST).filter(|_| create(&db, ann, "more").expect("a database").is_some()).count();
        assert_eq!(made, MOST);
    }
}

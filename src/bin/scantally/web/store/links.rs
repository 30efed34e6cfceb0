//! Links in mails, each of which may be used once and for a while: of the secret in it only a hash is kept.

use rusqlite::{Connection, OptionalExtension, params};

use super::now;
use crate::web::security::secret;

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To show that an address is one's own.
    Confirm,
    /// To set a new password.
    Reset,
}

impl Purpose {
    const fn name(self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::Reset => "reset",
        }
    }

    /// How long such a link may be used, in seconds: a mail may be read the next day; a new password is set at once.
    pub const fn valid_s(self) -> i64 {
        match self {
            Self::Confirm => 24 * 3600,
            Self::Reset => 3600,
        }
    }
}

/// What is known by a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub user_id: i64,
    /// The password that was chosen with the registration which this link confirms. It counts only then, so that nobody can choose one for an
    /// address that somebody else confirms.
    pub password_hash: Option<String>,
}

/// Makes a link; the secret that belongs into its address.
pub fn create(
    db: &Connection,
    user_id: i64,
    purpose: Purpose,
    password_hash: Option<&str>,
) -> rusqlite::Result<String> {
    let made = secret::random();
    db.execute(
        "INSERT INTO mail_links (hash, user_id, purpose, password_hash, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![secret::hash(&made), user_id, purpose.name(), password_hash, now() + purpose.valid_s()],
    )?;
    Ok(made)
}

/// What is known by a link that may still be used; it stays so.
pub fn look(db: &Connection, purpose: Purpose, secret: &str) -> rusqlite::Result<Option<Link>> {
    let query = "SELECT user_id, password_hash FROM mail_links WHERE hash = ?1 AND purpose = ?2 AND expires_at > ?3";
    db.prepare_cached(query)?
        .query_row(params![secret::hash(secret), purpose.name(), now()], |row| {
            Ok(Link { user_id: row.get(0)?, password_hash: row.get(1)? })
        })
        .optional()
}

/// Uses a link up, and with it all others of its owner for the same purpose.
pub fn take(db: &Connection, purpose: Purpose, secret: &str) -> rusqlite::Result<Option<Link>> {
    let Some(link) = look(db, purpose, secret)? else { return Ok(None) };
    forget(db, link.user_id, purpose)?;
    Ok(Some(link))
}

/// Takes back all links of a person for a purpose.
pub fn forget(db: &Connection, user_id: i64, purpose: Purpose) -> rusqlite::Result<usize> {
    db.execute("DELETE FROM mail_links WHERE user_id = ?1 AND purpose = ?2", params![user_id, purpose.name()])
}

/// Removes links that have had their time.
pub fn remove_expired(db: &Connection) -> rusqlite::Result<usize> {
    db.execute("DELETE FROM mail_links WHERE expires_at <= ?1", [now()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::store::tests::empty;
    use crate::web::store::users::{self, Role};

    #[test]
    fn a_link_is_used_once_for_its_purpose_and_in_its_time() {
        let db = empty();
        let ann = users::create(&db, "ann@example.org", None, Role::Reviewer).expect("an account");
        let made = create(&db, ann, Purpose::Reset, None).expect("a link");
        let other = create(&db, ann, Purpose::Reset, None).expect("a link");
        assert_eq!(look(&db, Purpose::Confirm, &made), Ok(None));
        let link = Some(Link { user_id: ann, password_hash: None });
        assert_eq!((look(&db, Purpose::Reset, &made), take(&db, Purpose::Reset, &made)), (Ok(link.clone()), Ok(link)));
        assert_eq!((take(&db, Purpose::Reset, &made), take(&db, Purpose::Reset, &other)), (Ok(None), Ok(None)));

        let old = create(&db, ann, Purpose::Reset, None).expect("a link");
        db.execute("UPDATE mail_links SET expires_at = ?1", [now()]).expect("a database");
        assert_eq!((take(&db, Purpose::Reset, &old), remove_expired(&db)), (Ok(None), Ok(1)));
    }
}

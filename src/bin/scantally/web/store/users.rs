//! Accounts: who may come in, and what they may do.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::now;

/// What a person may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Looks at what is theirs or shared with them, and downloads it.
    Reader,
    /// Uploads, reads and corrects, too.
    Reviewer,
    /// Gives and takes roles, too.
    Admin,
}

impl Role {
    /// All roles, from the one that may do least.
    pub const ALL: [Self; 3] = [Self::Reader, Self::Reviewer, Self::Admin];

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::Reviewer => "reviewer",
            Self::Admin => "admin",
        }
    }

    /// The role of a word.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// One account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub id: i64,
    /// In lower case.
    pub email: String,
    /// As argon2 writes it; `None` for people who sign in elsewhere only.
    pub password_hash: Option<String>,
    pub role: Role,
    /// Whether the e-mail address is known to be theirs.
    pub is_confirmed: bool,
    pub created_at: i64,
}

/// Whom everything belongs to where there are no accounts.
pub const LOCAL_EMAIL: &str = "you@this-computer";

const COLUMNS: &str = "id, email, password_hash, role, confirmed_at, created_at";

fn user(row: &Row) -> rusqlite::Result<User> {
    Ok(User {
        id: row.get(0)?,
        email: row.get(1)?,
        password_hash: row.get(2)?,
        role: Role::named(&row.get::<_, String>(3)?).unwrap_or(Role::Reader),
        is_confirmed: row.get::<_, Option<i64>>(4)?.is_some(),
        created_at: row.get(5)?,
    })
}

/// The account with this number.
pub fn by_id(db: &Connection, id: i64) -> rusqlite::Result<Option<User>> {
    db.prepare_cached(&format!("SELECT {COLUMNS} FROM users WHERE id = ?1"))?.query_row([id], user).optional()
}

/// The account of an address in lower case.
pub fn by_email(db: &Connection, email: &str) -> rusqlite::Result<Option<User>> {
    db.prepare_cached(&format!("SELECT {COLUMNS} FROM users WHERE email = ?1"))?.query_row([email], user).optional()
}

/// Makes an account that is not confirmed yet; its number.
pub fn create(db: &Connection, email: &str, password_hash: Option<&str>, role: Role) -> rusqlite::Result<i64> {
    db.execute(
        "INSERT INTO users (email, password_hash, role, created_at) VALUES (?1, ?2, ?3, ?4)",
        params![email, password_hash, role.name(), now()],
    )?;
    Ok(db.last_insert_rowid())
}

/// Lets the account in from now on: its address is known to be its owner's.
///
/// `password_hash` replaces the one it has, where there is one; `admins` are the addresses that the settings name. With none named, the
/// first account that is confirmed is the administrator's.
pub fn confirm(db: &Connection, id: i64, password_hash: Option<&str>, admins: &[String]) -> rusqlite::Result<()> {
    let email: String = db.query_row("SELECT email FROM users WHERE id = ?1", [id], |row| row.get(0))?;
    let is_named = admins.contains(&email);
    let is_first = admins.is_empty() && !all(db)?.iter().any(|user| user.is_confirmed);
    db.execute(
        "UPDATE users SET confirmed_at = coalesce(confirmed_at, ?2), password_hash = coalesce(?3, password_hash) WHERE id = ?1",
        params![id, now(), password_hash],
    )?;
    if is_named || is_first {
        set_role(db, id, Role::Admin)?;
    }
    Ok(())
}

/// All accounts of people, by address.
pub fn all(db: &Connection) -> rusqlite::Result<Vec<User>> {
    let query = format!("SELECT {COLUMNS} FROM users WHERE email <> ?1 ORDER BY email");
    let mut statement = db.prepare_cached(&query)?;
    let users = statement.query_map([LOCAL_EMAIL], user)?;
    users.collect()
}

/// Sets what a person may do.
pub fn set_role(db: &Connection, id: i64, role: Role) -> rusqlite::Result<usize> {
    db.execute("UPDATE users SET role = ?2 WHERE id = ?1", params![id, role.name()])
}

/// Whether nobody else who may come in is an administrator.
pub fn is_last_admin(db: &Connection, id: i64) -> rusqlite::Result<bool> {
    let admins = all(db)?.into_iter().filter(|user| user.is_confirmed && user.role == Role::Admin);
    let ids: Vec<i64> = admins.map(|user| user.id).collect();
    Ok(ids == [id])
}

/// Sets the password of an account.
pub fn set_password(db: &Connection, id: i64, password_hash: &str) -> rusqlite::Result<usize> {
    db.execute("UPDATE users SET password_hash = ?2 WHERE id = ?1", params![id, password_hash])
}

/// Removes an account with all that hangs on it in the database.
pub fn delete(db: &Connection, id: i64) -> rusqlite::Result<usize> {
    db.execute("DELETE FROM users WHERE id = ?1", [id])
}

/// Removes accounts that nobody can confirm any more, since their links are gone.
pub fn remove_unconfirmed(db: &Connection) -> rusqlite::Result<usize> {
    db.execute("DELETE FROM users WHERE confirmed_at IS NULL AND id NOT IN (SELECT user_id FROM mail_links)", [])
}

/// The person at this machine, where there are no accounts.
pub fn local(db: &Connection) -> rusqlite::Result<User> {
    db.execute(
        "INSERT OR IGNORE INTO users (email, role, confirmed_at, created_at) VALUES (?1, ?2, ?3, ?3)",
        params![LOCAL_EMAIL, Role::Admin.name(), now()],
    )?;
    by_email(db, LOCAL_EMAIL)?.ok_or(rusqlite::Error::QueryReturnedNoRows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::store::tests::empty;

    fn confirmed(db: &Connection, email: &str, admins: &[String]) -> User {
        let id = create(db, email, None, Role::Reviewer).expect("an account");
        confirm(db, id, None, admins).expect("an account");
        by_id(db, id).expect("a database").expect("an account")
    }

    #[test]
    fn the_first_is_the_administrator_unless_others_are_named() {
        let db = empty();
        local(&db).expect("the person at this machine");
        create(&db, "never@example.org", None, Role::Reviewer).expect("an account");
        let [first, second] = ["ann@example.org", "bob@example.org"].map(|email| confirmed(&db, email, &[]));
        assert_eq!((first.role, second.role), (Role::Admin, Role::Reviewer));
        assert_eq!(is_last_admin(&db, first.id), Ok(true));

        let (db, named) = (empty(), ["eve@example.org".to_owned()]);
        let [first, second] = ["ann@example.org", "eve@example.org"].map(|email| confirmed(&db, email, &named));
        assert_eq!((first.role, second.role), (Role::Reviewer, Role::Admin));
    }

    #[test]
    fn accounts_that_were_never_confirmed_go_with_their_links() {
        let db = empty();
        create(&db, "never@example.org", None, Role::Reviewer).expect("an account");
        confirmed(&db, "ann@example.org", &[]);
        assert_eq!(remove_unconfirmed(&db), Ok(1));
        assert_eq!(all(&db).expect("a database").len(), 1);
    }
}

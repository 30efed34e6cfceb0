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

/// The person at this machine, where there are no accounts.
pub fn local(db: &Connection) -> rusqlite::Result<User> {
    db.execute(
        "INSERT OR IGNORE INTO users (email, role, confirmed_at, created_at) VALUES (?1, ?2, ?3, ?3)",
        params![LOCAL_EMAIL, Role::Admin.name(), now()],
    )?;
    by_email(db, LOCAL_EMAIL)?.ok_or(rusqlite::Error::QueryReturnedNoRows)
}

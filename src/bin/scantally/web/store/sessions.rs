//! Sessions of browsers, kept in the database: what tower-sessions asks of a store.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, params};
use time::OffsetDateTime;
use tower_sessions::SessionStore;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};

use super::{Store, now};
use crate::web::problem::Problem;

/// Where a session keeps the number of the account that is logged in.
pub const USER_KEY: &str = "user";

/// Sessions in the database.
#[derive(Clone)]
pub struct Sessions(pub Store);

impl std::fmt::Debug for Sessions {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Sessions")
    }
}

#[async_trait]
impl SessionStore for Sessions {
    async fn create(&self, record: &mut Record) -> Result<()> {
        // 128 random bits are never drawn twice; the store would refuse it, and the request be made again.
        self.write(record, "INSERT INTO sessions (id, user_id, content, expires_at) VALUES (?1, ?2, ?3, ?4)").await
    }

    async fn save(&self, record: &Record) -> Result<()> {
        // A session that was ended meanwhile stays ended: a request that was under way does not bring it back.
        self.write(record, "UPDATE sessions SET user_id = ?2, content = ?3, expires_at = ?4 WHERE id = ?1").await
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let key = id.to_string();
        let found = self.0.with(move |db| {
            db.prepare_cached("SELECT content, expires_at FROM sessions WHERE id = ?1 AND expires_at > ?2")?
                .query_row(params![key, now()], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)))
                .optional()
        });
        let Some((content, expires_at)) = found.await.map_err(|problem| failed(&problem))? else { return Ok(None) };
        let data = serde_json::from_str(&content).map_err(|cause| Error::Decode(cause.to_string()))?;
        let expiry_date =
            OffsetDateTime::from_unix_timestamp(expires_at).map_err(|cause| Error::Decode(cause.to_string()))?;
        Ok(Some(Record { id: *id, data, expiry_date }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        let key = id.to_string();
        let deleted = self.0.with(move |db| db.execute("DELETE FROM sessions WHERE id = ?1", [key]));
        deleted.await.map(drop).map_err(|problem| failed(&problem))
    }
}

impl Sessions {
    async fn write(&self, record: &Record, statement: &'static str) -> Result<()> {
        let content = serde_json::to_string(&record.data).map_err(|cause| Error::Encode(cause.to_string()))?;
        let user_id = record.data.get(USER_KEY).and_then(serde_json::Value::as_i64);
        let (key, expires_at) = (record.id.to_string(), record.expiry_date.unix_timestamp());
        let written =
            self.0.with(move |db| db.prepare_cached(statement)?.execute(params![key, user_id, content, expires_at]));
        written.await.map(drop).map_err(|problem| failed(&problem))
    }
}

fn failed(problem: &Problem) -> Error {
    Error::Backend(problem.detail.clone())
}

/// Removes sessions that are over.
pub fn remove_expired(db: &Connection) -> rusqlite::Result<usize> {
    db.execute("DELETE FROM sessions WHERE expires_at <= ?1", [now()])
}

/// Ends all sessions of an account, such as after a change of its password.
pub fn end_all(db: &Connection, user_id: i64) -> rusqlite::Result<usize> {
    db.execute("DELETE FROM sessions WHERE user_id = ?1", [user_id])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::store::users::{self, Role};

    #[tokio::test]
    async fn a_session_that_was_ended_stays_ended() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let store = Store::open(folder.path()).expect("a database");
        let ann =
            store.with_blocking(|db| users::create(db, "ann@example.org", None, Role::Reviewer)).expect("an account");
        let sessions = Sessions(store.clone());
        let expiry_date = OffsetDateTime::from_unix_timestamp(now() + 60).expect("a time");
        let mut record = Record { id: Id::default(), data: [(USER_KEY.to_owned(), ann.into())].into(), expiry_date };
        sessions.create(&mut record).await.expect("a session");
        record.data.insert("more".to_owned(), true.into());
        sessions.save(&record).await.expect("a session");
        assert_eq!(sessions.load(&record.id).await.expect("a database").as_ref(), Some(&record));
        assert_eq!(store.with_blocking(|db| end_all(db, ann)), Ok(1));
        sessions.save(&record).await.expect("a database");
        assert_eq!(sessions.load(&record.id).await.expect("a database"), None);
    }
}

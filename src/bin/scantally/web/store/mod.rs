//! The database of the server: one SQLite file, a few connections, one file of functions for each kind of thing that is kept.
//!
//! The functions of the submodules take a connection and are plain and blocking; [`Store::with`] runs them off the threads that answer
//! requests.

pub mod audit;
pub mod decisions;
pub mod figures;
pub mod identities;
pub mod jobs;
pub mod links;
pub mod numbers;
pub mod review_queue;
pub mod scans;
mod schema;
pub mod sessions;
pub mod shares;
pub mod templates;
pub mod tokens;
pub mod users;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Context;
use rusqlite::Connection;

use crate::web::problem::Problem;

/// What the file is called below the data folder.
const FILE_NAME: &str = "scantally.sqlite";

/// How long a connection waits for another one that writes.
const PATIENCE: Duration = Duration::from_secs(20);

/// The database.
#[derive(Clone)]
pub struct Store(Arc<Connections>);

struct Connections {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

/// Connections that are kept open between two uses.
const MOST_IDLE: usize = 8;

impl Store {
    /// Opens the database in the data folder and brings it up to date.
    pub fn open(data: &Path) -> anyhow::Result<Self> {
        let store = Self(Arc::new(Connections { path: data.join(FILE_NAME), idle: Mutex::default() }));
        let shown = store.0.path.display();
        let mut connection = store.0.open().with_context(|| format!("{shown} cannot be opened"))?;
        schema::bring_up_to_date(&mut connection).with_context(|| format!("{shown} cannot be used"))?;
        store.0.put_back(connection);
        Ok(store)
    }

    /// Runs `work` with a connection of its own, off the threads that answer requests.
    ///
    /// # Errors
    /// A [`Problem`] that tells people no more than that the server has failed, if the database does.
    pub async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        let store = self.clone();
        let done = tokio::task::spawn_blocking(move || store.with_blocking(work)).await;
        done.map_err(|cause| Problem::internal(&cause))?.map_err(|cause| Problem::internal(&cause))
    }

    /// The same on this thread.
    ///
    /// # Errors
    /// Those of the database.
    pub fn with_blocking<T>(&self, work: impl FnOnce(&mut Connection) -> rusqlite::Result<T>) -> rusqlite::Result<T> {
        let idle = self.0.idle().pop();
        let mut connection = idle.map_or_else(|| self.0.open(), Ok)?;
        let result = work(&mut connection);
        self.0.put_back(connection);
        result
    }
}

impl Connections {
    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open(&self) -> rusqlite::Result<Connection> {
        let connection = Connection::open(&self.path)?;
        connection.busy_timeout(PATIENCE)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        // Corrections are people's work: they are on disk before they are answered.
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.set_prepared_statement_cache_capacity(128);
        Ok(connection)
    }

    fn put_back(&self, connection: Connection) {
        let mut idle = self.idle();
        // A connection with a transaction under way would hand it to a stranger.
        if idle.len() < MOST_IDLE && connection.is_autocommit() {
            idle.push(connection);
        }
    }
}

/// Now, in seconds since 1970.
pub fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs().cast_signed())
}

/// A time in seconds since 1970 as `2026-03-01T14:05:09Z`.
pub fn time_text(seconds: i64) -> String {
    scantally::table::utc_timestamp(UNIX_EPOCH + Duration::from_secs(seconds.unsigned_abs()))
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// An empty database in memory.
    pub fn empty() -> Connection {
        let mut connection = Connection::open_in_memory().expect("a database in memory");
        connection.pragma_update(None, "foreign_keys", true).expect("a database that checks references");
        schema::bring_up_to_date(&mut connection).expect("tables");
        connection
    }

    #[test]
    fn an_old_database_is_opened_again() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for _ in 0..2 {
            let store = Store::open(folder.path()).expect("a database");
            let users = store.with_blocking(|db| db.query_row("SELECT count(*) FROM users", [], |row| row.get(0)));
            assert_eq!(users, Ok(0));
        }
    }
}

//! The database: a folder in, a connection out that holds the only lock and has all tables.

use std::path::Path;

use rusqlite::Connection;

use crate::error::{Error, Result};
use crate::journal::JOURNAL_NAME;

/// Raised whenever the tables change; journals of other versions are not gone on with.
const VERSION: i64 = 1;

/// `sorted` is the source as the tables write it, by which they are sorted. `size` and `modified_ns` tell whether a file is still the one that
/// was read. A page is JSON; pictures lie beside it, so that reading numbers does not touch them.
const TABLES: &str = "
    CREATE TABLE run (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE scan (
        source TEXT PRIMARY KEY, sorted TEXT NOT NULL, path TEXT NOT NULL, size INTEGER, modified_ns INTEGER,
        page_count INTEGER NOT NULL, status TEXT NOT NULL, error TEXT NOT NULL, blake3 TEXT
    );
    CREATE INDEX scan_sorted ON scan (sorted);
    CREATE INDEX scan_blake3 ON scan (blake3);
    CREATE TABLE page (
        source TEXT NOT NULL, page INTEGER NOT NULL, content TEXT NOT NULL, thumbnail BLOB, PRIMARY KEY (source, page)
    );
    CREATE TABLE crop (
        source TEXT NOT NULL, page INTEGER NOT NULL, place INTEGER NOT NULL,
        x INTEGER NOT NULL, y INTEGER NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL, png BLOB NOT NULL,
        PRIMARY KEY (source, page, place)
    );
";

/// Opens the journal of a folder, creates it where it is missing, and locks it until the connection is closed.
pub(super) fn connect(folder: &Path) -> Result<Connection> {
    let path = folder.join(JOURNAL_NAME);
    let fault = |cause: rusqlite::Error| failed(&path, cause);
    let connection = Connection::open(&path).map_err(fault)?;
    connection.busy_timeout(std::time::Duration::ZERO).map_err(fault)?;
    // In the write-ahead log a transaction is either there or not after a crash, and costs no wait for the disk; the exclusive lock is
    // taken with the first access and ends with the process, however that ends.
    let settings = "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;";
    connection.execute_batch(settings).map_err(fault)?;
    let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(fault)?;
    match version {
        0 => {
            let batch = format!("BEGIN IMMEDIATE; {TABLES} PRAGMA user_version = {VERSION}; COMMIT;");
            connection.execute_batch(&batch).map_err(fault)?;
        }
        VERSION => connection.execute_batch("BEGIN IMMEDIATE; COMMIT;").map_err(fault)?,
        _ => return Err(failed(&path, "it was written by another version; use another output folder or remove it")),
    }
    Ok(connection)
}

/// The error for a journal that cannot be used.
pub(super) fn failed(path: &Path, cause: impl std::fmt::Display) -> Error {
    let cause = cause.to_string();
    let reason = match cause.as_str() {
        "database is locked" => "another run is writing to this folder; wait for it or choose another one".to_owned(),
        "file is not a database" => format!("{cause}; remove it or choose another output folder"),
        "database or disk is full" => format!("{cause}; make room and go on with --resume"),
        _ => cause,
    };
    Error::Output { path: path.to_owned(), reason }
}

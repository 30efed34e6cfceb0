//! The tables of the database, and the steps that bring an older one up to date.

use rusqlite::Connection;

/// Each step is run once, in order; `PRAGMA user_version` says how many have been.
const STEPS: [&str; 1] = [FIRST];

const FIRST: &str = "
CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    password_hash TEXT,
    role TEXT NOT NULL,
    confirmed_at INTEGER,
    created_at INTEGER NOT NULL
) STRICT;
CREATE TABLE identities (
    provider TEXT NOT NULL,
    subject TEXT NOT NULL,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (provider, subject)
) STRICT, WITHOUT ROWID;
CREATE TABLE mail_links (
    hash TEXT PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    purpose TEXT NOT NULL,
    password_hash TEXT,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    user_id INTEGER REFERENCES users (id) ON DELETE CASCADE,
    content TEXT NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE TABLE tokens (
    id TEXT PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE templates (
    id TEXT PRIMARY KEY,
    owner_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    toml TEXT NOT NULL,
    picture BLOB,
    width_px INTEGER NOT NULL,
    height_px INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    owner_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    options TEXT NOT NULL,
    double_keying INTEGER NOT NULL DEFAULT 0,
    error TEXT NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL,
    started_at INTEGER,
    finished_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX jobs_by_owner ON jobs (owner_id, created_at);
CREATE INDEX jobs_by_state ON jobs (state, created_at);
CREATE TABLE shares (
    kind TEXT NOT NULL,
    object_id TEXT NOT NULL,
    email TEXT NOT NULL,
    PRIMARY KEY (kind, object_id, email)
) STRICT, WITHOUT ROWID;
CREATE INDEX shares_by_email ON shares (email);
CREATE VIEW shared_with_users AS
    SELECT shares.kind, shares.object_id, users.id AS user_id FROM shares
    JOIN users ON users.email = shares.email AND users.confirmed_at IS NOT NULL;
CREATE TABLE scans (
    id INTEGER PRIMARY KEY,
    job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    source TEXT NOT NULL,
    stored_name TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    state TEXT NOT NULL,
    error TEXT NOT NULL DEFAULT '',
    page_count INTEGER NOT NULL DEFAULT 0,
    UNIQUE (job_id, source)
) STRICT;
CREATE TABLE pages (
    scan_id INTEGER NOT NULL REFERENCES scans (id) ON DELETE CASCADE,
    page INTEGER NOT NULL,
    width_px INTEGER NOT NULL,
    height_px INTEGER NOT NULL,
    picture BLOB,
    PRIMARY KEY (scan_id, page)
) STRICT, WITHOUT ROWID;
CREATE TABLE numbers (
    id INTEGER PRIMARY KEY,
    job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    scan_id INTEGER NOT NULL REFERENCES scans (id) ON DELETE CASCADE,
    page INTEGER NOT NULL,
    place INTEGER NOT NULL,
    field TEXT NOT NULL,
    value TEXT NOT NULL,
    confidence REAL NOT NULL,
    status TEXT NOT NULL,
    content TEXT NOT NULL,
    crop BLOB,
    crop_x INTEGER,
    crop_y INTEGER,
    crop_width INTEGER,
    crop_height INTEGER,
    sampled_at INTEGER,
    version INTEGER NOT NULL DEFAULT 0,
    decided_value TEXT,
    decided_by INTEGER REFERENCES users (id) ON DELETE SET NULL,
    decided_at INTEGER,
    UNIQUE (scan_id, page, place)
) STRICT;
CREATE INDEX numbers_by_job ON numbers (job_id, status, decided_at, sampled_at);
CREATE TABLE keyings (
    id INTEGER PRIMARY KEY,
    number_id INTEGER NOT NULL REFERENCES numbers (id) ON DELETE CASCADE,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    action TEXT NOT NULL,
    value TEXT NOT NULL,
    milliseconds INTEGER NOT NULL,
    keyed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX keyings_by_number ON keyings (number_id);
CREATE INDEX keyings_by_user ON keyings (user_id, keyed_at);
CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    source TEXT NOT NULL,
    page INTEGER NOT NULL,
    field TEXT NOT NULL,
    action TEXT NOT NULL,
    before TEXT NOT NULL,
    after TEXT NOT NULL,
    who TEXT NOT NULL,
    milliseconds INTEGER NOT NULL,
    done_at INTEGER NOT NULL
) STRICT;
CREATE INDEX audit_by_job ON audit (job_id, id);
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit is never changed'); END;
CREATE TRIGGER audit_goes_with_its_job BEFORE DELETE ON audit WHEN EXISTS (SELECT 1 FROM jobs WHERE id = OLD.job_id)
BEGIN SELECT RAISE(ABORT, 'the audit is never changed'); END;
";

/// Brings the tables up to date.
pub fn bring_up_to_date(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let done: usize = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    for (number, step) in STEPS.iter().enumerate().skip(done) {
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "user_version", number + 1)?;
    }
    transaction.commit()
}

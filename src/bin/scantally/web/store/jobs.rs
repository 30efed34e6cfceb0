//! Jobs: uploads that are read together, with the state of each scan. A job is seen by its owner and by people it is shared with; to
//! everybody else it does not exist.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::now;
use super::shares::{self, Shared};

/// How far a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Files are still being added.
    Open,
    /// It waits for its turn.
    Queued,
    /// Its scans are being read.
    Running,
    /// All its scans have been read or have failed, and its tables are written.
    Done,
    /// It could not be carried out as a whole; its error says why.
    Failed,
}

impl State {
    pub const ALL: [Self; 5] = [Self::Open, Self::Queued, Self::Running, Self::Done, Self::Failed];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    fn named(name: &str) -> Self {
        Self::ALL.into_iter().find(|state| state.name() == name).unwrap_or(Self::Failed)
    }

    /// Whether nothing more will happen to it by itself.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Failed)
    }
}

/// Who waits for a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A person sits in front of it: it goes before all batches.
    Read,
    /// It may take its time.
    Batch,
}

impl Kind {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Batch => "batch",
        }
    }
}

/// One job.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// Random; part of addresses, and the name of its folder.
    pub id: String,
    pub owner_id: i64,
    pub kind: Kind,
    /// What people call it.
    pub name: String,
    pub state: State,
    /// How its scans are read, as JSON.
    pub options: String,
    /// Whether each number is keyed by two people who do not see what the other one keyed.
    pub double_keying: bool,
    /// Why it failed; else empty.
    pub error: String,
    pub created_at: i64,
    pub started_at: Option<i64>,
    pub finished_at: Option<i64>,
}

/// How many of its scans are in which state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Progress {
    pub scans: u64,
    pub waiting: u64,
    pub ok: u64,
    pub failed: u64,
    pub skipped: u64,
    pub pages: u64,
    pub numbers: u64,
    /// Numbers that a person should look at and nobody has decided yet.
    pub to_review: u64,
}

const COLUMNS: &str =
    "id, owner_id, kind, name, state, options, double_keying, error, created_at, started_at, finished_at";

fn job(row: &Row) -> rusqlite::Result<Job> {
    let kind: String = row.get(2)?;
    Ok(Job {
        id: row.get(0)?,
        owner_id: row.get(1)?,
        kind: if kind == Kind::Read.name() { Kind::Read } else { Kind::Batch },
        name: row.get(3)?,
        state: State::named(&row.get::<_, String>(4)?),
        options: row.get(5)?,
        double_keying: row.get(6)?,
        error: row.get(7)?,
        created_at: row.get(8)?,
        started_at: row.get(9)?,
        finished_at: row.get(10)?,
    })
}

/// Begins a job to which files can be added.
pub fn create(db: &Connection, job: &Job) -> rusqlite::Result<()> {
    db.execute(
        "INSERT INTO jobs (id, owner_id, kind, name, state, options, double_keying, created_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            job.id,
            job.owner_id,
            job.kind.name(),
            job.name,
            job.state.name(),
            job.options,
            job.double_keying,
            job.created_at
        ],
    )?;
    Ok(())
}

/// The job, if this person may see it.
pub fn visible(db: &Connection, id: &str, user_id: i64) -> rusqlite::Result<Option<Job>> {
    let found = by_id(db, id)?;
    match found {
        Some(job) if job.owner_id == user_id || shares::is_shared(db, Shared::Job, id, user_id)? => Ok(Some(job)),
        _ => Ok(None),
    }
}

/// The job, whoever asks; for the server itself.
pub fn by_id(db: &Connection, id: &str) -> rusqlite::Result<Option<Job>> {
    db.prepare_cached(&format!("SELECT {COLUMNS} FROM jobs WHERE id = ?1"))?.query_row([id], job).optional()
}

/// The jobs that a person may see, newest first.
pub fn visible_to(db: &Connection, user_id: i64, limit: u32, offset: u32) -> rusqlite::Result<Vec<Job>> {
    let query = format!(
        "SELECT {COLUMNS} FROM jobs WHERE owner_id = ?1 \
         OR id IN (SELECT object_id FROM shared_with_users WHERE kind = 'job' AND user_id = ?1) \
         ORDER BY created_at DESC, id LIMIT ?2 OFFSET ?3"
    );
    let mut statement = db.prepare_cached(&query)?;
    let jobs = statement.query_map(params![user_id, limit, offset], job)?;
    jobs.collect()
}

/// How many jobs a person may see.
pub fn count_visible_to(db: &Connection, user_id: i64) -> rusqlite::Result<u64> {
    db.prepare_cached(
        "SELECT count(*) FROM jobs WHERE owner_id = ?1 \
         OR id IN (SELECT object_id FROM shared_with_users WHERE kind = 'job' AND user_id = ?1)",
    )?
    .query_row([user_id], |row| row.get(0))
}

/// The job whose turn it is, which counts as running from now on: people who wait in front of the screen first, then whoever waits longest.
pub fn take_next(db: &mut Connection, wanted: Option<Kind>) -> rusqlite::Result<Option<Job>> {
    let transaction = db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let query = format!(
        "SELECT {COLUMNS} FROM jobs WHERE state = 'queued' AND kind = coalesce(?1, kind) \
         ORDER BY kind = 'read' DESC, coalesce(started_at, created_at), id LIMIT 1"
    );
    let next = transaction.query_row(&query, [wanted.map(Kind::name)], job).optional()?;
    if let Some(job) = &next {
        // The time of the turn is what the next turn goes by: jobs take turns.
        transaction
            .execute("UPDATE jobs SET state = 'running', started_at = ?2 WHERE id = ?1", params![job.id, now()])?;
    }
    transaction.commit()?;
    Ok(next)
}

/// Jobs that were under way when the server ended wait for their turn again.
pub fn requeue_running(db: &Connection) -> rusqlite::Result<usize> {
    db.execute("UPDATE jobs SET state = 'queued' WHERE state = 'running'", [])
}

/// Sets the state of a job; `error` says why it failed.
pub fn set_state(db: &Connection, id: &str, state: State, error: &str) -> rusqlite::Result<usize> {
    let finished_at = state.is_over().then(now);
    db.execute(
        "UPDATE jobs SET state = ?2, error = ?3, finished_at = ?4 WHERE id = ?1",
        params![id, state.name(), error, finished_at],
    )
}

/// Whether a job was started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Started {
    Yes,
    /// It was before, or is gone.
    Before,
    /// It has no files.
    Empty,
}

/// Has an open job wait for its turn.
pub fn start(db: &mut Connection, id: &str) -> rusqlite::Result<Started> {
    let transaction = db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    if by_id(&transaction, id)?.is_none_or(|job| job.state != State::Open) {
        return Ok(Started::Before);
    }
    if progress(&transaction, id)?.scans == 0 {
        return Ok(Started::Empty);
    }
    set_state(&transaction, id, State::Queued, "")?;
    transaction.commit()?;
    Ok(Started::Yes)
}

/// Scans that failed are read again with the next turn; `false` if the job is not over.
pub fn retry_failed(db: &mut Connection, id: &str) -> rusqlite::Result<bool> {
    let transaction = db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let is_over = transaction.execute(
        "UPDATE jobs SET state = 'queued', error = '', finished_at = NULL WHERE id = ?1 AND state IN ('done', 'failed')",
        [id],
    )? > 0;
    if is_over {
        transaction
            .execute("UPDATE scans SET state = 'waiting', error = '' WHERE job_id = ?1 AND state = 'failed'", [id])?;
        transaction.commit()?;
    }
    Ok(is_over)
}

/// How far a job is.
pub fn progress(db: &Connection, job_id: &str) -> rusqlite::Result<Progress> {
    let mut progress = Progress::default();
    let mut statement =
        db.prepare_cached("SELECT state, count(*), sum(page_count) FROM scans WHERE job_id = ?1 GROUP BY state")?;
    let mut rows = statement.query([job_id])?;
    while let Some(row) = rows.next()? {
        let (state, count): (String, u64) = (row.get(0)?, row.get(1)?);
        progress.scans += count;
        progress.pages += row.get::<_, u64>(2)?;
        match state.as_str() {
            "ok" => progress.ok += count,
            "failed" => progress.failed += count,
            "skipped" => progress.skipped += count,
            _ => progress.waiting += count,
        }
    }
    // Both are answered by the index alone: rows of numbers are long.
    let count = |condition: &str| {
        db.prepare_cached(&format!("SELECT count(*) FROM numbers WHERE job_id = ?1{condition}"))?
            .query_row([job_id], |row| row.get(0))
    };
    progress.numbers = count("")?;
    progress.to_review = count(" AND decided_at IS NULL AND (status = 'review' OR sampled_at IS NOT NULL)")?;
    Ok(progress)
}

/// How many jobs wait or are under way.
pub fn unfinished(db: &Connection) -> rusqlite::Result<u64> {
    db.prepare_cached("SELECT count(*) FROM jobs WHERE state IN ('queued', 'running')")?.query_row([], |row| row.get(0))
}

/// How many jobs of a person wait or are under way.
pub fn unfinished_of(db: &Connection, user_id: i64) -> rusqlite::Result<u64> {
    db.prepare_cached("SELECT count(*) FROM jobs WHERE owner_id = ?1 AND state IN ('open', 'queued', 'running')")?
        .query_row([user_id], |row| row.get(0))
}

/// Removes a job and all that was read of it; its folder is removed by the caller.
pub fn delete(db: &Connection, id: &str) -> rusqlite::Result<usize> {
    shares::forget(db, Shared::Job, id)?;
    db.execute("DELETE FROM jobs WHERE id = ?1", [id])
}

/// Jobs that were made before a time and are not under way.
pub fn made_before(db: &Connection, time: i64) -> rusqlite::Result<Vec<String>> {
    let mut statement = db.prepare_cached("SELECT id FROM jobs WHERE created_at < ?1 AND state <> 'running'")?;
    let ids = statement.query_map([time], |row| row.get(0))?;
    ids.collect()
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::web::store::tests::empty;
    use crate::web::store::users::{self, Role};

    /// A queued batch of this name, owned by somebody.
    pub fn queued(id: &str, owner_id: i64, kind: Kind, created_at: i64) -> Job {
        Job {
            id: id.to_owned(),
            owner_id,
            kind,
            name: id.to_owned(),
            state: State::Queued,
            options: "{}".to_owned(),
            double_keying: false,
            error: String::new(),
            created_at,
            started_at: None,
            finished_at: None,
        }
    }

    #[test]
    fn people_in_front_of_the_screen_go_first_and_batches_take_turns() {
        let mut db = empty();
        let ann = users::create(&db, "ann@example.org", None, Role::Reviewer).expect("an account");
        for job in
            [queued("b1", ann, Kind::Batch, 1), queued("b2", ann, Kind::Batch, 2), queued("r", ann, Kind::Read, 3)]
        {
            create(&db, &job).expect("a job");
        }
        let mut order = Vec::new();
        while let Some(job) = take_next(&mut db, None).expect("a database") {
            order.push(job.id.clone());
            if job.id == "b1" && order.len() < 4 {
                set_state(&db, "b1", State::Queued, "").expect("a database");
            }
        }
        assert_eq!(order, ["r", "b1", "b2", "b1"]);
        assert_eq!(requeue_running(&db), Ok(3));
        assert_eq!(take_next(&mut db, Some(Kind::Read)).expect("a database").expect("a job").id, "r");
        assert_eq!(take_next(&mut db, Some(Kind::Read)), Ok(None));
    }

    #[test]
    fn a_job_is_there_for_its_owner_and_for_people_it_is_shared_with() {
        let db = empty();
        let [ann, bob] = ["ann@example.org", "bob@example.org"]
            .map(|email| users::create(&db, email, None, Role::Reviewer).expect("an account"));
        create(&db, &queued("job", ann, Kind::Batch, 1)).expect("a job");
        db.execute("UPDATE users SET confirmed_at = 1", []).expect("a database");
        let sees = |user| visible(&db, "job", user).expect("a database").is_some();
        assert!(sees(ann) && !sees(bob));
        shares::share(&db, Shared::Job, "job", " Bob@example.org").expect("a database");
        assert!(sees(bob) && visible_to(&db, bob, 10, 0).expect("a database").len() == 1);
        shares::take_back(&db, Shared::Job, "job", "bob@example.org").expect("a database");
        assert!(!sees(bob));
    }
}

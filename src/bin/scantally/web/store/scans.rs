//! The files of jobs, with the state of each.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::jobs::{self, State};

/// One file of a job.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct JobScan {
    pub id: i64,
    /// What rows and people call it; unique in its job.
    pub source: String,
    /// Its random name in the folder of the job.
    #[serde(skip)]
    pub stored_name: String,
    pub bytes: i64,
    /// `waiting`, or the status that files.csv gives it: `ok`, `failed`, `skipped`.
    pub state: String,
    /// Why it failed, or a remark; else empty.
    pub error: String,
    pub page_count: i64,
}

/// What came of adding files to a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Added {
    /// The names that the files have in the job.
    As(Vec<String>),
    /// The job was started, or removed, meanwhile; nothing was added.
    Closed,
    /// The job would have more files than one may have; nothing was added.
    TooMany,
}

/// A file that is to be part of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewScan {
    /// What people call it.
    pub source: String,
    /// Its random name in the folder of the job.
    pub stored_name: String,
    pub bytes: u64,
}

/// After so many files of one name the next counts on from all files of the job, so that a thousand of one name do not look for a free one
/// a thousand times each.
const NEAR_COUNTS: u64 = 50;

/// Adds files to a job that is open, all or none; where the job has one of this name, a count is added to the name.
pub fn add(db: &mut Connection, job_id: &str, files: &[NewScan], most: u64) -> rusqlite::Result<Added> {
    let transaction = db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    if jobs::by_id(&transaction, job_id)?.is_none_or(|job| job.state != State::Open) {
        return Ok(Added::Closed);
    }
    let before: u64 =
        transaction.query_row("SELECT count(*) FROM scans WHERE job_id = ?1", [job_id], |row| row.get(0))?;
    if before + files.len() as u64 > most {
        return Ok(Added::TooMany);
    }
    let mut names = Vec::new();
    for file in files {
        let name = free_name(&transaction, job_id, &file.source, before + names.len() as u64)?;
        transaction
            .prepare_cached(
                "INSERT INTO scans (job_id, source, stored_name, bytes, state) VALUES (?1, ?2, ?3, ?4, 'waiting')",
            )?
            .execute(params![job_id, name, file.stored_name, file.bytes])?;
        names.push(name);
    }
    transaction.commit()?;
    Ok(Added::As(names))
}

/// A name that no file of the job has.
fn free_name(db: &Connection, job_id: &str, source: &str, scans: u64) -> rusqlite::Result<String> {
    let mut is_taken = db.prepare_cached("SELECT 1 FROM scans WHERE job_id = ?1 AND source = ?2")?;
    let (mut name, mut count) = (source.to_owned(), 1);
    while is_taken.exists(params![job_id, name])? {
        count = if count < NEAR_COUNTS { count + 1 } else { count.max(scans) + 1 };
        name = counted_name(source, count);
    }
    Ok(name)
}

/// `scan.png` and 2 make `scan (2).png`.
fn counted_name(name: &str, count: u64) -> String {
    match name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()) {
        Some((stem, ending)) => format!("{stem} ({count}).{ending}"),
        None => format!("{name} ({count})"),
    }
}

const COLUMNS: &str = "id, source, stored_name, bytes, state, error, page_count";

fn scan(row: &Row) -> rusqlite::Result<JobScan> {
    Ok(JobScan {
        id: row.get(0)?,
        source: row.get(1)?,
        stored_name: row.get(2)?,
        bytes: row.get(3)?,
        state: row.get(4)?,
        error: row.get(5)?,
        page_count: row.get(6)?,
    })
}

/// The files of a job, by name.
pub fn of_job(db: &Connection, job_id: &str) -> rusqlite::Result<Vec<JobScan>> {
    let mut statement = db.prepare_cached(&format!("SELECT {COLUMNS} FROM scans WHERE job_id = ?1 ORDER BY source"))?;
    let scans = statement.query_map([job_id], scan)?;
    scans.collect()
}

/// The first files of a job that have not been read yet.
pub fn waiting(db: &Connection, job_id: &str, most: usize) -> rusqlite::Result<Vec<JobScan>> {
    let mut statement = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM scans WHERE job_id = ?1 AND state = 'waiting' ORDER BY source LIMIT ?2"
    ))?;
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let scans = statement.query_map(params![job_id, most], scan)?;
    scans.collect()
}

/// Which files of a job are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ScanPart {
    /// Those that failed alone.
    pub failed_only: bool,
    pub limit: u32,
    pub offset: u32,
}

/// A part of the files of a job, by name.
pub fn part(db: &Connection, job_id: &str, part: ScanPart) -> rusqlite::Result<Vec<JobScan>> {
    let query = format!(
        "SELECT {COLUMNS} FROM scans WHERE job_id = ?1 AND (?2 = 0 OR state = 'failed') \
         ORDER BY source LIMIT ?3 OFFSET ?4"
    );
    let mut statement = db.prepare_cached(&query)?;
    let scans = statement.query_map(params![job_id, part.failed_only, part.limit, part.offset], scan)?;
    scans.collect()
}

/// One file of a job.
pub fn by_id(db: &Connection, job_id: &str, id: i64) -> rusqlite::Result<Option<JobScan>> {
    db.prepare_cached(&format!("SELECT {COLUMNS} FROM scans WHERE job_id = ?1 AND id = ?2"))?
        .query_row(params![job_id, id], scan)
        .optional()
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::web::store::jobs::Kind;
    use crate::web::store::jobs::tests::queued;
    use crate::web::store::tests::empty;
    use crate::web::store::users::{self, Role};

    /// Puts a file into a job, whatever its state; its number.
    pub fn insert(db: &Connection, job_id: &str, source: &str) -> rusqlite::Result<i64> {
        db.execute(
            "INSERT INTO scans (job_id, source, stored_name, bytes, state) VALUES (?1, ?2, 'stored', 1, 'waiting')",
            [job_id, source],
        )?;
        Ok(db.last_insert_rowid())
    }

    #[test]
    fn files_of_one_name_are_told_apart() {
        let mut db = empty();
        let ann = users::create(&db, "ann@example.org", None, Role::Reviewer).expect("an account");
        jobs::create(&db, &queued("job", ann, Kind::Batch, 1)).expect("a job");
        jobs::set_state(&db, "job", State::Open, "").expect("a database");
        let files = ["a.png", "a.png", "a.png", "b"].map(|name| NewScan {
            source: name.to_owned(),
            stored_name: "x".to_owned(),
            bytes: 1,
        });
        let names = ["a.png", "a (2).png", "a (3).png", "b"].map(str::to_owned).to_vec();
        assert_eq!(add(&mut db, "job", &files, 4), Ok(Added::As(names)));
        assert_eq!(jobs::progress(&db, "job").expect("a database").waiting, 4);
        assert_eq!(add(&mut db, "job", &files[..1], 4), Ok(Added::TooMany));
        let many = vec![files[3].clone(); 200];
        assert!(matches!(add(&mut db, "job", &many, 1000), Ok(Added::As(names)) if names.len() == 200));
        jobs::set_state(&db, "job", State::Queued, "").expect("a database");
        assert_eq!(add(&mut db, "job", &files, 1000), Ok(Added::Closed));
        let failed = ScanPart { failed_only: true, limit: 10, offset: 0 };
        assert_eq!(part(&db, "job", failed), Ok(Vec::new()));
        assert_eq!(part(&db, "job", ScanPart { failed_only: false, ..failed }).expect("a database").len(), 10);
    }
}

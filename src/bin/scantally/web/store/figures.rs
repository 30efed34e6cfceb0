//! Figures for the dashboard: what a person may see of jobs and decisions in; counts by day, speed, and each reviewed number with its confidence out.

use rusqlite::{Connection, params};
use scantally::number::Number;

/// Jobs that a person may see; `?1` is the person.
const VISIBLE: &str = "SELECT id FROM jobs WHERE owner_id = ?1 \
                       UNION SELECT object_id FROM shared_with_users WHERE kind = 'job' AND user_id = ?1";

/// What was read of the jobs that were begun on a day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Day {
    /// As `2026-03-01`, in UTC.
    pub date: String,
    pub scans: u64,
    pub pages: u64,
    pub numbers: u64,
}

/// Totals of all jobs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    pub numbers: u64,
    pub ok: u64,
    pub review: u64,
    pub empty: u64,
    pub rejected: u64,
    /// Numbers that people decided.
    pub decided: u64,
    /// Of these, those whose value is another one than was read.
    pub corrected: u64,
}

/// A number that people decided.
#[derive(Clone, Debug, PartialEq)]
pub struct Reviewed {
    pub number: Number,
    pub decided_value: String,
    /// Whether it was drawn at random among those that were read as sure.
    pub is_drawn: bool,
}

/// Volumes of the last days on which anything was read, the newest day first.
pub fn days(db: &Connection, user_id: i64, limit: u32) -> rusqlite::Result<Vec<Day>> {
    let query = format!(
        "SELECT date(j.created_at, 'unixepoch') AS day, count(*), sum(s.page_count), \
         sum((SELECT count(*) FROM numbers AS n WHERE n.scan_id = s.id)) \
         FROM jobs AS j JOIN scans AS s ON s.job_id = j.id WHERE j.id IN ({VISIBLE}) AND s.state <> 'waiting' \
         GROUP BY day ORDER BY day DESC LIMIT ?2"
    );
    let mut statement = db.prepare_cached(&query)?;
    let days = statement.query_map(params![user_id, limit], |row| {
        Ok(Day { date: row.get(0)?, scans: row.get(1)?, pages: row.get(2)?, numbers: row.get(3)? })
    })?;
    days.collect()
}

/// Totals of all jobs that a person may see.
pub fn totals(db: &Connection, user_id: i64) -> rusqlite::Result<Totals> {
    let of = |status: &str| format!("coalesce(sum(status = '{status}'), 0)");
    let query = format!(
        "SELECT count(*), {}, {}, {}, {}, coalesce(sum(decided_at IS NOT NULL), 0), \
         coalesce(sum(decided_at IS NOT NULL AND decided_value <> value), 0) FROM numbers WHERE job_id IN ({VISIBLE})",
        of("ok"),
        of("review"),
        of("empty"),
        of("rejected")
    );
    db.prepare_cached(&query)?.query_row([user_id], |row| {
        Ok(Totals {
            numbers: row.get(0)?,
            ok: row.get(1)?,
            review: row.get(2)?,
            empty: row.get(3)?,
            rejected: row.get(4)?,
            decided: row.get(5)?,
            corrected: row.get(6)?,
        })
    })
}

/// How long people looked at numbers, ascending, in milliseconds; steps that were not measured are left out.
pub fn milliseconds(db: &Connection, user_id: i64) -> rusqlite::Result<Vec<i64>> {
    let query = format!(
        "SELECT milliseconds FROM audit WHERE milliseconds > 0 AND job_id IN ({VISIBLE}) ORDER BY milliseconds"
    );
    let mut statement = db.prepare_cached(&query)?;
    let times = statement.query_map([user_id], |row| row.get(0))?;
    times.collect()
}

/// All numbers that people decided.
pub fn reviewed(db: &Connection, user_id: i64) -> rusqlite::Result<Vec<Reviewed>> {
    let query = format!(
        "SELECT content, decided_value, sampled_at IS NOT NULL FROM numbers \
         WHERE decided_at IS NOT NULL AND job_id IN ({VISIBLE}) ORDER BY id"
    );
    let mut statement = db.prepare_cached(&query)?;
    let reviewed = statement.query_map([user_id], |row| {
        let content: String = row.get(0)?;
        let number = serde_json::from_str(&content)
            .map_err(|cause| rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, cause.into()))?;
        Ok(Reviewed { number, decided_value: row.get(1)?, is_drawn: row.get(2)? })
    })?;
    reviewed.collect()
}

//! The audit trail of a job: each decision, each undo and each settlement as a row, which the database itself refuses to change.

use rusqlite::{Connection, Row, params};

use super::jobs::Job;
use super::time_text;

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// The value as read was taken.
    Confirmed,
    /// Another value was typed.
    Corrected,
    /// The field was declared empty.
    Emptied,
    /// A value was keyed without sight of other values.
    Keyed,
    /// Two people keyed the same, or a third one decided.
    Settled,
    /// The last step of somebody was taken back by them.
    Undone,
    /// The number was drawn for a check of what is sure.
    Drawn,
}

impl Action {
    const ALL: [Self; 7] =
        [Self::Confirmed, Self::Corrected, Self::Emptied, Self::Keyed, Self::Settled, Self::Undone, Self::Drawn];

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Corrected => "corrected",
            Self::Emptied => "emptied",
            Self::Keyed => "keyed",
            Self::Settled => "settled",
            Self::Undone => "undone",
            Self::Drawn => "drawn",
        }
    }

    fn named(name: &str) -> Self {
        Self::ALL.into_iter().find(|action| action.name() == name).unwrap_or(Self::Corrected)
    }
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Entry {
    pub id: i64,
    /// The name of the scan.
    pub source: String,
    /// From 1.
    pub page: i64,
    pub field: String,
    pub action: Action,
    /// The value before; empty where there was none.
    pub before: String,
    /// The value since; empty where there is none.
    pub after: String,
    /// The address of who did it.
    pub who: String,
    /// From the moment the number was shown, where that was measured; else 0.
    pub milliseconds: i64,
    pub done_at: i64,
    /// Whether the values are kept from whoever asks: they were keyed by somebody else, and the number is not settled.
    pub is_hidden: bool,
}

impl Entry {
    /// When, as `2026-03-01T14:05:09Z`.
    pub fn time(&self) -> String {
        time_text(self.done_at)
    }

    /// How long the number was looked at, in seconds with one decimal; empty where that was not measured.
    pub fn seconds(&self) -> String {
        if self.milliseconds > 0 { format!("{:.1}", self.milliseconds as f64 / 1000.0) } else { String::new() }
    }
}

/// What is written of a step.
pub struct Step<'a> {
    pub number_id: i64,
    pub action: Action,
    pub before: &'a str,
    pub after: &'a str,
    pub who: &'a str,
    pub milliseconds: i64,
    pub done_at: i64,
}

/// Adds a row, which names the number by its place, since numbers that are read again get other ids.
pub fn add(db: &Connection, step: &Step) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO audit (job_id, source, page, field, action, before, after, who, milliseconds, done_at) \
         SELECT n.job_id, s.source, n.page, n.field, ?2, ?3, ?4, ?5, ?6, ?7 \
         FROM numbers AS n JOIN scans AS s ON s.id = n.scan_id WHERE n.id = ?1",
    )?
    .execute(params![
        step.number_id,
        step.action.name(),
        step.before,
        step.after,
        step.who,
        step.milliseconds,
        step.done_at
    ])?;
    Ok(())
}

/// How many rows a job has.
pub fn count(db: &Connection, job_id: &str) -> rusqlite::Result<u32> {
    db.prepare_cached("SELECT count(*) FROM audit WHERE job_id = ?1")?.query_row([job_id], |row| row.get(0))
}

/// Rows of a job, oldest first, a part of them. With double keying, what others keyed stays hidden from `who` until the number is settled.
pub fn of_job(db: &Connection, job: &Job, who: &str, limit: u32, offset: u32) -> rusqlite::Result<Vec<Entry>> {
    let mut statement = db.prepare_cached(
        "SELECT a.id, a.source, a.page, a.field, a.action, a.before, a.after, a.who, a.milliseconds, a.done_at, \
         ?2 AND a.who <> ?3 AND EXISTS (SELECT 1 FROM scans AS s JOIN numbers AS n ON n.scan_id = s.id \
         WHERE s.job_id = a.job_id AND s.source = a.source AND n.page = a.page AND n.field = a.field AND n.decided_at IS NULL) \
         FROM audit AS a WHERE a.job_id = ?1 ORDER BY a.id LIMIT ?4 OFFSET ?5",
    )?;
    let entries = statement.query_map(params![job.id, job.double_keying, who, limit, offset], entry)?;
    entries.collect()
}

fn entry(row: &Row) -> rusqlite::Result<Entry> {
    let is_hidden = row.get(10)?;
    let value =
        |place: usize| -> rusqlite::Result<String> { if is_hidden { Ok(String::new()) } else { row.get(place) } };
    Ok(Entry {
        id: row.get(0)?,
        source: row.get(1)?,
        page: row.get(2)?,
        field: row.get(3)?,
        action: Action::named(&row.get::<_, String>(4)?),
        before: value(5)?,
        after: value(6)?,
        who: row.get(7)?,
        milliseconds: row.get(8)?,
        done_at: row.get(9)?,
        is_hidden,
    })
}

//! What there is to review: which numbers of a job wait for somebody, in the order of the tables, and what a person has to know of each.

use rusqlite::{Connection, OptionalExtension, Row, params};
use scantally::geometry::Rect;

use super::audit::{self, Action, Step};
use super::decisions::Decider;
use super::jobs::Job;
use super::now;
use super::numbers::{self, StoredNumber};

/// Which numbers are looked through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Show {
    /// What needs a person and nobody has decided.
    #[default]
    Review,
    /// Ink that is no number, and nobody has decided.
    Rejected,
    /// All numbers, decided ones too.
    All,
}

impl Show {
    pub const ALL: [Self; 3] = [Self::Review, Self::Rejected, Self::All];

    /// The word in addresses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Review => "review",
            Self::Rejected => "rejected",
            Self::All => "all",
        }
    }

    /// The choice of a word.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|show| show.name() == name)
    }

    const fn condition(self) -> &'static str {
        match self {
            Self::Review => "(n.status = 'review' OR n.sampled_at IS NOT NULL) AND n.decided_at IS NULL",
            Self::Rejected => "n.status = 'rejected' AND n.decided_at IS NULL",
            Self::All => "1",
        }
    }
}

/// With double keying nobody sees a number again that they have keyed, or that is settled.
const OPEN_TO: &str = "(NOT ?2 OR (n.decided_at IS NULL \
                       AND NOT EXISTS (SELECT 1 FROM keyings AS k WHERE k.number_id = n.id AND k.user_id = ?3)))";

/// How many numbers of a job wait for whom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counts {
    pub numbers: u64,
    /// Numbers that need a person and that nobody has decided.
    pub to_review: u64,
    /// Of these, those that this person can key: with double keying not those that they have keyed.
    pub for_me: u64,
    /// Of these, with double keying, those that two people keyed differently.
    pub disputed: u64,
    /// Ink that is no number, and nobody has decided.
    pub rejected: u64,
    pub decided: u64,
}

/// A number as a person gets it.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    pub stored: StoredNumber,
    /// Goes up with each decision that is seen by others.
    pub version: i64,
    pub page_size: [u32; 2],
    /// What its picture shows, in pixels of the page; `None` where it has no picture.
    pub crop_bounds: Option<Rect>,
    /// Who decided; empty where nobody has, or they are no more.
    pub decided_by: String,
    pub decided_at: Option<i64>,
    /// With double keying, the values that were keyed so far.
    pub keyed: Vec<String>,
}

/// Counts the numbers of a job.
pub fn counts(db: &Connection, job: &Job, user_id: i64) -> rusqlite::Result<Counts> {
    let query = format!(
        "SELECT count(*), coalesce(sum({review}), 0), coalesce(sum({review} AND {OPEN_TO}), 0), \
         coalesce(sum({review} AND ?2 AND (SELECT count(*) FROM keyings AS k WHERE k.number_id = n.id) > 1), 0), \
         coalesce(sum({rejected}), 0), coalesce(sum(n.decided_at IS NOT NULL), 0) FROM numbers AS n WHERE n.job_id = ?1",
        review = Show::Review.condition(),
        rejected = Show::Rejected.condition(),
    );
    db.prepare_cached(&query)?.query_row(params![job.id, job.double_keying, user_id], |row| {
        Ok(Counts {
            numbers: row.get(0)?,
            to_review: row.get(1)?,
            for_me: row.get(2)?,
            disputed: row.get(3)?,
            rejected: row.get(4)?,
            decided: row.get(5)?,
        })
    })
}

/// The numbers that a person can look through, in the order of the tables, those behind `after`.
pub fn ids(db: &Connection, job: &Job, user_id: i64, show: Show, after: Option<i64>) -> rusqlite::Result<Vec<i64>> {
    let query = format!(
        "SELECT n.id FROM numbers AS n JOIN scans AS s ON s.id = n.scan_id WHERE n.job_id = ?1 AND {} AND {OPEN_TO} \
         AND (?4 IS NULL OR (s.source, n.page, n.place) > (SELECT t.source, m.page, m.place \
         FROM numbers AS m JOIN scans AS t ON t.id = m.scan_id WHERE m.id = ?4 AND m.job_id = ?1)) \
         ORDER BY s.source, n.page, n.place",
        show.condition()
    );
    let mut statement = db.prepare_cached(&query)?;
    let ids = statement.query_map(params![job.id, job.double_keying, user_id, after], |row| row.get(0))?;
    ids.collect()
}

/// How many people have keyed a number so far.
pub fn keying_count(db: &Connection, id: i64) -> rusqlite::Result<usize> {
    db.prepare_cached("SELECT count(*) FROM keyings WHERE number_id = ?1")?.query_row([id], |row| row.get(0))
}

/// What selects an [`Item`]; `numbers` first, as [`numbers::stored`] takes them.
fn select(condition: &str) -> String {
    format!(
        "SELECT {}, n.version, p.width_px, p.height_px, n.crop_x, n.crop_y, n.crop_width, n.crop_height, \
         coalesce(u.email, ''), n.decided_at FROM numbers AS n JOIN scans AS s ON s.id = n.scan_id \
         JOIN pages AS p ON p.scan_id = n.scan_id AND p.page = n.page LEFT JOIN users AS u ON u.id = n.decided_by \
         WHERE n.job_id = ?1 AND {condition}",
        numbers::COLUMNS
    )
}

/// One number of a job as a person gets it.
pub fn item(db: &Connection, job: &Job, id: i64) -> rusqlite::Result<Option<Item>> {
    let found = db.prepare_cached(&select("n.id = ?2"))?.query_row(params![job.id, id], read_item).optional()?;
    let Some(mut item) = found else { return Ok(None) };
    if job.double_keying {
        let mut statement = db.prepare_cached("SELECT value FROM keyings WHERE number_id = ?1 ORDER BY id")?;
        item.keyed = statement.query_map([id], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    }
    Ok(Some(item))
}

/// All numbers of a job that have pictures, or were decided, in the order of the tables; what was keyed is not looked up.
pub fn all(db: &Connection, job_id: &str, only: Only) -> rusqlite::Result<Vec<Item>> {
    let condition = match only {
        Only::WithPictures => "n.crop IS NOT NULL ORDER BY s.source, n.page, n.place",
        Only::Decided => "n.decided_at IS NOT NULL ORDER BY s.source, n.page, n.place",
    };
    let mut statement = db.prepare_cached(&select(condition))?;
    let items = statement.query_map([job_id], read_item)?;
    items.collect()
}

/// Which numbers [`all`] gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Only {
    WithPictures,
    Decided,
}

fn read_item(row: &Row) -> rusqlite::Result<Item> {
    let edge = |place: usize| row.get::<_, Option<i32>>(place);
    let crop_bounds = match (edge(9)?, edge(10)?, edge(11)?, edge(12)?) {
        (Some(x), Some(y), Some(width), Some(height)) => Some(Rect::new(x, y, width, height)),
        _ => None,
    };
    Ok(Item {
        stored: numbers::stored(row)?,
        version: row.get(6)?,
        page_size: [row.get(7)?, row.get(8)?],
        crop_bounds,
        decided_by: row.get(13)?,
        decided_at: row.get(14)?,
        keyed: Vec::new(),
    })
}

/// The id of the number of a place in a job.
pub fn find(db: &Connection, job_id: &str, source: &str, page: i64, field: &str) -> rusqlite::Result<Option<i64>> {
    db.prepare_cached(
        "SELECT n.id FROM scans AS s JOIN numbers AS n ON n.scan_id = s.id \
         WHERE s.job_id = ?1 AND s.source = ?2 AND n.page = ?3 AND n.field = ?4",
    )?
    .query_row(params![job_id, source, page, field], |row| row.get(0))
    .optional()
}

/// Draws numbers at random among those that were read as sure, whether somebody looked at them or not, and sends them to review; how many.
///
/// Those that somebody has decided count as drawn, too: to leave them out would leave out those that somebody saw to be wrong.
pub fn draw_sample(db: &mut Connection, job_id: &str, decider: &Decider, count: u32) -> rusqlite::Result<usize> {
    let transaction = db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let ids = {
        let mut statement = transaction.prepare_cached(
            "SELECT id FROM numbers WHERE job_id = ?1 AND status = 'ok' AND sampled_at IS NULL ORDER BY random() LIMIT ?2",
        )?;
        let ids = statement.query_map(params![job_id, count], |row| row.get::<_, i64>(0))?;
        ids.collect::<rusqlite::Result<Vec<_>>>()?
    };
    let done_at = now();
    for &number_id in &ids {
        transaction
            .prepare_cached("UPDATE numbers SET sampled_at = ?2 WHERE id = ?1")?
            .execute(params![number_id, done_at])?;
        let step = Step {
            number_id,
            action: Action::Drawn,
            before: "",
            after: "",
            who: &decider.email,
            milliseconds: 0,
            done_at,
        };
        audit::add(&transaction, &step)?;
    }
    transaction.commit()?;
    Ok(ids.len())
}

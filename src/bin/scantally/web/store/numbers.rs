//! The numbers of jobs, with the pictures that people see them by: written scan by scan, each scan as a whole.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension, Row, params};
use scantally::number::Number;
use scantally::table::ScanRecord;

/// A number of a job.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredNumber {
    pub id: i64,
    pub scan_id: i64,
    /// The name of its scan.
    pub source: String,
    /// From 1.
    pub page: usize,
    /// As the pipeline read it.
    pub number: Number,
    /// What people decided that it is, empty for an empty field; `None` while nobody has.
    pub decided_value: Option<String>,
}

/// A page of a job, for the place of its numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredPage {
    pub scan_id: i64,
    pub page: usize,
    /// Width of the upright page in pixels, in which boxes are given.
    pub width_px: u32,
    pub height_px: u32,
}

/// Writes what was read of a scan, and what became of it; what was known of it before gives way. A number that is read again as it was keeps
/// what people decided about it. `false` where the scan is gone, as its job was deleted meanwhile.
pub fn write_scan(db: &mut Connection, scan_id: i64, scan: &ScanRecord) -> rusqlite::Result<bool> {
    let transaction = db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let is_there = transaction.execute(
        "UPDATE scans SET state = ?2, error = ?3, page_count = ?4 WHERE id = ?1",
        params![scan_id, scan.row.status.as_str(), scan.row.error, scan.row.page_count],
    )? > 0;
    transaction.execute("DELETE FROM pages WHERE scan_id = ?1", [scan_id])?;
    delete_others(&transaction, scan_id, scan)?;
    if is_there {
        write_pages(&transaction, scan_id, scan)?;
    }
    transaction.commit()?;
    Ok(is_there)
}

/// Removes the numbers of a scan that are not among those that are written now: other ones in their place, or none.
fn delete_others(db: &Connection, scan_id: i64, scan: &ScanRecord) -> rusqlite::Result<()> {
    let pages = scan.pages.iter();
    let kept: HashSet<(usize, usize, &str, &str)> = pages
        .flat_map(|page| {
            let numbers = page.numbers.iter().enumerate();
            numbers.map(|(place, number)| (page.page, place, number.field.as_str(), number.value.as_str()))
        })
        .collect();
    let mut statement = db.prepare_cached("SELECT id, page, place, field, value FROM numbers WHERE scan_id = ?1")?;
    let mut rows = statement.query([scan_id])?;
    let mut others = Vec::new();
    while let Some(row) = rows.next()? {
        let (field, value): (String, String) = (row.get(3)?, row.get(4)?);
        if !kept.contains(&(row.get(1)?, row.get(2)?, &field, &value)) {
            others.push(row.get::<_, i64>(0)?);
        }
    }
    for id in others {
        db.prepare_cached("DELETE FROM numbers WHERE id = ?1")?.execute([id])?;
    }
    Ok(())
}

fn write_pages(db: &Connection, scan_id: i64, scan: &ScanRecord) -> rusqlite::Result<()> {
    let mut insert_page = db.prepare_cached("INSERT INTO pages VALUES (?1, ?2, ?3, ?4, ?5)")?;
    let mut insert_number = db.prepare_cached(
        "INSERT INTO numbers (job_id, scan_id, page, place, field, value, confidence, status, content, \
         crop, crop_x, crop_y, crop_width, crop_height) \
         VALUES ((SELECT job_id FROM scans WHERE id = ?1), ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) \
         ON CONFLICT (scan_id, page, place) DO UPDATE SET confidence = excluded.confidence, status = excluded.status, \
         content = excluded.content, crop = excluded.crop, crop_x = excluded.crop_x, crop_y = excluded.crop_y, \
         crop_width = excluded.crop_width, crop_height = excluded.crop_height",
    )?;
    for page in &scan.pages {
        insert_page.execute(params![scan_id, page.page, page.width_px, page.height_px, page.pictures.thumbnail])?;
        for (place, number) in page.numbers.iter().enumerate() {
            let content =
                serde_json::to_string(number).map_err(|cause| rusqlite::Error::ToSqlConversionFailure(cause.into()))?;
            let crop = page.crop(place);
            insert_number.execute(params![
                scan_id,
                page.page,
                place,
                number.field,
                number.value,
                number.confidence,
                number.status.as_str(),
                content,
                crop.map(|crop| &crop.png),
                crop.map(|crop| crop.bounds.x),
                crop.map(|crop| crop.bounds.y),
                crop.map(|crop| crop.bounds.width),
                crop.map(|crop| crop.bounds.height),
            ])?;
        }
    }
    Ok(())
}

/// What [`stored`] takes from a row of `numbers AS n JOIN scans AS s`.
pub const COLUMNS: &str = "n.id, n.scan_id, s.source, n.page, n.content, n.decided_value";

/// A number from the [`COLUMNS`] of a row.
pub fn stored(row: &Row) -> rusqlite::Result<StoredNumber> {
    let content: String = row.get(4)?;
    let number = serde_json::from_str(&content)
        .map_err(|cause| rusqlite::Error::FromSqlConversionFailure(4, rusqlite::types::Type::Text, cause.into()))?;
    Ok(StoredNumber {
        id: row.get(0)?,
        scan_id: row.get(1)?,
        source: row.get(2)?,
        page: row.get(3)?,
        number,
        decided_value: row.get(5)?,
    })
}

/// The numbers of a job in the order of its tables, a part of them. By this order of the tables in the join they come sorted out of the
/// indices, and a part of a long list costs no sorting of the whole.
pub fn of_job(db: &Connection, job_id: &str, limit: u32, offset: u32) -> rusqlite::Result<Vec<StoredNumber>> {
    let query = format!(
        "SELECT {COLUMNS} FROM scans AS s CROSS JOIN numbers AS n ON s.id = n.scan_id WHERE s.job_id = ?1 \
         ORDER BY s.source, n.page, n.place LIMIT ?2 OFFSET ?3"
    );
    let mut statement = db.prepare_cached(&query)?;
    let numbers = statement.query_map(params![job_id, limit, offset], stored)?;
    numbers.collect()
}

/// One number of a job.
pub fn by_id(db: &Connection, job_id: &str, id: i64) -> rusqlite::Result<Option<StoredNumber>> {
    let query = format!(
        "SELECT {COLUMNS} FROM numbers AS n JOIN scans AS s ON s.id = n.scan_id WHERE n.job_id = ?1 AND n.id = ?2"
    );
    db.prepare_cached(&query)?.query_row(params![job_id, id], stored).optional()
}

/// The numbers of one page, in the order of the tables.
pub fn of_page(db: &Connection, job_id: &str, scan_id: i64, page: usize) -> rusqlite::Result<Vec<StoredNumber>> {
    let query = format!(
        "SELECT {COLUMNS} FROM numbers AS n JOIN scans AS s ON s.id = n.scan_id \
         WHERE n.job_id = ?1 AND n.scan_id = ?2 AND n.page = ?3 ORDER BY n.place"
    );
    let mut statement = db.prepare_cached(&query)?;
    let numbers = statement.query_map(params![job_id, scan_id, page], stored)?;
    numbers.collect()
}

/// One page of a job.
pub fn page(db: &Connection, job_id: &str, scan_id: i64, page: usize) -> rusqlite::Result<Option<StoredPage>> {
    db.prepare_cached(
        "SELECT p.scan_id, p.page, p.width_px, p.height_px FROM pages AS p JOIN scans AS s ON s.id = p.scan_id \
         WHERE s.job_id = ?1 AND p.scan_id = ?2 AND p.page = ?3",
    )?
    .query_row(params![job_id, scan_id, page], stored_page)
    .optional()
}

/// The pages before and behind a page of a job, in the order of its tables: scan and page.
pub fn neighbours(db: &Connection, job_id: &str, at: (&str, usize)) -> rusqlite::Result<[Option<(i64, usize)>; 2]> {
    let one = |comparison: &str, order: &str| {
        let query = format!(
            "SELECT p.scan_id, p.page FROM pages AS p JOIN scans AS s ON s.id = p.scan_id \
             WHERE s.job_id = ?1 AND (s.source, p.page) {comparison} (?2, ?3) \
             ORDER BY s.source {order}, p.page {order} LIMIT 1"
        );
        db.prepare_cached(&query)?
            .query_row(params![job_id, at.0, at.1], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()
    };
    Ok([one("<", "DESC")?, one(">", "ASC")?])
}

fn stored_page(row: &Row) -> rusqlite::Result<StoredPage> {
    Ok(StoredPage { scan_id: row.get(0)?, page: row.get(1)?, width_px: row.get(2)?, height_px: row.get(3)? })
}

/// The pages of a job in the order of its tables, a part of them.
pub fn pages_of_job(db: &Connection, job_id: &str, limit: u32, offset: u32) -> rusqlite::Result<Vec<StoredPage>> {
    let mut statement = db.prepare_cached(
        "SELECT p.scan_id, p.page, p.width_px, p.height_px FROM pages AS p JOIN scans AS s ON s.id = p.scan_id \
         WHERE s.job_id = ?1 ORDER BY s.source, p.page LIMIT ?2 OFFSET ?3",
    )?;
    let pages = statement.query_map(params![job_id, limit, offset], stored_page)?;
    pages.collect()
}

/// The picture of a page of a job, as JPEG.
pub fn page_picture(db: &Connection, job_id: &str, scan_id: i64, page: usize) -> rusqlite::Result<Option<Vec<u8>>> {
    let found = db
        .prepare_cached(
            "SELECT p.picture FROM pages AS p JOIN scans AS s ON s.id = p.scan_id \
             WHERE s.job_id = ?1 AND p.scan_id = ?2 AND p.page = ?3",
        )?
        .query_row(params![job_id, scan_id, page], |row| row.get(0));
    Ok(found.optional()?.flatten())
}

/// The picture of a number of a job, as PNG, ink dark.
pub fn crop(db: &Connection, job_id: &str, id: i64) -> rusqlite::Result<Option<Vec<u8>>> {
    let found = db
        .prepare_cached("SELECT crop FROM numbers WHERE job_id = ?1 AND id = ?2")?
        .query_row(params![job_id, id], |row| row.get(0));
    Ok(found.optional()?.flatten())
}

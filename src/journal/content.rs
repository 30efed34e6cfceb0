//! The scans of a journal: one written as one transaction, all read in the order of the tables, duplicates settled.

use std::path::Path;

use rusqlite::{Connection, Row, params};

use crate::error::Result;
use crate::geometry::Rect;
use crate::journal::Journal;
use crate::table::{
    Crop, DUPLICATE_REMARK, FileRow, FileStatus, PageRecord, Pictures, ScanRecord, path_text, source_cell,
};

/// What tells whether a file is still the one that was read, without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileStamp {
    /// Size in bytes.
    pub size: u64,
    /// Time of the last change, in nanoseconds since 1970.
    pub modified_ns: i64,
}

/// A scan that a run need not read again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished {
    /// The name that rows use.
    pub source: String,
    /// The file when it was read.
    pub stamp: Option<FileStamp>,
    /// The hash of its content, where it was read and not passed over as a duplicate.
    pub content_hash: Option<blake3::Hash>,
}

impl Journal {
    /// Writes one scan, whole or not at all; what was known of the same source gives way.
    ///
    /// # Errors
    /// [`crate::error::Error::Output`] if the disk takes no more; the journal is then as it was before.
    pub fn record(&mut self, scan: &ScanRecord, path: &Path, stamp: Option<FileStamp>) -> Result<()> {
        let written = (|| {
            let transaction = self.connection.transaction()?;
            write_scan(&transaction, scan, path, stamp)?;
            transaction.commit()
        })();
        written.map_err(|cause| self.failed(cause))
    }

    /// The scans that were read without a fault, or passed over because they are no scans. Those that failed are tried again by whoever goes on
    /// with the run, and duplicates are looked at again, as the scan that stands for them may have changed.
    ///
    /// # Errors
    /// [`crate::error::Error::Output`] if the journal cannot be read.
    pub fn finished_scans(&self) -> Result<Vec<Finished>> {
        let read = (|| {
            let query = "SELECT source, size, modified_ns, blake3 FROM scan \
                         WHERE status <> 'failed' AND substr(error, 1, length(?1)) <> ?1";
            let mut statement = self.connection.prepare(query)?;
            let scans = statement.query_map([DUPLICATE_REMARK], |row| {
                let stamp = row.get::<_, Option<i64>>(1)?.zip(row.get(2)?);
                Ok(Finished {
                    source: row.get(0)?,
                    stamp: stamp.map(|(size, modified_ns)| FileStamp { size: size.cast_unsigned(), modified_ns }),
                    content_hash: hash_of(row.get(3)?),
                })
            })?;
            scans.collect::<rusqlite::Result<Vec<_>>>()
        })();
        read.map_err(|cause| self.failed(cause))
    }

    /// Of scans with the same content the first in the order of the tables keeps its numbers; the others have its status, and a remark that names
    /// it. It comes out the same whichever of them was met first.
    ///
    /// # Errors
    /// [`crate::error::Error::Output`] if the journal cannot be written.
    pub fn settle_duplicates(&mut self) -> Result<()> {
        let settled = (|| {
            let transaction = self.connection.transaction()?;
            let pairs: Vec<(String, String, String)> = {
                let mut statement = transaction.prepare(DUPLICATES)?;
                let pairs =
                    statement.query_map([DUPLICATE_REMARK], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
                pairs.collect::<rusqlite::Result<_>>()?
            };
            for (source, first, status) in &pairs {
                remove_pages(&transaction, source)?;
                let update = "UPDATE scan SET status = ?2, error = ?3 WHERE source = ?1";
                transaction.execute(update, [source, status, &duplicate_of(source, first)])?;
            }
            transaction.commit()
        })();
        settled.map_err(|cause| self.failed(cause))
    }

    /// Hands over all scans in the order of the tables; `with_pictures` adds what was cut out of the pages.
    ///
    /// # Errors
    /// What `take` returns; [`crate::error::Error::Output`] if the journal cannot be read.
    pub fn for_each_scan(&self, with_pictures: bool, take: &mut dyn FnMut(ScanRecord) -> Result<()>) -> Result<()> {
        let query = "SELECT source, page_count, status, error, blake3 FROM scan ORDER BY sorted, source";
        let mut statement = self.connection.prepare(query).map_err(|cause| self.failed(cause))?;
        let mut rows = statement.query([]).map_err(|cause| self.failed(cause))?;
        while let Some(row) = rows.next().map_err(|cause| self.failed(cause))? {
            let scan = file_row(row).and_then(|row| read_pages(&self.connection, row, with_pictures));
            take(scan.map_err(|cause| self.failed(cause))?)?;
        }
        Ok(())
    }

    /// Where the file of a source was when it was read; `None` for a source that the run did not meet.
    ///
    /// # Errors
    /// [`crate::error::Error::Output`] if the journal cannot be read.
    pub fn path_of(&self, source: &str) -> Result<Option<String>> {
        use rusqlite::OptionalExtension;
        let path = self.connection.query_row("SELECT path FROM scan WHERE source = ?1", [source], |row| row.get(0));
        path.optional().map_err(|cause| self.failed(cause))
    }
}

/// Each scan that is a duplicate, with the one that stands for it and its status: the first of those that were read themselves. Files that could
/// not be opened as scans have no pages, and stand for nothing but themselves.
const DUPLICATES: &str = "
    SELECT other.source, first.source, first.status FROM (
        SELECT blake3, min(sorted) AS sorted FROM scan
        WHERE blake3 IS NOT NULL AND page_count > 0 AND substr(error, 1, length(?1)) <> ?1 GROUP BY blake3
    ) AS claim
    JOIN scan AS first ON first.sorted = claim.sorted
    JOIN scan AS other ON other.blake3 = claim.blake3 AND other.source <> first.source AND other.page_count > 0";

/// The sentence for a scan whose content is that of another one; it begins with [`DUPLICATE_REMARK`].
pub fn duplicate_of(source: &str, first: &str) -> String {
    format!("{DUPLICATE_REMARK}{source} has the same content as {first}, which stands for both")
}

fn write_scan(
    connection: &Connection,
    scan: &ScanRecord,
    path: &Path,
    stamp: Option<FileStamp>,
) -> rusqlite::Result<()> {
    let row = &scan.row;
    remove_pages(connection, &row.source)?;
    connection.prepare_cached("INSERT OR REPLACE INTO scan VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")?.execute(
        params![
            row.source,
            source_cell(&row.source),
            path_text(path),
            stamp.map(|stamp| stamp.size.cast_signed()),
            stamp.map(|stamp| stamp.modified_ns),
            row.page_count,
            row.status.as_str(),
            row.error,
            row.content_hash.map(|hash| hash.to_hex().to_string()),
        ],
    )?;
    for page in &scan.pages {
        let content =
            serde_json::to_string(page).map_err(|cause| rusqlite::Error::ToSqlConversionFailure(cause.into()))?;
        connection.prepare_cached("INSERT INTO page VALUES (?1, ?2, ?3, ?4)")?.execute(params![
            row.source,
            page.page,
            content,
            page.pictures.thumbnail
        ])?;
        for (place, crop) in page.pictures.crops.iter().enumerate() {
            let Some(Crop { bounds, png, .. }) = crop else { continue };
            connection.prepare_cached("INSERT INTO crop VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?.execute(params![
                row.source,
                page.page,
                place,
                bounds.x,
                bounds.y,
                bounds.width,
                bounds.height,
                png
            ])?;
        }
    }
    Ok(())
}

fn remove_pages(connection: &Connection, source: &str) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM page WHERE source = ?1")?.execute([source])?;
    connection.prepare_cached("DELETE FROM crop WHERE source = ?1")?.execute([source])?;
    Ok(())
}

fn hash_of(text: Option<String>) -> Option<blake3::Hash> {
    blake3::Hash::from_hex(text?).ok()
}

fn file_row(row: &Row) -> rusqlite::Result<FileRow> {
    let status: String = row.get(2)?;
    Ok(FileRow {
        source: row.get(0)?,
        page_count: row.get(1)?,
        status: FileStatus::of_word(&status).unwrap_or(FileStatus::Failed),
        error: row.get(3)?,
        content_hash: hash_of(row.get(4)?),
    })
}

fn read_pages(connection: &Connection, row: FileRow, with_pictures: bool) -> rusqlite::Result<ScanRecord> {
    let mut statement = connection
        .prepare_cached("SELECT content, iif(?2, thumbnail, NULL) FROM page WHERE source = ?1 ORDER BY page")?;
    let pages = statement.query_map(params![row.source, with_pictures], |page| {
        let content: String = page.get(0)?;
        let mut record: PageRecord = serde_json::from_str(&content)
            .map_err(|cause| rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, cause.into()))?;
        record.pictures.thumbnail = page.get(1)?;
        Ok(record)
    })?;
    let mut pages = pages.collect::<rusqlite::Result<Vec<_>>>()?;
    if with_pictures {
        for page in &mut pages {
            page.pictures = read_crops(connection, &row.source, page)?;
        }
    }
    Ok(ScanRecord { row, pages })
}

fn read_crops(connection: &Connection, source: &str, page: &mut PageRecord) -> rusqlite::Result<Pictures> {
    let query = "SELECT place, x, y, width, height, png FROM crop WHERE source = ?1 AND page = ?2";
    let mut statement = connection.prepare_cached(query)?;
    let mut pictures = std::mem::take(&mut page.pictures);
    let mut rows = statement.query(params![source, page.page])?;
    while let Some(row) = rows.next()? {
        let place: usize = row.get(0)?;
        pictures.crops.resize(page.numbers.len(), None);
        let bounds = Rect::new(row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?);
        if let Some(crop) = pictures.crops.get_mut(place) {
            *crop = Some(Crop { bounds, png: row.get(5)?, path: None });
        }
    }
    Ok(pictures)
}

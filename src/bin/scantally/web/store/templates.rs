//! Templates that people drew or uploaded; each is seen by its owner and by people it is shared with.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::shares::{self, Shared};

/// One template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredTemplate {
    /// Random; part of addresses.
    pub id: String,
    pub owner_id: i64,
    /// What people call it: the name in its TOML.
    pub name: String,
    pub toml: String,
    pub width_px: u32,
    pub height_px: u32,
    pub created_at: i64,
    pub changed_at: i64,
}

const COLUMNS: &str = "id, owner_id, name, toml, width_px, height_px, created_at, changed_at";

fn template(row: &Row) -> rusqlite::Result<StoredTemplate> {
    Ok(StoredTemplate {
        id: row.get(0)?,
        owner_id: row.get(1)?,
        name: row.get(2)?,
        toml: row.get(3)?,
        width_px: row.get(4)?,
        height_px: row.get(5)?,
        created_at: row.get(6)?,
        changed_at: row.get(7)?,
    })
}

/// Keeps a new template; `picture` is the blank form as PNG, where there is one.
pub fn create(db: &Connection, template: &StoredTemplate, picture: Option<&[u8]>) -> rusqlite::Result<()> {
    db.execute(
        "INSERT INTO templates (id, owner_id, name, toml, width_px, height_px, created_at, changed_at, picture) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            template.id,
            template.owner_id,
            template.name,
            template.toml,
            template.width_px,
            template.height_px,
            template.created_at,
            template.changed_at,
            picture
        ],
    )?;
    Ok(())
}

/// Puts another text, and another picture or none, in the place of those of a template.
pub fn replace(db: &Connection, template: &StoredTemplate, picture: Option<&[u8]>) -> rusqlite::Result<usize> {
    db.execute(
        "UPDATE templates SET name = ?2, toml = ?3, width_px = ?4, height_px = ?5, changed_at = ?6, picture = ?7 WHERE id = ?1",
        params![
            template.id,
            template.name,
            template.toml,
            template.width_px,
            template.height_px,
            template.changed_at,
            picture
        ],
    )
}

/// How many templates a person has.
pub fn count_of(db: &Connection, user_id: i64) -> rusqlite::Result<u64> {
    db.query_row("SELECT count(*) FROM templates WHERE owner_id = ?1", [user_id], |row| row.get(0))
}

/// The template, if this person may see it.
pub fn visible(db: &Connection, id: &str, user_id: i64) -> rusqlite::Result<Option<StoredTemplate>> {
    let found = by_id(db, id)?;
    match found {
        Some(found) if found.owner_id == user_id || shares::is_shared(db, Shared::Template, id, user_id)? => {
            Ok(Some(found))
        }
        _ => Ok(None),
    }
}

/// The template, whoever asks; for the server itself.
pub fn by_id(db: &Connection, id: &str) -> rusqlite::Result<Option<StoredTemplate>> {
    db.prepare_cached(&format!("SELECT {COLUMNS} FROM templates WHERE id = ?1"))?.query_row([id], template).optional()
}

/// The templates that a person may see, by name.
pub fn visible_to(db: &Connection, user_id: i64) -> rusqlite::Result<Vec<StoredTemplate>> {
    let query = format!(
        "SELECT {COLUMNS} FROM templates WHERE owner_id = ?1 \
         OR id IN (SELECT object_id FROM shared_with_users WHERE kind = 'template' AND user_id = ?1) ORDER BY name, id"
    );
    let mut statement = db.prepare_cached(&query)?;
    let templates = statement.query_map([user_id], template)?;
    templates.collect()
}

/// The blank form as PNG, where there is one.
pub fn picture(db: &Connection, id: &str) -> rusqlite::Result<Option<Vec<u8>>> {
    let found = db.prepare_cached("SELECT picture FROM templates WHERE id = ?1")?.query_row([id], |row| row.get(0));
    Ok(found.optional()?.flatten())
}

/// Removes a template; jobs that were begun with it keep their own copy.
pub fn delete(db: &Connection, id: &str) -> rusqlite::Result<usize> {
    shares::forget(db, Shared::Template, id)?;
    db.execute("DELETE FROM templates WHERE id = ?1", [id])
}

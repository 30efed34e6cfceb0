//! What people decide about numbers: a value that somebody keyed in; what that settles, out. Keyings, the decision and its rows of the audit
//! trail are one transaction.
//!
//! What a number is follows from its keyings alone. One person at a time: the last one counts. Double keying: two that are equal settle it,
//! and if they are not, a third one does.

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use super::audit::{self, Action, Step};
use super::jobs::Job;
use super::now;

/// What somebody wants a number to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    pub number_id: i64,
    /// Canonical; empty for an empty field.
    pub value: String,
    /// The version of the number that they saw; `None` where they decide whatever it is by now.
    pub version: Option<i64>,
    /// From the moment it was shown; 0 where that was not measured.
    pub milliseconds: i64,
}

/// Who decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decider {
    pub user_id: i64,
    pub email: String,
}

/// What came of a wish.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Decided {
    pub number: i64,
    pub version: i64,
    /// Whether the number is settled; with double keying the first keying settles nothing.
    pub settled: bool,
}

/// Why a wish was not carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The job has no such number.
    Gone,
    /// Somebody has decided it since it was shown.
    Changed,
    /// They have keyed it before.
    KeyedBefore,
    /// There is nothing of theirs to take back.
    NothingToUndo,
    /// Somebody else has keyed it since.
    KeyedSince,
}

/// One value that somebody keyed.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Keying {
    id: i64,
    user_id: i64,
    value: String,
    keyed_at: i64,
}

/// What the keyings of a number come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stand<'a> {
    Open,
    /// Two people keyed different values.
    Disputed,
    Settled(&'a Keying),
}

fn stand(is_double: bool, keyings: &[Keying]) -> Stand<'_> {
    match keyings {
        [] => Stand::Open,
        [.., last] if !is_double => Stand::Settled(last),
        [_] => Stand::Open,
        [one, other] if one.value != other.value => Stand::Disputed,
        [.., last] => Stand::Settled(last),
    }
}

/// A number as it is before a step.
struct Before {
    read_value: String,
    decided_value: Option<String>,
    version: i64,
}

/// Carries out wishes, all of them or none.
///
/// # Errors
/// Inside: the place of the first wish that cannot be carried out, and why.
pub fn decide(
    db: &mut Connection,
    job: &Job,
    decider: &Decider,
    wishes: &[Wish],
) -> rusqlite::Result<Result<Vec<Decided>, (usize, Refused)>> {
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut done = Vec::with_capacity(wishes.len());
    for (place, wish) in wishes.iter().enumerate() {
        match decide_one(&transaction, job, decider, wish)? {
            Ok(decided) => done.push(decided),
            // The transaction is rolled back as it is dropped.
            Err(refused) => return Ok(Err((place, refused))),
        }
    }
    transaction.commit()?;
    Ok(Ok(done))
}

fn decide_one(
    db: &Connection,
    job: &Job,
    decider: &Decider,
    wish: &Wish,
) -> rusqlite::Result<Result<Decided, Refused>> {
    let Some(before) = before(db, &job.id, wish.number_id)? else { return Ok(Err(Refused::Gone)) };
    let mut keyings = keyings(db, wish.number_id)?;
    if job.double_keying && keyings.iter().any(|keying| keying.user_id == decider.user_id) {
        return Ok(Err(Refused::KeyedBefore));
    }
    let is_settled = before.decided_value.is_some();
    if wish.version.is_some_and(|version| version != before.version) || (job.double_keying && is_settled) {
        return Ok(Err(Refused::Changed));
    }
    let action = if job.double_keying {
        Action::Keyed
    } else if wish.value == before.read_value {
        Action::Confirmed
    } else if wish.value.is_empty() {
        Action::Emptied
    } else {
        Action::Corrected
    };
    let keyed_at = now();
    db.prepare_cached(
        "INSERT INTO keyings (number_id, user_id, action, value, milliseconds, keyed_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![wish.number_id, decider.user_id, action.name(), wish.value, wish.milliseconds, keyed_at])?;
    let id = db.last_insert_rowid();
    let known = if job.double_keying { "" } else { before.decided_value.as_deref().unwrap_or(&before.read_value) };
    let step = Step {
        number_id: wish.number_id,
        action,
        before: known,
        after: &wish.value,
        who: &decider.email,
        milliseconds: wish.milliseconds,
        done_at: keyed_at,
    };
    audit::add(db, &step)?;
    keyings.push(Keying { id, user_id: decider.user_id, value: wish.value.clone(), keyed_at });
    let stands = stand(job.double_keying, &keyings);
    if job.double_keying && matches!(stands, Stand::Settled(_)) {
        let settled = Step { action: Action::Settled, before: &before.read_value, milliseconds: 0, ..step };
        audit::add(db, &settled)?;
    }
    // A first keying changes nothing for whoever keys the number blind at the same time.
    let version = before.version + i64::from(stands != Stand::Open);
    note(db, wish.number_id, stands, version)?;
    Ok(Ok(Decided { number: wish.number_id, version, settled: matches!(stands, Stand::Settled(_)) }))
}

/// Takes back what somebody keyed last in a job; the number that it was about.
pub fn undo(db: &mut Connection, job: &Job, decider: &Decider) -> rusqlite::Result<Result<i64, Refused>> {
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let last = "SELECT k.id, k.number_id FROM keyings AS k JOIN numbers AS n ON n.id = k.number_id \
                WHERE n.job_id = ?1 AND k.user_id = ?2 ORDER BY k.id DESC LIMIT 1";
    let last = transaction
        .prepare_cached(last)?
        .query_row(params![job.id, decider.user_id], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))
        .optional()?;
    let Some((id, number_id)) = last else { return Ok(Err(Refused::NothingToUndo)) };
    let Some(before) = before(&transaction, &job.id, number_id)? else { return Ok(Err(Refused::Gone)) };
    let mut keyings = keyings(&transaction, number_id)?;
    let Some(undone) = keyings.pop().filter(|keying| keying.id == id) else { return Ok(Err(Refused::KeyedSince)) };
    transaction.prepare_cached("DELETE FROM keyings WHERE id = ?1")?.execute([id])?;
    let stands = stand(job.double_keying, &keyings);
    let after = match stands {
        Stand::Settled(keying) => keying.value.as_str(),
        _ if job.double_keying => "",
        _ => &before.read_value,
    };
    let step = Step {
        number_id,
        action: Action::Undone,
        before: &undone.value,
        after,
        who: &decider.email,
        milliseconds: 0,
        done_at: now(),
    };
    audit::add(&transaction, &step)?;
    note(&transaction, number_id, stands, before.version + 1)?;
    transaction.commit()?;
    Ok(Ok(number_id))
}

fn before(db: &Connection, job_id: &str, number_id: i64) -> rusqlite::Result<Option<Before>> {
    db.prepare_cached("SELECT value, decided_value, version FROM numbers WHERE job_id = ?1 AND id = ?2")?
        .query_row(params![job_id, number_id], |row| {
            Ok(Before { read_value: row.get(0)?, decided_value: row.get(1)?, version: row.get(2)? })
        })
        .optional()
}

fn keyings(db: &Connection, number_id: i64) -> rusqlite::Result<Vec<Keying>> {
    let mut statement =
        db.prepare_cached("SELECT id, user_id, value, keyed_at FROM keyings WHERE number_id = ?1 ORDER BY id")?;
    let keyings = statement.query_map([number_id], |row| {
        Ok(Keying { id: row.get(0)?, user_id: row.get(1)?, value: row.get(2)?, keyed_at: row.get(3)? })
    })?;
    keyings.collect()
}

/// Writes what the keyings come to.
fn note(db: &Connection, number_id: i64, stands: Stand, version: i64) -> rusqlite::Result<()> {
    let keying = match stands {
        Stand::Settled(keying) => Some(keying),
        Stand::Open | Stand::Disputed => None,
    };
    db.prepare_cached(
        "UPDATE numbers SET decided_value = ?2, decided_by = ?3, decided_at = ?4, version = ?5 WHERE id = ?1",
    )?
    .execute(params![
        number_id,
        keying.map(|keying| &keying.value),
        keying.map(|keying| keying.user_id),
        keying.map(|keying| keying.keyed_at),
        version
    ])?;
    Ok(())
}

//! The rows of a table that came back and the run that it belongs to in; corrections, and a sentence for each row that is none, out.

use std::collections::HashMap;

use super::audit::{History, is_time};
use super::known::{Key, KnownNumber, KnownRun};
use super::sheet::{Row, Sheet};
use super::value::{self, Rules};
use crate::table::text_of_cell;

/// A row that was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The row of the table, the header being row 1 as a rule.
    pub line: usize,
    /// Why, as a sentence that names the number.
    pub reason: String,
}

/// One number as a person wants it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Correction {
    pub key: Key,
    /// The hash of its scan as hexadecimal text.
    pub content_hash: String,
    /// The value that it had so far.
    pub old: String,
    /// The value that it gets; empty where the field is. The same as before where the value was confirmed.
    pub new: String,
    /// Who decided, where the table says so.
    pub by: String,
    /// When, where the table says so.
    pub at: String,
}

/// What the rows of a table come to.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Sorted {
    pub corrections: Vec<Correction>,
    pub refused: Vec<Refusal>,
    /// Cells that hold the value as read in the way of a spreadsheet.
    pub reformatted: usize,
    /// Rows whose correction is in the audit already.
    pub known: usize,
}

/// What tables call the column of the run.
const RUN_COLUMNS: [&str; 2] = ["run", "run_id"];

/// What a row says about its number.
enum Wish {
    Nothing,
    Reformatted,
    Value(String),
}

/// Sorts the rows of a table; `history` is what was decided before.
pub(super) fn sort(sheet: &Sheet, run: &KnownRun, history: &History) -> Sorted {
    let mut sorted = Sorted::default();
    let mut wished: HashMap<Key, String> = HashMap::new();
    for row in sheet.rows() {
        let has_correction = !row.text("corrected").is_empty() || !sheet.has_column("corrected");
        let (key, number) = match find(sheet, &row, run) {
            Ok(found) => found,
            // A row without a correction need not belong to anything.
            Err(_) if !has_correction => continue,
            Err(reason) => {
                sorted.refused.push(Refusal { line: row.line, reason });
                continue;
            }
        };
        let old = history.value_of(&key, number);
        let wish = wish(sheet, &row, run, number, old).and_then(|wish| match (wish, wished.get(&key)) {
            (Wish::Value(new), Some(other)) if new != *other => Err(format!("an earlier row says `{other}`")),
            (Wish::Value(_), Some(_)) => Ok(Wish::Nothing),
            (wish, _) => Ok(wish),
        });
        match wish {
            Ok(Wish::Nothing) => {}
            Ok(Wish::Reformatted) => sorted.reformatted += 1,
            Ok(Wish::Value(new)) => {
                wished.insert(key.clone(), new.clone());
                let correction = correction(&row, key, number, old, new);
                if history.knows(&correction) {
                    sorted.known += 1;
                } else {
                    sorted.corrections.push(correction);
                }
            }
            Err(why) => {
                let Key { source, page, field } = key;
                let reason = format!("{source}, page {page}, field {field}: {why}");
                sorted.refused.push(Refusal { line: row.line, reason });
            }
        }
    }
    sorted
}

fn correction(row: &Row, key: Key, number: &KnownNumber, old: &str, new: String) -> Correction {
    Correction {
        key,
        content_hash: number.content_hash.clone(),
        old: old.to_owned(),
        new,
        by: text_of_cell(row.text("by")).to_owned(),
        at: Some(row.text("at")).filter(|at| is_time(at)).unwrap_or_default().to_owned(),
    }
}

/// The number that a row is about.
fn find<'a>(sheet: &Sheet, row: &Row, run: &'a KnownRun) -> Result<(Key, &'a KnownNumber), String> {
    let (source, field) = (row.text("source"), row.text("field"));
    let page: usize =
        row.text("page").parse().map_err(|_| format!("{source}: `{}` is no number of a page", row.text("page")))?;
    let key = Key::new(source, page, field);
    let named_run = RUN_COLUMNS.map(|column| row.text(column)).into_iter().find(|named| !named.is_empty());
    let named_run = named_run.or(sheet.run_id.as_deref());
    if let Some(named) = named_run.filter(|named| *named != run.run_id) {
        return Err(format!(
            "{source}, page {page}, field {field}: it is of the run {named}, and the output folder holds the run {}",
            run.run_id
        ));
    }
    let Some(number) = run.number(&key) else {
        let what =
            if run.has_source(&key.source) { "the run has no such number on it" } else { "the run has not read it" };
        return Err(format!("{source}, page {page}, field {field}: {what}"));
    };
    let hash = row.text("blake3");
    if !hash.is_empty() && !hash.eq_ignore_ascii_case(&number.content_hash) {
        return Err(format!(
            "{source}, page {page}, field {field}: the scan has another content than when this table was written"
        ));
    }
    Ok((key, number))
}

fn wish(sheet: &Sheet, row: &Row, run: &KnownRun, number: &KnownNumber, old: &str) -> Result<Wish, String> {
    let (cell, value_cell) = (row.cell("corrected"), row.cell("value"));
    // `at` is written by the review page, whose CSV has every digit that was typed.
    let is_exact = !row.text("at").is_empty() && !cell.is_number;
    let rules = Rules { read: &number.value, kind: run.kind, may_lack_zeros: !is_exact };
    if !cell.text.is_empty() {
        let may_lack_zeros =
            rules.may_lack_zeros && (cell.is_number || cell.text.bytes().all(|byte| byte.is_ascii_digit()));
        return value::parse(&cell.text, &Rules { may_lack_zeros, ..rules }).map(Wish::Value);
    }
    let changed = value_cell.text.strip_prefix('\'').unwrap_or(&value_cell.text);
    if !sheet.has_column("value") || changed == number.value {
        return Ok(Wish::Nothing);
    }
    if changed == old {
        return Ok(if sheet.has_column("corrected") { Wish::Nothing } else { Wish::Value(old.to_owned()) });
    }
    let is_reformatted = value::is_reformatted(changed, &number.value) || value::is_reformatted(changed, old);
    if sheet.has_column("corrected") {
        // Its values are there to be looked at; a workbook holds amounts as numbers.
        return if is_reformatted {
            Ok(Wish::Nothing)
        } else {
            Err("its value was changed; write what is right into the column `corrected`".to_owned())
        };
    }
    if is_reformatted {
        return Ok(Wish::Reformatted);
    }
    if changed.is_empty() {
        return Err("its value was deleted; write `empty` where the field is empty".to_owned());
    }
    value::parse(changed, &rules).map(Wish::Value)
}

//! The sheet of the summary: the record of a run and the files that were not read in, a sheet that says what came of it and how to go on out.

use rust_xlsxwriter::{RowNum, Worksheet, XlsxError};

use super::look::{Look, wrapped_height_px, write_text};
use crate::consistency::control_total::Outcome;
use crate::table::{FileRow, FileStatus, RunRecord};

/// So many sentences about files that were not read are shown; all are in the sheet `files`.
const MOST_SENTENCES: usize = 200;

/// The width of the column with texts, and how many characters of usual width it takes.
const TEXT_COLUMN_PX: u32 = 760;
const TEXT_COLUMN_CHARACTERS: usize = 95;

/// The options that decide what is read; others, such as the number of threads, must not make two sheets differ.
const OPTIONS: [(&str, &str); 11] = [
    ("layout", "what each image shows"),
    ("kind", "what the numbers are"),
    ("decimal", "decimal mark"),
    ("min_confidence", "below this confidence a number is for review"),
    ("max_error", "share of wrong numbers allowed among those marked ok"),
    ("repair", "repair broken rules"),
    ("style", "writing style"),
    ("max_pixels", "most pixels of a page"),
    ("keep_duplicates", "read files with the same content twice"),
    ("crops_of", "pictures of"),
    ("control_totals", "control totals asked for"),
];

const HOW_TO: [&str; 5] = [
    "In the sheet numbers, set the filter of the column status to review and rejected, and compare each value with the picture beside it.",
    "Where a value is right, leave the column corrected empty. Where it is wrong, type what is written: 1234.50 or -80.00, 001234, a date \
     as 2026-03-01, or the word empty.",
    "Rows may be sorted and filtered. The hidden columns run_id and blake3 say which scan a row belongs to; leave them and the columns \
     source, page and field as they are.",
    "Save the file, and run: scantally review apply numbers.xlsx",
    "Colours: orange is review, purple is rejected (ink, but no number), grey is empty, blue is corrected.",
];

/// What became of files that were not read, in their order.
#[derive(Debug, Default)]
pub struct Unread {
    failed: Sentences,
    skipped: Sentences,
}

#[derive(Debug, Default)]
struct Sentences {
    first: Vec<String>,
    count: usize,
}

impl Unread {
    /// Notes a file if it was not read.
    pub fn note(&mut self, row: &FileRow) {
        let sentences = match row.status {
            FileStatus::Ok => return,
            FileStatus::Failed => &mut self.failed,
            FileStatus::Skipped => &mut self.skipped,
        };
        sentences.count += 1;
        if sentences.first.len() < MOST_SENTENCES {
            sentences.first.push(row.error.clone());
        }
    }
}

/// The sheet.
pub fn sheet(record: &RunRecord, unread: &Unread) -> Result<Worksheet, XlsxError> {
    let mut sheet = Worksheet::new();
    sheet.set_name("summary")?.set_landscape().set_print_fit_to_pages(1, 0);
    sheet.set_column_width_pixels(0, 330)?.set_column_width_pixels(1, TEXT_COLUMN_PX)?;
    let mut lines = Lines { sheet, look: Look::new(), next_row: 0 };
    lines.heading("What to do")?;
    for (step, text) in (1..).zip(HOW_TO) {
        lines.pair(&step.to_string(), text)?;
    }
    lines.heading("What was read")?;
    counts(&mut lines, record)?;
    if !record.control_totals.is_empty() {
        lines.heading("Control totals")?;
        record.control_totals.iter().try_for_each(|total| lines.pair(&total.field, &sentence(total)))?;
    }
    for (heading, sentences) in [("Files that failed", &unread.failed), ("Files that were left out", &unread.skipped)] {
        lines.sentences(heading, sentences)?;
    }
    lines.heading("How it was read")?;
    lines.pair("run", &record.run_id)?;
    lines.pair("scantally", &record.version)?;
    lines.pair("reader of digits", &format!("{}, {}", record.model.reader, record.model.weights))?;
    lines.pair("reader of lines", &format!("{}, {}", record.line_model.reader, record.line_model.weights))?;
    for template in record.templates.iter().filter_map(|template| template.get("name").or(template.get("template"))) {
        lines.pair("template", &plain(template))?;
    }
    for (key, name) in OPTIONS {
        match record.options.get(key).map(plain) {
            Some(value) if !value.is_empty() => lines.pair(name, &value)?,
            _ => {}
        }
    }
    Ok(lines.sheet)
}

fn counts(lines: &mut Lines, record: &RunRecord) -> Result<(), XlsxError> {
    let counts = &record.counts;
    for (name, count) in [
        ("files", counts.files),
        ("files read", counts.files_ok),
        ("files that failed", counts.files_failed),
        ("files left out", counts.files_skipped),
        ("pages", counts.pages),
        ("pages read", counts.pages_read),
        ("numbers", counts.numbers),
        ("numbers marked ok", counts.numbers_ok),
        ("numbers to review", counts.numbers_review),
        ("fields without ink", counts.numbers_empty),
        ("fields with ink, but no number", counts.numbers_rejected),
    ] {
        lines.count(name, count)?;
    }
    if record.interrupted {
        lines.pair("interrupted", "yes: what was finished by then is here")?;
    }
    Ok(())
}

fn sentence(total: &Outcome) -> String {
    let found = match (total.matches, total.total.is_empty()) {
        (true, _) => format!("{} as expected", total.total),
        (false, true) => format!("expected {}, found a sum too large to be added up", total.expected),
        (false, false) => format!("expected {}, found {}, off by {}", total.expected, total.total, total.difference),
    };
    let suspects: Vec<String> = (total.suspects.iter())
        .map(|suspect| {
            format!(
                "{} instead of {} on {}, page {} would make it right",
                suspect.alternative, suspect.value, suspect.source, suspect.page
            )
        })
        .collect();
    [format!("{found}; {} numbers, {} to review", total.numbers, total.review)]
        .into_iter()
        .chain(suspects)
        .collect::<Vec<_>>()
        .join("\n")
}

/// A value of an option as people write it; empty where it is not set.
fn plain(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Null => String::new(),
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Bool(is_set) => if *is_set { "yes" } else { "no" }.to_owned(),
        serde_json::Value::Array(values) => values.iter().map(plain).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

struct Lines {
    sheet: Worksheet,
    look: Look,
    next_row: RowNum,
}

impl Lines {
    fn heading(&mut self, text: &str) -> Result<(), XlsxError> {
        // A blank line above, but not above the first.
        self.next_row += RowNum::from(self.next_row > 0);
        write_text(&mut self.sheet, self.next_row, 0, text, &self.look.heading)?;
        self.next_row += 1;
        Ok(())
    }

    fn pair(&mut self, name: &str, text: &str) -> Result<(), XlsxError> {
        write_text(&mut self.sheet, self.next_row, 0, name, &self.look.wrapped)?;
        write_text(&mut self.sheet, self.next_row, 1, text, &self.look.wrapped)?;
        self.sheet.set_row_height_pixels(self.next_row, wrapped_height_px(text, TEXT_COLUMN_CHARACTERS))?;
        self.next_row += 1;
        Ok(())
    }

    fn count(&mut self, name: &str, count: usize) -> Result<(), XlsxError> {
        write_text(&mut self.sheet, self.next_row, 0, name, &self.look.wrapped)?;
        self.sheet.write_number_with_format(self.next_row, 1, count as f64, &self.look.wrapped)?;
        self.next_row += 1;
        Ok(())
    }

    fn sentences(&mut self, heading: &str, sentences: &Sentences) -> Result<(), XlsxError> {
        if sentences.count == 0 {
            return Ok(());
        }
        self.heading(heading)?;
        sentences.first.iter().try_for_each(|sentence| self.pair("", sentence))?;
        let unnamed = sentences.count - sentences.first.len();
        if unnamed > 0 { self.pair("", &format!("and {unnamed} more, see the sheet files")) } else { Ok(()) }
    }
}

//! What people read on the terminal: counts, outcomes and errors in, lines out. Results go to stdout, all else to stderr.

use std::io::Write;
use std::path::Path;

use scantally::consistency::control_total::Outcome;
use scantally::stopwatch::Stage;
use scantally::table::{Counts, FileRow, FileStatus, RunRecord, Timings};

use crate::cli::Extract;

/// How many bad files the summary of a run names; the others are in files.csv.
const NAMED_FAILURES: usize = 5;

/// Prints an error, its causes behind it.
pub fn error(error: &anyhow::Error) {
    lines(&format!("scantally: {error:#}"));
}

/// Prints a remark that does not stop the run.
pub fn remark(text: &str) {
    lines(&format!("scantally: {}", printable(text)));
}

/// Prints a result to stdout; a reader that has gone away (`| head`) is no error.
pub fn result(text: &str) -> anyhow::Result<()> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(cause) if cause.kind() != std::io::ErrorKind::BrokenPipe => Err(cause.into()),
        _ => Ok(()),
    }
}

/// The bad files of a run, the first ones by name.
#[derive(Debug, Default)]
pub struct Failures {
    named: Vec<String>,
}

impl Failures {
    /// Notes a file if it has failed.
    pub fn note(&mut self, row: &FileRow) {
        if row.status == FileStatus::Failed && self.named.len() < NAMED_FAILURES {
            self.named.push(row.error.clone());
        }
    }
}

/// Prints what came of a run: nothing, lines for people, or one line of JSON.
pub fn run_result(record: &RunRecord, failures: &Failures, arguments: &Extract) {
    if arguments.run.log.is_some() {
        let RunRecord { counts, timings, interrupted, .. } = record;
        let event =
            serde_json::json!({ "event": "end", "interrupted": interrupted, "counts": counts, "timings": timings });
        return lines(&event.to_string());
    }
    if arguments.quiet {
        return;
    }
    lines(&summary(&record.counts, &record.timings, failures, &arguments.output, record.interrupted));
    if let Some(max_error) = arguments.max_error {
        lines(&share_read(&record.counts, max_error));
    }
    record.control_totals.iter().for_each(|total| lines(&control_total(total)));
}

/// The summary of a run, as lines.
fn summary(counts: &Counts, timings: &Timings, failures: &Failures, output: &Path, interrupted: bool) -> String {
    let mut lines = Vec::new();
    if interrupted {
        lines.push("interrupted; what was finished by then is written, go on with --resume".to_owned());
    }
    lines.push(format!(
        "{}, {}, {}: {} to review, {} failed{}",
        counted(counts.files, "file"),
        counted(counts.pages, "page"),
        counted(counts.numbers, "number"),
        counts.numbers_review,
        counted(counts.files_failed, "file"),
        [(counts.files_skipped, "skipped"), (counts.files_duplicate, "read under another name")]
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!(", {} {what}", counted(count, "file")))
            .collect::<String>(),
    ));
    lines.extend(failures.named.iter().map(|error| format!("  failed: {}", printable(error))));
    let unnamed = counts.files_failed.saturating_sub(failures.named.len());
    if unnamed > 0 {
        lines.push(format!("  and {unnamed} more, see {}", output.join("files.csv").display()));
    }
    lines.push(format!("{:.1} seconds, {:.1} pages a second", timings.seconds, timings.pages_per_second));
    lines.push(format!("the numbers are in {}", output.join("numbers.csv").display()));
    lines.join("\n")
}

/// The milliseconds of processor time of each stage, as lines: summed over all threads, and for each page.
pub fn stages(sums: &[(Stage, f64)], pages: usize) -> String {
    let line = |name: &str, sum: f64| format!("{name:<14} {sum:>11.1} ms {:>9.2} ms a page", sum / pages.max(1) as f64);
    let lines = sums.iter().filter(|(_, sum)| *sum > 0.0).map(|&(stage, sum)| line(stage.name(), sum));
    let total = sums.iter().map(|(_, sum)| sum).sum();
    lines.chain([line("all stages", total)]).collect::<Vec<_>>().join("\n")
}

/// What share of the numbers, empty fields left aside, was marked `ok` where at most `max_error` (0 to 1) of these may be wrong.
fn share_read(counts: &Counts, max_error: f32) -> String {
    let numbers = counts.numbers - counts.numbers_empty;
    let percent = 100.0 * counts.numbers_ok as f64 / numbers.max(1) as f64;
    let max_percent = (f64::from(max_error) * 1e6).round() / 1e4;
    format!(
        "marked ok: {} of {} ({percent:.1} %) at an expected error of at most {max_percent} %",
        counts.numbers_ok,
        counted(numbers, "number")
    )
}

/// How a control total came out: one line where it is right, else the difference and the numbers that would explain it.
fn control_total(outcome: &Outcome) -> String {
    let Outcome { field, expected, total, difference, .. } = outcome;
    let numbers = counted(outcome.numbers, "number");
    let name = printable(field);
    if outcome.matches {
        return format!("control total of {name}: {total} in {numbers}, as expected");
    }
    let found =
        if total.is_empty() { "too large to be added up".to_owned() } else { format!("{total}, off by {difference}") };
    let mut lines = vec![format!(
        "control total of {name}: expected {expected}, found {found}; {numbers}, {} to review",
        outcome.review
    )];
    lines.extend(outcome.suspects.iter().map(|suspect| {
        format!(
            "  {} instead of {} on {}, page {} would make it right",
            suspect.alternative,
            suspect.value,
            printable(&suspect.source),
            suspect.page
        )
    }));
    lines.join("\n")
}

/// Prints lines to stderr.
pub fn lines(text: &str) {
    eprintln!("{text}");
}

/// A text without characters that would move the cursor: file names may hold line breaks and terminal commands.
pub fn printable(text: &str) -> String {
    text.chars().flat_map(|c| if c.is_control() { c.escape_default().collect() } else { vec![c] }).collect()
}

/// A count and its noun: `1 page`, `2 pages`.
pub fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_command_the_terminal() {
        assert_eq!(printable("a\u{1b}[2J\nü.png"), "a\\u{1b}[2J\\nü.png");
    }

    #[test]
    fn the_share_that_was_read_leaves_empty_fields_aside() {
        let counts = Counts { numbers: 1020, numbers_ok: 812, numbers_empty: 20, ..Counts::default() };
        assert_eq!(
            share_read(&counts, 0.01),
            "marked ok: 812 of 1000 numbers (81.2 %) at an expected error of at most 1 %"
        );
        let nothing = share_read(&Counts::default(), 0.005);
        assert_eq!(nothing, "marked ok: 0 of 0 numbers (0.0 %) at an expected error of at most 0.5 %");
    }

    #[test]
    fn a_wrong_control_total_names_what_would_explain_it() {
        use scantally::consistency::control_total::Suspect;
        let suspect =
            Suspect { source: "a.png".to_owned(), page: 2, value: "17".to_owned(), alternative: "11".to_owned() };
        let mut outcome = Outcome {
            field: "net".to_owned(),
            expected: "94".to_owned(),
            total: "100".to_owned(),
            difference: "6".to_owned(),
            matches: false,
            numbers: 9,
            review: 1,
            suspects: vec![suspect],
        };
        assert_eq!(
            control_total(&outcome),
            "control total of net: expected 94, found 100, off by 6; 9 numbers, 1 to review\n  \
             11 instead of 17 on a.png, page 2 would make it right"
        );
        outcome.matches = true;
        assert_eq!(control_total(&outcome), "control total of net: 100 in 9 numbers, as expected");
    }

    #[test]
    fn stages_that_had_nothing_to_do_are_left_out() {
        let sums = [(Stage::Decode, 1500.0), (Stage::Clean, 0.0), (Stage::LineReader, 250.0)];
        assert_eq!(
            stages(&sums, 100),
            "decode              1500.0 ms     15.00 ms a page\nline_reader          250.0 ms      2.50 ms a page\n\
             all stages          1750.0 ms     17.50 ms a page"
        );
    }

    #[test]
    fn the_summary_says_what_happened_and_where_the_result_is() {
        let counts = Counts {
            files: 9,
            files_failed: 1,
            files_skipped: 2,
            pages: 7,
            numbers: 60,
            numbers_review: 4,
            ..Counts::default()
        };
        let timings = Timings { seconds: 2.0, pages_per_second: 3.5, ..Timings::default() };
        let failures = Failures { named: vec!["a.png is cut".to_owned()] };
        assert_eq!(
            summary(&counts, &timings, &failures, Path::new("output"), false),
            "9 files, 7 pages, 60 numbers: 4 to review, 1 file failed, 2 files skipped\n  failed: a.png is cut\n\
             2.0 seconds, 3.5 pages a second\nthe numbers are in output/numbers.csv"
        );
    }
}

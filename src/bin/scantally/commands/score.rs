//! `score`: compares numbers.csv with a truth file and prints the figures.

use std::collections::HashSet;
use std::path::Path;

use scantally::evaluate::score::{
    Comparison, Score, ScoredNumber, Truth, match_numbers, read_numbers, read_sources, read_truths, write_calibration,
    write_mismatches,
};

use crate::cli;
use crate::exit::ExitStatus;
use crate::printer;

/// Runs the command.
pub fn run(arguments: &cli::Score) -> anyhow::Result<ExitStatus> {
    let mut numbers = read_numbers(&arguments.numbers)?;
    let mut truths = read_truths(&arguments.truth)?;
    if let Some(path) = &arguments.exclude {
        leave_out(path, &mut numbers, &mut truths)?;
    }
    let comparison = if arguments.digits_only { Comparison::DigitsOnly } else { Comparison::Text };
    let matches = match_numbers(&numbers, &truths);
    let score = Score::of(&numbers, &truths, &matches, comparison);
    if !numbers.is_empty() && !truths.is_empty() && !share_a_source(&numbers, &truths) {
        printer::remark(&format!(
            "no source of {} occurs in {} (`{}` there, `{}` here)",
            arguments.numbers.display(),
            arguments.truth.display(),
            truths[0].source,
            numbers[0].source,
        ));
    }
    if let Some(path) = &arguments.mismatches {
        write_mismatches(path, &numbers, &truths, &matches, comparison)?;
    }
    if let Some(path) = &arguments.calibration {
        write_calibration(path, &numbers, &truths, &matches, comparison)?;
    }
    let text = if arguments.json { serde_json::to_string_pretty(&score)? + "\n" } else { report(&score) };
    printer::result(&text)?;
    Ok(ExitStatus::AllRead)
}

/// Leaves out the scans that a file lists; those that the truth does not hold are told.
fn leave_out(path: &Path, numbers: &mut Vec<ScoredNumber>, truths: &mut Vec<Truth>) -> anyhow::Result<()> {
    let excluded = read_sources(path)?;
    let known: HashSet<&str> = truths.iter().map(|truth| truth.source.as_str()).collect();
    let mut unknown: Vec<&str> = excluded.iter().map(String::as_str).filter(|source| !known.contains(source)).collect();
    unknown.sort_unstable();
    if let Some(first) = unknown.first() {
        let (count, file) = (unknown.len(), path.display());
        printer::remark(&format!(
            "the truth does not hold {count} of the {} sources of {file}, such as `{first}`",
            excluded.len()
        ));
    }
    truths.retain(|truth| !excluded.contains(&truth.source));
    numbers.retain(|number| !excluded.contains(&number.source));
    Ok(())
}

fn share_a_source(numbers: &[ScoredNumber], truths: &[Truth]) -> bool {
    let sources: HashSet<&str> = truths.iter().map(|truth| truth.source.as_str()).collect();
    numbers.iter().any(|number| sources.contains(number.source.as_str()))
}

/// The figures as a table: what, how many, what share.
fn report(score: &Score) -> String {
    let line = |what: &str, count: usize, note: String| format!("{what:<22}{count:>8}  {note}").trim_end().to_owned();
    let percent = |share: f64| format!("{:6.2} %", 100.0 * share);
    let of = |part: usize, whole: usize| if whole == 0 { 0.0 } else { part as f64 / whole as f64 };
    let ok = score.accepted + score.spurious_ok;
    let lines = [
        line("numbers in the truth", score.truths, String::new()),
        line("  exactly right", score.exact, percent(score.exact_share)),
        line("  found", score.found, percent(score.found_share)),
        line("digits in the truth", score.digits, String::new()),
        line("  right", score.digits - score.digit_errors, percent(score.digit_accuracy)),
        line("empty fields", score.empties, String::new()),
        line("  left empty", score.empties_right, percent(of(score.empties_right, score.empties))),
        line("spurious numbers", score.spurious, String::new()),
        line("  of these ok", score.spurious_ok, String::new()),
        line("accepted (ok)", score.accepted, percent(score.accepted_share) + " of the numbers in the truth"),
        line("  wrong", score.accepted_wrong, percent(score.accepted_wrong_share) + " of the accepted"),
        line("  tenfold errors", score.accepted_tenfold, percent(score.accepted_tenfold_share) + " of the accepted"),
        line(
            "  wrong or spurious",
            score.accepted_wrong + score.spurious_ok,
            percent(of(score.accepted_wrong + score.spurious_ok, ok)) + " of all that are ok",
        ),
        line(
            "read at 1 % wrong",
            score.readable,
            format!(
                "{} of the numbers in the truth, from confidence {:.4}",
                percent(score.readable_share),
                score.readable_confidence
            ),
        ),
        format!(
            "calibration error of whole numbers {:.2} %, spurious ones included {:.2} %",
            100.0 * score.calibration_error,
            100.0 * score.calibration_error_with_spurious
        ),
    ];
    lines.join("\n") + "\n"
}

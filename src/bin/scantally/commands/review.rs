//! `review`: tables with corrections in, the corrected numbers and what came of each row out.

use std::path::Path;
use std::time::SystemTime;

use scantally::review::{self, Outcome, Reviewer};
use scantally::table::utc_timestamp;

use crate::cli::{Review, ReviewApply, ReviewCommand};
use crate::exit::ExitStatus;
use crate::printer::{self, counted, printable};

/// How many refused rows are named.
const NAMED_REFUSALS: usize = 20;

/// Where systems keep the name of who is logged in.
const LOGIN_NAMES: [&str; 3] = ["USER", "LOGNAME", "USERNAME"];

/// Runs the command.
pub fn run(arguments: &Review) -> anyhow::Result<ExitStatus> {
    let ReviewCommand::Apply(arguments) = &arguments.command;
    apply(arguments)
}

fn apply(arguments: &ReviewApply) -> anyhow::Result<ExitStatus> {
    let beside = arguments.table.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = arguments.output.as_deref().unwrap_or(beside);
    let name = arguments.by.clone().or_else(login_name).unwrap_or_default();
    let reviewer = Reviewer { name: &name, time: &utc_timestamp(SystemTime::now()) };
    let outcome = review::apply(folder, &arguments.table, &reviewer)?;
    printer::lines(&summary(&outcome, folder));
    Ok(if outcome.refused.is_empty() { ExitStatus::AllRead } else { ExitStatus::SomeFailed })
}

fn login_name() -> Option<String> {
    LOGIN_NAMES.iter().filter_map(|name| std::env::var(name).ok()).find(|name| !name.is_empty())
}

/// What came of a table, as lines.
fn summary(outcome: &Outcome, folder: &Path) -> String {
    let Outcome { taken, confirmed, known, reformatted, refused, training } = outcome;
    let mut lines = vec![format!("{} taken, {confirmed} of them as read", counted(*taken, "correction"))];
    if *known > 0 {
        lines.push(format!("{} known before", counted(*known, "correction")));
    }
    if *reformatted > 0 {
        lines.push(format!("{} only written in the spreadsheet's way: no correction", counted(*reformatted, "value")));
    }
    if !refused.is_empty() {
        lines.push(format!("{} refused:", counted(refused.len(), "row")));
        let named = refused.iter().take(NAMED_REFUSALS);
        lines.extend(named.map(|refusal| format!("  row {}: {}", refusal.line, printable(&refusal.reason))));
        if refused.len() > NAMED_REFUSALS {
            lines.push(format!("  and {} more", refused.len() - NAMED_REFUSALS));
        }
    }
    lines.push(format!(
        "training data: {} of {}",
        counted(training.digits, "digit"),
        counted(training.numbers, "decided number")
    ));
    lines.extend(training.left_out.iter().map(|(reason, count)| format!("  without {count}: {reason}")));
    lines.push(format!("the numbers are in {}", folder.join("numbers.reviewed.csv").display()));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use scantally::review::Refusal;

    use super::*;

    #[test]
    fn only_the_first_refused_rows_are_named() {
        let refusal = |line: usize| Refusal { line, reason: "a\n.png: no".to_owned() };
        let outcome = Outcome { taken: 1, refused: (2..25).map(refusal).collect(), ..Outcome::default() };
        let summary = summary(&outcome, Path::new("output"));
        assert!(
            summary.starts_with("1 correction taken, 0 of them as read\n23 rows refused:\n  row 2: a\\n.png: no\n")
        );
        assert!(summary.contains("  row 21: ") && !summary.contains("  row 22: ") && summary.contains("  and 3 more"));
    }
}

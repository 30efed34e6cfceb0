//! `template trial`: a template, scans of its form and their truth in; what its rules find and repair out.

use scantally::batch::{self, Exclude, Task};
use scantally::consistency;
use scantally::error::Error;
use scantally::evaluate::rules::{self, Truth};
use scantally::evaluate::score::read_truths;
use scantally::number::Number;
use scantally::pipeline::{Pipeline, Settings};
use scantally::scan::{Limits, Scan};
use scantally::template;

use crate::cli::TemplateTrial;
use crate::commands::{forms, model};
use crate::exit::ExitStatus;
use crate::printer;

/// Runs the command.
pub fn run(arguments: &TemplateTrial) -> anyhow::Result<ExitStatus> {
    let with_rules = template::read(&arguments.form)?;
    let rules = forms::known(with_rules.clone(), &arguments.form)?.rules().to_vec();
    if !rules.iter().any(consistency::CompiledRule::is_equation) {
        anyhow::bail!(
            "{} has no rule with `=` between fields, so there is nothing to repair by",
            arguments.form.display()
        );
    }
    let without_rules = template::Template { rules: Vec::new(), ..with_rules };
    let settings = Settings::default();
    let (reader, line_reader) = (model::load(None, None)?.0, model::load_lines(None)?.0);
    let form = forms::known(without_rules, &arguments.form)?;
    let pipeline = Pipeline::new(reader, line_reader, settings).with_forms(vec![form]);
    let truths = read_truths(&arguments.truth)?;
    let (mut pages, mut known): (Vec<Vec<Number>>, Vec<Truth>) = (Vec::new(), Vec::new());
    let mut failed = 0;
    for file in batch::collect(vec![arguments.scans.clone()], &[], &Exclude::default()).files {
        if file.task != Task::Read {
            continue;
        }
        let of_page = |page: usize| -> Truth {
            let here = truths.iter().filter(|truth| truth.source == file.source && truth.page == page);
            here.map(|truth| (truth.field.clone(), truth.value.clone())).collect()
        };
        let scan = match file.read().and_then(|bytes| Scan::from_bytes(&file.source, bytes, Limits::default())) {
            Ok(scan) => scan,
            Err(Error::NotAScan { .. }) => continue,
            Err(_) => {
                failed += 1;
                continue;
            }
        };
        for page in pipeline.read_scan(&scan).pages {
            let truth = of_page(page.page);
            if !truth.is_empty() {
                pages.push(page.numbers);
                known.push(truth);
            }
        }
    }
    if failed > 0 {
        printer::remark(&format!("{failed} files could not be read; `scantally extract` says why"));
    }
    let trial = rules::trial(&mut pages, &known, &rules, settings.min_confidence);
    let share = |count: usize| 100.0 * count as f64 / trial.pages.max(1) as f64;
    printer::result(&format!(
        "pages with one reading forced wrong {:6}\n  caught by a rule                  {:6}  {:6.2} %\n  \
         repaired rightly                  {:6}  {:6.2} %\n  made worse                        {:6}  {:6.2} %\n",
        trial.pages,
        trial.caught,
        share(trial.caught),
        trial.repaired_rightly,
        share(trial.repaired_rightly),
        trial.made_worse,
        share(trial.made_worse),
    ))?;
    Ok(ExitStatus::AllRead)
}

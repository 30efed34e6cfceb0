//! `study`: labelled digits and a grid of settings in; a table of runs, a chart and a summary out.

use std::fmt::Write;

use scantally::error::Error;
use scantally::study::{
    Grid, Material, Run, Setting, SettingSummary, StudyRequest, StudyTable, Trial, chart, run_all, spread, summaries,
    trials,
};

use crate::cli::Study;
use crate::commands::cores;
use crate::exit::ExitStatus;
use crate::printer;

/// Runs the command.
pub fn run(arguments: &Study) -> anyhow::Result<ExitStatus> {
    let request = request(arguments)?;
    let folder = &arguments.output;
    let cannot_write = |cause: std::io::Error| Error::Output { path: folder.clone(), reason: cause.to_string() };
    std::fs::create_dir_all(folder).map_err(cannot_write)?;
    let mut table = StudyTable::open(&folder.join("study.csv"))?;
    let material = Material::read(&request.data, request.test.as_deref(), request.images)?;
    let trials = trials(&request, material.train_images());
    let open: Vec<Trial> = trials.iter().filter(|trial| !table.has(trial)).cloned().collect();
    printer::lines(&format!(
        "{} runs, {} of them done before; {} images to train on, {} to validate with",
        trials.len(),
        trials.len() - open.len(),
        material.train_images(),
        material.validation_images()
    ));
    let mut done = trials.len() - open.len();
    run_all(&material, &open, request.threads, &mut |run| {
        done += 1;
        printer::lines(&run_line(run, done, trials.len()));
        table.append(run)
    })?;
    table.sort(&trials)?;
    let runs: Vec<Run> = table.runs().iter().filter(|run| trials.contains(&run.trial)).cloned().collect();
    std::fs::write(folder.join("chart.png"), chart(&runs).to_png()?).map_err(cannot_write)?;
    printer::result(&summary(&runs))?;
    Ok(ExitStatus::AllRead)
}

fn request(arguments: &Study) -> anyhow::Result<StudyRequest> {
    let grid = Grid {
        widths: arguments.widths.clone(),
        kernels: arguments.kernels.clone(),
        poolings: arguments.pooling.clone(),
        batch_sizes: arguments.batch_sizes.clone(),
        learning_rates: arguments.learning_rates.clone(),
        epochs: arguments.epochs.clone(),
    };
    let settings = match arguments.random {
        Some(count) => grid.sample(count, arguments.seed),
        None => grid.settings(),
    };
    if settings.is_empty() {
        anyhow::bail!("no network of these widths, kernels and poolings fits into 28x28 pixels; make them smaller");
    }
    Ok(StudyRequest {
        data: arguments.data.clone(),
        test: arguments.test.clone(),
        settings,
        seeds: arguments.seeds,
        images: arguments.images,
        threads: arguments.threads.map_or_else(cores, usize::from),
    })
}

/// A setting in a line, such as `64-32 channels, kernel 3, pooling none, batch 32, rate 0.001, 3 epochs`.
fn setting_text(setting: &Setting) -> String {
    format!(
        "{} channels, kernel {}, pooling {}, batch {}, rate {}, {} epochs",
        setting.widths_text(),
        setting.kernel,
        setting.pooling.as_str(),
        setting.batch_size,
        setting.learning_rate,
        setting.epochs
    )
}

fn run_line(run: &Run, done: usize, all: usize) -> String {
    let (setting, accuracy) = (setting_text(&run.trial.setting), 100.0 * run.validation.accuracy);
    format!("{done} of {all}: {setting}, seed {}: {accuracy:.2} %, {:.1} seconds", run.trial.seed, run.seconds)
}

/// The settings, best first, and where the differences come from.
fn summary(runs: &[Run]) -> String {
    let mut of_settings = summaries(runs);
    of_settings.sort_by(|a, b| b.mean().total_cmp(&a.mean()));
    let mut text = format!("{:>9} {:>9} {:>9} {:>5}  setting\n", "accuracy", "deviation", "test", "runs");
    for summary in &of_settings {
        text.push_str(&summary_line(summary));
    }
    let Some(spread) = spread(runs) else { return text };
    for (value, what) in [
        (spread.seeds, "between runs of the same setting with other seeds"),
        (spread.settings, "between the means of settings"),
        (spread.settings_by_chance, "between such means if settings made no difference"),
        (spread.sampling, "by the draw of the validation images"),
    ] {
        let _ = writeln!(text, "{:>7.3} points: standard deviation {what}", 100.0 * value);
    }
    text
}

fn summary_line(summary: &SettingSummary) -> String {
    let percent = |share: f64| format!("{:.2} %", 100.0 * share);
    let test = summary.test_mean.map_or_else(|| "-".to_owned(), percent);
    let (mean, deviation) = (percent(summary.mean()), format!("{:.3}", 100.0 * summary.deviation()));
    let (runs, setting) = (summary.accuracies.len(), setting_text(&summary.setting));
    format!("{mean:>9} {deviation:>9} {test:>9} {runs:>5}  {setting}\n")
}

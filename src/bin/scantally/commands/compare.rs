//! `compare`: labelled digits in; a table of readers on the terminal, as CSV and as a chart out.

use std::path::Path;

use scantally::compare::{CompareRequest, Row, chart, compare, render};
use scantally::error::Error;
use scantally::reader::ReaderKind;
use scantally::table::path_text;

use crate::cli::Compare;
use crate::commands::cores;
use crate::exit::ExitStatus;
use crate::printer;

/// Runs the command.
pub fn run(arguments: &Compare) -> anyhow::Result<ExitStatus> {
    if let Some(folder) = &arguments.output {
        // Hours of training are not to end at a folder that cannot be made.
        std::fs::create_dir_all(folder).map_err(|cause| cannot_write(folder, &cause))?;
    }
    let request = CompareRequest {
        data: arguments.data.clone(),
        test: arguments.test.clone(),
        readers: readers(arguments),
        models: arguments.model.iter().map(|path| read(path)).collect::<Result<_, _>>()?,
        limit: arguments.limit.map(|limit| usize::try_from(limit).unwrap_or(usize::MAX)),
        epochs: arguments.epochs,
        seed: arguments.seed,
        threads: arguments.threads.map_or_else(cores, usize::from),
    };
    let rows = compare(&request, &mut |row| printer::lines(&progress_line(row)))?;
    printer::result(&render::text(&rows))?;
    if let Some(folder) = &arguments.output {
        write_csv(&folder.join("compare.csv"), &render::cells(&rows))?;
        let path = folder.join("compare.png");
        std::fs::write(&path, chart::errors(&rows).to_png()?).map_err(|cause| cannot_write(&path, &cause))?;
    }
    Ok(ExitStatus::AllRead)
}

/// The readers asked for, each once; all if none is.
fn readers(arguments: &Compare) -> Vec<ReaderKind> {
    let is_asked_for = |kind: &ReaderKind| arguments.readers.is_empty() || arguments.readers.contains(kind);
    ReaderKind::ALL.into_iter().filter(is_asked_for).collect()
}

fn read(path: &Path) -> Result<(String, Vec<u8>), Error> {
    let model = path_text(path);
    match std::fs::read(path) {
        Ok(bytes) => Ok((model, bytes)),
        Err(cause) => Err(Error::Model { model, reason: format!("it cannot be opened: {cause}") }),
    }
}

fn progress_line(row: &Row) -> String {
    let seconds = row.training_seconds.map_or("loaded".to_owned(), |seconds| format!("trained in {seconds:.0} s"));
    format!("{}: {seconds}, {:.2} % of {} right", row.kind.name(), 100.0 * row.accuracy, row.test)
}

fn write_csv(path: &Path, rows: &[Vec<String>]) -> Result<(), Error> {
    let write = || -> Result<(), csv::Error> {
        let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::Any(b'\n')).from_path(path)?;
        rows.iter().try_for_each(|row| writer.write_record(row))?;
        Ok(writer.flush()?)
    };
    write().map_err(|cause| cannot_write(path, &cause))
}

fn cannot_write(path: &Path, cause: &dyn std::fmt::Display) -> Error {
    Error::Output { path: path.to_owned(), reason: cause.to_string() }
}

//! `evaluate`: labelled digits and a model in; a classification report and a confusion matrix out.

use std::path::Path;

use anyhow::Context;
use scantally::error::Error;
use scantally::evaluate::render::{class_name, report};
use scantally::evaluate::{DigitReport, digits, labelled};
use scantally::table::path_text;

use crate::cli::Evaluate;
use crate::commands::model;
use crate::exit::ExitStatus;
use crate::printer;

/// Runs the command.
pub fn run(arguments: &Evaluate) -> anyhow::Result<ExitStatus> {
    let (reader, _) = model::load(arguments.reader, arguments.model.as_deref())?;
    let mut reports = Vec::new();
    for folder in &arguments.data {
        for part in labelled(folder, arguments.part.as_deref())? {
            let measured = digits(reader.as_ref(), &part)?;
            printer::result(&format!("{}\n{}\n", path_text(folder), report(&measured)))?;
            reports.push((path_text(folder), measured));
        }
    }
    if let Some(folder) = &arguments.output {
        write_tables(folder, &reports)?;
    }
    Ok(ExitStatus::AllRead)
}

/// Writes `classes.csv` (precision, recall and F1) and `confusion.csv` (how often each class was read as each).
fn write_tables(folder: &Path, reports: &[(String, DigitReport)]) -> anyhow::Result<()> {
    let cannot_write =
        |cause: &dyn std::fmt::Display| Error::Output { path: folder.to_owned(), reason: cause.to_string() };
    std::fs::create_dir_all(folder).map_err(|cause| cannot_write(&cause))?;
    let write = |name: &str, rows: Vec<Vec<String>>| -> Result<(), csv::Error> {
        let mut writer =
            csv::WriterBuilder::new().terminator(csv::Terminator::Any(b'\n')).from_path(folder.join(name))?;
        rows.iter().try_for_each(|row| writer.write_record(row))?;
        Ok(writer.flush()?)
    };
    write("classes.csv", class_rows(reports))
        .and_then(|()| write("confusion.csv", confusion_rows(reports)))
        .map_err(|cause| cannot_write(&cause))
        .context("the report cannot be kept")
}

fn header(columns: &str) -> Vec<String> {
    columns.split(',').map(str::to_owned).collect()
}

fn class_rows(reports: &[(String, DigitReport)]) -> Vec<Vec<String>> {
    let mut rows = vec![header("data,part,class,precision,recall,f1,support")];
    for (data, report) in reports {
        for class in report.confusion.classes() {
            let figures = report.confusion.figures(class);
            let shares = [figures.precision, figures.recall, figures.f1].map(|share| format!("{share:.4}"));
            let mut row = vec![data.clone(), report.part.clone(), class_name(class)];
            row.extend(shares);
            row.push(figures.support.to_string());
            rows.push(row);
        }
    }
    rows
}

fn confusion_rows(reports: &[(String, DigitReport)]) -> Vec<Vec<String>> {
    let mut rows = vec![header("data,part,truth,read,count")];
    for (data, report) in reports {
        let classes = report.confusion.classes();
        for (truth, read) in classes.iter().flat_map(|truth| classes.iter().map(move |read| (*truth, *read))) {
            let count = report.confusion.count(truth, read).to_string();
            rows.push(vec![data.clone(), report.part.clone(), class_name(truth), class_name(read), count]);
        }
    }
    rows
}

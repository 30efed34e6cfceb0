//! Tables for whoever reads at once: records in, one file as `extract` writes it out, by way of a folder that is gone afterwards.

use anyhow::bail;
use scantally::table::{CropFiles, Format, RunRecord, ScanRecord, TableOptions, Tables};

use crate::web::api::read::AnswerFormat;
use crate::web::app::App;
use crate::web::jobs::tables::identifiers;
use crate::web::reading::ReadOptions;

/// One file.
pub struct TableFile {
    pub name: &'static str,
    /// Its media type.
    pub kind: &'static str,
    pub bytes: Vec<u8>,
}

/// Writes the table of a format.
pub fn write(
    app: &App,
    options: &ReadOptions,
    records: Vec<ScanRecord>,
    format: AnswerFormat,
) -> anyhow::Result<TableFile> {
    let (name, kind, formats) = match format {
        AnswerFormat::Json => bail!("JSON is no table"),
        AnswerFormat::Csv => ("numbers.csv", "text/csv; charset=utf-8", vec![]),
        AnswerFormat::Xlsx => {
            ("numbers.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", vec![Format::Xlsx])
        }
        AnswerFormat::Jsonl => ("numbers.jsonl", "application/jsonl", vec![Format::JsonLines]),
    };
    let folder = app.temporary_folder()?;
    let table_options = TableOptions {
        formats,
        crop_files: CropFiles::default(),
        identifiers: identifiers(options)?,
        ..TableOptions::default()
    };
    let mut tables = Tables::create(folder.path(), &table_options)?;
    for record in records {
        tables.write_scan(record)?;
    }
    let record = RunRecord {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        options: serde_json::to_value(options)?,
        model: app.readers.digits_model.clone(),
        line_model: app.readers.lines_model.clone(),
        counts: tables.counts(),
        ..RunRecord::default()
    };
    tables.publish(&record)?;
    Ok(TableFile { name, kind, bytes: std::fs::read(folder.path().join(name))? })
}

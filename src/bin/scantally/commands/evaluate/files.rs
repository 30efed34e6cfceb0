//! The files of a report: texts, tables and charts in, a folder of them out.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use scantally::error::Error;
use scantally::evaluate::LabelledGlyphs;
use scantally::evaluate::confusion::Confusion;
use scantally::evaluate::graphics::{confusion_map, mistake_sheet, reject_chart, reliability_chart};
use scantally::evaluate::rows::Named;
use scantally::table::path_text;

/// A folder for a report.
pub struct ReportFolder {
    folder: PathBuf,
}

impl ReportFolder {
    /// Creates the folder where it is missing.
    pub fn create(folder: &Path) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder).map_err(|cause| cannot_write(folder, &cause))?;
        Ok(Self { folder: folder.to_owned() })
    }

    /// Writes a file.
    pub fn write(&self, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
        let path = self.folder.join(name);
        Ok(std::fs::write(&path, bytes).map_err(|cause| cannot_write(&path, &cause))?)
    }

    /// Writes a table.
    pub fn write_csv(&self, name: &str, rows: &[Vec<String>]) -> anyhow::Result<()> {
        let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::Any(b'\n')).from_writer(Vec::new());
        let path = self.folder.join(name);
        rows.iter().try_for_each(|row| writer.write_record(row)).map_err(|cause| cannot_write(&path, &cause))?;
        self.write(name, &writer.into_inner().map_err(|cause| cannot_write(&path, cause.error()))?)
    }

    /// Writes the matrix and the charts of one part; `stem` begins their names, `title` stands on the charts.
    pub fn write_part(&self, stem: &str, title: &str, named: &Named, labelled: &LabelledGlyphs) -> anyhow::Result<()> {
        let report = &named.1;
        self.write_csv(&format!("{stem}-confusion.csv"), &report.confusion.to_rows())?;
        self.write(&format!("{stem}-confusion.png"), &confusion_map(title, &report.confusion).to_png()?)?;
        self.write(&format!("{stem}-reliability.png"), &reliability_chart(title, report).to_png()?)?;
        self.write(&format!("{stem}-reject.png"), &reject_chart(title, report).to_png()?)?;
        self.write(&format!("{stem}-mistakes.png"), &mistake_sheet(title, report, &labelled.glyphs).to_png()?)
    }

    /// Writes what there is of a matrix alone.
    pub fn write_matrix(&self, title: &str, confusion: &Confusion, text: &str) -> anyhow::Result<()> {
        self.write("report.txt", text.as_bytes())?;
        self.write_csv("confusion.csv", &confusion.to_rows())?;
        self.write("confusion.png", &confusion_map(title, confusion).to_png()?)
    }
}

fn cannot_write(path: &Path, cause: &dyn std::fmt::Display) -> Error {
    Error::Output { path: path.to_owned(), reason: cause.to_string() }
}

/// The last part of a path, as text.
pub fn last_name(path: &Path) -> String {
    path_text(path.file_name().map_or(path, Path::new))
}

/// Beginnings of file names, one a part, no two alike.
#[derive(Default)]
pub struct Stems {
    used: BTreeSet<String>,
}

impl Stems {
    /// The beginning for a part of a folder, such as `mnist-t10k`.
    pub fn of(&mut self, data: &Path, part: &str) -> String {
        let plain = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' };
        let name: String = format!("{} {part}", last_name(data)).trim().chars().map(plain).collect();
        let mut names = std::iter::once(name.clone()).chain((2..).map(|count| format!("{name}-{count}")));
        let stem = names.find(|stem| !self.used.contains(stem)).unwrap_or(name);
        self.used.insert(stem.clone());
        stem
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stems_are_plain_and_never_the_same() {
        let mut stems = Stems::default();
        let parts = [("a/mnist", "t10k"), ("b/mnist", "t10k"), ("..", ""), ("two words", "")];
        let names: Vec<String> = parts.iter().map(|(data, part)| stems.of(Path::new(data), part)).collect();
        assert_eq!(names, ["mnist-t10k", "mnist-t10k-2", "--", "two-words"]);
    }
}

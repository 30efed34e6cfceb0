//! Parquet: scans in, `numbers.parquet` out, one row a number with the columns of numbers.csv and `value_number` behind `value`.
//!
//! Rows are gathered to row groups, so that memory stays bounded. Cells that are empty in numbers.csv are null.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int32Type};
use parquet::errors::Result as ParquetResult;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::{Type, TypePtr};

use crate::error::Result;
use crate::table::folder::OutputFile;
use crate::table::number_row::{NumberRow, exact_number, for_each_row};
use crate::table::partial::{PartialFile, cannot_write};
use crate::table::{RunRecord, ScanRecord};

/// Rows of a group: about 10 MB are gathered before they are written.
const GROUP_ROWS: usize = 1 << 15;

/// `numbers.parquet`, being written.
pub(super) struct ParquetTable {
    path: PathBuf,
    writer: SerializedFileWriter<PartialFile>,
    columns: Vec<Column>,
    group_rows: usize,
}

/// The cells of one column that were not written yet; missing ones are counted in `levels` alone, 0 for each.
struct Column {
    name: &'static str,
    is_optional: bool,
    values: Values,
    levels: Vec<i16>,
}

enum Values {
    Text(Vec<ByteArray>),
    Whole(Vec<i32>),
    Real(Vec<f64>),
}

impl ParquetTable {
    pub fn create(folder: &Path) -> Result<Self> {
        Self::with_group_rows(folder, GROUP_ROWS)
    }

    fn with_group_rows(folder: &Path, group_rows: usize) -> Result<Self> {
        let file = PartialFile::create(folder, "numbers.parquet")?;
        let path = file.path().to_owned();
        let properties = WriterProperties::builder()
            .set_created_by(format!("scantally version {}", env!("CARGO_PKG_VERSION")))
            .set_compression(Compression::SNAPPY)
            .build();
        let columns = columns();
        let writer = schema(&columns)
            .and_then(|schema| SerializedFileWriter::new(file, schema, Arc::new(properties)))
            .map_err(|cause| cannot_write(&path, cause))?;
        Ok(Self { path, writer, columns, group_rows })
    }

    fn write_group(&mut self) -> ParquetResult<()> {
        if self.columns[0].levels.is_empty() {
            return Ok(());
        }
        let mut group = self.writer.next_row_group()?;
        for column in &mut self.columns {
            if let Some(writer) = group.next_column()? {
                column.write(writer)?;
            }
        }
        group.close().map(drop)
    }
}

impl OutputFile for ParquetTable {
    fn write_scan(&mut self, scan: &ScanRecord) -> Result<()> {
        let written = for_each_row(scan, |row, _, _| {
            add(&mut self.columns, &row);
            if self.columns[0].levels.len() >= self.group_rows { self.write_group() } else { Ok(()) }
        });
        written.map_err(|cause| cannot_write(&self.path, cause))
    }

    fn finish(mut self: Box<Self>, _: &RunRecord) -> Result<PartialFile> {
        let path = self.path.clone();
        self.write_group().and_then(|()| self.writer.into_inner()).map_err(|cause| cannot_write(&path, cause))
    }
}

impl Column {
    fn text(name: &'static str, is_optional: bool) -> Self {
        Self { name, is_optional, values: Values::Text(Vec::new()), levels: Vec::new() }
    }

    fn whole(name: &'static str) -> Self {
        Self { name, is_optional: false, values: Values::Whole(Vec::new()), levels: Vec::new() }
    }

    fn real(name: &'static str, is_optional: bool) -> Self {
        Self { name, is_optional, values: Values::Real(Vec::new()), levels: Vec::new() }
    }

    fn field(&self) -> ParquetResult<Type> {
        let (physical, logical) = match self.values {
            Values::Text(_) => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            Values::Whole(_) => (Physical::INT32, None),
            Values::Real(_) => (Physical::DOUBLE, None),
        };
        let repetition = if self.is_optional { Repetition::OPTIONAL } else { Repetition::REQUIRED };
        Type::primitive_type_builder(self.name, physical).with_logical_type(logical).with_repetition(repetition).build()
    }

    /// Writes what was gathered, and begins anew.
    fn write(&mut self, mut writer: SerializedColumnWriter) -> ParquetResult<()> {
        let levels = self.is_optional.then_some(self.levels.as_slice());
        match &mut self.values {
            Values::Text(values) => {
                writer.typed::<ByteArrayType>().write_batch(values, levels, None)?;
                values.clear();
            }
            Values::Whole(values) => {
                writer.typed::<Int32Type>().write_batch(values, levels, None)?;
                values.clear();
            }
            Values::Real(values) => {
                writer.typed::<DoubleType>().write_batch(values, levels, None)?;
                values.clear();
            }
        }
        self.levels.clear();
        writer.close()
    }
}

/// The columns, empty; those that may be null are optional.
fn columns() -> Vec<Column> {
    vec![
        Column::text("source", false),
        Column::whole("page"),
        Column::text("field", false),
        Column::text("value", true),
        Column::real("value_number", true),
        Column::real("confidence", false),
        Column::text("status", false),
        Column::text("text", true),
        Column::text("alternative", true),
        Column::real("alternative_confidence", true),
        Column::text("reason", true),
        Column::whole("x"),
        Column::whole("y"),
        Column::whole("width"),
        Column::whole("height"),
        Column::text("crop", true),
    ]
}

fn schema(columns: &[Column]) -> ParquetResult<TypePtr> {
    let fields = columns.iter().map(|column| column.field().map(Arc::new)).collect::<ParquetResult<_>>()?;
    Type::group_type_builder("numbers").with_fields(fields).build().map(Arc::new)
}

enum Cell<'a> {
    Text(Option<&'a str>),
    Whole(i32),
    Real(Option<f64>),
}

/// Adds a row to the columns, in their order.
fn add(columns: &mut [Column], row: &NumberRow) {
    let cells = [
        Cell::Text(Some(row.source)),
        Cell::Whole(i32::try_from(row.page).unwrap_or(i32::MAX)),
        Cell::Text(Some(row.field)),
        Cell::Text(row.value),
        Cell::Real(row.value.and_then(exact_number).map(|(number, _)| number)),
        Cell::Real(Some(row.confidence)),
        Cell::Text(Some(row.status)),
        Cell::Text(row.text),
        Cell::Text(row.alternative),
        Cell::Real(row.alternative_confidence),
        Cell::Text(row.reason.as_deref()),
        Cell::Whole(row.x),
        Cell::Whole(row.y),
        Cell::Whole(row.width),
        Cell::Whole(row.height),
        Cell::Text(row.crop),
    ];
    for (column, cell) in columns.iter_mut().zip(cells) {
        let is_there = match (&mut column.values, cell) {
            (Values::Text(values), Cell::Text(Some(text))) => {
                values.push(text.into());
                true
            }
            (Values::Whole(values), Cell::Whole(whole)) => {
                values.push(whole);
                true
            }
            (Values::Real(values), Cell::Real(Some(real))) => {
                values.push(real);
                true
            }
            _ => false,
        };
        column.levels.push(i16::from(is_there));
    }
}

#[cfg(test)]
mod tests {
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::RowAccessor;

    use super::*;
    use crate::table::NUMBER_COLUMNS;
    use crate::table::specimen::scans;

    #[test]
    fn rows_come_back_in_groups_with_nulls_where_nothing_is() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut table = Box::new(ParquetTable::with_group_rows(folder.path(), 2).expect("a writable folder"));
        scans().iter().for_each(|scan| table.write_scan(scan).expect("the disk takes a row"));
        let file = table.finish(&RunRecord::default()).expect("the file can be completed");
        file.publish().expect("the file gets its name");

        let file = std::fs::File::open(folder.path().join("numbers.parquet")).expect("the file was written");
        let reader = SerializedFileReader::new(file).expect("a Parquet file");
        let metadata = reader.metadata();
        assert_eq!((metadata.num_row_groups(), metadata.file_metadata().num_rows()), (2, 3));
        assert_eq!(metadata.file_metadata().created_by(), Some("scantally version 0.1.0"));
        let mut names: Vec<&str> =
            metadata.file_metadata().schema_descr().columns().iter().map(|column| column.name()).collect();
        assert_eq!(names.remove(4), "value_number");
        assert_eq!(names, NUMBER_COLUMNS);

        let rows: Vec<_> = reader.get_row_iter(None).expect("rows").map(|row| row.expect("a row")).collect();
        let texts = |row: usize| [0, 2, 3, 6].map(|column| rows[row].get_string(column).cloned().unwrap_or_default());
        assert_eq!(texts(0), ["./=a.png", "total", "-80.50", "review"]);
        assert_eq!(texts(1), ["./=a.png", "account", "001234", "ok"]);
        assert_eq!(texts(2), ["./=a.png", "tax", "", "empty"]);
        assert_eq!(rows[0].get_double(4).expect("a number"), -80.5);
        assert_eq!(rows[0].get_double(9).expect("a confidence"), 0.03);
        assert!(rows[1].get_double(4).is_err(), "an identifier is no number");
        assert_eq!((rows[2].get_int(1).expect("a page"), rows[2].get_int(14).expect("a height")), (2, 40));
    }
}

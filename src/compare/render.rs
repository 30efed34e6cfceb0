//! A comparison for people and for spreadsheets: [`Row`]s in, a table as text or as cells out.

use super::Row;
use crate::table::text_cell;

/// The headings of the text.
const HEADINGS: [&str; 8] =
    ["reader", "test", "accuracy", "macro-F1", "calibration error", "training s", "ms a digit", "bytes"];

/// The table as text: accuracy and calibration error in percent.
pub fn text(rows: &[Row]) -> String {
    let mut lines = vec![HEADINGS.map(str::to_owned)];
    lines.extend(rows.iter().map(|row| {
        [
            row.kind.name().to_owned(),
            row.test.clone(),
            format!("{:.2} %", 100.0 * row.accuracy),
            format!("{:.4}", row.macro_f1),
            format!("{:.2} %", 100.0 * row.calibration_error),
            row.training_seconds.map_or("loaded".to_owned(), |seconds| format!("{seconds:.1}")),
            format!("{:.4}", row.ms_a_digit),
            row.bytes.to_string(),
        ]
    }));
    let widths: [usize; 8] =
        std::array::from_fn(|column| lines.iter().map(|cells| cells[column].chars().count()).max().unwrap_or(0));
    lines.iter().map(|cells| line(cells, &widths)).collect()
}

/// A line with its cells below their headings, names to the left and figures to the right.
fn line(cells: &[String; 8], widths: &[usize; 8]) -> String {
    let padded = cells.iter().zip(widths).enumerate().map(|(column, (cell, width))| match column {
        0 | 1 => format!("{cell:<width$}"),
        _ => format!("{cell:>width$}"),
    });
    format!("{}\n", padded.collect::<Vec<String>>().join("  "))
}

/// The table as cells, the header first; shares are 0 to 1, the duration of training is empty for a loaded reader.
pub fn cells(rows: &[Row]) -> Vec<Vec<String>> {
    let header = "reader,test,images,accuracy,macro_f1,calibration_error,training_seconds,ms_a_digit,bytes";
    let mut cells: Vec<Vec<String>> = vec![header.split(',').map(str::to_owned).collect()];
    cells.extend(rows.iter().map(|row| {
        vec![
            row.kind.name().to_owned(),
            text_cell(&row.test),
            row.images.to_string(),
            format!("{:.6}", row.accuracy),
            format!("{:.6}", row.macro_f1),
            format!("{:.6}", row.calibration_error),
            row.training_seconds.map_or(String::new(), |seconds| format!("{seconds:.3}")),
            format!("{:.6}", row.ms_a_digit),
            row.bytes.to_string(),
        ]
    }));
    cells
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reader::ReaderKind;

    fn rows() -> Vec<Row> {
        let row = Row {
            kind: ReaderKind::Knn,
            test: "mnist t10k".to_owned(),
            images: 10_000,
            accuracy: 0.9692,
            macro_f1: 0.9689,
            calibration_error: 0.0063,
            training_seconds: Some(7.25),
            ms_a_digit: 1.25,
            bytes: 43_179_958,
        };
        vec![row.clone(), Row { kind: ReaderKind::Tree, training_seconds: None, ..row }]
    }

    #[test]
    fn figures_stand_below_their_headings() {
        let text = text(&rows());
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3);
        assert_eq!(lines[0].len(), lines[1].len());
        assert!(lines[1].starts_with("knn     mnist t10k   96.92 %"), "{text}");
        assert!(lines[2].contains("loaded"), "{text}");
    }

    #[test]
    fn cells_are_shares_and_counts() {
        let cells = cells(&rows());
        assert_eq!(cells[0].len(), cells[1].len());
        assert_eq!(cells[1][..4], ["knn", "mnist t10k", "10000", "0.969200"]);
        assert_eq!((cells[1][6].as_str(), cells[2][6].as_str()), ("7.250", ""));
    }
}

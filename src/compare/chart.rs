//! A comparison as a picture: [`Row`]s in, a chart with a bar of errors for each reader out.

use super::Row;
use crate::evaluate::chart::{Axis, Bar, BarChart};

/// The chart: errors in percent, with the size of the model file behind each bar.
pub fn errors(rows: &[Row]) -> BarChart {
    let has_several_tests = rows.iter().any(|row| row.test != rows[0].test);
    let error = |row: &Row| 100.0 * (1.0 - row.accuracy);
    let bar = |row: &Row| Bar {
        name: match has_several_tests {
            true => format!("{}, {}", row.kind.name(), row.test),
            false => row.kind.name().to_owned(),
        },
        value: error(row),
        text: format!("{:.2} %, {}", error(row), size(row.bytes)),
    };
    let test = rows.first().filter(|_| !has_several_tests).map(|row| format!(" of {}", row.test)).unwrap_or_default();
    BarChart {
        title: format!("Wrong digits{test}"),
        across: Axis::new("errors (%)", 0.0, rows.iter().map(error).fold(0.0, f64::max)),
        bars: rows.iter().map(bar).collect(),
    }
}

/// A number of bytes in words.
fn size(bytes: usize) -> String {
    match bytes as f64 {
        bytes if bytes >= 1e6 => format!("{:.1} MB", bytes / 1e6),
        bytes => format!("{:.0} kB", bytes / 1e3),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reader::ReaderKind;

    #[test]
    fn a_bar_a_row() {
        let row = Row {
            kind: ReaderKind::Svm,
            test: "mnist t10k".to_owned(),
            images: 100,
            accuracy: 0.98,
            macro_f1: 0.98,
            calibration_error: 0.01,
            training_seconds: None,
            ms_a_digit: 0.1,
            bytes: 4_992_462,
        };
        let chart = errors(&[row.clone(), Row { kind: ReaderKind::Tree, accuracy: 0.85, bytes: 3400, ..row }]);
        assert_eq!((chart.bars[0].name.as_str(), chart.bars[0].text.as_str()), ("svm", "2.00 %, 5.0 MB"));
        assert_eq!(chart.bars[1].text, "15.00 %, 3 kB");
        assert_eq!(chart.title, "Wrong digits of mnist t10k");
        assert!(errors(&[]).bars.is_empty());
        assert!(chart.to_png().expect("a picture").starts_with(b"\x89PNG"));
    }
}

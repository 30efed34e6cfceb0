//! Reports as text for people: a [`DigitReport`] or a [`Confusion`] in, lines out.

use std::fmt::Write;

use super::confusion::{ClassFigures, Confusion};
use super::curves::{REJECT_SHARES, RejectPoint, calibration_error, reject_curve};
use super::digits::{CONFIDENT, DigitReport, error_at_one_percent_rejected};
use super::robustness::RobustnessRow;

/// How many of the most confused pairs are listed.
const LISTED_PAIRS: usize = 10;

/// The whole report: summary, classification report, confusion matrix, writers.
pub fn report(report: &DigitReport) -> String {
    let confusion = &report.confusion;
    let mut text = format!(
        "{}: {} of {} right, {:.2} % ({} errors)\n",
        if report.part.is_empty() { "all" } else { &report.part },
        confusion.total() - confusion.errors(),
        confusion.total(),
        100.0 * confusion.accuracy(),
        confusion.errors()
    );
    let percent = |share: f64| format!("{:.3} %", 100.0 * share);
    let _ = writeln!(text, "error with 1 % rejected: {}", percent(report.error_at_one_percent_rejected));
    let _ = writeln!(text, "expected calibration error (15 bins): {}", percent(report.calibration_error));
    if !report.among_digits.is_empty() {
        let outcomes = &report.among_digits;
        let (count, right) = (outcomes.len(), outcomes.iter().filter(|outcome| outcome.is_right()).count());
        let _ = writeln!(
            text,
            "among the ten digits: {right} of {count} right, {:.2} % ({} errors); error with 1 % rejected {}, calibration \
             error {}",
            100.0 * right as f64 / count as f64,
            count - right,
            percent(error_at_one_percent_rejected(outcomes)),
            percent(calibration_error(outcomes))
        );
    }
    if report.false_digits.0 > 0 {
        let (count, wrong) = report.false_digits;
        let share = percent(wrong as f64 / count as f64);
        let _ = writeln!(text, "not digits, but read as one at {CONFIDENT} or above: {wrong} of {count} ({share})");
    }
    text.push('\n');
    text.push_str(&classification_report(confusion, 4));
    let _ = write!(text, "\n{}", confusion_matrix(confusion));
    text.push_str(&most_confused(confusion));
    text.push_str(&reject_table(&reject_curve(&report.outcomes, &REJECT_SHARES)));
    for (writer, (count, errors)) in &report.writers {
        let right = 100.0 * (count - errors) as f64 / *count as f64;
        let _ = writeln!(text, "writer {writer:>3}: {right:.2} % of {count} ({errors} errors)");
    }
    text
}

/// The pairs of classes that were most often taken for each other, a line each; empty without errors.
pub fn most_confused(confusion: &Confusion) -> String {
    let pairs = confusion.most_confused();
    let mut text = String::from(if pairs.is_empty() { "" } else { "\nmost confused\n" });
    for (truth, read, count) in pairs.into_iter().take(LISTED_PAIRS) {
        let _ = writeln!(text, "{:>8} read as {:<8} {count}", truth.name(), read.name());
    }
    text
}

/// The errors that are left when the least certain readings are set aside, a line a share.
pub fn reject_table(points: &[RejectPoint]) -> String {
    let mut text = String::from("\nerror against reject rate\n rejected     error   errors\n");
    for point in points {
        let (rejected, error) = (100.0 * point.rejected, 100.0 * point.error());
        let _ = writeln!(text, "{rejected:>7.1} % {error:>7.3} % {:>8}", point.errors);
    }
    text
}

/// The accuracy under each distortion, a line each, with the distance to the clean images in points.
pub fn robustness_table(rows: &[RobustnessRow]) -> String {
    let mut text =
        format!("{:<20} {:>9} {:>8} {:>14} {:>8}\n", "robustness", "strict", "points", "among digits", "points");
    let clean = rows.first().map_or((0.0, 0.0), |row| (row.accuracy(), row.accuracy_among_digits()));
    for row in rows {
        let (strict, among) = (100.0 * row.accuracy(), 100.0 * row.accuracy_among_digits());
        // Adding 0 takes the sign off a difference that rounds to nothing.
        let points = |percent: f64, clean: f64| ((percent - 100.0 * clean) * 100.0).round() / 100.0 + 0.0;
        let (strict_points, among_points) = (points(strict, clean.0), points(among, clean.1));
        let name = row.distortion.name();
        let _ = writeln!(text, "{name:<20} {strict:>7.2} % {strict_points:>+8.2} {among:>12.2} % {among_points:>+8.2}");
    }
    text
}

/// Precision, recall and F1 of each class in the form that scikit-learn prints, with so many decimals.
pub fn classification_report(confusion: &Confusion, decimals: usize) -> String {
    let classes = confusion.classes();
    let width = classes.iter().map(|&class| class.name().len()).max().unwrap_or(0).max("weighted avg".len());
    let mut text = format!("{:>width$}  {:>9} {:>9} {:>9} {:>9}\n\n", "", "precision", "recall", "f1-score", "support");
    let line = |name: &str, figures: ClassFigures| {
        let ClassFigures { precision, recall, f1, support } = figures;
        format!("{name:>width$}  {precision:>9.decimals$} {recall:>9.decimals$} {f1:>9.decimals$} {support:>9}\n")
    };
    let figures: Vec<ClassFigures> = classes.iter().map(|&class| confusion.figures(class)).collect();
    for (&class, &figures) in classes.iter().zip(&figures) {
        text.push_str(&line(&class.name(), figures));
    }
    let total = confusion.total();
    let _ = writeln!(
        text,
        "\n{:>width$}  {:>9} {:>9} {:>9.decimals$} {total:>9}",
        "accuracy",
        "",
        "",
        confusion.accuracy()
    );
    let even = |_: &ClassFigures| 1.0 / figures.len().max(1) as f64;
    let weighted = |figures: &ClassFigures| figures.support as f64 / total.max(1) as f64;
    text.push_str(&line("macro avg", mean(&figures, even, total)));
    text.push_str(&line("weighted avg", mean(&figures, weighted, total)));
    text
}

fn mean(figures: &[ClassFigures], weight: impl Fn(&ClassFigures) -> f64, support: usize) -> ClassFigures {
    let sum = |pick: fn(&ClassFigures) -> f64| figures.iter().map(|figures| pick(figures) * weight(figures)).sum();
    ClassFigures { precision: sum(|f| f.precision), recall: sum(|f| f.recall), f1: sum(|f| f.f1), support }
}

/// The matrix: a row a class that was there, a column a class that was read.
pub fn confusion_matrix(confusion: &Confusion) -> String {
    let classes = confusion.classes();
    let mut text = format!("{:>9}", "is \\ read");
    for &class in &classes {
        let _ = write!(text, " {:>8}", class.name());
    }
    text.push('\n');
    for &truth in &classes {
        let _ = write!(text, "{:>9}", truth.name());
        for &read in &classes {
            let _ = write!(text, " {:>8}", confusion.count(truth, read));
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::distortion::Distortion;
    use crate::reader::Class;

    fn small() -> Confusion {
        let mut confusion = Confusion::new();
        let (one, seven) = (Class::Digit(1), Class::Digit(7));
        for (truth, read, times) in [(one, one, 3), (one, seven, 1), (seven, seven, 4)] {
            (0..times).for_each(|_| confusion.add(truth, read));
        }
        confusion
    }

    #[test]
    fn the_classification_report_is_that_of_scikit_learn() {
        // As sklearn.metrics.classification_report([1]*4 + [7]*4, [1]*3 + [7]*5) prints it.
        let expected = "
              precision    recall  f1-score   support

           1       1.00      0.75      0.86         4
           7       0.80      1.00      0.89         4

    accuracy                           0.88         8
   macro avg       0.90      0.88      0.87         8
weighted avg       0.90      0.88      0.87         8
";
        assert_eq!(format!("\n{}", classification_report(&small(), 2)), expected);
    }

    #[test]
    fn the_matrix_has_a_row_a_class() {
        let lines: Vec<String> = confusion_matrix(&small()).lines().map(str::to_owned).collect();
        assert_eq!(
            lines,
            ["is \\ read        1        7", "        1        3        1", "        7        0        4"]
        );
        assert_eq!(most_confused(&small()), "\nmost confused\n       1 read as 7        1\n");
    }

    /// The confusion matrix that the original project published, and the report that scikit-learn 1.x makes of it.
    #[test]
    fn the_published_matrix_gives_its_report() -> crate::error::Result<()> {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
        let confusion = Confusion::from_csv(&folder.join("original-confusion.csv"))?;
        assert_eq!((confusion.total(), confusion.errors()), (10_000, 235));
        assert_eq!(classification_report(&confusion, 2), include_str!("../../tests/golden/original-report.txt"));
        Ok(())
    }

    #[test]
    fn tables_line_up() {
        let points =
            [RejectPoint { rejected: 0.0, left: 200, errors: 1 }, RejectPoint { rejected: 0.5, left: 100, errors: 0 }];
        assert_eq!(
            reject_table(&points),
            "\nerror against reject rate\n rejected     error   errors\n    0.0 %   0.500 %        1\n   50.0 %   0.000 %        0\n"
        );
        let row = |distortion, right| RobustnessRow { distortion, images: 200, right, right_among_digits: right + 1 };
        assert_eq!(
            robustness_table(&[row(Distortion::Clean, 198), row(Distortion::Shift(1), 197)]),
            "robustness              strict   points   among digits   points\n\
             clean                  99.00 %    +0.00        99.50 %    +0.00\n\
             shifted by 1 px        98.50 %    -0.50        99.00 %    -0.50\n"
        );
    }
}

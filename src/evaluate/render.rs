//! Reports as text for people: a [`DigitReport`] or a [`Confusion`] in, lines out.

use std::fmt::Write;

use super::confusion::{ClassFigures, Confusion};
use super::digits::{CONFIDENT, DigitReport};
use crate::reader::Class;

/// How many of the most confused pairs are listed.
const LISTED_PAIRS: usize = 10;

/// The name of a class in reports.
pub fn class_name(class: Class) -> String {
    match class {
        Class::Digit(digit) => digit.to_string(),
        Class::Point => "point".to_owned(),
        Class::Comma => "comma".to_owned(),
        Class::Dash => "dash".to_owned(),
        Class::Slash => "slash".to_owned(),
        Class::Dollar => "dollar".to_owned(),
        Class::NotADigit => "no digit".to_owned(),
    }
}

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
    if report.among_digits.0 > 0 {
        let (count, right) = report.among_digits;
        let share = 100.0 * right as f64 / count as f64;
        let _ = writeln!(text, "the most probable of the ten digits is right for {right} of {count}, {share:.2} %");
    }
    let _ = writeln!(text, "error with 1 % rejected: {}", percent(report.error_at_one_percent_rejected));
    let _ = writeln!(text, "expected calibration error (15 bins): {}", percent(report.calibration_error));
    if report.false_digits.0 > 0 {
        let (count, wrong) = report.false_digits;
        let share = percent(wrong as f64 / count as f64);
        let _ = writeln!(text, "not digits, but read as one at {CONFIDENT} or above: {wrong} of {count} ({share})");
    }
    let _ = writeln!(text, "digits a second on one thread: {:.0}\n", report.digits_a_second);
    text.push_str(&classification_report(confusion, 4));
    let _ = write!(text, "\n{}", confusion_matrix(confusion));
    let pairs = most_confused(confusion);
    if !pairs.is_empty() {
        text.push_str("\nmost confused\n");
    }
    for (truth, read, count) in pairs {
        let _ = writeln!(text, "{:>8} read as {:<8} {count}", class_name(truth), class_name(read));
    }
    for (writer, (count, errors)) in &report.writers {
        let right = 100.0 * (count - errors) as f64 / *count as f64;
        let _ = writeln!(text, "writer {writer:>3}: {right:.2} % of {count} ({errors} errors)");
    }
    text
}

/// Precision, recall and F1 of each class in the form that scikit-learn prints, with so many decimals.
pub fn classification_report(confusion: &Confusion, decimals: usize) -> String {
    let classes = confusion.classes();
    let width = classes.iter().map(|&class| class_name(class).len()).max().unwrap_or(0).max("weighted avg".len());
    let mut text = format!("{:>width$}  {:>9} {:>9} {:>9} {:>9}\n\n", "", "precision", "recall", "f1-score", "support");
    let line = |name: &str, figures: ClassFigures| {
        let ClassFigures { precision, recall, f1, support } = figures;
        format!("{name:>width$}  {precision:>9.decimals$} {recall:>9.decimals$} {f1:>9.decimals$} {support:>9}\n")
    };
    let figures: Vec<ClassFigures> = classes.iter().map(|&class| confusion.figures(class)).collect();
    for (&class, &figures) in classes.iter().zip(&figures) {
        text.push_str(&line(&class_name(class), figures));
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
        let _ = write!(text, " {:>8}", class_name(class));
    }
    text.push('\n');
    for &truth in &classes {
        let _ = write!(text, "{:>9}", class_name(truth));
        for &read in &classes {
            let _ = write!(text, " {:>8}", confusion.count(truth, read));
        }
        text.push('\n');
    }
    text
}

/// The pairs of classes that were taken for each other most often: truth, reading, count.
fn most_confused(confusion: &Confusion) -> Vec<(Class, Class, usize)> {
    let classes = confusion.classes();
    let mut pairs = Vec::new();
    for &truth in &classes {
        let others = classes.iter().filter(|read| **read != truth);
        pairs.extend(others.map(|&read| (truth, read, confusion.count(truth, read))).filter(|pair| pair.2 > 0));
    }
    pairs.sort_by(|a, b| b.2.cmp(&a.2).then((a.0.index(), a.1.index()).cmp(&(b.0.index(), b.1.index()))));
    pairs.truncate(LISTED_PAIRS);
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(most_confused(&small()), [(Class::Digit(1), Class::Digit(7), 1)]);
    }
}

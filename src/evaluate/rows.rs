//! Reports as tables for machines: named [`DigitReport`]s in, the cells of a CSV out, the header first.

use super::curves::{REJECT_SHARES, reject_curve, reliability};
use super::digits::DigitReport;
use super::robustness::RobustnessRow;
use crate::table::text_cell;

/// What was measured, such as the folder, and the report.
pub type Named = (String, DigitReport);

/// Precision, recall and F1 of each class.
pub fn classes(reports: &[Named]) -> Vec<Vec<String>> {
    table("data,part,class,precision,recall,f1,support", reports, |report| {
        let row = |class| {
            let figures = report.confusion.figures(class);
            let shares = [figures.precision, figures.recall, figures.f1].map(|share| format!("{share:.4}"));
            [vec![class.name()], shares.to_vec(), vec![figures.support.to_string()]].concat()
        };
        report.confusion.classes().into_iter().map(row).collect()
    })
}

/// How often each class was read as each, a row a pair.
pub fn confusion(reports: &[Named]) -> Vec<Vec<String>> {
    table("data,part,truth,read,count", reports, |report| {
        let classes = report.confusion.classes();
        let pairs = classes.iter().flat_map(|truth| classes.iter().map(move |read| (*truth, *read)));
        pairs
            .map(|(truth, read)| vec![truth.name(), read.name(), report.confusion.count(truth, read).to_string()])
            .collect()
    })
}

/// The pairs that were confused, the most frequent first.
pub fn confused(reports: &[Named]) -> Vec<Vec<String>> {
    table("data,part,truth,read,count", reports, |report| {
        let pairs = report.confusion.most_confused();
        pairs.into_iter().map(|(truth, read, count)| vec![truth.name(), read.name(), count.to_string()]).collect()
    })
}

/// Every glyph that was read wrong, in the order of [`DigitReport::mistakes`]; `index` is its place in the part, from 0.
pub fn mistakes(reports: &[Named]) -> Vec<Vec<String>> {
    table("data,part,truth,read,confidence,index", reports, |report| {
        let row = |index: usize| {
            let outcome = &report.outcomes[index];
            vec![outcome.truth.name(), outcome.read.name(), share(f64::from(outcome.confidence)), index.to_string()]
        };
        report.mistakes().into_iter().map(row).collect()
    })
}

/// The reliability diagram, a row a bin of confidence.
pub fn reliability_bins(reports: &[Named]) -> Vec<Vec<String>> {
    table("data,part,from,to,count,confidence,accuracy", reports, |report| {
        let bins = reliability(&report.outcomes).into_iter();
        bins.map(|bin| {
            let empty_or = |value: f64| if bin.count == 0 { String::new() } else { share(value) };
            vec![
                share(bin.from),
                share(bin.to),
                bin.count.to_string(),
                empty_or(bin.confidence),
                empty_or(bin.accuracy),
            ]
        })
        .collect()
    })
}

/// Error against the share that is set aside.
pub fn rejection(reports: &[Named]) -> Vec<Vec<String>> {
    table("data,part,rejected,left,errors,error", reports, |report| {
        let points = reject_curve(&report.outcomes, &REJECT_SHARES).into_iter();
        let row = |rejected: f64, left: usize, errors: usize, error: f64| {
            vec![share(rejected), left.to_string(), errors.to_string(), format!("{error:.6}")]
        };
        points.map(|point| row(point.rejected, point.left, point.errors, point.error())).collect()
    })
}

/// The accuracy of each part under each distortion.
pub fn robustness(parts: &[(String, String, Vec<RobustnessRow>)]) -> Vec<Vec<String>> {
    let mut rows = vec![cells("data,part,distortion,images,accuracy,accuracy_among_digits")];
    for (data, part, of_part) in parts {
        rows.extend(of_part.iter().map(|row| {
            let shares = [row.accuracy(), row.accuracy_among_digits()].map(share);
            let named = vec![text_cell(data), text_cell(part), row.distortion.name(), row.images.to_string()];
            [named, shares.to_vec()].concat()
        }));
    }
    rows
}

fn table(header: &str, reports: &[Named], rows_of: impl Fn(&DigitReport) -> Vec<Vec<String>>) -> Vec<Vec<String>> {
    let mut rows = vec![cells(header)];
    for (data, report) in reports {
        let named = |row: Vec<String>| [vec![text_cell(data), text_cell(&report.part)], row].concat();
        rows.extend(rows_of(report).into_iter().map(named));
    }
    rows
}

fn cells(header: &str) -> Vec<String> {
    header.split(',').map(str::to_owned).collect()
}

fn share(value: f64) -> String {
    format!("{value:.4}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::confusion::Confusion;
    use crate::evaluate::curves::Outcome;
    use crate::reader::Class;

    fn report() -> Named {
        let outcome =
            |truth, read, confidence| Outcome { truth: Class::Digit(truth), read: Class::Digit(read), confidence };
        let outcomes = vec![outcome(1, 1, 0.99), outcome(4, 9, 0.75), outcome(1, 7, 0.5), outcome(4, 9, 0.875)];
        let mut confusion = Confusion::new();
        outcomes.iter().for_each(|outcome| confusion.add(outcome.truth, outcome.read));
        ("=digits".to_owned(), DigitReport { part: "t10k".to_owned(), outcomes, confusion, ..DigitReport::default() })
    }

    fn text(rows: &[Vec<String>]) -> Vec<String> {
        rows.iter().map(|row| row.join(",")).collect()
    }

    #[test]
    fn every_row_says_what_it_is_about() {
        let reports = [report()];
        for rows in [classes(&reports), confusion(&reports), reliability_bins(&reports), rejection(&reports)] {
            assert!(rows.len() > 4 && rows.iter().all(|row| row.len() == rows[0].len()), "{rows:?}");
            assert!(rows[1..].iter().all(|row| row[0] == "'=digits" && row[1] == "t10k"));
        }
        assert_eq!(text(&confused(&reports))[1..], ["'=digits,t10k,4,9,2", "'=digits,t10k,1,7,1"]);
    }

    #[test]
    fn mistakes_begin_with_the_most_confused_pair_and_its_surest_error() {
        assert_eq!(
            text(&mistakes(&[report()]))[1..],
            ["'=digits,t10k,4,9,0.8750,3", "'=digits,t10k,4,9,0.7500,1", "'=digits,t10k,1,7,0.5000,2"]
        );
    }
}

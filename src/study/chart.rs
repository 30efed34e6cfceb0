//! A study as a picture: its runs in, a chart with a row a setting out.

use super::summary::{spread, summaries};
use super::{Run, Setting};
use crate::evaluate::chart::{Axis, DotChart, DotRow};

/// The accuracy of each setting with its spread over seeds; what all settings have in common stands in the title.
pub fn chart(runs: &[Run]) -> DotChart {
    let of_settings = summaries(runs);
    let settings: Vec<&Setting> = of_settings.iter().map(|summary| &summary.setting).collect();
    let differing: Vec<bool> = (0..LABELS.len())
        .map(|label| settings.iter().any(|setting| labels(setting)[label] != labels(settings[0])[label]))
        .collect();
    let (mut groups, mut rows): (Vec<&[usize]>, Vec<DotRow>) = (Vec::new(), Vec::new());
    for summary in &of_settings {
        let widths = summary.setting.widths.as_slice();
        let group = groups.iter().position(|known| *known == widths).unwrap_or(groups.len());
        if group == groups.len() {
            groups.push(widths);
        }
        let percent = summary.accuracies.iter().map(|accuracy| 100.0 * accuracy).collect();
        rows.push(DotRow::of_values(text(&summary.setting, |label| differing[label]), group, percent));
    }
    let ends = rows.iter().flat_map(|row| [row.low, row.high].into_iter().chain(row.values.iter().copied()));
    DotChart {
        title: settings.first().map_or(String::new(), |setting| text(setting, |label| !differing[label])),
        remark: remark(runs),
        across: Axis::around("validation accuracy (%)", ends.collect::<Vec<f64>>()),
        rows,
    }
}

fn remark(runs: &[Run]) -> String {
    let images = runs.first().map_or(0, |run| run.validation.images);
    let sampling = spread(runs).map_or(0.0, |spread| 100.0 * spread.sampling);
    format!(
        "small dots: single runs; large dot and bar: mean and standard deviation over seeds; {images} images leave a \
         sampling error of {sampling:.2} points"
    )
}

const LABELS: [&str; 6] = ["channels", "kernel", "pooling", "rate", "epochs", "batch"];

fn labels(setting: &Setting) -> [String; LABELS.len()] {
    [
        setting.widths_text(),
        setting.kernel.to_string(),
        setting.pooling.as_str().to_owned(),
        setting.learning_rate.to_string(),
        setting.epochs.to_string(),
        setting.batch_size.to_string(),
    ]
}

/// The chosen properties of a setting, such as `channels 64-32, batch 16`.
fn text(setting: &Setting, is_chosen: impl Fn(usize) -> bool) -> String {
    let values = labels(setting);
    let chosen = (0..LABELS.len()).filter(|&label| is_chosen(label));
    chosen.map(|label| format!("{} {}", LABELS[label], values[label])).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::{Figures, Trial};

    #[test]
    fn rows_name_what_differs_and_the_title_what_does_not() {
        let run = |width, batch_size, seed, accuracy| Run {
            trial: Trial { setting: Setting { batch_size, ..Setting::plain(vec![width]) }, seed, train_images: 9 },
            validation: Figures { images: 100, accuracy, macro_f1: accuracy },
            test: None,
            loss: 0.0,
            seconds: 1.0,
        };
        let chart = chart(&[
            run(8, 16, 1, 0.9),
            run(8, 16, 2, 0.8),
            run(8, 64, 1, 0.7),
            run(16, 16, 1, 0.95),
            run(16, 64, 1, 0.9),
        ]);
        assert_eq!(chart.title, "kernel 3, pooling none, rate 0.001, epochs 1");
        let names: Vec<&str> = chart.rows.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(
            names,
            ["channels 8, batch 16", "channels 8, batch 64", "channels 16, batch 16", "channels 16, batch 64"]
        );
        assert_eq!(chart.rows.iter().map(|row| row.group).collect::<Vec<_>>(), [0, 0, 1, 1]);
        assert!((chart.rows[0].middle - 85.0).abs() < 1e-9 && chart.rows[0].values.len() == 2);
    }
}

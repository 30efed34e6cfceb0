//! What the runs of a study say: runs in, the mean and spread of each setting and of all out.

use super::{Run, Setting};

/// The runs of one setting, on validation images.
#[derive(Clone, Debug, PartialEq)]
pub struct SettingSummary {
    /// The setting.
    pub setting: Setting,
    /// The accuracy of each run, 0 to 1, in the order of the runs.
    pub accuracies: Vec<f64>,
    /// The mean accuracy on test images, where they were measured.
    pub test_mean: Option<f64>,
    /// The mean duration of a run in seconds.
    pub seconds: f64,
}

impl SettingSummary {
    /// The mean accuracy, 0 to 1.
    pub fn mean(&self) -> f64 {
        mean(&self.accuracies)
    }

    /// The standard deviation of the accuracy over seeds; 0 of a single run.
    pub fn deviation(&self) -> f64 {
        deviation(&self.accuracies)
    }
}

/// Where the differences between runs come from, as standard deviations of the validation accuracy (0 to 1).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// Between runs that differ by nothing but their seed: the root of the mean variance within settings.
    pub seeds: f64,
    /// Between the means of settings.
    pub settings: f64,
    /// What would be left of the latter if settings made no difference: the former by the root of the number of seeds.
    pub settings_by_chance: f64,
    /// What another draw of as many validation images would change, at the mean accuracy (binomial).
    pub sampling: f64,
}

/// The settings in the order in which they first occur.
pub fn summaries(runs: &[Run]) -> Vec<SettingSummary> {
    let mut settings: Vec<&Setting> = Vec::new();
    for run in runs {
        if !settings.contains(&&run.trial.setting) {
            settings.push(&run.trial.setting);
        }
    }
    let summary = |setting: &Setting| {
        let own: Vec<&Run> = runs.iter().filter(|run| run.trial.setting == *setting).collect();
        let tests: Vec<f64> = own.iter().filter_map(|run| run.test.map(|test| test.accuracy)).collect();
        SettingSummary {
            setting: setting.clone(),
            accuracies: own.iter().map(|run| run.validation.accuracy).collect(),
            test_mean: (tests.len() == own.len()).then(|| mean(&tests)),
            seconds: mean(&own.iter().map(|run| run.seconds).collect::<Vec<f64>>()),
        }
    };
    settings.into_iter().map(summary).collect()
}

/// Compares the spread over seeds with that over settings; `None` of no runs.
pub fn spread(runs: &[Run]) -> Option<Spread> {
    let of_settings = summaries(runs);
    let images = runs.first()?.validation.images.max(1) as f64;
    let degrees: usize = of_settings.iter().map(|summary| summary.accuracies.len() - 1).sum();
    let squares = |summary: &SettingSummary| summary.deviation().powi(2) * (summary.accuracies.len() - 1) as f64;
    let seeds = (of_settings.iter().map(squares).sum::<f64>() / degrees.max(1) as f64).sqrt();
    let means: Vec<f64> = of_settings.iter().map(SettingSummary::mean).collect();
    let runs_a_setting = runs.len() as f64 / of_settings.len().max(1) as f64;
    let accuracy = mean(&means);
    Some(Spread {
        seeds,
        settings: deviation(&means),
        settings_by_chance: seeds / runs_a_setting.sqrt(),
        sampling: (accuracy * (1.0 - accuracy) / images).sqrt(),
    })
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// The standard deviation of a sample.
fn deviation(values: &[f64]) -> f64 {
    let mean = mean(values);
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    if values.len() < 2 { 0.0 } else { (squares / (values.len() - 1) as f64).sqrt() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::{Figures, Trial};

    fn run(width: usize, seed: u64, accuracy: f64) -> Run {
        let figures = Figures { images: 10_000, accuracy, macro_f1: accuracy };
        let trial = Trial { setting: Setting::plain(vec![width]), seed, train_images: 100 };
        Run { trial, validation: figures, test: None, loss: 0.1, seconds: 2.0 }
    }

    #[test]
    fn seeds_and_settings_are_told_apart() {
        let runs = [run(8, 1, 0.96), run(8, 2, 0.98), run(16, 1, 0.98), run(16, 2, 1.0)];
        let of_settings = summaries(&runs);
        assert_eq!(of_settings.len(), 2);
        assert!((of_settings[0].mean() - 0.97).abs() < 1e-12 && (of_settings[1].mean() - 0.99).abs() < 1e-12);
        let spread = spread(&runs).expect("runs");
        let root = 2f64.sqrt();
        assert!((spread.seeds - 0.02 / root).abs() < 1e-12 && (spread.settings - 0.02 / root).abs() < 1e-12);
        assert!((spread.settings_by_chance - 0.01).abs() < 1e-12);
        assert!((spread.sampling - 0.0014).abs() < 1e-6);
    }

    #[test]
    fn single_runs_have_no_spread() {
        assert_eq!(spread(&[]), None);
        let one = spread(&[run(8, 1, 0.9)]).expect("a run");
        assert_eq!((one.seeds, one.settings), (0.0, 0.0));
        assert_eq!(summaries(&[run(8, 1, 0.9)])[0].test_mean, None);
    }
}

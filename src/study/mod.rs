//! Studies of small networks: labelled digits and a grid of settings in, one [`Run`] a setting and seed out.
//!
//! Every run trains a plain network (convolutions, rectifiers, one dense layer, as the original project had them) on the same
//! undistorted images in another order and from another start, and is measured on validation images. Test images, where named,
//! are measured too, but decide nothing.

mod chart;
mod grid;
mod material;
mod summary;
mod table;
mod training;

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

pub use chart::chart;
pub use grid::{Grid, Pooling, Setting};
pub use material::Material;
pub use summary::{SettingSummary, Spread, spread, summaries};
pub use table::StudyTable;

use crate::error::Result;

/// What to study.
#[derive(Clone, Debug)]
pub struct StudyRequest {
    /// Folders of labelled digits; parts named t10k, test or validation in them are not trained on.
    pub data: Vec<PathBuf>,
    /// A part of these folders that is measured too, such as t10k.
    pub test: Option<String>,
    /// The settings, each with every seed.
    pub settings: Vec<Setting>,
    /// Seeds 1 to this.
    pub seeds: u64,
    /// Train on so many images at most, drawn once for all runs.
    pub images: Option<usize>,
    /// Runs that go on side by side; their results do not depend on it.
    pub threads: usize,
}

/// One training: what was asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Trial {
    /// The network and how it is trained.
    pub setting: Setting,
    /// Decides the start and the order of the images.
    pub seed: u64,
    /// Images trained on.
    pub train_images: usize,
}

/// How well a trained network reads a group of images.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figures {
    /// How many images.
    pub images: usize,
    /// The share read right, 0 to 1.
    pub accuracy: f64,
    /// The mean F1 of the ten classes, 0 to 1.
    pub macro_f1: f64,
}

/// One training: what came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// What was asked.
    pub trial: Trial,
    /// On validation images.
    pub validation: Figures,
    /// On test images, where some were named.
    pub test: Option<Figures>,
    /// Mean cross-entropy over the last epoch.
    pub loss: f64,
    /// Duration in seconds, on one thread.
    pub seconds: f64,
}

/// The trials of a request, setting by setting; `train_images` is what the material holds.
pub fn trials(request: &StudyRequest, train_images: usize) -> Vec<Trial> {
    let seeds = |setting: &Setting| {
        let setting = setting.clone();
        (1..=request.seeds).map(move |seed| Trial { setting: setting.clone(), seed, train_images })
    };
    request.settings.iter().flat_map(seeds).collect()
}

/// Runs trials on `threads` threads and hands each result to `finished` as soon as it is there.
///
/// # Errors
/// The first error of a training or of `finished`; runs that go on side by side are still finished then.
pub fn run_all(
    material: &Material,
    trials: &[Trial],
    threads: usize,
    finished: &mut (dyn FnMut(&Run) -> Result<()> + Send),
) -> Result<()> {
    let (next, state) = (AtomicUsize::new(0), Mutex::new((finished, Ok(()))));
    let work = || {
        while let Some(trial) = trials.get(next.fetch_add(1, Ordering::Relaxed)) {
            let run = training::train(material, trial);
            let mut state = state.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            let (finished, outcome) = &mut *state;
            if outcome.is_ok() {
                *outcome = run.and_then(|run| finished(&run));
            }
            if outcome.is_err() {
                return;
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads.min(trials.len()) {
            scope.spawn(work);
        }
        work();
    });
    state.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner()).1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    #[test]
    fn trials_come_setting_by_setting_and_stop_at_an_error() {
        let settings = vec![Setting::plain(vec![2]), Setting::plain(vec![3])];
        let request = StudyRequest { data: Vec::new(), test: None, settings, seeds: 2, images: None, threads: 2 };
        let material = Material::drawn(40);
        let trials = trials(&request, material.train_images());
        let seeds: Vec<(usize, u64)> = trials.iter().map(|trial| (trial.setting.widths[0], trial.seed)).collect();
        assert_eq!(seeds, [(2, 1), (2, 2), (3, 1), (3, 2)]);
        let mut count = 0;
        run_all(&material, &trials, 2, &mut |_| {
            count += 1;
            Ok(())
        })
        .expect("four runs");
        assert_eq!(count, 4);
        let full =
            |_: &Run| Err(Error::Output { path: PathBuf::from("study.csv"), reason: "the disk is full".to_owned() });
        assert!(run_all(&material, &trials, 1, &mut { full }).is_err());
    }

    #[test]
    fn runs_do_not_depend_on_the_threads() {
        let request = StudyRequest {
            data: Vec::new(),
            test: None,
            settings: vec![Setting::plain(vec![2])],
            seeds: 3,
            images: None,
            threads: 1,
        };
        let material = Material::drawn(40);
        let all = |threads| {
            let mut runs = Vec::new();
            let collected = run_all(&material, &trials(&request, 40), threads, &mut |run| {
                runs.push(Run { seconds: 0.0, ..run.clone() });
                Ok(())
            });
            collected.expect("three runs");
            runs.sort_by_key(|run| run.trial.seed);
            runs
        };
        assert_eq!(all(1), all(3));
        assert_ne!(all(1)[0].loss, all(1)[1].loss);
    }
}

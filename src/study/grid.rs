//! The settings of a study: lists of values in, every combination of them, or a random choice, out.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_pcg::Pcg64Mcg;

use crate::reader::architecture::{Architecture, Layer};

/// Classes of a study: the ten digits.
pub(super) const CLASSES: usize = 10;

/// What follows each hidden layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pooling {
    /// Nothing.
    None,
    /// The greatest of each 2x2 block.
    Max,
}

impl Pooling {
    /// Its name in tables and arguments.
    pub const fn as_str(self) -> &'static str {
        match self {
            Pooling::None => "none",
            Pooling::Max => "max",
        }
    }

    /// The pooling of this [name](Self::as_str).
    pub fn named(name: &str) -> Option<Self> {
        [Pooling::None, Pooling::Max].into_iter().find(|pooling| pooling.as_str() == name)
    }
}

/// One network and how it is trained.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// Channels of each hidden layer; as many layers as there are entries.
    pub widths: Vec<usize>,
    /// Width and height of the kernels of the hidden layers, in pixels.
    pub kernel: usize,
    /// What follows each hidden layer.
    pub pooling: Pooling,
    /// Images a step.
    pub batch_size: usize,
    /// The step size of Adam, the same from the first step to the last.
    pub learning_rate: f32,
    /// How often every image is shown.
    pub epochs: usize,
}

impl Setting {
    /// A 3x3 network without pooling, trained once over the images in batches of 32 at a rate of 0.001.
    pub fn plain(widths: Vec<usize>) -> Self {
        Self { widths, kernel: 3, pooling: Pooling::None, batch_size: 32, learning_rate: 0.001, epochs: 1 }
    }

    /// The network, or `None` where its layers do not fit into an image.
    pub fn architecture(&self) -> Option<Architecture> {
        let hidden = |&channels: &usize| Layer {
            channels,
            kernel: self.kernel,
            padding: 0,
            normalised: false,
            rectified: true,
            pooled: self.pooling == Pooling::Max,
        };
        let dense = |kernel| Layer {
            channels: CLASSES,
            kernel,
            padding: 0,
            normalised: false,
            rectified: false,
            pooled: false,
        };
        let layers: Vec<Layer> = self.widths.iter().map(hidden).collect();
        // The dense layer covers what the hidden ones leave: the one size that makes the layers end in one pixel.
        (1..=crate::glyph::GLYPH_SIZE_PX)
            .map(|kernel| Architecture { layers: [layers.clone(), vec![dense(kernel)]].concat() })
            .find(|architecture| architecture.sizes().is_some())
    }

    /// The widths as tables and arguments have them, such as `64-32`.
    pub fn widths_text(&self) -> String {
        let widths: Vec<String> = self.widths.iter().map(usize::to_string).collect();
        widths.join("-")
    }

    /// Reads [`Setting::widths_text`]; `None` for anything else.
    pub fn widths_of(text: &str) -> Option<Vec<usize>> {
        text.split('-').map(|width| width.trim().parse().ok().filter(|&width| width > 0)).collect()
    }
}

/// The values that a study combines.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    /// See [`Setting::widths`].
    pub widths: Vec<Vec<usize>>,
    /// See [`Setting::kernel`].
    pub kernels: Vec<usize>,
    /// See [`Setting::pooling`].
    pub poolings: Vec<Pooling>,
    /// See [`Setting::batch_size`].
    pub batch_sizes: Vec<usize>,
    /// See [`Setting::learning_rate`].
    pub learning_rates: Vec<f32>,
    /// See [`Setting::epochs`].
    pub epochs: Vec<usize>,
}

impl Grid {
    /// Every combination, widths changing slowest; networks that do not fit into an image are left out.
    pub fn settings(&self) -> Vec<Setting> {
        let mut settings = vec![Setting::plain(Vec::new())];
        settings = combined(settings, &self.widths, |setting, widths| setting.widths.clone_from(widths));
        settings = combined(settings, &self.kernels, |setting, &kernel| setting.kernel = kernel);
        settings = combined(settings, &self.poolings, |setting, &pooling| setting.pooling = pooling);
        settings = combined(settings, &self.learning_rates, |setting, &rate| setting.learning_rate = rate);
        settings = combined(settings, &self.epochs, |setting, &epochs| setting.epochs = epochs);
        settings = combined(settings, &self.batch_sizes, |setting, &size| setting.batch_size = size);
        settings.retain(|setting| setting.architecture().is_some());
        settings
    }

    /// So many of the combinations at most, drawn by `seed`, in the order of [`Grid::settings`].
    pub fn sample(&self, count: usize, seed: u64) -> Vec<Setting> {
        let settings = self.settings();
        let mut places: Vec<usize> = (0..settings.len()).collect();
        places.shuffle(&mut Pcg64Mcg::seed_from_u64(seed));
        places.truncate(count);
        places.sort_unstable();
        places.into_iter().map(|place| settings[place].clone()).collect()
    }
}

fn combined<T>(settings: Vec<Setting>, values: &[T], set: impl Fn(&mut Setting, &T)) -> Vec<Setting> {
    let with = |setting: &Setting, value: &T| {
        let mut setting = setting.clone();
        set(&mut setting, value);
        setting
    };
    settings.iter().flat_map(|setting| values.iter().map(|value| with(setting, value)).collect::<Vec<_>>()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid() -> Grid {
        Grid {
            widths: vec![vec![4], vec![64, 32]],
            kernels: vec![3, 5],
            poolings: vec![Pooling::None, Pooling::Max],
            batch_sizes: vec![16, 64],
            learning_rates: vec![0.001],
            epochs: vec![2],
        }
    }

    #[test]
    fn the_original_network_is_one_of_the_settings() {
        let setting = Setting::plain(vec![64, 32]);
        assert_eq!(setting.architecture(), Some(Architecture::original()));
        assert_eq!(setting.widths_text(), "64-32");
        assert_eq!(Setting::widths_of("64-32"), Some(vec![64, 32]));
        assert_eq!((Setting::widths_of(""), Setting::widths_of("8-0"), Setting::widths_of("a")), (None, None, None));
    }

    #[test]
    fn a_grid_has_every_combination_that_fits() {
        let settings = grid().settings();
        assert_eq!(settings.len(), 16);
        assert!((0..16).all(|a| (0..a).all(|b| settings[a] != settings[b])));
        let deep = Grid { widths: vec![vec![4; 5]], poolings: vec![Pooling::Max], ..grid() };
        assert!(deep.settings().is_empty(), "five poolings leave nothing of 28 pixels");
    }

    #[test]
    fn a_sample_hangs_on_its_seed() {
        let sample = grid().sample(5, 1);
        assert_eq!((sample.len(), &sample), (5, &grid().sample(5, 1)));
        assert_ne!(sample, grid().sample(5, 2));
        assert_eq!(grid().sample(99, 1), grid().settings());
    }
}

//! One training: material and a trial in, a [`Run`] out. The trial decides everything but the seconds.

use std::time::Instant;

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_pcg::Pcg64Mcg;

use super::{Figures, Material, Run, Trial};
use crate::error::{Error, Result};
use crate::evaluate::{LabelledGlyphs, digits};
use crate::glyph::GLYPH_SIZE_PX;
use crate::reader::cnn::CnnReader;
use crate::train::network::Network;
use crate::train::optimiser::Optimiser;
use crate::train::step::{Batch, Gradients};

/// The running average of the weights is not used here: what counts is where plain steps end.
const NO_AVERAGE: f32 = 0.0;

const IMAGE: usize = GLYPH_SIZE_PX * GLYPH_SIZE_PX;

/// Trains a network on one thread and measures it.
///
/// # Errors
/// [`Error::Model`] if the network does not fit an image or cannot be computed.
pub(super) fn train(material: &Material, trial: &Trial) -> Result<Run> {
    let begun = Instant::now();
    let setting = &trial.setting;
    let Some(architecture) = setting.architecture() else {
        return Err(fault(format!("layers of {} channels do not fit an image", setting.widths_text())));
    };
    let network = Network::new(&architecture).map_err(fault)?;
    let mut random = Pcg64Mcg::seed_from_u64(trial.seed);
    let mut parameters = network.initial_parameters(&mut random);
    let mut optimiser = Optimiser::new(&parameters, vec![false; parameters.len()], 0.0, NO_AVERAGE);
    let gradients = Gradients::new(&network, 1);
    let mut order: Vec<usize> = (0..material.train_images()).collect();
    let mut loss = 0.0;
    for _ in 0..setting.epochs {
        order.shuffle(&mut random);
        loss = 0.0;
        for places in order.chunks(setting.batch_size) {
            let outcome = gradients.of(&parameters, &batch(material, places)).map_err(fault)?;
            optimiser.step(&mut parameters, &outcome.gradients, setting.learning_rate);
            loss += f64::from(outcome.loss) * places.len() as f64 / order.len() as f64;
        }
    }
    // Nothing is normalised in these networks, but folding asks for the statistics of some batch.
    let statistics = network.measure(&material.pixels[..IMAGE], &parameters).map_err(fault)?;
    let reader = CnnReader::new(&network.fold(&parameters, &statistics))?;
    let seconds = begun.elapsed().as_secs_f64();
    Ok(Run {
        trial: trial.clone(),
        validation: figures(&reader, &material.validation)?,
        test: material.test.as_ref().map(|test| figures(&reader, test)).transpose()?,
        loss,
        seconds,
    })
}

fn batch(material: &Material, places: &[usize]) -> Batch {
    let image = |&place: &usize| material.pixels[place * IMAGE..(place + 1) * IMAGE].iter().copied();
    Batch {
        pixels: places.iter().flat_map(image).collect(),
        classes: places.iter().map(|&place| material.classes[place]).collect(),
    }
}

fn figures(reader: &CnnReader, glyphs: &LabelledGlyphs) -> Result<Figures> {
    let confusion = digits(reader, glyphs)?.confusion;
    Ok(Figures { images: confusion.total(), accuracy: confusion.accuracy(), macro_f1: confusion.macro_f1() })
}

fn fault(cause: impl ToString) -> Error {
    Error::Model { model: "in study".to_owned(), reason: cause.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::{Pooling, Setting};

    #[test]
    fn easy_digits_are_learnt() -> Result<()> {
        let material = Material::drawn(120);
        for pooling in [Pooling::None, Pooling::Max] {
            let plain = Setting::plain(vec![4]);
            let setting = Setting { pooling, batch_size: 20, learning_rate: 0.01, epochs: 12, ..plain };
            let trial = Trial { setting, seed: 3, train_images: material.train_images() };
            let run = train(&material, &trial)?;
            assert!(run.validation.accuracy > 0.95 && run.validation.macro_f1 > 0.9 && run.loss < 0.5, "{run:?}");
            assert_eq!((run.validation.images, run.test), (120, None));
            assert_eq!(train(&material, &trial)?.loss, run.loss);
        }
        Ok(())
    }

    #[test]
    fn a_network_that_does_not_fit_is_an_error() {
        let setting = Setting { kernel: 29, ..Setting::plain(vec![4]) };
        let trial = Trial { setting, seed: 1, train_images: 10 };
        let message = train(&Material::drawn(10), &trial).expect_err("29 pixels of 28").to_string();
        assert!(message.contains("do not fit"), "{message}");
    }
}

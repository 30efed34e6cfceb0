//! Gaussian naive Bayes: glyphs in, the logarithm of each class's probability out, every feature being taken for an
//! independent normal variable within a class.

use super::file::ModelFile;
use super::{Scores, UNTRAINED};
use crate::features::Reduction;
use crate::glyph::Glyph;

/// A mean and a variance for each class and feature.
#[derive(Clone, Debug, PartialEq)]
pub struct NaiveBayes {
    /// What is measured.
    pub reduction: Reduction,
    /// The classes that were trained, as indices.
    pub classes: Vec<u8>,
    /// The natural logarithm of each class's share of the training glyphs.
    pub log_priors: Vec<f32>,
    /// Class after class, one a feature.
    pub means: Vec<f32>,
    /// Class after class, one a feature, all greater than 0.
    pub variances: Vec<f32>,
}

impl NaiveBayes {
    /// The scores of each glyph.
    pub fn scores(&self, glyphs: &[Glyph]) -> Vec<Scores> {
        let width = self.reduction.width();
        self.reduction.apply(glyphs).chunks_exact(width).map(|row| self.score(row)).collect()
    }

    fn score(&self, row: &[f32]) -> Scores {
        let (width, mut scores) = (row.len(), UNTRAINED);
        for (number, (&class, prior)) in self.classes.iter().zip(&self.log_priors).enumerate() {
            let of_class = number * width..(number + 1) * width;
            let gaussians = self.means[of_class.clone()].iter().zip(&self.variances[of_class]).zip(row);
            let distance = |((mean, variance), value): ((&f32, &f32), &f32)| {
                let difference = f64::from(value - mean);
                difference * difference / f64::from(*variance) + f64::from(*variance).ln()
            };
            scores[usize::from(class)] = (f64::from(*prior) - 0.5 * gaussians.map(distance).sum::<f64>()) as f32;
        }
        scores
    }

    /// Adds the tables of this model to a file.
    pub fn store(&self, file: &mut ModelFile) {
        let width = self.reduction.width();
        file.put_reduction(&self.reduction);
        file.put_classes(&self.classes);
        file.put_floats("log_priors", 1, &self.log_priors);
        file.put_floats("means", width, &self.means);
        file.put_floats("variances", width, &self.variances);
    }

    /// Takes the tables of this model out of a file.
    ///
    /// # Errors
    /// A sentence if they do not fit together.
    pub fn restore(file: &mut ModelFile) -> Result<Self, String> {
        let (reduction, classes) = (file.take_reduction()?, file.take_classes()?);
        let width = reduction.width();
        let log_priors = file.take_floats("log_priors", 1)?;
        let (means, variances) = (file.take_floats("means", width)?, file.take_floats("variances", width)?);
        let numbers = classes.len() * width;
        if log_priors.len() != classes.len() || means.len() != numbers || variances.len() != numbers {
            return Err("its classes do not fit its tables; train it again".to_owned());
        }
        if variances.iter().any(|&variance| variance <= 0.0) {
            return Err("it has a variance that is not positive; train it again".to_owned());
        }
        Ok(Self { reduction, classes, log_priors, means, variances })
    }
}

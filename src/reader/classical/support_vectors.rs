//! A support vector machine with a Gaussian kernel: glyphs in, one score a class out, from a decision between every two
//! classes (Hsu & Lin 2002).

use super::file::ModelFile;
use super::{Scores, UNTRAINED};
use crate::features::Reduction;
use crate::glyph::Glyph;
use crate::matrix_product::{Matrix, multiply};

/// Glyphs whose distances are computed at once. Blocks are always full, so that every glyph goes the same way through the
/// matrix product and its scores cannot depend on its neighbours.
const BLOCK_GLYPHS: usize = 16;

/// How sharply a decision between two classes becomes a probability, before the temperature, which is fitted: with 3, a
/// glyph on the margin belongs to its class with 95 %.
const STEEPNESS: f32 = 3.0;

/// Support vectors and their weights.
#[derive(Clone, Debug, PartialEq)]
pub struct SupportVectors {
    /// What is measured.
    pub reduction: Reduction,
    /// The classes that were trained, as indices.
    pub classes: Vec<u8>,
    /// How many vectors each class has; they come class after class.
    pub counts: Vec<u32>,
    /// Features, vector after vector.
    pub vectors: Vec<f32>,
    /// For each vector, one weight a class that was trained: that in the decision between its own class and the other.
    pub weights: Vec<f32>,
    /// What is taken from the decision between two classes: row and column are their numbers, the lower one first.
    pub offsets: Vec<f32>,
    /// The kernel is exp(-gamma * squared distance).
    pub gamma: f32,
}

impl SupportVectors {
    /// The scores of each glyph.
    pub fn scores(&self, glyphs: &[Glyph]) -> Vec<Scores> {
        let (width, count) = (self.reduction.width(), self.vectors.len() / self.reduction.width());
        let norms: Vec<f32> = self.vectors.chunks_exact(width).map(squared_length).collect();
        let vectors = Matrix::new(&self.vectors, count, width).transposed();
        let mut products = vec![0.0; BLOCK_GLYPHS * count];
        let mut scores = Vec::with_capacity(glyphs.len());
        for block in glyphs.chunks(BLOCK_GLYPHS) {
            let mut rows = self.reduction.apply(block);
            rows.resize(BLOCK_GLYPHS * width, 0.0);
            multiply(Matrix::new(&rows, BLOCK_GLYPHS, width), vectors, &mut products, false);
            for (row, products) in
                rows.chunks_exact(width).zip(products.chunks_exact_mut(count.max(1))).take(block.len())
            {
                let length = squared_length(row);
                for (product, norm) in products.iter_mut().zip(&norms) {
                    *product = (-self.gamma * (length + norm - 2.0 * *product).max(0.0)).exp();
                }
                scores.push(self.score(products));
            }
        }
        scores
    }

    /// The scores of a glyph from its kernel with each support vector.
    pub fn score(&self, kernels: &[f32]) -> Scores {
        let decisions = self.decisions(kernels);
        let (count, mut scores) = (self.classes.len(), UNTRAINED);
        for (own, &class) in self.classes.iter().enumerate() {
            let logarithms = (0..count).filter(|&other| other != own).map(|other| {
                let decision = decisions[own.min(other) * count + own.max(other)];
                let towards_own = if own < other { decision } else { -decision };
                -(-STEEPNESS * towards_own).exp().ln_1p()
            });
            scores[usize::from(class)] = logarithms.sum();
        }
        scores
    }

    /// The decision between every two classes, positive for the lower one; row and column are their numbers.
    fn decisions(&self, kernels: &[f32]) -> Vec<f32> {
        let count = self.classes.len();
        let mut sums = vec![0f32; count * count];
        let mut start = 0;
        for (sums, &vectors) in sums.chunks_exact_mut(count).zip(&self.counts) {
            let end = start + vectors as usize;
            for (kernel, weights) in kernels[start..end].iter().zip(self.weights[start * count..].chunks_exact(count)) {
                sums.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += kernel * weight);
            }
            start = end;
        }
        let mut decisions = vec![0.0; count * count];
        for lower in 0..count {
            for upper in lower + 1..count {
                let place = lower * count + upper;
                decisions[place] = sums[place] + sums[upper * count + lower] - self.offsets[place];
            }
        }
        decisions
    }

    /// Adds the tables of this model to a file.
    pub fn store(&self, file: &mut ModelFile) {
        let count = self.classes.len();
        file.put_reduction(&self.reduction);
        file.put_classes(&self.classes);
        file.put_counts("counts", 1, &self.counts);
        file.put_floats("vectors", self.reduction.width(), &self.vectors);
        file.put_floats("weights", count, &self.weights);
        file.put_floats("offsets", count, &self.offsets);
        file.put_floats("gamma", 1, &[self.gamma]);
    }

    /// Takes the tables of this model out of a file.
    ///
    /// # Errors
    /// A sentence if they do not fit together.
    pub fn restore(file: &mut ModelFile) -> Result<Self, String> {
        let (reduction, classes) = (file.take_reduction()?, file.take_classes()?);
        let (counts, count) = (file.take_counts("counts", 1)?, classes.len());
        let vectors = file.take_floats("vectors", reduction.width())?;
        let (weights, offsets) = (file.take_floats("weights", count)?, file.take_floats("offsets", count)?);
        let &[gamma] = file.take_floats("gamma", 1)?.as_slice() else {
            return Err("its kernel has not one width; train it again".to_owned());
        };
        let total: u64 = counts.iter().map(|&count| u64::from(count)).sum();
        let fits = counts.len() == count
            && reduction.width() > 0
            && vectors.len() as u64 == total * reduction.width() as u64
            && weights.len() as u64 == total * count as u64
            && offsets.len() == count * count
            && gamma > 0.0;
        if !fits {
            return Err("its support vectors do not fit together; train it again".to_owned());
        }
        Ok(Self { reduction, classes, counts, vectors, weights, offsets, gamma })
    }
}

fn squared_length(row: &[f32]) -> f32 {
    row.iter().map(|value| value * value).sum()
}

//! Fits Gaussian naive Bayes: examples in, a mean and a variance for each class and feature out.

use super::{FitRequest, class_numbers, measured};
use crate::features::Reduction;
use crate::features::reduction::Kept;
use crate::reader::classical::naive_bayes::NaiveBayes;
use crate::train::examples::Examples;

/// Added to every variance, as a share of the greatest: a feature that never varies within a class would rule the class
/// out at the first glyph that differs (the value of scikit-learn's `var_smoothing`).
const LEAST_VARIANCE_SHARE: f64 = 1e-9;

/// Fits the model.
pub fn fit(request: &FitRequest, examples: &Examples) -> (NaiveBayes, Kept) {
    let (reduction, kept) = Reduction::fit(request.features, &examples.glyphs, request.components);
    let rows = measured(&reduction, &examples.glyphs);
    let classes = examples.class_indices();
    let (width, count) = (reduction.width(), classes.len());
    let (mut sizes, mut sums, mut squares) = (vec![0f64; count], vec![0f64; count * width], vec![0f64; count * width]);
    let numbers = class_numbers(examples, &classes);
    for (row, &number) in rows.chunks_exact(width.max(1)).zip(&numbers) {
        sizes[number] += 1.0;
        for (column, &value) in row.iter().enumerate() {
            sums[number * width + column] += f64::from(value);
            squares[number * width + column] += f64::from(value) * f64::from(value);
        }
    }
    let size = |place: usize| sizes[place / width.max(1)];
    let means: Vec<f64> = sums.iter().enumerate().map(|(place, sum)| sum / size(place)).collect();
    let variances: Vec<f64> = squares
        .iter()
        .zip(&means)
        .enumerate()
        .map(|(place, (square, mean))| square / size(place) - mean * mean)
        .collect();
    let greatest = variances.iter().copied().fold(f64::from(f32::MIN_POSITIVE) / LEAST_VARIANCE_SHARE, f64::max);
    let model = NaiveBayes {
        reduction,
        classes,
        log_priors: sizes.iter().map(|size| (size / examples.glyphs.len() as f64).ln() as f32).collect(),
        means: means.iter().map(|&mean| mean as f32).collect(),
        variances: variances
            .iter()
            .map(|variance| (variance.max(0.0) + LEAST_VARIANCE_SHARE * greatest) as f32)
            .collect(),
    };
    (model, kept)
}

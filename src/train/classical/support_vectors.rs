//! Fits a support vector machine: examples in, the support vectors of a decision between every two classes out.
//!
//! The decisions are independent of each other, so the threads share them.

use libsvm_rs::train::svm_train;
use libsvm_rs::{KernelType, SvmModel, SvmNode, SvmParameter, SvmProblem, SvmType, set_quiet};
use rayon::prelude::*;

use super::{FitRequest, class_numbers, measured};
use crate::error::Result;
use crate::features::Reduction;
use crate::features::reduction::Kept;
use crate::reader::classical::support_vectors::SupportVectors;
use crate::train::examples::Examples;
use crate::train::fault;

/// Glyphs at most, evenly spread; time grows with their square. The 55,006 of MNIST take half a minute on two cores.
const MOST_EXAMPLES: usize = 60_000;

/// The price of a glyph on the wrong side; with it and the kernel below, 29 of 4,994 validation digits of MNIST are wrong.
const COST: f64 = 10.0;

/// The kernel is exp(-GAMMA * squared distance); features have a variance of 1 in all.
const GAMMA: f64 = 2.0;

/// Memory for the kernel's rows, in MB, for each thread.
const CACHE_MB: f64 = 200.0;

/// Vectors of one decision: the place among the examples, and the weight.
struct Decision {
    lower: usize,
    upper: usize,
    weights: Vec<(usize, f64)>,
    offset: f64,
}

/// Fits the model.
///
/// # Errors
/// [`crate::error::Error::Model`] if the solver refuses the problem.
pub fn fit(request: &FitRequest, examples: &Examples) -> Result<(SupportVectors, Kept)> {
    set_quiet(true);
    let examples = &examples.thinned(MOST_EXAMPLES);
    let (reduction, kept) = Reduction::fit(request.features, &examples.glyphs, request.components);
    let rows = measured(&reduction, &examples.glyphs);
    let classes = examples.class_indices();
    let numbers = class_numbers(examples, &classes);
    let nodes: Vec<Vec<SvmNode>> = rows.chunks_exact(reduction.width().max(1)).map(nodes).collect();
    let pairs: Vec<(usize, usize)> =
        (0..classes.len()).flat_map(|lower| (lower + 1..classes.len()).map(move |upper| (lower, upper))).collect();
    // One pair at a time to whoever is free: they differ much in size.
    let decisions: Result<Vec<Decision>> =
        pairs.into_par_iter().with_max_len(1).map(|(lower, upper)| decide(lower, upper, &nodes, &numbers)).collect();
    Ok((collected(&decisions?, reduction, classes, &rows, &numbers), kept))
}

fn nodes(row: &[f32]) -> Vec<SvmNode> {
    (1..).zip(row).map(|(index, &value)| SvmNode { index, value: f64::from(value) }).collect()
}

/// The decision between two classes, positive for the lower one.
fn decide(lower: usize, upper: usize, nodes: &[Vec<SvmNode>], numbers: &[usize]) -> Result<Decision> {
    let of = |number: usize| (0..numbers.len()).filter(move |&place| numbers[place] == number);
    let places: Vec<usize> = of(lower).chain(of(upper)).collect();
    let problem = SvmProblem {
        labels: places.iter().map(|&place| if numbers[place] == lower { 1.0 } else { -1.0 }).collect(),
        instances: places.iter().map(|&place| nodes[place].clone()).collect(),
    };
    let parameters = SvmParameter {
        svm_type: SvmType::CSvc,
        kernel_type: KernelType::Rbf,
        gamma: GAMMA,
        c: COST,
        cache_size: CACHE_MB,
        ..SvmParameter::default()
    };
    libsvm_rs::check_parameter(&problem, &parameters).map_err(fault)?;
    let SvmModel { sv_coef, sv_indices, rho, .. } = svm_train(&problem, &parameters);
    let (Some(weights), Some(&offset)) = (sv_coef.into_iter().next(), rho.first()) else {
        return Err(fault("the solver gave no decision"));
    };
    let weights = sv_indices.iter().zip(weights).map(|(&index, weight)| (places[index - 1], weight)).collect();
    Ok(Decision { lower, upper, weights, offset })
}

/// All decisions as one model: each vector once, class after class.
fn collected(
    decisions: &[Decision],
    reduction: Reduction,
    classes: Vec<u8>,
    rows: &[f32],
    numbers: &[usize],
) -> SupportVectors {
    let (width, count) = (reduction.width(), classes.len());
    let mut places: Vec<usize> =
        decisions.iter().flat_map(|decision| decision.weights.iter().map(|&(place, _)| place)).collect();
    places.sort_unstable_by_key(|&place| (numbers[place], place));
    places.dedup();
    let mut counts = vec![0; count];
    places.iter().for_each(|&place| counts[numbers[place]] += 1);
    let (mut weights, mut offsets) = (vec![0.0; places.len() * count], vec![0.0; count * count]);
    for decision in decisions {
        offsets[decision.lower * count + decision.upper] = decision.offset as f32;
        for &(place, weight) in &decision.weights {
            let vector = places.partition_point(|&other| (numbers[other], other) < (numbers[place], place));
            let other = if numbers[place] == decision.lower { decision.upper } else { decision.lower };
            weights[vector * count + other] = weight as f32;
        }
    }
    let vectors = places.iter().flat_map(|&place| rows[place * width..(place + 1) * width].iter().copied()).collect();
    SupportVectors { reduction, classes, counts, vectors, weights, offsets, gamma: GAMMA as f32 }
}

//! Grows decision trees: examples in, one tree or a forest with what its leaves say out.
//!
//! `smartcore` finds the divisions. It looks at all its samples anew for every division, so the time of a tree grows with
//! the square of their number: each tree is grown on a part of the examples. What a leaf says is then counted over all of
//! them, most of which the tree has not seen.

use rand::SeedableRng;
use rand::seq::index;
use rand_pcg::Pcg64Mcg;
use rayon::prelude::*;
use smartcore::ensemble::random_forest_classifier::{RandomForestClassifier, RandomForestClassifierParameters};
use smartcore::linalg::basic::matrix::DenseMatrix;
use smartcore::tree::decision_tree_classifier::{DecisionTreeClassifier, DecisionTreeClassifierParameters};

use super::{FitRequest, class_numbers, measured};
use crate::error::Result;
use crate::features::Reduction;
use crate::features::reduction::Kept;
use crate::reader::classical::trees::{Node, Trees};
use crate::train::examples::Examples;
use crate::train::fault;

/// Trees of a forest.
const TREE_COUNT: u32 = 100;

/// Examples that a tree of a forest is grown on, at most.
const FOREST_EXAMPLES: usize = 10_000;

/// Examples that a single tree is grown on, at most.
const TREE_EXAMPLES: usize = 20_000;

/// A single tree divides no further where fewer examples would be left on a side.
const LEAST_LEAF: usize = 5;

/// What is read out of a tree of `smartcore`, by the names that it gives its own fields.
#[derive(serde::Deserialize)]
struct Grown {
    nodes: Vec<GrownNode>,
}

#[derive(serde::Deserialize)]
struct GrownForest {
    trees: Vec<Grown>,
}

#[derive(serde::Deserialize)]
struct GrownNode {
    split_feature: u32,
    split_value: Option<f64>,
    true_child: Option<u32>,
    false_child: Option<u32>,
}

/// What trees are grown on.
struct Ground {
    rows: Vec<f32>,
    width: usize,
    numbers: Vec<usize>,
    class_count: usize,
}

/// One tree with its own places: nodes and rows of shares count from 0.
struct Tree {
    nodes: Vec<Node>,
    shares: Vec<u8>,
}

/// A forest.
///
/// # Errors
/// [`crate::error::Error::Model`] if a tree cannot be grown.
pub fn forest(request: &FitRequest, examples: &Examples) -> Result<(Trees, Kept)> {
    let (ground, reduction, kept, classes) = prepared(request, examples);
    let trees: Result<Vec<Tree>> = (0..TREE_COUNT)
        .into_par_iter()
        .with_max_len(1)
        .map(|number| {
            let seed = request.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(u64::from(number));
            let parameters = RandomForestClassifierParameters::default()
                .with_n_trees(1)
                .with_m((ground.width as f64).sqrt().ceil() as usize)
                .with_seed(seed);
            let (matrix, labels) = ground.part(FOREST_EXAMPLES, seed)?;
            let grown = RandomForestClassifier::fit(&matrix, &labels, parameters).map_err(fault)?;
            let grown: GrownForest = read_out(&grown)?;
            let first = grown.trees.first().ok_or_else(|| fault("a forest without a tree"))?;
            ground.tree(first)
        })
        .collect();
    Ok((planted(trees?, reduction, classes), kept))
}

/// A single tree.
///
/// # Errors
/// [`crate::error::Error::Model`] if it cannot be grown.
pub fn tree(request: &FitRequest, examples: &Examples) -> Result<(Trees, Kept)> {
    let (ground, reduction, kept, classes) = prepared(request, examples);
    let parameters = DecisionTreeClassifierParameters::default().with_min_samples_leaf(LEAST_LEAF);
    let parameters = DecisionTreeClassifierParameters { seed: Some(request.seed), ..parameters };
    let (matrix, labels) = ground.part(TREE_EXAMPLES, request.seed)?;
    let grown = DecisionTreeClassifier::fit(&matrix, &labels, parameters).map_err(fault)?;
    let tree = ground.tree(&read_out(&grown)?)?;
    Ok((planted(vec![tree], reduction, classes), kept))
}

fn prepared(request: &FitRequest, examples: &Examples) -> (Ground, Reduction, Kept, Vec<u8>) {
    let (reduction, kept) = Reduction::fit(request.features, &examples.glyphs, request.components);
    let classes = examples.class_indices();
    let ground = Ground {
        rows: measured(&reduction, &examples.glyphs),
        width: reduction.width(),
        numbers: class_numbers(examples, &classes),
        class_count: classes.len(),
    };
    (ground, reduction, kept, classes)
}

/// The fields of a grown tree, which `smartcore` shows to serialisers alone.
fn read_out<T: serde::de::DeserializeOwned>(grown: &impl serde::Serialize) -> Result<T> {
    serde_json::to_value(grown).and_then(serde_json::from_value).map_err(fault)
}

impl Ground {
    /// Some of the rows, with the classes as numbers; if there are no more than asked for, all.
    fn part(&self, count: usize, seed: u64) -> Result<(DenseMatrix<f32>, Vec<u32>)> {
        let total = self.numbers.len();
        let places = if count < total {
            let mut random = Pcg64Mcg::seed_from_u64(seed);
            index::sample(&mut random, total, count).into_vec()
        } else {
            (0..total).collect()
        };
        // Column after column: a division looks at one column of all rows.
        let value = |column: usize, &place: &usize| self.rows[place * self.width + column];
        let values = (0..self.width).flat_map(|column| places.iter().map(move |place| value(column, place))).collect();
        let labels = places.iter().map(|&place| self.numbers[place] as u32).collect();
        let matrix = DenseMatrix::new(places.len(), self.width, values, true).map_err(fault)?;
        Ok((matrix, labels))
    }

    /// A tree as the reader has it, its leaves filled with the shares of all examples.
    fn tree(&self, grown: &Grown) -> Result<Tree> {
        let mut leaves = 0;
        let mut nodes = Vec::with_capacity(grown.nodes.len());
        for node in &grown.nodes {
            nodes.push(match (node.true_child, node.false_child, node.split_value) {
                (Some(first), Some(second), Some(value)) if second == first + 1 => {
                    Node { feature: node.split_feature, threshold: value as f32, next: first }
                }
                (None, None, _) => {
                    leaves += 1;
                    Node::leaf(leaves - 1)
                }
                _ => return Err(fault("a tree whose children are not side by side")),
            });
        }
        let mut counts = vec![0u32; leaves as usize * self.class_count];
        for (row, number) in self.rows.chunks_exact(self.width).zip(&self.numbers) {
            let mut node = nodes[0];
            while !node.is_leaf() {
                let is_above = row[node.feature as usize] > node.threshold;
                node = nodes[node.next as usize + usize::from(is_above)];
            }
            counts[node.next as usize * self.class_count + number] += 1;
        }
        let shares = counts.chunks_exact(self.class_count).flat_map(|counts| {
            let total = counts.iter().sum::<u32>().max(1) as f32;
            counts.iter().map(move |&count| (255.0 * count as f32 / total).round() as u8)
        });
        Ok(Tree { shares: shares.collect(), nodes })
    }
}

/// All trees as one model.
fn planted(trees: Vec<Tree>, reduction: Reduction, classes: Vec<u8>) -> Trees {
    let mut model = Trees { reduction, classes, roots: Vec::new(), nodes: Vec::new(), shares: Vec::new() };
    for tree in trees {
        let first_node = model.nodes.len() as u32;
        let first_leaf = (model.shares.len() / model.classes.len()) as u32;
        model.roots.push(first_node);
        model.nodes.extend(tree.nodes.into_iter().map(|node| {
            let start = if node.is_leaf() { first_leaf } else { first_node };
            Node { next: node.next + start, ..node }
        }));
        model.shares.extend(tree.shares);
    }
    model
}

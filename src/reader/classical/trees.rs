//! Decision trees, one or a forest of them: glyphs in, the logarithm of each class's share in the leaves they fall into out.

use super::file::ModelFile;
use super::{Scores, UNTRAINED};
use crate::features::Reduction;
use crate::glyph::Glyph;

/// What [`Node::feature`] is in a leaf.
const LEAF: u32 = u32::MAX;

/// Added to every class's share, 0 to 1, so that no class is ruled out for good; the temperature does the rest.
const LEAST_SHARE: f32 = 1e-3;

/// A place where a tree divides, or a leaf.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Node {
    /// The feature that decides, or `u32::MAX` in a leaf.
    pub feature: u32,
    /// Glyphs whose feature is at most this go to the first child, all others to the second; 0 in a leaf.
    pub threshold: f32,
    /// The place of the first child among all nodes, the second being behind it; in a leaf, the row of its shares.
    pub next: u32,
}

impl Node {
    /// A leaf with its row of shares.
    pub fn leaf(shares: u32) -> Self {
        Self { feature: LEAF, threshold: 0.0, next: shares }
    }

    /// Whether it is a leaf.
    pub fn is_leaf(self) -> bool {
        self.feature == LEAF
    }
}

/// Trees with what their leaves say.
#[derive(Clone, Debug, PartialEq)]
pub struct Trees {
    /// What is measured.
    pub reduction: Reduction,
    /// The classes that were trained, as indices.
    pub classes: Vec<u8>,
    /// The place of the root of each tree among the nodes.
    pub roots: Vec<u32>,
    /// The nodes of all trees; children come after their parents.
    pub nodes: Vec<Node>,
    /// One row a leaf, one number a class that was trained: its share among the training glyphs of the leaf, 255 being all.
    pub shares: Vec<u8>,
}

impl Trees {
    /// The scores of each glyph.
    pub fn scores(&self, glyphs: &[Glyph]) -> Vec<Scores> {
        let width = self.reduction.width();
        self.reduction.apply(glyphs).chunks_exact(width).map(|row| self.score(row)).collect()
    }

    fn score(&self, row: &[f32]) -> Scores {
        let (count, mut scores) = (self.classes.len(), UNTRAINED);
        let mut sums = vec![0u32; count];
        for &root in &self.roots {
            let start = self.leaf(root, row) as usize * count;
            let shares = &self.shares[start..start + count];
            sums.iter_mut().zip(shares).for_each(|(sum, &share)| *sum += u32::from(share));
        }
        let all = 255.0 * self.roots.len() as f32;
        for (&class, &sum) in self.classes.iter().zip(&sums) {
            scores[usize::from(class)] = (sum as f32 / all + LEAST_SHARE).ln();
        }
        scores
    }

    /// The row of shares of the leaf that a row of features falls into.
    pub fn leaf(&self, root: u32, row: &[f32]) -> u32 {
        let mut node = self.nodes[root as usize];
        while !node.is_leaf() {
            let is_above = row[node.feature as usize] > node.threshold;
            node = self.nodes[node.next as usize + usize::from(is_above)];
        }
        node.next
    }

    /// Adds the tables of this model to a file.
    pub fn store(&self, file: &mut ModelFile) {
        file.put_reduction(&self.reduction);
        file.put_classes(&self.classes);
        file.put_counts("roots", 1, &self.roots);
        file.put_counts("nodes.feature", 1, &self.nodes.iter().map(|node| node.feature).collect::<Vec<_>>());
        file.put_floats("nodes.threshold", 1, &self.nodes.iter().map(|node| node.threshold).collect::<Vec<_>>());
        file.put_counts("nodes.next", 1, &self.nodes.iter().map(|node| node.next).collect::<Vec<_>>());
        file.put_bytes("shares", self.classes.len(), &self.shares);
    }

    /// Takes the tables of this model out of a file.
    ///
    /// # Errors
    /// A sentence if they do not fit together, or a walk down a tree would not end in a leaf.
    pub fn restore(file: &mut ModelFile) -> Result<Self, String> {
        let (reduction, classes) = (file.take_reduction()?, file.take_classes()?);
        let roots = file.take_counts("roots", 1)?;
        let (features, next) = (file.take_counts("nodes.feature", 1)?, file.take_counts("nodes.next", 1)?);
        let thresholds = file.take_floats("nodes.threshold", 1)?;
        let shares = file.take_bytes("shares", classes.len())?;
        if features.len() != next.len() || features.len() != thresholds.len() {
            return Err("its nodes do not fit together; train it again".to_owned());
        }
        let node = |((feature, next), threshold)| Node { feature, threshold, next };
        let nodes: Vec<Node> = features.into_iter().zip(next).zip(thresholds).map(node).collect();
        let (width, leaves) = (reduction.width(), shares.len() / classes.len());
        let is_sound = |(place, node): (usize, &Node)| {
            let next = node.next as usize;
            if node.is_leaf() {
                next < leaves
            } else {
                next > place && next + 1 < nodes.len() && node.feature < width as u32
            }
        };
        if roots.is_empty()
            || roots.iter().any(|&root| root as usize >= nodes.len())
            || !nodes.iter().enumerate().all(is_sound)
        {
            return Err("its trees lead nowhere; train it again".to_owned());
        }
        Ok(Self { reduction, classes, roots, nodes, shares })
    }
}

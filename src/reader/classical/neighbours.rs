//! The nearest training glyphs, found exactly: glyphs in, the logarithm of each class's share among their neighbours out.
//!
//! Squared distances are sums of whole numbers. Matrix products find all rows that can be among the nearest, given the
//! most that rounding can have done to them, and these few are measured again in whole numbers. So the neighbours are
//! those of a full search, and do not depend on the processor or on the other glyphs of a batch.

use super::file::ModelFile;
use super::{Scores, UNTRAINED};
use crate::features::pixels::PIXEL_COUNT;
use crate::glyph::Glyph;
use crate::matrix_product::{Matrix, multiply};
use crate::reader::CLASS_COUNT;
use crate::vectorised::vectorised;

/// How many neighbours have a say; 3 to 6 read the validation digits of MNIST equally well (97.3 to 97.4 %).
const NEIGHBOUR_COUNT: usize = 5;

/// Added to every class's share of the neighbours' weights, so that no class is ruled out for good.
const LEAST_SHARE: f32 = 0.01;

/// Glyphs and training rows whose products are computed at once; they stay in the second cache.
const BLOCK_GLYPHS: usize = 128;
const BLOCK_ROWS: usize = 1024;

/// Products that are looked at together when nearly none of them matters.
const GLANCE: usize = 32;

/// A training glyph found near another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Neighbour {
    /// Sum of the squared differences of all pixels, 0 to 255 each.
    pub squared_distance: u32,
    /// The place of the training glyph.
    pub place: u32,
}

/// Training glyphs, prepared for searching.
#[derive(Clone, Debug, PartialEq)]
pub struct Neighbours {
    pixels: Vec<u8>,
    classes: Vec<u8>,
    /// Pixels that some training glyph has ink in.
    columns: Vec<usize>,
    /// Those pixels of all training glyphs.
    rows: Vec<f32>,
    /// The squared length of each row, and the greatest.
    norms: Vec<f32>,
    greatest_norm: f64,
}

impl Neighbours {
    /// Prepares training glyphs, 784 pixels each, and the index of the class of each.
    pub fn new(pixels: Vec<u8>, classes: Vec<u8>) -> Self {
        let inked = |column: &usize| pixels[*column..].iter().step_by(PIXEL_COUNT).any(|&pixel| pixel > 0);
        let mut columns: Vec<usize> = (0..PIXEL_COUNT).filter(|column| !pixels.is_empty() && inked(column)).collect();
        if columns.is_empty() {
            // Blank glyphs alone: any one pixel makes rows of them.
            columns.push(0);
        }
        let mut rows = Vec::with_capacity(classes.len() * columns.len());
        let mut norms = Vec::with_capacity(classes.len());
        let mut greatest_norm = 0f64;
        for glyph in pixels.chunks_exact(PIXEL_COUNT) {
            rows.extend(columns.iter().map(|&column| f32::from(glyph[column])));
            let norm: u32 = glyph.iter().map(|&pixel| u32::from(pixel) * u32::from(pixel)).sum();
            norms.push(norm as f32);
            greatest_norm = greatest_norm.max(f64::from(norm));
        }
        Self { pixels, classes, columns, rows, norms, greatest_norm }
    }

    /// The `count` training glyphs nearest to each glyph, nearest first, the earlier one first where two are as near.
    pub fn nearest(&self, glyphs: &[Glyph], count: usize) -> Vec<Vec<Neighbour>> {
        let (width, mut found) = (self.columns.len(), Vec::with_capacity(glyphs.len()));
        let mut products = vec![0.0; BLOCK_GLYPHS * BLOCK_ROWS];
        for block in glyphs.chunks(BLOCK_GLYPHS) {
            let values = |glyph: &Glyph| self.columns.iter().map(|&c| f32::from(glyph.pixels[c])).collect::<Vec<_>>();
            let queries: Vec<f32> = block.iter().flat_map(values).collect();
            let mut searches: Vec<Search> =
                queries.chunks_exact(width).map(|query| Search::new(count, self.slack(query))).collect();
            let left = Matrix::new(&queries, block.len(), width);
            for (part, (rows, norms)) in
                self.rows.chunks(BLOCK_ROWS * width).zip(self.norms.chunks(BLOCK_ROWS)).enumerate()
            {
                let products = &mut products[..block.len() * norms.len()];
                multiply(left, Matrix::new(rows, norms.len(), width).transposed(), products, false);
                for (search, products) in searches.iter_mut().zip(products.chunks_exact(norms.len())) {
                    vectorised(
                        #[inline(always)]
                        || search.look_at(products, norms, (part * BLOCK_ROWS) as u32),
                    );
                }
            }
            found.extend(block.iter().zip(searches).map(|(glyph, search)| self.measured(glyph, &search, count)));
        }
        found
    }

    /// Twice the most by which `norm - 2 * product` of any row can be off, from the rounding of a sum of `n` products
    /// (n * 2^-24 of the product of the lengths: Higham 2002, section 3.1) and of the norms; half as much again to be safe.
    fn slack(&self, query: &[f32]) -> f32 {
        let unit = 2f64.powi(-24);
        let length = query.iter().map(|&value| f64::from(value) * f64::from(value)).sum::<f64>().sqrt();
        let product = length * self.greatest_norm.sqrt();
        let error =
            2.0 * (query.len() as f64 + 4.0) * unit * product + 4.0 * unit * (self.greatest_norm + 2.0 * product);
        (3.0 * error) as f32
    }

    /// The candidates of a search, measured in whole numbers.
    fn measured(&self, glyph: &Glyph, search: &Search, count: usize) -> Vec<Neighbour> {
        let limit = search.limit();
        let near = search.candidates.iter().filter(|(score, _)| *score <= limit);
        let mut neighbours: Vec<Neighbour> = near
            .map(|&(_, place)| {
                let row = &self.pixels[place as usize * PIXEL_COUNT..(place as usize + 1) * PIXEL_COUNT];
                let square = |(&a, &b): (&u8, &u8)| u32::from(a.abs_diff(b)) * u32::from(a.abs_diff(b));
                Neighbour { squared_distance: row.iter().zip(glyph.pixels.iter()).map(square).sum(), place }
            })
            .collect();
        neighbours.sort_unstable();
        neighbours.truncate(count);
        neighbours
    }

    /// The scores of each glyph. A neighbour at twice the distance has a quarter of the weight.
    pub fn scores(&self, glyphs: &[Glyph]) -> Vec<Scores> {
        let mut is_trained = [false; CLASS_COUNT];
        self.classes.iter().for_each(|&class| is_trained[usize::from(class)] = true);
        let score = |neighbours: &Vec<Neighbour>| {
            let weight = |neighbour: &Neighbour| 1.0 / (1.0 + neighbour.squared_distance as f32);
            let total: f32 = neighbours.iter().map(weight).sum();
            let mut shares = [0.0; CLASS_COUNT];
            for neighbour in neighbours {
                shares[usize::from(self.classes[neighbour.place as usize])] += weight(neighbour) / total;
            }
            let mut scores = UNTRAINED;
            for (class, score) in scores.iter_mut().enumerate().filter(|(class, _)| is_trained[*class]) {
                *score = (shares[class] + LEAST_SHARE).ln();
            }
            scores
        };
        self.nearest(glyphs, NEIGHBOUR_COUNT).iter().map(score).collect()
    }

    /// Adds the tables of this model to a file.
    pub fn store(&self, file: &mut ModelFile) {
        file.put_bytes("pixels", PIXEL_COUNT, &self.pixels);
        file.put_bytes("labels", 1, &self.classes);
    }

    /// Takes the tables of this model out of a file.
    ///
    /// # Errors
    /// A sentence if they do not fit together.
    pub fn restore(file: &mut ModelFile) -> Result<Self, String> {
        let (pixels, classes) = (file.take_bytes("pixels", PIXEL_COUNT)?, file.take_bytes("labels", 1)?);
        let known = classes.iter().all(|&class| usize::from(class) < CLASS_COUNT);
        if classes.is_empty() || !known || pixels.len() != classes.len() * PIXEL_COUNT {
            return Err("its glyphs and labels do not fit together; train it again".to_owned());
        }
        Ok(Self::new(pixels, classes))
    }
}

/// The search for the rows nearest to one query. The score of a row is its squared distance less the squared length of
/// the query: `norm - 2 * product`.
struct Search {
    /// The best scores so far, ascending.
    best: Vec<f32>,
    /// Rows that may be among the nearest.
    candidates: Vec<(f32, u32)>,
    count: usize,
    slack: f32,
}

impl Search {
    fn new(count: usize, slack: f32) -> Self {
        Self { best: Vec::with_capacity(count + 1), candidates: Vec::new(), count, slack }
    }

    /// Rows with a greater score than this are not among the nearest.
    #[inline(always)]
    fn limit(&self) -> f32 {
        match self.best.last() {
            Some(last) if self.best.len() == self.count => last + self.slack,
            _ => f32::INFINITY,
        }
    }

    /// Takes the rows from `first` on that may be among the nearest.
    #[inline(always)]
    fn look_at(&mut self, products: &[f32], norms: &[f32], first: u32) {
        let mut limit = self.limit();
        for (glance, (products, norms)) in (0..).zip(products.chunks(GLANCE).zip(norms.chunks(GLANCE))) {
            let mut is_near = false;
            for (product, norm) in products.iter().zip(norms) {
                is_near |= norm - 2.0 * product <= limit;
            }
            if !is_near {
                continue;
            }
            for (place, (product, norm)) in (first + glance * GLANCE as u32..).zip(products.iter().zip(norms)) {
                let score = norm - 2.0 * product;
                if score <= limit {
                    self.take(score, place);
                    limit = self.limit();
                }
            }
        }
    }

    fn take(&mut self, score: f32, place: u32) {
        self.candidates.push((score, place));
        let rank = self.best.partition_point(|&best| best <= score);
        if rank < self.count {
            self.best.insert(rank, score);
            self.best.truncate(self.count);
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_pcg::Pcg64Mcg;

    use super::*;
    use crate::geometry::Rect;

    /// Glyphs of few levels of ink, so that many are equally near.
    fn random_glyphs(count: usize, seed: u64) -> Vec<Glyph> {
        let mut random = Pcg64Mcg::seed_from_u64(seed);
        let mut glyph = || {
            let mut pixels = Box::new([0; PIXEL_COUNT]);
            pixels[200..260].iter_mut().for_each(|pixel| *pixel = random.random_range(0..3) * 127);
            Glyph { pixels, origin: Rect::new(0, 0, 28, 28) }
        };
        (0..count).map(|_| glyph()).collect()
    }

    fn of(glyphs: &[Glyph]) -> Neighbours {
        let pixels = glyphs.iter().flat_map(|glyph| glyph.pixels.iter().copied()).collect();
        Neighbours::new(pixels, (0..glyphs.len()).map(|place| (place % 10) as u8).collect())
    }

    fn by_hand(training: &[Glyph], glyph: &Glyph, count: usize) -> Vec<Neighbour> {
        let distance = |other: &Glyph| {
            let squares = other.pixels.iter().zip(glyph.pixels.iter()).map(|(&a, &b)| i32::from(a) - i32::from(b));
            squares.map(|difference| (difference * difference) as u32).sum()
        };
        let mut all: Vec<Neighbour> =
            (0..).zip(training).map(|(place, other)| Neighbour { squared_distance: distance(other), place }).collect();
        all.sort();
        all.truncate(count);
        all
    }

    #[test]
    fn the_nearest_are_those_of_a_full_search() {
        let (training, queries) = (random_glyphs(3 * BLOCK_ROWS / 2, 1), random_glyphs(BLOCK_GLYPHS + 3, 2));
        let found = of(&training).nearest(&queries, 7);
        for (query, found) in queries.iter().zip(&found) {
            assert_eq!(*found, by_hand(&training, query, 7));
        }
        assert_eq!(of(&training).nearest(&queries[..1], 7)[0], found[0]);
    }

    #[test]
    fn ink_where_no_training_glyph_has_any_counts() {
        let training = random_glyphs(20, 3);
        let mut query = training[4].clone();
        query.pixels[0] = 9;
        let nearest = of(&training).nearest(&[query], 1);
        assert_eq!(nearest[0], [Neighbour { squared_distance: 81, place: 4 }]);
    }

    #[test]
    fn fewer_glyphs_than_asked_for_and_blank_ones_are_no_trouble() {
        let training = random_glyphs(3, 4);
        assert_eq!(of(&training).nearest(&training, 7)[2].len(), 3);
        let blank = Glyph { pixels: Box::new([0; PIXEL_COUNT]), origin: Rect::default() };
        let scores = of(&vec![blank.clone(); 2]).scores(&[blank, training[0].clone()]);
        assert!(scores.iter().all(|scores| scores[0].is_finite() && scores[1].is_finite() && scores[2].is_infinite()));
    }
}

//! The nearest training glyphs, found exactly: glyphs in, the logarithm of each class's share among their neighbours out.
//!
//! A glyph's 784 pixels are shortened to 96 principal components and the length of what these leave out. The distance
//! between two such short rows is never above that of the pixels, and matrix products give it for many pairs at once; where
//! it does not rule a training glyph out, the pixels are compared in whole numbers. So the neighbours are those of a full
//! search, and do not depend on the processor or on the other glyphs of a batch.

use super::file::ModelFile;
use super::{Scores, UNTRAINED};
use crate::features::pixels::PIXEL_COUNT;
use crate::features::principal::PrincipalComponents;
use crate::glyph::Glyph;
use crate::matrix_product::{Matrix, multiply};
use crate::reader::CLASS_COUNT;
use crate::vectorised::vectorised;

/// How many neighbours have a say; of 4,994 validation digits of MNIST, 107 are read wrong.
const NEIGHBOUR_COUNT: usize = 5;

/// Added to every class's share of the neighbours' weights, so that no class is ruled out for good.
const LEAST_SHARE: f32 = 0.01;

/// Principal components of a short row.
const COMPONENT_COUNT: usize = 96;

/// Training glyphs that the components are fitted to at most; any directions give the right neighbours, good ones fast.
const FITTED_GLYPHS: usize = 10_000;

/// Glyphs and training rows whose products are computed at once; they stay in the second cache.
const BLOCK_GLYPHS: usize = 128;
const BLOCK_ROWS: usize = 1024;

/// Products that are looked at together when nearly none of them matters.
const GLANCE: usize = 32;

/// How far rounding may lift a short distance above the true one, as a share of the square of the greatest distance that
/// two glyphs so far from the mean can have. Rounding of sums of 96 and 784 products and of the directions gives 2e-5 at
/// most; ten times that costs nothing.
const ROUNDING_SHARE: f64 = 2e-4;

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
    principal: PrincipalComponents,
    /// The short rows of all training glyphs.
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
        let glyphs = || pixels.chunks_exact(PIXEL_COUNT);
        let step = classes.len().div_ceil(FITTED_GLYPHS).max(1);
        let table = selected(glyphs().step_by(step), &columns);
        let (principal, _) = PrincipalComponents::fit(&table, columns.len(), COMPONENT_COUNT);
        let mut rows = Vec::with_capacity(classes.len() * (principal.count() + 1));
        for block in pixels.chunks(BLOCK_ROWS * PIXEL_COUNT) {
            rows.extend(shortened(&principal, &selected(block.chunks_exact(PIXEL_COUNT), &columns)));
        }
        let norms: Vec<f32> = rows.chunks_exact(principal.count() + 1).map(|row| squared_length(row) as f32).collect();
        let greatest_norm = norms.iter().copied().fold(0.0, f32::max).into();
        Self { pixels, classes, columns, principal, rows, norms, greatest_norm }
    }

    /// The `count` training glyphs nearest to each glyph, nearest first, the earlier one first where two are as near.
    pub fn nearest(&self, glyphs: &[Glyph], count: usize) -> Vec<Vec<Neighbour>> {
        let (width, mut found) = (self.principal.count() + 1, Vec::with_capacity(glyphs.len()));
        let mut products = vec![0.0; BLOCK_GLYPHS * BLOCK_ROWS];
        for block in glyphs.chunks(BLOCK_GLYPHS) {
            let pixels = block.iter().map(|glyph| glyph.pixels.as_slice());
            let queries = shortened(&self.principal, &selected(pixels, &self.columns));
            let mut searches: Vec<Search> = block
                .iter()
                .zip(queries.chunks_exact(width))
                .map(|(glyph, query)| self.search(glyph, query, count))
                .collect();
            let left = Matrix::new(&queries, block.len(), width);
            let parts = self.rows.chunks(BLOCK_ROWS * width).zip(self.norms.chunks(BLOCK_ROWS));
            for (part, (rows, norms)) in parts.enumerate() {
                let products = &mut products[..block.len() * norms.len()];
                multiply(left, Matrix::new(rows, norms.len(), width).transposed(), products, false);
                for (search, products) in searches.iter_mut().zip(products.chunks_exact(norms.len())) {
                    vectorised(
                        #[inline(always)]
                        || search.look_at(products, norms, part * BLOCK_ROWS),
                    );
                }
            }
            found.extend(searches.into_iter().map(|search| search.nearest));
        }
        found
    }

    fn search<'a>(&'a self, glyph: &'a Glyph, query: &[f32], count: usize) -> Search<'a> {
        let squared_length = squared_length(query);
        let reach = squared_length.sqrt() + self.greatest_norm.sqrt();
        Search {
            training: &self.pixels,
            pixels: glyph.pixels.as_slice(),
            nearest: Vec::with_capacity(count + 1),
            count,
            allowance: ROUNDING_SHARE * reach * reach - squared_length,
        }
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

/// Some columns of glyphs, row by row.
fn selected<'a>(glyphs: impl Iterator<Item = &'a [u8]>, columns: &[usize]) -> Vec<f32> {
    glyphs.flat_map(|glyph| columns.iter().map(|&column| f32::from(glyph[column]))).collect()
}

/// The coordinates of each row along the components, and the length of what they leave out.
fn shortened(principal: &PrincipalComponents, table: &[f32]) -> Vec<f32> {
    let (width, count) = (principal.means.len(), principal.count());
    let coordinates = principal.project(table);
    let rows = table.len() / width;
    let mut along = vec![0.0; table.len()];
    multiply(Matrix::new(&coordinates, rows, count), Matrix::new(&principal.axes, count, width), &mut along, false);
    let mut short = Vec::with_capacity(rows * (count + 1));
    for ((row, along), coordinates) in
        table.chunks_exact(width).zip(along.chunks_exact(width)).zip(coordinates.chunks_exact(count))
    {
        let left_out = row.iter().zip(along).zip(&principal.means).map(|((value, along), mean)| value - mean - along);
        short.extend_from_slice(coordinates);
        short.push(left_out.map(|value| f64::from(value) * f64::from(value)).sum::<f64>().sqrt() as f32);
    }
    short
}

fn squared_length(row: &[f32]) -> f64 {
    row.iter().map(|&value| f64::from(value) * f64::from(value)).sum()
}

/// The search for the training glyphs nearest to one glyph.
struct Search<'a> {
    training: &'a [u8],
    pixels: &'a [u8],
    /// The nearest so far, in order.
    nearest: Vec<Neighbour>,
    count: usize,
    /// What is added to a squared distance to compare it with `norm - 2 * product` of short rows, rounding included.
    allowance: f64,
}

impl Search<'_> {
    /// Rows whose `norm - 2 * product` is greater than this are not among the nearest.
    #[inline(always)]
    fn limit(&self) -> f32 {
        match self.nearest.last() {
            Some(last) if self.nearest.len() == self.count => {
                (f64::from(last.squared_distance) + self.allowance) as f32
            }
            _ => f32::INFINITY,
        }
    }

    /// Takes the rows from `first` on that are among the nearest so far.
    #[inline(always)]
    fn look_at(&mut self, products: &[f32], norms: &[f32], first: usize) {
        let mut limit = self.limit();
        for (glance, (products, norms)) in products.chunks(GLANCE).zip(norms.chunks(GLANCE)).enumerate() {
            let mut is_near = false;
            for (product, norm) in products.iter().zip(norms) {
                is_near |= norm - 2.0 * product <= limit;
            }
            if !is_near {
                continue;
            }
            for (place, (product, norm)) in (first + glance * GLANCE..).zip(products.iter().zip(norms)) {
                if norm - 2.0 * product <= limit {
                    self.measure(place);
                    limit = self.limit();
                }
            }
        }
    }

    /// Compares the pixels of a training glyph, and takes it if it is among the nearest so far.
    #[inline(always)]
    fn measure(&mut self, place: usize) {
        let row = &self.training[place * PIXEL_COUNT..(place + 1) * PIXEL_COUNT];
        let square = |(&a, &b): (&u8, &u8)| {
            let difference = i32::from(a) - i32::from(b);
            (difference * difference) as u32
        };
        let squared_distance = row.iter().zip(self.pixels).map(square).sum();
        let neighbour = Neighbour { squared_distance, place: place as u32 };
        let rank = self.nearest.partition_point(|nearer| *nearer < neighbour);
        if rank < self.count {
            self.nearest.insert(rank, neighbour);
            self.nearest.truncate(self.count);
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

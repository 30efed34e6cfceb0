//! Principal components: rows of correlated numbers in, the few directions in which they differ most out.
//!
//! The leading eigenvectors of the covariance come from orthogonal iteration, all work but the last small
//! eigen-decomposition being matrix products (Halko, Martinsson & Tropp 2011). The whole decomposition of the 2,100
//! varying columns of all features would take minutes; this takes a second.

use nalgebra::{DMatrix, SymmetricEigen};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

use crate::matrix_product::{Matrix, multiply};

/// Directions that are followed beyond those asked for; they make the iteration converge.
const SPARE_DIRECTIONS: usize = 16;

/// Times the directions are multiplied with the covariance.
const ITERATIONS: usize = 24;

/// Rows of a block in [`PrincipalComponents::project`]. Blocks are always full, so that every row goes the same way
/// through the matrix product and its result cannot depend on its neighbours.
const BLOCK_ROWS: usize = 16;

/// Rows whose products are added to the covariance at once.
const COVARIANCE_ROWS: usize = 512;

/// A mean and orthogonal directions from it, those of the greatest variance first.
#[derive(Clone, Debug, PartialEq)]
pub struct PrincipalComponents {
    /// One a column.
    pub means: Vec<f32>,
    /// Direction after direction, each of length 1 and as long as `means`.
    pub axes: Vec<f32>,
}

impl PrincipalComponents {
    /// The leading `count` components (fewer if the table has fewer columns) of a table stored row by row, each row of
    /// `width` numbers, and the share of the variance that they keep, 0 to 1.
    pub fn fit(table: &[f32], width: usize, count: usize) -> (Self, f32) {
        let means = means(table, width);
        let covariance = covariance(table, &means);
        let (axes, variances) = leading_axes(&covariance, width, count.min(width));
        let total: f32 = (0..width).map(|column| covariance[column * width + column]).sum();
        let kept = if total > 0.0 { (variances.iter().sum::<f32>() / total).clamp(0.0, 1.0) } else { 1.0 };
        (Self { means, axes }, kept)
    }

    /// How many directions there are.
    pub fn count(&self) -> usize {
        self.axes.len() / self.means.len().max(1)
    }

    /// The coordinates of each row of a table along the directions, row by row.
    pub fn project(&self, table: &[f32]) -> Vec<f32> {
        let (width, count) = (self.means.len(), self.count());
        let axes = Matrix::new(&self.axes, count, width).transposed();
        let (mut block, mut products) = (vec![0.0; BLOCK_ROWS * width], vec![0.0; BLOCK_ROWS * count]);
        let mut projected = Vec::with_capacity(table.len() / width.max(1) * count);
        for rows in table.chunks(BLOCK_ROWS * width.max(1)) {
            centre(rows, &self.means, &mut block);
            block[rows.len()..].fill(0.0);
            multiply(Matrix::new(&block, BLOCK_ROWS, width), axes, &mut products, false);
            projected.extend_from_slice(&products[..rows.len() / width * count]);
        }
        projected
    }
}

fn means(table: &[f32], width: usize) -> Vec<f32> {
    let mut sums = vec![0f64; width];
    for row in table.chunks_exact(width.max(1)) {
        sums.iter_mut().zip(row).for_each(|(sum, &value)| *sum += f64::from(value));
    }
    let rows = (table.len() / width.max(1)).max(1) as f64;
    sums.iter().map(|sum| (sum / rows) as f32).collect()
}

/// Writes rows less the means to the start of `target`.
fn centre(rows: &[f32], means: &[f32], target: &mut [f32]) {
    for (row, target) in rows.chunks_exact(means.len().max(1)).zip(target.chunks_exact_mut(means.len().max(1))) {
        target.iter_mut().zip(row.iter().zip(means)).for_each(|(target, (value, mean))| *target = value - mean);
    }
}

fn covariance(table: &[f32], means: &[f32]) -> Vec<f32> {
    let width = means.len();
    let rows = (table.len() / width.max(1)).max(1) as f32;
    let (mut covariance, mut block) = (vec![0.0; width * width], vec![0.0; COVARIANCE_ROWS * width]);
    for part in table.chunks(COVARIANCE_ROWS * width.max(1)) {
        centre(part, means, &mut block);
        let centred = Matrix::new(&block[..part.len()], part.len() / width, width);
        multiply(centred.transposed(), centred, &mut covariance, true);
    }
    covariance.iter_mut().for_each(|value| *value /= rows);
    covariance
}

/// The eigenvectors of the `count` greatest eigenvalues of a symmetric matrix, one after the other, and their eigenvalues.
fn leading_axes(matrix: &[f32], width: usize, count: usize) -> (Vec<f32>, Vec<f32>) {
    let followed = (count + SPARE_DIRECTIONS).min(width);
    let whole = Matrix::new(matrix, width, width);
    let mut random = Pcg64Mcg::seed_from_u64(0);
    // Directions are rows here, which makes each of them one piece of memory.
    let mut directions: Vec<f32> = (0..followed * width).map(|_| random.random::<f32>() - 0.5).collect();
    let mut products = vec![0.0; followed * width];
    orthonormalise(&mut directions, width);
    for _ in 0..ITERATIONS {
        multiply(Matrix::new(&directions, followed, width), whole, &mut products, false);
        std::mem::swap(&mut directions, &mut products);
        orthonormalise(&mut directions, width);
    }
    multiply(Matrix::new(&directions, followed, width), whole, &mut products, false);
    let mut small = vec![0.0; followed * followed];
    let rows = Matrix::new(&directions, followed, width);
    multiply(Matrix::new(&products, followed, width), rows.transposed(), &mut small, false);
    let eigen = SymmetricEigen::new(DMatrix::from_fn(followed, followed, |row, column| {
        f64::from(small[row * followed + column] + small[column * followed + row]) / 2.0
    }));
    let mut order: Vec<usize> = (0..followed).collect();
    order.sort_by(|&a, &b| eigen.eigenvalues[b].total_cmp(&eigen.eigenvalues[a]).then(a.cmp(&b)));
    order.truncate(count);
    let turn: Vec<f32> = order
        .iter()
        .flat_map(|&place| (0..followed).map(move |row| (row, place)))
        .map(|at| eigen.eigenvectors[at] as f32)
        .collect();
    let mut axes = vec![0.0; count * width];
    multiply(Matrix::new(&turn, count, followed), rows, &mut axes, false);
    axes.chunks_exact_mut(width.max(1)).for_each(face_forward);
    (axes, order.iter().map(|&place| eigen.eigenvalues[place] as f32).collect())
}

/// Makes rows orthogonal and of length 1, each against those before it; a row that is a mixture of them becomes zeros.
fn orthonormalise(rows: &mut [f32], width: usize) {
    for index in 0..rows.len() / width.max(1) {
        let (before, rest) = rows.split_at_mut(index * width);
        let row = &mut rest[..width];
        let length_before = dot(row, row).sqrt();
        // Twice is enough to be orthogonal to the last bit that matters (Kahan, in Parlett 1980).
        for other in before.chunks_exact(width).chain(before.chunks_exact(width)) {
            let share = dot(row, other);
            row.iter_mut().zip(other).for_each(|(value, other)| *value -= share * other);
        }
        let length = dot(row, row).sqrt();
        let factor = if length > 1e-5 * length_before { 1.0 / length } else { 0.0 };
        row.iter_mut().for_each(|value| *value *= factor);
    }
}

fn dot(left: &[f32], right: &[f32]) -> f32 {
    let mut sums = [0f32; 16];
    let chunks = left.chunks_exact(16).zip(right.chunks_exact(16));
    for (left, right) in chunks {
        sums.iter_mut().zip(left.iter().zip(right)).for_each(|(sum, (left, right))| *sum += left * right);
    }
    let rest = left.len() / 16 * 16;
    let rest: f32 = left[rest..].iter().zip(&right[rest..]).map(|(left, right)| left * right).sum();
    sums.iter().sum::<f32>() + rest
}

/// Turns a direction so that its greatest number is positive: of the two ends of an axis always the same one is taken.
fn face_forward(axis: &mut [f32]) {
    let greatest =
        axis.iter().copied().fold(0.0, |best: f32, value| if value.abs() > best.abs() { value } else { best });
    if greatest < 0.0 {
        axis.iter_mut().for_each(|value| *value = -*value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_on_a_line_need_one_direction() {
        let table: Vec<f32> = (0..50).flat_map(|step| [1.0 + 3.0 * step as f32, 7.0 - 4.0 * step as f32]).collect();
        let (components, kept) = PrincipalComponents::fit(&table, 2, 1);
        assert!(kept > 0.9999, "{kept}");
        let axis = &components.axes;
        assert!((axis[0] + 0.6).abs() < 1e-4 && (axis[1] - 0.8).abs() < 1e-4, "{axis:?}");
        let projected = components.project(&table);
        assert!(projected.windows(2).all(|pair| (pair[0] - pair[1] - 5.0).abs() < 1e-2), "5 apart: {projected:?}");
    }

    #[test]
    fn directions_come_by_variance_and_keep_their_share_of_it() {
        let mut random = Pcg64Mcg::seed_from_u64(5);
        let spread = [0.1, 5.0, 0.2, 2.0, 0.1];
        let table: Vec<f32> =
            (0..4000).map(|place| spread[place % 5] * (random.random::<f32>() - 0.5) + place as f32 % 5.0).collect();
        let (components, kept) = PrincipalComponents::fit(&table, 5, 2);
        assert!(components.axes[1] > 0.99 && components.axes[5 + 3] > 0.99, "{:?}", components.axes);
        assert!((kept - 29.0 / 29.06).abs() < 1e-3, "{kept}");
        assert_eq!(components.count(), 2);
    }

    #[test]
    fn a_projection_does_not_depend_on_the_other_rows() {
        let mut random = Pcg64Mcg::seed_from_u64(6);
        let table: Vec<f32> = (0..40 * 30).map(|_| random.random()).collect();
        let (components, _) = PrincipalComponents::fit(&table, 30, 7);
        let together = components.project(&table);
        for (row, projected) in table.chunks_exact(30).zip(together.chunks_exact(7)) {
            assert_eq!(components.project(row), projected);
        }
        assert!(components.project(&[]).is_empty());
    }

    #[test]
    fn columns_without_variance_are_no_trouble() {
        let (components, kept) = PrincipalComponents::fit(&[2.0; 12], 3, 5);
        assert_eq!((components.count(), kept), (3, 1.0));
        assert!(components.project(&[2.0; 3]).iter().all(|value| value.abs() < 1e-6));
    }
}

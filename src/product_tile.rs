//! Sums of products, with the sums kept in the registers of the processor: two operands and a [`Walk`] through them in, a
//! target out. Every layer of a network, forward and back, is one such walk.
//!
//! A tile of up to 13 rows and two vectors of columns is summed at a time (8 columns a vector on AVX2, 16 on AVX-512, 4 on
//! NEON), and each step multiplies one value a row with one vector a column block: Goto and van de Geijn 2008, without
//! their packing, since the windows of a convolution lie in runs of memory already. On a processor with AVX-512 and a
//! limit of 117 GFLOP/s a core, convolutions of 32 and 64 channels reach 115.

use pulp::{Arch, Scalar128b, Simd, WithSimd};

/// The number of columns of a walk must be a multiple of this: the widest vector (AVX-512) holds as many values.
pub const LANES: usize = 16;

/// Distances in the left operand, in values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeftStrides {
    /// From line to line.
    pub line: usize,
    /// From row to row.
    pub row: usize,
    /// From segment to segment of one sum.
    pub segment: usize,
    /// From step to step inside a segment.
    pub step: usize,
}

/// Distances in the right operand, in values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RightStrides {
    /// From line to line; 0 where all lines meet the same values.
    pub line: usize,
    /// From segment to segment of one sum.
    pub segment: usize,
    /// From step to step inside a segment.
    pub step: usize,
}

/// What is summed: `target[line][row][column] = sum over segments and steps of left * right`.
///
/// The left operand has one value a line, row, segment and step, the right operand one value a line, segment, step and
/// column, the columns side by side. The order of the sum is that of segments and steps, whatever the other sizes are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Walk {
    /// Lines of the target.
    pub lines: usize,
    /// Rows of each line.
    pub rows: usize,
    /// Columns of each row; a multiple of [`LANES`].
    pub columns: usize,
    /// Segments of each sum.
    pub segments: usize,
    /// Steps of each segment.
    pub steps: usize,
    /// Distances in the left operand.
    pub left: LeftStrides,
    /// Distances in the right operand.
    pub right: RightStrides,
    /// Distances in the target: from line to line, from row to row.
    pub target: (usize, usize),
    /// Whether sums below 0 become 0.
    pub rectified: bool,
}

/// What the sums begin with.
#[derive(Clone, Copy, Debug)]
pub enum Start<'a> {
    /// Nothing: 0.
    Zero,
    /// One value a column.
    Biases(&'a [f32]),
    /// What is in the target.
    Target,
}

impl Walk {
    /// Sums the products of `left` and `right` into `target`.
    ///
    /// # Panics
    /// If the walk leaves one of the slices, or the columns are no multiple of [`LANES`].
    pub fn sum(&self, left: &[f32], right: &[f32], start: Start, target: &mut [f32]) {
        if self.lines == 0 || self.rows == 0 || self.columns == 0 {
            return;
        }
        let last = |counts: &[usize], strides: &[usize]| -> usize {
            counts.iter().zip(strides).map(|(count, stride)| count.saturating_sub(1) * stride).sum()
        };
        let strides = self.left;
        let last_left = last(
            &[self.lines, self.rows, self.segments, self.steps],
            &[strides.line, strides.row, strides.segment, strides.step],
        );
        let RightStrides { line, segment, step } = self.right;
        let last_right = last(&[self.lines, self.segments, self.steps], &[line, segment, step]) + self.columns - 1;
        let last_target = last(&[self.lines, self.rows], &[self.target.0, self.target.1]) + self.columns - 1;
        assert!(self.columns.is_multiple_of(LANES), "{} columns are no multiple of {LANES}", self.columns);
        assert!(last_left < left.len() && last_right < right.len(), "the walk leaves its operands: {self:?}");
        assert!(last_target < target.len(), "the walk leaves its target: {self:?}");
        if let Start::Biases(biases) = start {
            assert!(biases.len() >= self.columns, "{} biases for {} columns", biases.len(), self.columns);
        }
        with_vectors(Sum { walk: self, left, right, start, target });
    }
}

/// Runs work on the widest vectors that the processor has, found out at run time.
pub fn with_vectors<W: WithSimd>(work: W) -> W::Output {
    match Arch::new() {
        // pulp's plain fallback works value by value; four values at a time are what every 64-bit processor has.
        Arch::Scalar => work.with_simd(Scalar128b),
        arch => arch.dispatch(work),
    }
}

/// A checked walk through its slices.
struct Sum<'a> {
    walk: &'a Walk,
    left: &'a [f32],
    right: &'a [f32],
    start: Start<'a>,
    target: &'a mut [f32],
}

impl WithSimd for Sum<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let mut column = 0;
        while column < self.walk.columns {
            // Narrow vectors fit LANES twice or more, wide ones perhaps not twice into what is left.
            if self.walk.columns - column >= 2 * S::F32_LANES {
                self.sum_columns::<S, 2>(simd, column);
                column += 2 * S::F32_LANES;
            } else {
                self.sum_columns::<S, 1>(simd, column);
                column += S::F32_LANES;
            }
        }
    }
}

impl Sum<'_> {
    /// All lines and rows of `VECTORS` vectors of columns.
    #[inline(always)]
    fn sum_columns<S: Simd, const VECTORS: usize>(&mut self, simd: S, column: usize) {
        // Registers for the sums, beside those for a value and the columns. With 14 rows and two vectors they no longer
        // fit into 32, and some walks fall from 115 to 40 GFLOP/s.
        let most_rows = if S::REGISTER_COUNT >= 32 { 13 } else { 6 };
        let tiles = self.walk.rows.div_ceil(most_rows);
        for line in 0..self.walk.lines {
            let mut row = 0;
            for tile in 0..tiles {
                // As even as can be: 26 rows are 13 and 13.
                let end = (tile + 1) * self.walk.rows / tiles;
                match end - row {
                    1 => self.sum_tile::<S, 1, VECTORS>(simd, line, row, column),
                    2 => self.sum_tile::<S, 2, VECTORS>(simd, line, row, column),
                    3 => self.sum_tile::<S, 3, VECTORS>(simd, line, row, column),
                    4 => self.sum_tile::<S, 4, VECTORS>(simd, line, row, column),
                    5 => self.sum_tile::<S, 5, VECTORS>(simd, line, row, column),
                    6 => self.sum_tile::<S, 6, VECTORS>(simd, line, row, column),
                    7 => self.sum_tile::<S, 7, VECTORS>(simd, line, row, column),
                    8 => self.sum_tile::<S, 8, VECTORS>(simd, line, row, column),
                    9 => self.sum_tile::<S, 9, VECTORS>(simd, line, row, column),
                    10 => self.sum_tile::<S, 10, VECTORS>(simd, line, row, column),
                    11 => self.sum_tile::<S, 11, VECTORS>(simd, line, row, column),
                    12 => self.sum_tile::<S, 12, VECTORS>(simd, line, row, column),
                    _ => self.sum_tile::<S, 13, VECTORS>(simd, line, row, column),
                }
                row = end;
            }
        }
    }

    /// One tile. `Walk::sum` has checked that the last value of the whole walk lies inside each slice, so all do.
    #[inline(always)]
    fn sum_tile<S: Simd, const ROWS: usize, const VECTORS: usize>(
        &mut self,
        simd: S,
        line: usize,
        row: usize,
        column: usize,
    ) {
        let (walk, strides) = (self.walk, self.walk.left);
        let target_start = line * walk.target.0 + row * walk.target.1 + column;
        let mut sums = [[simd.splat_f32s(0.0); VECTORS]; ROWS];
        // SAFETY: every offset below is at most the one that `Walk::sum` has compared with the length of its slice.
        unsafe {
            let vector = |from: *const f32, vector: usize| from.add(vector * S::F32_LANES).cast::<S::f32s>();
            let target = self.target.as_mut_ptr().add(target_start);
            for (tile_row, sums) in sums.iter_mut().enumerate() {
                for (index, sum) in sums.iter_mut().enumerate() {
                    match self.start {
                        Start::Zero => {}
                        Start::Biases(biases) => *sum = vector(biases.as_ptr().add(column), index).read_unaligned(),
                        Start::Target => *sum = vector(target.add(tile_row * walk.target.1), index).read_unaligned(),
                    }
                }
            }
            for segment in 0..walk.segments {
                let left = line * strides.line + row * strides.row + segment * strides.segment;
                let mut left = self.left.as_ptr().add(left);
                let mut right = self.right.as_ptr().add(line * walk.right.line + segment * walk.right.segment + column);
                for _ in 0..walk.steps {
                    let columns: [S::f32s; VECTORS] =
                        std::array::from_fn(|index| vector(right, index).read_unaligned());
                    for (tile_row, sums) in sums.iter_mut().enumerate() {
                        let value = simd.splat_f32s(*left.add(tile_row * strides.row));
                        for (sum, &column) in sums.iter_mut().zip(&columns) {
                            *sum = simd.mul_add_e_f32s(value, column, *sum);
                        }
                    }
                    left = left.wrapping_add(strides.step);
                    right = right.wrapping_add(walk.right.step);
                }
            }
            let least = simd.splat_f32s(if walk.rectified { 0.0 } else { f32::NEG_INFINITY });
            for (tile_row, sums) in sums.iter().enumerate() {
                for (index, &sum) in sums.iter().enumerate() {
                    let sum = simd.max_f32s(sum, least);
                    vector(target.add(tile_row * walk.target.1), index).cast_mut().write_unaligned(sum);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(count: usize) -> Vec<f32> {
        (0..count).map(|number| ((number * 37 + 11) % 23) as f32 - 11.0).collect()
    }

    /// The definition, value by value; all numbers are small whole ones, so that the order does not matter.
    fn plain(walk: &Walk, left: &[f32], right: &[f32], target: &mut [f32]) {
        let strides = walk.left;
        for (line, row) in (0..walk.lines).flat_map(|line| (0..walk.rows).map(move |row| (line, row))) {
            for column in 0..walk.columns {
                for (segment, step) in (0..walk.segments).flat_map(|s| (0..walk.steps).map(move |step| (s, step))) {
                    let place =
                        line * strides.line + row * strides.row + segment * strides.segment + step * strides.step;
                    let to = walk.right;
                    let other = line * to.line + segment * to.segment + step * to.step + column;
                    target[line * walk.target.0 + row * walk.target.1 + column] += left[place] * right[other];
                }
            }
        }
    }

    fn walk(rows: usize, columns: usize) -> Walk {
        Walk {
            lines: 3,
            rows,
            columns,
            segments: 2,
            steps: 5,
            left: LeftStrides { line: 7, row: 3, segment: 11, step: 2 },
            right: RightStrides { line: 4 * columns, segment: 6 * columns, step: columns },
            target: (rows * columns, columns),
            rectified: false,
        }
    }

    #[test]
    fn sums_agree_with_the_definition_for_every_height_of_a_tile() {
        for (rows, columns) in (1..=30).map(|rows| (rows, 16)).chain([(3, 32), (13, 48), (28, 80)]) {
            let walk = walk(rows, columns);
            let (left, right) = (numbers(200), numbers(19 * columns));
            let mut expected = vec![0.0; 3 * rows * columns];
            plain(&walk, &left, &right, &mut expected);
            let mut target = vec![9.0; expected.len()];
            walk.sum(&left, &right, Start::Zero, &mut target);
            assert_eq!(target, expected, "{rows} rows, {columns} columns");
            walk.sum(&left, &right, Start::Target, &mut target);
            assert!(target.iter().zip(&expected).all(|(twice, once)| *twice == 2.0 * once));
            let biases = numbers(columns);
            walk.sum(&left, &right, Start::Biases(&biases), &mut target);
            assert!((0..target.len()).all(|place| target[place] == expected[place] + biases[place % columns]));
            Walk { rectified: true, ..walk }.sum(&left, &right, Start::Zero, &mut target);
            assert!((0..target.len()).all(|place| target[place] == expected[place].max(0.0)));
        }
    }

    #[test]
    fn every_width_of_vectors_gives_the_same_sums() {
        let walk = walk(9, 48);
        let (left, right) = (numbers(200), numbers(19 * 48));
        let (mut one, mut other) = (vec![0.0; 27 * 48], vec![0.0; 27 * 48]);
        walk.sum(&left, &right, Start::Zero, &mut one);
        Sum { walk: &walk, left: &left, right: &right, start: Start::Zero, target: &mut other }.with_simd(Scalar128b);
        assert_eq!(one, other);
    }

    #[test]
    #[should_panic(expected = "leaves its operands")]
    fn a_walk_that_leaves_its_operands_is_refused() {
        walk(9, 16).sum(&numbers(40), &numbers(400), Start::Zero, &mut numbers(500));
    }

    #[test]
    fn an_empty_walk_does_nothing() {
        let mut target = numbers(3);
        Walk::default().sum(&[], &[], Start::Zero, &mut target);
        assert_eq!(target, numbers(3));
    }
}

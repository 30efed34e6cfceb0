//! Products of matrices on one thread: the safe door to the `gemm` crate.

/// A matrix inside a slice: element (row, column) stands at `row * row_stride + column * column_stride`.
#[derive(Clone, Copy)]
pub struct Matrix<'a> {
    values: &'a [f32],
    rows: usize,
    columns: usize,
    row_stride: usize,
    column_stride: usize,
}

impl<'a> Matrix<'a> {
    /// A matrix stored row by row; `values` holds `rows * columns` elements.
    pub fn new(values: &'a [f32], rows: usize, columns: usize) -> Self {
        assert_eq!(values.len(), rows * columns, "a matrix of {rows} x {columns}");
        Self { values, rows, columns, row_stride: columns, column_stride: 1 }
    }

    /// The same elements with rows and columns exchanged.
    pub fn transposed(self) -> Self {
        Self {
            rows: self.columns,
            columns: self.rows,
            row_stride: self.column_stride,
            column_stride: self.row_stride,
            ..self
        }
    }
}

/// Writes `left * right` to `target` (row by row), or adds it to what is there.
pub fn multiply(left: Matrix, right: Matrix, target: &mut [f32], add: bool) {
    assert_eq!(left.columns, right.rows, "matrices that do not fit");
    assert_eq!(target.len(), left.rows * right.columns, "a target of another size");
    // SAFETY: all three slices hold their matrix, as asserted here and in `Matrix::new`, and the target is borrowed alone.
    unsafe {
        gemm::gemm(
            left.rows,
            right.columns,
            left.columns,
            target.as_mut_ptr(),
            1,
            right.columns as isize,
            add,
            left.values.as_ptr(),
            left.column_stride as isize,
            left.row_stride as isize,
            right.values.as_ptr(),
            right.column_stride as isize,
            right.row_stride as isize,
            1.0,
            1.0,
            false,
            false,
            false,
            gemm::Parallelism::None,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_a_transposed_product_and_a_sum() {
        let (left, right) = ([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [1.0, 0.0, 2.0, 1.0, 0.0, 3.0]);
        let mut target = [0.0; 4];
        multiply(Matrix::new(&left, 2, 3), Matrix::new(&right, 3, 2), &mut target, false);
        assert_eq!(target, [5.0, 11.0, 14.0, 23.0]);
        multiply(Matrix::new(&left, 2, 3), Matrix::new(&right, 2, 3).transposed(), &mut target, true);
        assert_eq!(target, [12.0, 21.0, 30.0, 45.0]);
    }
}

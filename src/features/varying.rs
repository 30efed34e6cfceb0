//! Columns that say nothing: rows of numbers in, the columns whose numbers differ out.

/// The columns of a table (row by row, each of `width` numbers) that are not the same in every row, in their order.
pub fn varying_columns(table: &[f32], width: usize) -> Vec<u32> {
    let Some(first) = table.get(..width) else { return Vec::new() };
    let mut varies = vec![false; width];
    for row in table.chunks_exact(width) {
        for (varies, (value, first)) in varies.iter_mut().zip(row.iter().zip(first)) {
            *varies |= value != first;
        }
    }
    (0..).zip(varies).filter(|(_, varies)| *varies).map(|(column, _)| column).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constant_columns_are_left_out() {
        assert_eq!(varying_columns(&[1.0, 2.0, 3.0, 1.0, 5.0, 3.0, 1.0, 2.0, 3.5], 3), [1, 2]);
        assert_eq!(varying_columns(&[1.0, 2.0], 2), [] as [u32; 0]);
        assert_eq!(varying_columns(&[], 2), [] as [u32; 0]);
    }
}

//! Features without their redundancy: glyphs in, a short row of numbers each out.

use super::principal::PrincipalComponents;
use super::set::FeatureSet;
use super::varying::varying_columns;
use crate::glyph::Glyph;

/// Glyphs that a reduction is fitted to at most, evenly spread over those given: 20,000 rows settle 2,100 columns.
const FITTED_GLYPHS: usize = 20_000;

/// Glyphs that are measured at once; more would only take memory.
const BLOCK_GLYPHS: usize = 256;

/// Which features are taken, and what is left of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Reduction {
    /// What is measured.
    pub set: FeatureSet,
    /// The columns that vary, in their order.
    pub columns: Vec<u32>,
    /// What each of them is multiplied by: every set of a union has the same variance in all, and all together have 1.
    pub scales: Vec<f32>,
    /// The directions that are kept, or `None` to keep the columns.
    pub principal: Option<PrincipalComponents>,
}

/// What a reduction kept.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Kept {
    /// Numbers that are measured.
    pub measured: usize,
    /// Of these, the number that vary.
    pub varying: usize,
    /// Numbers that come out.
    pub width: usize,
    /// Share of the variance that is left, 0 to 1.
    pub variance: f32,
}

impl Reduction {
    /// Fits a reduction to glyphs: constant columns go, and `components` directions of the rest stay (0: all columns stay).
    pub fn fit(set: FeatureSet, glyphs: &[Glyph], components: usize) -> (Self, Kept) {
        let step = glyphs.len().div_ceil(FITTED_GLYPHS).max(1);
        let mut table = Vec::new();
        glyphs.iter().step_by(step).for_each(|glyph| set.measure(glyph, &mut table));
        let columns = varying_columns(&table, set.width());
        let scales = scales(set, &columns, &table);
        let mut reduction = Self { set, columns, scales, principal: None };
        let mut variance = 1.0;
        if components > 0 {
            let table: Vec<f32> = reduction.selected(&table);
            let (principal, kept) = PrincipalComponents::fit(&table, reduction.columns.len(), components);
            (reduction.principal, variance) = (Some(principal), kept);
        }
        let kept = Kept { measured: set.width(), varying: reduction.columns.len(), width: reduction.width(), variance };
        (reduction, kept)
    }

    /// How many numbers a glyph gives.
    pub fn width(&self) -> usize {
        self.principal.as_ref().map_or(self.columns.len(), PrincipalComponents::count)
    }

    /// The numbers of glyphs, row by row; those of one do not depend on the others.
    pub fn apply(&self, glyphs: &[Glyph]) -> Vec<f32> {
        let (mut rows, mut measured) = (Vec::with_capacity(glyphs.len() * self.width()), Vec::new());
        for block in glyphs.chunks(BLOCK_GLYPHS) {
            measured.clear();
            block.iter().for_each(|glyph| self.set.measure(glyph, &mut measured));
            let selected = self.selected(&measured);
            match &self.principal {
                Some(principal) => rows.extend(principal.project(&selected)),
                None => rows.extend(selected),
            }
        }
        rows
    }

    /// The varying columns, scaled.
    fn selected(&self, table: &[f32]) -> Vec<f32> {
        let row = |row: &[f32]| -> Vec<f32> {
            self.columns.iter().zip(&self.scales).map(|(&column, scale)| row[column as usize] * scale).collect()
        };
        table.chunks_exact(self.set.width()).flat_map(row).collect()
    }
}

/// One scale a column: the same for all columns of a member set.
fn scales(set: FeatureSet, columns: &[u32], table: &[f32]) -> Vec<f32> {
    let variances = variances(set.width(), table);
    let (members, mut start, mut scales) = (set.members(), 0, Vec::new());
    for member in &members {
        let end = start + member.width();
        let total: f64 = variances[start..end].iter().sum();
        let scale = if total > 0.0 { (1.0 / (total * members.len() as f64).sqrt()) as f32 } else { 1.0 };
        let count = columns.iter().filter(|&&column| (start..end).contains(&(column as usize))).count();
        scales.extend(std::iter::repeat_n(scale, count));
        start = end;
    }
    scales
}

fn variances(width: usize, table: &[f32]) -> Vec<f64> {
    let rows = (table.len() / width).max(1) as f64;
    let (mut sums, mut squares) = (vec![0f64; width], vec![0f64; width]);
    for row in table.chunks_exact(width) {
        for (column, &value) in row.iter().enumerate() {
            sums[column] += f64::from(value);
            squares[column] += f64::from(value) * f64::from(value);
        }
    }
    sums.iter().zip(&squares).map(|(sum, square)| (square / rows - (sum / rows) * (sum / rows)).max(0.0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::set::tests::picture;

    fn glyphs() -> Vec<Glyph> {
        let rows = ["#..#", ".##.", "####", "#...", "..##", "##.#"];
        let pick = |number: usize| rows[number % rows.len()];
        (0..20).map(|number| picture(&[pick(number), pick(number / 2), pick(number / 3)])).collect()
    }

    #[test]
    fn constant_pixels_go_and_the_rest_has_a_variance_of_one() {
        let (reduction, kept) = Reduction::fit(FeatureSet::Pixels, &glyphs(), 0);
        assert_eq!((kept.measured, kept.varying, kept.width, kept.variance), (784, 12, 12, 1.0));
        let total: f64 = variances(12, &reduction.apply(&glyphs())).iter().sum();
        assert!((total - 1.0).abs() < 1e-4, "{total}");
    }

    #[test]
    fn the_sets_of_a_union_weigh_the_same_and_few_directions_keep_most() {
        let (reduction, kept) = Reduction::fit(FeatureSet::Union, &glyphs(), 0);
        let rows = variances(kept.width, &reduction.apply(&glyphs()));
        let pixels: f64 = rows[..12].iter().sum();
        assert!((pixels - 0.25).abs() < 1e-4, "{pixels}");
        let (reduction, kept) = Reduction::fit(FeatureSet::Union, &glyphs(), 6);
        assert_eq!((reduction.width(), kept.width), (6, 6));
        assert!(kept.variance > 0.7 && kept.variance < 1.0, "{kept:?}");
    }

    #[test]
    fn the_numbers_of_a_glyph_do_not_depend_on_the_others() {
        let glyphs = glyphs();
        let (reduction, _) = Reduction::fit(FeatureSet::Union, &glyphs, 5);
        let together = reduction.apply(&glyphs);
        for (glyph, row) in glyphs.iter().zip(together.chunks_exact(5)) {
            assert_eq!(reduction.apply(std::slice::from_ref(glyph)), row);
        }
    }
}

//! Combs of a blank form: cells in, rows of cells for one character each out, and the cells that are none.

use super::{Doubt, DraftField, DraftShape, printed_in};
use crate::geometry::Rect;

/// Cells wider than this hold more than one character (11 mm) ...
const MAX_CELL_INCH: f32 = 0.43;
/// ... unless each shows one printed letter, as DDMMYYYY does; then up to this (20 mm).
const MAX_LETTERED_INCH: f32 = 0.8;

/// So many wide cells without a letter are a comb if they are all alike, as for a date.
const MIN_WIDE_CELLS: usize = 6;

/// Upper and lower edges of the cells of a comb lie within this distance of each other, in inches.
const LEVEL_INCH: f32 = 0.04;

/// Two cells follow each other if no more than this share of their width lies between them ...
const GAP_SHARE: f32 = 0.7;
/// ... and the gap is no wider than the first one by more than this share: a day and a month are two combs.
const GAP_SPREAD_SHARE: f32 = 0.2;

/// Cells of one comb differ in width by no more than this share of the narrowest: the last cells of drawn combs are often
/// wider, by 29 % on one of the forms looked at.
const WIDTH_SPREAD_SHARE: f32 = 0.35;
/// More than this share is worth a remark.
const EVEN_SHARE: f32 = 0.15;

/// The combs among the cells, and all cells that belong to none.
pub fn find(cells: &[Rect], print: &[Rect], dpi: f32) -> (Vec<DraftField>, Vec<Rect>) {
    let mut used = vec![false; cells.len()];
    let mut by_column: Vec<usize> = (0..cells.len()).collect();
    by_column.sort_by_key(|&index| cells[index].x);
    let printed: Vec<Vec<Rect>> = cells.iter().map(|cell| printed_in(cell, print).copied().collect()).collect();
    let fits: Vec<bool> = cells.iter().zip(&printed).map(|(cell, printed)| is_cell(cell, printed, dpi)).collect();
    let mut found = Vec::new();
    for place in 0..by_column.len() {
        if used[by_column[place]] || !fits[by_column[place]] {
            continue;
        }
        let chain = chain_from(cells, &by_column[place..], &used, &fits, dpi);
        if chain.len() < 2 || !is_comb(cells, &chain, &printed) {
            continue;
        }
        chain.iter().for_each(|&index| used[index] = true);
        let count = chain.iter().filter(|&&index| !printed[index].is_empty()).count();
        found.push(comb_of(chain.iter().map(|&index| cells[index]).collect(), count));
    }
    found.extend(wide_combs(cells, &by_column, &printed, &mut used, dpi));
    let others = cells.iter().zip(&used).filter(|(_, used)| !**used).map(|(cell, _)| *cell).collect();
    (found, others)
}

/// Rows of many empty cells that are too wide for one character but all alike, and with no such cell above or below: a comb whose
/// printed letters are too faint to see. Rows of a table have others like them.
fn wide_combs(
    cells: &[Rect],
    by_column: &[usize],
    printed: &[Vec<Rect>],
    used: &mut [bool],
    dpi: f32,
) -> Vec<DraftField> {
    let fits: Vec<bool> = cells
        .iter()
        .zip(printed)
        .map(|(cell, printed)| printed.is_empty() && cell.width as f32 <= MAX_LETTERED_INCH * dpi)
        .collect();
    let level = (LEVEL_INCH * dpi).max(3.0) as i32;
    let has_double = |index: usize| {
        let alike = |other: &Rect| {
            let cell = &cells[index];
            (other.x - cell.x).abs() <= level && (other.width - cell.width).abs() <= level && other.y != cell.y
        };
        cells.iter().any(alike)
    };
    let mut found = Vec::new();
    for place in 0..by_column.len() {
        if used[by_column[place]] || !fits[by_column[place]] {
            continue;
        }
        let chain = chain_from(cells, &by_column[place..], used, &fits, dpi);
        let is_even = is_even(chain.iter().map(|&index| cells[index].width), EVEN_SHARE);
        if chain.len() >= MIN_WIDE_CELLS && is_even && !chain.iter().any(|&index| has_double(index)) {
            chain.iter().for_each(|&index| used[index] = true);
            found.push(comb_of(chain.iter().map(|&index| cells[index]).collect(), 0));
        }
    }
    found
}

/// Whether a cell may hold one character: narrow, and empty but for one printed letter or so.
fn is_cell(cell: &Rect, printed: &[Rect], dpi: f32) -> bool {
    let tall = printed.iter().all(|letter| letter.height * 4 <= cell.height * 3 && letter.width * 3 <= cell.width * 2);
    let most_inch = if printed.is_empty() { MAX_CELL_INCH } else { MAX_LETTERED_INCH };
    let is_narrow = cell.width as f32 <= most_inch * dpi && (!printed.is_empty() || cell.width * 4 <= cell.height * 6);
    is_narrow && printed.len() <= 1 && tall
}

/// The cells that continue the first one to the right.
fn chain_from(cells: &[Rect], by_column: &[usize], used: &[bool], fits: &[bool], dpi: f32) -> Vec<usize> {
    let level = (LEVEL_INCH * dpi).max(3.0) as i32;
    let mut chain = vec![by_column[0]];
    let mut first_gap = None;
    for &index in &by_column[1..] {
        let (last, next) = (&cells[chain[chain.len() - 1]], &cells[index]);
        let gap = next.x - last.right();
        if gap as f32 > GAP_SHARE * last.width as f32 {
            break;
        }
        let same_row = (next.y - last.y).abs() <= level && (next.bottom() - last.bottom()).abs() <= level;
        if used[index] || !same_row || gap < -level {
            continue;
        }
        let widths = chain.iter().map(|&member| cells[member].width).chain([next.width]);
        let is_even = is_even(widths, WIDTH_SPREAD_SHARE);
        let slack = (GAP_SPREAD_SHARE * last.width as f32).max(4.0) as i32;
        if !fits[index] || !is_even || first_gap.is_some_and(|first: i32| gap - first > slack) {
            break;
        }
        first_gap = first_gap.or(Some(gap));
        chain.push(index);
    }
    chain
}

fn is_even(widths: impl Iterator<Item = i32> + Clone, share: f32) -> bool {
    let (least, most) = (widths.clone().min().unwrap_or(0), widths.max().unwrap_or(0));
    // The grid on which cells are found makes up to two pixels of a reduced page.
    (most - least) as f32 <= (share * least as f32).max(4.0)
}

/// Whether a row of cells is a comb: its letters stand in every cell or in none, or there are few of them.
fn is_comb(cells: &[Rect], chain: &[usize], printed: &[Vec<Rect>]) -> bool {
    let lettered = chain.iter().filter(|&&index| !printed[index].is_empty()).count();
    let widest = chain.iter().map(|&index| cells[index].width).max().unwrap_or(0);
    let tallest = chain.iter().map(|&index| cells[index].height).max().unwrap_or(0);
    if lettered * 2 > chain.len() { chain.len() >= 4 || lettered == chain.len() } else { widest * 4 <= tallest * 6 }
}

fn comb_of(cells: Vec<Rect>, printed: usize) -> DraftField {
    let bounds = cells.iter().fold(Rect::default(), |bounds, cell| bounds.union(cell));
    let mut doubts = Vec::new();
    if !is_even(cells.iter().map(|cell| cell.width), EVEN_SHARE) {
        doubts.push(Doubt::UnequalCells);
    }
    if cells.len() == 2 {
        doubts.push(Doubt::FewCells);
    }
    DraftField { bounds, shape: DraftShape::Comb(cells), printed, doubts }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(edges: &[i32]) -> Vec<Rect> {
        edges.windows(2).map(|pair| Rect::from_edges(pair[0] + 3, 103, pair[1], 184)).collect()
    }

    #[test]
    fn a_comb_whose_last_cells_are_wider_is_one_comb_with_a_remark() {
        let (combs, others) = find(&row(&[100, 164, 228, 292, 356, 438]), &[], 300.0);
        assert_eq!((combs.len(), others.len()), (1, 0));
        assert!(matches!(&combs[0].shape, DraftShape::Comb(cells) if cells.len() == 5));
        assert_eq!(combs[0].doubts, [Doubt::UnequalCells]);
    }

    #[test]
    fn wide_cells_are_a_comb_if_each_shows_one_letter() {
        let cells = row(&[100, 260, 420, 580, 740]);
        let letters: Vec<Rect> = cells.iter().map(|cell| Rect::new(cell.x + 60, 120, 24, 30)).collect();
        assert!(find(&cells, &[], 300.0).0.is_empty());
        let (combs, _) = find(&cells, &letters, 300.0);
        assert_eq!(combs.len(), 1);
        assert_eq!(combs[0].printed, 4);
    }

    #[test]
    fn a_cell_with_a_word_ends_a_comb() {
        let cells = row(&[100, 164, 228, 292, 356]);
        let word: Vec<Rect> = (0..3).map(|letter| Rect::new(298 + 15 * letter, 130, 10, 20)).collect();
        let (combs, others) = find(&cells, &word, 300.0);
        assert!(matches!(&combs[0].shape, DraftShape::Comb(cells) if cells.len() == 3));
        assert_eq!(others, cells[3..]);
    }
}

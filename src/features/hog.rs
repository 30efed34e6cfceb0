//! Histograms of oriented gradients: a glyph in, how much edge runs in which direction where out (Dalal & Triggs 2005).

use std::f32::consts::PI;

use crate::glyph::{GLYPH_SIZE_PX, Glyph};

/// Width and height of a cell in pixels; 4 is about the width of a stroke.
const CELL_SIZE_PX: usize = 4;

/// Cells in a row.
const CELLS: usize = GLYPH_SIZE_PX / CELL_SIZE_PX;

/// Directions of an edge, from 0 to 180 degrees.
const DIRECTIONS: usize = 9;

/// Blocks of 2x2 cells in a row; they overlap.
const BLOCKS: usize = CELLS - 1;

/// Numbers of a block.
const BLOCK_COUNT: usize = 4 * DIRECTIONS;

/// How many numbers [`hog`] gives.
pub const HOG_COUNT: usize = BLOCKS * BLOCKS * BLOCK_COUNT;

/// No direction of a block counts for more than this (Dalal & Triggs).
const GREATEST_SHARE: f32 = 0.2;

/// Blocks with less edge than this are not lifted to full length; full ink beside paper has a gradient of 1.
const LEAST_EDGE: f32 = 0.1;

/// Histograms of all cells: cell row, cell column, direction.
type Histograms = [f32; CELLS * CELLS * DIRECTIONS];

/// Appends the histograms of a glyph: for each block of 2x2 cells, row by row, the nine directions of each of its cells,
/// the block brought to length 1. Each pixel votes for the two nearest directions and the four nearest cells.
pub fn hog(glyph: &Glyph, target: &mut Vec<f32>) {
    let histograms = histograms(glyph);
    for block in 0..BLOCKS * BLOCKS {
        let (row, column) = (block / BLOCKS, block % BLOCKS);
        let mut numbers = [0.0; BLOCK_COUNT];
        for (place, part) in numbers.chunks_exact_mut(DIRECTIONS).enumerate() {
            let cell = (row + place / 2) * CELLS + column + place % 2;
            part.copy_from_slice(&histograms[cell * DIRECTIONS..(cell + 1) * DIRECTIONS]);
        }
        shorten(&mut numbers);
        numbers.iter_mut().for_each(|number| *number = number.min(GREATEST_SHARE));
        shorten(&mut numbers);
        target.extend(numbers);
    }
}

fn shorten(numbers: &mut [f32]) {
    let length = (numbers.iter().map(|number| number * number).sum::<f32>() + LEAST_EDGE * LEAST_EDGE).sqrt();
    numbers.iter_mut().for_each(|number| *number /= length);
}

fn histograms(glyph: &Glyph) -> Histograms {
    let mut histograms = [0.0; CELLS * CELLS * DIRECTIONS];
    let ink = |x: usize, y: usize| f32::from(glyph.pixels[y * GLYPH_SIZE_PX + x]) / 255.0;
    let last = GLYPH_SIZE_PX - 1;
    for y in 0..GLYPH_SIZE_PX {
        for x in 0..GLYPH_SIZE_PX {
            let across = ink((x + 1).min(last), y) - ink(x.saturating_sub(1), y);
            let down = ink(x, (y + 1).min(last)) - ink(x, y.saturating_sub(1));
            if across != 0.0 || down != 0.0 {
                vote(&mut histograms, (x, y), (across, down));
            }
        }
    }
    histograms
}

fn vote(histograms: &mut Histograms, (x, y): (usize, usize), (across, down): (f32, f32)) {
    let strength = (across * across + down * down).sqrt();
    let turn = down.atan2(across).rem_euclid(PI) / PI * DIRECTIONS as f32;
    let (direction, direction_share) = (turn as usize % DIRECTIONS, turn.fract());
    for (row, row_share) in shares(y) {
        for (column, column_share) in shares(x) {
            let cell = (row * CELLS + column) * DIRECTIONS;
            let vote = strength * row_share * column_share;
            histograms[cell + direction] += vote * (1.0 - direction_share);
            histograms[cell + (direction + 1) % DIRECTIONS] += vote * direction_share;
        }
    }
}

/// The two cells nearest to a pixel along one axis, with their shares; at the frame both are the same one.
fn shares(pixel: usize) -> [(usize, f32); 2] {
    let place = (pixel as f32 + 0.5) / CELL_SIZE_PX as f32 - 0.5;
    let share = place - place.floor();
    let cell = |cell: f32| (cell.max(0.0) as usize).min(CELLS - 1);
    [(cell(place.floor()), 1.0 - share), (cell(place.floor() + 1.0), share)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::set::tests::picture;

    /// The sum of each direction over all blocks.
    fn directions(rows: &[&str]) -> [f32; DIRECTIONS] {
        let mut values = Vec::new();
        hog(&picture(rows), &mut values);
        assert_eq!(values.len(), HOG_COUNT);
        std::array::from_fn(|direction| values.iter().skip(direction).step_by(DIRECTIONS).sum())
    }

    #[test]
    fn an_upright_stroke_has_level_gradients_and_a_level_one_upright_gradients() {
        let upright = directions(&["..##..", "..##..", "..##..", "..##..", "..##..", "..##.."]);
        let level = directions(&["......", "......", "######", "######", "......", "......"]);
        assert!((1..9).all(|other| upright[0] > upright[other]), "{upright:?}");
        assert!((0..9).filter(|other| ![4, 5].contains(other)).all(|other| level[4] + level[5] > level[other]));
        assert!(level[4] + level[5] > level[0] + level[8], "{level:?}");
    }

    #[test]
    fn blank_paper_has_no_edges_and_blocks_are_at_most_as_long_as_one() {
        assert_eq!(directions(&["....", "...."]), [0.0; DIRECTIONS]);
        let mut values = Vec::new();
        hog(&picture(&["#.#.##", ".#.#..", "##..#.", "..#..#"]), &mut values);
        for block in values.chunks_exact(BLOCK_COUNT) {
            assert!(block.iter().map(|value| value * value).sum::<f32>() <= 1.0 + 1e-5);
        }
    }
}

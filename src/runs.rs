//! Ink as horizontal runs, and connected components made of them.
//!
//! In: a mask (0 is paper, anything else ink). Out: [`Runs`], and [`Component`]s with a box and an area each. A page at 300 dpi
//! has some 100,000 runs but 8.7 million pixels: labelling runs took 2.2 ms where labelling pixels took 82 ms.

use image::GrayImage;

use crate::geometry::Rect;
use crate::vectorised::vectorised;

/// Ink pixels `start..end` of one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// The row.
    pub row: i32,
    /// First column.
    pub start: i32,
    /// The column behind the last one.
    pub end: i32,
}

impl Run {
    /// The number of pixels.
    pub const fn length(&self) -> i32 {
        self.end - self.start
    }
}

/// All ink of a mask as runs, from top to bottom and left to right.
#[derive(Clone, Debug, Default)]
pub struct Runs {
    runs: Vec<Run>,
    row_starts: Vec<usize>,
}

impl Runs {
    /// The runs of a whole mask.
    pub fn of_mask(mask: &GrayImage) -> Self {
        let mut found = Self { runs: Vec::new(), row_starts: vec![0] };
        vectorised(
            #[inline(always)]
            || {
                for (row, pixels) in mask.as_raw().chunks_exact(mask.width().max(1) as usize).enumerate() {
                    push_runs_of_row(pixels, row as i32, &mut found.runs);
                    found.row_starts.push(found.runs.len());
                }
            },
        );
        found
    }

    /// Runs that are already in order, from top to bottom and left to right, of a mask with so many rows.
    pub fn of_runs(runs: Vec<Run>, row_count: usize) -> Self {
        let mut row_starts = vec![0; row_count + 1];
        for run in &runs {
            row_starts[run.row as usize + 1] += 1;
        }
        for row in 0..row_count {
            row_starts[row + 1] += row_starts[row];
        }
        Self { runs, row_starts }
    }

    /// All runs in order.
    pub fn all(&self) -> &[Run] {
        &self.runs
    }

    /// The runs of one row.
    pub fn row(&self, row: usize) -> &[Run] {
        &self.runs[self.row_starts[row]..self.row_starts[row + 1]]
    }

    /// The number of rows of the mask.
    pub fn row_count(&self) -> usize {
        self.row_starts.len() - 1
    }
}

/// Pixels that are looked at together.
const WORD_PX: usize = 64;

/// Paper, which is most of a page, is skipped a block at a time; elsewhere 64 pixels become the bits of a word, in which runs begin and
/// end where a bit differs from the one before.
#[inline(always)]
fn push_runs_of_row(pixels: &[u8], row: i32, runs: &mut Vec<Run>) {
    let mut start = None;
    let mut push_change = |column: i32| match start.take() {
        None => start = Some(column),
        Some(start) => runs.push(Run { row, start, end: column }),
    };
    let (words, rest) = pixels.as_chunks::<WORD_PX>();
    let mut last = 0;
    for (place, word) in words.iter().enumerate() {
        let is_paper = word.iter().fold(0, |all, &pixel| all | pixel) == 0;
        if is_paper && last == 0 {
            continue;
        }
        let bits = bits_of(word);
        let mut changes = bits ^ (bits << 1 | last);
        last = bits >> (WORD_PX - 1);
        while changes != 0 {
            push_change((place * WORD_PX) as i32 + changes.trailing_zeros() as i32);
            changes &= changes - 1;
        }
    }
    let mut was_ink = last != 0;
    for (column, &pixel) in (words.len() * WORD_PX..).zip(rest) {
        if (pixel != 0) != was_ink {
            push_change(column as i32);
            was_ink = !was_ink;
        }
    }
    if was_ink {
        push_change(pixels.len() as i32);
    }
}

/// One bit a pixel, 1 where there is ink; the first pixel is the lowest bit.
#[inline(always)]
fn bits_of(word: &[u8; WORD_PX]) -> u64 {
    let mut bits = 0;
    for (place, eight) in word.as_chunks::<8>().0.iter().enumerate() {
        // Each byte becomes 0 or 1; the product moves the eight bits side by side into the highest byte.
        let ones = u64::from_le_bytes(eight.map(|pixel| u8::from(pixel != 0)));
        bits |= (ones.wrapping_mul(0x0102_0408_1020_4080) >> 56) << (8 * place);
    }
    bits
}

/// A set of runs that touch, corners included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Component {
    /// The smallest box around the ink.
    pub bounds: Rect,
    /// Ink pixels.
    pub area_px: i32,
    /// The runs, from top to bottom.
    pub runs: Vec<Run>,
}

/// The connected components (8-neighbourhood) of some runs, in the order of their first run.
pub fn components(runs: &Runs) -> Vec<Component> {
    let mut parents: Vec<u32> = (0..runs.all().len() as u32).collect();
    for row in 1..runs.row_count() {
        join_rows(runs, row, &mut parents);
    }
    let mut place_of_root = vec![u32::MAX; parents.len()];
    let mut found: Vec<Component> = Vec::new();
    for (index, run) in runs.all().iter().enumerate() {
        let root = root_of(&mut parents, index as u32) as usize;
        if place_of_root[root] == u32::MAX {
            place_of_root[root] = found.len() as u32;
            found.push(Component { bounds: Rect::default(), area_px: 0, runs: Vec::new() });
        }
        let component = &mut found[place_of_root[root] as usize];
        component.bounds = component.bounds.union(&Rect::new(run.start, run.row, run.length(), 1));
        component.area_px += run.length();
        component.runs.push(*run);
    }
    found
}

fn join_rows(runs: &Runs, row: usize, parents: &mut [u32]) {
    let (above_start, below_start) = (runs.row_starts[row - 1], runs.row_starts[row]);
    let (above, below) = (runs.row(row - 1), runs.row(row));
    let (mut a, mut b) = (0, 0);
    while a < above.len() && b < below.len() {
        if above[a].end >= below[b].start && below[b].end >= above[a].start {
            let upper = root_of(parents, (above_start + a) as u32);
            let lower = root_of(parents, (below_start + b) as u32);
            let (low, high) = (upper.min(lower), upper.max(lower));
            parents[high as usize] = low;
        }
        if above[a].end < below[b].end {
            a += 1;
        } else {
            b += 1;
        }
    }
}

/// Union-find with path halving.
fn root_of(parents: &mut [u32], mut index: u32) -> u32 {
    while parents[index as usize] != index {
        parents[index as usize] = parents[parents[index as usize] as usize];
        index = parents[index as usize];
    }
    index
}

/// Draws a mask from an ASCII picture: `#` is ink; for tests.
#[cfg(test)]
pub(crate) fn mask_of(picture: &[&str]) -> GrayImage {
    let width = picture.iter().map(|row| row.len()).max().unwrap_or(0) as u32;
    GrayImage::from_fn(width, picture.len() as u32, |x, y| {
        let ink = picture[y as usize].as_bytes().get(x as usize) == Some(&b'#');
        image::Luma([if ink { 255 } else { 0 }])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_begin_and_end_wherever_ink_does() {
        let mut state = 1u32;
        let mut random = |most: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) % most
        };
        for width in [1, 63, 64, 65, 128, 200] {
            let (mut mask, mut expected, mut x) = (GrayImage::new(width, 1), Vec::new(), random(70));
            while x < width {
                let end = (x + 1 + random(80)).min(width);
                (x..end).for_each(|x| mask.put_pixel(x, 0, image::Luma([1 + random(255) as u8])));
                expected.push(Run { row: 0, start: x as i32, end: end as i32 });
                x = end + 1 + random(90);
            }
            assert_eq!(Runs::of_mask(&mask).all(), expected, "{width}");
        }
    }

    #[test]
    fn runs_of_a_row_longer_than_a_word() {
        let runs = Runs::of_mask(&mask_of(&["##..........######################.#"]));
        let ends: Vec<(i32, i32)> = runs.all().iter().map(|run| (run.start, run.end)).collect();
        assert_eq!(ends, [(0, 2), (12, 34), (35, 36)]);
    }

    #[test]
    fn corners_join_and_gaps_part() {
        let mask = mask_of(&[
            "#...##", //
            ".#....", //
            "..#..#", //
        ]);
        let found = components(&Runs::of_mask(&mask));
        let boxes: Vec<(Rect, i32)> = found.iter().map(|component| (component.bounds, component.area_px)).collect();
        assert_eq!(boxes, [(Rect::new(0, 0, 3, 3), 3), (Rect::new(4, 0, 2, 1), 2), (Rect::new(5, 2, 1, 1), 1)]);
    }

    #[test]
    fn a_letter_u_is_one_component() {
        let mask = mask_of(&["#.#.#", "#.#.#", "#####"]);
        let found = components(&Runs::of_mask(&mask));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].area_px, 11);
    }

    #[test]
    fn an_empty_mask_has_no_component() {
        assert!(components(&Runs::of_mask(&GrayImage::new(0, 0))).is_empty());
        assert!(components(&Runs::of_mask(&GrayImage::new(5, 5))).is_empty());
    }
}

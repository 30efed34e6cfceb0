//! The line of printed characters at the foot of a cheque, in shapes like those of the magnetic-ink type E-13B.
//!
//! They are printed, not handwritten: no truth row belongs to them, and a reader must pass over them.

use crate::synth::sheet::{Area, BLACK, Sheet};

/// Rows of 7 cells a character, 9 rows: the digits, then the transit and the on-us sign.
const SHAPES: [[&str; 9]; 12] = [
    ["#######", "#.....#", "#.....#", "#.....#", "#.....#", "#.....#", "#.....#", "#.....#", "#######"],
    ["..##...", "..##...", "...#...", "...#...", "...#...", "..####.", "..####.", "..####.", "..####."],
    ["..####.", ".....#.", ".....#.", ".....#.", "..####.", "..#....", "..#....", "..#....", "..####."],
    [".####..", "....#..", "....#..", "....#..", ".#####.", "....##.", "....##.", "....##.", ".#####."],
    [".##....", ".##....", ".##....", ".##....", ".#...##", ".#...##", ".######", ".....##", ".....##"],
    [".#####.", ".#.....", ".#.....", ".#.....", ".#####.", ".....#.", ".....#.", ".....#.", ".#####."],
    [".###...", ".#.#...", ".#.....", ".#.....", ".######", ".#....#", ".#....#", ".#....#", ".######"],
    [".#####.", ".#...#.", ".....#.", "....##.", "...##..", "...#...", "...#...", "...#...", "...#..."],
    ["..####.", "..#..#.", "..#..#.", "..#..#.", ".######", ".##..##", ".##..##", ".##..##", ".######"],
    [".######", ".#....#", ".#....#", ".######", ".....##", ".....##", ".....##", ".....##", ".....##"],
    [".#.....", ".#.....", ".#..##.", ".#..##.", ".#.....", ".#.....", ".#..##.", ".#..##.", ".#....."],
    [".....##", ".....##", ".....##", ".##....", ".##....", ".#.....", ".....##", ".....##", "......."],
];

/// Prints digits, `T` (transit sign), `U` (on-us sign) and blanks from (`x`, `y`), the top left corner, 8 to the inch.
pub(super) fn print(sheet: &mut Sheet, x: f64, y: f64, text: &str) {
    const ADVANCE_MM: f64 = 25.4 / 8.0;
    // E-13B is drawn on cells of 0.013 inch.
    const CELL_MM: f64 = 0.013 * 25.4;
    for (place, letter) in text.bytes().enumerate() {
        let shape = match letter {
            b'0'..=b'9' => SHAPES[usize::from(letter - b'0')],
            b'T' => SHAPES[10],
            b'U' => SHAPES[11],
            _ => continue,
        };
        for (row, cells) in shape.into_iter().enumerate() {
            for (column, _) in cells.bytes().enumerate().filter(|(_, cell)| *cell == b'#') {
                let (left, top) = (x + ADVANCE_MM * place as f64 + CELL_MM * column as f64, y + CELL_MM * row as f64);
                sheet.fill(&Area::new(left, top, CELL_MM, CELL_MM), BLACK);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_shapes_are_seven_wide_and_differ() {
        for (index, shape) in SHAPES.iter().enumerate() {
            assert!(shape.iter().all(|row| row.len() == 7), "{index}");
            assert!(SHAPES[..index].iter().all(|other| other != shape), "{index}");
        }
    }
}

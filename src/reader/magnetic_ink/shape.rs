//! The fourteen characters of the magnetic-ink type E-13B as rectangles on its grid.
//!
//! The shapes follow ISO 1004-1 (cells of 0.013 inch, characters of 9 rows and at most 7 columns at the right of their space, 8 to the inch;
//! 4 columns for 1 and 2, 5 for 3, 5 and 7, 6 for 6 and 9, 7 for the others), but were drawn from memory and compared with photographs of
//! cheques, not checked against the text of the standard.

/// Side of a grid cell, in inches.
pub const CELL_INCH: f64 = 0.013;
/// From one character to the next, in cells: an eighth of an inch.
pub const PITCH_CELLS: f64 = 0.125 / CELL_INCH;
/// Columns of the widest character.
pub const COLUMNS: usize = 7;
/// Rows of a character.
pub const ROWS: usize = 9;

/// A character of the type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Symbol {
    /// 0 to 9.
    Digit(u8),
    /// Around the number of the bank.
    Transit,
    /// Around the amount, where the bank printed it.
    Amount,
    /// Around or behind what the bank itself needs: account, cheque number.
    OnUs,
    /// Between groups of digits.
    Dash,
}

impl Symbol {
    /// All fourteen.
    pub const ALL: [Symbol; 14] = [
        Symbol::Digit(0),
        Symbol::Digit(1),
        Symbol::Digit(2),
        Symbol::Digit(3),
        Symbol::Digit(4),
        Symbol::Digit(5),
        Symbol::Digit(6),
        Symbol::Digit(7),
        Symbol::Digit(8),
        Symbol::Digit(9),
        Symbol::Transit,
        Symbol::Amount,
        Symbol::OnUs,
        Symbol::Dash,
    ];

    /// The digit, or `A` (transit), `B` (amount), `C` (on-us), `D` (dash), as cheque readers write them.
    pub const fn as_char(self) -> char {
        match self {
            Symbol::Digit(digit) => (b'0' + digit) as char,
            Symbol::Transit => 'A',
            Symbol::Amount => 'B',
            Symbol::OnUs => 'C',
            Symbol::Dash => 'D',
        }
    }

    /// The symbol of a character.
    pub fn of_char(c: char) -> Option<Symbol> {
        Self::ALL.into_iter().find(|symbol| symbol.as_char() == c)
    }

    /// What is inked: left, top, width and height of rectangles, in cells from the left upper corner of the 7 by 9 grid.
    pub fn strokes(self) -> Vec<[f64; 4]> {
        match self {
            Symbol::Digit(digit) => of_picture(&DIGITS[usize::from(digit % 10)]),
            Symbol::Transit => vec![[0.0, 1.4, 2.2, 6.2], [4.0, 0.0, 3.0, 3.1], [4.0, 5.9, 3.0, 3.1]],
            Symbol::Amount => vec![[0.0, 4.6, 2.2, 4.4], [2.9, 2.2, 1.3, 4.4], [4.8, 0.0, 2.2, 4.4]],
            Symbol::OnUs => vec![[0.0, 1.8, 1.3, 6.4], [2.1, 1.8, 1.3, 6.4], [4.2, 0.8, 2.8, 4.4]],
            Symbol::Dash => vec![[0.0, 2.3, 2.2, 4.4], [2.8, 2.3, 2.2, 4.4], [5.7, 2.3, 1.3, 4.4]],
        }
    }
}

const DIGITS: [[&str; ROWS]; 10] = [
    [".#####.", "#.....#", "#.....#", "#.....#", "#.....#", "#.....#", "#.....#", "#.....#", ".#####."],
    ["...##..", "...##..", "....#..", "....#..", "....#..", "...####", "...####", "...####", "...####"],
    ["...####", "......#", "......#", "......#", "...####", "...#...", "...#...", "...#...", "...####"],
    ["..####.", ".....#.", ".....#.", ".....#.", "..#####", ".....##", ".....##", ".....##", "..#####"],
    ["##.....", "##.....", "##.....", "##.....", "#....##", "#....##", "#######", ".....##", ".....##"],
    ["..#####", "..#....", "..#....", "..#....", "..#####", "......#", "......#", "......#", "..#####"],
    [".###...", ".#.#...", ".#.....", ".#.....", ".######", ".#....#", ".#....#", ".#....#", ".######"],
    ["..#####", "..#...#", "......#", ".....##", "....##.", "....#..", "....#..", "....#..", "....#.."],
    [".#####.", ".#...#.", ".#...#.", ".#...#.", "#######", "##...##", "##...##", "##...##", "#######"],
    [".######", ".#....#", ".#....#", ".#....#", ".######", ".....##", ".....##", ".....##", ".....##"],
];

fn of_picture(rows: &[&str; ROWS]) -> Vec<[f64; 4]> {
    let mut strokes = Vec::new();
    for (y, row) in rows.iter().enumerate() {
        for (x, _) in row.bytes().enumerate().filter(|(_, cell)| *cell == b'#') {
            strokes.push([x as f64, y as f64, 1.0, 1.0]);
        }
    }
    strokes
}

/// How much of each pixel is inked, 0 to 1, where a cell is `cell_px` wide and the grid has one empty cell all around; with width and height.
pub(super) fn picture(symbol: Symbol, cell_px: f64) -> (usize, usize, Vec<f32>) {
    let width = ((COLUMNS + 2) as f64 * cell_px).round() as usize;
    let height = ((ROWS + 2) as f64 * cell_px).round() as usize;
    let mut values = vec![0f32; width * height];
    for [x, y, stroke_width, stroke_height] in symbol.strokes() {
        let (left, right) = ((x + 1.0) * cell_px, (x + 1.0 + stroke_width) * cell_px);
        let (top, bottom) = ((y + 1.0) * cell_px, (y + 1.0 + stroke_height) * cell_px);
        for (index, value) in values.iter_mut().enumerate() {
            let (px, py) = ((index % width) as f64, (index / width) as f64);
            let across = (right.min(px + 1.0) - left.max(px)).max(0.0);
            let down = (bottom.min(py + 1.0) - top.max(py)).max(0.0);
            *value = (*value + (across * down) as f32).min(1.0);
        }
    }
    (width, height, values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_characters_fill_the_right_column_and_differ() {
        for (index, symbol) in Symbol::ALL.into_iter().enumerate() {
            let strokes = symbol.strokes();
            let right = strokes.iter().map(|[x, _, width, _]| x + width).fold(0.0, f64::max);
            assert!((right - 7.0).abs() < 1e-9 || symbol == Symbol::Digit(9), "{symbol:?} ends at {right}");
            assert!(Symbol::ALL[..index].iter().all(|other| other.strokes() != strokes), "{symbol:?}");
            assert_eq!(Symbol::of_char(symbol.as_char()), Some(symbol));
        }
    }

    #[test]
    fn a_picture_has_as_much_ink_as_its_rectangles() {
        let (_, _, values) = picture(Symbol::Transit, 2.0);
        let expected = 4.0 * (2.2 * 6.2 + 2.0 * 3.0 * 3.1);
        assert!((f64::from(values.iter().sum::<f32>()) - expected).abs() < 0.1);
    }
}

//! Pictures for the tests of the library and of the binary: drawn here, so that no test needs a file from outside.

use std::path::Path;

use image::{GrayImage, Luma};

/// Which of the seven strokes (top, upper left, upper right, middle, lower left, lower right, bottom) make each digit.
const STROKES: [[bool; 7]; 10] = {
    const X: bool = true;
    const O: bool = false;
    [
        [X, X, X, O, X, X, X],
        [O, O, X, O, O, X, O],
        [X, O, X, X, X, O, X],
        [X, O, X, X, O, X, X],
        [O, X, X, X, O, X, O],
        [X, X, O, X, O, X, X],
        [X, X, O, X, X, X, X],
        [X, O, X, O, O, X, O],
        [X, X, X, X, X, X, X],
        [X, X, X, X, O, X, X],
    ]
};

/// Box of each stroke in a digit of 20 x 36 pixels: x, y, width, height.
const BOXES: [[u32; 4]; 7] =
    [[0, 0, 20, 4], [0, 0, 4, 20], [16, 0, 4, 20], [0, 16, 20, 4], [0, 16, 4, 20], [16, 16, 4, 20], [0, 32, 20, 4]];

/// A number on white paper, drawn with the strokes of a pocket calculator; one line, 76 pixels high.
pub fn number_picture(digits: &str) -> GrayImage {
    let count = digits.len() as u32;
    let mut picture = GrayImage::from_pixel(40 + 34 * count, 76, Luma([245]));
    for (place, digit) in (0..).zip(digits.bytes()) {
        for (stroke, [x, y, width, height]) in BOXES.iter().enumerate() {
            if STROKES[usize::from(digit - b'0')][stroke] {
                let (left, top) = (20 + 34 * place + x, 20 + y);
                for (column, row) in (0..*width).flat_map(|column| (0..*height).map(move |row| (column, row))) {
                    picture.put_pixel(left + column, top + row, Luma([20]));
                }
            }
        }
    }
    picture
}

/// Writes a picture of a number as a PNG, its folders first.
pub fn write_number(path: &Path, digits: &str) {
    std::fs::create_dir_all(path.parent().expect("a path below a folder")).expect("a writable folder");
    number_picture(digits).save_with_format(path, image::ImageFormat::Png).expect("a writable folder");
}

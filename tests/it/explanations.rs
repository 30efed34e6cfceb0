//! What led to a number: the evidence of a line in plain data, as pictures are drawn from it.

use std::sync::Arc;

use scantally::number::explanation::Explanation;
use scantally::number::{Kind, Number, Status};
use scantally::pipeline::{Layout, Pipeline, Settings};
use scantally::reader::cnn::CnnReader;
use scantally::reader::line::LineReader;
use scantally::scan::{Page, Pixels};

use crate::support::number_picture;

fn page(picture: image::GrayImage) -> Page {
    Page { number: 1, pixels: Pixels::Grey(picture), dpi: Some(200.0) }
}

/// One line, read and explained.
fn explained(picture: image::GrayImage) -> (Number, Explanation) {
    let settings = Settings { layout: Layout::Line, kind: Kind::Digits, ..Settings::default() };
    let reader = Arc::new(CnnReader::shipped().expect("the built-in reader"));
    let line_reader = Arc::new(LineReader::shipped().expect("the built-in line reader"));
    let pipeline = Pipeline::new(reader, line_reader, settings);
    let numbers = pipeline.read_page(page(picture.clone())).expect("readers that work");
    let mut explained = pipeline.explain_page(page(picture)).expect("readers that work");
    assert_eq!(explained.iter().map(|(number, _)| number.clone()).collect::<Vec<_>>(), numbers);
    let (number, explanation) = explained.pop().expect("one line is one number");
    (number, explanation.expect("a number of a field is explained"))
}

#[test]
fn the_explanation_holds_what_the_number_came_of() {
    let (number, explanation) = explained(number_picture("2750"));
    let (width, height) = explanation.ink.dimensions();
    assert!(width > 100 && height > 36, "{width} x {height}");
    let best = explanation.ballots.first().expect("a value that was voted for");
    assert_eq!(best.text, number.text);
    assert!(explanation.ballots.iter().map(|ballot| ballot.share).sum::<f32>() < 1.001);
    assert!(explanation.pieces.len() >= 4 && explanation.heard.is_some());
    if explanation.path_is_of_value {
        let digits: String =
            explanation.path.iter().filter_map(|read| read.symbol).map(|symbol| symbol.as_char()).collect();
        assert_eq!(digits, number.text);
    }
    for read in explanation.path.iter().chain(&explanation.others) {
        assert_eq!(read.glyph.dimensions(), (28, 28));
        assert!(read.bounds.x >= 0 && read.bounds.right() <= width as i32, "{:?}", read.bounds);
        assert!(read.likeliest[0].1 >= read.likeliest[1].1 && read.probability <= read.likeliest[0].1);
    }
    let pixel =
        explanation.ink.get_pixel(explanation.pieces[0].runs[0].start as u32, explanation.pieces[0].runs[0].row as u32);
    assert!(pixel.0[0] > 100, "pieces lie where their ink is drawn");
}

#[test]
fn an_empty_line_is_explained_by_its_paper() {
    let (number, explanation) = explained(image::GrayImage::from_pixel(120, 40, image::Luma([245])));
    assert_eq!(number.status, Status::Empty);
    assert_eq!(explanation.ink.dimensions(), (120, 40));
    assert!(explanation.pieces.is_empty() && explanation.path.is_empty() && explanation.ballots.is_empty());
}

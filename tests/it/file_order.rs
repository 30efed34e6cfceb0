//! A file's result depends on the file alone: not on its place in the list, its neighbours, or the threads.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use proptest::prelude::*;
use scantally::batch::{self, Exclude, Options};
use scantally::crop::PictureOptions;
use scantally::error::Result;
use scantally::glyph::Glyph;
use scantally::number::Kind;
use scantally::pipeline::{Layout, Pipeline, Settings};
use scantally::reader::line::LineReader;
use scantally::reader::{CLASS_COUNT, DigitReader, Reading};
use scantally::scan::Scan;
use scantally::table::ScanRecord;

use crate::batch_run::read_all;
use crate::support::write_number;

/// Stands in for a trained reader: the digit is made of the pixels, so that other pixels give another number.
struct PixelReader;

impl DigitReader for PixelReader {
    fn name(&self) -> &str {
        "pixels"
    }

    fn read(&self, glyphs: &[Glyph]) -> Result<Vec<Reading>> {
        let reading = |glyph: &Glyph| {
            let sum: usize = glyph.pixels.iter().map(|pixel| usize::from(*pixel)).sum();
            let mut probabilities = [0.01; CLASS_COUNT];
            probabilities[sum % 10] = 1.0 - 0.01 * (CLASS_COUNT - 1) as f32;
            Reading { probabilities }
        };
        Ok(glyphs.iter().map(reading).collect())
    }
}

fn outcomes(files: &[PathBuf], threads: usize) -> Vec<ScanRecord> {
    let settings = Settings { layout: Layout::Line, kind: Kind::Digits, min_confidence: 0.5, ..Settings::default() };
    let pipeline = Pipeline::new(
        Arc::new(PixelReader),
        Arc::new(LineReader::shipped().expect("the built-in line reader")),
        settings,
    );
    let list = batch::collect(files.iter().cloned(), &[], &Exclude::default());
    let read_page = move |scan: &Scan, page: usize| pipeline.read_page_of(scan, page, &PictureOptions::default());
    read_all(list.files, Arc::new(read_page), Options { threads, ..Options::default() })
}

/// One file more: a picture of a number, or a broken one.
fn write(folder: &Path, index: usize, content: Option<u32>) -> PathBuf {
    let path = folder.join(format!("{index}.png"));
    match content {
        Some(number) => write_number(&path, &number.to_string()),
        None => std::fs::write(&path, b"no picture").expect("a writable folder"),
    }
    path
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn neighbours_order_and_threads_change_nothing(
        contents in prop::collection::vec(prop::option::weighted(0.8, 0..100_000_u32), 1..8),
        threads in 1..5_usize,
        shuffle in any::<prop::sample::Index>(),
    ) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut files: Vec<PathBuf> =
            contents.iter().enumerate().map(|(index, content)| write(folder.path(), index, *content)).collect();
        let alone: Vec<ScanRecord> =
            files.iter().flat_map(|file| outcomes(std::slice::from_ref(file), 1)).collect();
        for (content, outcome) in contents.iter().zip(&alone) {
            let numbers: usize = outcome.pages.iter().map(|page| page.numbers.len()).sum();
            prop_assert_eq!(numbers, usize::from(content.is_some()), "each picture is one number");
        }
        let turn = shuffle.index(files.len());
        files.rotate_left(turn);
        files.reverse();
        prop_assert_eq!(outcomes(&files, threads), alone);
    }
}

//! Bytes as a truth file and as numbers.csv.
#![no_main]

use std::sync::LazyLock;

use scantally::evaluate::score::{read_numbers, read_sources, read_truths};

static FOLDER: LazyLock<tempfile::TempDir> = LazyLock::new(|| tempfile::tempdir().expect("a temporary folder"));

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let path = FOLDER.path().join("fuzzed.csv");
    std::fs::write(&path, bytes).expect("a writable folder");
    let _ = read_truths(&path);
    let _ = read_numbers(&path);
    let _ = read_sources(&path);
});

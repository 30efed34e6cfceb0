//! Bytes as a ZIP archive: it is listed, and every entry that may be read is expanded and opened.
#![no_main]

use std::sync::LazyLock;

use scantally::batch::{Exclude, Task, collect};
use scantally::scan::{Limits, Scan};

static FOLDER: LazyLock<tempfile::TempDir> = LazyLock::new(|| tempfile::tempdir().expect("a temporary folder"));

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    scantally_fuzz::quiet_caught_panics();
    let path = FOLDER.path().join("fuzzed.zip");
    std::fs::write(&path, bytes).expect("a writable folder");
    let list = collect([path], &[], &Exclude::default());
    for file in list.files.iter().take(16) {
        assert!(file.source.starts_with("fuzzed.zip"), "{}", file.source);
        assert!(!file.source.split('/').any(|part| part == ".."), "{}", file.source);
        if file.task == Task::Read
            && let Ok(content) = file.read()
        {
            let _ = Scan::from_bytes(&file.source, content, Limits { max_pixels: 1 << 20, max_pages: 16 });
        }
    }
});

//! Bytes as the text of a template.
#![no_main]

use std::path::Path;

use scantally::template;

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Err(error) = template::parse(text, Path::new("form.toml")) {
        assert!(error.to_string().lines().all(|line| line.starts_with("form.toml:")), "{error}");
    }
});

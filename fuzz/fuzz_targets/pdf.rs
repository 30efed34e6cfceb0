//! Bytes as PDF: every page is decoded.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if bytes.starts_with(b"%PDF") {
        scantally_fuzz::decode_all(bytes);
    }
});

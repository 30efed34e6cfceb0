//! Bytes as TIFF: every page is decoded.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if bytes.starts_with(b"II") || bytes.starts_with(b"MM") {
        scantally_fuzz::decode_all(bytes);
    }
});

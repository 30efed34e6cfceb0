//! What the targets for scans share: bytes in, every page decoded.

use scantally::scan::{Limits, Scan};

/// Small enough for thousands of pictures a second, large enough for every path through the decoders.
const LIMITS: Limits = Limits { max_pixels: 1 << 20, max_pages: 16 };

/// Opens a scan and decodes its pages; whatever comes of it is fine, as long as it is an answer.
pub fn decode_all(bytes: &[u8]) {
    quiet_caught_panics();
    let Ok(scan) = Scan::from_bytes("fuzzed", bytes.to_vec(), LIMITS) else { return };
    for number in scan.pages_to_read() {
        if let Ok(page) = scan.page(number) {
            let (width, height) = page.pixels.dimensions();
            assert!(u64::from(width) * u64::from(height) <= LIMITS.max_pixels, "more pixels than the limit");
        }
    }
    let _ = scan.remark();
}

/// The scan stage catches panics of decoders that are not ours; libfuzzer's hook would end the run at each of them. Panics in
/// scantally's own files still do.
pub fn quiet_caught_panics() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let default = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let is_own = panic.location().is_some_and(|place| {
                let file = place.file();
                !file.contains(".cargo") && !file.contains("/rustc/") && !file.contains("library/")
            });
            if is_own {
                default(panic);
            }
        }));
    });
}

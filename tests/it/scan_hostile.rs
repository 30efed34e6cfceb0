//! Bytes changed, cut and repeated at random: whatever comes, the scan stage answers with a page or an error.

use std::sync::atomic::{AtomicUsize, Ordering};

use image::ExtendedColorType;
use image::codecs::{bmp::BmpEncoder, gif::GifEncoder, png::PngEncoder, pnm::PnmEncoder, webp::WebPEncoder};
use image::{ImageEncoder, ImageResult};
use rand::{Rng, RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use scantally::scan::{Limits, Scan};

use crate::scan_files::{TiffPage, Value, deflated, jpeg, one_page_pdf, packed, stream, tiff, with_orientation};

const CHANGES_PER_FILE: usize = 300;

/// Panics whose place lies in the scan stage itself; those of other crates are caught there, and answered as damage.
static OWN_PANICS: AtomicUsize = AtomicUsize::new(0);

fn encoded(write: impl FnOnce(&mut Vec<u8>) -> ImageResult<()>) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(&mut bytes).expect("encodes");
    bytes
}

fn files() -> Vec<Vec<u8>> {
    let grey: Vec<u8> = (0..24 * 16).map(|at| (at * 7 % 256) as u8).collect();
    let colour: Vec<u8> = grey.iter().flat_map(|value| [*value, 90, 255 - value]).collect();
    let size = (24, 16);
    let rgb = ExtendedColorType::Rgb8;
    let lzw = weezl::encode::Encoder::with_tiff_size_switch(weezl::BitOrder::Msb, 8).encode(&grey).expect("encodes");
    let group_4 = packed("001 1011 011 1 1 000000000001 000000000001");
    let map = Value::Longs((0..768).map(|value| value * 85).collect());
    let pages = [
        TiffPage::new(24, 16, vec![lzw]).stored_as(5, 1, 8, 1).tag(317, 2).tag(274, 5),
        TiffPage::new(8, 2, vec![group_4]).stored_as(4, 0, 1, 1).value(282, Value::Rational(204, 1)),
        TiffPage::new(24, 16, vec![jpeg(&colour, 24, 16, rgb)]).stored_as(7, 6, 8, 3),
        TiffPage::new(24, 16, vec![deflated(&grey)]).stored_as(8, 3, 8, 1).value(320, map),
    ];
    let image = "/Subtype /Image /Width 24 /Height 16 /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /FlateDecode";
    vec![
        encoded(|bytes| PngEncoder::new(bytes).write_image(&colour, size.0, size.1, rgb)),
        encoded(|bytes| BmpEncoder::new(bytes).write_image(&colour, size.0, size.1, rgb)),
        encoded(|bytes| GifEncoder::new(bytes).encode(&colour, size.0, size.1, rgb)),
        encoded(|bytes| PnmEncoder::new(bytes).write_image(&colour, size.0, size.1, rgb)),
        encoded(|bytes| WebPEncoder::new_lossless(bytes).write_image(&colour, size.0, size.1, rgb)),
        with_orientation(&jpeg(&colour, 24, 16, rgb), 6),
        tiff(&pages, false),
        tiff(&pages[1..2], true),
        one_page_pdf("/Rotate 90", "q 72 0 0 36 0 0 cm /Im0 Do Q", stream(image, &deflated(&grey))),
        one_page_pdf("", "BT /F1 9 Tf 5 5 Td (42) Tj ET 9 9 30 5 re f", stream(image, &deflated(&grey))),
    ]
}

pub fn change(bytes: &mut Vec<u8>, random: &mut Pcg64Mcg) {
    let at = random.random_range(0..bytes.len());
    match random.random_range(0..5) {
        0 => bytes[at] ^= 1 << random.random_range(0..8),
        1 => bytes[at] = random.next_u32() as u8,
        2 => bytes[at] = [0x00, 0x7F, 0x80, 0xFF][random.random_range(0..4)],
        3 => bytes.truncate(at.max(1)),
        _ => {
            let end = (at + random.random_range(1..40)).min(bytes.len());
            let part = bytes[at..end].to_vec();
            bytes.splice(at..at, part);
        }
    }
}

#[test]
fn changed_files_give_pages_or_errors() {
    let default_hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if info.location().is_some_and(|place| place.file().starts_with("src/scan")) {
            OWN_PANICS.fetch_add(1, Ordering::Relaxed);
        }
        default_hook(info);
    }));
    let limits = Limits { max_pixels: 1_000_000, max_pages: 20 };
    let mut random = Pcg64Mcg::seed_from_u64(20);
    for (index, file) in files().into_iter().enumerate() {
        let whole = Scan::from_bytes("whole", file.clone(), limits).expect("opens");
        (1..=whole.page_count()).for_each(|number| drop(whole.page(number).expect("decodes")));
        for _ in 0..CHANGES_PER_FILE {
            let mut bytes = file.clone();
            (0..random.random_range(1..4)).for_each(|_| change(&mut bytes, &mut random));
            let Ok(scan) = Scan::from_bytes("changed", bytes, limits) else { continue };
            assert!(scan.page_count() <= limits.max_pages + 1, "file {index}");
            for number in 1..=scan.page_count() {
                if let Ok(page) = scan.page(number) {
                    let (width, height) = page.pixels.dimensions();
                    assert!(u64::from(width) * u64::from(height) <= limits.max_pixels, "file {index}");
                }
            }
        }
    }
    assert_eq!(OWN_PANICS.load(Ordering::Relaxed), 0, "the scan stage itself must not panic");
}

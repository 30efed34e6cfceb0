//! Sample scans that are part of the program, each with a small picture of it.

use std::io::Cursor;
use std::sync::OnceLock;

use image::codecs::jpeg::JpegEncoder;

use crate::web::reading::CHEQUE;

/// A scan to try.
pub struct Sample {
    /// The name of its file, and part of its address.
    pub name: &'static str,
    pub title: &'static str,
    /// One sentence of what is on it.
    pub about: &'static str,
    /// As in the options of reading.
    pub template: &'static str,
    pub bytes: &'static [u8],
    small: OnceLock<Option<Vec<u8>>>,
}

macro_rules! sample {
    ($name:literal, $title:literal, $about:literal, $template:expr) => {
        Sample {
            name: $name,
            title: $title,
            about: $about,
            template: $template,
            bytes: include_bytes!(concat!("../../../../../samples/", $name)),
            small: OnceLock::new(),
        }
    };
}

/// The smallest of each kind in the folder `samples`.
pub static SAMPLES: [Sample; 4] = [
    sample!("tax-return-1.png", "Tax return", "Numbers in boxes and combs, and on dotted lines.", ""),
    sample!("delivery-note-1.png", "Delivery note", "A ruled table with quantities, prices and totals.", ""),
    sample!("meter-card-2.png", "Meter card", "Readings on ruled lines, beside a bar code.", ""),
    sample!("cheque-1.png", "Cheque", "Amount, date and magnetic-ink line on a patterned background.", CHEQUE),
];

/// The longer edge of a small picture: four of them and all else on the first page stay below 100 kB together.
const EDGE_PX: u32 = 300;
const QUALITY: u8 = 60;

impl Sample {
    /// The sample of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        SAMPLES.iter().find(|sample| sample.name == name)
    }

    /// The scan made small, as JPEG; made once. `None` if it cannot be decoded, which a test excludes.
    pub fn thumbnail(&self) -> Option<&[u8]> {
        self.small.get_or_init(|| self.make_small()).as_deref()
    }

    fn make_small(&self) -> Option<Vec<u8>> {
        let small = image::load_from_memory(self.bytes).ok()?.thumbnail(EDGE_PX, EDGE_PX).to_luma8();
        let mut bytes = Cursor::new(Vec::new());
        small.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, QUALITY)).ok()?;
        Some(bytes.into_inner())
    }
}

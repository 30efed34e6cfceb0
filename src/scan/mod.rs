//! The first stage: a file or its bytes in, upright pages out, one at a time.
//!
//! The content decides what a file is, never its name. Limits are checked before memory is taken. A page is whole or an
//! error: half a picture would lose numbers without a word. Grey, polarity and skew are left to the next stage.

mod ccitt;
mod directory;
mod exif;
mod fault;
mod format;
mod jpeg;
mod orientation;
mod pages;
mod pdf;
mod raster;
mod resolution;
mod sample;
mod settings;
mod tiff;

use std::path::Path;
use std::sync::Arc;

use image::{GrayImage, RgbImage};

use crate::error::{Error, Result};
use fault::{Outcome, guarded};
use format::Format;
pub use format::is_scan_name;
use orientation::Orientation;
pub use pages::PageSelection;
use resolution::Density;
pub use settings::{Limits, Password, Settings};

/// The pixels of a page, as the scanner saw them: paper usually high, ink usually low.
#[derive(Clone, Debug)]
pub enum Pixels {
    /// One value a pixel.
    Grey(GrayImage),
    /// Red, green, blue.
    Colour(RgbImage),
}

impl Pixels {
    /// Width and height in pixels.
    pub fn dimensions(&self) -> (u32, u32) {
        match self {
            Pixels::Grey(image) => image.dimensions(),
            Pixels::Colour(image) => image.dimensions(),
        }
    }
}

/// One decoded page, upright as a viewer shows it (EXIF and TIFF orientation, PDF rotation applied).
#[derive(Clone, Debug)]
pub struct Page {
    /// Page number, from 1.
    pub number: usize,
    /// What the scanner saw. Fax pages of 204 x 98 or 204 x 391 dots an inch have their rows or columns doubled, so that
    /// pixels are square.
    pub pixels: Pixels,
    /// Dots per inch as the file states it; `None` where it does not, or where the figure is absurd (below 50, above 2,400,
    /// or the 72 or 96 of programs that do not know on a page larger than A3).
    pub dpi: Option<f32>,
}

/// An opened scan: the bytes of one file and what their header tells.
#[derive(Debug)]
pub struct Scan {
    name: String,
    bytes: Arc<Vec<u8>>,
    settings: Settings,
    content: Content,
}

/// The pages of a file, by the kind of file.
#[derive(Debug)]
enum Content {
    Picture(Format),
    Tiff(tiff::Pages),
    Pdf(pdf::Document),
}

/// A decoded page before it is turned upright.
struct Raster {
    pixels: Pixels,
    orientation: Orientation,
    density: Option<Density>,
}

impl Scan {
    /// Opens a file; `name` is what messages and rows call it.
    ///
    /// # Errors
    /// [`Error::Unreadable`] if the file cannot be read, else as [`Scan::from_bytes`].
    pub fn open(path: &Path, name: &str, settings: impl Into<Settings>) -> Result<Self> {
        let bytes = std::fs::read(path).map_err(|cause| Error::Unreadable { scan: name.to_owned(), cause })?;
        Self::from_bytes(name, bytes, settings)
    }

    /// Opens the bytes of a file: finds the format and, in TIFF and PDF, the pages. No pixel is decoded.
    ///
    /// # Errors
    /// [`Error::NotAScan`] if the content is of no known format, [`Error::Damaged`] if no page of a TIFF or PDF can be
    /// found, a PDF needs a password, there are more pages than the limit, or none of the pages asked for.
    pub fn from_bytes(name: &str, bytes: Vec<u8>, settings: impl Into<Settings>) -> Result<Self> {
        let (bytes, settings) = (Arc::new(bytes), settings.into());
        let content = guarded(|| Content::open(&bytes, &settings));
        let content = content.map_err(|fault| fault.into_error(name, None, &settings.limits))?;
        let scan = Self { name: name.to_owned(), bytes, settings, content };
        if scan.page_count() > 0 && scan.pages_to_read().next().is_none() {
            let reason = format!("it has {} page(s), none of those that --pages names", scan.page_count());
            return Err(Error::Damaged { scan: scan.name, page: None, reason });
        }
        Ok(scan)
    }

    /// What messages and rows call this scan.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The BLAKE3 hash of the bytes.
    pub fn content_hash(&self) -> blake3::Hash {
        blake3::hash(&self.bytes)
    }

    /// The number of pages, broken ones included. Pages lost from the end of a cut PDF count as one, which fails.
    pub fn page_count(&self) -> usize {
        match &self.content {
            Content::Picture(_) => 1,
            Content::Tiff(pages) => pages.count(),
            Content::Pdf(document) => document.count(),
        }
    }

    /// The numbers of the pages that are to be read, by the settings; broken ones included.
    pub fn pages_to_read(&self) -> impl Iterator<Item = usize> + '_ {
        (1..=self.page_count()).filter(|number| self.settings.pages.contains(*number))
    }

    /// What is to be said about the pages decoded so far although they could be read: one sentence that begins with a code and a colon,
    /// such as `lossy_jbig2: ...`.
    pub fn remark(&self) -> Option<String> {
        match &self.content {
            Content::Pdf(document) => document.remark(),
            Content::Picture(_) | Content::Tiff(_) => None,
        }
    }

    /// How many pixels a page has, as far as the file tells without being decoded; `number` counts from 1. Pages of a PDF count as rendered.
    pub fn page_pixels(&self, number: usize) -> Option<u64> {
        guarded(|| Ok(self.content.page_pixels(&self.bytes, number.wrapping_sub(1)))).ok().flatten()
    }

    /// Decodes one page; `number` counts from 1. Nothing is kept: the memory of the page goes with it.
    ///
    /// # Errors
    /// [`Error::Damaged`] if the page cannot be decoded as a whole, [`Error::TooLarge`] if it has too many pixels; both
    /// name the page if the scan has more than one.
    pub fn page(&self, number: usize) -> Result<Page> {
        let (index, limits) = (number.wrapping_sub(1), &self.settings.limits);
        let outcome = guarded(|| {
            let raster = self.content.decode(&self.bytes, index, limits)?;
            let transpose = raster.orientation.transpose;
            let pixels = raster.orientation.apply(raster.pixels)?;
            let density = raster.density.map(|density| if transpose { density.transposed() } else { density });
            let (pixels, dpi) = resolution::square_pixels(pixels, density, limits);
            Ok(Page { number, pixels, dpi })
        });
        let page = (self.page_count() > 1).then_some(number);
        outcome.map_err(|fault| fault.into_error(&self.name, page, limits))
    }
}

impl Content {
    fn open(bytes: &Arc<Vec<u8>>, settings: &Settings) -> Outcome<Self> {
        Ok(match format::sniff(bytes)? {
            Format::Tiff => Self::Tiff(tiff::Pages::open(bytes, &settings.limits)?),
            Format::Pdf => Self::Pdf(pdf::Document::open(bytes, settings)?),
            picture => Self::Picture(picture),
        })
    }

    fn page_pixels(&self, bytes: &[u8], index: usize) -> Option<u64> {
        match self {
            Self::Picture(_) => raster::pixel_count(bytes),
            Self::Tiff(pages) => pages.pixel_count(bytes, index),
            Self::Pdf(document) => document.pixel_count(index),
        }
    }

    fn decode(&self, bytes: &[u8], index: usize, limits: &Limits) -> Outcome<Raster> {
        match self {
            Self::Picture(_) if index > 0 => Err(fault::Fault::damaged("the picture has one page only")),
            Self::Picture(Format::Jpeg) => jpeg::decode(bytes, limits),
            Self::Picture(format) => raster::decode(*format, bytes, limits),
            Self::Tiff(pages) => pages.decode(bytes, index, limits),
            Self::Pdf(document) => document.decode(index, limits),
        }
    }
}

//! PDF bytes in, its pages out, each decoded on demand: `survey` looks at what a page draws, `embedded` takes its images as their
//! scanner made them, `mosaic` tells whether they are the page, and every other page is rendered here.

mod budget;
mod complete;
mod embedded;
mod expansion;
mod jbig2;
mod mosaic;
mod survey;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::content::ops::TypedInstruction;
use hayro::hayro_syntax::object::{Array, Stream};
use hayro::hayro_syntax::page::Page;
use hayro::hayro_syntax::{DecryptionError, LoadPdfError, Pdf};
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings};

use super::fault::{Fault, Outcome, check_pixels};
use super::orientation::Orientation;
use super::resolution::Density;
use super::{Limits, Password, Raster, Settings, sample};

/// Points in an inch, the unit of PDF.
const POINTS_PER_INCH: f64 = 72.0;

/// Pages that are drawn and not scanned are rendered at what forms are scanned at.
const RENDER_DPI: f64 = 300.0;

/// The renderer counts pixels in 16 bits.
const MAX_EDGE_PX: f64 = 65_535.0;

/// A whole PDF ends with `%%EOF`; this much may follow it (readers commonly look at the last kilobyte).
const END_MARK_WITHIN_BYTES: usize = 4096;

/// How many pages a remark names.
const NAMED_PAGES: usize = 10;

/// An opened PDF.
pub(super) struct Document {
    pdf: Pdf,
    /// Why there are pages that cannot even be found; they count as one more page, which fails.
    missing: Option<String>,
    /// Pages, from 1, decoded so far on which symbols may have been swapped.
    lossy_pages: Mutex<BTreeSet<usize>>,
}

impl fmt::Debug for Document {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Document").field("pages", &self.count()).field("missing", &self.missing).finish()
    }
}

impl Document {
    /// Reads the structure of a PDF.
    ///
    /// # Errors
    /// [`Fault::Damaged`] if it needs a password, has no pages or more than the limit, or has no structure left.
    pub(super) fn open(bytes: &Arc<Vec<u8>>, settings: &Settings) -> Outcome<Self> {
        let (is_cut, limits) = (is_cut(bytes), &settings.limits);
        let pdf = load(bytes, settings.pdf_password.as_ref(), is_cut)?;
        let found = pdf.pages().len();
        if found > limits.max_pages {
            return Err(Fault::damaged(format!("the PDF has more than {} pages; split it", limits.max_pages)));
        }
        expansion::check(&pdf, bytes.len())?;
        let missing = missing_pages(&pdf, is_cut);
        match missing {
            None if found == 0 => Err(Fault::damaged("the PDF has no pages; scan the paper again")),
            Some(reason) if found == 0 => Err(Fault::Damaged(reason)),
            missing => Ok(Self { pdf, missing, lossy_pages: Mutex::default() }),
        }
    }

    /// The number of pages.
    pub(super) fn count(&self) -> usize {
        self.pdf.pages().len() + usize::from(self.missing.is_some())
    }

    /// The number of pixels of a page as it is rendered; `index` counts from 0.
    pub(super) fn pixel_count(&self, index: usize) -> Option<u64> {
        let (width, height) = self.pdf.pages().get(index)?.render_dimensions();
        let scale = RENDER_DPI / POINTS_PER_INCH;
        Some((f64::from(width) * scale * f64::from(height) * scale) as u64)
    }

    /// Decodes one page; `index` counts from 0.
    pub(super) fn decode(&self, index: usize, limits: &Limits) -> Outcome<Raster> {
        let Some(page) = self.pdf.pages().get(index) else {
            return Err(Fault::damaged(self.missing.as_deref().unwrap_or("there is no such page")));
        };
        check_references(page)?;
        let seen = survey::look_at(page, limits)?;
        if seen.has_lossy_symbols {
            self.lossy_pages().insert(index + 1);
        }
        match seen.page {
            Some(raster) => Ok(raster),
            None => render(page, limits),
        }
    }

    /// What is to be said about the pages decoded so far although they could be read.
    pub(super) fn remark(&self) -> Option<String> {
        let pages = self.lossy_pages();
        let named: Vec<String> = pages.iter().take(NAMED_PAGES).map(usize::to_string).collect();
        let more = if pages.len() > NAMED_PAGES { " and more" } else { "" };
        let word = if pages.len() == 1 { "page" } else { "pages" };
        (!named.is_empty()).then(|| {
            format!(
                "lossy_jbig2: on {word} {}{more} the scanner stored one picture for symbols that look alike, so digits may have been \
                 swapped before they were read; scan the paper again with G4 or lossless compression",
                named.join(", ")
            )
        })
    }

    fn lossy_pages(&self) -> std::sync::MutexGuard<'_, BTreeSet<usize>> {
        self.lossy_pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Opens a PDF; many are encrypted only against changes and open without a password, so that is tried first.
fn load(bytes: &Arc<Vec<u8>>, password: Option<&Password>, is_cut: bool) -> Outcome<Pdf> {
    const PROTECTED: LoadPdfError = LoadPdfError::Decryption(DecryptionError::PasswordProtected);
    let mut loaded = Pdf::new(Arc::clone(bytes));
    if let (Err(&PROTECTED), Some(password)) = (loaded.as_ref().map(drop), password) {
        loaded = Pdf::new_with_password(Arc::clone(bytes), password.reveal());
    }
    loaded.map_err(|error| match error {
        PROTECTED if password.is_some() => {
            Fault::damaged("the PDF is encrypted, and the password of --pdf-password does not open it")
        }
        PROTECTED => Fault::damaged("the PDF needs a password to open; give it with --pdf-password"),
        LoadPdfError::Decryption(_) => {
            Fault::damaged("the PDF is encrypted in a way that is not read; save a copy without a password")
        }
        LoadPdfError::Invalid if is_cut => Fault::cut_short("the PDF"),
        LoadPdfError::Invalid => Fault::damaged("the PDF has no pages that can be found; print it to a new PDF"),
    })
}

fn is_cut(bytes: &[u8]) -> bool {
    let tail = &bytes[bytes.len().saturating_sub(END_MARK_WITHIN_BYTES)..];
    !tail.windows(5).any(|window| window == b"%%EOF") && !tail.windows(9).any(|window| window == b"startxref")
}

/// Pages that the file once had: its page tree counts more than can be found, or was cut off with the end of the file.
fn missing_pages(pdf: &Pdf, is_cut: bool) -> Option<String> {
    let found = pdf.pages().len();
    match declared_pages(pdf) {
        Some(declared) if declared > found => Some(format!(
            "of {declared} declared page(s) {found} can be found; copy the file again or print it to a new PDF"
        )),
        None if is_cut => Some(
            "the PDF ends early, the pages from here on are lost; copy it again or scan the paper again".to_owned(),
        ),
        _ => None,
    }
}

fn declared_pages(pdf: &Pdf) -> Option<usize> {
    use hayro::hayro_syntax::object::Dict;
    let catalogue = pdf.xref().get::<Dict>(pdf.xref().root_id())?;
    catalogue.get::<Dict>(b"Pages")?.get::<u32>(b"Count").map(|count| count as usize)
}

/// The renderer leaves out what it cannot find, without a word: a page whose image was cut off would come out blank.
fn check_references(page: &Page) -> Outcome<()> {
    let lost =
        || Fault::damaged("the PDF refers to content that is not in the file; copy it again or scan the paper again");
    let contents_are_there = match page.raw().get::<Array>(b"Contents") {
        Some(parts) => parts.raw_iter().count() == parts.iter::<Stream>().count(),
        None => !page.raw().contains_key(b"Contents") || page.page_stream().is_some(),
    };
    if !contents_are_there {
        return Err(lost());
    }
    let mut operations = page.typed_operations();
    while let Some(operation) = operations.next() {
        if let TypedInstruction::XObject(object) = operation
            && page.resources().get_x_object(object.0).is_none()
        {
            return Err(lost());
        }
    }
    Ok(())
}

fn render(page: &Page, limits: &Limits) -> Outcome<Raster> {
    let (width_pt, height_pt) = page.render_dimensions();
    let [width, height] =
        [width_pt, height_pt].map(|edge| (f64::from(edge) * RENDER_DPI / POINTS_PER_INCH).round().max(1.0));
    if !(width <= MAX_EDGE_PX && height <= MAX_EDGE_PX) {
        return Err(Fault::TooLarge { width: width as u64, height: height as u64 });
    }
    check_pixels(width as u64, height as u64, limits)?;
    // The renderer cuts fractions of a pixel off, and would lose the last row to an edge of 3,507.9999.
    let scale = |edge_px: f64, edge_pt: f32| ((edge_px + 0.01) / f64::from(edge_pt)) as f32;
    let settings =
        PixmapSettings { x_scale: scale(width, width_pt), y_scale: scale(height, height_pt), bg_color: WHITE };
    let pixmap = hayro::render(
        page,
        &RenderCache::new(),
        &InterpreterSettings::default(),
        &RenderSettings::default(),
        &settings,
    );
    let (width, height) = (u32::from(pixmap.width()), u32::from(pixmap.height()));
    // The paper is opaque, so that the values are not scaled by any alpha.
    let (pixels, _) = pixmap.data_as_u8_slice().as_chunks::<4>();
    let samples = pixels.iter().flat_map(|[red, green, blue, _]| [*red, *green, *blue]).collect();
    Ok(Raster {
        pixels: sample::colour(width, height, samples)?,
        orientation: Orientation::default(),
        density: Some(Density { x_dpi: RENDER_DPI, y_dpi: RENDER_DPI }),
    })
}

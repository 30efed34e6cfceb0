//! TIFF bytes in, its pages out, each decoded on demand: `layout` reads a page's tags, `codec` expands its strips or
//! tiles, `canvas` makes pixels of their samples.
//!
//! The structure is walked here and not by the `tiff` crate: that one cannot pass over a broken page, and leaves fax
//! variants, old JPEG, planes and chrominance to its callers.

mod canvas;
mod codec;
mod layout;

use super::directory::{Directory, Structure};
use super::fault::{Fault, Outcome, check_pixels};
use super::orientation::Orientation;
use super::resolution::Density;
use super::{Limits, Raster, jpeg};
use canvas::Canvas;
use layout::{Compression, Layout};

/// Tag numbers of TIFF 6.0 and its supplement 2.
mod tag {
    pub(super) const NEW_SUBFILE_TYPE: u16 = 254;
    pub(super) const IMAGE_WIDTH: u16 = 256;
    pub(super) const IMAGE_LENGTH: u16 = 257;
    pub(super) const BITS_PER_SAMPLE: u16 = 258;
    pub(super) const COMPRESSION: u16 = 259;
    pub(super) const PHOTOMETRIC: u16 = 262;
    pub(super) const FILL_ORDER: u16 = 266;
    pub(super) const STRIP_OFFSETS: u16 = 273;
    pub(super) const ORIENTATION: u16 = 274;
    pub(super) const SAMPLES_PER_PIXEL: u16 = 277;
    pub(super) const ROWS_PER_STRIP: u16 = 278;
    pub(super) const STRIP_BYTE_COUNTS: u16 = 279;
    pub(super) const X_RESOLUTION: u16 = 282;
    pub(super) const Y_RESOLUTION: u16 = 283;
    pub(super) const PLANAR_CONFIGURATION: u16 = 284;
    pub(super) const T4_OPTIONS: u16 = 292;
    pub(super) const RESOLUTION_UNIT: u16 = 296;
    pub(super) const PREDICTOR: u16 = 317;
    pub(super) const COLOR_MAP: u16 = 320;
    pub(super) const TILE_WIDTH: u16 = 322;
    pub(super) const TILE_LENGTH: u16 = 323;
    pub(super) const TILE_OFFSETS: u16 = 324;
    pub(super) const TILE_BYTE_COUNTS: u16 = 325;
    pub(super) const EXTRA_SAMPLES: u16 = 338;
    pub(super) const SAMPLE_FORMAT: u16 = 339;
    pub(super) const JPEG_TABLES: u16 = 347;
    pub(super) const JPEG_INTERCHANGE: u16 = 513;
    pub(super) const JPEG_INTERCHANGE_LENGTH: u16 = 514;
    pub(super) const YCBCR_SUBSAMPLING: u16 = 530;
}

/// Bit of the subfile type that marks a thumbnail of another page.
const REDUCED_RESOLUTION: u64 = 1;

/// The pages of a TIFF file; a page whose directory cannot be read keeps its place.
#[derive(Debug)]
pub(super) struct Pages(Vec<Option<Directory>>);

impl Pages {
    /// Walks the chain of directories. It ends at a directory that was met before: each page counts once.
    ///
    /// # Errors
    /// [`Fault::Damaged`] if not even the first directory can be read, or there are more pages than the limit.
    pub(super) fn open(bytes: &[u8], limits: &Limits) -> Outcome<Self> {
        let (structure, mut offset) = Structure::parse(bytes).ok_or_else(|| Fault::cut_short("the TIFF header"))?;
        let mut met = std::collections::HashSet::new();
        let (mut pages, mut thumbnails) = (Vec::new(), Vec::new());
        while offset != 0 && met.insert(offset) {
            if met.len() > limits.max_pages {
                return Err(Fault::damaged(format!("the TIFF has more than {} pages; split it", limits.max_pages)));
            }
            let Some(directory) = structure.directory(offset) else {
                pages.push(None);
                break;
            };
            offset = directory.next;
            let kind = directory.integer(&structure, tag::NEW_SUBFILE_TYPE).unwrap_or(0);
            if kind & REDUCED_RESOLUTION == 0 { &mut pages } else { &mut thumbnails }.push(Some(directory));
        }
        if pages.is_empty() {
            pages = thumbnails;
        }
        if pages.iter().all(Option::is_none) {
            return Err(Fault::damaged(
                "the TIFF names no page that lies in the file, it is cut short or damaged; copy it again or scan the paper again",
            ));
        }
        Ok(Self(pages))
    }

    /// The number of pages, broken ones included.
    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    /// The number of pixels of a page by its directory; `index` counts from 0.
    pub(super) fn pixel_count(&self, bytes: &[u8], index: usize) -> Option<u64> {
        let (structure, _) = Structure::parse(bytes)?;
        let directory = self.0.get(index)?.as_ref()?;
        let size = |tag| directory.integer(&structure, tag);
        size(tag::IMAGE_WIDTH)?.checked_mul(size(tag::IMAGE_LENGTH)?)
    }

    /// Decodes one page; `index` counts from 0.
    pub(super) fn decode(&self, bytes: &[u8], index: usize, limits: &Limits) -> Outcome<Raster> {
        let structure = Structure::parse(bytes).map(|(structure, _)| structure);
        let (Some(structure), Some(Some(directory))) = (structure, self.0.get(index)) else {
            return Err(Fault::damaged(
                "the directory of the page lies outside the file; copy it again or scan it again",
            ));
        };
        let mut raster = decode_page(bytes, &structure, directory, limits)?;
        raster.orientation = Orientation::from_tag(directory.integer(&structure, tag::ORIENTATION).unwrap_or(1));
        raster.density = density(&structure, directory).or(raster.density);
        Ok(raster)
    }
}

fn density(structure: &Structure, directory: &Directory) -> Option<Density> {
    let unit = directory.integer(structure, tag::RESOLUTION_UNIT).unwrap_or(2);
    let x = directory.fraction(structure, tag::X_RESOLUTION)?;
    let y = directory.fraction(structure, tag::Y_RESOLUTION)?;
    Density::from_tiff_unit(unit, x, y)
}

fn decode_page(bytes: &[u8], structure: &Structure, directory: &Directory, limits: &Limits) -> Outcome<Raster> {
    let size = |tag| directory.integer(structure, tag).unwrap_or(0);
    check_pixels(size(tag::IMAGE_WIDTH), size(tag::IMAGE_LENGTH), limits)?;
    if let Some(stream) = old_jpeg(bytes, structure, directory) {
        return jpeg::decode(stream, limits);
    }
    let layout = Layout::read(structure, directory, limits)?;
    let mut canvas = Canvas::new(&layout);
    for down in 0..layout.chunks_down() {
        for across in 0..layout.chunks_across() {
            let samples = codec::chunk_samples(bytes, &layout, across, down, limits)?;
            canvas.place(samples, across, down);
        }
    }
    Ok(Raster { pixels: canvas.finish()?, orientation: Orientation::default(), density: None })
}

/// The JPEG stream of a page of the abandoned compression 6, where the whole of it lies in one piece.
fn old_jpeg<'a>(bytes: &'a [u8], structure: &Structure, directory: &Directory) -> Option<&'a [u8]> {
    let compression = directory.integer(structure, tag::COMPRESSION)?;
    (compression == Compression::OLD_JPEG).then_some(())?;
    let start = usize::try_from(directory.integer(structure, tag::JPEG_INTERCHANGE)?).ok()?;
    let length = directory.integer(structure, tag::JPEG_INTERCHANGE_LENGTH)?;
    let end = start.saturating_add(usize::try_from(length).ok()?).min(bytes.len());
    bytes.get(start..end).filter(|stream| stream.starts_with(&[0xFF, 0xD8]))
}

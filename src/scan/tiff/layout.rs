//! The tags of a TIFF page in, a checked description of how its samples are stored out.

use super::tag;
use crate::scan::Limits;
use crate::scan::directory::{Directory, Structure};
use crate::scan::fault::{Fault, Outcome, check_pixels};

/// More samples a pixel than this are measurements from orbit, not scans.
const MAX_SAMPLES_PER_PIXEL: u64 = 16;

/// How the bytes of a strip or tile are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compression {
    None,
    /// Modified Huffman: Group 3 rows without end-of-line codes, each starting on a byte.
    HuffmanRows,
    Group3 {
        two_dimensional: bool,
    },
    Group4,
    Lzw,
    Jpeg,
    Deflate,
    PackBits,
}

/// What the samples of a pixel mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Photometric {
    WhiteIsZero,
    BlackIsZero,
    Rgb,
    Palette,
    Cmyk,
    YCbCr,
}

/// What the first extra sample means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alpha {
    None,
    /// Colour values are already multiplied by it.
    Associated,
    Unassociated,
}

/// How a page is stored. Sizes in pixels.
#[derive(Debug)]
pub(super) struct Layout<'a> {
    pub(super) width: usize,
    pub(super) height: usize,
    /// 1, 2, 4, 8 or 16.
    pub(super) bits: usize,
    pub(super) samples_per_pixel: usize,
    pub(super) compression: Compression,
    pub(super) photometric: Photometric,
    pub(super) alpha: Alpha,
    /// Each sample has strips or tiles of its own.
    pub(super) planar: bool,
    /// The lowest bit of a byte comes first.
    pub(super) reversed_bits: bool,
    pub(super) big_endian: bool,
    /// Values are differences to the pixel at the left.
    pub(super) differences: bool,
    pub(super) tiled: bool,
    pub(super) chunk_width: usize,
    pub(super) chunk_height: usize,
    offsets: Vec<u64>,
    lengths: Vec<u64>,
    /// Red, green, blue by index; empty without a palette.
    pub(super) palette: Vec<[u8; 3]>,
    pub(super) jpeg_tables: Option<&'a [u8]>,
}

impl Compression {
    /// The abandoned JPEG scheme of TIFF 6.0.
    pub(super) const OLD_JPEG: u64 = 6;

    fn from_tag(value: u64, t4_options: u64) -> Outcome<Self> {
        Ok(match value {
            1 => Self::None,
            2 => Self::HuffmanRows,
            3 => Self::Group3 { two_dimensional: t4_options & 1 == 1 },
            4 => Self::Group4,
            5 => Self::Lzw,
            7 => Self::Jpeg,
            8 | 32946 => Self::Deflate,
            32773 => Self::PackBits,
            _ => return Err(unsupported(&format!("compression {value}"))),
        })
    }

    /// Whether a strip holds fax rows.
    pub(super) fn is_fax(self) -> bool {
        matches!(self, Self::HuffmanRows | Self::Group3 { .. } | Self::Group4)
    }
}

fn unsupported(what: &str) -> Fault {
    Fault::damaged(format!("TIFF with {what} is not read; save it with LZW compression, or as PNG"))
}

impl Photometric {
    fn from_tag(value: Option<u64>) -> Outcome<Self> {
        Ok(match value {
            Some(0) => Self::WhiteIsZero,
            // A missing tag is against the standard; black is zero in every format but the fax ones.
            Some(1 | 4) | None => Self::BlackIsZero,
            Some(2) => Self::Rgb,
            Some(3) => Self::Palette,
            Some(5) => Self::Cmyk,
            Some(6) => Self::YCbCr,
            Some(value) => return Err(unsupported(&format!("photometric interpretation {value}"))),
        })
    }

    /// Samples of the colour itself.
    pub(super) fn colour_samples(self) -> usize {
        match self {
            Self::WhiteIsZero | Self::BlackIsZero | Self::Palette => 1,
            Self::Rgb | Self::YCbCr => 3,
            Self::Cmyk => 4,
        }
    }
}

impl<'a> Layout<'a> {
    /// Reads and checks the tags of a page.
    ///
    /// # Errors
    /// [`Fault::Damaged`] if tags are missing, contradict each other or ask for what is not supported,
    /// [`Fault::TooLarge`] if a tile passes the pixel limit.
    pub(super) fn read(structure: &Structure<'a>, directory: &Directory, limits: &Limits) -> Outcome<Self> {
        let integer = |tag, default| directory.integer(structure, tag).unwrap_or(default);
        let (width, height) = (integer(tag::IMAGE_WIDTH, 0), integer(tag::IMAGE_LENGTH, 0));
        check_pixels(width, height, limits)?;
        let tiled = directory.integer(structure, tag::TILE_WIDTH).is_some();
        let (chunk_width, chunk_height, offsets, lengths) = if tiled {
            let size = (integer(tag::TILE_WIDTH, 0), integer(tag::TILE_LENGTH, 0));
            (size.0, size.1, tag::TILE_OFFSETS, tag::TILE_BYTE_COUNTS)
        } else {
            (width, integer(tag::ROWS_PER_STRIP, height).clamp(1, height), tag::STRIP_OFFSETS, tag::STRIP_BYTE_COUNTS)
        };
        check_pixels(chunk_width, chunk_height, limits)?;
        let photometric = Photometric::from_tag(directory.integer(structure, tag::PHOTOMETRIC))?;
        let samples_per_pixel = samples_per_pixel(structure, directory, photometric)?;
        let layout = Self {
            width: width as usize,
            height: height as usize,
            bits: bits(structure, directory)?,
            samples_per_pixel,
            compression: Compression::from_tag(integer(tag::COMPRESSION, 1), integer(tag::T4_OPTIONS, 0))?,
            photometric,
            alpha: alpha(structure, directory, samples_per_pixel, photometric),
            planar: integer(tag::PLANAR_CONFIGURATION, 1) == 2 && samples_per_pixel > 1,
            reversed_bits: integer(tag::FILL_ORDER, 1) == 2,
            big_endian: structure.is_big_endian(),
            differences: differences(integer(tag::PREDICTOR, 1))?,
            tiled,
            chunk_width: chunk_width as usize,
            chunk_height: chunk_height as usize,
            offsets: directory.integers(structure, offsets).unwrap_or_default(),
            lengths: directory.integers(structure, lengths).unwrap_or_default(),
            palette: palette(structure, directory),
            jpeg_tables: directory.bytes(structure, tag::JPEG_TABLES),
        };
        layout.check(limits.max_pixels)?;
        layout.check_subsampling(directory.integers(structure, tag::YCBCR_SUBSAMPLING))?;
        Ok(layout)
    }

    fn check(&self, max_pixels: u64) -> Outcome<()> {
        let chunks = self.chunks_across() * self.chunks_down() * if self.planar { self.samples_per_pixel } else { 1 };
        if self.offsets.len() < chunks {
            return Err(Fault::damaged("the TIFF does not say where all of its strips lie; scan the paper again"));
        }
        // A page of tiles that are far larger than itself would be decoded for hours.
        let stored_pixels = (chunks * self.chunk_width).saturating_mul(self.chunk_height);
        if stored_pixels as u64 / 4 > max_pixels.max((self.samples_per_pixel * self.width * self.height) as u64) {
            return Err(Fault::damaged("the tiles of the TIFF are far larger than the page; save it as PNG"));
        }
        let depth_fits = match self.compression {
            Compression::Jpeg => self.bits == 8,
            compression if compression.is_fax() => self.bits == 1 && self.samples_per_pixel == 1,
            _ => !self.differences || self.bits >= 8,
        };
        if !depth_fits {
            return Err(unsupported(&format!("{} bits a sample in this compression", self.bits)));
        }
        let palette_fits =
            self.photometric != Photometric::Palette || self.bits <= 8 && self.palette.len() >= 1 << self.bits;
        if !palette_fits {
            return Err(Fault::damaged("the TIFF has no palette of the size it needs; save it as PNG"));
        }
        Ok(())
    }

    /// Chrominance of fewer samples than luminance is taken apart by the JPEG decoder alone.
    fn check_subsampling(&self, subsampling: Option<Vec<u64>>) -> Outcome<()> {
        let is_full = subsampling.as_deref() == Some(&[1, 1]);
        if self.photometric == Photometric::YCbCr && self.compression != Compression::Jpeg && !is_full {
            return Err(unsupported("subsampled chrominance outside JPEG"));
        }
        Ok(())
    }

    pub(super) fn chunks_across(&self) -> usize {
        self.width.div_ceil(self.chunk_width)
    }

    pub(super) fn chunks_down(&self) -> usize {
        self.height.div_ceil(self.chunk_height)
    }

    /// Rows stored in a strip or tile: tiles are padded, the last strip is not.
    pub(super) fn stored_rows(&self, down: usize) -> usize {
        if self.tiled { self.chunk_height } else { self.chunk_height.min(self.height - down * self.chunk_height) }
    }

    /// The stored bytes of a strip or tile of one plane. A length that reaches past the end of the file is cut there:
    /// the codec tells whether the data suffice.
    pub(super) fn stored<'b>(&self, bytes: &'b [u8], across: usize, down: usize, plane: usize) -> Outcome<&'b [u8]> {
        let (columns, rows) = (self.chunks_across(), self.chunks_down());
        let index = (plane * rows + down) * columns + across;
        let outside = || Fault::cut_short("the TIFF");
        let start = self.offsets.get(index).and_then(|start| usize::try_from(*start).ok()).ok_or_else(outside)?;
        let rest = bytes.get(start..).filter(|rest| !rest.is_empty()).ok_or_else(outside)?;
        // Lengths may be missing, or 0, in files of careless writers.
        let length = self.lengths.get(index).copied().filter(|length| *length > 0).unwrap_or(u64::MAX);
        Ok(&rest[..usize::try_from(length).unwrap_or(usize::MAX).min(rest.len())])
    }
}

fn bits(structure: &Structure, directory: &Directory) -> Outcome<usize> {
    let bits = directory.integers(structure, tag::BITS_PER_SAMPLE).unwrap_or_else(|| vec![1]);
    let format = directory.integer(structure, tag::SAMPLE_FORMAT).unwrap_or(1);
    if !matches!(format, 1 | 4) {
        return Err(unsupported("signed or floating-point samples"));
    }
    match bits.first() {
        Some(first @ (1 | 2 | 4 | 8 | 16)) if bits.iter().all(|bits| bits == first) => Ok(*first as usize),
        _ => Err(unsupported(&format!("{bits:?} bits a sample"))),
    }
}

fn samples_per_pixel(structure: &Structure, directory: &Directory, photometric: Photometric) -> Outcome<usize> {
    let samples = directory.integer(structure, tag::SAMPLES_PER_PIXEL).unwrap_or(1);
    if samples > MAX_SAMPLES_PER_PIXEL || (samples as usize) < photometric.colour_samples() {
        return Err(unsupported(&format!("{samples} samples a pixel for {photometric:?}")));
    }
    Ok(samples as usize)
}

fn alpha(structure: &Structure, directory: &Directory, samples: usize, photometric: Photometric) -> Alpha {
    let kind = directory.integer(structure, tag::EXTRA_SAMPLES);
    match kind.filter(|_| samples > photometric.colour_samples()) {
        Some(1) => Alpha::Associated,
        Some(2) => Alpha::Unassociated,
        _ => Alpha::None,
    }
}

fn differences(predictor: u64) -> Outcome<bool> {
    match predictor {
        1 => Ok(false),
        2 => Ok(true),
        _ => Err(unsupported(&format!("predictor {predictor}"))),
    }
}

/// The palette, all red values first in the file. Values are of 16 bits, yet some writers fill 8 of them.
fn palette(structure: &Structure, directory: &Directory) -> Vec<[u8; 3]> {
    let values = directory.integers(structure, tag::COLOR_MAP).unwrap_or_default();
    let shift = if values.iter().all(|value| *value < 256) { 0 } else { 8 };
    let size = values.len() / 3;
    let value = |at: usize| (values[at] >> shift) as u8;
    (0..size).map(|at| [value(at), value(size + at), value(2 * size + at)]).collect()
}

//! JPEG bytes in, pixels with orientation and resolution out; also serves the JPEG parts of TIFF and PDF files.
//!
//! The decoder (zune-jpeg) is run in its strict mode, and the end mark is looked for besides: left to itself it paints
//! what is missing of a cut file grey, and half a form would look like a whole one.

use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::fault::{Fault, Outcome, check_pixels};
use super::orientation::Orientation;
use super::resolution::Density;
use super::{Limits, Raster, exif, sample};

const START_OF_IMAGE: u8 = 0xD8;
const END_OF_IMAGE: u8 = 0xD9;
const START_OF_SCAN: u8 = 0xDA;
const APP0: u8 = 0xE0;
const APP1: u8 = 0xE1;
const APP14: u8 = 0xEE;

/// What the markers tell, without decoding.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Markers {
    /// The end mark follows the last scan.
    pub(super) complete: bool,
    /// An Adobe part is there: CMYK is stored inverted.
    pub(super) adobe: bool,
    /// Width and height by the first frame header.
    pub(super) size: Option<(u16, u16)>,
    orientation: Orientation,
    exif_density: Option<Density>,
    jfif_density: Option<Density>,
}

/// Decoded samples, interleaved.
pub(super) struct Picture {
    pub(super) width: usize,
    pub(super) height: usize,
    /// Samples a pixel: 1 grey, 3 RGB (or as stored), 4 CMYK.
    pub(super) channels: usize,
    pub(super) samples: Vec<u8>,
}

/// What three stored components are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Components {
    /// As the JPEG says, which means luminance and chrominance unless it says otherwise.
    AsMarked,
    /// Red, green and blue, because the file around it says so.
    Rgb,
}

/// Decodes a JPEG file.
pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Outcome<Raster> {
    let markers = read_markers(bytes);
    let picture = decode_samples(bytes, &markers, Components::AsMarked, limits)?;
    let (width, height) = (picture.width as u32, picture.height as u32);
    let pixels = match picture.channels {
        1 => sample::grey(width, height, picture.samples)?,
        3 => sample::colour(width, height, picture.samples)?,
        _ => {
            let (inks, _) = picture.samples.as_chunks::<4>();
            sample::colour(width, height, inks.iter().flat_map(|inks| sample::cmyk_to_rgb(*inks)).collect())?
        }
    };
    Ok(Raster { pixels, orientation: markers.orientation, density: markers.exif_density.or(markers.jfif_density) })
}

/// Decodes a whole JPEG stream to grey, RGB or CMYK (255 for full ink).
///
/// # Errors
/// [`Fault::TooLarge`] by the header, [`Fault::Damaged`] if it is cut short or damaged in any place.
pub(super) fn decode_samples(
    bytes: &[u8],
    markers: &Markers,
    components: Components,
    limits: &Limits,
) -> Outcome<Picture> {
    // Strictness must not stop at the decoder's own limit of 16,384 pixels an edge; the pixel limit is checked here.
    let options = DecoderOptions::default().set_strict_mode(true).set_max_width(usize::MAX).set_max_height(usize::MAX);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(fault)?;
    let (width, height) = decoder.dimensions().ok_or_else(|| Fault::damaged("the JPEG has no picture in it"))?;
    check_pixels(width as u64, height as u64, limits)?;
    if !markers.complete {
        return Err(Fault::cut_short("the JPEG"));
    }
    let stored = decoder.input_colorspace().unwrap_or(ColorSpace::YCbCr);
    let wanted = match stored {
        ColorSpace::Luma => ColorSpace::Luma,
        ColorSpace::CMYK => ColorSpace::CMYK,
        // The same colour space on both sides leaves the components alone.
        ColorSpace::YCbCr if components == Components::Rgb => ColorSpace::YCbCr,
        _ => ColorSpace::RGB,
    };
    decoder.set_options(options.jpeg_set_out_colorspace(wanted));
    let mut samples = decoder.decode().map_err(fault)?;
    if stored == ColorSpace::CMYK && markers.adobe {
        samples.iter_mut().for_each(|ink| *ink = 255 - *ink);
    }
    let channels = wanted.num_components();
    if samples.len() != width * height * channels {
        return Err(Fault::cut_short("the JPEG"));
    }
    Ok(Picture { width, height, channels, samples })
}

fn fault(error: DecodeErrors) -> Fault {
    match error {
        DecodeErrors::Unsupported(kind) => {
            Fault::damaged(format!("this kind of JPEG is not read ({kind:?}); save it as a baseline JPEG or as PNG"))
        }
        error => {
            let cause = error.to_string();
            let cause = cause.lines().next().unwrap_or("no cause given").trim();
            Fault::damaged(format!("the JPEG is damaged ({cause}); copy it again or scan the paper again"))
        }
    }
}

/// Walks the markers to the end mark.
pub(super) fn read_markers(bytes: &[u8]) -> Markers {
    let mut markers = Markers::default();
    let mut at = 0;
    while let Some((marker, body)) = next_marker(bytes, at) {
        at = body;
        match marker {
            END_OF_IMAGE => {
                markers.complete = true;
                break;
            }
            START_OF_IMAGE | 0x01 | 0xD0..=0xD7 => continue,
            _ => {}
        }
        let Some(length) = bytes.get(body..body + 2).map(|pair| usize::from(u16::from_be_bytes([pair[0], pair[1]])))
        else {
            break;
        };
        let segment = bytes.get(body + 2..body + length).unwrap_or_default();
        markers.note(marker, segment);
        at = body + length.max(2);
        if marker == START_OF_SCAN {
            at = end_of_scan(bytes, at);
        }
    }
    markers
}

impl Markers {
    fn note(&mut self, marker: u8, segment: &[u8]) {
        match (marker, segment) {
            (APP0, [b'J', b'F', b'I', b'F', 0, _, _, unit, x1, x0, y1, y0, ..]) => {
                // JFIF: 1 for dots per inch, 2 for dots per centimetre; TIFF counts from 2.
                let (x, y) = (u16::from_be_bytes([*x1, *x0]), u16::from_be_bytes([*y1, *y0]));
                self.jfif_density = Density::from_tiff_unit(u64::from(*unit) + 1, f64::from(x), f64::from(y));
            }
            (APP1, [b'E', b'x', b'i', b'f', 0, _, exif @ ..]) => {
                (self.orientation, self.exif_density) = exif::read(exif);
            }
            (0xC0..=0xCF, [_, h1, h0, w1, w0, ..]) if !matches!(marker, 0xC4 | 0xC8 | 0xCC) => {
                let size = (u16::from_be_bytes([*w1, *w0]), u16::from_be_bytes([*h1, *h0]));
                self.size.get_or_insert(size);
            }
            (APP14, [b'A', b'd', b'o', b'b', b'e', ..]) => self.adobe = true,
            _ => {}
        }
    }
}

/// The next marker at or after a place, and where its body begins; fill bytes are passed over.
fn next_marker(bytes: &[u8], from: usize) -> Option<(u8, usize)> {
    let mut at = from + bytes.get(from..)?.iter().position(|byte| *byte == 0xFF)?;
    while *bytes.get(at)? == 0xFF {
        at += 1;
    }
    Some((bytes[at], at + 1))
}

/// Where the marker after a scan begins; inside a scan, 0xFF is followed by 0, by a restart number or by itself.
fn end_of_scan(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(found) = bytes.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == 0xFF)) {
        at += found;
        match bytes.get(at + 1) {
            Some(0 | 0xD0..=0xD7) => at += 2,
            Some(0xFF) => at += 1,
            _ => return at,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use image::codecs::jpeg::{JpegEncoder, PixelDensity};
    use image::{ExtendedColorType, GrayImage, ImageEncoder, RgbImage};

    use super::*;
    use crate::scan::Pixels;

    fn grey_jpeg() -> Vec<u8> {
        let image = GrayImage::from_fn(64, 48, |x, y| image::Luma([if (x / 8 + y / 8) % 2 == 0 { 250 } else { 5 }]));
        let mut bytes = Vec::new();
        let mut encoder = JpegEncoder::new_with_quality(&mut bytes, 95);
        encoder.set_pixel_density(PixelDensity::dpi(300));
        encoder.write_image(image.as_raw(), 64, 48, ExtendedColorType::L8).expect("encodes");
        bytes
    }

    #[test]
    fn grey_stays_grey_and_dpi_is_read() {
        let raster = decode(&grey_jpeg(), &Limits::default()).expect("decodes");
        assert_eq!(raster.density, Some(Density { x_dpi: 300.0, y_dpi: 300.0 }));
        match raster.pixels {
            Pixels::Grey(image) => {
                assert!(image.get_pixel(4, 4)[0] > 230);
                assert!(image.get_pixel(12, 4)[0] < 25);
            }
            Pixels::Colour(_) => panic!("grey stays grey"),
        }
    }

    #[test]
    fn colour_is_converted() {
        let image = RgbImage::from_pixel(32, 32, image::Rgb([200, 30, 60]));
        let mut bytes = Vec::new();
        JpegEncoder::new_with_quality(&mut bytes, 98)
            .write_image(image.as_raw(), 32, 32, ExtendedColorType::Rgb8)
            .expect("encodes");
        match decode(&bytes, &Limits::default()).expect("decodes").pixels {
            Pixels::Colour(image) => {
                let [red, green, blue] = image.get_pixel(16, 16).0.map(i32::from);
                assert!((red - 200).abs() < 6 && (green - 30).abs() < 6 && (blue - 60).abs() < 6);
            }
            Pixels::Grey(_) => panic!("red is a colour"),
        }
    }

    #[test]
    fn every_cut_is_an_error() {
        let bytes = grey_jpeg();
        for length in 3..bytes.len() {
            assert!(decode(&bytes[..length], &Limits::default()).is_err(), "cut to {length} of {}", bytes.len());
        }
    }

    #[test]
    fn the_end_mark_of_a_thumbnail_does_not_count() {
        let mut bytes = b"\xFF\xD8\xFF\xE1\x00\x0AExif\0\0\xFF\xD9".to_vec();
        assert!(!read_markers(&bytes).complete);
        bytes.extend(b"\xFF\xDA\x00\x02\x12\xFF\x00\xFF\xD3\x34\xFF\xD9");
        assert!(read_markers(&bytes).complete);
    }

    #[test]
    fn the_limit_is_checked_by_the_header() {
        let limits = Limits { max_pixels: 64 * 48 - 1, ..Limits::default() };
        assert!(matches!(decode(&grey_jpeg(), &limits), Err(Fault::TooLarge { width: 64, height: 48 })));
    }
}

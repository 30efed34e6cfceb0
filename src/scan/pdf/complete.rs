//! An image of a PDF in; an error if its data stop before its last row. The renderer pads such images instead.
//!
//! JPEG 2000 and JBIG2 streams are left to their decoders, which report damage themselves.

use std::io::Read;

use flate2::read::ZlibDecoder;
use hayro::hayro_interpret::Image;
use hayro::hayro_syntax::Filter;
use hayro::hayro_syntax::object::{Dict, Name, Object, Stream};
use hayro_ccitt::{DecodeSettings, EncodingMode};

use crate::scan::fault::{Fault, Outcome, check_pixels};
use crate::scan::{Limits, ccitt, jpeg};

/// Checks size and completeness of an image before it is decoded.
pub(super) fn check(image: &Image, limits: &Limits) -> Outcome<()> {
    check_pixels(u64::from(image.width()), u64::from(image.height()), limits)?;
    match image {
        Image::Raster(raster) => check_stream(raster.stream(), image.width(), image.height()),
        Image::Stencil(stencil) => check_stream(stencil.stream(), image.width(), image.height()),
    }
}

fn check_stream(stream: &Stream, width: u32, height: u32) -> Outcome<()> {
    let data = stream.raw_data();
    let needed = row_bytes(stream.dict(), width) * height as usize;
    let is_complete = match stream.filters().as_slice() {
        [] => data.len() >= needed,
        [Filter::DctDecode] => jpeg::read_markers(&data).complete,
        [Filter::FlateDecode] => inflates_to(&data, needed),
        [Filter::CcittFaxDecode] => ccitt::decode(&data, fax_settings(stream.dict(), width, height)).is_ok(),
        [.., Filter::DctDecode | Filter::CcittFaxDecode | Filter::JpxDecode | Filter::Jbig2Decode] => true,
        _ => stream.decoded_data().is_ok_and(|decoded| decoded.len() >= needed),
    };
    if is_complete { Ok(()) } else { Err(Fault::cut_short("an image of the PDF")) }
}

/// Bytes of a row by the image's dictionary, at least: where the colour space is unknown here, one sample is assumed.
fn row_bytes(dictionary: &Dict, width: u32) -> usize {
    let is_mask = matches!(entry(dictionary, b"ImageMask", b"IM"), Some(Object::Boolean(true)));
    let (bits, samples) = if is_mask {
        (1, 1)
    } else {
        let bits = dictionary.get::<u32>(b"BitsPerComponent").or_else(|| dictionary.get::<u32>(b"BPC"));
        (bits.unwrap_or(8).clamp(1, 16) as usize, samples_per_pixel(dictionary))
    };
    (width as usize * samples * bits).div_ceil(8)
}

fn samples_per_pixel(dictionary: &Dict) -> usize {
    let (name, family) = match entry(dictionary, b"ColorSpace", b"CS") {
        Some(Object::Name(name)) => (Some(name), None),
        Some(Object::Array(family)) => (family.iter::<Name>().next(), Some(family)),
        _ => (None, None),
    };
    match name.as_deref() {
        Some(b"DeviceRGB" | b"RGB" | b"CalRGB" | b"Lab") => 3,
        Some(b"DeviceCMYK" | b"CMYK") => 4,
        Some(b"ICCBased") => family
            .and_then(|family| family.iter::<Object>().nth(1)?.into_stream()?.dict().get::<u32>(b"N"))
            .map_or(1, |samples| samples.clamp(1, 4) as usize),
        _ => 1,
    }
}

/// A key of an image dictionary, or the short form of it that inline images use.
fn entry<'a>(dictionary: &Dict<'a>, key: &[u8], short: &[u8]) -> Option<Object<'a>> {
    dictionary.get::<Object>(key).or_else(|| dictionary.get::<Object>(short))
}

/// Whether zlib data expand to so many bytes at least; nothing is kept, and no bomb is expanded further.
fn inflates_to(data: &[u8], needed: usize) -> bool {
    let mut expanded = ZlibDecoder::new(data).take(needed as u64);
    std::io::copy(&mut expanded, &mut std::io::sink()).is_ok_and(|length| length >= needed as u64)
}

fn fax_settings(dictionary: &Dict, width: u32, height: u32) -> DecodeSettings {
    let parameters = match entry(dictionary, b"DecodeParms", b"DP") {
        Some(Object::Dict(parameters)) => Some(parameters),
        Some(Object::Array(list)) => list.iter::<Dict>().next(),
        _ => None,
    };
    let flag = |key: &[u8], default| parameters.as_ref().and_then(|dict| dict.get::<bool>(key)).unwrap_or(default);
    let number = |key: &[u8]| parameters.as_ref().and_then(|dict| dict.get::<i32>(key));
    let columns = number(b"Columns").and_then(|columns| u32::try_from(columns).ok()).unwrap_or(1728);
    DecodeSettings {
        // Rows are counted here, and their pixels thrown away: a wrong width must not take memory.
        columns: columns.min(width.saturating_mul(2)),
        rows: height,
        end_of_block: flag(b"EndOfBlock", true),
        end_of_line: flag(b"EndOfLine", false),
        rows_are_byte_aligned: flag(b"EncodedByteAlign", false),
        encoding: match number(b"K").unwrap_or(0) {
            k if k < 0 => EncodingMode::Group4,
            0 => EncodingMode::Group3_1D,
            _ => EncodingMode::Group3_2D,
        },
        strict: false,
    }
}

//! An image of a PDF in; an error if its data stop before its last row, which the renderer would pad, or if they expand to far more than
//! its size, which would fill the memory.
//!
//! Damage inside JPEG 2000 and JBIG2 streams is left to their decoders, which report it themselves.

use hayro::hayro_interpret::Image;
use hayro::hayro_syntax::Filter;
use hayro::hayro_syntax::object::{Dict, Name, Object, Stream};
use hayro_ccitt::{DecodeSettings, EncodingMode};

use super::expansion::{inflated_bytes, is_packed_twice};
use super::jbig2;
use crate::scan::fault::{Fault, Outcome, check_pixels};
use crate::scan::{Limits, ccitt, jpeg};

/// How much longer an image's data may be than its rows need: some programs put rubbish behind them.
const MAX_EXCESS_BYTES: u64 = 16 << 20;

/// Checks size and completeness of an image before it is decoded.
pub(super) fn check(image: &Image, limits: &Limits) -> Outcome<()> {
    check_pixels(u64::from(image.width()), u64::from(image.height()), limits)?;
    let stream = match image {
        Image::Raster(raster) => raster.stream(),
        Image::Stencil(stencil) => stencil.stream(),
    };
    for mask in [b"SMask".as_slice(), b"Mask"].iter().filter_map(|key| stream.dict().get::<Stream<'_>>(key)) {
        let edge = |key: &[u8], short: &[u8]| match entry(mask.dict(), key, short) {
            Some(Object::Number(number)) => number.as_f64().clamp(0.0, f64::from(u32::MAX)) as u32,
            _ => 0,
        };
        let (width, height) = (edge(b"Width", b"W"), edge(b"Height", b"H"));
        check_stream(&mask, width, height, limits)?;
    }
    check_stream(stream, image.width(), image.height(), limits)
}

fn check_stream(stream: &Stream, width: u32, height: u32, limits: &Limits) -> Outcome<()> {
    check_pixels(u64::from(width), u64::from(height), limits)?;
    if is_packed_twice(stream) {
        return Err(Fault::damaged("an image of the PDF is packed twice, as in a bomb; print it to a new PDF"));
    }
    let data = stream.raw_data();
    let needed = row_bytes(stream.dict(), width) * height as usize;
    let filters = stream.filters();
    if filters.contains(&Filter::CcittFaxDecode) {
        check_pixels(stated_columns(stream.dict()).max(1).into(), u64::from(height), limits)?;
    }
    let is_complete = match filters.as_slice() {
        [] => data.len() >= needed,
        [Filter::DctDecode] => {
            let markers = jpeg::read_markers(&data);
            // The stream's own header decides what the decoder takes memory for; the dictionary may tell less.
            markers.size.map_or(Ok(()), |(width, height)| check_pixels(width.into(), height.into(), limits))?;
            markers.complete
        }
        [Filter::FlateDecode] => inflates_to(&data, needed as u64)?,
        [Filter::CcittFaxDecode] => ccitt::decode(&data, fax_settings(stream.dict(), width, height)).is_ok(),
        [Filter::Jbig2Decode] => {
            let pages = jbig2::page_sizes(&data).into_iter();
            pages
                .map(|(width, height)| (width, height.unwrap_or(1)))
                .try_for_each(|(width, height)| check_pixels(width.into(), height.into(), limits))?;
            true
        }
        [Filter::JpxDecode] => {
            jpx_size(&data).map_or(Ok(()), |(width, height)| check_pixels(width.into(), height.into(), limits))?;
            true
        }
        [.., Filter::DctDecode | Filter::CcittFaxDecode | Filter::JpxDecode | Filter::Jbig2Decode] => true,
        _ => stream.decoded_data().is_ok_and(|decoded| decoded.len() >= needed),
    };
    if is_complete { Ok(()) } else { Err(Fault::cut_short("an image of the PDF")) }
}

/// Width and height by the SIZ segment of a JPEG 2000 codestream (ITU-T T.800, A.5.1), wherever it lies in the file.
fn jpx_size(data: &[u8]) -> Option<(u32, u32)> {
    let at = data.windows(4).position(|window| window == [0xFF, 0x4F, 0xFF, 0x51])?;
    let edge = |from: usize| data.get(at + from..)?.first_chunk().map(|bytes| u32::from_be_bytes(*bytes));
    Some((edge(8)?, edge(12)?))
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

/// Whether zlib data expand to so many bytes at least; an error if they expand to far more. Nothing is kept.
fn inflates_to(data: &[u8], needed: u64) -> Outcome<bool> {
    let most = needed + MAX_EXCESS_BYTES;
    match inflated_bytes(data, most + 1) {
        length if length > most => Err(Fault::damaged(
            "an image of the PDF expands to far more than its size, as in a bomb; print it to a new PDF",
        )),
        length => Ok(length >= needed),
    }
}

fn fax_parameters<'a>(dictionary: &Dict<'a>) -> Option<Dict<'a>> {
    match entry(dictionary, b"DecodeParms", b"DP") {
        Some(Object::Dict(parameters)) => Some(parameters),
        Some(Object::Array(list)) => list.iter::<Dict>().next(),
        _ => None,
    }
}

/// The columns of a fax image; what the dictionary does not tell, or not well, is 1728.
fn stated_columns(dictionary: &Dict) -> u32 {
    let columns = fax_parameters(dictionary).and_then(|parameters| parameters.get::<i32>(b"Columns"));
    columns.and_then(|columns| u32::try_from(columns).ok()).unwrap_or(1728)
}

fn fax_settings(dictionary: &Dict, width: u32, height: u32) -> DecodeSettings {
    let parameters = fax_parameters(dictionary);
    let flag = |key: &[u8], default| parameters.as_ref().and_then(|dict| dict.get::<bool>(key)).unwrap_or(default);
    let number = |key: &[u8]| parameters.as_ref().and_then(|dict| dict.get::<i32>(key));
    DecodeSettings {
        // Rows are counted here, and their pixels thrown away: a wrong width must not take memory.
        columns: stated_columns(dictionary).min(width.saturating_mul(2)),
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

//! The streams of a PDF in; an error if one of them is a bomb, which takes gigabytes when it is expanded.
//!
//! Images are left to `complete`, which knows how large each may be. Streams that hold other objects are expanded by the parser before
//! anything can be asked.

use std::io::Read;

use flate2::read::ZlibDecoder;
use hayro::hayro_syntax::object::{Name, Object, Stream};
use hayro::hayro_syntax::{Filter, Pdf};

use crate::scan::fault::{Fault, Outcome};

/// No drawing, font or table of a form comes near this, expanded.
const MAX_BYTES: u64 = 64 << 20;

/// Deflate expands to at most 1,032 times as much; LZW to about 1,400.
const MAX_EXPANSION: usize = 1400;

/// Refuses a file with a stream that expands to more than the limit.
pub(super) fn check(pdf: &Pdf, file_bytes: usize) -> Outcome<()> {
    // Most scans end here: nothing in so small a file can become that large, unless it is packed twice.
    let may_be_large = |bytes: usize| bytes.saturating_mul(MAX_EXPANSION) as u64 > MAX_BYTES;
    for object in pdf.objects() {
        let Object::Stream(stream) = object else { continue };
        if is_packed_twice(&stream) {
            return Err(Fault::damaged(
                "the PDF holds data that are packed twice, as in a bomb; print it to a new PDF",
            ));
        }
        let is_image = stream.dict().get::<Name<'_>>(b"Subtype").is_some_and(|name| name.as_ref() == b"Image");
        if !is_image && may_be_large(file_bytes) && expands_too_far(&stream, may_be_large) {
            return Err(Fault::damaged(
                "the PDF holds data that expand without measure, as in a bomb; print it to a new PDF",
            ));
        }
    }
    Ok(())
}

/// Whether a stream passes two filters that each expand it.
pub(super) fn is_packed_twice(stream: &Stream<'_>) -> bool {
    let expands = |filter: &&Filter| {
        matches!(
            filter,
            Filter::FlateDecode | Filter::LzwDecode | Filter::RunLengthDecode | Filter::JpxDecode | Filter::Jbig2Decode
        )
    };
    stream.filters().iter().filter(expands).count() > 1
}

fn expands_too_far(stream: &Stream<'_>, may_be_large: impl Fn(usize) -> bool) -> bool {
    let data = stream.raw_data();
    match stream.filters().as_slice() {
        _ if !may_be_large(data.len()) => false,
        [Filter::FlateDecode] => inflated_bytes(&data, MAX_BYTES + 1) > MAX_BYTES,
        [] => false,
        // Other packings have not been written for such lengths of drawing since 1996.
        [Filter::LzwDecode | Filter::RunLengthDecode, ..] => data.len() as u64 > MAX_BYTES / 16,
        _ => false,
    }
}

/// The length of zlib data when expanded, counted no further than `most`; nothing is kept.
pub(super) fn inflated_bytes(data: &[u8], most: u64) -> u64 {
    let mut expanded = ZlibDecoder::new(data).take(most);
    let mut counted = 0;
    let mut buffer = [0; 1 << 14];
    while let Ok(length @ 1..) = expanded.read(&mut buffer) {
        counted += length as u64;
    }
    counted
}

//! The stored bytes of one strip or tile in, 8 bit samples out (palette indices as they are).

use std::borrow::Cow;
use std::io::Read;

use flate2::read::ZlibDecoder;
use hayro_ccitt::{DecodeSettings, EncodingMode};

use super::layout::{Compression, Layout, Photometric};
use crate::scan::fault::{Fault, Outcome};
use crate::scan::{Limits, ccitt, jpeg, sample};

/// The samples of a strip or tile, interleaved: `chunk_width` pixels of `samples_per_pixel` in each stored row.
pub(super) fn chunk_samples(
    bytes: &[u8],
    layout: &Layout,
    across: usize,
    down: usize,
    limits: &Limits,
) -> Outcome<Vec<u8>> {
    if !layout.planar {
        let stored = layout.stored(bytes, across, down, 0)?;
        return plane_samples(stored, layout, down, layout.samples_per_pixel, limits);
    }
    let count = layout.samples_per_pixel;
    let mut samples = vec![0; layout.chunk_width * layout.stored_rows(down) * count];
    for plane in 0..count {
        let stored = layout.stored(bytes, across, down, plane)?;
        let values = plane_samples(stored, layout, down, 1, limits)?;
        samples.iter_mut().skip(plane).step_by(count).zip(values).for_each(|(sample, value)| *sample = value);
    }
    Ok(samples)
}

fn plane_samples(stored: &[u8], layout: &Layout, down: usize, channels: usize, limits: &Limits) -> Outcome<Vec<u8>> {
    if layout.compression == Compression::Jpeg {
        return jpeg_samples(stored, layout, down, channels, limits);
    }
    // Bits are reversed in the stored bytes, whatever the compression (as in libtiff), but for JPEG.
    let stored = if layout.reversed_bits {
        Cow::Owned(stored.iter().map(|byte| byte.reverse_bits()).collect())
    } else {
        Cow::Borrowed(stored)
    };
    let rows = layout.stored_rows(down);
    if layout.compression.is_fax() {
        return ccitt::decode(&stored, fax_settings(layout, rows));
    }
    let row_values = layout.chunk_width * channels;
    let length = (row_values * layout.bits).div_ceil(8) * rows;
    let mut packed = expand(&stored, layout.compression, length)?;
    packed.truncate(length);
    if packed.len() < length {
        return Err(Fault::cut_short("the TIFF"));
    }
    Ok(unpack(packed, layout, row_values, channels))
}

fn fax_settings(layout: &Layout, rows: usize) -> DecodeSettings {
    DecodeSettings {
        columns: layout.chunk_width as u32,
        rows: rows as u32,
        end_of_block: layout.compression != Compression::HuffmanRows,
        end_of_line: false,
        rows_are_byte_aligned: layout.compression == Compression::HuffmanRows,
        encoding: match layout.compression {
            Compression::Group4 => EncodingMode::Group4,
            Compression::Group3 { two_dimensional: true } => EncodingMode::Group3_2D,
            _ => EncodingMode::Group3_1D,
        },
        strict: false,
    }
}

/// Expands to `length` bytes, or fewer if the data end early.
fn expand(stored: &[u8], compression: Compression, length: usize) -> Outcome<Vec<u8>> {
    match compression {
        Compression::None => Ok(stored[..length.min(stored.len())].to_vec()),
        Compression::PackBits => Ok(expand_pack_bits(stored, length)),
        Compression::Deflate => {
            let mut expanded = Vec::new();
            let mut decoder = ZlibDecoder::new(stored).take(length as u64);
            decoder.read_to_end(&mut expanded).map_err(|cause| damaged("Deflate", cause))?;
            Ok(expanded)
        }
        _ => expand_lzw(stored, length),
    }
}

fn damaged(codec: &str, cause: impl std::fmt::Display) -> Fault {
    Fault::damaged(format!("the {codec} data of the TIFF are damaged ({cause}); copy it again or scan the paper again"))
}

fn expand_lzw(stored: &[u8], length: usize) -> Outcome<Vec<u8>> {
    let mut decoder = weezl::decode::Decoder::with_tiff_size_switch(weezl::BitOrder::Msb, 8);
    let mut expanded = vec![0; length];
    let (mut read, mut written) = (0, 0);
    while written < length {
        let step = decoder.decode_bytes(&stored[read..], &mut expanded[written..]);
        read += step.consumed_in;
        written += step.consumed_out;
        match step.status {
            Ok(weezl::LzwStatus::Ok) if step.consumed_in + step.consumed_out > 0 => {}
            Ok(_) => break,
            Err(cause) => return Err(damaged("LZW", cause)),
        }
    }
    expanded.truncate(written);
    Ok(expanded)
}

/// PackBits: a count of 0 to 127 is followed by one more bytes than that, one of -1 to -127 by a byte to repeat.
fn expand_pack_bits(stored: &[u8], length: usize) -> Vec<u8> {
    let mut expanded = Vec::new();
    let mut rest = stored;
    while let [count, tail @ ..] = rest {
        if expanded.len() >= length {
            break;
        }
        let used = match *count as i8 {
            -128 => 0,
            count @ 0.. => {
                let literal = &tail[..tail.len().min(count as usize + 1)];
                expanded.extend_from_slice(literal);
                literal.len()
            }
            count => {
                let Some(value) = tail.first() else { break };
                expanded.resize(expanded.len() + 1 + usize::from(count.unsigned_abs()), *value);
                1
            }
        };
        rest = &tail[used..];
    }
    expanded
}

/// Undoes the predictor and makes 8 bit samples of packed ones.
fn unpack(mut packed: Vec<u8>, layout: &Layout, row_values: usize, channels: usize) -> Vec<u8> {
    let has_predictor = layout.differences && matches!(layout.compression, Compression::Lzw | Compression::Deflate);
    match layout.bits {
        8 => {
            if has_predictor {
                for row in packed.chunks_exact_mut(row_values) {
                    (channels..row_values).for_each(|at| row[at] = row[at].wrapping_add(row[at - channels]));
                }
            }
            packed
        }
        16 => {
            let read = if layout.big_endian { u16::from_be_bytes } else { u16::from_le_bytes };
            let mut wide: Vec<u16> = packed.as_chunks::<2>().0.iter().map(|pair| read(*pair)).collect();
            if has_predictor {
                for row in wide.chunks_exact_mut(row_values) {
                    (channels..row_values).for_each(|at| row[at] = row[at].wrapping_add(row[at - channels]));
                }
            }
            wide.into_iter().map(sample::narrow).collect()
        }
        bits => unpack_bits(&packed, bits, row_values, layout.photometric == Photometric::Palette),
    }
}

/// Samples of 1, 2 or 4 bits, highest first, each row starting on a byte; spread over 0 to 255 but for indices.
fn unpack_bits(packed: &[u8], bits: usize, row_values: usize, are_indices: bool) -> Vec<u8> {
    let top = (1u8 << bits) - 1;
    let scale = if are_indices { 1 } else { 255 / top };
    let unpack_row = |row: &[u8], samples: &mut Vec<u8>| {
        samples.extend((0..row_values).map(|at| {
            let bit = at * bits;
            ((row[bit / 8] >> (8 - bits - bit % 8)) & top) * scale
        }));
    };
    let row_bytes = (row_values * bits).div_ceil(8);
    let mut samples = Vec::with_capacity(packed.len() * 8 / bits);
    packed.chunks_exact(row_bytes).for_each(|row| unpack_row(row, &mut samples));
    samples
}

/// A strip or tile that is a JPEG stream of its own, but for the tables that all of them share.
fn jpeg_samples(stored: &[u8], layout: &Layout, down: usize, channels: usize, limits: &Limits) -> Outcome<Vec<u8>> {
    let stream = match layout.jpeg_tables {
        // Both are whole streams: the end mark of the one and the start mark of the other go.
        Some([tables @ .., 0xFF, 0xD9]) if stored.len() > 2 => Cow::Owned([tables, &stored[2..]].concat()),
        _ => Cow::Borrowed(stored),
    };
    let markers = jpeg::read_markers(&stream);
    let components =
        if layout.photometric == Photometric::Rgb { jpeg::Components::Rgb } else { jpeg::Components::AsMarked };
    let picture = jpeg::decode_samples(&stream, &markers, components, limits)?;
    let rows = layout.stored_rows(down);
    if picture.width != layout.chunk_width || picture.height < rows || picture.channels != channels {
        return Err(Fault::damaged("a JPEG strip of the TIFF has another size than the page says; save it as PNG"));
    }
    let mut samples = picture.samples;
    samples.truncate(layout.chunk_width * rows * channels);
    Ok(samples)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pack_bits_of_the_standard() {
        let stored = [0xFE, 0xAA, 0x02, 0x80, 0x00, 0x2A, 0xFD, 0xAA, 0x03, 0x80, 0x00, 0x2A, 0x22, 0xF7, 0xAA];
        let expected = [
            0xAA, 0xAA, 0xAA, 0x80, 0x00, 0x2A, 0xAA, 0xAA, 0xAA, 0xAA, 0x80, 0x00, 0x2A, 0x22, 0xAA, 0xAA, 0xAA, 0xAA,
            0xAA, 0xAA, 0xAA, 0xAA, 0xAA, 0xAA,
        ];
        assert_eq!(expand_pack_bits(&stored, expected.len()), expected);
        assert_eq!(expand_pack_bits(&stored[..4], 24), [0xAA, 0xAA, 0xAA, 0x80]);
        assert_eq!(expand_pack_bits(&[0x80, 0xFF], 24), [0u8; 0]);
    }

    #[test]
    fn narrow_samples_spread_and_rows_start_on_bytes() {
        assert_eq!(unpack_bits(&[0b1010_0000, 0b0100_0000], 1, 3, false), [255, 0, 255, 0, 255, 0]);
        assert_eq!(unpack_bits(&[0b0001_1011, 0b1100_0000], 2, 5, false), [0, 85, 170, 255, 255]);
        assert_eq!(unpack_bits(&[0x0F, 0x70], 4, 3, true), [0, 15, 7]);
    }

    #[test]
    fn lzw_that_ends_early_gives_fewer_bytes() {
        let mut encoder = weezl::encode::Encoder::with_tiff_size_switch(weezl::BitOrder::Msb, 8);
        let values: Vec<u8> = (0..200).map(|value| value as u8).collect();
        let stored = encoder.encode(&values).expect("encodes");
        assert_eq!(expand_lzw(&stored, 200).expect("expands"), values);
        assert!(expand_lzw(&stored[..100], 200).expect("expands").len() < 200);
    }
}

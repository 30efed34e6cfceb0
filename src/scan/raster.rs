//! PNG, BMP, WebP, PNM and GIF (its first frame) in, pixels with orientation and resolution out, by way of `image`.

use std::io::Cursor;

use image::codecs::bmp::BmpDecoder;
use image::codecs::gif::GifDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::pnm::PnmDecoder;
use image::codecs::webp::WebPDecoder;
use image::error::ImageError;
use image::{ColorType, ImageDecoder};

use super::fault::{Fault, Outcome, check_pixels};
use super::format::Format;
use super::orientation::Orientation;
use super::resolution::{bmp_density, png_density};
use super::{Limits, Pixels, Raster, exif, sample};

/// Decodes a picture of a single page; `format` is what its first bytes told.
pub(super) fn decode(format: Format, bytes: &[u8], limits: &Limits) -> Outcome<Raster> {
    if format == Format::Png {
        check_png_header(bytes, limits)?;
    }
    let cursor = Cursor::new(bytes);
    let name = match format {
        Format::Png => "PNG",
        Format::Bmp => "BMP",
        Format::WebP => "WebP",
        Format::Pnm => "PNM",
        _ => "GIF",
    };
    let fault = |error| fault(name, error);
    let mut raster = match format {
        Format::Png => read(PngDecoder::new(cursor).map_err(fault)?, limits, fault)?,
        Format::Bmp => read(BmpDecoder::new(cursor).map_err(fault)?, limits, fault)?,
        Format::WebP => read(WebPDecoder::new(cursor).map_err(fault)?, limits, fault)?,
        Format::Pnm => read(PnmDecoder::new(cursor).map_err(fault)?, limits, fault)?,
        _ => read(GifDecoder::new(cursor).map_err(fault)?, limits, fault)?,
    };
    let stated = match format {
        Format::Png => png_density(bytes),
        Format::Bmp => bmp_density(bytes),
        _ => None,
    };
    raster.density = stated.or(raster.density);
    Ok(raster)
}

/// The number of pixels by the header of a picture.
pub(super) fn pixel_count(bytes: &[u8]) -> Option<u64> {
    let reader = image::ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?;
    let (width, height) = reader.into_dimensions().ok()?;
    Some(u64::from(width) * u64::from(height))
}

/// The decoder has limits of its own, which name no size.
fn check_png_header(bytes: &[u8], limits: &Limits) -> Outcome<()> {
    match bytes.get(16..24) {
        Some(&[w3, w2, w1, w0, h3, h2, h1, h0]) => {
            let (width, height) = (u32::from_be_bytes([w3, w2, w1, w0]), u32::from_be_bytes([h3, h2, h1, h0]));
            check_pixels(u64::from(width), u64::from(height), limits)
        }
        _ => Err(Fault::cut_short("the PNG file")),
    }
}

fn read(mut decoder: impl ImageDecoder, limits: &Limits, fault: impl Fn(ImageError) -> Fault) -> Outcome<Raster> {
    let (width, height) = decoder.dimensions();
    check_pixels(u64::from(width), u64::from(height), limits)?;
    let exif = decoder.exif_metadata().ok().flatten();
    let (orientation, density) = exif.map_or((Orientation::default(), None), |exif| exif::read(&exif));
    let colour_type = decoder.color_type();
    let mut samples = vec![0; decoder.total_bytes() as usize];
    decoder.read_image(&mut samples).map_err(fault)?;
    Ok(Raster { pixels: pixels(width, height, colour_type, samples)?, orientation, density })
}

fn pixels(width: u32, height: u32, colour_type: ColorType, samples: Vec<u8>) -> Outcome<Pixels> {
    let samples = match colour_type {
        ColorType::L16 | ColorType::La16 | ColorType::Rgb16 | ColorType::Rgba16 => {
            samples.as_chunks::<2>().0.iter().map(|pair| sample::narrow(u16::from_ne_bytes(*pair))).collect()
        }
        _ => samples,
    };
    match colour_type {
        ColorType::L8 | ColorType::L16 => sample::grey(width, height, samples),
        ColorType::La8 | ColorType::La16 => sample::grey(width, height, sample::flatten_grey(&samples)),
        ColorType::Rgb8 | ColorType::Rgb16 => sample::colour(width, height, samples),
        ColorType::Rgba8 | ColorType::Rgba16 => sample::colour(width, height, sample::flatten_colour(&samples)),
        other => Err(Fault::damaged(format!("samples of the kind {other:?} are not read; save it as an 8 bit PNG"))),
    }
}

fn fault(name: &str, error: ImageError) -> Fault {
    let cause = error.to_string();
    let cause = cause.lines().next().unwrap_or("no cause given").trim();
    match error {
        ImageError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            Fault::cut_short(format!("the {name} file"))
        }
        ImageError::Unsupported(_) => {
            Fault::damaged(format!("this kind of {name} is not read ({cause}); save it as an 8 bit PNG"))
        }
        _ => Fault::damaged(format!("the {name} file is damaged ({cause}); copy it again or scan the paper again")),
    }
}

#[cfg(test)]
mod tests {
    use image::codecs::{bmp::BmpEncoder, gif::GifEncoder, png::PngEncoder, pnm::PnmEncoder, webp::WebPEncoder};
    use image::{ExtendedColorType, ImageEncoder};

    use super::*;

    const GREY: [u8; 12] = [0, 50, 100, 150, 200, 250, 255, 128, 64, 32, 16, 8];

    fn png(samples: &[u8], width: u32, height: u32, colour: ExtendedColorType) -> Vec<u8> {
        let mut bytes = Vec::new();
        PngEncoder::new(&mut bytes).write_image(samples, width, height, colour).expect("encodes");
        bytes
    }

    fn grey_of(format: Format, bytes: &[u8]) -> Vec<u8> {
        match decode(format, bytes, &Limits::default()).expect("decodes").pixels {
            Pixels::Grey(image) => image.into_raw(),
            Pixels::Colour(image) => panic!("expected grey, got {image:?}"),
        }
    }

    #[test]
    fn grey_comes_out_of_every_format() {
        assert_eq!(grey_of(Format::Png, &png(&GREY, 4, 3, ExtendedColorType::L8)), GREY);
        let mut bytes = Vec::new();
        PnmEncoder::new(&mut bytes).write_image(&GREY, 4, 3, ExtendedColorType::L8).expect("encodes");
        assert_eq!(grey_of(Format::Pnm, &bytes), GREY);
        let mut bytes = Vec::new();
        BmpEncoder::new(&mut bytes).write_image(&GREY, 4, 3, ExtendedColorType::L8).expect("encodes");
        assert_eq!(grey_of(Format::Bmp, &bytes), GREY);
        let mut bytes = Vec::new();
        WebPEncoder::new_lossless(&mut bytes).write_image(&GREY, 4, 3, ExtendedColorType::L8).expect("encodes");
        assert_eq!(grey_of(Format::WebP, &bytes), GREY);
        let mut bytes = Vec::new();
        let colour: Vec<u8> = GREY.iter().flat_map(|value| [*value; 3]).collect();
        GifEncoder::new(&mut bytes).encode(&colour, 4, 3, ExtendedColorType::Rgb8).expect("encodes");
        assert_eq!(grey_of(Format::Gif, &bytes), GREY);
    }

    #[test]
    fn sixteen_bits_and_alpha() {
        let wide: Vec<u8> = [0u16, 0x8000, 0xFFFF, 257].iter().flat_map(|value| value.to_ne_bytes()).collect();
        assert_eq!(grey_of(Format::Png, &png(&wide, 2, 2, ExtendedColorType::L16)), [0, 128, 255, 1]);
        let ink_in_alpha = [0, 0, 0, 255, 0, 0, 0, 0];
        assert_eq!(grey_of(Format::Png, &png(&ink_in_alpha, 2, 1, ExtendedColorType::Rgba8)), [0, 255]);
    }

    #[test]
    fn plain_bitmaps_have_black_ink() {
        assert_eq!(grey_of(Format::Pnm, b"P1\n3 1\n1 0 1\n"), [0, 255, 0]);
        assert_eq!(grey_of(Format::Pnm, b"P4\n3 1\n\xA0"), [0, 255, 0]);
    }

    #[test]
    fn cut_pictures_are_errors() {
        let noise: Vec<u8> = (0..64 * 64u32).map(|index| (index.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        let mut pnm = Vec::new();
        PnmEncoder::new(&mut pnm).write_image(&noise, 64, 64, ExtendedColorType::L8).expect("encodes");
        let mut bmp = Vec::new();
        BmpEncoder::new(&mut bmp).write_image(&noise, 64, 64, ExtendedColorType::L8).expect("encodes");
        let mut webp = Vec::new();
        WebPEncoder::new_lossless(&mut webp).write_image(&noise, 64, 64, ExtendedColorType::L8).expect("encodes");
        let mut gif = Vec::new();
        let colour: Vec<u8> = noise.iter().flat_map(|value| [*value; 3]).collect();
        GifEncoder::new(&mut gif).encode(&colour, 64, 64, ExtendedColorType::Rgb8).expect("encodes");
        let png = png(&noise, 64, 64, ExtendedColorType::L8);
        for (format, bytes) in
            [(Format::Png, png), (Format::Pnm, pnm), (Format::Bmp, bmp), (Format::WebP, webp), (Format::Gif, gif)]
        {
            assert!(decode(format, &bytes, &Limits::default()).is_ok(), "{format:?}");
            for part in 1..8 {
                let cut = &bytes[..bytes.len() * part / 8];
                assert!(decode(format, cut, &Limits::default()).is_err(), "{format:?} cut to {part}/8");
            }
        }
    }

    #[test]
    fn a_changed_byte_fails_the_checksum() {
        let mut bytes = png(&GREY, 4, 3, ExtendedColorType::L8);
        let at = bytes.windows(4).position(|name| name == b"IDAT").expect("has pixels") + 8;
        bytes[at] ^= 0x10;
        assert!(decode(Format::Png, &bytes, &Limits::default()).is_err());
    }

    #[test]
    fn bombs_are_refused_by_their_header() {
        let mut bytes = png(&GREY, 4, 3, ExtendedColorType::L8);
        bytes[16..24].copy_from_slice(&[0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60]);
        let outcome = decode(Format::Png, &bytes, &Limits::default());
        assert!(matches!(outcome, Err(Fault::TooLarge { width: 60_000, height: 60_000 })));
        let pnm = b"P5\n60000 60000\n255\n\0";
        let outcome = decode(Format::Pnm, pnm, &Limits::default());
        assert!(matches!(outcome, Err(Fault::TooLarge { width: 60_000, height: 60_000 })));
    }
}

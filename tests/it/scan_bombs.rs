//! PDF and TIFF files of a few kilobytes that would take hours or gigabytes: each is an error, before it does.

use scantally::error::Error;
use scantally::scan::{Limits, Scan};

use crate::scan_files::{TiffPage, deflated, jpeg, one_page_objects, one_page_pdf, open, pdf, stream, tiff};

/// Draws the image over the whole page.
const DRAW: &str = "q 72 0 0 36 0 0 cm /Im0 Do Q";

/// The error of opening a file or decoding its first page.
fn error_of(bytes: Vec<u8>) -> String {
    let page = Scan::from_bytes("bomb", bytes, Limits::default()).and_then(|scan| scan.page(1));
    page.expect_err("is refused").to_string()
}

fn image(entries: &str, data: &[u8]) -> Vec<u8> {
    stream(&format!("/Subtype /Image /Width 8 /Height 4 /ColorSpace /DeviceGray /BitsPerComponent 8 {entries}"), data)
}

#[test]
fn forms_that_draw_forms() {
    // Each draws the next one twice: a thousand million rectangles in thirty objects.
    let mut objects = one_page_objects("", "/Im0 Do", form(6, "/F Do /F Do"));
    objects.extend((7..37).map(|next| form(next, "/F Do /F Do")));
    objects.push(form(5, "0 0 1 1 re f"));
    assert!(error_of(pdf(&objects)).contains("draws more than any form does"));
}

fn form(next: usize, content: &str) -> Vec<u8> {
    let entries = format!("/Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /F {next} 0 R >> >>");
    stream(&entries, content.as_bytes())
}

#[test]
fn drawing_without_end() {
    let small = image("", &[0; 32]);
    for content in ["[0.0001] 0 d 0 0 m 70 30 l S ".repeat(9), "0 0 m 60000 9000 l 0 9 l f ".repeat(400)] {
        assert!(error_of(one_page_pdf("", &content, small.clone())).contains("draws more than any form does"));
    }
    let limits = Limits { max_pixels: 100, ..Limits::default() };
    let drawn = |times| {
        let scan = Scan::from_bytes("many", one_page_pdf("", &format!("{DRAW} ").repeat(times), small.clone()), limits);
        scan.expect("opens").page(1).expect_err("300 x 150 pixels are more than 100").to_string()
    };
    assert!(drawn(9).contains("300 x 150") && drawn(10).contains("draws more than any form does"));
}

#[test]
fn data_that_expand_without_measure() {
    let blanks = deflated(&vec![b' '; 70 << 20]);
    let mut objects = one_page_objects("", "", image("", &[0; 32]));
    objects[3] = stream("/Filter /FlateDecode", &blanks);
    assert!(error_of(pdf(&objects)).contains("expand without measure"));
    let long_image = image("/Filter /FlateDecode", &blanks);
    assert!(error_of(one_page_pdf("", DRAW, long_image)).contains("expands to far more than its size"));
    let twice = image("/Filter [/FlateDecode /FlateDecode]", &deflated(&deflated(&[0; 32])));
    assert!(error_of(one_page_pdf("", DRAW, twice)).contains("packed twice"));
}

#[test]
fn images_that_are_larger_than_they_say() {
    let page_information = b"\0\0\0\0\x30\0\x01\0\0\0\x13\0\0\xEA\x60\0\0\xEA\x60\0\0\0\0\0\0\0\0\0\0\0";
    let jpeg_2000 = b"\xFF\x4F\xFF\x51\0\x2F\0\0\0\0\xEA\x60\0\0\xEA\x60\0\0\0\0\0\0\0\0";
    let mut large_jpeg = jpeg(&[255; 32], 8, 4, image::ExtendedColorType::L8);
    let frame = large_jpeg.windows(2).position(|marker| marker == [0xFF, 0xC0]).expect("has a frame");
    large_jpeg[frame + 5..frame + 9].copy_from_slice(&[0xEA, 0x60, 0xEA, 0x60]);
    for (filter, data) in [("JBIG2Decode", &page_information[..]), ("JPXDecode", jpeg_2000), ("DCTDecode", &large_jpeg)]
    {
        let scan = open(one_page_pdf("", DRAW, image(&format!("/Filter /{filter}"), data)));
        assert!(matches!(scan.page(1), Err(Error::TooLarge { width: 60_000, height: 60_000, .. })), "{filter}");
    }
    let fax = image("/Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns 2000000000 >>", &[0]);
    assert!(matches!(open(one_page_pdf("", DRAW, fax)).page(1), Err(Error::TooLarge { width: 2_000_000_000, .. })));
    let mask = "/SMask << >> /Filter /FlateDecode";
    assert!(open(one_page_pdf("", DRAW, image(mask, &deflated(&[0; 32])))).page(1).is_ok(), "a mask that is none");
}

#[test]
fn directories_of_absurdly_many_tags() {
    let mut page = TiffPage::new(1, 1, vec![vec![0]]).stored_as(1, 1, 8, 1);
    assert!(open(tiff(&[page.clone()], false)).page(1).is_ok());
    for tag in 40_000..40_600 {
        page = page.tag(tag, 0);
    }
    assert!(error_of(tiff(&[page], false)).contains("names no page that lies in the file"));
}

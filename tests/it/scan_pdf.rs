//! PDF: pages that are one image come out as that image, others are rendered, and what is cut is an error.

use scantally::error::Error;
use scantally::scan::{Limits, Pixels, Scan, Settings};

use crate::scan_files::{
    bits, colour_page, deflated, grey_page, jpeg, one_page_objects, one_page_pdf, open, packed, pdf, stream,
};

/// Draws the image over the whole page.
const DRAW: &str = "q 72 0 0 36 0 0 cm /Im0 Do Q";

/// 8 x 4 samples, all different.
fn samples() -> Vec<u8> {
    (0..32).map(|value| value * 8).collect()
}

fn grey_image() -> Vec<u8> {
    stream(
        "/Type /XObject /Subtype /Image /Width 8 /Height 4 /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /FlateDecode",
        &deflated(&samples()),
    )
}

#[test]
fn an_image_that_is_the_page_keeps_its_pixels() {
    assert_eq!(grey_page(&open(one_page_pdf("", DRAW, grey_image())), 1), (8, samples()));
    let invisible_text = format!("{DRAW} BT /F1 9 Tf 3 Tr 5 5 Td (0123) Tj ET");
    assert_eq!(grey_page(&open(one_page_pdf("", &invisible_text, grey_image())), 1), (8, samples()));
}

#[test]
fn rotation_and_resolution() {
    let large = stream(
        "/Type /XObject /Subtype /Image /Width 300 /Height 150 /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /FlateDecode",
        &deflated(&[200; 300 * 150]),
    );
    let page = open(one_page_pdf("/Rotate 90", DRAW, large)).page(1).expect("decodes");
    assert_eq!((page.pixels.dimensions(), page.dpi), ((150, 300), Some(300.0)));
    let (width, turned) = grey_page(&open(one_page_pdf("/Rotate 90", DRAW, grey_image())), 1);
    assert_eq!(
        (width, &turned[..4]),
        (4, &[192, 128, 64, 0][..]),
        "the first column, from the bottom, is the first row"
    );
    let upside_down = "q -72 0 0 -36 72 36 cm /Im0 Do Q";
    let reversed: Vec<u8> = samples().into_iter().rev().collect();
    assert_eq!(grey_page(&open(one_page_pdf("", upside_down, grey_image())), 1), (8, reversed));
}

#[test]
fn fax_and_stencil_images() {
    let group_4 = packed("001 1011 011 1 1 000000000001 000000000001");
    let fax = stream(
        "/Subtype /Image /Width 8 /Height 2 /ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /CCITTFaxDecode \
         /DecodeParms << /K -1 /Columns 8 /Rows 2 >>",
        &group_4,
    );
    let half_black = [255, 255, 255, 255, 0, 0, 0, 0].repeat(2);
    assert_eq!(grey_page(&open(one_page_pdf("", DRAW, fax)), 1), (8, half_black.clone()));
    let stencil = stream(
        "/Subtype /Image /Width 8 /Height 2 /ImageMask true /BitsPerComponent 1",
        &bits(&["####....", "####...."]),
    );
    assert_eq!(grey_page(&open(one_page_pdf("", DRAW, stencil)), 1), (8, half_black));
}

#[test]
fn colour_images() {
    let red = jpeg(&[200, 10, 20].repeat(16 * 8), 16, 8, image::ExtendedColorType::Rgb8);
    let entries = "/Subtype /Image /Width 16 /Height 8 /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode";
    let (width, pixels) = colour_page(&open(one_page_pdf("", DRAW, stream(entries, &red))), 1);
    assert_eq!(width, 16);
    assert!(pixels[0] > 190 && pixels[1] < 20 && pixels[2] < 30, "{:?}", &pixels[..3]);
    let cut = stream(entries, &red[..red.len() - 2]);
    assert!(open(one_page_pdf("", DRAW, cut)).page(1).is_err(), "the JPEG has no end mark");
}

#[test]
fn other_pages_are_rendered() {
    let page = open(one_page_pdf("", "BT /F1 30 Tf 5 5 Td (42) Tj ET", grey_image())).page(1).expect("renders");
    assert_eq!((page.pixels.dimensions(), page.dpi), ((300, 150), Some(300.0)));
    let Pixels::Grey(image) = page.pixels else { panic!("black text is grey") };
    assert!(image.pixels().any(|pixel| pixel[0] < 50) && image.pixels().any(|pixel| pixel[0] == 255));
    let small = open(one_page_pdf("", "q 18 0 0 9 9 9 cm /Im0 Do Q", grey_image())).page(1).expect("renders");
    assert_eq!(small.pixels.dimensions(), (300, 150), "a small image keeps its place on the page");
    let blank = open(one_page_pdf("", "", grey_image()));
    assert!(grey_page(&blank, 1).1.iter().all(|value| *value == 255));
}

#[test]
fn clips_and_paper_that_take_nothing_away_change_nothing() {
    for content in [
        format!("q 0 0 72 36 re W n {DRAW} Q"),
        format!("q -5 -5 90 90 re W n {DRAW} Q"),
        format!("1 1 1 rg 0 0 72 36 re f {DRAW}"),
        format!("q 10 10 20 20 re W n Q {DRAW}"),
    ] {
        assert_eq!(grey_page(&open(one_page_pdf("", &content, grey_image())), 1), (8, samples()), "{content}");
    }
    for content in [
        format!("q 10 10 20 20 re W n {DRAW} Q"),
        format!("q 0 0 m 72 0 l 36 36 l h W n {DRAW} Q"),
        format!("{DRAW} 1 1 1 rg 9 9 9 9 re f"),
        format!("0.5 g 0 0 72 36 re f {DRAW}"),
    ] {
        let page = open(one_page_pdf("", &content, grey_image())).page(1).expect("renders");
        assert_eq!(page.pixels.dimensions(), (300, 150), "{content}");
    }
}

#[test]
fn strips_come_out_as_one_picture() {
    // The same image twice, one above the other; and each turned by 180 degrees.
    let two = "q 72 0 0 18 0 18 cm /Im0 Do Q q 72 0 0 18 0 0 cm /Im0 Do Q";
    let twice = [samples(), samples()].concat();
    assert_eq!(grey_page(&open(one_page_pdf("", two, grey_image())), 1), (8, twice.clone()));
    let turned = "q -72 0 0 -18 72 36 cm /Im0 Do Q q -72 0 0 -18 72 18 cm /Im0 Do Q";
    let reversed = twice.into_iter().rev().collect();
    assert_eq!(grey_page(&open(one_page_pdf("", turned, grey_image())), 1), (8, reversed));
    let over_each_other = "q 72 0 0 36 0 0 cm /Im0 Do Q q 72 0 0 18 0 18 cm /Im0 Do Q";
    let page = open(one_page_pdf("", over_each_other, grey_image())).page(1).expect("renders");
    assert_eq!(page.pixels.dimensions(), (300, 150));
}

#[test]
fn form_fields_are_on_the_page() {
    let fields = "/Annots [<< /Subtype /Widget /Rect [10 10 40 30] /AP << /N 6 0 R >> >>]";
    let mut objects = one_page_objects(fields, DRAW, grey_image());
    objects.push(stream("/Type /XObject /Subtype /Form /BBox [0 0 30 20]", b"0 g 0 0 30 20 re f"));
    let page = open(pdf(&objects)).page(1).expect("renders");
    let Pixels::Grey(image) = page.pixels else { panic!("black on grey is grey") };
    assert_eq!(image.dimensions(), (300, 150));
    assert_eq!(image.get_pixel(100, 70)[0], 0, "the field is drawn");
}

#[test]
fn symbols_that_look_alike_are_remarked_on() {
    // The beginning of the example of ITU-T T.88, annex H.1: two symbol dictionaries, a page, and one text region.
    let exact = [
        &b"\0\0\0\0\0\x01\0\0\0\0\x18\0\x01\0\0\0\x01\0\0\0\x01\xE9\xCB\xF4\0\x26\xAF\x04\xBF\xF0\x78\x2F\xE0\0\x40"[..],
        b"\0\0\0\x01\x30\0\x01\0\0\0\x13\0\0\0\x40\0\0\0\x38\0\0\0\0\0\0\0\0\x01\0\0",
        b"\0\0\0\x02\0\x01\x01\0\0\0\x1C\0\x01\0\0\0\x02\0\0\0\x02",
        b"\xE5\xCD\xF8\0\x79\xE0\x84\x10\x81\xF0\x82\x10\x86\x10\x79\xF0\0\x80",
        b"\0\0\0\x03\x07\x42\0\x02\x01\0\0\0\x31\0\0\0\x25\0\0\0\x08\0\0\0\x04\0\0\0\x01\0\x0C\x09\0\x10\0\0\0\x05\x01\x10",
        b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x0C\x40\x07\x08\x70\x41\xD0",
    ]
    .concat();
    let kind_at = exact.windows(5).position(|window| window == b"\0\0\0\x03\x07").expect("has the text region") + 4;
    let mut lossy = exact.clone();
    lossy[kind_at] = 6;
    let entries =
        "/Subtype /Image /Width 64 /Height 56 /ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /JBIG2Decode";
    let [exact, lossy] = [exact, lossy].map(|data| open(one_page_pdf("", DRAW, stream(entries, &data))));
    assert_eq!(lossy.remark(), None, "nothing was looked at");
    let (width, pixels) = grey_page(&lossy, 1);
    assert!(pixels.iter().filter(|value| **value == 0).count() > 60, "letters are there");
    assert_eq!(grey_page(&exact, 1), (width, pixels));
    let remark = lossy.remark().expect("the region is lossy");
    assert!(remark.starts_with("lossy_jbig2: on page 1 ") && remark.contains("scan the paper again"), "{remark}");
    assert_eq!(exact.remark(), None);
}

#[test]
fn passwords_open_encrypted_files_and_are_not_told() {
    let bytes = include_bytes!("../fixtures/encrypted.pdf").to_vec();
    let with = |password: &str| {
        let settings = Settings { pdf_password: password.parse().ok(), ..Settings::default() };
        Scan::from_bytes("a.pdf", bytes.clone(), settings)
    };
    assert_eq!(grey_page(&with("open-sesame").expect("opens"), 1), (8, samples()));
    let error = Scan::from_bytes("a.pdf", bytes.clone(), Limits::default()).expect_err("has a password").to_string();
    assert!(error.starts_with("a.pdf: ") && error.contains("give it with --pdf-password"), "{error}");
    let error = with("guess-7").expect_err("is another password").to_string();
    assert!(error.contains("--pdf-password does not open it") && !error.contains("guess-7"), "{error}");
    assert!(!format!("{:?}", with("open-sesame")).contains("open-sesame"));
}

#[test]
fn lost_content_is_an_error() {
    let short = stream(
        "/Subtype /Image /Width 8 /Height 4 /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /FlateDecode",
        &deflated(&samples()[..24]),
    );
    assert!(open(one_page_pdf("", DRAW, short)).page(1).is_err(), "a row is missing");
    assert!(open(one_page_pdf("", DRAW, b"null".to_vec())).page(1).is_err(), "there is no image");
    let whole = one_page_pdf("", DRAW, grey_image());
    // Behind the image only the cross-reference table is lost, and that can be rebuilt.
    let image_end = whole.windows(11).rposition(|word| word == b"\nendstream\n").expect("has the image");
    for length in 0..image_end {
        let outcome = Scan::from_bytes("test", whole[..length].to_vec(), Limits::default())
            .and_then(|scan| (1..=scan.page_count()).try_for_each(|number| scan.page(number).map(drop)));
        assert!(outcome.is_err(), "cut to {length} of {}", whole.len());
    }
}

#[test]
fn page_trees_without_pages() {
    let catalogue = b"<< /Type /Catalog /Pages 2 0 R >>".to_vec();
    for tree in ["<< /Type /Pages /Kids [] /Count 0 >>", "<< /Type /Pages /Kids [2 0 R] /Count 1 >>"] {
        let outcome = Scan::from_bytes("test", pdf(&[catalogue.clone(), tree.as_bytes().to_vec()]), Limits::default());
        assert!(matches!(outcome, Err(Error::Damaged { page: None, .. })), "{tree}");
    }
}

#[test]
fn limits_come_before_memory() {
    let bomb = stream("/Subtype /Image /Width 60000 /Height 60000 /ColorSpace /DeviceGray /BitsPerComponent 8", b"");
    assert!(matches!(open(one_page_pdf("", DRAW, bomb)).page(1), Err(Error::TooLarge { .. })));
    let limits = Limits { max_pixels: 299 * 150, ..Limits::default() };
    let scan = Scan::from_bytes("test", one_page_pdf("", "0 0 9 9 re f", grey_image()), limits).expect("opens");
    assert!(matches!(scan.page(1), Err(Error::TooLarge { width: 300, height: 150, .. })));
}

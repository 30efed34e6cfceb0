//! TIFF: every way to store samples, several pages, and files that are broken.

use image::ExtendedColorType;
use scantally::error::Error;
use scantally::scan::{Limits, Scan};

use crate::scan_files::{TiffPage, Value, bits, colour_page, deflated, grey_page, jpeg, open, packed, tiff};

/// Two rows of four white and four black pixels.
const HALF_BLACK: [u8; 16] = [255, 255, 255, 255, 0, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 0];

const END_OF_LINE: &str = "000000000001";
/// Runs of four white and four black pixels.
const RUNS: &str = "1011 011";

const RED: [u8; 3] = [200, 10, 20];
const BLUE: [u8; 3] = [10, 20, 200];

fn group_4() -> Vec<u8> {
    // Horizontal mode, then a row that repeats the one above.
    packed(&format!("001 {RUNS} 1 1 {END_OF_LINE} {END_OF_LINE}"))
}

fn fax_page(compression: u32, data: Vec<u8>) -> TiffPage {
    TiffPage::new(8, 2, vec![data]).stored_as(compression, 0, 1, 1)
}

fn assert_half_black(page: TiffPage, what: &str) {
    assert_eq!(grey_page(&open(tiff(&[page], false)), 1), (8, HALF_BLACK.to_vec()), "{what}");
}

#[test]
fn fax_pages() {
    let huffman_row = packed(RUNS);
    assert_half_black(fax_page(2, [huffman_row.clone(), huffman_row].concat()), "modified Huffman");
    let group_3 = packed(&format!("{END_OF_LINE} {RUNS} {END_OF_LINE} {RUNS} {}", END_OF_LINE.repeat(6)));
    assert_half_black(fax_page(3, group_3), "Group 3");
    let tagged_end = format!("{END_OF_LINE} 1").repeat(6);
    let two_dimensional = packed(&format!("{END_OF_LINE} 1 {RUNS} {END_OF_LINE} 0 1 1 {tagged_end}"));
    assert_half_black(fax_page(3, two_dimensional).tag(292, 1), "Group 3, two-dimensional");
    assert_half_black(fax_page(4, group_4()), "Group 4");
    let reversed = group_4().iter().map(|byte| byte.reverse_bits()).collect();
    assert_half_black(fax_page(4, reversed).tag(266, 2), "Group 4, lowest bit first");
}

#[test]
fn polarity_follows_the_photometric_interpretation() {
    let rows = vec![bits(&["....####", "....####"])];
    let page = |photometric| TiffPage::new(8, 2, rows.clone()).stored_as(1, photometric, 1, 1);
    assert_half_black(page(0), "white is zero");
    let inverted: Vec<u8> = HALF_BLACK.iter().map(|value| 255 - value).collect();
    assert_eq!(grey_page(&open(tiff(&[page(1)], false)), 1).1, inverted);
    let fax = TiffPage::new(8, 2, vec![group_4()]).stored_as(4, 1, 1, 1);
    assert_eq!(grey_page(&open(tiff(&[fax], false)), 1).1, inverted);
}

#[test]
fn grey_of_every_compression_and_depth() {
    let samples: Vec<u8> = (0..12).map(|value| value * 17).collect();
    let lzw = weezl::encode::Encoder::with_tiff_size_switch(weezl::BitOrder::Msb, 8).encode(&samples).expect("encodes");
    let pack_bits = [&[11], &samples[..]].concat();
    for (compression, data) in [(1, samples.clone()), (5, lzw), (8, deflated(&samples)), (32773, pack_bits)] {
        let page = TiffPage::new(4, 3, vec![data]).stored_as(compression, 1, 8, 1);
        assert_eq!(grey_page(&open(tiff(&[page], false)), 1), (4, samples.clone()), "compression {compression}");
    }
    let four_bits = samples.chunks(2).map(|pair| (pair[0] & 0xF0) | (pair[1] & 0x0F)).collect();
    let page = TiffPage::new(4, 3, vec![four_bits]).stored_as(1, 1, 4, 1);
    assert_eq!(grey_page(&open(tiff(&[page], false)), 1).1, samples);
    let sixteen_bits = samples.iter().flat_map(|value| [*value, *value]).collect();
    let page = TiffPage::new(4, 3, vec![sixteen_bits]).stored_as(1, 1, 16, 1);
    assert_eq!(grey_page(&open(tiff(&[page], false)), 1).1, samples);
}

#[test]
fn differences_are_added_up() {
    // Second pixels are stored as differences to the first, sample by sample, modulo 256.
    let row = [RED[0], RED[1], RED[2], BLUE[0].wrapping_sub(RED[0]), BLUE[1] - RED[1], BLUE[2] - RED[2]];
    let page = TiffPage::new(2, 1, vec![deflated(&row)]).stored_as(8, 2, 8, 3).tag(317, 2);
    assert_eq!(colour_page(&open(tiff(&[page], false)), 1).1, [RED, BLUE].concat());
    let wide: Vec<u8> = [100u16, 1000, 0xFFFF].iter().flat_map(|value| value.to_le_bytes()).collect();
    let page = TiffPage::new(3, 1, vec![deflated(&wide)]).stored_as(8, 1, 16, 1).tag(317, 2);
    assert_eq!(grey_page(&open(tiff(&[page], false)), 1).1, [0, 4, 4]);
}

#[test]
fn strips_and_tiles_are_put_together() {
    let samples: Vec<u8> = (0..20 * 18).map(|at| (at % 251) as u8).collect();
    let strips = samples.chunks(20 * 7).map(<[u8]>::to_vec).collect();
    let page = TiffPage::new(20, 18, strips).stored_as(1, 1, 8, 1).tag(278, 7);
    assert_eq!(grey_page(&open(tiff(&[page], false)), 1).1, samples);
    let tile = |left: usize, top: usize| -> Vec<u8> {
        let sample = |x: usize, y: usize| if x < 20 && y < 18 { samples[y * 20 + x] } else { 7 };
        (0..256).map(|at| sample(left + at % 16, top + at / 16)).collect()
    };
    let tiles = vec![tile(0, 0), tile(16, 0), tile(0, 16), tile(16, 16)];
    let page = TiffPage::new(20, 18, tiles).stored_as(1, 1, 8, 1).tag(322, 16).tag(323, 16);
    assert_eq!(grey_page(&open(tiff(&[page], false)), 1).1, samples);
}

#[test]
fn colours() {
    let expected = [RED, BLUE].concat();
    let chunky = TiffPage::new(2, 1, vec![expected.clone()]).stored_as(1, 2, 8, 3);
    let planes = (0..3).map(|at| vec![RED[at], BLUE[at]]).collect();
    let planar = TiffPage::new(2, 1, planes).stored_as(1, 2, 8, 3).tag(284, 2);
    let map = (0..3).flat_map(|at| [u32::from(RED[at]) << 8, u32::from(BLUE[at]) << 8]).collect();
    let palette = TiffPage::new(2, 1, vec![vec![0b0100_0000]]).stored_as(1, 3, 1, 1).value(320, Value::Longs(map));
    let inks: Vec<u8> = [RED, BLUE].iter().flat_map(|[r, g, b]| [255 - r, 255 - g, 255 - b, 0]).collect();
    let cmyk = TiffPage::new(2, 1, vec![inks]).stored_as(1, 5, 8, 4);
    for (page, what) in [(chunky, "chunky"), (planar, "planar"), (palette, "palette"), (cmyk, "CMYK")] {
        assert_eq!(colour_page(&open(tiff(&[page], false)), 1), (2, expected.clone()), "{what}");
    }
}

#[test]
fn alpha_lies_over_white() {
    let pixels =
        vec![[RED, BLUE].iter().zip([255, 0]).flat_map(|(colour, alpha)| [&colour[..], &[alpha]].concat()).collect()];
    let page = |kind| TiffPage::new(2, 1, pixels.clone()).stored_as(1, 2, 8, 4).tag(338, kind);
    assert_eq!(colour_page(&open(tiff(&[page(2)], false)), 1).1, [RED, [255; 3]].concat());
    assert_eq!(colour_page(&open(tiff(&[page(0)], false)), 1).1, [RED, BLUE].concat());
}

#[test]
fn chrominance_becomes_colour() {
    let stream = jpeg(&RED.repeat(256), 16, 16, ExtendedColorType::Rgb8);
    let (tables, strip) = split_tables(&stream);
    let whole = TiffPage::new(16, 16, vec![stream]).stored_as(7, 6, 8, 3);
    let shared = TiffPage::new(16, 16, vec![strip]).stored_as(7, 6, 8, 3).value(347, Value::Bytes(tables));
    let plain = TiffPage::new(1, 1, vec![vec![76, 85, 255]]).stored_as(1, 6, 8, 3).value(530, Value::Longs(vec![1, 1]));
    for page in [whole, shared] {
        let (_, samples) = colour_page(&open(tiff(&[page], false)), 1);
        let near = samples.chunks(3).all(|pixel| pixel.iter().zip(RED).all(|(value, red)| value.abs_diff(red) < 6));
        assert!(near, "{:?}", &samples[..3]);
    }
    assert_eq!(colour_page(&open(tiff(&[plain], false)), 1).1, [254, 0, 0]);
}

/// Moves the quantisation and Huffman tables of a JPEG stream into a stream of their own.
fn split_tables(jpeg: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let (mut tables, mut strip) = (vec![0xFF, 0xD8], vec![0xFF, 0xD8]);
    let mut at = 2;
    while jpeg[at + 1] != 0xDA {
        let end = at + 2 + usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]]));
        if matches!(jpeg[at + 1], 0xDB | 0xC4) { &mut tables } else { &mut strip }.extend(&jpeg[at..end]);
        at = end;
    }
    strip.extend(&jpeg[at..]);
    tables.extend([0xFF, 0xD9]);
    (tables, strip)
}

#[test]
fn orientation_and_resolution() {
    let page =
        fax_page(4, group_4()).tag(274, 6).value(282, Value::Rational(204, 1)).value(283, Value::Rational(196, 1));
    let scan = open(tiff(&[page], false));
    let upright = scan.page(1).expect("decodes");
    assert_eq!((upright.pixels.dimensions(), upright.dpi), ((2, 8), Some(200.0)));
    assert_eq!(grey_page(&scan, 1).1, [255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0]);
    let coarse = fax_page(4, group_4()).value(282, Value::Rational(204, 1)).value(283, Value::Rational(98, 1));
    let squared = open(tiff(&[coarse], false)).page(1).expect("decodes");
    assert_eq!((squared.pixels.dimensions(), squared.dpi), ((8, 4), Some(204.0)));
}

#[test]
fn every_page_once() {
    let page = |value: u8| TiffPage::new(2, 1, vec![vec![value; 2]]).stored_as(1, 1, 8, 1);
    let scan = open(tiff(&[page(1), page(2).tag(254, 1), page(3)], false));
    assert_eq!(scan.page_count(), 2, "the thumbnail is no page");
    assert_eq!([1, 2].map(|number| grey_page(&scan, number).1[0]), [1, 3]);
    assert_eq!(open(tiff(&[page(1), page(2)], true)).page_count(), 2, "the chain ends where it began");
    assert!(scan.page(0).is_err() && scan.page(3).is_err());
}

#[test]
fn a_broken_page_spares_the_others() {
    let page = |value: u8, data: usize| TiffPage::new(4, 4, vec![vec![value; data]]).stored_as(1, 1, 8, 1);
    let scan = open(tiff(&[page(1, 16), page(2, 15), page(3, 16)], false));
    assert_eq!(grey_page(&scan, 1).1, [1; 16]);
    assert_eq!(grey_page(&scan, 3).1, [3; 16]);
    let error = scan.page(2).expect_err("is one sample short");
    assert!(matches!(error, Error::Damaged { page: Some(2), .. }), "{error}");
    assert!(error.to_string().starts_with("test, page 2: "), "{error}");
}

#[test]
fn every_cut_is_an_error() {
    let samples: Vec<u8> = (0..64u8).map(|value| value.wrapping_mul(37)).collect();
    let lzw = weezl::encode::Encoder::with_tiff_size_switch(weezl::BitOrder::Msb, 8).encode(&samples).expect("encodes");
    // The last byte of fax and LZW data holds the end mark, which nobody needs.
    for (page, spare) in [
        (TiffPage::new(8, 8, vec![samples.clone()]).stored_as(1, 1, 8, 1), 0),
        (TiffPage::new(8, 8, vec![lzw]).stored_as(5, 1, 8, 1), 3),
        (TiffPage::new(8, 8, vec![deflated(&samples)]).stored_as(8, 1, 8, 1), 7),
        (fax_page(4, group_4()), 4),
        (TiffPage::new(8, 8, vec![jpeg(&samples, 8, 8, ExtendedColorType::L8)]).stored_as(7, 1, 8, 1), 0),
    ] {
        let whole = tiff(&[page], false);
        assert!(open(whole.clone()).page(1).is_ok());
        for length in 8..whole.len() - spare {
            let outcome =
                Scan::from_bytes("test", whole[..length].to_vec(), Limits::default()).and_then(|scan| scan.page(1));
            assert!(outcome.is_err(), "cut to {length} of {}", whole.len());
        }
    }
}

#[test]
fn limits_come_before_memory() {
    let bomb = TiffPage::new(60_000, 60_000, vec![vec![0; 10]]).stored_as(1, 1, 8, 1);
    let error = open(tiff(&[bomb], false)).page(1).expect_err("is too large");
    assert!(matches!(error, Error::TooLarge { width: 60_000, height: 60_000, .. }), "{error}");
    let tile = TiffPage::new(4, 4, vec![vec![0; 10]]).stored_as(1, 1, 8, 1).tag(322, 60_000).tag(323, 60_000);
    assert!(matches!(open(tiff(&[tile], false)).page(1), Err(Error::TooLarge { .. })));
    let pages = vec![TiffPage::new(1, 1, vec![vec![0]]).stored_as(1, 1, 8, 1); 4];
    let limits = Limits { max_pages: 3, ..Limits::default() };
    assert!(Scan::from_bytes("test", tiff(&pages, false), limits).is_err());
}

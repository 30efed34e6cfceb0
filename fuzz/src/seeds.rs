//! Writes the seeds of all targets to `fuzz/corpus`: small scans, archives, templates and tables, made by the tests' own writers.

use std::io::{Cursor, Write};
use std::path::Path;

use image::codecs::{bmp::BmpEncoder, gif::GifEncoder, png::PngEncoder, pnm::PnmEncoder, webp::WebPEncoder};
use image::{ExtendedColorType, ImageEncoder, ImageResult};

#[allow(dead_code)]
#[path = "../../tests/it/scan_files.rs"]
mod scan_files;

use scan_files::{TiffPage, Value, deflated, jpeg, one_page_pdf, packed, stream, tiff, with_orientation};

const SIZE: (u32, u32) = (24, 16);

fn main() {
    let grey: Vec<u8> = (0..SIZE.0 * SIZE.1).map(|at| (at * 7 % 256) as u8).collect();
    let colour: Vec<u8> = grey.iter().flat_map(|value| [*value, 90, 255 - value]).collect();
    write("picture", &pictures(&grey, &colour));
    write("tiff", &tiffs(&grey, &colour));
    write("pdf", &pdfs(&grey, &colour));
    write("archive", &archives(&pictures(&grey, &colour)));
    write("template", &[include_bytes!("../../tests/fixtures/seed_form.toml").to_vec()]);
    write(
        "tables",
        &[
            b"source,page,field,value,x,y,width,height\na.png,1,n1,1250.00,10,20,30,40\n".to_vec(),
            b"source;page;field;value\n\"a;b.png\";2;wages;-80\n".to_vec(),
            b"source,page,field,value,confidence,status,text\na.png,1,n1,12,0.9876,review,12\n".to_vec(),
        ],
    );
}

fn write(target: &str, seeds: &[Vec<u8>]) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    std::fs::create_dir_all(&folder).expect("a writable folder");
    for (index, seed) in seeds.iter().enumerate() {
        std::fs::write(folder.join(format!("seed{index}")), seed).expect("a writable folder");
    }
}

fn encoded(write: impl FnOnce(&mut Vec<u8>) -> ImageResult<()>) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(&mut bytes).expect("encodes");
    bytes
}

fn pictures(grey: &[u8], colour: &[u8]) -> Vec<Vec<u8>> {
    let ((width, height), rgb) = (SIZE, ExtendedColorType::Rgb8);
    vec![
        encoded(|bytes| PngEncoder::new(bytes).write_image(colour, width, height, rgb)),
        encoded(|bytes| PngEncoder::new(bytes).write_image(grey, width, height, ExtendedColorType::L8)),
        encoded(|bytes| BmpEncoder::new(bytes).write_image(colour, width, height, rgb)),
        encoded(|bytes| GifEncoder::new(bytes).encode(colour, width, height, rgb)),
        encoded(|bytes| PnmEncoder::new(bytes).write_image(colour, width, height, rgb)),
        encoded(|bytes| WebPEncoder::new_lossless(bytes).write_image(colour, width, height, rgb)),
        with_orientation(&jpeg(colour, width, height, rgb), 6),
        jpeg(grey, width, height, ExtendedColorType::L8),
    ]
}

fn tiffs(grey: &[u8], colour: &[u8]) -> Vec<Vec<u8>> {
    let (width, height) = SIZE;
    let lzw = weezl::encode::Encoder::with_tiff_size_switch(weezl::BitOrder::Msb, 8).encode(grey).expect("encodes");
    let fax = packed("001 1011 011 1 1 000000000001 000000000001");
    let map = Value::Longs((0..768).map(|value| value * 85).collect());
    let pages = [
        TiffPage::new(width, height, vec![lzw]).stored_as(5, 1, 8, 1).tag(317, 2).tag(274, 5),
        TiffPage::new(8, 2, vec![fax]).stored_as(4, 0, 1, 1).value(282, Value::Rational(204, 1)),
        TiffPage::new(width, height, vec![jpeg(colour, width, height, ExtendedColorType::Rgb8)]).stored_as(7, 6, 8, 3),
        TiffPage::new(width, height, vec![deflated(grey)]).stored_as(8, 3, 8, 1).value(320, map),
        TiffPage::new(width, height, vec![grey.to_vec()]).stored_as(1, 1, 8, 1).tag(278, 16),
    ];
    pages.iter().map(|page| tiff(std::slice::from_ref(page), false)).chain([tiff(&pages, false), tiff(&pages, true)]).collect()
}

fn pdfs(grey: &[u8], colour: &[u8]) -> Vec<Vec<u8>> {
    let draw = "q 72 0 0 36 0 0 cm /Im0 Do Q";
    let entries = "/Type /XObject /Subtype /Image /Width 24 /Height 16 /BitsPerComponent 8";
    let flate = stream(&format!("{entries} /ColorSpace /DeviceGray /Filter /FlateDecode"), &deflated(grey));
    let dct = stream(
        &format!("{entries} /ColorSpace /DeviceRGB /Filter /DCTDecode"),
        &jpeg(colour, SIZE.0, SIZE.1, ExtendedColorType::Rgb8),
    );
    let fax = stream(
        "/Subtype /Image /Width 8 /Height 2 /ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /CCITTFaxDecode \
         /DecodeParms << /K -1 /Columns 8 /Rows 2 >>",
        &packed("001 1011 011 1 1 000000000001 000000000001"),
    );
    let text = "BT /F1 9 Tf 5 5 Td (42) Tj ET 9 9 30 5 re f";
    let strips = "q 72 0 0 18 0 18 cm /Im0 Do Q q 72 0 0 18 0 0 cm /Im0 Do Q";
    vec![
        one_page_pdf("/Rotate 90", draw, flate.clone()),
        one_page_pdf("", draw, dct),
        one_page_pdf("", draw, fax),
        one_page_pdf("", text, flate.clone()),
        one_page_pdf("", strips, flate),
        include_bytes!("../../tests/fixtures/encrypted.pdf").to_vec(),
    ]
}

fn archives(pictures: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in [("a.png", &pictures[1]), ("../b/c.jpg", &pictures[7]), ("notes.txt", &b"42".to_vec())] {
        writer.start_file(name, zip::write::SimpleFileOptions::default()).expect("writes to memory");
        writer.write_all(bytes).expect("writes to memory");
    }
    vec![writer.finish().expect("writes to memory").into_inner()]
}

//! Small scans written byte by byte, for the tests of the scan stage: TIFF, PDF and EXIF, whole or broken on purpose.

use std::io::Write;

use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder};
use scantally::scan::{Limits, Pixels, Scan};

/// The value of a TIFF tag.
#[derive(Clone)]
pub enum Value {
    Longs(Vec<u32>),
    Rational(u32, u32),
    Bytes(Vec<u8>),
}

/// One page of a TIFF file; offsets and lengths of its strips (or tiles) are filled in when it is written.
#[derive(Clone)]
pub struct TiffPage {
    tags: Vec<(u16, Value)>,
    chunks: Vec<Vec<u8>>,
}

impl TiffPage {
    pub fn new(width: u32, height: u32, chunks: Vec<Vec<u8>>) -> Self {
        Self { tags: Vec::new(), chunks }.tag(256, width).tag(257, height)
    }

    pub fn tag(self, tag: u16, value: u32) -> Self {
        self.value(tag, Value::Longs(vec![value]))
    }

    pub fn value(mut self, tag: u16, value: Value) -> Self {
        self.tags.push((tag, value));
        self
    }

    /// Compression, photometric interpretation, bits and samples a pixel.
    pub fn stored_as(self, compression: u32, photometric: u32, bits: u32, samples: u32) -> Self {
        self.tag(259, compression).tag(262, photometric).tag(258, bits).tag(277, samples)
    }

    fn write(&self, file: &mut Vec<u8>) -> usize {
        let is_tiled = self.tags.iter().any(|(tag, _)| *tag == 322);
        let (offsets_tag, lengths_tag) = if is_tiled { (324, 325) } else { (273, 279) };
        let mut tags = self.tags.clone();
        tags.push((offsets_tag, Value::Longs(vec![0; self.chunks.len()])));
        tags.push((lengths_tag, Value::Longs(self.chunks.iter().map(|chunk| chunk.len() as u32).collect())));
        tags.sort_by_key(|(tag, _)| *tag);
        let directory = file.len();
        let values_at = directory + 2 + 12 * tags.len() + 4;
        let values: usize = tags.iter().map(|(_, value)| distant_bytes(value)).sum();
        let mut chunk_at = values_at + values;
        let mut chunk_offsets = Vec::new();
        for chunk in &self.chunks {
            chunk_offsets.push(chunk_at as u32);
            chunk_at += chunk.len();
        }
        file.extend((tags.len() as u16).to_le_bytes());
        let mut distant = Vec::new();
        for (tag, value) in &tags {
            let value = if *tag == offsets_tag { &Value::Longs(chunk_offsets.clone()) } else { value };
            write_entry(file, *tag, value, values_at, &mut distant);
        }
        file.extend([0; 4]);
        file.extend(distant);
        self.chunks.iter().for_each(|chunk| file.extend(chunk));
        values_at - 4
    }
}

fn encoded(value: &Value) -> (u16, u32, Vec<u8>) {
    match value {
        Value::Longs(values) => (4, values.len() as u32, values.iter().flat_map(|value| value.to_le_bytes()).collect()),
        Value::Rational(above, below) => (5, 1, [above.to_le_bytes(), below.to_le_bytes()].concat()),
        Value::Bytes(bytes) => (7, bytes.len() as u32, bytes.clone()),
    }
}

fn distant_bytes(value: &Value) -> usize {
    let length = encoded(value).2.len();
    if length > 4 { length } else { 0 }
}

fn write_entry(file: &mut Vec<u8>, tag: u16, value: &Value, values_at: usize, distant: &mut Vec<u8>) {
    let (kind, count, mut bytes) = encoded(value);
    file.extend(tag.to_le_bytes());
    file.extend(kind.to_le_bytes());
    file.extend(count.to_le_bytes());
    if bytes.len() > 4 {
        file.extend(((values_at + distant.len()) as u32).to_le_bytes());
        distant.extend(bytes);
    } else {
        bytes.resize(4, 0);
        file.extend(bytes);
    }
}

/// A TIFF file; directories come before the strips of their page. With `is_cyclic`, the last page names the first as next.
pub fn tiff(pages: &[TiffPage], is_cyclic: bool) -> Vec<u8> {
    let mut file = b"II*\0\x08\0\0\0".to_vec();
    for (index, page) in pages.iter().enumerate() {
        let link = page.write(&mut file);
        let next = if index + 1 < pages.len() { file.len() as u32 } else { 8 * u32::from(is_cyclic) };
        file[link..link + 4].copy_from_slice(&next.to_le_bytes());
    }
    file
}

/// A PDF of numbered objects, the first being the catalogue, with a cross-reference table.
pub fn pdf(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut file = b"%PDF-1.4\n".to_vec();
    let mut offsets = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        offsets.push(file.len());
        writeln!(file, "{} 0 obj", index + 1).expect("writes to memory");
        file.extend(object);
        file.extend(b"\nendobj\n");
    }
    let table = file.len();
    write!(file, "xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).expect("writes to memory");
    offsets.iter().for_each(|offset| writeln!(file, "{offset:010} 00000 n ").expect("writes to memory"));
    let size = objects.len() + 1;
    write!(file, "trailer << /Size {size} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n").expect("writes to memory");
    file
}

/// A stream object with the given entries of its dictionary.
pub fn stream(entries: &str, data: &[u8]) -> Vec<u8> {
    let head = format!("<< {entries} /Length {} >>\nstream\n", data.len());
    [head.as_bytes(), data, b"\nendstream"].concat()
}

/// A PDF of one page of 72 x 36 points that draws with `content` and may use the image object `/Im0`.
pub fn one_page_pdf(page_entries: &str, content: &str, image: Vec<u8>) -> Vec<u8> {
    pdf(&one_page_objects(page_entries, content, image))
}

/// The five objects of such a PDF.
pub fn one_page_objects(page_entries: &str, content: &str, image: Vec<u8>) -> Vec<Vec<u8>> {
    vec![
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec(),
        format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 72 36] /Contents 4 0 R {page_entries} \
             /Resources << /XObject << /Im0 5 0 R >> /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>"
        )
        .into_bytes(),
        stream("", content.as_bytes()),
        image,
    ]
}

pub fn deflated(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(data).expect("writes to memory");
    encoder.finish().expect("writes to memory")
}

pub fn jpeg(samples: &[u8], width: u32, height: u32, colour: ExtendedColorType) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 98).write_image(samples, width, height, colour).expect("encodes");
    bytes
}

/// A JPEG with an EXIF part that holds nothing but an orientation.
pub fn with_orientation(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let mut exif = b"\xFF\xE1\0\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0]);
    [&jpeg[..2], &exif, &jpeg[2..]].concat()
}

/// `width` bits a row, `#` for 1, each row starting on a byte.
pub fn bits(picture: &[&str]) -> Vec<u8> {
    let pack = |chunk: &[u8]| {
        chunk.iter().enumerate().fold(0, |byte, (at, sign)| byte | (u8::from(*sign == b'#') << (7 - at)))
    };
    picture.iter().flat_map(|row| row.as_bytes().chunks(8).map(pack)).collect()
}

/// A bit string of `0` and `1` (spaces do not count), padded with zeros.
pub fn packed(digits: &str) -> Vec<u8> {
    let signs: String =
        digits.chars().filter(|digit| *digit != ' ').map(|digit| if digit == '1' { '#' } else { '.' }).collect();
    bits(&[&signs])
}

/// Opens the bytes with the default limits.
pub fn open(bytes: Vec<u8>) -> Scan {
    Scan::from_bytes("test", bytes, Limits::default()).expect("opens")
}

/// Width and grey samples of a page; fails on a coloured one.
pub fn grey_page(scan: &Scan, number: usize) -> (u32, Vec<u8>) {
    match scan.page(number).expect("decodes").pixels {
        Pixels::Grey(image) => (image.width(), image.into_raw()),
        Pixels::Colour(image) => panic!("expected grey, got colour {image:?}"),
    }
}

/// Width and RGB samples of a page; fails on a grey one.
pub fn colour_page(scan: &Scan, number: usize) -> (u32, Vec<u8>) {
    match scan.page(number).expect("decodes").pixels {
        Pixels::Colour(image) => (image.width(), image.into_raw()),
        Pixels::Grey(image) => panic!("expected colour, got grey {image:?}"),
    }
}

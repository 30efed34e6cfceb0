//! Bytes in, format out, by content alone; and for what is no scan, a guess at what it is and what to do about it.

use std::path::Path;

use super::fault::{Fault, Outcome};

/// The formats that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Png,
    Jpeg,
    Bmp,
    WebP,
    Pnm,
    Gif,
    Tiff,
    Pdf,
}

/// Extensions of the files that claim to be scans.
const SCAN_EXTENSIONS: [&str; 23] = [
    "jpg", "jpeg", "jfif", "pjp", "pjpeg", "png", "tif", "tiff", "bmp", "webp", "pnm", "pgm", "ppm", "pbm", "pam",
    "gif", "pdf", "heic", "heif", "hif", "avif", "jxl", "jp2",
];

/// How far into a file the `%PDF-` mark may lie: PDF 32000-1, annex H, implementation note 13.
const PDF_MARK_WITHIN_BYTES: usize = 1024;

/// How much of a file is looked at to call it text.
const TEXT_PROBE_BYTES: usize = 4096;

/// Whether a file claims by its name to be a scan (`.jpg`, `.tif`, `.pdf` ... in any case).
///
/// A file that is not a scan by content has failed if it has such a name, and is merely skipped if it has not.
pub fn is_scan_name(path: &Path) -> bool {
    path.extension()
        .and_then(|extension| extension.to_str())
        .is_some_and(|extension| SCAN_EXTENSIONS.iter().any(|known| known.eq_ignore_ascii_case(extension)))
}

/// Finds the format of a file by its first bytes.
///
/// # Errors
/// [`Fault::NotAScan`] if it is none of [`Format`].
pub(super) fn sniff(bytes: &[u8]) -> Outcome<Format> {
    let format = match bytes {
        [0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => Format::Png,
        [0xFF, 0xD8, 0xFF, ..] => Format::Jpeg,
        [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..] => Format::Tiff,
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Format::WebP,
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Format::Gif,
        [b'P', b'1'..=b'7', b' ' | b'\t' | b'\r' | b'\n' | b'#', ..] => Format::Pnm,
        _ if is_bmp(bytes) => Format::Bmp,
        _ if is_pdf(bytes) => Format::Pdf,
        _ => return Err(Fault::NotAScan(describe(bytes))),
    };
    Ok(format)
}

/// `BM` alone could begin any text: the length of the second header must be one that exists.
fn is_bmp(bytes: &[u8]) -> bool {
    const HEADER_LENGTHS: [u8; 8] = [12, 16, 40, 52, 56, 64, 108, 124];
    bytes.starts_with(b"BM")
        && bytes.get(14).is_some_and(|length| HEADER_LENGTHS.contains(length))
        && bytes.get(15..18) == Some(&[0, 0, 0])
}

fn is_pdf(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(PDF_MARK_WITHIN_BYTES)];
    head.windows(5).any(|window| window == b"%PDF-")
}

/// What to do with photo formats that viewers read and this program does not.
const AS_JPEG: &str = "open it in a picture viewer and save or export it as JPEG";

/// What a file that is not a scan seems to be, and what to do.
fn describe(bytes: &[u8]) -> String {
    const CONVERT: &str = "convert it to PNG, JPEG, TIFF or PDF first";
    if bytes.is_empty() {
        return "it is an empty file; copy it again or scan the paper again".to_owned();
    }
    let kind = match bytes {
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => match brand.get(..4) {
            Some(b"heic" | b"heix" | b"hevc" | b"mif1" | b"msf1" | b"heim" | b"heis") => return heic(bytes),
            Some(b"avif" | b"avis") => return format!("it is an AVIF picture, which is not read; {AS_JPEG}"),
            _ => "a film",
        },
        [0, 0, 0, 12, b'j', b'P', ..] | [0xFF, 0x4F, 0xFF, 0x51, ..] => "a JPEG 2000 picture",
        [0xFF, 0x0A, ..] | [0, 0, 0, 12, b'J', b'X', b'L', ..] => {
            return format!("it is a JPEG XL picture, which is not read; {AS_JPEG}");
        }
        [b'A', b'T', b'&', b'T', b'F', b'O', b'R', b'M', ..] => "a DjVu document",
        [b'8', b'B', b'P', b'S', ..] => "a Photoshop picture",
        [0x97, b'J', b'B', b'2', ..] => "a JBIG2 picture",
        [b'%', b'!', b'P', b'S', ..] => "PostScript",
        [b'{', b'\\', b'r', b't', b'f', ..] => "an RTF document",
        [0xD0, 0xCF, 0x11, 0xE0, ..] => "an old Office document",
        [b'P', b'K', 3 | 5, 4 | 6, ..] => {
            return "it is a ZIP archive or an Office document; give an archive a name that ends in .zip, unpack one inside another, print \
                    a document to PDF"
                .to_owned();
        }
        [0x1F, 0x8B, ..] | [b'7', b'z', 0xBC, 0xAF, ..] | [b'R', b'a', b'r', b'!', ..] => {
            return "it is an archive; unpack it first".to_owned();
        }
        _ if is_text(bytes) => return describe_text(bytes),
        _ => return format!("its content is of no known picture format; {CONVERT}, or copy it again"),
    };
    format!("it is {kind}; {CONVERT}")
}

/// A photo in the container of HEIF; some of these are AVIF pictures under a general brand.
fn heic(bytes: &[u8]) -> String {
    let brands = &bytes[..bytes.len().min(64)];
    let kind = if brands.windows(4).any(|brand| brand == b"avif") { "an AVIF picture" } else { "a HEIC photo" };
    format!(
        "it is {kind}, which is not read; {AS_JPEG} (on an iPhone, Settings, Camera, Formats, Most Compatible makes new ones JPEG)"
    )
}

fn describe_text(bytes: &[u8]) -> String {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(TEXT_PROBE_BYTES)]).to_ascii_lowercase();
    let head = head.trim_start_matches(['\u{feff}', ' ', '\r', '\n', '\t']);
    if head.starts_with("<!doctype html") || head.starts_with("<html") || head.contains("<body") {
        return "it is a web page, often an error page saved under the name of the scan; download the scan again"
            .to_owned();
    }
    if head.contains("<svg") {
        return "it is an SVG drawing; convert it to PNG or PDF first".to_owned();
    }
    "it is text, not a picture; look where the scan itself was saved".to_owned()
}

/// Text: no control characters but white space, and valid UTF-8 (up to a character cut by the probe).
fn is_text(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(TEXT_PROBE_BYTES)];
    let valid = match std::str::from_utf8(head) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none() && head.len() == TEXT_PROBE_BYTES,
    };
    valid && head.iter().all(|byte| *byte >= 0x20 || matches!(byte, b'\t' | b'\n' | b'\r' | 0x0C))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_decides() {
        assert_eq!(sniff(b"\x89PNG\r\n\x1a\n"), Ok(Format::Png));
        assert_eq!(sniff(b"\xFF\xD8\xFF\xE0"), Ok(Format::Jpeg));
        assert_eq!(sniff(b"II*\0"), Ok(Format::Tiff));
        assert_eq!(sniff(b"MM\0\x2B"), Ok(Format::Tiff));
        assert_eq!(sniff(b"P5\n2 2\n255\n"), Ok(Format::Pnm));
        assert_eq!(sniff(b"\n\n%PDF-1.4"), Ok(Format::Pdf));
        assert_eq!(sniff(b"GIF89a"), Ok(Format::Gif));
    }

    #[test]
    fn what_is_not_a_scan_is_named() {
        for (bytes, word) in [
            (&b""[..], "empty"),
            (b"0123456789\n", "text"),
            (b"BMW 320i, 42", "text"),
            (b"<!DOCTYPE html><html>404</html>", "web page"),
            (b"PK\x03\x04....", "ZIP"),
            (
                b"\0\0\0\x18ftypheic",
                "a HEIC photo, which is not read; open it in a picture viewer and save or export it as JPEG",
            ),
            (b"\0\0\0\x1cftypmif1\0\0\0\0mif1avif", "AVIF"),
            (b"\0\0\0\x18ftypavif", "as JPEG"),
            (b"\xFF\x0A..", "as JPEG"),
            (b"\x01\x02\x03\xFE", "no known"),
        ] {
            match sniff(bytes) {
                Err(Fault::NotAScan(reason)) => assert!(reason.contains(word), "{reason}"),
                other => panic!("{bytes:?} gave {other:?}"),
            }
        }
    }

    #[test]
    fn names_that_claim_to_be_scans() {
        assert!(is_scan_name(Path::new("a/b.TIF")));
        assert!(is_scan_name(Path::new("a.b.pdf")));
        assert!(!is_scan_name(Path::new("notes.txt")));
        assert!(!is_scan_name(Path::new("png")));
    }
}

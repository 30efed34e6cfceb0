//! ZIP archives as INPUT: what lies in them has rows as if they were folders, and none of them can do harm.

use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use scantally::batch::{self, Exclude, Options, Origin};
use scantally::scan::Scan;
use scantally::table::{FileStatus, PageRecord, ScanRecord};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::batch_run::read_all;
use crate::support::number_picture;

/// A PNG of a number.
fn picture() -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    number_picture("42").write_to(&mut bytes, image::ImageFormat::Png).expect("encodes");
    bytes.into_inner()
}

fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        writer.start_file(*name, SimpleFileOptions::default()).expect("writes to memory");
        writer.write_all(bytes).expect("writes to memory");
    }
    writer.finish().expect("writes to memory").into_inner()
}

/// Lists and opens what the INPUT holds; pages are decoded and not read.
fn outcomes(input: &Path, exclude: &[&str]) -> Vec<ScanRecord> {
    let exclude = Exclude::new(exclude).expect("are patterns");
    let list = batch::collect([input.to_owned()], &[], &exclude);
    let decode = |scan: &Scan, page: usize| scan.page(page).map(|_| PageRecord { page, ..PageRecord::default() });
    read_all(list.files, Arc::new(decode), Options { threads: 2, ..Options::default() })
}

/// The rows of an archive of that name: source, status, error.
fn rows_of(name: &str, bytes: &[u8]) -> Vec<(String, FileStatus, String)> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).expect("a writable folder");
    let rows = outcomes(&path, &[]).into_iter().map(|outcome| {
        assert!(
            outcome.row.error.is_empty() || outcome.row.error.starts_with(&outcome.row.source),
            "{:?}",
            outcome.row
        );
        (outcome.row.source, outcome.row.status, outcome.row.error)
    });
    rows.collect()
}

fn one_row(name: &str, bytes: &[u8]) -> (FileStatus, String) {
    let mut rows = rows_of(name, bytes);
    assert_eq!(rows.len(), 1, "{rows:?}");
    let (_, status, error) = rows.remove(0);
    (status, error)
}

#[test]
fn what_lies_in_an_archive_has_rows_as_in_a_folder() {
    let inner = archive(&[("deep.png", &picture())]);
    let bytes = archive(&[
        ("b/2.png", &picture()),
        ("1.png", &picture()),
        ("note.txt", b"42"),
        ("inner.zip", &inner),
        ("broken.png", b"\x89PNG\r\n\x1a\n"),
        ("__MACOSX/._1.png", b"\0"),
    ]);
    let rows: Vec<(String, FileStatus)> =
        rows_of("all.zip", &bytes).into_iter().map(|(source, status, _)| (source, status)).collect();
    let row = |source: &str, status| (source.to_owned(), status);
    assert_eq!(
        rows,
        [
            row("all.zip/1.png", FileStatus::Ok),
            row("all.zip/b/2.png", FileStatus::Ok),
            row("all.zip/broken.png", FileStatus::Failed),
            row("all.zip/inner.zip", FileStatus::Skipped),
            row("all.zip/note.txt", FileStatus::Skipped),
        ]
    );
    assert_eq!(rows_of("no-name-of-an-archive", &bytes).len(), 5, "the content decides");
}

#[test]
fn archives_are_met_on_walks_and_patterns_hold_inside() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("in/a.zip");
    std::fs::create_dir(folder.path().join("in")).expect("a writable folder");
    std::fs::write(&path, archive(&[("x/1.png", &picture()), ("y/2.png", &picture())])).expect("a writable folder");
    let exclude = Exclude::new(&["x"]).expect("is a pattern");
    let list = batch::collect([folder.path().to_owned()], &[], &exclude);
    assert_eq!(list.files.iter().map(|file| file.source.as_str()).collect::<Vec<_>>(), ["in/a.zip/y/2.png"]);
    assert_eq!(list.excluded, 1);
    let file = &list.files[0];
    assert!(matches!(&file.origin, Origin::Entry { archive, .. } if archive.path() == path));
    assert_eq!(file.stamp().expect("is there").size, picture().len() as u64);
    assert_eq!((file.read().expect("expands"), file.beginning(4).expect("expands")), (picture(), b"\x89PNG".to_vec()));
    let nothing: Vec<PathBuf> =
        std::fs::read_dir(folder.path()).expect("exists").flatten().map(|entry| entry.path()).collect();
    assert_eq!(nothing, [folder.path().join("in")], "nothing is written to disk");
}

#[test]
fn names_become_harmless_sources() {
    let mut bytes = archive(&[
        ("../../up.png", &picture()),
        ("/abs.png", &picture()),
        ("a\\win.png", &picture()),
        ("same.png", &picture()),
        ("./same.png", &picture()),
        ("sXX.png", &picture()),
    ]);
    while let Some(at) = bytes.windows(3).position(|window| window == b"sXX") {
        bytes[at + 1..at + 3].copy_from_slice(b"\xFC\xDF");
    }
    let rows = rows_of("n.zip", &bytes);
    assert!(rows.iter().all(|(_, status, _)| *status == FileStatus::Ok), "{rows:?}");
    let sources: Vec<&str> = rows.iter().map(|(source, ..)| source.as_str()).collect();
    assert_eq!(sources.len(), 6);
    for source in ["n.zip/up.png", "n.zip/abs.png", "n.zip/a/win.png", "n.zip/s\\xFC\\xDF.png"] {
        assert!(sources.contains(&source), "{source} is not in {sources:?}");
    }
    assert!(sources.iter().all(|source| !source.contains("..")), "{sources:?}");
}

#[test]
fn documents_are_not_opened() {
    let document = archive(&[("[Content_Types].xml", b"<Types/>"), ("word/media/image1.png", &picture())]);
    for name in ["letter.docx", "letter.bin", "letter"] {
        let (status, error) = one_row(name, &document);
        assert_eq!(status, FileStatus::Skipped);
        assert!(error.contains("Office document"), "{error}");
    }
    assert_eq!(one_row("book.epub", b"PK\x03\x04 and no archive at all").0, FileStatus::Skipped);
}

/// Writes a value over a field of each central directory entry (APPNOTE 4.3.12), and of each local header where there is one.
fn patched(mut bytes: Vec<u8>, central: usize, local: Option<usize>, value: &[u8]) -> Vec<u8> {
    for at in 0..bytes.len() - 4 {
        let field = match &bytes[at..at + 4] {
            b"PK\x01\x02" => Some(central),
            b"PK\x03\x04" => local,
            _ => None,
        };
        if let Some(field) = field {
            bytes[at + field..at + field + value.len()].copy_from_slice(value);
        }
    }
    bytes
}

#[test]
fn what_cannot_be_taken_out_says_why() {
    let good = archive(&[("a.png", &picture())]);
    let encrypted = patched(good.clone(), 8, Some(6), &[1, 0]);
    let bomb = patched(good.clone(), 24, None, &0x3000_0000u32.to_le_bytes());
    let liar = patched(good.clone(), 24, None, &9u32.to_le_bytes());
    let packed_by_rar = patched(good.clone(), 10, Some(8), &[93, 0]);
    let overlapping = patched(good.clone(), 20, None, &0x00FF_FFFFu32.to_le_bytes());
    for (bytes, word) in [
        (&encrypted, "is encrypted in the ZIP archive; unpack it"),
        (&bomb, "as a bomb does"),
        (&liar, "is damaged in the ZIP archive"),
        (&packed_by_rar, "packed by a method that is not read"),
        (&overlapping, "lie over each other"),
        (&good[..good.len() / 2].to_vec(), "damaged or cut short"),
    ] {
        let (status, error) = one_row("x.zip", bytes);
        assert_eq!(status, FileStatus::Failed, "{error}");
        assert!(error.contains(word), "{word} is not in: {error}");
    }
    assert_eq!(one_row("x.zip", b"no archive").0, FileStatus::Failed);
    assert_eq!(one_row("x.zip", &archive(&[])).0, FileStatus::Skipped);
}

#[test]
fn a_name_that_is_there_twice_loses_nothing_in_silence() {
    let mut bytes = archive(&[("a.png", &picture()), ("b.png", &picture())]);
    while let Some(at) = bytes.windows(5).position(|window| window == b"b.png") {
        bytes[at] = b'a';
    }
    let (status, error) = one_row("x.zip", &bytes);
    assert_eq!(status, FileStatus::Failed);
    assert!(error.contains("several files of the same name"), "{error}");
}

#[test]
fn a_bomb_is_expanded_no_further_than_the_limit() {
    // Honest about its size and above the ratio: 160 MB of zeros take 160 kB.
    let zeros = vec![0; 160 << 20];
    let (status, error) = one_row("x.zip", &archive(&[("zeros.bmp", &zeros)]));
    assert_eq!(status, FileStatus::Failed);
    assert!(error.contains("expands to 167772160 bytes"), "{error}");
}

//! A ZIP archive: its path in, what it holds and the bytes of single entries out.
//!
//! Nothing is ever written to disk, and only one entry at a time is expanded. Names become harmless; what is not to be read
//! (documents that are archives inside, encrypted entries, bombs) is told by the directory alone, before a byte is expanded.

use std::fs::File;
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use zip::ZipArchive;
use zip::read::{ZipArchiveMetadata, ZipFileEntry, ZipReadOptions};
use zip::result::ZipError;

use crate::batch::Task;
use crate::error::{Error, Result};
use crate::table::FileStatus;

/// More entries than this are no folder of scans; their rows would fill the memory.
const MAX_ENTRIES: usize = 100_000;

/// The largest entry, expanded: a page of 200 million pixels in colour has 600 MB.
const MAX_ENTRY_BYTES: u64 = 1 << 30;

/// An entry that is larger than this when expanded must not be ...
const PLAIN_BYTES: u64 = 128 << 20;

/// ... more than so many times larger than it is stored. Deflate reaches 1,032, blank uncompressed pages some hundreds, yet those of
/// more than 128 MB are photographs, which come to 2 or 3.
const MAX_RATIO: u64 = 100;

/// Names of documents that are archives inside: what they hold are parts, not files that somebody put there.
const DOCUMENT_EXTENSIONS: [&str; 16] = [
    "docx", "docm", "dotx", "xlsx", "xlsm", "xltx", "pptx", "pptm", "odt", "ods", "odp", "odg", "epub", "jar", "apk",
    "xps",
];

/// Entries by which such documents are told where their name does not: Office Open XML, OpenDocument and EPUB, Java.
const DOCUMENT_PARTS: [&str; 3] = ["[Content_Types].xml", "mimetype", "META-INF/MANIFEST.MF"];

/// A ZIP archive on disk whose directory was read.
#[derive(Clone, Debug)]
pub struct Archive {
    path: PathBuf,
    directory: Arc<ZipArchiveMetadata>,
}

impl PartialEq for Archive {
    fn eq(&self, other: &Self) -> bool {
        self.path == other.path
    }
}

impl Eq for Archive {}

/// One file in an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Place in the directory of the archive.
    pub index: usize,
    /// Path in the archive: relative, without `..`, parted by the separator of the system.
    pub name: PathBuf,
    /// Whether the path has a hidden part, as the files that macOS adds have.
    pub is_hidden: bool,
    /// Read it, or why not: a sentence without the name of the file.
    pub task: Task,
}

/// Why an archive is not opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    /// `skipped` for documents, `failed` for what may hold scans.
    pub status: FileStatus,
    /// Without the name of the file: `is ...`.
    pub reason: String,
}

impl Refusal {
    fn failed(reason: impl Into<String>) -> Self {
        Self { status: FileStatus::Failed, reason: reason.into() }
    }
}

/// Whether a file is a ZIP archive by its first bytes (of an empty one, its end record).
pub(super) fn is_archive(beginning: &[u8]) -> bool {
    beginning.starts_with(b"PK\x03\x04") || beginning.starts_with(b"PK\x05\x06")
}

/// Whether a name ends in `.zip`.
pub(super) fn is_archive_name(path: &Path) -> bool {
    has_extension(path, &["zip"])
}

fn has_extension(path: &Path, extensions: &[&str]) -> bool {
    path.extension()
        .and_then(|extension| extension.to_str())
        .is_some_and(|extension| extensions.iter().any(|known| known.eq_ignore_ascii_case(extension)))
}

impl Archive {
    /// Reads the directory of an archive. Never panics.
    ///
    /// # Errors
    /// [`Refusal`] for documents, and for archives that are damaged or made to do harm.
    pub(super) fn open(path: &Path) -> std::result::Result<Self, Refusal> {
        if has_extension(path, &DOCUMENT_EXTENSIONS) {
            return Err(document());
        }
        // The reader meets bytes here that nobody checked; one hostile file must not end a run.
        catch_unwind(AssertUnwindSafe(|| Self::open_unguarded(path)))
            .unwrap_or_else(|_| Err(Refusal::failed("is a ZIP archive that cannot be read; pack it again")))
    }

    fn open_unguarded(path: &Path) -> std::result::Result<Self, Refusal> {
        let file = File::open(path).map_err(|cause| Refusal::failed(format!("cannot be opened: {cause}")))?;
        let file_bytes = file.metadata().map_or(0, |metadata| metadata.len());
        let archive = ZipArchive::new(file).map_err(|error| {
            Refusal::failed(format!("is a ZIP archive that is damaged or cut short ({}); copy it again", cause(&error)))
        })?;
        let directory = archive.metadata();
        if !is_archive_name(path) && DOCUMENT_PARTS.iter().any(|part| archive.index_for_name(part).is_some()) {
            return Err(document());
        }
        if directory.len() > MAX_ENTRIES {
            return Err(Refusal::failed(format!(
                "is a ZIP archive of more than {MAX_ENTRIES} files; pack fewer into one"
            )));
        }
        if directory.has_duplicate_names() {
            return Err(Refusal::failed(
                "is a ZIP archive that holds several files of the same name, of which all but one would be lost; unpack it and read the folder",
            ));
        }
        let stored = (0..directory.len()).filter_map(|index| directory.entry(index).ok());
        if stored.fold(0u64, |sum, entry| sum.saturating_add(entry.compressed_size())) > file_bytes {
            return Err(Refusal::failed(
                "is a ZIP archive whose files lie over each other, as in a bomb; pack it again",
            ));
        }
        Ok(Self { path: path.to_owned(), directory })
    }

    /// Where the archive is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The files in the archive, in the order of its directory; folders are left out.
    pub(super) fn entries(&self) -> Vec<Entry> {
        let entry = |index| {
            let stored = self.directory.entry(index).ok().filter(|entry| !entry.is_dir())?;
            let name = harmless(stored.name_raw());
            let is_hidden = name.iter().any(|part| part.as_encoded_bytes().starts_with(b"."));
            Some(Entry { index, name, is_hidden, task: task(&stored) })
        };
        (0..self.directory.len()).filter_map(entry).collect()
    }

    /// The size that the directory states for an entry, expanded.
    pub(super) fn expanded_bytes(&self, index: usize) -> Option<u64> {
        self.directory.entry(index).ok().map(|entry| entry.size())
    }

    /// Expands an entry, or its first `length` bytes; `source` is what messages call it. Never panics.
    ///
    /// # Errors
    /// [`Error::Unreadable`] if the archive cannot be opened any more, [`Error::Damaged`] if the entry cannot be expanded.
    pub(super) fn read(&self, index: usize, length: u64, source: &str) -> Result<Vec<u8>> {
        let damaged = |reason: String| Error::Damaged { scan: source.to_owned(), page: None, reason };
        let mut file = File::open(&self.path).map_err(|cause| Error::Unreadable { scan: source.to_owned(), cause })?;
        catch_unwind(AssertUnwindSafe(|| self.expand(&mut file, index, length)))
            .unwrap_or_else(|_| Err("it cannot be expanded".to_owned()))
            .map_err(|reason| damaged(format!("{reason}; pack the ZIP archive again")))
    }

    fn expand(&self, file: &mut File, index: usize, length: u64) -> std::result::Result<Vec<u8>, String> {
        let sentence = |error: ZipError| format!("it cannot be taken out of the ZIP archive ({})", cause(&error));
        let entry = self.directory.entry(index).map_err(sentence)?;
        // The directory may lie: memory is taken as bytes come, and no more of it than a genuine entry needs.
        let most = most_bytes(entry.compressed_size()).min(length);
        let mut bytes = Vec::new();
        let mut expanded = entry.with_reader(file, ZipReadOptions::new()).map_err(sentence)?;
        let read = expanded.by_ref().take(most.saturating_add(1)).read_to_end(&mut bytes);
        read.map_err(|error| format!("it is damaged in the ZIP archive ({error})"))?;
        if bytes.len() as u64 > most && most < length {
            return Err("it expands to more than it may, as a bomb does".to_owned());
        }
        bytes.truncate(usize::try_from(length).unwrap_or(usize::MAX));
        Ok(bytes)
    }
}

/// The most bytes that so many stored ones may expand to.
fn most_bytes(stored: u64) -> u64 {
    stored.saturating_mul(MAX_RATIO).clamp(PLAIN_BYTES, MAX_ENTRY_BYTES)
}

fn document() -> Refusal {
    let reason =
        "is an Office document, an e-book or a program, not a scan; print it to PDF if its pages are to be read";
    Refusal { status: FileStatus::Skipped, reason: reason.to_owned() }
}

/// What the directory alone tells about an entry.
fn task(entry: &ZipFileEntry) -> Task {
    let report = |status, error: &str| Task::Report { status, error: error.to_owned() };
    if entry.is_symlink() {
        return report(FileStatus::Skipped, "is a link inside a ZIP archive, which is not followed");
    }
    if entry.encrypted() {
        return report(
            FileStatus::Failed,
            "is encrypted in the ZIP archive; unpack it with its password and read the folder",
        );
    }
    if !zip::SUPPORTED_COMPRESSION_METHODS.contains(&entry.compression()) {
        return report(
            FileStatus::Failed,
            "is packed by a method that is not read; pack it as an ordinary ZIP archive (Deflate)",
        );
    }
    if entry.size() > most_bytes(entry.compressed_size()) {
        let error = format!(
            "expands to {} bytes, {} times what it takes in the ZIP archive, as a bomb does; unpack it by hand if it is genuine",
            entry.size(),
            entry.size() / entry.compressed_size().max(1)
        );
        return report(FileStatus::Failed, &error);
    }
    Task::Read
}

/// A name as a path that leads nowhere but down: back slashes part like slashes; empty parts, `.` and `..` go; a zero byte, and what
/// is not UTF-8, is written as `\xNN`.
fn harmless(name: &[u8]) -> PathBuf {
    let mut text = String::new();
    for chunk in name.utf8_chunks() {
        text.push_str(&chunk.valid().replace('\\', "/").replace('\0', "\\x00"));
        chunk.invalid().iter().for_each(|byte| text.push_str(&format!("\\x{byte:02X}")));
    }
    let path: PathBuf = text.split('/').filter(|part| !matches!(*part, "" | "." | "..")).collect();
    if path.as_os_str().is_empty() { PathBuf::from("unnamed") } else { path }
}

/// What the reader of archives said, in one line.
fn cause(error: &ZipError) -> String {
    match error {
        ZipError::Io(error) => error.to_string(),
        ZipError::InvalidArchive(reason) => reason.to_string(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_nowhere_but_down() {
        for (name, harmless_name) in [
            (&b"a/b.png"[..], "a/b.png"),
            (b"../../etc/passwd", "etc/passwd"),
            (b"/abs/./x.png", "abs/x.png"),
            (b"a\\..\\b.png", "a/b.png"),
            (b"C:\\scans\\x.png", "C:/scans/x.png"),
            (b"sc\xffan\0.png", "sc\\xFFan\\x00.png"),
            (b"..", "unnamed"),
        ] {
            assert_eq!(harmless(name), Path::new(harmless_name));
        }
    }

    #[test]
    fn large_entries_must_not_expand_too_far() {
        assert_eq!(most_bytes(10), PLAIN_BYTES);
        assert_eq!(most_bytes(2 << 20), 200 << 20);
        assert_eq!(most_bytes(u64::MAX), MAX_ENTRY_BYTES);
    }
}

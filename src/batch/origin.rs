//! Where the bytes of a found file are, on disk by themselves or as an entry of an archive: a file in, its bytes, its
//! beginning, or its size and time out.
//!
//! Nothing is kept: the bytes of an entry are expanded when they are asked for. What they mean is left to [`crate::scan`].

use std::fs::File;
use std::io::Read;
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use crate::batch::FoundFile;
use crate::batch::archive::Archive;
use crate::error::{Error, Result};
use crate::journal::FileStamp;

/// Where the bytes of a file are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A file on disk, at the path of the found file.
    Disk,
    /// An entry of an archive on disk.
    Entry {
        /// The archive, shared by its entries.
        archive: Arc<Archive>,
        /// Place in the directory of the archive.
        index: usize,
    },
}

impl FoundFile {
    /// All bytes of the file.
    ///
    /// # Errors
    /// [`Error::Unreadable`] if the system does not give them, [`Error::Damaged`] if an entry cannot be expanded or passes the limits
    /// of archives.
    pub fn read(&self) -> Result<Vec<u8>> {
        match &self.origin {
            Origin::Disk => std::fs::read(&self.path).map_err(|cause| self.unreadable(cause)),
            Origin::Entry { archive, index } => archive.read(*index, u64::MAX, &self.source),
        }
    }

    /// The first bytes of the file, at most `length` of them.
    ///
    /// # Errors
    /// As those of [`FoundFile::read`].
    pub fn beginning(&self, length: u64) -> Result<Vec<u8>> {
        let read = || {
            let mut beginning = Vec::new();
            File::open(&self.path)?.take(length).read_to_end(&mut beginning)?;
            Ok(beginning)
        };
        match &self.origin {
            Origin::Disk => read().map_err(|cause| self.unreadable(cause)),
            Origin::Entry { archive, index } => archive.read(*index, length, &self.source),
        }
    }

    /// Size and time, by which a later run can tell whether the file has changed; of an entry, its expanded size and the time of its archive.
    /// `None` where the system does not tell.
    pub fn stamp(&self) -> Option<FileStamp> {
        let (path, expanded) = match &self.origin {
            Origin::Disk => (self.path.as_path(), None),
            Origin::Entry { archive, index } => (archive.path(), archive.expanded_bytes(*index)),
        };
        let metadata = path.metadata().ok()?;
        let since = metadata.modified().ok()?.duration_since(UNIX_EPOCH).unwrap_or_default();
        let modified_ns = i64::try_from(since.as_nanos()).unwrap_or(i64::MAX);
        Some(FileStamp { size: expanded.unwrap_or(metadata.len()), modified_ns })
    }

    fn unreadable(&self, cause: std::io::Error) -> Error {
        Error::Unreadable { scan: self.source.clone(), cause }
    }
}

//! One file on its way to disk: written under a hidden name in the same folder, renamed when complete.
//!
//! Whoever reads the folder sees the old file or the new one, never half of one. What goes into it is left to others.

use std::fs::File;
use std::io::{BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// An output file that gets its name once it is complete; dropped before, it leaves nothing behind.
#[derive(Debug)]
pub(crate) struct PartialFile {
    path: PathBuf,
    temporary: PathBuf,
    writer: Option<BufWriter<File>>,
}

/// The error for a file that cannot be written.
pub(super) fn cannot_write(path: &Path, cause: impl std::fmt::Display) -> Error {
    Error::Output { path: path.to_owned(), reason: cause.to_string() }
}

impl PartialFile {
    /// Starts the file `name` in `folder`.
    pub fn create(folder: &Path, name: &str) -> Result<Self> {
        let path = folder.join(name);
        // The process id keeps two runs into the same folder apart.
        let temporary = folder.join(format!(".{name}.{}.partial", std::process::id()));
        if path.is_dir() {
            return Err(cannot_write(&path, "a folder has this name; move it away or choose another output folder"));
        }
        let file = File::create(&temporary).map_err(|cause| cannot_write(&path, cause))?;
        Ok(Self { path, temporary, writer: Some(BufWriter::new(file)) })
    }

    /// The name the file will have.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What was written so far, for reading from its beginning; nothing can be added from then on.
    pub fn reopen(&mut self) -> std::io::Result<File> {
        self.writer.take().map_or(Ok(()), |mut writer| writer.flush())?;
        File::open(&self.temporary)
    }

    /// Brings everything to disk, still under the hidden name.
    pub fn complete(&mut self) -> Result<()> {
        let Some(writer) = self.writer.take() else { return Ok(()) };
        writer
            .into_inner()
            .map_err(|cause| cause.into_error())
            .and_then(|file| file.sync_all())
            .map_err(|cause| cannot_write(&self.path, cause))
    }

    /// Gives the complete file its name.
    pub fn publish(mut self) -> Result<()> {
        self.complete()?;
        std::fs::rename(&self.temporary, &self.path).map_err(|cause| cannot_write(&self.path, cause))
    }
}

impl Write for PartialFile {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match &mut self.writer {
            Some(writer) => writer.write(bytes),
            None => Err(std::io::Error::other("the file is complete already")),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.writer.as_mut().map_or(Ok(()), Write::flush)
    }
}

impl Seek for PartialFile {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        match &mut self.writer {
            Some(writer) => writer.seek(to),
            None => Err(std::io::Error::other("the file is complete already")),
        }
    }
}

impl Drop for PartialFile {
    fn drop(&mut self) {
        // After a rename there is nothing left under the hidden name, and the error says no more than that.
        let _ = std::fs::remove_file(&self.temporary);
    }
}

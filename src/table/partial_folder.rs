//! One folder of files on its way to disk: filled under a hidden name, and put in the place of an earlier one when complete.
//!
//! A folder of that name is replaced only where it holds the mark that this module leaves: anything else a person may have put there.

use std::io::Write;
use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::table::partial::cannot_write;

/// The file that marks a folder as a result.
const MARK_NAME: &str = ".scantally";
const MARK: &[u8] = b"Written by scantally; the next run into the folder above replaces this folder as a whole.\n";

/// An output folder that gets its name once it is complete; dropped before, it leaves nothing behind.
#[derive(Debug)]
pub(super) struct PartialFolder {
    path: PathBuf,
    temporary: PathBuf,
    earlier: PathBuf,
}

impl PartialFolder {
    /// Starts the folder `name` in `parent`; what a run that was killed left of it goes.
    pub fn create(parent: &Path, name: &str) -> Result<Self> {
        let hidden = |ending: &str| parent.join(format!(".{name}.{ending}"));
        let folder = Self { path: parent.join(name), temporary: hidden("partial"), earlier: hidden("earlier") };
        if folder.path.exists() && !is_marked(&folder.path) {
            let reason = "something else has this name; move it away or choose another output folder";
            return Err(cannot_write(&folder.path, reason));
        }
        for leftover in [&folder.temporary, &folder.earlier] {
            remove(leftover).map_err(|cause| cannot_write(leftover, cause))?;
        }
        folder.write(Path::new(MARK_NAME), MARK)?;
        Ok(folder)
    }

    /// Writes one file, its folders with it; `below` is a path without `..`.
    pub fn write(&self, below: &Path, content: &[u8]) -> Result<()> {
        let path = self.temporary.join(below);
        let written = path.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| {
            let mut file = std::fs::File::create(&path)?;
            file.write_all(content)
        });
        written.map_err(|cause| cannot_write(&self.path.join(below), cause))
    }

    /// Gives the folder its name, in the place of an earlier one.
    pub fn publish(self) -> Result<()> {
        let moved = (|| {
            if self.path.exists() {
                std::fs::rename(&self.path, &self.earlier)?;
            }
            std::fs::rename(&self.temporary, &self.path)?;
            remove(&self.earlier)
        })();
        moved.map_err(|cause| cannot_write(&self.path, cause))
    }
}

/// Takes away the folder `name` of an earlier run; one that holds no mark stays.
pub(super) fn remove_earlier(parent: &Path, name: &str) -> Result<()> {
    let path = parent.join(name);
    if !is_marked(&path) {
        return Ok(());
    }
    remove(&path).map_err(|cause| cannot_write(&path, cause))
}

fn is_marked(folder: &Path) -> bool {
    folder.join(MARK_NAME).is_file()
}

fn remove(folder: &Path) -> std::io::Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

impl Drop for PartialFolder {
    fn drop(&mut self) {
        // After a rename there is nothing left under the hidden name, and the error says no more than that.
        let _ = std::fs::remove_dir_all(&self.temporary);
    }
}

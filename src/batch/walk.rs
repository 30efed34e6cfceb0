//! One folder: its path in, the regular files and the links below it out, sorted; no link is followed here.
//!
//! Hidden and excluded entries are counted and left out; folders that were walked before and the output folders are left out too.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use crate::batch::exclude::Exclude;

/// Something met on a walk, with its path below the folder.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Met {
    /// A regular file.
    File(PathBuf),
    /// A link, not yet followed.
    Link(PathBuf),
    /// Neither file nor folder: a pipe, a socket, a device.
    Special(PathBuf),
    /// A folder or file that the system does not let us see, and why.
    Unreadable(PathBuf, String),
}

/// The folders that need no walk, as canonical paths.
#[derive(Debug, Default)]
pub(super) struct Walked {
    /// Folders walked before.
    pub folders: HashSet<PathBuf>,
    /// The folders the results go to.
    pub outputs: Vec<PathBuf>,
    /// What is to be left out.
    pub exclude: Exclude,
    /// Files and folders left out so far because a pattern matched them.
    pub excluded: usize,
    /// Hidden files and folders left out so far.
    pub hidden: usize,
}

/// Walks the folder at the canonical path `folder`, which is `below_input` for the patterns.
pub(super) fn walk(folder: &Path, below_input: &Path, walked: &mut Walked) -> Vec<Met> {
    let mut met = Vec::new();
    let mut entries = WalkDir::new(folder).follow_links(false).sort_by_file_name().into_iter();
    while let Some(entry) = entries.next() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let path = error.path().map(|path| below(folder, path)).unwrap_or_default();
                met.push(Met::Unreadable(path, cause(&error)));
                continue;
            }
        };
        let is_hidden = entry.depth() > 0 && entry.file_name().as_encoded_bytes().starts_with(b".");
        let is_folder = entry.file_type().is_dir();
        let path = below(folder, entry.path());
        let is_excluded = entry.depth() > 0 && !is_hidden && walked.exclude.matches(&below_input.join(&path));
        walked.hidden += usize::from(is_hidden);
        walked.excluded += usize::from(is_excluded);
        if is_hidden || is_excluded || (is_folder && !enters(&entry, walked)) {
            if is_folder {
                entries.skip_current_dir();
            }
            continue;
        }
        let kind = entry.file_type();
        match () {
            () if is_folder => {}
            () if kind.is_file() => met.push(Met::File(path)),
            () if kind.is_symlink() => met.push(Met::Link(path)),
            () => met.push(Met::Special(path)),
        }
    }
    met
}

/// Whether a folder is to be walked; it counts as walked from then on.
fn enters(entry: &DirEntry, walked: &mut Walked) -> bool {
    // An output folder that is itself the INPUT is walked: whoever names a folder wants it read.
    let is_output = entry.depth() > 0 && walked.outputs.iter().any(|output| output == entry.path());
    !is_output && walked.folders.insert(entry.path().to_owned())
}

fn below(folder: &Path, path: &Path) -> PathBuf {
    path.strip_prefix(folder).unwrap_or(path).to_owned()
}

/// What the system said, without the path that walkdir puts in front.
fn cause(error: &walkdir::Error) -> String {
    error.io_error().map_or_else(|| error.to_string(), ToString::to_string)
}

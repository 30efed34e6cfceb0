//! The list of files: INPUTs in, every file below them out, with its name, sorted, each file once.
//!
//! Folders are walked without following links; links are followed afterwards, so that a file that can be reached both
//! ways keeps its own name. Archives are opened like folders. What cannot be read is listed with the reason; nothing is passed over in
//! silence.

use std::collections::{HashMap, HashSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::batch::Origin;
use crate::batch::archive::{Archive, is_archive, is_archive_name};
use crate::batch::exclude::Exclude;
use crate::batch::source::{make_unique, own_name};
use crate::batch::walk::{Met, Walked, walk};
use crate::scan::is_scan_name;
use crate::table::{FileStatus, path_text, source_cell};

/// Enough of a file to tell whether it is an archive.
const SIGNATURE_BYTES: u64 = 4;

/// What is to be done with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Task {
    /// Open it and read its pages.
    Read,
    /// List it with this status and this sentence.
    Report {
        /// `failed` or `skipped`.
        status: FileStatus,
        /// Why.
        error: String,
    },
}

impl Task {
    /// A report whose sentence lacks the name of the file gets it.
    fn naming(self, source: &str) -> Self {
        match self {
            Task::Read => Task::Read,
            Task::Report { status, error } => Task::Report { status, error: format!("{source} {error}") },
        }
    }
}

/// One file of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundFile {
    /// Where it is: the INPUT as given, and the path below it; of an entry of an archive, the archive's path and the entry's name below
    /// it.
    pub path: PathBuf,
    /// Where its bytes are.
    pub origin: Origin,
    /// What rows and messages call it; unique in its list.
    pub source: String,
    /// What is to be done with it.
    pub task: Task,
}

/// What the INPUTs hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileList {
    /// Sorted by source, as the tables write it.
    pub files: Vec<FoundFile>,
    /// Hidden files and folders that were left out.
    pub hidden: usize,
    /// Files and folders that were left out because a pattern matched them.
    pub excluded: usize,
}

/// Lists all files below the INPUTs: a file, a ZIP archive, or a folder to be walked; an INPUT named twice counts once.
///
/// `outputs` are the folders that the results go to; they are left out where they lie below an INPUT, and so is what `exclude`
/// matches. A file's source is its path below the INPUT folder, or its name where it is itself the INPUT; with several INPUTs the
/// INPUT's own name comes first. What lies in an archive has the archive's source in front, as if that were a folder.
pub fn collect(inputs: impl IntoIterator<Item = PathBuf>, outputs: &[&Path], exclude: &Exclude) -> FileList {
    let mut met = HashSet::new();
    let inputs: Vec<PathBuf> =
        inputs.into_iter().filter(|input| met.insert(input.canonicalize().unwrap_or_else(|_| input.clone()))).collect();
    let mut collector = Collector::default();
    collector.walked.exclude = exclude.clone();
    collector.walked.outputs = outputs.iter().filter_map(|folder| folder.canonicalize().ok()).collect();
    for input in &inputs {
        collector.add_input(input, inputs.len() > 1);
    }
    while let Some(link) = collector.links.pop_front() {
        collector.follow(link);
    }
    let mut files = collector.files;
    make_unique(files.iter_mut().map(|file| (&mut file.source, file.path.as_path())));
    files.sort_by_cached_key(|file| source_cell(&file.source));
    FileList { files, hidden: collector.walked.hidden, excluded: collector.walked.excluded }
}

/// A place in two views: as it was given, for opening and naming, and canonical, for telling files apart.
#[derive(Clone, Debug)]
struct Place {
    /// The INPUT and the path below it.
    path: PathBuf,
    /// The same without links, as far as it is known without asking the system.
    canonical: PathBuf,
    /// The path of the source name.
    name: PathBuf,
    /// The path below the INPUT; of an INPUT that is a file, its name.
    below: PathBuf,
}

impl Place {
    fn join(&self, below: &Path) -> Place {
        if below.as_os_str().is_empty() {
            return self.clone();
        }
        Place {
            path: self.path.join(below),
            canonical: self.canonical.join(below),
            name: self.name.join(below),
            below: self.below.join(below),
        }
    }
}

#[derive(Default)]
struct Collector {
    files: Vec<FoundFile>,
    /// Canonical path of each file to be read, and its source.
    reads: HashMap<PathBuf, String>,
    links: VecDeque<Place>,
    walked: Walked,
}

impl Collector {
    fn add_input(&mut self, input: &Path, several: bool) {
        let name = own_name(input);
        let (canonical, metadata) = match input.canonicalize().and_then(|path| Ok((path, input.metadata()?))) {
            Ok(found) => found,
            Err(cause) => {
                let error = format!("{} cannot be opened: {cause}; check the path", path_text(input));
                return self.report(input.to_owned(), &name, FileStatus::Failed, error);
            }
        };
        let place = Place { path: input.to_owned(), canonical, below: name.clone(), name };
        if metadata.is_dir() {
            let name = if several { place.name.clone() } else { PathBuf::new() };
            self.add_folder(&Place { name, below: PathBuf::new(), ..place });
        } else if metadata.is_file() {
            if self.walked.exclude.matches(&place.below) {
                self.walked.excluded += 1;
            } else {
                self.add_file(place);
            }
        } else {
            let error = format!("{} is neither a file nor a folder; copy its content to a file", path_text(input));
            self.report(place.path, &place.name, FileStatus::Failed, error);
        }
    }

    fn add_folder(&mut self, folder: &Place) {
        for met in walk(&folder.canonical, &folder.below, &mut self.walked) {
            match met {
                Met::File(below) => self.add_file(folder.join(&below)),
                Met::Link(below) => self.links.push_back(folder.join(&below)),
                Met::Special(below) => {
                    let place = folder.join(&below);
                    let error = format!("{} is a pipe, socket or device, not a file", path_text(&place.name));
                    self.report(place.path, &place.name, FileStatus::Skipped, error);
                }
                Met::Unreadable(below, cause) => {
                    let mut place = folder.join(&below);
                    if place.name.as_os_str().is_empty() {
                        place.name = own_name(&folder.path);
                    }
                    let error = format!("{} cannot be opened: {cause}; check its permissions", path_text(&place.name));
                    self.report(place.path, &place.name, FileStatus::Failed, error);
                }
            }
        }
    }

    fn add_file(&mut self, place: Place) {
        let source = path_text(&place.name);
        if let Some(first) = self.reads.get(&place.canonical) {
            let error = format!("{source} is the same file as {first}, which is read");
            return self.report(place.path, &place.name, FileStatus::Skipped, error);
        }
        self.reads.insert(place.canonical.clone(), source.clone());
        let file = FoundFile { path: place.path.clone(), origin: Origin::Disk, source, task: Task::Read };
        // What is named like a scan is not opened here: it is read in its turn, and an archive under such a name has failed.
        let is_archive = !is_scan_name(&file.path)
            && file.beginning(SIGNATURE_BYTES).map_or_else(|_| false, |beginning| is_archive(&beginning));
        if is_archive || is_archive_name(&file.path) {
            self.add_archive(&place);
        } else {
            self.files.push(file);
        }
    }

    /// Lists what an archive holds; the archive itself has a row only where there is nothing else to list.
    fn add_archive(&mut self, place: &Place) {
        let source = path_text(&place.name);
        let archive = match Archive::open(&place.path) {
            Ok(archive) => Arc::new(archive),
            Err(refusal) => {
                let error = format!("{source} {}", refusal.reason);
                return self.report(place.path.clone(), &place.name, refusal.status, error);
            }
        };
        let entries = archive.entries();
        if entries.is_empty() {
            let error = format!("{source} is an empty ZIP archive");
            return self.report(place.path.clone(), &place.name, FileStatus::Skipped, error);
        }
        for entry in entries {
            let entry_place = place.join(&entry.name);
            if entry.is_hidden {
                self.walked.hidden += 1;
            } else if self.walked.exclude.matches_any_part(&entry_place.below) {
                self.walked.excluded += 1;
            } else {
                let source = path_text(&entry_place.name);
                let task = entry.task.naming(&source);
                let origin = Origin::Entry { archive: Arc::clone(&archive), index: entry.index };
                self.files.push(FoundFile { path: entry_place.path, origin, source, task });
            }
        }
    }

    /// Follows a link met on a walk: to a file, or into a folder that was not walked before.
    fn follow(&mut self, link: Place) {
        let name = path_text(&link.name);
        let target = match link.path.canonicalize() {
            Ok(target) => target,
            Err(cause) => {
                // A link that is named like a scan stands for a scan that nobody will get to see.
                let status = if is_scan_name(&link.path) { FileStatus::Failed } else { FileStatus::Skipped };
                let error = format!("{name} is a link that leads nowhere: {cause}");
                return self.report(link.path, &link.name, status, error);
            }
        };
        let place = Place { canonical: target, ..link };
        let is_output = self.walked.outputs.iter().any(|output| place.canonical.starts_with(output));
        if is_output {
            let error = format!("{name} is a link to the output folder");
            self.report(place.path, &place.name, FileStatus::Skipped, error);
        } else if !place.canonical.is_dir() {
            self.add_linked_file(place);
        } else if self.walked.folders.contains(&place.canonical) || link.canonical.starts_with(&place.canonical) {
            let error = format!("{name} is a link to a folder that is read under its own name");
            self.report(place.path, &place.name, FileStatus::Skipped, error);
        } else {
            self.add_folder(&place);
        }
    }

    fn add_linked_file(&mut self, place: Place) {
        if place.canonical.is_file() {
            return self.add_file(place);
        }
        let error = format!("{} is a link to a pipe, socket or device, not to a file", path_text(&place.name));
        self.report(place.path, &place.name, FileStatus::Skipped, error);
    }

    fn report(&mut self, path: PathBuf, name: &Path, status: FileStatus, error: String) {
        let task = Task::Report { status, error };
        self.files.push(FoundFile { path, origin: Origin::Disk, source: path_text(name), task });
    }
}

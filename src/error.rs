//! What can go wrong in the library: one error type that names the stage, the scan or file, and the cause.

use std::path::{Path, PathBuf};

/// The result of every library call that can fail.
pub type Result<T> = std::result::Result<T, Error>;

/// The room of the pipeline in which something went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Opening and decoding a scan.
    Scan,
    /// Running many scans at once.
    Batch,
    /// Templates, and finding forms on pages.
    Form,
    /// Loading weights or reading glyphs.
    Reader,
    /// Writing the result.
    Table,
    /// Training and measuring models.
    Train,
}

/// A failure, as one clear sentence that says what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file could not be opened or read from disk.
    #[error("{scan} cannot be opened: {cause}")]
    Unreadable {
        /// Name of the scan.
        scan: String,
        /// What the system said.
        cause: std::io::Error,
    },
    /// The content is of no format that is read here.
    #[error("{scan} is not a scan: {reason}")]
    NotAScan {
        /// Name of the scan.
        scan: String,
        /// What it seems to be, and what to do.
        reason: String,
    },
    /// The content is of a known format and damaged, or of a kind that is not supported.
    #[error("{scan}{}: {reason}", page.map(|page| format!(", page {page}")).unwrap_or_default())]
    Damaged {
        /// Name of the scan.
        scan: String,
        /// The page, from 1, if one page alone is concerned.
        page: Option<usize>,
        /// What is wrong, and what to do.
        reason: String,
    },
    /// A page has more pixels than the limit allows.
    #[error(
        "{scan}{}: {width} x {height} pixels are more than the limit of {max_pixels}; raise it with --max-pixels if the scan is genuine",
        page.map(|page| format!(", page {page}")).unwrap_or_default()
    )]
    TooLarge {
        /// Name of the scan.
        scan: String,
        /// The page, from 1.
        page: Option<usize>,
        /// Width in pixels.
        width: u64,
        /// Height in pixels.
        height: u64,
        /// The limit, in pixels a page.
        max_pixels: u64,
    },
    /// A template is not valid.
    #[error("{}", located(path, reason))]
    Template {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong, and what to do: a line for each problem, which begins with `LINE:COLUMN: ` where it has a place in the file.
        reason: String,
    },
    /// The model could not be loaded or did not run.
    #[error("the model {model} cannot be used: {reason}")]
    Model {
        /// Name or path of the model.
        model: String,
        /// What is wrong, and what to do.
        reason: String,
    },
    /// Labelled data (idx files, truth files, tables of numbers) could not be used.
    #[error("{path}: {reason}")]
    Data {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong, and what to do.
        reason: String,
    },
    /// The system does not give the worker threads.
    #[error("{threads} worker threads cannot be started: {reason}; ask for fewer with -j")]
    Threads {
        /// How many were asked for.
        threads: usize,
        /// What the system said.
        reason: String,
    },
    /// The output folder holds a run that must not be gone on with or thrown away, or none at all.
    #[error("{folder}: {reason}")]
    Run {
        /// The output folder.
        folder: PathBuf,
        /// What it holds, and what to do.
        reason: String,
    },
    /// A result could not be written.
    #[error("{path} cannot be written: {reason}")]
    Output {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong, and what to do.
        reason: String,
    },
}

impl Error {
    /// The stage that failed.
    pub fn stage(&self) -> Stage {
        match self {
            Error::Unreadable { .. } | Error::NotAScan { .. } | Error::Damaged { .. } | Error::TooLarge { .. } => {
                Stage::Scan
            }
            Error::Threads { .. } | Error::Run { .. } => Stage::Batch,
            Error::Template { .. } => Stage::Form,
            Error::Model { .. } => Stage::Reader,
            Error::Data { .. } => Stage::Train,
            Error::Output { .. } => Stage::Table,
        }
    }
}

/// Each line of a reason with the file in front, as `FILE:LINE:COLUMN: ...` where it has a place: many programs jump to such places.
fn located(path: &Path, reason: &str) -> String {
    let line = |line: &str| {
        let blank = if line.starts_with(|first: char| first.is_ascii_digit()) { "" } else { " " };
        format!("{}:{blank}{line}", path.display())
    };
    reason.lines().map(line).collect::<Vec<_>>().join("\n")
}

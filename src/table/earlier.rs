//! What an earlier run left behind: the output folder and the files that this run writes in; files of another run that would stand beside
//! them as if they belonged together out.

use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::table::partial::cannot_write;

/// The files that only some runs write.
const OPTIONAL_FILES: [&str; 5] = ["numbers.xlsx", "numbers.html", "numbers.jsonl", "numbers.parquet", "wide.csv"];

/// The files of another run than `run_id` that this one does not write over: none where run.json does not tell of another run.
pub(super) fn files_of_another_run(folder: &Path, run_id: &str, written: &[PathBuf]) -> Vec<PathBuf> {
    if run_id_of(folder).is_none_or(|before| before == run_id) {
        return Vec::new();
    }
    let files = OPTIONAL_FILES.iter().map(|name| folder.join(name));
    files.filter(|file| file.is_file() && !written.contains(file)).collect()
}

/// Takes the files away.
///
/// # Errors
/// [`crate::error::Error::Output`] if one cannot be taken away.
pub(super) fn remove(files: &[PathBuf]) -> Result<()> {
    files.iter().try_for_each(|file| std::fs::remove_file(file).map_err(|cause| cannot_write(file, cause)))
}

fn run_id_of(folder: &Path) -> Option<String> {
    let record: serde_json::Value = serde_json::from_slice(&std::fs::read(folder.join("run.json")).ok()?).ok()?;
    record["run_id"].as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_another_run_alone_are_in_the_way() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = |name: &str| folder.path().join(name);
        for name in ["numbers.xlsx", "numbers.html", "numbers.csv", "own.xlsx"] {
            std::fs::write(path(name), "").expect("a writable folder");
        }
        let found = |run_id: &str| files_of_another_run(folder.path(), run_id, &[path("numbers.html")]);
        assert_eq!(found("2"), <[PathBuf; 0]>::default(), "without run.json they may be anybody's");
        std::fs::write(path("run.json"), r#"{"run_id": "1"}"#).expect("a writable folder");
        assert_eq!(found("1"), <[PathBuf; 0]>::default());
        assert_eq!(found("2"), [path("numbers.xlsx")]);
        remove(&found("2")).expect("a writable folder");
        assert!(!path("numbers.xlsx").exists() && path("own.xlsx").exists());
    }
}

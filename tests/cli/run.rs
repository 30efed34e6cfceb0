//! Runs the binary in a folder of its own.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A folder with files to work on, taken away after the test.
pub struct Workplace {
    folder: tempfile::TempDir,
}

/// What a run of the binary came to.
pub struct Outcome {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Workplace {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    pub fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    pub fn write(&self, below: &str, content: impl AsRef<[u8]>) {
        let path = self.path(below);
        std::fs::create_dir_all(path.parent().expect("a path below a folder")).expect("a writable folder");
        std::fs::write(path, content).expect("a writable folder");
    }

    pub fn read(&self, below: &str) -> String {
        std::fs::read_to_string(self.path(below)).unwrap_or_else(|cause| panic!("{below}: {cause}"))
    }

    /// Runs the binary here with arguments that are parted by blanks.
    pub fn run(&self, arguments: &str) -> Outcome {
        self.run_with_input(arguments, b"")
    }

    /// The same with something on standard input.
    pub fn run_with_input(&self, arguments: &str, input: &[u8]) -> Outcome {
        let mut child = Command::new(env!("CARGO_BIN_EXE_scantally"))
            .args(arguments.split_whitespace())
            .current_dir(self.folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        // A run that ends without reading its input closes the pipe, which is no failure of the test.
        let _ = child.stdin.take().expect("a pipe").write_all(input);
        child.wait_with_output().expect("the binary ends").into()
    }

    /// The rows of a table without its header, as cells.
    pub fn rows(&self, table: &str) -> Vec<Vec<String>> {
        let mut reader = csv::Reader::from_path(self.path(table)).unwrap_or_else(|cause| panic!("{table}: {cause}"));
        let cells = |row: csv::StringRecord| row.iter().map(str::to_owned).collect();
        reader.records().map(|row| cells(row.expect("a well-formed table"))).collect()
    }

    /// Source and status of each row of files.csv.
    pub fn statuses(&self, output: &str) -> Vec<(String, String)> {
        let rows = self.rows(&format!("{output}/files.csv"));
        rows.into_iter().map(|row| (row[0].clone(), row[4].clone())).collect()
    }
}

impl From<Output> for Outcome {
    fn from(output: Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { code: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr) }
    }
}

/// A pair as [`Workplace::statuses`] gives it.
pub fn status(source: &str, status: &str) -> (String, String) {
    (source.to_owned(), status.to_owned())
}

/// Whether a path holds exactly the files of a finished run.
pub fn is_complete_result(folder: &Path) -> bool {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .expect("a readable folder")
        .map(|entry| entry.expect("a readable folder").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names == ["digits.csv", "files.csv", "journal.sqlite", "numbers.csv", "run.json"]
}

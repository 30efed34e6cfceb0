//! The INPUTs: arguments in, paths out; `-` stands for a list of paths on standard input.

use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::Context;

/// Replaces `-` by the paths on standard input.
pub fn expand(inputs: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut expanded = Vec::new();
    for input in inputs {
        if input == Path::new("-") {
            let mut bytes = Vec::new();
            std::io::stdin().read_to_end(&mut bytes).context("the list of paths on standard input cannot be read")?;
            expanded.extend(paths(&bytes));
        } else {
            expanded.push(input.clone());
        }
    }
    Ok(expanded)
}

/// One path a line; where the list has zero bytes (`find -print0`), they part the paths instead.
fn paths(bytes: &[u8]) -> Vec<PathBuf> {
    let separator = if bytes.contains(&0) { 0 } else { b'\n' };
    bytes
        .split(|byte| *byte == separator)
        .map(|line| if separator == 0 { line } else { line.strip_suffix(b"\r").unwrap_or(line) })
        .filter(|line| !line.is_empty())
        .map(path)
        .collect()
}

#[cfg(unix)]
fn path(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
}

#[cfg(not(unix))]
fn path(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_have_a_path_a_line_or_zero_bytes_between() {
        let list = |bytes: &[u8]| paths(bytes).iter().map(|path| path.display().to_string()).collect::<Vec<_>>();
        assert_eq!(list(b"a.png\r\n\nb c.png"), ["a.png", "b c.png"]);
        assert_eq!(list(b"a\nb.png\0c.png\0"), ["a\nb.png", "c.png"]);
        assert!(list(b"").is_empty());
    }
}

//! The INPUTs: arguments in, paths out; `-` stands for a list of paths on standard input, `@FILE` for one in a file.

use std::borrow::Cow;
#[cfg(unix)]
use std::ffi::OsStr;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::Context;

/// Replaces `-` and `@FILE` by the paths that the lists hold; paths are relative to the current folder, wherever a list lies.
pub fn expand(inputs: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut expanded = Vec::new();
    for input in inputs {
        if input == Path::new("-") {
            let mut bytes = Vec::new();
            std::io::stdin().read_to_end(&mut bytes).context("the list of paths on standard input cannot be read")?;
            expanded.extend(paths(&bytes));
        } else if let Some(list) = list_file(input) {
            let bytes = std::fs::read(&list).with_context(|| {
                let (list, given) = (list.display(), input.display());
                format!(
                    "the list of paths {list} cannot be read (a scan whose name begins with @ is given as ./{given})"
                )
            })?;
            expanded.extend(paths(&bytes));
        } else {
            expanded.push(input.clone());
        }
    }
    Ok(expanded)
}

/// The list that an INPUT such as `@list.txt` names.
fn list_file(input: &Path) -> Option<PathBuf> {
    let name = input.as_os_str().as_encoded_bytes().strip_prefix(b"@").filter(|name| !name.is_empty())?;
    Some(path(name))
}

/// One path a line; where the list has zero bytes (`find -print0`), they part the paths instead. What Windows programs put in front of
/// UTF-8, and UTF-16 as PowerShell writes it, is understood.
fn paths(bytes: &[u8]) -> Vec<PathBuf> {
    let bytes: Cow<[u8]> = match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => rest.into(),
        [0xFF, 0xFE, rest @ ..] => {
            let units: Vec<u16> = rest.as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit)).collect();
            String::from_utf16_lossy(&units).into_bytes().into()
        }
        bytes => bytes.into(),
    };
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
    PathBuf::from(OsStr::from_bytes(bytes))
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
        assert_eq!(list(b"\xEF\xBB\xBFa.png\n"), ["a.png"]);
        assert_eq!(list(b"\xFF\xFEa\0.\0b\0\r\0\n\0c\0"), ["a.b", "c"]);
    }

    #[test]
    fn an_input_with_at_names_a_list() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let list = folder.path().join("list.txt");
        std::fs::write(&list, "a.png\n@b.png\n").expect("a writable folder");
        let input = PathBuf::from(format!("@{}", list.display()));
        let expanded = expand(&[PathBuf::from("./@c.png"), input]).expect("the list is there");
        assert_eq!(expanded, ["./@c.png", "a.png", "@b.png"].map(PathBuf::from), "lists hold paths, not lists");
        let error = expand(&[PathBuf::from("@none.png")]).expect_err("there is no such list").to_string();
        assert!(
            error.starts_with("the list of paths none.png cannot be read") && error.contains("./@none.png"),
            "{error}"
        );
    }
}

//! Source names: a path and the INPUT it was found in, in; the name that rows and messages use, out.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};

use crate::table::{path_text, source_cell};

/// The INPUT's own name, as it stands before the paths below it where there are several INPUTs.
///
/// `.` and `..` have no name of their own and get that of the folder they lead to; `/` has none at all.
pub(super) fn own_name(input: &Path) -> PathBuf {
    if let Some(name) = input.file_name() {
        return PathBuf::from(name);
    }
    let canonical = input.canonicalize().unwrap_or_default();
    canonical.file_name().map(PathBuf::from).unwrap_or_default()
}

/// A path as it was given, without `./` and the leading `/`.
fn as_given(path: &Path) -> String {
    let plain: PathBuf =
        path.components().filter(|part| matches!(part, Component::Normal(_) | Component::ParentDir)).collect();
    path_text(&plain)
}

/// Makes the names of `(source, path)` pairs unique: of several files with one name, each is called by its path as it
/// was given, and where that is not enough (two ways to write two folders) by a count behind it.
pub(super) fn make_unique<'a>(names: impl Iterator<Item = (&'a mut String, &'a Path)>) {
    let mut names: Vec<_> = names.collect();
    let key = |name: &str| source_cell(name);
    let mut met: HashMap<String, usize> = HashMap::new();
    for (name, _) in &names {
        *met.entry(key(name)).or_default() += 1;
    }
    for (name, path) in &mut names {
        if met[&key(name)] > 1 {
            **name = as_given(path);
        }
    }
    let mut taken: HashMap<String, usize> = HashMap::new();
    for (name, _) in &mut names {
        let count = taken.entry(key(name)).or_default();
        *count += 1;
        if *count > 1 {
            name.push_str(&format!(" ({count})"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unique(paths: &[&str]) -> Vec<String> {
        let mut named: Vec<(String, &Path)> =
            paths.iter().map(|path| (path_text(&own_name(Path::new(path))), Path::new(*path))).collect();
        make_unique(named.iter_mut().map(|(name, path)| (name, *path)));
        named.into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn files_of_one_name_are_told_apart_by_their_paths() {
        assert_eq!(unique(&["a/1.png", "./b/1.png", "/c/2.png"]), ["a/1.png", "b/1.png", "2.png"]);
    }

    #[test]
    fn names_are_unique_whatever_is_given() {
        assert_eq!(unique(&["a/1.png", "/a/1.png"]), ["a/1.png", "a/1.png (2)"]);
        assert_eq!(unique(&["x/=1.png", "x/./=1.png"]), ["x/=1.png", "x/=1.png (2)"]);
    }
}

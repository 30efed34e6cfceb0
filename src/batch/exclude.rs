//! `--exclude`: patterns in, whether a path is left out; what is left out is counted by the walk.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use glob::{MatchOptions, Pattern};

use crate::table::path_text;

/// `*` and `?` stay within a name, as in a shell; files that begin with a dot are hidden anyway.
const WITHIN_NAMES: MatchOptions =
    MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: false };

/// Patterns of files and folders that are not read; none by default.
#[derive(Clone, Debug, Default)]
pub struct Exclude(Vec<Pattern>);

impl Exclude {
    /// Takes patterns with `*` and `?` (anything within a name), `**` (any folders) and `[a-z]`.
    ///
    /// # Errors
    /// A sentence about the first pattern that is none.
    pub fn new<Text: AsRef<str>>(patterns: &[Text]) -> Result<Self, String> {
        let pattern = |text: &Text| {
            let text = text.as_ref();
            // A folder is often written with the separator behind it.
            let trimmed = text.strip_suffix('/').unwrap_or(text);
            Pattern::new(trimmed).map_err(|error| format!("{text} is no pattern of names: {}", error.msg))
        };
        patterns.iter().map(pattern).collect::<Result<_, _>>().map(Self)
    }

    /// Whether a pattern matches the path below the INPUT, or the name alone, both as rows write them.
    pub fn matches(&self, below_input: &Path) -> bool {
        let is_match = |text: &str| self.0.iter().any(|pattern| pattern.matches_with(text, WITHIN_NAMES));
        !self.0.is_empty()
            && (is_match(&path_text(below_input))
                || below_input.file_name().is_some_and(|name| is_match(&path_text(Path::new(name)))))
    }

    /// Whether a pattern matches a path or one of the folders that it lies in.
    pub(super) fn matches_any_part(&self, below_input: &Path) -> bool {
        let mut path = PathBuf::new();
        below_input.iter().any(|part: &OsStr| {
            path.push(part);
            self.matches(&path)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn excluded(pattern: &str, path: &str) -> bool {
        Exclude::new(&[pattern]).expect("is a pattern").matches(Path::new(path))
    }

    #[test]
    fn patterns_match_paths_and_names() {
        assert!(excluded("*.tmp.png", "a/b.tmp.png"));
        assert!(excluded("a/*.png", "a/b.png") && !excluded("a/*.png", "a/c/b.png"));
        assert!(excluded("a/**/*.png", "a/c/b.png"));
        assert!(excluded("old/", "2025/old") && !excluded("old", "2025/older"));
        assert!(excluded("page-[0-9].*", "x/page-3.tif"));
        assert!(!Exclude::default().matches(Path::new("a.png")));
        assert!(Exclude::new(&["old"]).expect("is a pattern").matches_any_part(Path::new("a/old/b.png")));
    }

    #[test]
    fn what_is_no_pattern_is_named() {
        let error = Exclude::new(&["*.png", "[a"]).expect_err("is cut short");
        assert!(error.starts_with("[a is no pattern of names: "), "{error}");
    }
}

//! What is wrong with a file: places and sentences in, one error that lists all of them out.

use std::path::Path;

use crate::error::Error;

/// Text from a file is quoted up to so many characters.
const MOST_QUOTED: usize = 60;

/// Problems of one file, by the byte at which they stand.
#[derive(Debug, Default)]
pub(super) struct Problems {
    list: Vec<(usize, String)>,
}

impl Problems {
    /// Notes a problem.
    pub(super) fn add(&mut self, at: usize, sentence: impl Into<String>) {
        self.list.push((at, sentence.into()));
    }

    /// Whether nothing is wrong.
    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// One error with all problems, in the order of the file; each line of its reason is `LINE:COLUMN: SENTENCE`.
    pub(super) fn into_error(mut self, text: &str, file: &Path) -> Error {
        self.list.sort_by_key(|(at, _)| *at);
        self.list.dedup();
        let line = |(at, sentence): &(usize, String)| {
            let (line, column) = line_and_column(text, *at);
            format!("{line}:{column}: {sentence}")
        };
        let reason = self.list.iter().map(line).collect::<Vec<_>>().join("\n");
        Error::Template { path: file.to_owned(), reason }
    }
}

/// Line and column of a byte, both from 1; columns are counted in characters.
pub(super) fn line_and_column(text: &str, at: usize) -> (usize, usize) {
    let at = (0..=at.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    // A byte order mark is no column.
    let columns = text[start..at].chars().filter(|&c| c != '\u{feff}').count();
    (1 + text[..start].matches('\n').count(), 1 + columns)
}

/// A text from a file as it stands in messages: in backticks, without characters that command a terminal, long ones cut.
pub(super) fn quoted(text: &str) -> String {
    let mut shown: String = text.chars().take(MOST_QUOTED).flat_map(printable).collect();
    if text.chars().nth(MOST_QUOTED).is_some() {
        shown.push_str("...");
    }
    format!("`{shown}`")
}

fn printable(c: char) -> Vec<char> {
    if c.is_control() { c.escape_default().collect() } else { vec![c] }
}

/// The known word that an unknown one most likely stands for.
pub(super) fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // Lost and plural letters and words that are cut short (`lenght`, `fields`, `minimum`) lie above 0.85, other keys that share letters
    // (`name` and `page`) below 0.75. In words of three letters (`dip` for `dpi`) this measure overlooks swapped ones.
    const LIKE: f64 = 0.8;
    const ONE_SLIP: f64 = 0.9;
    let word = word.to_lowercase();
    let likeness = |known: &str| {
        let is_slip = known.len() > 2 && strsim::damerau_levenshtein(&word, known) <= 1;
        strsim::jaro_winkler(&word, known).max(if is_slip { ONE_SLIP } else { 0.0 })
    };
    let best = known.map(|known| (likeness(known), known)).max_by(|a, b| a.0.total_cmp(&b.0))?;
    (best.0 >= LIKE).then_some(best.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_characters() {
        let text = "\u{feff}a = \"ü\" b\nc";
        assert_eq!(line_and_column(text, 0), (1, 1));
        assert_eq!(line_and_column(text, text.find('b').expect("there")), (1, 9));
        assert_eq!(line_and_column(text, text.len()), (2, 2));
        assert_eq!(line_and_column(text, 9999), (2, 2));
    }

    #[test]
    fn typing_errors_have_a_hint() {
        let known = ["name", "dpi", "box", "kind", "length", "min", "check_digit", "colour_drop_out"];
        for (word, meant) in [
            ("lenght", Some("length")),
            ("Box", Some("box")),
            ("dip", Some("dpi")),
            ("mn", Some("min")),
            ("minimum", Some("min")),
            ("colour", Some("colour_drop_out")),
            ("checkdigit", Some("check_digit")),
            ("page", None),
            ("remark", None),
        ] {
            assert_eq!(nearest(word, known.into_iter()), meant, "{word}");
        }
    }

    #[test]
    fn quoted_texts_are_short_and_command_no_terminal() {
        assert_eq!(quoted("a\u{1b}b"), "`a\\u{1b}b`");
        assert_eq!(quoted(&"ü".repeat(100)), format!("`{}...`", "ü".repeat(60)));
    }

    #[test]
    fn problems_are_listed_in_the_order_of_the_file() {
        let mut problems = Problems::default();
        problems.add(5, "second");
        problems.add(1, "first");
        problems.add(5, "second");
        let error = problems.into_error("ab\ncdef", Path::new("form.toml"));
        assert_eq!(error.to_string(), "form.toml:1:2: first\nform.toml:2:3: second");
    }
}

//! What the labels of a folder mean: a folder and its labels in, a [`Class`] an image out.
//!
//! Digits are labelled 0 to 9. A part of another kind says so: by a file `PART-labels.txt` with a line `number name` for each
//! label, or by being the part `symbols` of BHMSDS, whose labels are fixed.

use std::path::Path;

use crate::error::{Error, Result};
use crate::idx::LabelledImages;
use crate::reader::Class;

/// Parts of these names are tests: they are never trained on and never used to choose anything.
pub const TEST_PARTS: [&str; 3] = ["t10k", "test", "validation"];

/// The part of BHMSDS that holds symbols, each stretched to fill its frame.
pub(crate) const BHMSDS_PART: &str = "symbols";

/// The labels of that part (its README).
const BHMSDS_SYMBOLS: [&str; 8] = ["dot", "minus", "plus", "slash", "w", "x", "y", "z"];

/// The class that a symbol of this name belongs to; whatever is no amount symbol is [`Class::NotADigit`].
fn class_of_name(name: &str) -> Class {
    match name {
        "dot" | "point" => Class::Point,
        "comma" => Class::Comma,
        "minus" | "dash" => Class::Dash,
        "slash" => Class::Slash,
        "dollar" => Class::Dollar,
        _ => name.parse::<u8>().ok().filter(|digit| *digit < 10).map_or(Class::NotADigit, Class::Digit),
    }
}

/// The class of each image of a part.
///
/// # Errors
/// [`Error::Data`] if a label has no meaning in this folder.
pub fn classes(folder: &Path, images: &LabelledImages) -> Result<Vec<Class>> {
    let names = names(folder, &images.part)?;
    let class = |label: u8| match &names {
        Some(names) => names.iter().find(|(number, _)| *number == label).map(|(_, name)| class_of_name(name)),
        None => (label < 10).then_some(Class::Digit(label)),
    };
    images
        .labels
        .iter()
        .map(|&label| {
            class(label).ok_or_else(|| Error::Data {
                path: folder.to_owned(),
                reason: format!(
                    "the part '{0}' has the label {label}, which is no digit; name its labels in {0}-labels.txt",
                    images.part
                ),
            })
        })
        .collect()
}

/// The names of the labels, or `None` where they are digits.
pub(crate) fn names(folder: &Path, part: &str) -> Result<Option<Vec<(u8, String)>>> {
    let path = folder.join(format!("{part}-labels.txt"));
    if path.is_file() {
        let fault = |reason: String| Error::Data { path: path.clone(), reason };
        let text = std::fs::read_to_string(&path).map_err(|cause| fault(format!("cannot be read: {cause}")))?;
        let line = |line: &str| {
            let (number, name) = line.split_once(char::is_whitespace)?;
            Some((number.parse::<u8>().ok()?, name.trim().to_owned()))
        };
        let names: Option<Vec<(u8, String)>> = text.lines().filter(|text| !text.trim().is_empty()).map(line).collect();
        return names
            .map(Some)
            .ok_or_else(|| fault("each line must be a number and a name, such as `0 plus`".to_owned()));
    }
    let fixed = || (0..).zip(BHMSDS_SYMBOLS).map(|(number, name)| (number, name.to_owned())).collect();
    Ok((part == BHMSDS_PART).then(fixed))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(name: &str, labels: &[u8]) -> LabelledImages {
        LabelledImages { part: name.to_owned(), labels: labels.to_vec(), ..LabelledImages::default() }
    }

    #[test]
    fn digits_named_labels_and_bhmsds() -> Result<()> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("mdas-labels.txt"), "0 plus\n1 minus\n3 dot\n").expect("written");
        assert_eq!(classes(folder.path(), &part("train", &[7]))?, [Class::Digit(7)]);
        assert_eq!(classes(folder.path(), &part("mdas", &[3, 0, 1]))?, [Class::Point, Class::NotADigit, Class::Dash]);
        assert_eq!(classes(folder.path(), &part("symbols", &[3, 7]))?, [Class::Slash, Class::NotADigit]);
        Ok(())
    }

    #[test]
    fn labels_without_meaning_are_refused() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let message = |part: &LabelledImages| classes(folder.path(), part).expect_err("no meaning").to_string();
        assert!(message(&part("train", &[10])).contains("train-labels.txt"));
        std::fs::write(folder.path().join("odd-labels.txt"), "plus\n").expect("written");
        assert!(message(&part("odd", &[0])).contains("odd-labels.txt"));
    }
}

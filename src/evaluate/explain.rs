//! Pictures of how numbers were read: the numbers of a page and what led to them in, a PNG for each in a folder out.

use std::path::{Path, PathBuf};

use super::chart::ExplanationSheet;
use crate::error::{Error, Result};
use crate::number::Number;
use crate::number::explanation::Explanation;

/// A part of a path that is longer than this, in bytes, is cut: file systems take 255, and page, field and ending follow.
const LONGEST_PART_BYTES: usize = 180;

/// Draws a number and writes the picture below a folder, at [`picture_path`]; an earlier picture of this name is replaced.
///
/// # Errors
/// [`Error::Output`] if the picture cannot be drawn or written.
pub fn write_picture(
    folder: &Path,
    source: &str,
    page: usize,
    number: &Number,
    explanation: &Explanation,
) -> Result<()> {
    let path = folder.join(picture_path(source, page, &number.field));
    let title = format!("{source}, page {page}, {}", number.field);
    let picture = ExplanationSheet { title, number, explanation }.to_png()?;
    let parent = path.parent().unwrap_or(folder);
    std::fs::create_dir_all(parent)
        .and_then(|()| std::fs::write(&path, picture))
        .map_err(|cause| Error::Output { path: path.clone(), reason: cause.to_string() })
}

/// Where the picture of a number lies below its folder: `SOURCE.pPAGE.FIELD.png`, the source with its folders.
///
/// Two numbers never share a path, and no path leads out of the folder: what no file system takes, and whatever would lead elsewhere, is
/// written as `%` and its byte in hexadecimal digits.
pub fn picture_path(source: &str, page: usize, field: &str) -> PathBuf {
    let mut parts: Vec<&str> = source.split('/').collect();
    let name = parts.pop().unwrap_or_default();
    let mut path: PathBuf = parts.into_iter().map(folder_part).collect();
    path.push(format!("{}.p{page}.{}.png", safe_part(name), safe_part(field).replace('.', "%2E")));
    path
}

/// A folder of a source. None ends as pictures do, so that none stands where a picture belongs.
fn folder_part(part: &str) -> String {
    let safe = safe_part(part);
    match safe.len().checked_sub(4).and_then(|at| safe.split_at_checked(at)) {
        Some((name, ending)) if ending.eq_ignore_ascii_case(".png") => format!("{name}%2E{}", &ending[1..]),
        _ => safe,
    }
}

/// A part of a path that means nothing but itself.
fn safe_part(part: &str) -> String {
    let end = part.len() - part.chars().next_back().map_or(0, char::len_utf8);
    let mut safe = String::new();
    for (at, letter) in part.char_indices() {
        // Some systems drop points and blanks at the end; parts of points alone lead to other folders.
        let is_lost = at == end && matches!(letter, '.' | ' ');
        if is_lost || letter.is_control() || r#"%\/:*?"<>|"#.contains(letter) {
            let mut bytes = [0; 4];
            safe.extend(letter.encode_utf8(&mut bytes).bytes().map(|byte| format!("%{byte:02X}")));
        } else {
            safe.push(letter);
        }
    }
    match safe.len() {
        0 => "%".to_owned(),
        1..=LONGEST_PART_BYTES => safe,
        _ => {
            let hash = blake3::hash(part.as_bytes()).to_hex();
            let start = (0..=LONGEST_PART_BYTES / 2).rev().find(|&at| safe.is_char_boundary(at)).unwrap_or(0);
            // No byte is written with a minus, so no other part looks like it.
            format!("{}%-{}", &safe[..start], &hash[..32])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_lie_where_the_scans_lay() {
        for (source, path) in [
            ("a.png", "a.png.p2.n1.png"),
            ("march/one two/\u{e9}.tif", "march/one two/\u{e9}.tif.p2.n1.png"),
            ("../x/./a.png", ".%2E/x/%2E/a.png.p2.n1.png"),
            ("/a.png", "%/a.png.p2.n1.png"),
            ("a.png.p1.n1.PNG/b.png", "a.png.p1.n1%2EPNG/b.png.p2.n1.png"),
            ("c:\\x\n.png", "c%3A%5Cx%0A.png.p2.n1.png"),
            ("50%2E.png", "50%252E.png.p2.n1.png"),
            ("", "%.p2.n1.png"),
        ] {
            assert_eq!(picture_path(source, 2, "n1"), Path::new(path), "{source}");
        }
        assert_eq!(picture_path("a", 1, "tax.p1.n1"), Path::new("a.p1.tax%2Ep1%2En1.png"));
    }

    #[test]
    fn long_names_are_cut_and_stay_apart() {
        let long = "\u{e9}".repeat(120);
        let [one, two] = ["1", "2"].map(|end| picture_path(&format!("{long}{end}.png"), 1, "n1"));
        assert_ne!(one, two);
        assert!(one.as_os_str().len() < 220 && one.to_string_lossy().starts_with("\u{e9}\u{e9}"), "{one:?}");
    }
}

//! Names of pictures: the source, page and field of a number in, a path out that no other number has and that no file system refuses.

use std::collections::HashSet;
use std::path::PathBuf;

/// A part of a path that is longer than this, in bytes, is cut: file systems take 255, and page, field and ending follow.
const LONGEST_PART_BYTES: usize = 180;

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

/// Paths of pictures that stay apart on file systems which take upper and lower case for the same.
#[derive(Debug, Default)]
pub struct PicturePaths {
    /// A part of the hash of each path in lower case.
    taken: HashSet<u64>,
}

impl PicturePaths {
    /// [`picture_path`], and a name with a part of a hash where that path, but for its case, is taken.
    pub fn take(&mut self, source: &str, page: usize, field: &str) -> PathBuf {
        let path = picture_path(source, page, field);
        let folded = blake3::hash(path.to_string_lossy().to_lowercase().as_bytes());
        let [a, b, c, d, e, f, g, h, ..] = *folded.as_bytes();
        if self.taken.insert(u64::from_le_bytes([a, b, c, d, e, f, g, h])) {
            return path;
        }
        let hash = blake3::hash(path.as_os_str().as_encoded_bytes()).to_hex();
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        // No byte is written with a minus, so no other name looks like it.
        path.with_file_name(format!("{stem}%-{}.png", &hash[..16]))
    }
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
    use std::path::Path;

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

    #[test]
    fn names_that_differ_by_case_alone_stay_apart() {
        let mut paths = PicturePaths::default();
        let all = ["a/Scan.png", "A/scan.PNG", "a/scan.png"].map(|source| paths.take(source, 1, "n1"));
        assert_eq!(all[0], Path::new("a/Scan.png.p1.n1.png"));
        let mut folded = all.map(|path| path.to_string_lossy().to_lowercase()).to_vec();
        folded.sort();
        folded.dedup();
        assert_eq!(folded.len(), 3, "{folded:?}");
    }
}

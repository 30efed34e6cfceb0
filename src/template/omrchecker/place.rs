//! Places in JSON: a text that has been parsed and a path of keys in, the byte at which the value begins out.

/// The byte at which the value behind a path of keys begins; where the path goes no further, that of the last value it reaches. The text is
/// sound JSON.
pub(super) fn place(text: &str, path: &[&str]) -> usize {
    let bytes = text.as_bytes();
    // How many keys are found, at which depth the next one is looked for, and where the last value begins.
    let (mut found, mut wanted_depth, mut last) = (0, 1, start_of_value(bytes, 0));
    let (mut depth, mut at) = (0_usize, 0);
    while at < bytes.len() && found < path.len() {
        match bytes[at] {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth < wanted_depth {
                    break;
                }
            }
            b'"' => {
                let end = end_of_string(bytes, at);
                let behind = start_of_value(bytes, end);
                let is_key = bytes.get(behind) == Some(&b':');
                if is_key && depth == wanted_depth && is_called(&text[at..end], path[found]) {
                    (found, wanted_depth) = (found + 1, wanted_depth + 1);
                    last = start_of_value(bytes, behind + 1);
                    at = last;
                    // Only objects have keys: the path ends at any other value.
                    if bytes.get(at) != Some(&b'{') {
                        break;
                    }
                    continue;
                }
                at = end;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    last
}

fn is_called(quoted: &str, key: &str) -> bool {
    serde_json::from_str::<String>(quoted).is_ok_and(|name| name == key)
}

fn start_of_value(bytes: &[u8], from: usize) -> usize {
    (from..bytes.len()).find(|&at| !bytes[at].is_ascii_whitespace()).unwrap_or(bytes.len())
}

/// The byte behind the closing quotation mark of the string that begins at `start`.
fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_by_their_path() {
        let text = r#"{ "x": {"b": 1, "a": [{"b": 2}]}, "a": {"\"": "b", "c": {"b": 3}, "b" : 4}, "b": 5 }"#;
        let value = |path: &[&str]| &text[place(text, path)..][..1];
        assert_eq!(value(&["a", "b"]), "4");
        assert_eq!(value(&["a", "c", "b"]), "3");
        assert_eq!(value(&["b"]), "5");
        assert_eq!(value(&["a", "\""]), "\"");
    }

    #[test]
    fn a_path_that_goes_nowhere_ends_at_the_last_value() {
        let text = r#"{"a": {"b": 4}, "c": 5}"#;
        assert_eq!(place(text, &["a", "c"]), 6);
        assert_eq!(place(text, &["c", "d"]), text.find('5').expect("there"));
        assert_eq!(place(text, &["d"]), 0);
    }
}

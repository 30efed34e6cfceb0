//! Single cells: values in, text out that a spreadsheet shows as it stands and never runs as a formula.
//!
//! Quoting (commas, quotes, line breaks) is left to the CSV writer.

use std::path::Path;

/// Whether a spreadsheet may take a cell for a formula: it begins with `=`, `+`, `-`, `@` or a control character
/// (OWASP, "CSV Injection").
fn starts_a_formula(cell: &str) -> bool {
    cell.chars().next().is_some_and(|first| matches!(first, '=' | '+' | '-' | '@') || first.is_control())
}

/// Whether a cell is a plain number such as `-80.00`, which a spreadsheet shows as it stands.
fn is_plain_number(cell: &str) -> bool {
    let digits = cell.strip_prefix('-').unwrap_or(cell);
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    all_digits(whole) && all_digits(decimals)
}

/// The source column: a name that could start a formula gets `./` in front, which still names the same file.
pub fn source_cell(source: &str) -> String {
    if starts_a_formula(source) { format!("./{source}") } else { source.to_owned() }
}

/// Any other text column: a text that could start a formula gets a `'` in front; a negative number stays a number.
pub fn text_cell(text: &str) -> String {
    if starts_a_formula(text) && !is_plain_number(text) { format!("'{text}") } else { text.to_owned() }
}

/// The text of a cell that [`text_cell`] wrote.
pub fn text_of_cell(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|text| text_cell(text) == cell).unwrap_or(cell)
}

/// A confidence column: 0 to 1 with four decimals. What is no number counts as 0.
pub fn confidence_cell(confidence: f32) -> String {
    let sane = if confidence.is_nan() { 0.0 } else { confidence.clamp(0.0, 1.0) };
    // Adding 0 turns a negative zero into a positive one.
    format!("{:.4}", sane + 0.0)
}

/// A path as text: components joined by `/`, bytes that are not UTF-8 as `\xNN`.
pub fn path_text(path: &Path) -> String {
    let mut text = String::new();
    for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02X}"));
        }
    }
    if std::path::MAIN_SEPARATOR == '/' { text } else { text.replace(std::path::MAIN_SEPARATOR, "/") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_never_start_a_formula() {
        for (source, cell) in [
            ("a.png", "a.png"),
            ("=1+1.png", "./=1+1.png"),
            ("+3.png", "./+3.png"),
            ("-5.png", "./-5.png"),
            ("@sum.png", "./@sum.png"),
            ("\tx.png", "./\tx.png"),
            ("", ""),
            ("a=1.png", "a=1.png"),
        ] {
            assert_eq!(source_cell(source), cell);
            assert_eq!(source_cell(cell), cell, "guarding twice changes nothing");
        }
    }

    #[test]
    fn texts_never_start_a_formula_and_negative_numbers_stay() {
        for (text, cell) in [
            ("-80.00", "-80.00"),
            ("-80", "-80"),
            ("-80,00", "'-80,00"),
            ("-80.00-3", "'-80.00-3"),
            ("-", "'-"),
            ("-.5", "'-.5"),
            ("=2", "'=2"),
            ("+41", "'+41"),
            ("@x", "'@x"),
            ("\r1", "'\r1"),
            ("001234", "001234"),
        ] {
            assert_eq!(text_cell(text), cell);
            assert_eq!(text_of_cell(cell), text);
        }
    }

    #[test]
    fn confidences_have_four_decimals_and_stay_within_bounds() {
        for (confidence, cell) in
            [(0.98768, "0.9877"), (1.0, "1.0000"), (1.2, "1.0000"), (-0.0, "0.0000"), (f32::NAN, "0.0000")]
        {
            assert_eq!(confidence_cell(confidence), cell);
        }
    }

    #[cfg(unix)]
    #[test]
    fn bytes_that_are_not_utf8_become_escapes() {
        use std::os::unix::ffi::OsStrExt;
        let name = std::ffi::OsStr::from_bytes(b"sc\xffan_\xc3\xa9\xc3.png");
        assert_eq!(path_text(Path::new(name)), "sc\\xFFan_\u{e9}\\xC3.png");
    }
}

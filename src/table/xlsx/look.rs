//! How cells look: formats and colours, and texts cut to what a cell takes.

use rust_xlsxwriter::{ColNum, Color, Format, FormatAlign, FormatBorder, RowNum, Worksheet, XlsxError};

/// Tints of the colours of Okabe and Ito, which people with any colour blindness tell apart; the words stand in the column beside them.
pub const REVIEW: Color = Color::RGB(0x00FB_E3AD);
pub const REJECTED: Color = Color::RGB(0x00EF_CFE0);
pub const EMPTY: Color = Color::RGB(0x00E8_E8E8);
pub const CORRECTED: Color = Color::RGB(0x00C9_E4F6);

const HEADER: Color = Color::RGB(0x0023_4A63);
const TO_FILL_IN: Color = Color::RGB(0x00FF_FDE7);
const RIM: Color = Color::RGB(0x00B8_B8A0);

/// A cell takes so many characters.
const MOST_CHARACTERS: usize = 32_767;

/// The formats of a sheet.
pub struct Look {
    pub header: Format,
    pub text: Format,
    pub word: Format,
    pub wrapped: Format,
    pub heading: Format,
    /// Text that stays text when somebody types into the cell.
    pub verbatim: Format,
    pub to_fill_in: Format,
    pub confidence: Format,
    /// Numbers, by how many decimals they have.
    numbers: Vec<Format>,
}

impl Look {
    pub fn new() -> Self {
        let middle = Format::new().set_align(FormatAlign::VerticalCenter);
        let with_decimals = |decimals: usize| match decimals {
            0 => "0".to_owned(),
            _ => format!("0.{}", "0".repeat(decimals)),
        };
        Self {
            header: middle.clone().set_bold().set_font_color(Color::White).set_background_color(HEADER).set_text_wrap(),
            wrapped: Format::new().set_align(FormatAlign::Top).set_align(FormatAlign::Left).set_text_wrap(),
            heading: Format::new().set_bold().set_font_size(13).set_font_color(HEADER),
            verbatim: middle.clone().set_num_format("@").set_align(FormatAlign::Right),
            to_fill_in: middle
                .clone()
                .set_num_format("@")
                .set_align(FormatAlign::Right)
                .set_background_color(TO_FILL_IN)
                .set_border(FormatBorder::Thin)
                .set_border_color(RIM)
                .set_unlocked(),
            confidence: middle.clone().set_num_format("0.0000"),
            numbers: (0..=15).map(|decimals| middle.clone().set_num_format(with_decimals(decimals))).collect(),
            word: middle.clone().set_align(FormatAlign::Center).set_bold(),
            text: middle.set_indent(1),
        }
    }

    /// The format of a number with so many decimals.
    pub fn number(&self, decimals: usize) -> &Format {
        &self.numbers[decimals.min(self.numbers.len() - 1)]
    }
}

/// Starts a sheet with a header that stays in sight, and the widths of its columns in pixels.
pub fn begun(name: &str, columns: &[(&str, u32)], look: &Look) -> Result<Worksheet, XlsxError> {
    let mut sheet = Worksheet::new();
    sheet.set_name(name)?.set_freeze_panes(1, 0)?.set_row_height_pixels(0, 40)?;
    sheet.set_landscape().set_print_fit_to_pages(1, 0).set_repeat_rows(0, 0)?;
    for (column, (name, width)) in (0..).zip(columns) {
        sheet.write_string_with_format(0, column, *name, &look.header)?;
        sheet.set_column_width_pixels(column, *width)?;
    }
    Ok(sheet)
}

/// Pixels of a line of text.
const LINE_PX: u32 = 20;

/// The height of a row with a text that is wrapped in a column which takes `width` characters, in pixels.
pub fn wrapped_height_px(text: &str, width: usize) -> u32 {
    let lines: usize = text.split('\n').map(|line| line.chars().count().div_ceil(width).max(1)).sum();
    // No spreadsheet has rows higher than 546 pixels.
    (LINE_PX * u32::try_from(lines).unwrap_or(u32::MAX / LINE_PX)).min(540)
}

/// Writes a text, never as a formula; an empty one leaves the cell empty.
pub fn write_text(
    sheet: &mut Worksheet,
    row: RowNum,
    column: ColNum,
    text: &str,
    format: &Format,
) -> Result<(), XlsxError> {
    if text.is_empty() {
        return Ok(());
    }
    let end = text.char_indices().nth(MOST_CHARACTERS - 1).map_or(text.len(), |(at, _)| at);
    let whole = if end < text.len() { format!("{}\u{2026}", &text[..end]) } else { text.to_owned() };
    sheet.write_string_with_format(row, column, whole, format).map(drop)
}

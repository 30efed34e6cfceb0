//! What pictures show that come without a word about it: uploads in, the likeliest layout out.

use std::io::Cursor;

use scantally::pipeline::Layout;

use crate::web::problem::Problem;
use crate::web::reading::{ReadOptions, Received, Upload};

/// The word for it in forms and queries.
const AUTO: &str = "auto";

/// A picture no larger than this on either side is one digit: sets of digits have 16 to 32 pixels, cut-outs of forms at 300 dpi up to 60,
/// and a page of any form has hundreds.
const LARGEST_DIGIT_PX: u32 = 64;

impl Received {
    /// The options as in [`Received::options`]; where no layout is said (or `auto`) and no template, pictures that are all tiny are single digits.
    ///
    /// # Errors
    /// 422 with what is allowed.
    pub fn options_by_content(&self) -> Result<ReadOptions, Problem> {
        let mut options = ReadOptions::default();
        let is_auto = |name: &str, value: &str| name == "layout" && value.trim() == AUTO;
        for (name, value) in self.values.iter().filter(|(name, value)| !is_auto(name, value)) {
            options.set(name, value)?;
        }
        let is_said = self.value("layout").is_some_and(|layout| !["", AUTO].contains(&layout.trim()));
        let is_free = !is_said && options.template.is_empty();
        if is_free && !self.files.is_empty() && self.files.iter().all(is_tiny) {
            options.layout = Layout::Digit;
        }
        Ok(options)
    }
}

/// Whether it is a picture of the size of one digit, by its first bytes.
fn is_tiny(upload: &Upload) -> bool {
    let reader = image::ImageReader::new(Cursor::new(&upload.bytes)).with_guessed_format();
    let size = reader.ok().and_then(|reader| reader.into_dimensions().ok());
    size.is_some_and(|(width, height)| width.max(height) <= LARGEST_DIGIT_PX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::testing::number_png;

    fn upload(bytes: Vec<u8>) -> Upload {
        Upload { name: "a.png".to_owned(), bytes }
    }

    fn layout(files: Vec<Upload>, values: &[(&str, &str)]) -> Layout {
        let values = values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Received { files, values }.options_by_content().expect("options").layout
    }

    #[test]
    fn tiny_pictures_are_digits_unless_it_is_said_otherwise() {
        let mut tiny = Cursor::new(Vec::new());
        image::GrayImage::new(28, 28).write_to(&mut tiny, image::ImageFormat::Png).expect("memory");
        let tiny = || upload(tiny.get_ref().clone());
        assert_eq!(layout(vec![tiny()], &[]), Layout::Digit);
        assert_eq!(layout(vec![tiny()], &[("layout", "auto")]), Layout::Digit);
        assert_eq!(layout(vec![tiny()], &[("layout", "line")]), Layout::Line);
        assert_eq!(layout(vec![tiny()], &[("template", "cheque")]), Layout::Page);
        assert_eq!(layout(vec![tiny(), upload(number_png("27"))], &[]), Layout::Page);
        assert_eq!(layout(Vec::new(), &[]), Layout::Page);
    }
}

//! Drawn scans onto disk: a request in; image files, `truth.csv` and a count of what was written out.
//!
//! The name's ending decides the format: `.png`, `.jpg` (quality 85) or `.tif` (all pages in one file). All say their dpi.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use image::ExtendedColorType;
use image::codecs::jpeg::{JpegEncoder, PixelDensity};
use rayon::prelude::*;
use tiff::encoder::compression::DeflateLevel;
use tiff::encoder::{Compression, Rational, TiffEncoder, colortype};
use tiff::tags::{Predictor, ResolutionUnit};

use super::bank::DigitBank;
use super::recipe::{FormDesign, Recipe, ScanKind};
use super::{Drawn, TruthRow, draw, form_file, samples};
use crate::error::{Error, Result};
use crate::table::text_cell;
use crate::template;

/// Quality of JPEG files, 0 to 100: what office scanners use.
const JPEG_QUALITY: u8 = 85;

/// Which scans to write.
#[derive(Clone, Debug, PartialEq)]
pub enum Scans {
    /// Scans with the indexes 0 to `pages` of a recipe, one PNG each: `form-0001.png`, `form-0002.png` ...
    Recipe {
        /// What to draw.
        recipe: Box<Recipe>,
        /// How many scans.
        pages: u64,
        /// An idx folder with the digits to write with, such as MNIST's; `None` for the built-in ones.
        digits: Option<PathBuf>,
        /// The part of that folder, such as `t10k`; `None` for all its parts.
        part: Option<String>,
    },
    /// The scans of the folder `samples`, exactly as they come with the program.
    Samples,
}

/// What to write and where.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The folder, which is made if need be; files of the same names are replaced.
    pub out: PathBuf,
    /// What to draw.
    pub scans: Scans,
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Image files.
    pub files: usize,
    /// Pages in them.
    pub pages: usize,
    /// Fields with a number in them.
    pub numbers: usize,
    /// Fields that were left empty.
    pub empty: usize,
    /// The file with the true values: `source,page,field,value,x,y,width,height`, with `text` behind them where amounts are written.
    pub truth: PathBuf,
}

/// One image file to draw: a page for each recipe and index.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Plan {
    pub(super) name: String,
    pub(super) pages: Vec<(Recipe, u64)>,
}

/// Draws scans in parallel and writes them with their `truth.csv` into a folder, and `template.toml` and `blank.png` where all pages are
/// of one form; the bytes do not depend on the number
/// of threads.
///
/// # Errors
/// [`Error::Data`] if the digits cannot be used, [`Error::Output`] if a file cannot be written.
pub fn write_folder(request: &Request) -> Result<Summary> {
    let bank = match &request.scans {
        Scans::Recipe { digits: Some(folder), part, .. } => DigitBank::from_folder(folder, part.as_deref())?,
        _ => DigitBank::built_in()?,
    };
    let plans = match &request.scans {
        Scans::Recipe { recipe, pages, .. } => plans(recipe, *pages),
        Scans::Samples => samples::plans(),
    };
    std::fs::create_dir_all(&request.out).map_err(|cause| fault(&request.out, cause))?;
    let rows: Vec<Vec<TruthRow>> =
        plans.par_iter().map(|plan| write_scan(&bank, plan, &request.out)).collect::<Result<_>>()?;
    let truth = request.out.join("truth.csv");
    write_truth(&truth, &plans, &rows)?;
    if let Scans::Recipe { recipe, .. } = &request.scans
        && let (ScanKind::Form, Some(design)) = (recipe.kind, recipe.design)
    {
        write_template(&request.out, design, recipe.sums)?;
    }
    let fields = rows.iter().flatten();
    let numbers = fields.clone().filter(|row| !row.value.is_empty()).count();
    let pages = plans.iter().map(|plan| plan.pages.len()).sum();
    Ok(Summary { files: plans.len(), pages, numbers, empty: fields.count() - numbers, truth })
}

/// The template of the form that all pages show, and the picture of the blank form beside it.
fn write_template(folder: &Path, design: FormDesign, has_sums: bool) -> Result<()> {
    let (image, template) = form_file::blank(design, has_sums)?;
    let picture = folder.join(form_file::BLANK_NAME);
    let blank = Drawn { image, dpi: form_file::DPI, truth: Vec::new() };
    let bytes =
        encode_png(&blank).map_err(|cause| Error::Output { path: picture.clone(), reason: cause.to_string() })?;
    std::fs::write(&picture, bytes).map_err(|cause| fault(&picture, cause))?;
    let path = folder.join("template.toml");
    std::fs::write(&path, template::write(&template)).map_err(|cause| fault(&path, cause))
}

fn plans(recipe: &Recipe, pages: u64) -> Vec<Plan> {
    let kind = match recipe.kind {
        ScanKind::Form => "form",
        ScanKind::Cheque => "cheque",
        ScanKind::Line => "line",
        ScanKind::Micr => "micr",
    };
    // Names of one width, so that they sort as they were drawn.
    let width = pages.to_string().len().max(4);
    (0..pages)
        .map(|index| Plan { name: format!("{kind}-{:0width$}.png", index + 1), pages: vec![(recipe.clone(), index)] })
        .collect()
}

/// Draws the pages of one file; the truth counts pages from 1.
pub(super) fn draw_pages(bank: &DigitBank, plan: &Plan) -> Result<Vec<Drawn>> {
    plan.pages
        .iter()
        .zip(1..)
        .map(|((recipe, index), page)| {
            let mut drawn = draw(bank, recipe, *index)?;
            drawn.truth.iter_mut().for_each(|row| row.page = page);
            Ok(drawn)
        })
        .collect()
}

fn write_scan(bank: &DigitBank, plan: &Plan, folder: &Path) -> Result<Vec<TruthRow>> {
    let pages = draw_pages(bank, plan)?;
    let path = folder.join(&plan.name);
    let bytes = encode(&plan.name, &pages).map_err(|cause| Error::Output { path: path.clone(), reason: cause })?;
    std::fs::write(&path, bytes).map_err(|cause| fault(&path, cause))?;
    Ok(pages.into_iter().flat_map(|page| page.truth).collect())
}

fn write_truth(path: &Path, plans: &[Plan], rows: &[Vec<TruthRow>]) -> Result<()> {
    let file = File::create(path).map_err(|cause| fault(path, cause))?;
    let mut table = csv::Writer::from_writer(BufWriter::new(file));
    let mut write = |record: &[&str]| {
        table.write_record(record).map_err(|cause| Error::Output { path: path.to_owned(), reason: cause.to_string() })
    };
    // A column that is empty in every row is left out.
    let has_text = rows.iter().flatten().any(|row| row.text.is_some());
    let columns = if has_text { 9 } else { 8 };
    write(&["source", "page", "field", "value", "x", "y", "width", "height", "text"][..columns])?;
    for (plan, rows) in plans.iter().zip(rows) {
        for row in rows {
            let bounds = row.bounds;
            let [x, y, width, height] =
                [bounds.x, bounds.y, bounds.width, bounds.height].map(|number| number.to_string());
            let text = text_cell(row.text.as_deref().unwrap_or_default());
            let cells = [&plan.name, &row.page.to_string(), &row.field, &row.value, &x, &y, &width, &height, &text];
            write(&cells.map(String::as_str)[..columns])?;
        }
    }
    table.flush().map_err(|cause| fault(path, cause))
}

/// The bytes of an image file of the format that its name ends with; a fault as one sentence.
pub(super) fn encode(name: &str, pages: &[Drawn]) -> std::result::Result<Vec<u8>, String> {
    match (name.rsplit_once('.').map(|(_, ending)| ending), pages) {
        (Some("tif"), _) => encode_tiff(pages).map_err(|cause| cause.to_string()),
        (Some("jpg"), [page]) => encode_jpeg(page).map_err(|cause| cause.to_string()),
        (Some("png"), [page]) => encode_png(page).map_err(|cause| cause.to_string()),
        _ => Err(format!("{} pages do not fit into a file of this format; use .tif", pages.len())),
    }
}

fn encode_png(page: &Drawn) -> std::result::Result<Vec<u8>, png::EncodingError> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, page.image.width(), page.image.height());
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Balanced);
    let per_metre = (f64::from(page.dpi) / 0.0254).round() as u32;
    encoder.set_pixel_dims(Some(png::PixelDimensions { xppu: per_metre, yppu: per_metre, unit: png::Unit::Meter }));
    let mut writer = encoder.write_header()?;
    writer.write_image_data(page.image.as_raw())?;
    writer.finish()?;
    Ok(bytes)
}

fn encode_jpeg(page: &Drawn) -> image::ImageResult<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY);
    encoder.set_pixel_density(PixelDensity::dpi(page.dpi as u16));
    encoder.encode(page.image.as_raw(), page.image.width(), page.image.height(), ExtendedColorType::L8)?;
    Ok(bytes)
}

fn encode_tiff(pages: &[Drawn]) -> tiff::TiffResult<Vec<u8>> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut bytes)?
        .with_compression(Compression::Deflate(DeflateLevel::Best))
        .with_predictor(Predictor::Horizontal);
    for page in pages {
        let mut image = encoder.new_image::<colortype::Gray8>(page.image.width(), page.image.height())?;
        image.resolution(ResolutionUnit::Inch, Rational { n: page.dpi, d: 1 });
        image.write_data(page.image.as_raw())?;
    }
    Ok(bytes.into_inner())
}

fn fault(path: &Path, cause: std::io::Error) -> Error {
    Error::Output { path: path.to_owned(), reason: cause.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(out: &Path, kind: ScanKind, pages: u64) -> Request {
        let recipe = Recipe { dpi: (80, 80), ..Recipe::new(kind, 1) };
        Request {
            out: out.to_owned(),
            scans: Scans::Recipe { recipe: Box::new(recipe), pages, digits: None, part: None },
        }
    }

    fn threads(count: usize) -> rayon::ThreadPool {
        rayon::ThreadPoolBuilder::new().num_threads(count).build().expect("a thread pool")
    }

    #[test]
    fn the_files_do_not_depend_on_the_number_of_threads() -> Result<()> {
        let (one, four) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        let summary = threads(1).install(|| write_folder(&request(one.path(), ScanKind::Form, 4)))?;
        threads(4).install(|| write_folder(&request(four.path(), ScanKind::Form, 4)))?;
        assert_eq!((summary.files, summary.pages), (4, 4));
        for name in ["form-0001.png", "form-0002.png", "form-0003.png", "form-0004.png", "truth.csv"] {
            let read = |folder: &Path| std::fs::read(folder.join(name)).expect(name);
            assert!(read(one.path()) == read(four.path()), "{name}");
        }
        Ok(())
    }

    #[test]
    fn the_truth_has_a_row_for_every_field_in_the_order_of_the_files() -> Result<()> {
        let folder = tempfile::tempdir().expect("a folder");
        let summary = write_folder(&request(folder.path(), ScanKind::Line, 12))?;
        let text = std::fs::read_to_string(&summary.truth).expect("the truth");
        let mut lines = text.lines();
        assert_eq!(lines.next(), Some("source,page,field,value,x,y,width,height"));
        for (line, number) in lines.by_ref().take(12).zip(1..) {
            assert!(line.starts_with(&format!("line-{number:04}.png,1,n1,")), "{line}");
        }
        assert_eq!((lines.next(), summary.numbers, summary.empty), (None, 12, 0));
        Ok(())
    }

    #[test]
    fn the_truth_of_amounts_says_what_is_written() -> Result<()> {
        let folder = tempfile::tempdir().expect("a folder");
        let mut request = request(folder.path(), ScanKind::Line, 3);
        if let Scans::Recipe { recipe, .. } = &mut request.scans {
            recipe.writing = crate::synth::Writing::Amounts;
        }
        let mut table = csv::Reader::from_path(write_folder(&request)?.truth).expect("the truth");
        assert_eq!(table.headers().expect("a header").iter().next_back(), Some("text"));
        for row in table.records() {
            let row = row.expect("a row");
            let digits = |cell: &str| cell.chars().filter(char::is_ascii_digit).collect::<String>();
            assert!(digits(&row[8]).starts_with(&digits(&row[3])), "{row:?}");
        }
        Ok(())
    }

    #[test]
    fn a_png_says_its_resolution_and_decodes_to_what_was_drawn() -> Result<()> {
        let bank = DigitBank::built_in()?;
        let drawn = draw(&bank, &Recipe { dpi: (200, 200), ..Recipe::new(ScanKind::Line, 1) }, 0)?;
        let bytes = encode("line.png", std::slice::from_ref(&drawn)).expect("it is encoded");
        let reader = png::Decoder::new(std::io::Cursor::new(&bytes)).read_info().expect("a header");
        assert_eq!(reader.info().pixel_dims.map(|dims| dims.xppu), Some(7874));
        assert_eq!(image::load_from_memory(&bytes).expect("an image").into_luma8(), drawn.image);
        Ok(())
    }

    #[test]
    fn forms_of_one_design_come_with_a_template_that_can_be_read() -> Result<()> {
        let folder = tempfile::tempdir().expect("a folder");
        let mut request = request(folder.path(), ScanKind::Form, 1);
        if let Scans::Recipe { recipe, .. } = &mut request.scans {
            (recipe.design, recipe.sums) = (Some(FormDesign::TaxReturn), true);
        }
        write_folder(&request)?;
        let (_, expected) = form_file::blank(FormDesign::TaxReturn, true)?;
        let read = template::read(&folder.path().join("template.toml"))?;
        assert_eq!((read.name, read.fields, read.rules), (expected.name, expected.fields, expected.rules));
        Ok(())
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("taken");
        std::fs::write(&file, "").expect("a file");
        let message = write_folder(&request(&file, ScanKind::Line, 1)).expect_err("it is a file").to_string();
        assert!(message.contains("taken"), "{message}");
    }
}

//! Crops as files: scans with their crops in, PNG files below `crops/` out, and in each crop the path of its file.
//!
//! The folder takes the place of that of an earlier run as a whole. It is not forced to disk file by file, as the tables are: after a loss of
//! power `extract --resume` writes it again.

use std::path::{Path, PathBuf};

use image::{GrayImage, imageops};

use crate::error::Result;
use crate::geometry::Rect;
use crate::number::Number;
use crate::table::partial_folder::{PartialFolder, remove_earlier};
use crate::table::picture_path::PicturePaths;
use crate::table::{Crop, ScanRecord, path_text, png_of};

/// The folder below the output folder.
const FOLDER_NAME: &str = "crops";

/// Which crops are written as files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CropFiles {
    /// None.
    #[default]
    None,
    /// One for each number that has a crop.
    Numbers,
    /// One for each number that has a crop, and one for each of its digits, the box of the digit alone.
    Digits,
}

/// `crops/`, being written.
pub(super) struct CropFolder {
    folder: PartialFolder,
    paths: PicturePaths,
    with_digits: bool,
}

impl CropFolder {
    /// Starts the folder where crops are wanted as files.
    pub fn create(output: &Path, wanted: CropFiles) -> Result<Option<Self>> {
        if wanted == CropFiles::None {
            return Ok(None);
        }
        let folder = PartialFolder::create(output, FOLDER_NAME)?;
        Ok(Some(Self { folder, paths: PicturePaths::default(), with_digits: wanted == CropFiles::Digits }))
    }

    /// Writes the crops of a scan, and notes in each where it lies.
    pub fn write_scan(&mut self, scan: &mut ScanRecord) -> Result<()> {
        for page in &mut scan.pages {
            for (number, crop) in page.numbers.iter().zip(&mut page.pictures.crops) {
                let Some(crop) = crop else { continue };
                let path = self.paths.take(&scan.row.source, page.page, &number.field);
                self.folder.write(&path, &crop.png)?;
                if self.with_digits {
                    self.write_digits(&path, number, crop)?;
                }
                crop.path = Some(format!("{FOLDER_NAME}/{}", path_text(&path)));
            }
        }
        Ok(())
    }

    /// Gives the folder its name.
    pub fn publish(self) -> Result<()> {
        self.folder.publish()
    }

    /// The digits of a number as `NUMBER.dPOSITION.png`, the position as in digits.csv.
    fn write_digits(&self, path: &Path, number: &Number, crop: &Crop) -> Result<()> {
        let Some(picture) = crop.picture() else { return Ok(()) };
        for (index, digit) in number.digits.iter().enumerate() {
            if let Some(png) = part(&picture, &crop.bounds, &digit.bounds).as_ref().and_then(png_of) {
                self.folder.write(&digit_path(path, index + 1), &png)?;
            }
        }
        Ok(())
    }
}

/// Takes away what an earlier run wrote here, where this one wrote no crops.
pub(super) fn remove_earlier_crops(output: &Path) -> Result<()> {
    remove_earlier(output, FOLDER_NAME)
}

fn digit_path(number: &Path, position: usize) -> PathBuf {
    number.with_extension(format!("d{position}.png"))
}

/// What `wanted` shows of a picture of `shown`, both in pixels of the page; `None` where they do not meet.
fn part(picture: &GrayImage, shown: &Rect, wanted: &Rect) -> Option<GrayImage> {
    let left = wanted.x.max(shown.x) - shown.x;
    let top = wanted.y.max(shown.y) - shown.y;
    let width = wanted.right().min(shown.right()) - shown.x - left;
    let height = wanted.bottom().min(shown.bottom()) - shown.y - top;
    if width <= 0 || height <= 0 {
        return None;
    }
    let [left, top, width, height] = [left, top, width, height].map(i32::cast_unsigned);
    Some(imageops::crop_imm(picture, left, top, width, height).to_image())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::TableOptions;
    use crate::table::specimen::{publish, scans};

    fn wanted(crop_files: CropFiles) -> TableOptions {
        TableOptions { crop_files, ..TableOptions::default() }
    }

    fn size(path: &Path) -> (u32, u32) {
        image::image_dimensions(path).unwrap_or_else(|cause| panic!("{}: {cause}", path.display()))
    }

    #[test]
    fn crops_lie_where_the_table_says_and_digits_beside_them() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        publish(folder.path(), &wanted(CropFiles::Digits), scans()).expect("the result can be written");
        let table = std::fs::read_to_string(folder.path().join("numbers.csv")).expect("the table was written");
        let rows: Vec<&str> = table.lines().skip(1).collect();
        assert!(rows[0].ends_with(",crops/=a.png.p2.total.png") && rows[1].ends_with(",40,"), "{table}");
        assert_eq!(size(&folder.path().join("crops/=a.png.p2.total.png")), (40, 100));
        assert_eq!(size(&folder.path().join("crops/=a.png.p2.total.d1.png")), (10, 16));
        // The second digit reaches over the edge of the crop.
        assert_eq!(size(&folder.path().join("crops/=a.png.p2.total.d2.png")), (26, 16));
    }

    #[test]
    fn crops_of_an_earlier_run_go_and_other_folders_stay() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let crop = |name: &str| folder.path().join("crops").join(name);
        publish(folder.path(), &wanted(CropFiles::Digits), scans()).expect("the result can be written");
        publish(folder.path(), &wanted(CropFiles::Numbers), scans()).expect("the result can be written");
        assert!(crop("=a.png.p2.total.png").exists() && !crop("=a.png.p2.total.d1.png").exists());
        publish(folder.path(), &wanted(CropFiles::None), scans()).expect("the result can be written");
        assert!(!folder.path().join("crops").exists());

        std::fs::create_dir(folder.path().join("crops")).expect("a writable folder");
        std::fs::write(crop("mine.txt"), "").expect("a writable folder");
        publish(folder.path(), &wanted(CropFiles::None), scans()).expect("the result can be written");
        let error = publish(folder.path(), &wanted(CropFiles::Numbers), scans()).expect_err("the folder is taken");
        assert!(error.to_string().contains("crops cannot be written: something else has this name"), "{error}");
        assert!(crop("mine.txt").exists());
    }
}

//! Labelled images in idx files, as MNIST has them: a folder in, [`LabelledImages`] out.
//!
//! File names: `PART-images-idx3-ubyte`, `PART-labels-idx1-ubyte` and, where known, `PART-writers-idx1-ubyte`, each plain
//! or with `.gz`. A folder with a single part may leave out `PART-`. Format: <http://yann.lecun.com/exdb/mnist/>.

use std::fs::File;
use std::io::{BufReader, Read, Write};
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;

use crate::error::{Error, Result};

const IMAGES_SUFFIX: &str = "images-idx3-ubyte";
const LABELS_SUFFIX: &str = "labels-idx1-ubyte";
const WRITERS_SUFFIX: &str = "writers-idx1-ubyte";

/// Images of one size with a label each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LabelledImages {
    /// What stands before `images-idx3-ubyte` in the file name, such as `train` or `t10k`; may be empty.
    pub part: String,
    /// Width of each image in pixels.
    pub width: usize,
    /// Height of each image in pixels.
    pub height: usize,
    /// All images one after the other, row by row; ink is high.
    pub pixels: Vec<u8>,
    /// One label an image.
    pub labels: Vec<u8>,
    /// Who wrote each image, where the folder says so.
    pub writers: Option<Vec<u8>>,
}

impl LabelledImages {
    /// The number of images.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is no image.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// The pixels of one image, row by row.
    pub fn image(&self, index: usize) -> &[u8] {
        let size = self.width * self.height;
        &self.pixels[index * size..(index + 1) * size]
    }
}

/// Reads every part of a folder, in the order of their names.
///
/// # Errors
/// [`Error::Data`] if the folder holds no idx images, a file is damaged, or images and labels do not agree in number.
pub fn read_folder(folder: &Path) -> Result<Vec<LabelledImages>> {
    let fault = |reason: String| Error::Data { path: folder.to_owned(), reason };
    let entries = std::fs::read_dir(folder).map_err(|cause| fault(format!("cannot be opened as a folder: {cause}")))?;
    let mut parts = Vec::new();
    for entry in entries {
        let name = entry.map_err(|cause| fault(cause.to_string()))?.file_name().to_string_lossy().into_owned();
        let stem = name.strip_suffix(".gz").unwrap_or(&name);
        if let Some(part) = stem.strip_suffix(IMAGES_SUFFIX) {
            parts.push(part.trim_end_matches('-').to_owned());
        }
    }
    parts.sort();
    parts.dedup();
    if parts.is_empty() {
        return Err(fault(format!("holds no file that ends in {IMAGES_SUFFIX} or {IMAGES_SUFFIX}.gz")));
    }
    parts.iter().map(|part| read_part(folder, part)).collect()
}

/// Reads one part of a folder, such as `train`.
///
/// # Errors
/// As [`read_folder`].
pub fn read_part(folder: &Path, part: &str) -> Result<LabelledImages> {
    let images_path = locate(folder, part, IMAGES_SUFFIX).ok_or_else(|| Error::Data {
        path: folder.to_owned(),
        reason: format!("holds no images of the part '{part}' (file {part}-{IMAGES_SUFFIX} or .gz)"),
    })?;
    let labels_path = locate(folder, part, LABELS_SUFFIX).ok_or_else(|| Error::Data {
        path: images_path.clone(),
        reason: format!("has no labels beside it (a file that ends in {LABELS_SUFFIX} or .gz)"),
    })?;
    let (sizes, pixels) = read_idx(&images_path, 3)?;
    let (_, labels) = read_idx(&labels_path, 1)?;
    let writers = match locate(folder, part, WRITERS_SUFFIX) {
        Some(path) => Some(read_idx(&path, 1)?.1),
        None => None,
    };
    if sizes[0] != labels.len() || writers.as_ref().is_some_and(|writers| writers.len() != labels.len()) {
        return Err(Error::Data {
            path: images_path,
            reason: format!("holds {} images, but there are {} labels", sizes[0], labels.len()),
        });
    }
    Ok(LabelledImages { part: part.to_owned(), width: sizes[2], height: sizes[1], pixels, labels, writers })
}

/// Writes images and labels as `PART-images-idx3-ubyte.gz` and `PART-labels-idx1-ubyte.gz`.
///
/// # Errors
/// [`Error::Output`] if a file cannot be written.
pub fn write_part(folder: &Path, images: &LabelledImages) -> Result<()> {
    let prefix = if images.part.is_empty() { String::new() } else { format!("{}-", images.part) };
    let sizes = [images.len(), images.height, images.width];
    write_idx(&folder.join(format!("{prefix}{IMAGES_SUFFIX}.gz")), &sizes, &images.pixels)?;
    write_idx(&folder.join(format!("{prefix}{LABELS_SUFFIX}.gz")), &sizes[..1], &images.labels)
}

fn locate(folder: &Path, part: &str, suffix: &str) -> Option<PathBuf> {
    let stem = if part.is_empty() { suffix.to_owned() } else { format!("{part}-{suffix}") };
    [stem.clone(), format!("{stem}.gz")].into_iter().map(|name| folder.join(name)).find(|path| path.is_file())
}

/// Decodes idx bytes (plain or gzip) of the given number of dimensions: the size of each dimension, then the values.
///
/// # Errors
/// [`Error::Data`], naming `path`, if the bytes are not idx of unsigned bytes with so many dimensions.
pub fn decode(path: &Path, reader: impl Read, dimensions: usize) -> Result<(Vec<usize>, Vec<u8>)> {
    let fault = |reason: String| Error::Data { path: path.to_owned(), reason };
    let mut bytes = Vec::new();
    let mut reader = BufReader::new(reader);
    let zipped = path.extension().is_some_and(|extension| extension == "gz");
    if zipped { GzDecoder::new(reader).read_to_end(&mut bytes) } else { reader.read_to_end(&mut bytes) }
        .map_err(|cause| fault(format!("cannot be read: {cause}")))?;
    let header = 4 + 4 * dimensions;
    if bytes.len() < header || bytes[..4] != [0, 0, 8, dimensions as u8] {
        return Err(fault(format!("is not an idx file of unsigned bytes with {dimensions} dimensions")));
    }
    let sizes: Vec<usize> = bytes[4..header]
        .chunks_exact(4)
        .map(|size| u32::from_be_bytes([size[0], size[1], size[2], size[3]]) as usize)
        .collect();
    let expected = sizes.iter().try_fold(1usize, |product, &size| product.checked_mul(size));
    let values = bytes.split_off(header);
    if expected != Some(values.len()) {
        return Err(fault(format!(
            "is cut short or damaged: the header promises {sizes:?}, {} bytes follow",
            values.len()
        )));
    }
    Ok((sizes, values))
}

fn read_idx(path: &Path, dimensions: usize) -> Result<(Vec<usize>, Vec<u8>)> {
    let file = File::open(path)
        .map_err(|cause| Error::Data { path: path.to_owned(), reason: format!("cannot be opened: {cause}") })?;
    decode(path, file, dimensions)
}

fn write_idx(path: &Path, sizes: &[usize], values: &[u8]) -> Result<()> {
    let fault = |cause: std::io::Error| Error::Output { path: path.to_owned(), reason: cause.to_string() };
    let mut header = vec![0, 0, 8, sizes.len() as u8];
    for &size in sizes {
        header.extend_from_slice(&(size as u32).to_be_bytes());
    }
    let file = File::create(path).map_err(fault)?;
    let mut zip = flate2::write::GzEncoder::new(file, flate2::Compression::best());
    zip.write_all(&header).and_then(|()| zip.write_all(values)).map_err(fault)?;
    zip.finish().map(|_| ()).map_err(fault)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn three_images() -> LabelledImages {
        LabelledImages {
            part: "train".to_owned(),
            width: 2,
            height: 1,
            pixels: vec![0, 255, 9, 8, 7, 6],
            labels: vec![3, 1, 4],
            writers: None,
        }
    }

    #[test]
    fn what_is_written_is_read_back() -> Result<()> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        write_part(folder.path(), &three_images())?;
        assert_eq!(read_folder(folder.path())?, vec![three_images()]);
        Ok(())
    }

    #[test]
    fn a_cut_file_is_named_with_what_is_wrong() {
        let bytes: &[u8] = &[0, 0, 8, 1, 0, 0, 0, 5, 1, 2];
        let message = decode(Path::new("short-labels"), bytes, 1).expect_err("it is cut").to_string();
        assert!(message.contains("short-labels") && message.contains("cut short"), "{message}");
    }

    #[test]
    fn a_folder_without_images_says_what_is_missing() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let message = read_folder(folder.path()).expect_err("it is empty").to_string();
        assert!(message.contains("images-idx3-ubyte"), "{message}");
    }
}

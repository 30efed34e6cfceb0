//! The model: a model file, the name of a reader or neither in; a reader and its record out.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use scantally::error::Error;
use scantally::reader::cnn::SHIPPED;
use scantally::reader::line::{self, LineReader};
use scantally::reader::load::{Loaded, load as load_bytes};
use scantally::reader::{DigitReader, ReaderKind};
use scantally::table::{ModelRecord, path_text};

/// What messages and run.json call them.
const BUILT_IN_NAME: &str = "built-in";

/// Where the model of a reader is unless told otherwise.
pub fn default_path(kind: ReaderKind) -> PathBuf {
    Path::new("models").join(format!("{}.safetensors", kind.name()))
}

/// Loads the model at `path`, or that of the reader asked for, or the built-in one.
///
/// # Errors
/// [`Error::Model`] if there is no such file, it is no model, or holds another reader than asked for.
pub fn load(kind: Option<ReaderKind>, path: Option<&Path>) -> anyhow::Result<(Arc<dyn DigitReader>, ModelRecord)> {
    let path = match (kind, path) {
        (_, Some(path)) => Some(path.to_owned()),
        (None | Some(ReaderKind::Cnn), None) => None,
        (Some(kind), None) => Some(default_path(kind)),
    };
    let (name, bytes) = match &path {
        None => (BUILT_IN_NAME.to_owned(), SHIPPED.to_vec()),
        Some(path) => (path_text(path), read(path, kind)?),
    };
    let Loaded { kind: found, reader } = load_bytes(&name, &bytes)?;
    if let Some(asked) = kind.filter(|asked| *asked != found) {
        let (asked, found) = (asked.name(), found.name());
        let reason = format!("it holds the reader {found}, not {asked}; leave out --reader or name another file");
        return Err(Error::Model { model: name, reason }.into());
    }
    let blake3 = blake3::hash(&bytes).to_hex().to_string();
    Ok((reader, ModelRecord { reader: found.name().to_owned(), weights: name, blake3 }))
}

/// Loads the reader of whole lines at `path`, or the built-in one.
///
/// # Errors
/// [`Error::Model`] if there is no such file, or it holds no line reader.
pub fn load_lines(path: Option<&Path>) -> anyhow::Result<(Arc<LineReader>, ModelRecord)> {
    let (name, bytes) = match path {
        None => (BUILT_IN_NAME.to_owned(), line::SHIPPED.to_vec()),
        Some(path) => (path_text(path), read(path, None)?),
    };
    let reader = LineReader::from_bytes(&name, &bytes)?;
    let blake3 = blake3::hash(&bytes).to_hex().to_string();
    Ok((Arc::new(reader), ModelRecord { reader: "lines".to_owned(), weights: name, blake3 }))
}

fn read(path: &Path, kind: Option<ReaderKind>) -> Result<Vec<u8>, Error> {
    std::fs::read(path).map_err(|cause| {
        let how = kind.filter(|kind| *kind != ReaderKind::Cnn && path == default_path(*kind));
        let advice = how.map(|kind| {
            let name = kind.name();
            format!("; make it with `scantally train --reader {name} --data FOLDER`, or name a file with --model")
        });
        let reason = format!("it cannot be opened: {cause}{}", advice.unwrap_or_default());
        Error::Model { model: path_text(path), reason }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_weights_can_be_used() {
        for kind in [None, Some(ReaderKind::Cnn)] {
            let (_, record) = load(kind, None).expect("weights that were checked in");
            assert_eq!((record.reader.as_str(), record.weights.as_str()), ("cnn", "built-in"));
            assert_eq!(record.blake3.len(), 64);
        }
    }

    #[test]
    fn another_reader_than_asked_for_is_refused() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("digits.safetensors");
        std::fs::write(&path, SHIPPED).expect("a writable folder");
        assert!(load(Some(ReaderKind::Cnn), Some(&path)).is_ok());
        let Err(error) = load(Some(ReaderKind::Knn), Some(&path)) else { panic!("it is no knn") };
        assert!(error.to_string().contains("holds the reader cnn, not knn"), "{error}");
    }
}

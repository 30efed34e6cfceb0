//! Any model file: bytes in, the reader they hold out. The file itself says which reader it is.

use std::sync::Arc;

use crate::error::Result;
use crate::reader::DigitReader;
use crate::reader::classical::{ClassicalReader, is_classical};
use crate::reader::cnn::CnnReader;
use crate::reader::kind::ReaderKind;
use crate::reader::weights::Weights;

/// A reader and what it is.
#[derive(Clone)]
pub struct Loaded {
    /// Which reader it is.
    pub kind: ReaderKind,
    /// Ready to read.
    pub reader: Arc<dyn DigitReader>,
}

/// The reader in the bytes of a file that `scantally train` wrote; `name` is what messages call it.
///
/// # Errors
/// [`crate::error::Error::Model`] if the bytes are damaged or no such file.
pub fn load(name: &str, bytes: &[u8]) -> Result<Loaded> {
    if is_classical(bytes) {
        let reader = ClassicalReader::from_bytes(name, bytes)?;
        return Ok(Loaded { kind: reader.kind(), reader: Arc::new(reader) });
    }
    let weights = Weights::from_bytes(name, bytes)?;
    let kind = ReaderKind::of_architecture(&weights.architecture);
    Ok(Loaded { kind, reader: Arc::new(CnnReader::new(&weights)?) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reader::cnn::SHIPPED;

    #[test]
    fn the_file_says_which_reader_it_is() -> Result<()> {
        assert_eq!(load("digits", SHIPPED)?.kind, ReaderKind::Cnn);
        Ok(())
    }

    #[test]
    fn foreign_files_are_named() {
        for bytes in [b"".as_slice(), b"no model", &[255; 64]] {
            let Err(error) = load("some.bin", bytes) else { panic!("{bytes:?} is no model") };
            assert!(error.to_string().contains("some.bin"), "{error}");
        }
    }
}

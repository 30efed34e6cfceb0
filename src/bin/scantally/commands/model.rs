//! The model: a weights file or none in, a reader and its record out.

use std::path::Path;
use std::sync::Arc;

use scantally::error::Error;
use scantally::reader::DigitReader;
use scantally::reader::cnn::{CnnReader, SHIPPED};
use scantally::table::{ModelRecord, path_text};

/// What messages and run.json call them.
const BUILT_IN_NAME: &str = "built-in";

/// Loads the weights at `path`, or the built-in ones.
pub fn load(path: Option<&Path>) -> anyhow::Result<(Arc<dyn DigitReader>, ModelRecord)> {
    let (name, reader, hash) = match path {
        None => (BUILT_IN_NAME.to_owned(), CnnReader::from_bytes(BUILT_IN_NAME, SHIPPED)?, blake3::hash(SHIPPED)),
        Some(path) => {
            let name = path_text(path);
            let bytes = std::fs::read(path).map_err(|cause| Error::Model {
                model: name.clone(),
                reason: format!("it cannot be opened: {cause}"),
            })?;
            let reader = CnnReader::from_bytes(&name, &bytes)?;
            (name, reader, blake3::hash(&bytes))
        }
    };
    let record = ModelRecord { reader: reader.name().to_owned(), weights: name, blake3: hash.to_hex().to_string() };
    Ok((Arc::new(reader), record))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_weights_can_be_used() {
        let (reader, record) = load(None).expect("weights that were checked in");
        assert_eq!((reader.name(), record.weights.as_str()), ("cnn", "built-in"));
        assert_eq!(record.blake3.len(), 64);
    }
}

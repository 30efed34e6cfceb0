//! The file of a classical reader: named tables of numbers in, safetensors out, and back.
//!
//! Every table has rows of a known width. Whatever the bytes are, reading them takes no more memory than they have, and
//! ends in tables or in a sentence.

use std::collections::{BTreeMap, HashMap};

use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};

use crate::features::principal::PrincipalComponents;
use crate::features::{FeatureSet, Reduction};
use crate::reader::CLASS_COUNT;
use crate::reader::kind::ReaderKind;

/// The key of [`Notes`] in the header of the file. One key alone: the order of several would change from run to run.
const NOTES_KEY: &str = "scantally";

/// The form of the file; another number is refused.
const FORMAT: u32 = 1;

/// What message after message recommends.
const ADVICE: &str = "give a file that `scantally train` wrote";

/// What the header says beside names and shapes.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Notes {
    /// The form of the file.
    format: u32,
    /// Which reader it is.
    pub reader: ReaderKind,
    /// What scores are divided by.
    pub temperature: f32,
    /// What is measured of a glyph, where the reader works on features.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub features: Option<FeatureSet>,
}

impl Notes {
    /// Notes of a file of today's form.
    pub fn new(reader: ReaderKind, temperature: f32) -> Self {
        Self { format: FORMAT, reader, temperature, features: None }
    }
}

/// The numbers of a table.
#[derive(Clone, Debug, PartialEq)]
enum Values {
    Floats(Vec<f32>),
    Counts(Vec<u32>),
    Bytes(Vec<u8>),
}

/// Notes and tables.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelFile {
    /// What the header says.
    pub notes: Notes,
    /// Width and values of each table.
    tables: BTreeMap<String, (usize, Values)>,
}

/// Whether bytes are safetensors of a classical reader, as their header says; networks have another header.
pub fn is_classical(bytes: &[u8]) -> bool {
    let notes = || {
        let (_, header) = SafeTensors::read_metadata(bytes).ok()?;
        serde_json::from_str::<serde_json::Value>(header.metadata().as_ref()?.get(NOTES_KEY)?).ok()
    };
    notes().is_some_and(|notes| notes.get("reader").is_some())
}

impl ModelFile {
    /// A file without tables.
    pub fn new(notes: Notes) -> Self {
        Self { notes, tables: BTreeMap::new() }
    }

    /// Reads the bytes of a file, or says what is wrong with them.
    ///
    /// # Errors
    /// A sentence if they are damaged, of another program or of another version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        let (_, header) = SafeTensors::read_metadata(bytes)
            .map_err(|cause| format!("it is no safetensors file ({cause}); {ADVICE}"))?;
        let tensors = SafeTensors::deserialize(bytes).map_err(|cause| format!("it is damaged ({cause}); {ADVICE}"))?;
        let notes = header.metadata().as_ref().and_then(|notes| notes.get(NOTES_KEY));
        let notes: Notes = notes
            .and_then(|notes| serde_json::from_str(notes).ok())
            .ok_or_else(|| format!("its header does not say which reader it is; {ADVICE}"))?;
        if notes.format != FORMAT {
            return Err(format!("its form is {}, this program reads form {FORMAT}; train it again", notes.format));
        }
        if !(notes.temperature.is_finite() && notes.temperature > 0.0) {
            return Err(format!("its temperature {} is no positive number; train it again", notes.temperature));
        }
        let mut tables = BTreeMap::new();
        for (name, tensor) in tensors.tensors() {
            let &[_, width] = tensor.shape() else { return Err(format!("its table {name} has no rows; {ADVICE}")) };
            let values = values(&tensor).map_err(|reason| format!("its table {name} {reason}"))?;
            tables.insert(name, (width, values));
        }
        Ok(Self { notes, tables })
    }

    /// The bytes of the file.
    ///
    /// # Errors
    /// A sentence if a table does not consist of whole rows.
    pub fn to_bytes(&self) -> Result<Vec<u8>, String> {
        let mut tensors = Vec::new();
        for (name, (width, values)) in &self.tables {
            let (dtype, bytes, count) = match values {
                Values::Floats(values) => {
                    (Dtype::F32, values.iter().flat_map(|v| v.to_le_bytes()).collect(), values.len())
                }
                Values::Counts(values) => {
                    (Dtype::U32, values.iter().flat_map(|v| v.to_le_bytes()).collect(), values.len())
                }
                Values::Bytes(values) => (Dtype::U8, values.clone(), values.len()),
            };
            if count % (*width).max(1) != 0 {
                return Err(format!("its table {name} does not consist of whole rows"));
            }
            tensors.push((name.as_str(), dtype, vec![count / (*width).max(1), *width], bytes));
        }
        let mut views = Vec::new();
        for (name, dtype, shape, bytes) in &tensors {
            views.push((*name, TensorView::new(*dtype, shape.clone(), bytes).map_err(|cause| cause.to_string())?));
        }
        let notes = serde_json::to_string(&self.notes).map_err(|cause| cause.to_string())?;
        let notes = Some(HashMap::from([(NOTES_KEY.to_owned(), notes)]));
        safetensors::serialize(views, notes).map_err(|cause| cause.to_string())
    }

    /// Adds a table of numbers in rows of `width`.
    pub fn put_floats(&mut self, name: &str, width: usize, values: &[f32]) {
        self.tables.insert(name.to_owned(), (width, Values::Floats(values.to_vec())));
    }

    /// Adds a table of counts or places in rows of `width`.
    pub fn put_counts(&mut self, name: &str, width: usize, values: &[u32]) {
        self.tables.insert(name.to_owned(), (width, Values::Counts(values.to_vec())));
    }

    /// Adds a table of bytes in rows of `width`.
    pub fn put_bytes(&mut self, name: &str, width: usize, values: &[u8]) {
        self.tables.insert(name.to_owned(), (width, Values::Bytes(values.to_vec())));
    }

    /// Takes out a table of finite numbers in rows of `width`.
    ///
    /// # Errors
    /// A sentence if there is no such table.
    pub fn take_floats(&mut self, name: &str, width: usize) -> Result<Vec<f32>, String> {
        match self.take(name, width)? {
            Values::Floats(values) if values.iter().all(|value| value.is_finite()) => Ok(values),
            Values::Floats(_) => Err(format!("its table {name} holds values that are no numbers; train it again")),
            _ => Err(format!("its table {name} does not hold F32; {ADVICE}")),
        }
    }

    /// Takes out a table of counts or places in rows of `width`.
    ///
    /// # Errors
    /// A sentence if there is no such table.
    pub fn take_counts(&mut self, name: &str, width: usize) -> Result<Vec<u32>, String> {
        match self.take(name, width)? {
            Values::Counts(values) => Ok(values),
            _ => Err(format!("its table {name} does not hold U32; {ADVICE}")),
        }
    }

    /// Takes out a table of bytes in rows of `width`.
    ///
    /// # Errors
    /// A sentence if there is no such table.
    pub fn take_bytes(&mut self, name: &str, width: usize) -> Result<Vec<u8>, String> {
        match self.take(name, width)? {
            Values::Bytes(values) => Ok(values),
            _ => Err(format!("its table {name} does not hold U8; {ADVICE}")),
        }
    }

    fn take(&mut self, name: &str, width: usize) -> Result<Values, String> {
        match self.tables.remove(name) {
            Some((found, values)) if found == width => Ok(values),
            Some((found, _)) => Err(format!("its table {name} has rows of {found}, not of {width}; {ADVICE}")),
            None => Err(format!("it has no table {name}; {ADVICE}")),
        }
    }

    /// Adds the classes that were trained, as indices, in ascending order.
    pub fn put_classes(&mut self, classes: &[u8]) {
        self.put_bytes("classes", 1, classes);
    }

    /// Takes out the classes that were trained.
    ///
    /// # Errors
    /// A sentence if they are no classes.
    pub fn take_classes(&mut self) -> Result<Vec<u8>, String> {
        let classes = self.take_bytes("classes", 1)?;
        let known = classes.iter().all(|&class| usize::from(class) < CLASS_COUNT);
        if known && !classes.is_empty() && classes.is_sorted_by(|a, b| a < b) {
            return Ok(classes);
        }
        Err(format!("its classes {classes:?} are not some of the {CLASS_COUNT}; {ADVICE}"))
    }

    /// Adds what is measured of a glyph.
    pub fn put_reduction(&mut self, reduction: &Reduction) {
        self.notes.features = Some(reduction.set);
        self.put_counts("features.columns", 1, &reduction.columns);
        self.put_floats("features.scales", 1, &reduction.scales);
        if let Some(principal) = &reduction.principal {
            self.put_floats("features.means", 1, &principal.means);
            self.put_floats("features.axes", reduction.columns.len(), &principal.axes);
        }
    }

    /// Takes out what is measured of a glyph.
    ///
    /// # Errors
    /// A sentence if the parts do not fit together.
    pub fn take_reduction(&mut self) -> Result<Reduction, String> {
        let set = self.notes.features.ok_or_else(|| format!("its header does not name its features; {ADVICE}"))?;
        let columns = self.take_counts("features.columns", 1)?;
        let scales = self.take_floats("features.scales", 1)?;
        let fits = columns.iter().all(|&column| (column as usize) < set.width());
        let principal = if self.tables.contains_key("features.axes") {
            let (means, axes) =
                (self.take_floats("features.means", 1)?, self.take_floats("features.axes", columns.len())?);
            Some(PrincipalComponents { means, axes })
        } else {
            None
        };
        let centred = principal.as_ref().is_none_or(|principal| principal.means.len() == columns.len());
        if !fits || !centred || scales.len() != columns.len() || columns.is_empty() {
            return Err(format!("its features do not fit together; {ADVICE}"));
        }
        Ok(Reduction { set, columns, scales, principal })
    }
}

fn values(tensor: &TensorView) -> Result<Values, String> {
    let fours = tensor.data().chunks_exact(4).map(|bytes| [bytes[0], bytes[1], bytes[2], bytes[3]]);
    match tensor.dtype() {
        Dtype::F32 => Ok(Values::Floats(fours.map(f32::from_le_bytes).collect())),
        Dtype::U32 => Ok(Values::Counts(fours.map(u32::from_le_bytes).collect())),
        Dtype::U8 => Ok(Values::Bytes(tensor.data().to_vec())),
        other => Err(format!("holds {other:?}; {ADVICE}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small() -> ModelFile {
        let mut file = ModelFile::new(Notes::new(ReaderKind::Bayes, 2.0));
        file.put_floats("means", 2, &[1.0, 2.0, 3.0, 4.0]);
        file.put_counts("roots", 1, &[0, 7]);
        file.put_classes(&[1, 3]);
        file
    }

    #[test]
    fn what_is_written_is_read_back() -> Result<(), String> {
        let bytes = small().to_bytes()?;
        assert!(is_classical(&bytes));
        let mut file = ModelFile::from_bytes(&bytes)?;
        assert_eq!(file, small());
        assert_eq!(file.take_floats("means", 2)?, [1.0, 2.0, 3.0, 4.0]);
        assert_eq!(file.take_counts("roots", 1)?, [0, 7]);
        assert_eq!(file.take_classes()?, [1, 3]);
        Ok(())
    }

    #[test]
    fn what_does_not_fit_is_said() -> Result<(), String> {
        assert!(small().take_floats("means", 3).expect_err("rows of 2").contains("rows of 2"));
        assert!(small().take_counts("means", 2).expect_err("floats").contains("U32"));
        assert!(small().take_bytes("other", 1).expect_err("none").contains("no table other"));
        let mut file = small();
        file.put_floats("means", 2, &[1.0, f32::NAN]);
        assert!(file.take_floats("means", 2).expect_err("no number").contains("no numbers"));
        file.put_classes(&[4, 4]);
        assert!(file.take_classes().is_err());
        file.put_classes(&[16]);
        assert!(file.take_classes().is_err());
        file.put_floats("odd", 2, &[1.0]);
        assert!(file.to_bytes().is_err());
        Ok(())
    }

    #[test]
    fn another_form_is_refused() -> Result<(), String> {
        let mut file = small();
        file.notes.format = 9;
        assert!(ModelFile::from_bytes(&file.to_bytes()?).expect_err("of the future").contains("form is 9"));
        file = small();
        file.notes.temperature = 0.0;
        assert!(ModelFile::from_bytes(&file.to_bytes()?).expect_err("no temperature").contains("temperature"));
        Ok(())
    }

    #[test]
    fn no_damage_panics() -> Result<(), String> {
        let bytes = small().to_bytes()?;
        for end in 0..bytes.len() {
            assert!(ModelFile::from_bytes(&bytes[..end]).is_err(), "cut at {end}");
        }
        for place in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[place] ^= 0xff;
            // Whether it is noticed depends on the place; numbers alone cannot tell.
            let _ = ModelFile::from_bytes(&damaged).map(|mut file| file.take_classes());
        }
        Ok(())
    }
}

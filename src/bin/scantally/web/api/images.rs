//! Images in JSON: text in, the values of all images one behind the other out. Read value by value, so that a long text takes no more memory
//! than its images do.

use std::fmt;

use scantally::glyph::GLYPH_SIZE_PX;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Values of one image.
const PIXELS: usize = GLYPH_SIZE_PX * GLYPH_SIZE_PX;

/// One request has no more images.
const MOST_IMAGES: usize = 1000;

/// Images of 28 x 28 values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Images {
    /// Row by row, image by image.
    values: Vec<f32>,
    polarity: Polarity,
}

/// What high values are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Polarity {
    #[default]
    LightInk,
    DarkInk,
}

impl Images {
    /// Takes `{"images": [...], "polarity": "light_ink"}` or the array alone; each image is 28 rows of 28 values, or 784 values.
    ///
    /// # Errors
    /// A sentence that says what is wrong and where.
    pub fn parse(text: &[u8]) -> Result<Self, String> {
        let mut images = Self::default();
        let mut deserializer = serde_json::Deserializer::from_slice(text);
        let parsed = Document(&mut images).deserialize(&mut deserializer).and_then(|()| deserializer.end());
        match parsed {
            Err(cause) => Err(format!("The images cannot be understood: {cause}.")),
            Ok(()) if images.values.is_empty() => Err("There is no image; send `images`, an array of them.".to_owned()),
            Ok(()) => Ok(images),
        }
    }

    /// As bytes, ink high. Where no value of the request is above 1, they are shares of 255.
    pub fn pixels(&self) -> Vec<u8> {
        let largest = self.values.iter().copied().fold(0.0, f32::max);
        let scale = if largest <= 1.0 { 255.0 } else { 1.0 };
        let byte = |value: &f32| {
            let byte = (value * scale).round() as u8;
            if self.polarity == Polarity::DarkInk { 255 - byte } else { byte }
        };
        self.values.iter().map(byte).collect()
    }
}

struct Document<'a>(&'a mut Images);

impl<'de> DeserializeSeed<'de> for Document<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Document<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("an object with `images`, or an array of images")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<(), A::Error> {
        let mut count = 0;
        while array.next_element_seed(Image(&mut self.0.values))?.is_some() {
            count += 1;
            if count > MOST_IMAGES {
                return Err(A::Error::custom(format!("one request may have {MOST_IMAGES} images")));
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        let mut has_images = false;
        while let Some(name) = object.next_key::<String>()? {
            match name.as_str() {
                "images" if has_images => return Err(A::Error::duplicate_field("images")),
                "images" => {
                    object.next_value_seed(Document(&mut *self.0))?;
                    has_images = true;
                }
                "polarity" => self.0.polarity = polarity(&object.next_value::<String>()?)?,
                _ => {
                    object.next_value::<IgnoredAny>()?;
                }
            }
        }
        if has_images { Ok(()) } else { Err(A::Error::missing_field("images")) }
    }
}

fn polarity<E: Error>(word: &str) -> Result<Polarity, E> {
    match word {
        "light_ink" => Ok(Polarity::LightInk),
        "dark_ink" => Ok(Polarity::DarkInk),
        _ => Err(E::custom("`polarity` is light_ink or dark_ink")),
    }
}

/// One image, added to the values.
struct Image<'a>(&'a mut Vec<f32>);

impl<'de> DeserializeSeed<'de> for Image<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Image<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        write!(formatter, "an image: {GLYPH_SIZE_PX} rows of {GLYPH_SIZE_PX} values, or {PIXELS} values")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<(), A::Error> {
        let before = self.0.len();
        let mut rows = 0;
        while let Some(part) = array.next_element::<Part>()? {
            rows += usize::from(matches!(part, Part::Row(_)));
            match part {
                Part::Value(value) => self.0.push(checked(value)?),
                Part::Row(row) if row.len() == GLYPH_SIZE_PX => self.0.extend(row),
                Part::Row(row) => {
                    return Err(A::Error::custom(format!("a row has {GLYPH_SIZE_PX} values, not {}", row.len())));
                }
            }
            if self.0.len() - before > PIXELS {
                break;
            }
        }
        let count = self.0.len() - before;
        if count != PIXELS || !(rows == 0 || rows == GLYPH_SIZE_PX) {
            let more = if count > PIXELS { "more" } else { "fewer" };
            return Err(A::Error::custom(format!(
                "an image has {GLYPH_SIZE_PX} rows of {GLYPH_SIZE_PX} values, or {PIXELS} values; this one has {more}"
            )));
        }
        Ok(())
    }
}

/// An element of an image.
enum Part {
    Value(f64),
    /// No longer than it may be by one value, however much follows.
    Row(Vec<f32>),
}

impl<'de> Deserialize<'de> for Part {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PartVisitor)
    }
}

struct PartVisitor;

impl<'de> Visitor<'de> for PartVisitor {
    type Value = Part;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a number from 0 to 255, or a row of such numbers")
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Part, E> {
        Ok(Part::Value(value as f64))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Part, E> {
        Ok(Part::Value(value as f64))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Part, E> {
        Ok(Part::Value(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Part, A::Error> {
        let mut row = Vec::new();
        while let Some(part) = array.next_element::<Part>()? {
            match part {
                Part::Value(value) if row.len() <= GLYPH_SIZE_PX => row.push(checked(value)?),
                Part::Value(_) => {
                    return Err(A::Error::custom(format!("a row has {GLYPH_SIZE_PX} values, not more")));
                }
                Part::Row(_) => return Err(A::Error::custom("a row holds numbers, and no rows in turn")),
            }
        }
        Ok(Part::Row(row))
    }
}

/// A value that a pixel can have.
fn checked<E: Error>(value: f64) -> Result<f32, E> {
    if (0.0..=255.0).contains(&value) {
        Ok(value as f32)
    } else {
        Err(E::custom(format!("a value lies from 0 to 255 (or from 0 to 1), and {value} does not")))
    }
}

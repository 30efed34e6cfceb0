//! TIFF bytes in, directories of tags out: the structure that TIFF files and the EXIF part of a JPEG share.
//!
//! Written here rather than taken from the `tiff` crate, which reads the first page on opening, so that a broken first
//! page would hide the good ones behind it. What the tags mean is left to `tiff` and `exif`.

use std::collections::BTreeMap;

/// Bytes per value of the field types 1 to 18 of TIFF 6.0 and BigTIFF; 0 where there is no such type.
const TYPE_BYTES: [usize; 19] = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8];

/// Directories of scans have some dozens of tags, those of raw photographs one or two hundred. Ten thousand that lie over each other in
/// one file, each with 65,535 tags, would fill the memory.
const MAX_TAGS: usize = 512;

/// A TIFF structure: its bytes, and how it writes numbers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Structure<'a> {
    bytes: &'a [u8],
    big_endian: bool,
    /// BigTIFF: offsets and counts of eight bytes.
    wide: bool,
}

/// Where the values of one tag lie.
#[derive(Clone, Copy, Debug)]
struct Entry {
    kind: u16,
    count: usize,
    at: usize,
}

/// One directory: the tags of a page.
#[derive(Debug)]
pub(super) struct Directory {
    entries: BTreeMap<u16, Entry>,
    /// Offset of the next directory, 0 for none.
    pub(super) next: u64,
}

impl<'a> Structure<'a> {
    /// Reads the header; gives the structure and the offset of the first directory, or `None` if it is no TIFF header.
    pub(super) fn parse(bytes: &'a [u8]) -> Option<(Self, u64)> {
        let big_endian = match bytes.get(..2)? {
            b"II" => false,
            b"MM" => true,
            _ => return None,
        };
        let narrow = Self { bytes, big_endian, wide: false };
        match narrow.unsigned(2, 2)? {
            42 => Some((narrow, narrow.unsigned(4, 4)?)),
            43 if narrow.unsigned(4, 2)? == 8 => Some((Self { wide: true, ..narrow }, narrow.unsigned(8, 8)?)),
            _ => None,
        }
    }

    /// Whether numbers are written most significant byte first.
    pub(super) fn is_big_endian(&self) -> bool {
        self.big_endian
    }

    /// Reads the directory at an offset; `None` if it does not lie wholly in the file, or has absurdly many tags. Tags of unknown type, or whose
    /// values lie outside the file, are left out.
    pub(super) fn directory(&self, offset: u64) -> Option<Directory> {
        let (count_bytes, entry_bytes, offset_bytes) = if self.wide { (8, 20, 8) } else { (2, 12, 4) };
        let offset = usize::try_from(offset).ok()?;
        let header_bytes = if self.wide { 16 } else { 8 };
        if offset < header_bytes {
            return None;
        }
        let count = usize::try_from(self.unsigned(offset, count_bytes)?).ok()?;
        let first = offset.checked_add(count_bytes)?;
        let end = first.checked_add(count.checked_mul(entry_bytes)?)?;
        if end > self.bytes.len() || count > MAX_TAGS {
            return None;
        }
        let entries = (0..count).filter_map(|index| self.entry(first + index * entry_bytes)).collect();
        // Some writers leave the last offset out at the end of the file: that is the end of the chain.
        let next = self.unsigned(end, offset_bytes).unwrap_or(0);
        Some(Directory { entries, next })
    }

    fn entry(&self, at: usize) -> Option<(u16, Entry)> {
        let tag = self.unsigned(at, 2)? as u16;
        let kind = self.unsigned(at + 2, 2)? as u16;
        let word = if self.wide { 8 } else { 4 };
        let count = usize::try_from(self.unsigned(at + 4, word)?).ok()?;
        let value_bytes = count.checked_mul(*TYPE_BYTES.get(usize::from(kind)).filter(|bytes| **bytes > 0)?)?;
        let inline = at + 4 + word;
        let at = if value_bytes <= word { inline } else { usize::try_from(self.unsigned(inline, word)?).ok()? };
        (at.checked_add(value_bytes)? <= self.bytes.len()).then_some((tag, Entry { kind, count, at }))
    }

    fn unsigned(&self, at: usize, length: usize) -> Option<u64> {
        let bytes = self.bytes.get(at..at.checked_add(length)?)?;
        let push = |value: u64, byte: &u8| (value << 8) | u64::from(*byte);
        Some(if self.big_endian { bytes.iter().fold(0, push) } else { bytes.iter().rev().fold(0, push) })
    }
}

impl Directory {
    /// The whole numbers of a tag; `None` if it is missing or holds no whole numbers.
    pub(super) fn integers(&self, structure: &Structure, tag: u16) -> Option<Vec<u64>> {
        let entry = self.entries.get(&tag)?;
        let length = match entry.kind {
            1 | 3 | 4 | 7 | 13 | 16 | 18 => TYPE_BYTES[usize::from(entry.kind)],
            _ => return None,
        };
        (0..entry.count).map(|index| structure.unsigned(entry.at + index * length, length)).collect()
    }

    /// The first whole number of a tag.
    pub(super) fn integer(&self, structure: &Structure, tag: u16) -> Option<u64> {
        self.integers(structure, tag)?.first().copied()
    }

    /// The first value of a tag that holds fractions (or, against the standard, a whole or floating-point number).
    pub(super) fn fraction(&self, structure: &Structure, tag: u16) -> Option<f64> {
        let entry = self.entries.get(&tag).filter(|entry| entry.count > 0)?;
        match entry.kind {
            5 => {
                let (above, below) = (structure.unsigned(entry.at, 4)?, structure.unsigned(entry.at + 4, 4)?);
                (below != 0).then(|| above as f64 / below as f64)
            }
            11 => Some(f64::from(f32::from_bits(structure.unsigned(entry.at, 4)? as u32))),
            12 => Some(f64::from_bits(structure.unsigned(entry.at, 8)?)),
            _ => self.integer(structure, tag).map(|value| value as f64),
        }
    }

    /// The bytes of a tag that holds bytes.
    pub(super) fn bytes<'a>(&self, structure: &Structure<'a>, tag: u16) -> Option<&'a [u8]> {
        let entry = self.entries.get(&tag).filter(|entry| matches!(entry.kind, 1 | 7))?;
        structure.bytes.get(entry.at..entry.at + entry.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One directory at 8 with width 5 (short), two strip offsets (long, kept apart) and 300/1 dots.
    fn little() -> Vec<u8> {
        let mut bytes = b"II*\0\x08\0\0\0\x03\0".to_vec();
        for (tag, kind, count, value) in [(256u16, 3u16, 1u32, 5u32), (273, 4, 2, 50), (282, 5, 1, 58)] {
            bytes.extend(tag.to_le_bytes());
            bytes.extend(kind.to_le_bytes());
            bytes.extend(count.to_le_bytes());
            bytes.extend(value.to_le_bytes());
        }
        bytes.extend(0u32.to_le_bytes());
        for value in [7u32, 9, 300, 1] {
            bytes.extend(value.to_le_bytes());
        }
        bytes
    }

    #[test]
    fn reads_inline_and_distant_values() {
        let bytes = little();
        let (structure, first) = Structure::parse(&bytes).expect("a header");
        let directory = structure.directory(first).expect("a directory");
        assert_eq!(directory.integer(&structure, 256), Some(5));
        assert_eq!(directory.integers(&structure, 273), Some(vec![7, 9]));
        assert_eq!(directory.fraction(&structure, 282), Some(300.0));
        assert_eq!((directory.integer(&structure, 257), directory.next), (None, 0));
    }

    #[test]
    fn nothing_outside_the_file_is_read() {
        let bytes = little();
        for length in 0..bytes.len() {
            if let Some((structure, first)) = Structure::parse(&bytes[..length])
                && let Some(directory) = structure.directory(first)
            {
                assert_eq!(directory.fraction(&structure, 282), None);
            }
        }
        let (structure, _) = Structure::parse(&bytes).expect("a header");
        assert!([0, 4, 7, 65, u64::MAX].into_iter().all(|offset| structure.directory(offset).is_none()));
    }

    #[test]
    fn big_endian() {
        let bytes = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        let (structure, first) = Structure::parse(bytes).expect("a header");
        let directory = structure.directory(first).expect("a directory");
        assert_eq!(directory.integer(&structure, 0x0112), Some(6));
    }
}

//! Fax data (CCITT Group 3 and 4) in, one sample a pixel out; serves TIFF and PDF. Polarity is left to the caller.

use hayro_ccitt::{DecodeSettings, Decoder, DecoderContext};

use super::fault::{Fault, Outcome};

/// The sample of a run that the fax code calls white, and of one that it calls black: what an uncompressed bit would be.
pub(super) const WHITE_RUN: u8 = 0;
const BLACK_RUN: u8 = 255;

struct Rows {
    samples: Vec<u8>,
    columns: usize,
    decoded: usize,
}

impl Decoder for Rows {
    fn push_row(&mut self, changes: &[u32]) {
        let Some(row) = self.samples.chunks_exact_mut(self.columns).nth(self.decoded) else {
            return;
        };
        for run in changes.chunks(2) {
            let start = (run[0] as usize).min(row.len());
            let end = run.get(1).map_or(row.len(), |end| (*end as usize).min(row.len()));
            row[start..end.max(start)].fill(BLACK_RUN);
        }
        self.decoded += 1;
    }
}

/// Decodes `settings.rows` rows of `settings.columns` samples, 0 for white runs and 255 for black ones.
///
/// # Errors
/// [`Fault::Damaged`] if a code is wrong (Group 4), or fewer rows are there. A damaged row of a Group 3 fax is what
/// telephone lines did: it comes out white from the damage on, and the next row is sound.
pub(super) fn decode(data: &[u8], settings: DecodeSettings) -> Outcome<Vec<u8>> {
    let (columns, count) = (settings.columns as usize, settings.rows as usize);
    let mut rows = Rows { samples: vec![WHITE_RUN; columns * count], columns, decoded: 0 };
    let outcome = hayro_ccitt::decode(data, &mut rows, &mut DecoderContext::new(settings));
    if rows.decoded < count {
        let cause = if outcome.is_err() { "is damaged" } else { "ends early" };
        return Err(Fault::damaged(format!(
            "the fax data {cause} after row {} of {count}; copy the file again or scan the paper again",
            rows.decoded
        )));
    }
    Ok(rows.samples)
}

#[cfg(test)]
mod tests {
    use hayro_ccitt::EncodingMode;

    use super::*;

    fn settings(encoding: EncodingMode, rows: u32) -> DecodeSettings {
        DecodeSettings {
            columns: 8,
            rows,
            end_of_block: true,
            end_of_line: false,
            rows_are_byte_aligned: false,
            encoding,
            strict: false,
        }
    }

    #[test]
    fn group_4_rows() {
        // White 4 (1011) and black 4 (011) by horizontal mode (001), then a row like it by two vertical modes and one
        // for the end of the row, then the end of the block.
        let bits = "001 1011 011 1 1 000000000001 000000000001";
        let samples = decode(&pack(bits), settings(EncodingMode::Group4, 2)).expect("two rows");
        let row = [0, 0, 0, 0, 255, 255, 255, 255];
        assert_eq!(samples, [row, row].concat());
    }

    #[test]
    fn missing_rows_are_an_error() {
        let bits = "001 1011 011 1 1";
        assert!(matches!(decode(&pack(bits), settings(EncodingMode::Group4, 9)), Err(Fault::Damaged(_))));
        assert!(decode(&[], settings(EncodingMode::Group3_1D, 1)).is_err());
    }

    fn pack(bits: &str) -> Vec<u8> {
        let digits: Vec<u8> = bits.bytes().filter(|bit| *bit != b' ').map(|bit| bit - b'0').collect();
        digits.chunks(8).map(|byte| byte.iter().enumerate().fold(0, |sum, (at, bit)| sum | (bit << (7 - at)))).collect()
    }
}

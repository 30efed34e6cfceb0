//! A JBIG2 stream in; whether it may show symbols that only look like those on the paper, and the size of its pages, out (ITU-T T.88).
//!
//! An encoder may store one picture of a symbol and put it wherever a similar one stood: a 6 may come back as an 8, sharp and wrong.
//! Text regions are what does that. Only the headers of segments are read; decoding is left to the renderer.

/// Segment types of text regions that do not promise to be exact: intermediate and immediate (T.88, 7.3). Type 7, the "immediate
/// lossless text region", does promise it.
const LOSSY_TEXT_REGIONS: [u8; 2] = [4, 6];

/// An immediate generic region, the one segment whose length may be unknown (7.2.7).
const GENERIC_REGION: u8 = 38;

/// Bytes of the region segment information field (7.4.1), behind which the flags of a generic region stand.
const REGION_FIELD_BYTES: usize = 17;

/// A page information segment begins with width and height (7.4.8).
const PAGE_INFORMATION: u8 = 48;

/// Whether a stream as PDF embeds it (segments one after the other, no file header) has a lossy text region.
pub(super) fn has_lossy_symbols(stream: &[u8]) -> bool {
    segments(stream).any(|(kind, _)| LOSSY_TEXT_REGIONS.contains(&kind))
}

/// Width and height of the pages in a stream, by which the decoder takes memory; no height where it is told only at the end.
pub(super) fn page_sizes(stream: &[u8]) -> Vec<(u32, Option<u32>)> {
    let pages = segments(stream).filter(|(kind, _)| *kind == PAGE_INFORMATION);
    let size = |data: &[u8]| Some((be_u32(data)?, be_u32(data.get(4..)?).filter(|height| *height != u32::MAX)));
    pages.filter_map(|(_, data)| size(data)).collect()
}

/// Type and data of each segment, as far as the headers can be followed.
fn segments(stream: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    let mut rest = stream;
    std::iter::from_fn(move || {
        let (kind, data, after) = segment(rest)?;
        rest = after;
        Some((kind, data))
    })
}

/// The type of the first segment, its data, and what follows; `None` where no whole header is left (7.2).
fn segment(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let number = be_u32(bytes)?;
    let flags = *bytes.get(4)?;
    let mut at = 5;
    // The three highest bits count the segments referred to, or tell that a long form follows, with a bit for each behind it.
    let short_count = usize::from(bytes.get(at)? >> 5);
    let referred = if short_count == 7 {
        let count = (be_u32(bytes.get(at..)?)? & 0x1FFF_FFFF) as usize;
        at += 4 + (count + 1).div_ceil(8);
        count
    } else {
        at += 1;
        short_count
    };
    let reference_bytes = match number {
        0..=256 => 1,
        257..=65_536 => 2,
        _ => 4,
    };
    at = at.checked_add(referred.checked_mul(reference_bytes)?)?;
    at += if flags & 0x40 == 0 { 1 } else { 4 };
    let length = be_u32(bytes.get(at..)?)?;
    let data = bytes.get(at + 4..)?;
    let kind = flags & 0x3F;
    let length = if length == u32::MAX && kind == GENERIC_REGION { unknown_length(data)? } else { length as usize };
    let (data, after) = data.split_at(length.min(data.len()));
    Some((kind, data, after))
}

/// The length of a generic region that does not state it: it ends with a mark that depends on its coding, and a row count of four bytes.
fn unknown_length(data: &[u8]) -> Option<usize> {
    let is_mmr = data.get(REGION_FIELD_BYTES)? & 1 == 1;
    let mark: &[u8] = if is_mmr { &[0, 0] } else { &[0xFF, 0xAC] };
    let behind_flags = REGION_FIELD_BYTES + 1;
    let end = data.get(behind_flags..)?.windows(2).position(|window| window == mark)?;
    Some(behind_flags + end + 2 + 4)
}

fn be_u32(bytes: &[u8]) -> Option<u32> {
    bytes.first_chunk().map(|bytes| u32::from_be_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A segment without references, of page 1.
    fn plain(number: u32, kind: u8, data: &[u8]) -> Vec<u8> {
        let mut bytes = number.to_be_bytes().to_vec();
        bytes.extend([kind, 0, 1]);
        bytes.extend((data.len() as u32).to_be_bytes());
        bytes.extend(data);
        bytes
    }

    #[test]
    fn text_regions_are_lossy_unless_they_promise_otherwise() {
        let page = plain(0, 48, &[0; 19]);
        assert!(!has_lossy_symbols(&[page.clone(), plain(1, 39, &[6; 30])].concat()));
        assert!(!has_lossy_symbols(&[page.clone(), plain(1, 7, &[0; 30])].concat()));
        for kind in [4, 6] {
            assert!(has_lossy_symbols(&[page.clone(), plain(1, 0, &[9; 40]), plain(2, kind, &[0; 30])].concat()));
        }
    }

    #[test]
    fn pages_tell_their_size() {
        let sized = |height: u32| plain(0, 48, &[&[0, 0, 1, 0][..], &height.to_be_bytes(), &[0; 11]].concat());
        assert_eq!(page_sizes(&[sized(7), sized(u32::MAX)].concat()), [(256, Some(7)), (256, None)]);
    }

    #[test]
    fn references_and_long_page_numbers_are_passed_over() {
        let mut long = 70_000u32.to_be_bytes().to_vec();
        long.extend([0x40, 0xE0, 0, 0, 9, 0xFF, 0xFF]);
        long.extend([0; 9 * 4 + 4]);
        long.extend([0, 0, 0, 2, 6, 6]);
        assert!(has_lossy_symbols(&[long.clone(), plain(1, 6, &[])].concat()));
        assert!(!has_lossy_symbols(&long));
    }

    #[test]
    fn a_region_of_unknown_length_ends_at_its_mark() {
        let mut region = vec![0, 0, 0, 1, 38, 0, 1, 0xFF, 0xFF, 0xFF, 0xFF];
        region.extend([0; 18]);
        region.extend([1, 2, 3, 0xFF, 0xAC, 0, 0, 0, 5]);
        assert!(has_lossy_symbols(&[region, plain(2, 6, &[])].concat()));
    }

    #[test]
    fn whatever_comes_the_walk_ends() {
        for length in 0..40 {
            assert!(!has_lossy_symbols(&vec![0xFF; length]));
            has_lossy_symbols(&vec![0; length]);
        }
    }
}

//! Memory in flight: what a scan or page will take in; whether it may begin now out.

/// Bytes a pixel that a page takes at its peak, decoded image and ink, masks and labels of the later stages together. The peak of a run rose by
/// 37 to 43 MB with each thread on grey pages of 8.7 megapixels, and by 44 to 51 MB on colour ones: 5 and 6 bytes a pixel, and a reserve.
pub(super) const PAGE_BYTES_PER_PIXEL: u64 = 8;

/// How many bytes are taken by what is under way.
#[derive(Debug)]
pub(super) struct Budget {
    most_bytes: u64,
    taken_bytes: u64,
    pages: usize,
    files: usize,
}

/// What part of the budget something takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Share {
    /// The bytes of an open file.
    File(u64),
    /// A page being read.
    Page(u64),
}

impl Budget {
    pub fn new(most_bytes: u64) -> Self {
        Self { most_bytes, taken_bytes: 0, pages: 0, files: 0 }
    }

    /// Takes a share if there is room. One file and one page always have room, so that everything comes to its end.
    pub fn take(&mut self, share: Share) -> bool {
        let (bytes, under_way) = match share {
            Share::File(bytes) => (bytes, &mut self.files),
            Share::Page(bytes) => (bytes, &mut self.pages),
        };
        let fits = self.taken_bytes.saturating_add(bytes) <= self.most_bytes;
        if *under_way > 0 && !fits {
            return false;
        }
        *under_way += 1;
        self.taken_bytes = self.taken_bytes.saturating_add(bytes);
        true
    }

    /// Gives a share back.
    pub fn give_back(&mut self, share: Share) {
        let (bytes, under_way) = match share {
            Share::File(bytes) => (bytes, &mut self.files),
            Share::Page(bytes) => (bytes, &mut self.pages),
        };
        *under_way = under_way.saturating_sub(1);
        self.taken_bytes = self.taken_bytes.saturating_sub(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_room_for_one_page_whatever_its_size_and_for_more_within_the_bounds() {
        let mut budget = Budget::new(100);
        assert!(budget.take(Share::File(90)) && budget.take(Share::Page(1000)));
        assert!(!budget.take(Share::Page(1)) && !budget.take(Share::File(1)));
        budget.give_back(Share::Page(1000));
        assert!(budget.take(Share::Page(5)) && budget.take(Share::Page(5)) && !budget.take(Share::Page(1)));
        budget.give_back(Share::File(90));
        assert!(budget.take(Share::Page(90)));
    }
}

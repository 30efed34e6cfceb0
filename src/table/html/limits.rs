//! How much one page may hold, so that a browser opens it without trouble: numbers and pages in, whether there is room for them out.
//!
//! A number with its crop takes 4 to 5 kB, the picture of a page about 70 kB, both as base64.

use serde::Serialize;

use crate::number::{Number, Status};
use crate::table::PageRecord;

/// Numbers for review; more than this is work for several runs.
const MOST_FOR_REVIEW: usize = 20_000;

/// All other numbers together: they are there to be looked through, and their digits to compare with.
const MOST_OTHERS: usize = 5_000;

/// Pictures of pages with a number for review ...
const MOST_PAGES_FOR_REVIEW: usize = 200;
/// ... and of all others.
const MOST_OTHER_PAGES: usize = 100;

/// The room that is left, and what found none.
#[derive(Debug)]
pub(super) struct Room {
    for_review: usize,
    others: usize,
    pages_for_review: usize,
    other_pages: usize,
    left_out: LeftOut,
}

/// What the page does not hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct LeftOut {
    /// Numbers for review.
    pub for_review: usize,
    /// Other numbers.
    pub others: usize,
    /// Pictures of pages.
    pub pictures: usize,
}

impl Room {
    /// All of it.
    pub fn new() -> Self {
        Self {
            for_review: MOST_FOR_REVIEW,
            others: MOST_OTHERS,
            pages_for_review: MOST_PAGES_FOR_REVIEW,
            other_pages: MOST_OTHER_PAGES,
            left_out: LeftOut::default(),
        }
    }

    /// What has found no room.
    pub fn left_out(&self) -> LeftOut {
        self.left_out
    }

    /// Whether there is room for a number, which takes it.
    pub fn takes_number(&mut self, number: &Number) -> bool {
        let (room, left_out) = match number.status {
            Status::Review => (&mut self.for_review, &mut self.left_out.for_review),
            _ => (&mut self.others, &mut self.left_out.others),
        };
        take(room, left_out)
    }

    /// Whether there is room for the picture of a page, which takes it.
    pub fn takes_picture(&mut self, page: &PageRecord) -> bool {
        let is_for_review = page.numbers.iter().any(|number| number.status == Status::Review);
        let room = if is_for_review { &mut self.pages_for_review } else { &mut self.other_pages };
        take(room, &mut self.left_out.pictures)
    }
}

fn take(room: &mut usize, left_out: &mut usize) -> bool {
    match room.checked_sub(1) {
        Some(rest) => *room = rest,
        None => {
            *left_out += 1;
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Rect;

    #[test]
    fn numbers_for_review_have_room_of_their_own() {
        let mut room = Room::new();
        let review = Number::unplaced(Rect::default());
        let other = Number { status: Status::Ok, ..review.clone() };
        let taken = (0..MOST_OTHERS + 7).filter(|_| room.takes_number(&other)).count();
        assert_eq!((taken, room.left_out()), (MOST_OTHERS, LeftOut { others: 7, ..LeftOut::default() }));
        assert!(room.takes_number(&review));
    }

    #[test]
    fn pages_without_doubt_do_not_take_the_room_of_others() {
        let mut room = Room::new();
        let plain = PageRecord::default();
        let taken = (0..MOST_OTHER_PAGES + 1).filter(|_| room.takes_picture(&plain)).count();
        assert_eq!((taken, room.left_out().pictures), (MOST_OTHER_PAGES, 1));
        let doubtful = PageRecord { numbers: vec![Number::unplaced(Rect::default())], ..PageRecord::default() };
        assert!(room.takes_picture(&doubtful));
    }
}

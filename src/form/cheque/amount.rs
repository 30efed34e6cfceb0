//! Where the amount in figures stands: behind the printed currency sign, in a box, or where banks put it.

use super::currency::{self, Sign};
use super::screen;
use crate::clean::CleanPage;
use crate::geometry::Rect;
use crate::runs::{Component, Runs, components};

/// A sign less alike than this is none.
const LEAST_SIGN: f32 = 0.5;
/// Width and height of a printed amount box, as shares of the cheque's width, least and most: 0.8 to 2.4 and 0.22 to 0.75 inches on 6.
const BOX_WIDTH_SHARES: (f32, f32) = (0.13, 0.4);
const BOX_HEIGHT_SHARES: (f32, f32) = (0.036, 0.125);
/// The middle of a box, as shares of width and height, lies in these ranges.
const BOX_MIDDLE_X: (f32, f32) = (0.66, 0.97);
const BOX_MIDDLE_Y: (f32, f32) = (0.2, 0.66);
/// Room behind a sign, as shares of the cheque's width: as far as the edge of the cheque, and the convenience amount area's height.
const ROOM_WIDTH_SHARE: f32 = 0.24;
const ROOM_HEIGHT_SHARE: f32 = 0.062;
/// The printed frame of a cheque is no farther from its edge.
const FRAME_SHARE: f32 = 0.022;
/// Where the amount is looked for without sign and box, as shares of width and height (US personal cheques).
const USUAL_X: (f32, f32) = (0.77, 0.97);
const USUAL_Y: (f32, f32) = (0.32, 0.48);
/// Thin pieces longer than this, as a share of the cheque's width, are remains of rules and boxes; a minus is shorter.
const LEVEL_REST_SHARE: f32 = 0.055;
const PLUMB_REST_SHARE: f32 = 0.042;
const REST_THICKNESS_SHARE: f32 = 0.006;

/// Finds the room of the amount on a cheque; the currency sign beside it and remains of rules in it are erased from the page.
pub(super) fn find(page: &mut CleanPage, cheque: &Rect, cells: &[Rect]) -> Rect {
    let sign = currency::find(&page.ink, cheque).filter(|sign| sign.likeness >= LEAST_SIGN);
    let boxed = best_box(cheque, cells, sign.as_ref());
    let room = match (boxed, &sign) {
        (Some(cell), _) => cell.grown(-(cell.height / 20)),
        (None, Some(sign)) => room_behind(sign, cheque),
        (None, None) => usual_room(cheque),
    };
    let mut room = room;
    if let Some(sign) =
        sign.filter(|sign| sign.bounds.shared_rows(&room) > 0 && sign.bounds.x < room.x + room.width / 3)
    {
        clear_sign(page, &sign.bounds);
        let left = (sign.bounds.right() + 1).max(room.x);
        room = Rect::from_edges(left, room.y, room.right(), room.bottom());
    }
    screen::descreen(page, cheque.width, &room.grown(room.height / 8));
    erase_rests(page, cheque, &room);
    room
}

/// Erases the sign, and what of it reaches beyond its drawn likeness.
fn clear_sign(page: &mut CleanPage, sign: &Rect) {
    let around = sign.grown(sign.height / 6);
    let is_part = |component: &&Component| {
        let b = component.bounds;
        b.intersection(&around).area() * 10 > b.area() * 9 && b.intersection(sign).area() * 2 > b.area()
    };
    let found = components(&Runs::of_mask(&page.mask));
    for own in found.iter().filter(is_part) {
        clear(page, &own.bounds.grown(1));
    }
    clear(page, &sign.grown(1));
}

fn part(start: i32, length: i32, share: f32) -> i32 {
    start + (share * length as f32) as i32
}

/// The printed box that is most likely the amount's: of the right size and place, behind the sign where there is one.
fn best_box(cheque: &Rect, cells: &[Rect], sign: Option<&Sign>) -> Option<Rect> {
    let width = cheque.width as f32;
    let within = |value: f32, (least, most): (f32, f32)| (least..most).contains(&value);
    let fits = |cell: &&Rect| {
        let center = cell.center();
        let (x, y) = (center.x - f64::from(cheque.x), center.y - f64::from(cheque.y));
        within(cell.width as f32 / width, BOX_WIDTH_SHARES)
            && within(cell.height as f32 / width, BOX_HEIGHT_SHARES)
            && within(x as f32 / width, BOX_MIDDLE_X)
            && within(y as f32 / cheque.height as f32, BOX_MIDDLE_Y)
            && sign.is_none_or(|sign| sign.bounds.shared_rows(cell) * 2 > sign.bounds.height || sign.likeness < 0.6)
    };
    cells.iter().filter(fits).max_by_key(|cell| (cell.area(), -cell.y)).copied()
}

fn room_behind(sign: &Sign, cheque: &Rect) -> Rect {
    let left = sign.bounds.right() + 1;
    let most = cheque.right() - part(0, cheque.width, FRAME_SHARE);
    let right = most.min(left + part(0, cheque.width, ROOM_WIDTH_SHARE)).max(left + 1);
    let height = part(0, cheque.width, ROOM_HEIGHT_SHARE).max(3 * sign.bounds.height / 2);
    let middle = sign.bounds.y + sign.bounds.height / 2;
    Rect::new(left, middle - height / 2, right - left, height)
}

fn usual_room(cheque: &Rect) -> Rect {
    let x = |share: f32| part(cheque.x, cheque.width, share);
    let y = |share: f32| part(cheque.y, cheque.height, share);
    Rect::from_edges(x(USUAL_X.0), y(USUAL_Y.0), x(USUAL_X.1), y(USUAL_Y.1))
}

/// Erases long thin pieces that reach into the room: print that was too pale or too broken for a rule.
fn erase_rests(page: &mut CleanPage, cheque: &Rect, room: &Rect) {
    let px = |share: f32| (share * cheque.width as f32).max(2.0) as i32;
    let is_rest = |component: &&Component| {
        let b = component.bounds;
        let level = b.width >= px(LEVEL_REST_SHARE) && b.height <= px(REST_THICKNESS_SHARE);
        let plumb = b.height >= px(PLUMB_REST_SHARE) && b.width <= px(REST_THICKNESS_SHARE);
        (level || plumb) && b.intersection(room).area() > 0
    };
    let found = components(&Runs::of_mask(&page.mask));
    for rest in found.iter().filter(is_rest) {
        clear(page, &rest.bounds.grown(1));
    }
}

fn clear(page: &mut CleanPage, area: &Rect) {
    let whole = Rect::new(0, 0, page.ink.width() as i32, page.ink.height() as i32);
    let area = area.intersection(&whole);
    for y in area.y..area.bottom() {
        for x in area.x..area.right() {
            page.ink.put_pixel(x as u32, y as u32, image::Luma([0]));
            page.mask.put_pixel(x as u32, y as u32, image::Luma([0]));
        }
    }
}

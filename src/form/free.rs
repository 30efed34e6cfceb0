//! Numbers without ruling: what ink the fields leave over in, groups of characters that may be a number out.

use super::{Field, Shape};
use crate::geometry::Rect;
use crate::runs::Component;

/// Heights of free-standing handwritten digits, in inches (2.9 mm to 18 mm). Smaller print is left alone.
const MIN_HEIGHT_INCH: f32 = 0.115;
const MAX_HEIGHT_INCH: f32 = 0.7;

/// Small letters are at least this high (1.3 mm); a group with many of them is print or words.
const LETTER_HEIGHT_INCH: f32 = 0.05;

/// Characters of one group lie at most this share of their height apart.
const MAX_GAP_SHARE: f32 = 0.9;

/// A piece of ink this much larger than a digit is no digit (a bar, a logo, a signature), nor is what lies on it.
const SOLID_INCH: f32 = 1.2;

/// A number of one or two characters that stands alone is nearly always print (a page number, a line number).
const MIN_CHARACTERS: usize = 3;

/// Print stands on one line and in one size to this share of its height; no hand does.
const PRINT_SPREAD_SHARE: f32 = 0.05;

/// Groups of characters outside all fields.
pub fn find(components: &[Component], fields: &[Field], dpi: f32) -> Vec<Field> {
    let px = |inch: f32| (inch * dpi) as i32;
    let (letter_height, min_height, max_height) = (px(LETTER_HEIGHT_INCH), px(MIN_HEIGHT_INCH), px(MAX_HEIGHT_INCH));
    let solids: Vec<Rect> = components
        .iter()
        .map(|component| component.bounds)
        .filter(|bounds| bounds.width.max(bounds.height) as f32 > SOLID_INCH * dpi)
        .collect();
    let is_taken = |bounds: &Rect| {
        let covers = |other: &Rect| other.intersection(bounds).area() * 2 > bounds.area();
        fields.iter().any(|field| covers(&field.bounds)) || solids.iter().any(covers)
    };
    let mut characters: Vec<Rect> = components
        .iter()
        .map(|component| component.bounds)
        .filter(|bounds| (letter_height..=max_height).contains(&bounds.height) && !is_taken(bounds))
        .collect();
    characters.sort_by_key(|bounds| bounds.x);
    group(&characters)
        .into_iter()
        .filter(|members| {
            let tall = members.iter().filter(|member| member.height >= min_height).count();
            tall >= MIN_CHARACTERS && tall * 5 >= members.len() * 4 && !looks_printed(members)
        })
        .map(|members| {
            let bounds = members.iter().fold(Rect::default(), |bounds, member| bounds.union(member));
            Field { bounds: bounds.grown((0.03 * dpi) as i32), shape: Shape::Free }
        })
        .collect()
}

/// Whether nearly all characters have the same height and stand on the same line.
fn looks_printed(members: &[Rect]) -> bool {
    let median = |mut values: Vec<i32>| {
        values.sort_unstable();
        values[values.len() / 2]
    };
    let height = median(members.iter().map(|member| member.height).collect());
    let foot = median(members.iter().map(Rect::bottom).collect());
    let slack = (PRINT_SPREAD_SHARE * height as f32).max(1.5) as i32;
    let even = members
        .iter()
        .filter(|member| (member.height - height).abs() <= slack && (member.bottom() - foot).abs() <= slack)
        .count();
    even * 5 >= members.len() * 4
}

/// Characters that follow each other closely at about the same height; `characters` are sorted by column.
fn group(characters: &[Rect]) -> Vec<Vec<Rect>> {
    let mut groups: Vec<Vec<Rect>> = Vec::new();
    for character in characters {
        let fitting = groups.iter_mut().find(|members| {
            let last = members[members.len() - 1];
            let height = last.height.max(character.height);
            let gap = character.x - last.right();
            let level = last.shared_rows(character) * 2 > last.height.min(character.height);
            level && gap as f32 <= MAX_GAP_SHARE * height as f32 && last.height.min(character.height) * 5 > height * 2
        });
        match fitting {
            Some(members) => members.push(*character),
            None => groups.push(vec![*character]),
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    fn component(x: i32, y: i32, width: i32, height: i32) -> Component {
        Component { bounds: Rect::new(x, y, width, height), area_px: width * height / 3, runs: Vec::new() }
    }

    #[test]
    fn four_digits_in_a_row_are_a_group_and_a_lone_one_is_not() {
        let mut components: Vec<Component> =
            (0..4).map(|n| component(100 + 45 * n, 500 + 4 * (n % 3), 30, 48 + 3 * n)).collect();
        components.push(component(900, 500, 30, 50));
        let found = find(&components, &[], 300.0);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].bounds, Rect::new(91, 491, 183, 80));
    }

    #[test]
    fn print_is_not_handwriting() {
        let components: Vec<Component> = (0..6).map(|n| component(100 + 40 * n, 500 + n % 2, 30, 50)).collect();
        assert!(find(&components, &[], 300.0).is_empty());
    }

    #[test]
    fn what_lies_in_a_field_is_not_free() {
        let components: Vec<Component> = (0..4).map(|n| component(100 + 45 * n, 500, 30, 50)).collect();
        let field = Field { bounds: Rect::new(80, 480, 300, 90), shape: Shape::Box };
        assert!(find(&components, &[field], 300.0).is_empty());
    }
}

//! Pictures of touching digits, and where they are cut.

use super::*;
use crate::runs::{Runs, components, mask_of};

fn component_of(picture: &[&str]) -> Component {
    components(&Runs::of_mask(&mask_of(picture))).remove(0)
}

/// Each pixel three by three times, so that strokes are as wide as in writing.
fn enlarged(picture: &[&str]) -> Component {
    let rows: Vec<String> =
        picture.iter().map(|row| row.chars().flat_map(|pixel| std::iter::repeat_n(pixel, 3)).collect()).collect();
    let rows: Vec<&str> = rows.iter().flat_map(|row| std::iter::repeat_n(row.as_str(), 3)).collect();
    component_of(&rows)
}

/// Whether some cut passes between the given columns of the unenlarged picture in every row that is named.
fn passes(picture: &[&str], rows: &[(usize, i32, i32)]) -> bool {
    let component = enlarged(picture);
    let cuts = propose(&component, component.bounds.height as f32, 0.0);
    cuts.iter()
        .any(|cut| rows.iter().all(|&(row, start, end)| (3 * start..=3 * end).contains(&cut.columns[3 * row + 1])))
}

#[test]
fn two_zeros_side_by_side_are_cut_where_they_touch() {
    let zeros = [
        "..###......###..", //
        ".#...#....#...#.", //
        "#.....#..#.....#", //
        "#......##......#", //
        "#......##......#", //
        "#......##......#", //
        "#.....#..#.....#", //
        ".#...#....#...#.", //
        "..###......###..", //
    ];
    assert!(passes(&zeros, &[(3, 7, 9), (4, 7, 9), (5, 7, 9)]));
}

#[test]
fn a_ligature_at_the_foot_is_cut() {
    let two_and_zero = [
        ".###........##..", //
        "#...#......#..#.", //
        "....#.....#....#", //
        "...#......#....#", //
        "..#.......#....#", //
        ".#........#....#", //
        "#..........#..#.", //
        "#############...", //
    ];
    assert!(passes(&two_and_zero, &[(2, 5, 10), (4, 3, 10), (7, 4, 11)]));
}

#[test]
fn a_cut_turns_aside_under_a_bar() {
    let five_and_seven = [
        "...#############", //
        "...#...........#", //
        "..#...........#.", //
        "..####.......#..", //
        "......#......#..", //
        "......#.....#...", //
        "......#.....#...", //
        ".####......#....", //
    ];
    assert!(passes(&five_and_seven, &[(0, 4, 15), (4, 7, 13), (7, 5, 11)]));
}

#[test]
fn a_loop_costs_as_much_as_its_two_strokes_and_strokes_side_by_side_less() {
    let zero = enlarged(&[".####.", "##..##", "#....#", "#....#", "#....#", "##..##", ".####."]);
    let side_by_side = enlarged(&["##"; 7]);
    let cost_in_the_middle = |component: &Component| {
        let upright = Upright::of(component, 0.0);
        Seams::of(&upright).costs(upright.height / 2)[upright.width / 2]
    };
    // Three pixels each.
    assert!(cost_in_the_middle(&zero) >= 5.0);
    // One price for all ink would make it 21.
    assert!(cost_in_the_middle(&side_by_side) < 12.0);
}

#[test]
fn a_narrow_component_is_left_whole() {
    assert!(propose(&component_of(&["##", "##", "##", "##", "##", "##"]), 6.0, 0.0).is_empty());
}

#[test]
fn a_serif_is_no_part() {
    let one_on_a_foot = ["....#....", "....#....", "....#....", "....#....", "....#....", "....#....", "#########"];
    let component = enlarged(&one_on_a_foot);
    for cut in propose(&component, component.bounds.height as f32, 0.0) {
        let parts = split(&component, std::slice::from_ref(&cut));
        assert!(parts.iter().all(|runs| runs.iter().any(|run| run.row < 15)), "{cut:?}");
    }
}

#[test]
fn the_parts_hold_all_the_ink() {
    let component = component_of(&["##########", "#.#.##.#.#"]);
    let cuts = [Cut { columns: vec![3, 3] }, Cut { columns: vec![8, 2] }];
    let parts = split(&component, &cuts);
    let ink: i32 = parts.iter().flatten().map(Run::length).sum();
    assert_eq!((parts.len(), ink), (3, component.area_px));
}

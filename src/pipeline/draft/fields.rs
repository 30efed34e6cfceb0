//! Names and kinds of drafted fields: fields by their looks in, fields of a template with remarks out.

use crate::form::draft::{DraftField, DraftShape, in_rows};
use crate::geometry::Rect;
use crate::template::{DateOrder, FieldKind, FieldSpec};

/// The combs of a day, a month and a year lie at most this far apart, in inches: words such as `Month` may stand between (20 mm).
const DATE_GAP_INCH: f32 = 0.8;

/// The fields of a template in reading order, and remarks by their places.
pub fn specify(found: &[DraftField], dpi: f32) -> (Vec<FieldSpec>, Vec<(usize, String)>) {
    let (mut specs, mut remarks) = (Vec::new(), Vec::new());
    for (row, members) in in_rows(found.to_vec()).iter().enumerate() {
        let (mut index, mut column) = (0, 0);
        while index < members.len() {
            let field = &members[index];
            column += 1;
            let name = name_of(field, row + 1, column);
            remarks.extend(field.doubts.iter().map(|doubt| (specs.len(), doubt.remark().to_owned())));
            if is_date(&members[index..], dpi) {
                let bounds =
                    members[index..index + 3].iter().fold(Rect::default(), |all, part| all.union(&part.bounds));
                remarks.retain(|(place, _)| *place != specs.len());
                remarks.push((specs.len(), "three combs of 2, 2 and 4 cells: taken as one date, day first".to_owned()));
                specs.push(FieldSpec::new(name, bounds, FieldKind::Date(DateOrder::DayMonthYear)));
                index += 3;
                continue;
            }
            let (kind, cells, remark) = kind_of(field);
            remarks.extend(remark.map(|remark| (specs.len(), remark.to_owned())));
            specs.push(FieldSpec { cells, ..FieldSpec::new(name, field.bounds, kind) });
            index += 1;
        }
    }
    (specs, remarks)
}

/// A name by the place: the row and column of the table, or of the page.
fn name_of(field: &DraftField, row: usize, column: usize) -> String {
    match field.shape {
        DraftShape::TableCell { table, row, column } => format!("table{table}_r{row}_c{column}"),
        _ => format!("row{row}_col{column}"),
    }
}

/// The kind that a field most likely is, its number of cells, and what to say of that.
fn kind_of(field: &DraftField) -> (FieldKind, Option<usize>, Option<&'static str>) {
    match &field.shape {
        DraftShape::Comb(cells) if cells.len() == 8 => {
            let remark = (field.printed < 8).then_some("eight cells: taken as a date, day first; may be digits");
            (FieldKind::Date(DateOrder::DayMonthYear), Some(8), remark)
        }
        DraftShape::Comb(cells) => (FieldKind::Digits, Some(cells.len()), None),
        DraftShape::CheckBox => (FieldKind::CheckBox, None, None),
        DraftShape::Underline => (FieldKind::Amount, None, Some("a line: may be for words")),
        DraftShape::Box | DraftShape::TableCell { .. } => (FieldKind::Amount, None, None),
    }
}

/// Whether a row goes on with combs of two, two and four cells, near each other.
fn is_date(fields: &[DraftField], dpi: f32) -> bool {
    let cells = |field: &DraftField| if let DraftShape::Comb(cells) = &field.shape { cells.len() } else { 0 };
    let near = |pair: &[DraftField]| (pair[1].bounds.x - pair[0].bounds.right()) as f32 <= DATE_GAP_INCH * dpi;
    fields.len() >= 3
        && [2, 2, 4].iter().zip(fields).all(|(count, field)| cells(field) == *count)
        && fields[..3].windows(2).all(near)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comb(x: i32, count: i32) -> DraftField {
        let cells: Vec<Rect> = (0..count).map(|cell| Rect::new(x + 64 * cell, 100, 61, 80)).collect();
        let bounds = cells.iter().fold(Rect::default(), |all, cell| all.union(cell));
        DraftField { bounds, shape: DraftShape::Comb(cells), printed: 0, doubts: Vec::new() }
    }

    #[test]
    fn a_day_a_month_and_a_year_are_one_date() {
        let (specs, remarks) = specify(&[comb(100, 2), comb(300, 2), comb(500, 4), comb(1200, 6)], 300.0);
        assert_eq!(specs.len(), 2);
        assert_eq!((specs[0].kind, specs[0].bounds.x), (FieldKind::Date(DateOrder::DayMonthYear), 100));
        assert_eq!((specs[1].kind, specs[1].cells), (FieldKind::Digits, Some(6)));
        assert_eq!(remarks.len(), 1);
    }

    #[test]
    fn names_go_by_rows_and_by_tables() {
        let cell = |row: usize, column: usize| DraftField {
            bounds: Rect::new(100 + 300 * column as i32, 500 + 60 * row as i32, 290, 55),
            shape: DraftShape::TableCell { table: 1, row, column },
            printed: 0,
            doubts: Vec::new(),
        };
        let (specs, _) = specify(&[comb(100, 5), comb(700, 5), cell(1, 1), cell(1, 2), cell(2, 1), cell(2, 2)], 300.0);
        let names: Vec<&str> = specs.iter().map(|spec| spec.name.as_str()).collect();
        assert_eq!(names, ["row1_col1", "row1_col2", "table1_r1_c1", "table1_r1_c2", "table1_r2_c1", "table1_r2_c2"]);
    }
}

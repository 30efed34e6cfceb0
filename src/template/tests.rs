//! Template files with one thing wrong in each, files that are right, and files that are written and read again.

use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::*;
use crate::error::{Error, Result, Stage};

const GOOD: &str = r#"name = "tax-return"
width = 2480
height = 3508
dpi = 300

[[mark]]
box = [60, 60, 70, 70]

[[ignore]]
box = [0, 3400, 2480, 108]

[[field]]
name = "tax_number"
box = [300, 400, 900, 90]
kind = "digits"
cells = 11
length = 11
check_digit = "mod11"
required = true

[[field]]
name = "wages"
box = [1500, 800, 600, 90]
kind = "amount"
length = [3, 9]
min = 0
max = 99999.99
decimals = 2
implied_decimals = true
decimal_mark = "comma"
colour_drop_out = "red"

[[field]]
name = "signed"
box = [300, 3000, 500, 90]
kind = "date"
date_order = "ymd"

[[rule]]
name = "sum_mismatch"
check = "wages = wages"
"#;

fn parsed(text: &str) -> Result<Template> {
    parse(text, Path::new("form.toml"))
}

/// The problems of a file, a line each.
fn problems(text: &str) -> Vec<String> {
    let error = parsed(text).expect_err("the file is wrong");
    assert_eq!(error.stage(), Stage::Form);
    error.to_string().lines().map(|line| line.strip_prefix("form.toml:").unwrap_or(line).to_owned()).collect()
}

/// The problems of the good file with a part replaced.
fn problems_with(part: &str, by: &str) -> Vec<String> {
    assert_eq!(GOOD.matches(part).count(), 1, "{part}");
    problems(&GOOD.replace(part, by))
}

#[test]
fn the_cells_of_a_comb_fill_its_box() {
    let mut field = FieldSpec::new("id", Rect::new(10, 5, 100, 40), FieldKind::Digits);
    assert!(field.cell_boxes().is_empty());
    field.cells = Some(3);
    let cells = field.cell_boxes();
    assert_eq!(cells.iter().map(|cell| cell.width).sum::<i32>(), 100);
    assert_eq!((cells[0].x, cells[2].right(), cells[1].y), (10, 110, 5));
}

#[test]
fn a_good_file_has_all_its_values() -> Result<()> {
    let template = parsed(GOOD)?;
    assert_eq!((template.name.as_str(), template.width_px, template.height_px), ("tax-return", 2480, 3508));
    assert_eq!((template.dpi, template.marks[0], template.ignored.len()), (300.0, Rect::new(60, 60, 70, 70), 1));
    let [number, wages, signed] = &template.fields[..] else { panic!("three fields") };
    assert_eq!((number.cells, number.length, number.required), (Some(11), Some((11, 11)), true));
    assert_eq!((number.check_digit, wages.length), (Some(CheckDigit::Mod11), Some((3, 9))));
    assert_eq!((wages.least, wages.most, wages.decimals), (Some(0.0), Some(99999.99), Some(2)));
    assert_eq!((wages.implied_decimals, wages.decimal_mark), (true, DecimalMark::Comma));
    assert_eq!((wages.drop_out, signed.kind), (Some(DropOut::Red), FieldKind::Date(DateOrder::YearMonthDay)));
    assert_eq!(template.rules[0].check, "wages = wages");
    Ok(())
}

#[test]
fn each_problem_has_its_place_and_says_what_to_do() {
    let mut missed = Vec::new();
    for (part, by, expected) in [
        ("cells = 11", "cels = 11", "16:1: [[field]] has no key `cels`; did you mean `cells`?"),
        ("width = 2480", "size = 2480", "1:1: the top of the file has no `width`; add width = 2480"),
        (
            "min = 0\n",
            "dpi = 0\n",
            "26:1: [[field]] has no key `dpi`; it belongs to the top of the file, above the first [[...]]",
        ),
        ("min = 0\n", "minimum = 0\n", "26:1: [[field]] has no key `minimum`; did you mean `min`?"),
        (
            "box = [60, 60, 70, 70]",
            "box = [60, 60, 70, 70]\nkind = \"date\"",
            "8:1: [[mark]] has no key `kind`; it belongs under [[field]]",
        ),
        (
            "cells = 11",
            "cells = \"11\"",
            "16:9: `cells` must be a whole number, not a text in quotes; write it as cells = 9",
        ),
        ("cells = 11", "cells = 1", "16:9: `cells` must be from 2 to 64"),
        (
            "cells = 11",
            "cells = 12.5",
            "16:9: `cells` must be a whole number, not a number with decimals; write it as cells = 9",
        ),
        ("cells = 11", "cells = 99999999999999999999", "16:9: `cells` must be from 2 to 64"),
        ("cells = 11", "cells = 200", "16:9: `cells` must be from 2 to 64"),
        (
            "box = [300, 400, 900, 90]",
            "box = [300, 400, 54, 90]",
            "16:9: 11 cells do not fit into a box 54 pixels wide; a cell needs at least 5 pixels",
        ),
        (
            "required = true",
            "required = \"yes\"",
            "19:12: `required` must be true or false, not a text in quotes; write it as required = true",
        ),
        (
            "name = \"wages\"",
            "name = \"tax_number\"",
            "22:8: another field, number 1, is called `tax_number` too; rename one of them",
        ),
        (
            "name = \"wages\"",
            "name = \"wages;a\"",
            "22:8: `name` cannot be `wages;a`: `;` is neither one of A to Z, a to z and 0 to 9 nor `_` or `-`",
        ),
        ("name = \"wages\"", "name = \"1a\"", "22:8: `name` cannot be `1a`: it must begin with a letter"),
        ("name = \"wages\"", "name = \"\"", "22:8: `name` is empty; write it as name = \"wages\""),
        (
            "kind = \"amount\"",
            "kind = \"amunt\"",
            "24:8: `kind` cannot be `amunt`; it is one of `digits`, `integer`, `amount`, `date`, `checkbox`; did you mean \"amount\"?",
        ),
        ("kind = \"date\"\n", "", "33:1: [[field]] has no `kind`; add kind = \"amount\""),
        (
            "box = [1500, 800, 600, 90]",
            "box = [1500, 800, 981, 90]",
            "23:19: the right edge at 2481 lies outside of the reference, which is 2480 pixels wide; at most 980 fits here",
        ),
        (
            "box = [1500, 800, 600, 90]",
            "box = [1500, -8, 600, 90]",
            "23:14: the upper edge at -8 lies outside of the reference, which is 3508 pixels high",
        ),
        (
            "box = [1500, 800, 600, 90]",
            "box = [1500, 800, 600]",
            "23:7: `box` has 3 numbers; it needs four: left, top, width and height, such as box = [300, 400, 500, 60]",
        ),
        (
            "box = [1500, 800, 600, 90]",
            "box = [1500, 800, 600, 0]",
            "23:24: the height of `box` must be at least 1 pixel",
        ),
        (
            "box = [60, 60, 70, 70]",
            "box = [60, 60, 70, 9999]",
            "7:20: the lower edge at 10059 lies outside of the reference, which is 3508 pixels high; at most 3448 fits here",
        ),
        ("length = [3, 9]", "length = [9, 3]", "25:11: the fewest digits, 9, are more than the most, 3; write [3, 9]"),
        (
            "length = [3, 9]",
            "length = [3]",
            "25:10: `length` has 1 numbers; write 9 or the fewest and the most, as in [3, 9]",
        ),
        (
            "length = 11",
            "length = 12",
            "17:10: up to 12 digits do not fit into 11 cells; lower `length` or raise `cells`",
        ),
        ("min = 0\n", "min = 1e6\n", "26:7: `min`, 1000000, is more than `max`, 99999.99; swap them or correct one"),
        ("min = 0\n", "min = nan\n", "26:7: `min` must be a finite number"),
        ("decimals = 2\nimplied", "implied", "28:1: `implied_decimals` needs to know how many; add decimals = 2"),
        (
            "check_digit = \"mod11\"",
            "check_digit = \"mod97\"",
            "18:15: there is no check digit `mod97`; it is one of `luhn`, `aba`, `mod11`, `verhoeff`, or `iban:` and the two capital letters of the country, such as `iban:DE`",
        ),
        (
            "check_digit = \"mod11\"",
            "check_digit = \"aba\"",
            "18:15: \"aba\" checks routing numbers of 9 digits, which this field cannot hold",
        ),
        (
            "decimal_mark = \"comma\"",
            "check_digit = \"luhn\"",
            "30:1: `check_digit` is for fields with kind = \"digits\", this one is \"amount\"; take it out or change the kind",
        ),
        (
            "kind = \"date\"",
            "kind = \"checkbox\"",
            "37:1: `date_order` is for fields with kind = \"date\", this one is \"checkbox\"; take it out or change the kind",
        ),
        ("dpi = 300", "dpi = 3", "4:7: `dpi` must be from 10 to 2400"),
        ("dpi = 300", "dpi = 2026-01-01", "4:7: `dpi` must be a number, not a date; write it as dpi = 300"),
        ("[[rule]]", "[rule]", "39:1: `rule` is a list of tables; write [[rule]] with two brackets"),
        (
            "check = \"wages = wages\"",
            "check = \" \"",
            "41:9: `check` is empty; write it as check = \"total = wages + interest\"",
        ),
    ] {
        let found = problems_with(part, by);
        if !found.contains(&expected.to_owned()) {
            missed.push(format!("`{by}`: expected\n  {expected}\nfound\n  {}", found.join("\n  ")));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn one_mistake_is_told_once() {
    for (part, by) in
        [("cells = 11", "cels = 11"), ("dpi = 300", "dpy = 300"), ("name = \"signed\"", "nmae = \"signed\"")]
    {
        let found = problems_with(part, by);
        assert_eq!(found.len(), 1, "{found:?}");
    }
}

#[test]
fn all_problems_of_a_file_are_told_in_its_order() {
    let text =
        GOOD.replace("width = 2480", "width = 0").replace("cells = 11", "cells = 1").replace("min = 0", "mn = 0");
    let starts: Vec<String> =
        problems(&text).iter().map(|line| line[..line.find(": ").expect("a place")].to_owned()).collect();
    assert_eq!(starts, ["2:9", "16:9", "26:1"]);
}

#[test]
fn values_in_lists_of_several_lines_have_their_own_places() {
    let found = problems_with("box = [1500, 800, 600, 90]", "box = [\n  1500, # left\n  \"ü\", \"800\",\n  600.5,\n]");
    let expected = ["25:3: `box` must be", "25:8: `box` must be", "26:3: `box` must be"];
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(found.iter().zip(expected).all(|(line, start)| line.starts_with(start)), "{found:?}");
}

#[test]
fn files_without_fields_and_faults_of_syntax_are_told() {
    let head = &GOOD[..GOOD.find("[[mark]]").expect("there")];
    assert!(problems(head)[0].starts_with("1:1: the file has no [[field]]; add at least one"));
    assert!(problems(&format!("{head}field = []"))[0].starts_with("6:9: `field` has too few tables"));
    let found = problems(&GOOD.replace("dpi = 300", "dpi = ").replace("cells = 11", "cells 11"));
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].starts_with("4:") && found[1].starts_with("16:"), "{found:?}");
    let twice = problems(&GOOD.replace("cells = 11", "cells = 11\ncells = 12"));
    assert!(twice[0].starts_with("17:1: this is not TOML: duplicate key"), "{twice:?}");
    assert!(!problems("").is_empty() && !problems("\u{0}[[[").is_empty());
}

#[test]
fn references_are_looked_for_beside_the_file() -> std::io::Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("form.toml");
    std::fs::write(&file, GOOD.replace("dpi = 300", "dpi = 300\nreference = \"blank.png\""))?;
    let error = read(&file).expect_err("no reference").to_string();
    assert!(error.contains("form.toml:5:13: the reference `") && error.contains("does not exist"), "{error}");
    std::fs::write(folder.path().join("blank.png"), "")?;
    let template = read(&file).expect("a good file");
    assert_eq!(template.reference, Some(folder.path().join("blank.png")));
    std::fs::write(&file, b"name = \"a\"\nb = \"\xff\"")?;
    let error = read(&file).expect_err("no text").to_string();
    assert!(error.ends_with("form.toml:2:6: this is not UTF-8 text; save the file as UTF-8"), "{error}");
    let error = read(&folder.path().join("none.toml")).expect_err("no file").to_string();
    assert!(error.contains("none.toml: cannot be opened"), "{error}");
    Ok(())
}

#[test]
fn folders_are_read_in_the_order_of_names() -> std::io::Result<()> {
    let folder = tempfile::tempdir()?;
    assert!(matches!(read_folder(folder.path()), Err(Error::Template { .. })), "nothing there");
    assert!(matches!(read_folder(&folder.path().join("none")), Err(Error::Template { .. })));
    for name in ["b", "a"] {
        std::fs::write(folder.path().join(format!("{name}.toml")), GOOD.replace("tax-return", name))?;
    }
    std::fs::write(folder.path().join("notes.txt"), "no template")?;
    let names: Vec<String> =
        read_folder(folder.path()).expect("two").into_iter().map(|template| template.name).collect();
    assert_eq!(names, ["a", "b"]);
    std::fs::write(folder.path().join("c.toml"), GOOD.replace("tax-return", "a"))?;
    let error = read_folder(folder.path()).expect_err("two are called a").to_string();
    assert!(error.contains("a.toml") && error.contains("c.toml") && error.contains("have the name `a`"), "{error}");
    Ok(())
}

#[test]
fn remarks_stand_above_their_fields() -> Result<()> {
    let template = parsed(GOOD)?;
    let text = write_with_remarks(&template, &[(1, "is it a comb?\nor a \u{7}line?".to_owned())]);
    assert!(text.contains("\n\n# check: is it a comb?\n# check: or a  line?\n[[field]]\nname = \"wages\"\n"), "{text}");
    assert_eq!(parsed(&text)?, template);
    assert!(!text.contains("\n\n\n"), "one blank line at most");
    Ok(())
}

#[test]
fn every_example_in_the_table_of_keys_is_taken() {
    for (heading, table) in keys::sections() {
        for key in table {
            let text = format!("{} = {}", key.name, key.example);
            let (document, faults) = toml::de::DeTable::parse_recoverable(&text);
            assert!(faults.is_empty(), "{text}");
            let mut problems = problems::Problems::default();
            let entries = entries::Checker { problems: &mut problems }.table(document.get_ref(), 0, &heading, table);
            assert!(entries.get(key.name).is_some(), "{heading}: {text}");
        }
    }
}

#[test]
fn the_schema_has_every_key_and_its_limits() {
    let schema = schema();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    let field = &schema["properties"]["field"]["items"];
    assert_eq!(field["properties"]["cells"]["minimum"], 2);
    assert_eq!(field["required"], serde_json::json!(["name", "box", "kind"]));
    assert_eq!(field["properties"]["kind"]["enum"][4], "checkbox");
    let of = |table: &serde_json::Value| table["properties"].as_object().map_or(0, serde_json::Map::len);
    let tables = ["mark", "ignore", "field", "rule"].map(|name| of(&schema["properties"][name]["items"]));
    let known: Vec<usize> = keys::sections().iter().map(|(_, keys)| keys.len()).collect();
    assert_eq!([&[of(&schema)], &tables[..]].concat(), known);
    // A file with every key, so that none is forgotten when the table grows.
    let full = write(&parsed(GOOD).expect("a good file"));
    for key in field["properties"].as_object().expect("an object").keys() {
        assert!(full.contains(&format!("\n{key} = ")), "{key}");
    }
}

fn boxes() -> impl Strategy<Value = Rect> {
    (0..500, 0..500, 400..500, 1..500).prop_map(|(x, y, width, height)| Rect::new(x, y, width, height))
}

/// A name such as files may have.
fn text() -> impl Strategy<Value = String> {
    any::<String>().prop_map(|text| {
        let text: String = text.chars().filter(|c| !c.is_control()).collect();
        if text.trim().is_empty() { "form".to_owned() } else { text }
    })
}

fn check_digits() -> impl Strategy<Value = CheckDigit> {
    prop_oneof![
        Just(CheckDigit::Luhn),
        Just(CheckDigit::Mod11),
        Just(CheckDigit::Verhoeff),
        (b'A'..=b'Z', b'A'..=b'Z').prop_map(|(first, second)| CheckDigit::Iban([first, second])),
    ]
}

fn kinds() -> impl Strategy<Value = FieldKind> {
    prop::sample::select(vec![
        FieldKind::Digits,
        FieldKind::Integer,
        FieldKind::Amount,
        FieldKind::Date(DateOrder::DayMonthYear),
        FieldKind::Date(DateOrder::MonthDayYear),
        FieldKind::Date(DateOrder::YearMonthDay),
        FieldKind::CheckBox,
    ])
}

prop_compose! {
    /// A field whose keys go together; its name is set later.
    fn fields()(
        bounds in boxes(),
        kind in kinds(),
        cells in prop::option::of(2..60_usize),
        length in prop::option::of((1..30_usize, 0..30_usize)),
        limits in (prop::option::of(-1e18..1e18_f64), prop::option::of(0.0..1e300_f64)),
        (decimals, implied) in (prop::option::of(0..9_usize), any::<bool>()),
        mark in prop::sample::select(vec![DecimalMark::Auto, DecimalMark::Point, DecimalMark::Comma]),
        required in any::<bool>(),
        check in prop::option::of(check_digits()),
        colour in prop::option::of(prop::sample::select(vec![DropOut::Red, DropOut::Green, DropOut::Blue])),
    ) -> FieldSpec {
        let mut field = FieldSpec::new("", bounds, kind);
        let is_number = matches!(kind, FieldKind::Digits | FieldKind::Integer | FieldKind::Amount);
        (field.required, field.drop_out) = (required, colour);
        field.cells = cells.filter(|_| kind != FieldKind::CheckBox);
        if is_number {
            let most = field.cells.unwrap_or(64);
            field.length = length.map(|(fewest, more)| (fewest.min(most), (fewest + more).min(most)));
            field.least = limits.0;
            field.most = limits.1.map(|most| limits.0.map_or(most, |least| most.max(least)));
        }
        if kind == FieldKind::Amount {
            (field.decimals, field.decimal_mark) = (decimals, mark);
            field.implied_decimals = implied && decimals.is_some_and(|decimals| decimals > 0);
        }
        if kind == FieldKind::Digits {
            field.check_digit = check;
        }
        field
    }
}

prop_compose! {
    fn templates()(
        name in text(),
        dpi in 10.0..2400.0_f32,
        reference in prop::option::of(text()),
        marks in prop::collection::vec(boxes(), 0..4),
        ignored in prop::collection::vec(boxes(), 0..3),
        mut fields in prop::collection::vec(fields(), 1..6),
        rules in prop::collection::vec(("[a-zA-Z][a-zA-Z0-9_-]{0,8}", text()), 0..3),
    ) -> Template {
        for (index, field) in fields.iter_mut().enumerate() {
            field.name = format!("f{index}-_");
        }
        let rules = rules.into_iter().map(|(name, check)| RuleSpec { name, check }).collect();
        let reference = reference.map(PathBuf::from);
        Template { name, width_px: 1000, height_px: 1000, dpi, reference, marks, fields, ignored, rules }
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(template in templates()) {
        let text = write(&template);
        prop_assert_eq!(parsed(&text).map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?, template);
    }

    #[test]
    fn broken_files_are_told_with_a_place_and_never_panic(cut in 0..GOOD.len(), bytes in "[\\PC\\n]{0,12}") {
        let text = format!("{}{bytes}{}", &GOOD[..cut], &GOOD[cut..]);
        if let Err(error) = parsed(&text) {
            for line in error.to_string().lines() {
                let place: Vec<&str> = line.splitn(4, ':').collect();
                prop_assert!(place[1].parse::<usize>().is_ok() && place[2].parse::<usize>().is_ok(), "{}", line);
            }
        }
    }
}

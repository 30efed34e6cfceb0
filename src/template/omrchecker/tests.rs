//! Files as OMRChecker has them.

use super::*;
use crate::geometry::Rect;
use crate::template::{parse, write};

const SHEET: &str = r#"{
  "pageDimensions": [300, 400],
  "bubbleDimensions": [20, 15],
  "preProcessors": [{ "name": "CropPage", "options": {} }],
  "customLabels": { "Roll": ["roll1..2"] },
  "fieldBlocks": {
    "Roll": {
      "fieldType": "QTYPE_INT",
      "origin": [30, 40],
      "fieldLabels": ["roll1..2"],
      "bubblesGap": 20.5,
      "labelsGap": 30
    },
    "Answers": {
      "bubbleFieldType": "QTYPE_MCQ4",
      "origin": [100, 40],
      "fieldLabels": ["q1", "q2..3"],
      "bubblesGap": 40,
      "labelsGap": [50, 70]
    },
    "Booklet": {
      "bubbleValues": ["E/1", "H"],
      "direction": "vertical",
      "bubbleDimensions": [10, 10],
      "origin": [250, 300],
      "fieldLabels": ["2nd"],
      "bubblesGap": 12,
      "labelsGap": 0
    }
  }
}"#;

fn import(text: &str) -> Result<(Template, Vec<String>)> {
    import_omrchecker(text, Path::new("sheets/template.json"))
}

fn problems_with(part: &str, by: &str) -> String {
    assert!(SHEET.contains(part), "{part}");
    import(&SHEET.replacen(part, by, 1)).expect_err("the file is wrong").to_string()
}

#[test]
fn bubbles_become_check_boxes_in_the_order_of_the_file() -> Result<()> {
    let (template, remarks) = import(SHEET)?;
    assert_eq!(
        (template.name.as_str(), template.width_px, template.height_px, template.dpi),
        ("sheets", 300, 400, 34.0)
    );
    assert_eq!(template.fields.len(), 2 * 10 + 3 * 4 + 2);
    let place = |name: &str| template.fields.iter().find(|field| field.name == name).map(|field| field.bounds);
    // Values of whole numbers stand below each other, those of choices beside each other.
    assert_eq!(template.fields[0].name, "roll1_0");
    assert_eq!(place("roll2_3"), Some(Rect::new(60, 102, 20, 15)));
    assert_eq!(place("q1_D"), Some(Rect::new(220, 40, 20, 15)));
    assert_eq!(place("q3_B"), Some(Rect::new(140, 160, 20, 15)));
    assert_eq!(place("f2nd_E_1"), Some(Rect::new(250, 300, 10, 10)));
    assert_eq!(place("f2nd_H"), Some(Rect::new(250, 312, 10, 10)));
    assert!(template.fields.iter().all(|field| field.kind == FieldKind::CheckBox));
    assert_eq!(parse(&write(&template), Path::new("form.toml"))?, template);
    for told in
        ["dpi = 34", "`preProcessors` was not", "`customLabels` was not", "block `Answers`: 12 bubbles", "`f2nd_E_1`"]
    {
        assert!(remarks.iter().any(|remark| remark.contains(told)), "{told}: {remarks:?}");
    }
    Ok(())
}

#[test]
fn types_may_be_defined_in_the_file_and_start_at_1() -> Result<()> {
    let own = r#""customBubbleFieldTypes": { "YESNO": { "bubbleValues": ["Y", "N"], "direction": "horizontal" } }, "fieldBlocks""#;
    let text =
        SHEET.replace("\"fieldBlocks\"", own).replace("QTYPE_MCQ4", "YESNO").replace("QTYPE_INT", "QTYPE_INT_FROM_1");
    let (template, _) = import(&text)?;
    assert!(template.fields.iter().any(|field| field.name == "q3_N"));
    let last = template.fields.iter().find(|field| field.name == "roll1_0").map(|field| field.bounds.y);
    assert_eq!((template.fields[0].name.as_str(), last), ("roll1_1", Some(225)));
    Ok(())
}

#[test]
fn names_that_would_be_the_same_are_numbered() -> Result<()> {
    let (template, remarks) = import(&SHEET.replace("\"E/1\", \"H\"", "\"E/1\", \"E-1\", \"E_1\""))?;
    let names: Vec<&str> = template.fields.iter().rev().take(3).map(|field| field.name.as_str()).collect();
    assert_eq!(names, ["f2nd_E_1_2", "f2nd_E-1", "f2nd_E_1"]);
    assert!(remarks.iter().any(|remark| remark.contains("`f2nd_E_1_2`")));
    Ok(())
}

#[test]
fn what_holds_no_bubbles_is_left_out_and_told() -> Result<()> {
    let (template, remarks) =
        import(&SHEET.replace("\"fieldType\":", "\"fieldDetectionType\": \"OCR\", \"fieldType\":"))?;
    assert_eq!(template.fields.len(), 14);
    assert!(remarks.iter().any(|remark| remark.contains("block `Roll` was not taken over")), "{remarks:?}");
    Ok(())
}

#[test]
fn problems_have_their_places() {
    for (part, by, expected) in [
        (
            "\"origin\": [30, 40]",
            "\"origin\": [30]",
            "sheets/template.json:9:17: `origin` must be a list of two numbers",
        ),
        (
            "\"origin\": [30, 40]",
            "\"origin\": [30, 220]",
            "sheets/template.json:9:17: the bubble `roll1_9` lies outside of the page",
        ),
        ("QTYPE_INT", "QTYPE_WORD", "sheets/template.json:8:20: the field type `QTYPE_WORD` is not known"),
        ("\"bubblesGap\": 40", "\"bubbleGap\": 40", "sheets/template.json:14:16: `bubblesGap` must be a number"),
        ("q2..3", "q3..2", "sheets/template.json:17:22: `q3..2` is no label"),
        ("\"direction\": \"vertical\",", "", "sheets/template.json:21:16: the block needs a `fieldType`"),
        ("[300, 400]", "[0, 400]", "sheets/template.json:2:21: the page has no size"),
        ("\"fieldBlocks\"", "\"blocks\"", "sheets/template.json:1:1: `fieldBlocks` is missing"),
        ("\"pageDimensions\"", "\"page\"", "sheets/template.json:1:1: `pageDimensions` must be a list"),
        ("[300, 400],", "[300, 400]", "sheets/template.json:3:3: this is not OMRChecker's template.json"),
    ] {
        let found = problems_with(part, by);
        assert!(found.contains(expected), "`{by}`: expected\n  {expected}\nfound\n  {found}");
    }
}

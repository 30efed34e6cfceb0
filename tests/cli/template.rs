//! `template`: mistakes with their places, schema, import, pictures.

use crate::run::Workplace;
use crate::support::write_number;

const FORM: &str = r#"name = "card"
width = 176
height = 76
dpi = 100

[[field]]
name = "reading"
box = [10, 10, 156, 56]
kind = "digits"
cells = 4

[[rule]]
name = "too_large"
check = "reading < 9000"
"#;

fn place() -> Workplace {
    let place = Workplace::new();
    place.write("card.toml", FORM);
    place
}

#[test]
fn good_templates_are_counted() {
    let outcome = place().run("template check card.toml");
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
    assert_eq!(outcome.stdout, "card.toml: card, 1 field, 1 rule\n");
}

#[test]
fn every_mistake_of_every_template_is_told_with_its_place() {
    let place = place();
    place.write("bad.toml", FORM.replace("dpi", "dip").replace("cells = 4", "cells = 1"));
    let outcome = place.run("template check bad.toml card.toml none.toml");
    assert_eq!(outcome.code, Some(2));
    assert_eq!(outcome.stdout, "card.toml: card, 1 field, 1 rule\n");
    let lines: Vec<&str> = outcome.stderr.lines().collect();
    assert_eq!(lines[0], "bad.toml:4:1: the top of the file has no key `dip`; did you mean `dpi`?");
    assert_eq!(lines[1], "bad.toml:10:9: `cells` must be from 2 to 64");
    assert!(lines.len() == 3 && lines[2].starts_with("none.toml: cannot be opened"), "{lines:?}");
}

#[test]
fn a_template_is_drawn_on_a_copy_of_its_form_and_on_no_other() {
    let place = place();
    let drawn = place.run("synth --out forms --kind form --design meter-card --pages 1 --seed 4");
    assert_eq!(drawn.code, Some(0), "{}", drawn.stderr);
    let outcome = place.run("template check forms/template.toml --scan forms/form-0001.png -o picture.png");
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let picture = image::open(place.path("picture.png")).expect("a picture").to_rgb8();
    assert!(picture.pixels().any(|pixel| pixel.0[2] > 150 && pixel.0[0] < 60), "frames are blue");
    let outcome = place.run("template check forms/template.toml --scan forms/form-0001.png -o no/folder/picture.png");
    assert_eq!(outcome.code, Some(5), "{}", outcome.stderr);
    write_number(&place.path("scan.png"), "1234");
    let outcome = place.run("template check forms/template.toml --scan scan.png -o none.png");
    assert_eq!(outcome.code, Some(4), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("scan.png is no copy of the form"), "{}", outcome.stderr);
}

#[test]
fn what_cannot_be_drawn_is_told() {
    let place = place();
    write_number(&place.path("scan.png"), "12");
    place.write("other.toml", FORM);
    for (arguments, code) in [
        ("template check card.toml other.toml --scan scan.png -o picture.png", 2),
        ("template check card.toml --scan scan.png", 2),
        ("template check card.toml -o picture.png", 2),
        ("template check card.toml --scan none.png -o picture.png", 4),
        ("template check", 2),
        ("template", 2),
    ] {
        assert_eq!(place.run(arguments).code, Some(code), "{arguments}");
    }
}

#[test]
fn the_schema_goes_to_the_terminal_or_to_a_file() {
    let place = place();
    let outcome = place.run("template schema");
    let schema: serde_json::Value = serde_json::from_str(&outcome.stdout).expect("JSON");
    assert_eq!(schema["properties"]["field"]["items"]["required"][0], "name");
    assert_eq!(place.run("template schema -o schema.json").code, Some(0));
    assert_eq!(place.read("schema.json"), outcome.stdout);
    assert_eq!(place.run("template schema -o no/folder/schema.json").code, Some(5));
}

#[test]
fn bubbles_of_another_program_become_a_template() {
    let place = Workplace::new();
    let sheet = r#"{ "pageDimensions": [300, 400], "bubbleDimensions": [20, 20], "preProcessors": [], "fieldBlocks": {
        "A": { "fieldType": "QTYPE_MCQ4", "origin": [30, 40], "fieldLabels": ["q1..2"], "bubblesGap": 40, "labelsGap": 50 } } }"#;
    place.write("template.json", sheet);
    let outcome = place.run("template import template.json -o form.toml");
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(0), ""), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("8 bubbles became check boxes"), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("`preProcessors` was not taken over"), "{}", outcome.stderr);
    let checked = place.run("template check form.toml");
    assert_eq!(checked.stdout, "form.toml: template, 8 fields, 0 rules\n");
    assert_eq!(place.run("template import template.json").stdout, place.read("form.toml"));
    place.write("template.json", sheet.replace("MCQ4", "MCQ"));
    let outcome = place.run("template import template.json");
    assert!(
        outcome.code == Some(2) && outcome.stderr.contains("template.json:2:29: the field type"),
        "{}",
        outcome.stderr
    );
}

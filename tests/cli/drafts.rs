//! `template draft`: a blank form in, a template and its picture out.

use std::path::Path;
use std::process::{Command, Output};

use image::{GrayImage, Luma};

fn draft(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_scantally"))
        .args(["template", "draft"])
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("the program runs")
}

/// A comb of five cells and a box on 1000 x 600 pixels, and a stroke in the comb at `stroke_x`.
fn form(stroke_x: Option<u32>) -> GrayImage {
    GrayImage::from_fn(1000, 600, |x, y| {
        let comb =
            (100..=403).contains(&x) && (100..=183).contains(&y) && ((x - 100) % 60 < 3 || !(103..=180).contains(&y));
        let on_box = (500..=900).contains(&x) && (300..=383).contains(&y);
        let inner_box = (503..=897).contains(&x) && (303..=380).contains(&y);
        let stroke = stroke_x.is_some_and(|left| (left..left + 5).contains(&x) && (115..170).contains(&y));
        Luma([if comb || (on_box && !inner_box) || stroke { 0 } else { 255 }])
    })
}

#[test]
fn a_blank_form_becomes_a_template_and_is_not_overwritten() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    form(None).save(folder.path().join("card.png")).expect("written");
    let run = draft(folder.path(), &["card.png", "-o", "form.toml"]);
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let text = std::fs::read_to_string(folder.path().join("form.toml")).expect("a template");
    assert!(text.contains("name = \"card\"") && text.contains("reference = \"form.png\""), "{text}");
    assert!(text.contains("kind = \"digits\"\ncells = 5") && text.contains("kind = \"amount\""), "{text}");
    assert_eq!(text.matches("[[field]]").count(), 2, "{text}");
    let picture = image::open(folder.path().join("form.png")).expect("a picture");
    assert_eq!((picture.width(), picture.height()), (1000, 600));
    let again = draft(folder.path(), &["card.png", "-o", "form.toml"]);
    assert!(!again.status.success());
    assert!(String::from_utf8_lossy(&again.stderr).contains("exists already"));
}

#[test]
fn filled_copies_become_the_template_of_their_form() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let copies = folder.path().join("copies");
    std::fs::create_dir(&copies).expect("created");
    assert!(!draft(folder.path(), &["--filled", "copies"]).status.success());
    for (place, stroke_x) in [125, 185, 245].into_iter().enumerate() {
        form(Some(stroke_x)).save(copies.join(format!("{place}.png"))).expect("written");
    }
    let run = draft(folder.path(), &["--filled", "copies"]);
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let text = std::fs::read_to_string(folder.path().join("copies.toml")).expect("a template");
    let empty = text.find("empty on all 3 copies").expect("the box is empty");
    assert!(text.contains("cells = 5") && empty > text.find("cells = 5").expect("a comb"), "{text}");
    assert_eq!(text.matches("empty on all").count(), 1, "{text}");
    let picture = image::open(folder.path().join("copies.png")).expect("a picture").into_luma8();
    assert_eq!(picture.get_pixel(127, 140).0, [255], "no stroke of one copy is left");
}

#[test]
fn a_draft_is_compared_with_its_annotation() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    form(None).save(folder.path().join("card.png")).expect("written");
    let rows = "form,page,x,y,width,height,shape,cells\ncard,1,100,166.7,304,140,comb,5\ncard,1,100,700,300,100,box,\n";
    std::fs::write(folder.path().join("a.csv"), rows).expect("written");
    let run = draft(folder.path(), &["card.png", "--annotations", "a.csv"]);
    let text = String::from_utf8_lossy(&run.stdout).into_owned();
    assert!(text.starts_with("card: 1 of 2 found (50.0 %), 1 spurious"), "{text}");
    assert!(!folder.path().join("card.toml").exists());
}

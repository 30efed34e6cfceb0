//! Review by keyboard alone, side by side, with its audit trail; and the dashboard.

use super::place::Place;
use crate::browser::ENTER;

const SHOWN: &str = "!document.getElementById('review-number').hidden";
const VALUE: &str = "return document.getElementById('review-value').innerText.trim()";

#[test]
#[ignore = "needs chromium, chromedriver and axe-core"]
fn numbers_are_reviewed_by_keyboard_alone() {
    let place = Place::open("");
    let scans = [("a.png", "2750"), ("b.png", "00417"), ("c.png", "93"), ("<i>d.png", "615")];
    let pictures: Vec<(&str, Vec<u8>)> = scans
        .iter()
        .map(|(name, digits)| (*name, std::fs::read(place.number(name, digits)).expect("a picture")))
        .collect();
    let files: Vec<(&str, &[u8])> = pictures.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
    let job = place.server.upload("/api/v1/jobs?layout=line&kind=digits&min_confidence=1&name=Slips", &files).json();
    let job = job["id"].as_str().unwrap_or_else(|| panic!("{job}")).to_owned();
    place.go(&format!("/batches/{job}"));
    place.browser.wait("the end of the batch", "document.getElementById('batch-state')?.innerText === 'done'");
    place.go("/review");
    assert!(place.browser.text().contains("Slips"), "{}", place.browser.text());
    place.check_page("reviews");
    place.go(&format!("/review/{job}"));
    place.browser.wait("the first number", SHOWN);
    place.browser.wait("its picture", "document.querySelector('#review-crop img').naturalWidth > 10");
    let first = place.browser.script(VALUE);
    place.check_page("review");
    // Typed, confirmed, said to be empty, that taken back and skipped: all by keys.
    place.browser.press(&format!("12{ENTER}"));
    place.browser.wait("the second number", &format!("{SHOWN} && (() => {{ {VALUE} }})() !== '{first}'"));
    let second = place.browser.script(VALUE);
    place.browser.press(ENTER);
    place.browser.wait("the third number", &format!("{SHOWN} && (() => {{ {VALUE} }})() !== '{second}'"));
    let third = place.browser.script(VALUE);
    place.browser.press("e");
    place.browser.wait("the fourth number", &format!("{SHOWN} && (() => {{ {VALUE} }})() !== '{third}'"));
    place.browser.press("u");
    place.browser.wait("the third number again", &format!("{SHOWN} && (() => {{ {VALUE} }})() === '{third}'"));
    place.browser.press("p");
    place.browser.wait("the page", "!document.getElementById('review-context').hidden");
    place.browser.press(ENTER);
    place.browser.wait("the fourth number", &format!("{SHOWN} && (() => {{ {VALUE} }})() !== '{third}'"));
    place.browser.press(ENTER);
    place.browser.wait("the end", "!document.getElementById('review-end').hidden");
    assert!(
        place.browser.script("return document.getElementById('review-speed').innerText").contains("seconds a number")
    );
    place.browser.wait("all decisions to be kept", "document.getElementById('review').dataset.pending === '0'");
    let decided = place.server.get(&format!("/api/v1/jobs/{job}/corrections")).json();
    let values: Vec<&str> =
        decided["corrections"].as_array().into_iter().flatten().filter_map(|one| one["value"].as_str()).collect();
    assert!(values.len() == 4 && values.contains(&"12") && values.contains(&second.as_str()), "{decided}");
    place.go(&format!("/review/{job}/audit"));
    let audit = place.browser.text();
    assert!(audit.contains("12") && audit.contains(&first) && audit.contains("<i>d.png"), "{audit}");
    place.check_page("audit");
    let table = place.server.get(&format!("/review/{job}/corrected/numbers.reviewed.csv"));
    assert!(table.status == 200 && table.text().contains(",12,"), "{}", table.text());
    place.go(&format!("/review/{job}/groups"));
    place.check_page("groups");
    place.go("/dashboard");
    place.browser.wait("figures", "document.getElementById('figure-numbers').innerText.trim() === '4'");
    assert_eq!(place.browser.script("return document.getElementById('figure-corrected').innerText.trim()"), "25.0 %");
    place.check_page("dashboard");
}

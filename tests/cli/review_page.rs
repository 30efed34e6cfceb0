//! numbers.html in a browser: corrected with the keyboard alone, saved, and taken back by `review apply`.
//!
//! `cargo test --test cli -- --ignored in_a_browser` runs it where `chromium` and `chromedriver` are installed.

use std::time::{Duration, Instant};

use crate::browser::{ARROW_DOWN, ARROW_RIGHT, Browser, ENTER};
use crate::run::Workplace;
use crate::support::write_number;

/// A name that would run a script where it was taken for markup; `/` cannot be part of a name.
const HOSTILE: &str = "<img src=x onerror=document.title=1>.png";

const STATES: &str = "return [...document.querySelectorAll('.state')].map((state) => state.textContent).join('|')";

#[test]
#[ignore = "needs chromium and chromedriver"]
fn numbers_are_corrected_by_keyboard_in_a_browser() {
    let place = Workplace::new();
    for (name, digits) in [("a.png", "2750"), ("b.png", "00417"), (HOSTILE, "93")] {
        write_number(&place.path("scans").join(name), digits);
    }
    assert_eq!(place.run("extract scans --layout line --kind digits --min-confidence 1 --format html").code, Some(0));
    let (page, saved) = (place.path("output/numbers.html"), place.path("saved"));
    std::fs::create_dir(&saved).expect("a writable folder");
    let browser = Browser::start(&place.path("profile"), &saved);
    browser.open(&page);
    assert_eq!(browser.script("return document.title"), "Numbers to review");
    assert_eq!(browser.script("return document.querySelectorAll('img[src=x]').length"), "0");
    assert_eq!(browser.script("return document.activeElement.tagName"), "INPUT");
    // The first value is typed, the second confirmed, the third field is said to be empty, and that is taken back.
    browser.press(&format!("12{ENTER}{ENTER}eu"));
    assert_eq!(browser.script(STATES), "✓ 12|✓ as read|");
    browser.press("1.2.3");
    browser.press(ARROW_DOWN);
    assert!(browser.script(STATES).contains("Type a number"));
    // What was decided is there again when the page is opened again.
    browser.open(&page);
    assert_eq!(browser.script(STATES), "✓ 12|✓ as read|");
    // The carpet of digits leads to a number.
    browser.press("c7");
    assert!(browser.script("return document.getElementById('digit-place').textContent").contains("read as 7"));
    browser.press(&format!("{ARROW_RIGHT}{ENTER}"));
    assert_eq!(browser.script("return document.activeElement.tagName"), "INPUT");
    browser.press("s");
    let start = Instant::now();
    let file = loop {
        let files = std::fs::read_dir(&saved).expect("a readable folder").map(|file| file.expect("a file").path());
        if let Some(file) = files.into_iter().find(|file| file.extension().is_some_and(|end| end == "csv")) {
            break file;
        }
        assert!(start.elapsed() < Duration::from_secs(30), "the corrections are saved");
        std::thread::sleep(Duration::from_millis(50));
    };
    let outcome = place.run(&format!("review apply {} --output output --by ann", file.display()));
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("2 corrections taken, 1 of them as read"), "{}", outcome.stderr);
    let values: Vec<String> = place
        .rows("output/numbers.reviewed.csv")
        .into_iter()
        .filter(|row| !row[15].is_empty())
        .map(|row| row[3].clone())
        .collect();
    assert!(values.len() == 2 && values.contains(&"12".to_owned()), "{values:?}");
}

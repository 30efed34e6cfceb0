//! Home, Read and Draw. The first five tests are those of the original app, by their numbers.

use super::place::Place;

/// What the boxes on the page are found by.
const BOXES: &str = "document.querySelectorAll('.page-view svg rect').length";

#[test]
#[ignore = "needs chromium, chromedriver and axe-core"]
fn tc_001_the_home_page_is_shown() {
    let place = Place::open("");
    place.go("/");
    assert!(place.browser.text().contains("Handwritten numbers"), "{}", place.browser.text());
    place.check_page("home");
    place.go("/api");
    place.check_page("api");
    place.go("/nothing");
    place.check_page("problem");
    place.go("/");
    // A sample is read by one click.
    place.browser.click("form[action^='/samples/'] button, a[href^='/samples/']");
    place.browser.wait("the result of a sample", "document.getElementById('summary')");
    place.browser.wait("boxes on the page", BOXES);
}

#[test]
#[ignore = "needs chromium, chromedriver and axe-core"]
fn tc_002_choose_predict_and_clear_are_there_and_work() {
    let place = Place::open("");
    place.go("/read");
    let names =
        "return ['choose', 'predict', 'clear'].map((id) => document.getElementById(id).innerText.trim()).join('|')";
    assert_eq!(place.browser.script(names), "Choose files|Predict|Clear");
    let picture = place.number("three.png", "3");
    place.browser.type_into("#files", &picture.display().to_string());
    place.browser.wait("a preview", "document.querySelectorAll('#previews li').length === 1");
    place.check_page("read");
    place.browser.click("#clear");
    place.browser.wait("no preview", "document.querySelectorAll('#previews li').length === 0");
    // Dropped and pasted files are chosen, too.
    for (event, carrier, target) in [
        ("DragEvent('drop'", "dataTransfer", "document.getElementById('drop')"),
        ("ClipboardEvent('paste'", "clipboardData", "document"),
    ] {
        place.browser.script(&format!(
            "const held = new DataTransfer(); held.items.add(new File(['x'], 'brought.png', {{ type: 'image/png' }}));\
             {target}.dispatchEvent(new {event}, {{ {carrier}: held, bubbles: true, cancelable: true }}))"
        ));
        place.browser.wait(event, "document.getElementById('previews').innerText.includes('brought.png')");
        place.browser.click("#clear");
        place.browser.wait("no preview", "document.querySelectorAll('#previews li').length === 0");
    }
    place.browser.type_into("#files", &picture.display().to_string());
    place.browser.click("#predict");
    place.browser.wait("the result", "document.getElementById('summary')");
}

#[test]
#[ignore = "needs chromium, chromedriver and axe-core"]
fn tc_003_an_image_of_a_digit_shows_the_digit() {
    let place = Place::open("");
    place.go("/read");
    let picture = place.folder.path().join("seven.png");
    written_seven().save(&picture).expect("a writable folder");
    place.browser.type_into("#files", &picture.display().to_string());
    place.browser.click("summary");
    place.browser.script("document.getElementById('layout').value = 'digit'");
    place.browser.click("#predict");
    place.browser.wait("the digit", "document.querySelector('.number-card .value')?.innerText.trim() === '7'");
}

#[test]
#[ignore = "needs chromium, chromedriver and axe-core"]
fn tc_004_a_text_file_is_refused_with_a_sentence() {
    let place = Place::open("");
    place.go("/read");
    let refused =
        "document.getElementById('refused').innerText.trim() !== '' && !document.getElementById('refused').hidden";
    place.browser.type_into("#files", &place.file("letter.txt", b"Dear sir, 12 34").display().to_string());
    place.browser.wait("a sentence", refused);
    assert!(place.browser.script("return document.getElementById('refused').innerText").contains("letter.txt"));
    // A text with the name of a picture is refused by the server.
    place.go("/read");
    place.browser.type_into("#files", &place.file("letter.png", b"Dear sir, 12 34").display().to_string());
    place.browser.click("#predict");
    place.browser.wait("a sentence", refused);
    assert!(place.browser.script("return document.getElementById('refused').innerText").contains("not a scan"));
    assert_eq!(place.browser.path(), "/read");
}

#[test]
#[ignore = "needs chromium, chromedriver and axe-core"]
fn tc_005_the_result_shows_the_number_its_confidence_and_a_way_back() {
    let place = Place::open("");
    place.go("/read");
    place.browser.type_into("#files", &Place::sample("tax-return-1.png").display().to_string());
    place.browser.click("#predict");
    place.browser.wait("boxes on the page", BOXES);
    let numbers = "return document.querySelectorAll('.number-card .value').length > 5 \
                   && [...document.querySelectorAll('.number-card .confidence')].every((cell) => /^\\d+ %$/.test(cell.innerText.trim()))";
    assert_eq!(place.browser.script(numbers), "true", "{}", place.browser.text());
    place.browser.wait("the picture of the page", "document.querySelector('.page-view img').naturalWidth > 100");
    place.check_page("result");
    // A box leads to its number, by keyboard too.
    place.browser.script("document.querySelector('.page-view svg a').focus()");
    place.browser.press(crate::browser::ENTER);
    place.browser.wait("the number of the box", "location.hash.startsWith('#number-')");
    for end in ["csv", "xlsx", "json"] {
        let status = place.browser.script_that_waits(&format!(
            "const done = arguments[0]; fetch(document.getElementById('download-{end}').href).then((answer) => answer.arrayBuffer().then(() => done(String(answer.status)))).catch((error) => done(String(error)))"
        ));
        assert_eq!(status, "200", "{end}");
    }
    let result = place.browser.path();
    place.browser.click("#again");
    place.browser.wait("the way back", "location.pathname === '/read'");
    place.go(&result);
    place.browser.click("#clear");
    place.browser.accept_question();
    place.browser.wait("the page Read", "location.pathname === '/read'");
    place.go(&result);
    assert!(place.browser.text().contains("Not found"), "{}", place.browser.text());
}

#[test]
#[ignore = "needs chromium, chromedriver and axe-core"]
fn a_seven_that_is_drawn_is_read() {
    let place = Place::open("");
    place.go("/draw");
    place.browser.draw("#canvas", &[(0.30, 0.2), (0.36, 0.2), (0.42, 0.2), (0.40, 0.45), (0.37, 0.65), (0.35, 0.85)]);
    place.browser.wait("a seven", "document.getElementById('reading').innerText.trim() === '7'");
    // Digits side by side are a number.
    place.browser.draw("#canvas", &[(0.55, 0.2), (0.55, 0.5), (0.55, 0.85)]);
    place.browser.wait("seventy-one", "document.getElementById('reading').innerText.trim() === '71'");
    place.check_page("draw");
    place.browser.click("#undo");
    place.browser.wait("a seven again", "document.getElementById('reading').innerText.trim() === '7'");
    place.browser.click("#clear");
    place.browser.wait("nothing", "document.getElementById('reading').innerText.trim() === '–'");
}

/// A seven as a broad pen writes it: a bar and a slanting stroke.
fn written_seven() -> image::GrayImage {
    let mut paper = image::GrayImage::from_pixel(120, 150, image::Luma([250]));
    let corners = [(32.0, 32.0), (88.0, 30.0), (54.0, 118.0)];
    for ends in corners.windows(2) {
        let ((left, top), (right, bottom)): ((f32, f32), (f32, f32)) = (ends[0], ends[1]);
        for step in 0..=100 {
            let share = step as f32 / 100.0;
            let at = ((left + (right - left) * share) as i32, (top + (bottom - top) * share) as i32);
            imageproc::drawing::draw_filled_circle_mut(&mut paper, at, 5, image::Luma([20]));
        }
    }
    paper
}

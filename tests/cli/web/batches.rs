//! Batches, and a template that is drawn on a blank form and used.

use super::place::Place;

const DONE: &str = "document.getElementById('batch-state')?.innerText === 'done'";

#[test]
#[ignore = "needs chromium, chromedriver and axe-core"]
fn a_batch_is_uploaded_read_and_deleted() {
    let place = Place::open("");
    place.go("/batches");
    place.check_page("no-batches");
    place.browser.click("#new-batch");
    place.browser.wait("the form of a new batch", "document.getElementById('batch-name')");
    let scans =
        [Place::sample("cheque-1.png"), place.file("notes.txt", b"no scan"), Place::sample("delivery-note-1.png")];
    let paths: Vec<String> = scans.iter().map(|scan| scan.display().to_string()).collect();
    place.browser.type_into("#batch-name", "March");
    place.browser.type_into("#choose-files", &paths.join("\n"));
    place.browser.wait("files to send", "!document.getElementById('start-upload').disabled");
    place.check_page("new-batch");
    place.browser.click("#start-upload");
    place.browser.wait("what was refused", "!document.getElementById('refused').hidden");
    assert!(place.browser.script("return document.getElementById('refused-list').innerText").contains("notes.txt"));
    place.browser.click("#to-batch");
    place.browser.wait("the end of the batch", DONE);
    place.browser.wait("its numbers", "document.querySelectorAll('#numbers tbody tr').length > 3");
    place.check_page("batch");
    place.browser.click("#numbers tbody a");
    place.browser.wait("the boxes of a page", "document.querySelectorAll('#page-view rect').length > 1");
    place.check_page("batch-page");
    place.go("/batches");
    assert!(place.browser.text().contains("March"), "{}", place.browser.text());
    place.check_page("batches");
    place.browser.click("#batches tbody a");
    place.browser.wait("the batch", DONE);
    place.browser.click("#delete-batch");
    place.browser.accept_question();
    place
        .browser
        .wait("the list without it", "location.pathname === '/batches' && !document.body.innerText.includes('March')");
}

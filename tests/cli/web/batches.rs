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

#[test]
#[ignore = "needs chromium, chromedriver and axe-core"]
fn a_template_is_drawn_on_a_blank_form_and_used() {
    let place = Place::open("");
    let forms = place.folder.path().join("forms");
    let drawn = std::process::Command::new(env!("CARGO_BIN_EXE_scantally"))
        .args(["synth", "--kind", "form", "--design", "meter-card", "--pages", "1", "--seed", "5", "--out"])
        .arg(&forms)
        .status();
    assert!(drawn.expect("the binary starts").success());
    place.go("/templates/new");
    place.check_page("new-template");
    place.browser.type_into("#blank-name", "meter card");
    place.browser.type_into("#blank-file", &forms.join("blank.png").display().to_string());
    place.browser.click("#blank-send");
    place.browser.wait("the editor", "document.getElementById('editor')");
    place.browser.wait("the blank form", "document.querySelector('#stage img').complete");
    // One box with the mouse: the account number, which is 638 x 97 pixels at (260, 531) of 2480 x 3508.
    place.browser.click("#draw-box");
    let before = place.browser.script("return document.querySelectorAll('#boxes rect').length");
    place.browser.draw("#stage", &[(0.103, 0.1500), (0.2, 0.16), (0.3625, 0.1795)]);
    place.browser.wait("a box more", &format!("document.querySelectorAll('#boxes rect').length > {before}"));
    place.browser.script(
        "const set = (id, value) => { const input = document.getElementById(id); input.value = value; \
         for (const kind of ['input', 'change']) input.dispatchEvent(new Event(kind, { bubbles: true })); }; \
         set('field-name', 'account'); set('field-kind', 'digits'); set('field-cells', '9');",
    );
    place.check_page("template-editor");
    place.browser.click("#save-template");
    place.browser.wait("that it is saved", "document.getElementById('editor-note').innerText.toLowerCase().includes('saved') || !document.getElementById('editor')");
    let template = place.server.get("/api/v1/templates").json();
    let id = template["templates"][0]["id"].as_str().unwrap_or_else(|| panic!("{template}")).to_owned();
    place.go(&format!("/templates/{id}"));
    place.check_page("template");
    place.go("/templates");
    place.check_page("templates");
    place.go(&format!("/templates/{id}"));
    place.browser.click("#use-template");
    place.browser.wait("the form of a new batch", "document.getElementById('batch-name')");
    place.browser.type_into("#choose-files", &forms.join("form-0001.png").display().to_string());
    place.browser.wait("files to send", "!document.getElementById('start-upload').disabled");
    place.browser.click("#start-upload");
    place.browser.wait("the end of the batch", DONE);
    let truth = std::fs::read_to_string(forms.join("truth.csv")).expect("the truth");
    let account =
        truth.lines().find_map(|line| line.split_once(",account_number,")?.1.split(',').next()).expect("an account");
    place.browser.wait(
        "the number of the field",
        &format!("document.getElementById('numbers').innerText.includes('{account}')"),
    );
    // The downloaded template is one for the command line.
    let toml = place.server.get(&format!("/templates/{id}/download/template.toml")).text();
    assert!(toml.contains("name = \"account\"") && toml.contains("cells = 9"), "{toml}");
}

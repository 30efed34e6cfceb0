//! Accounts: registered, confirmed by the mailed link, logged in and out, and the password forgotten; mails go to a real mail server.

use super::mail_sink::MailSink;
use super::place::Place;

const PASSWORD: &str = "three tall cranes";

#[test]
#[ignore = "needs chromium, chromedriver and axe-core"]
fn an_account_is_made_confirmed_by_mail_and_used() {
    let sink = MailSink::start();
    let place = Place::open(&format!("--accounts --smtp {} --mail-from scans@example.org", sink.url()));
    place.go("/batches");
    assert_eq!(place.browser.path(), "/login", "who is not logged in is asked who it is");
    place.check_page("log-in");
    place.go("/register");
    place.check_page("register");
    register(&place, "ann@example.org", "another one");
    place.browser.wait("a sentence about the two passwords", "document.getElementById('form-problem')");
    register(&place, "ann@example.org", PASSWORD);
    place.browser.wait("word of a mail", "document.getElementById('message')");
    place.check_page("message");
    log_in(&place, PASSWORD);
    place.browser.wait("a refusal before the address is confirmed", "document.getElementById('form-problem')");
    place.browser.go(&link_of(&sink.next(), "/confirm/"));
    place.check_page("confirm");
    place.browser.click("#confirm");
    place.browser.wait("a confirmation", "!document.getElementById('confirm')");
    log_in(&place, PASSWORD);
    place.browser.wait("the own name above", "document.body.innerText.includes('ann@example.org')");
    // The first account is that of the administrator.
    place.go("/people");
    place.check_page("people");
    place.go("/account");
    place.check_page("account");
    place.browser.type_into("#token-name", "scanner");
    place.browser.click("#make-token");
    place.browser.wait("the token, this once", "document.getElementById('new-token')?.value.length > 20");
    place.browser.click("form[action='/logout'] button");
    place.browser.wait("the end of the session", "document.querySelector('a[href=\"/login\"]')");
    place.go("/forgotten");
    place.check_page("forgotten");
    place.browser.type_into("#email", "ann@example.org");
    place.browser.click("#send-link");
    place.browser.wait("word of a mail", "document.getElementById('message')");
    place.browser.go(&link_of(&sink.next(), "/reset/"));
    place.check_page("reset");
    for field in ["#password", "#password_again"] {
        place.browser.type_into(field, "four tall cranes");
    }
    place.browser.click("#set-password");
    place.browser.wait("the new password", "!document.getElementById('set-password')");
    log_in(&place, PASSWORD);
    place.browser.wait("a refusal of the old password", "document.getElementById('form-problem')");
    log_in(&place, "four tall cranes");
    place.browser.wait("the own name above", "document.body.innerText.includes('ann@example.org')");
}

fn register(place: &Place, email: &str, again: &str) {
    place.go("/register");
    place.browser.type_into("#email", email);
    place.browser.type_into("#password", PASSWORD);
    place.browser.type_into("#password_again", again);
    place.browser.click("#register");
}

fn log_in(place: &Place, password: &str) {
    place.go("/login");
    place.browser.type_into("#email", "ann@example.org");
    place.browser.type_into("#password", password);
    place.browser.click("#login");
}

/// The link of a mail that leads to an address of the server.
fn link_of(mail: &str, address: &str) -> String {
    let link = mail.split_whitespace().find(|word| word.starts_with("http") && word.contains(address));
    link.unwrap_or_else(|| panic!("no link to {address} in {mail}")).to_owned()
}

//! What the mails say: plain text, with links that begin with the server's own address.

use super::mail::Letter;

/// To an address that somebody wants to register.
pub fn confirm(own_url: &str, email: &str, secret: &str) -> Letter {
    let text = format!(
        "Somebody, probably you, registered this address with scantally at\n{own_url}/\n\n\
         Open this link within 24 hours and press the button there:\n\n\
         {own_url}/confirm/{secret}\n\n\
         If it was not you, do nothing: without the link nobody can log in\nwith your address.\n"
    );
    letter(email, "Confirm your e-mail address", text)
}

/// To an address that has an account when somebody registers it again.
pub fn known(own_url: &str, email: &str) -> Letter {
    let text = format!(
        "Somebody, probably you, registered this address with scantally at\n{own_url}/\n\n\
         It has an account already, and nothing was changed.\n\n\
         Log in: {own_url}/login\n\
         Password forgotten: {own_url}/forgotten\n\n\
         If it was not you, do nothing.\n"
    );
    letter(email, "You have an account already", text)
}

/// To an account whose password was forgotten.
pub fn reset(own_url: &str, email: &str, secret: &str) -> Letter {
    let text = format!(
        "Somebody, probably you, asked for a new password of your account\nwith scantally at {own_url}/\n\n\
         Open this link within one hour and choose it:\n\n\
         {own_url}/reset/{secret}\n\n\
         If it was not you, do nothing: your password stays as it is.\n"
    );
    letter(email, "Choose a new password", text)
}

/// To an account whose password has been changed.
pub fn changed(own_url: &str, email: &str) -> Letter {
    let text = format!(
        "The password of your account with scantally was changed, and all\nother browsers were logged out. The address is\n{own_url}/\n\n\
         If it was not you, choose a new one at once:\n\n\
         {own_url}/forgotten\n"
    );
    letter(email, "Your password was changed", text)
}

fn letter(to: &str, subject: &str, text: String) -> Letter {
    Letter { to: to.to_owned(), subject: format!("scantally: {subject}"), text }
}

//! E-mail addresses: what somebody typed in, one in lower case out, or a sentence.

use lettre::Address;

use crate::web::store::users::LOCAL_EMAIL;

/// No address that mail can go to is longer (RFC 5321).
const LONGEST: usize = 254;

const SENTENCE: &str = "This is not an e-mail address; it looks like name@example.org.";

/// The address, in lower case.
///
/// # Errors
/// A sentence for whoever typed it.
pub fn parse(typed: &str) -> Result<String, &'static str> {
    let email = typed.trim().to_lowercase();
    let is_plain = !email.contains(|c: char| c.is_whitespace() || c.is_control() || "\"<>()[],;:\\".contains(c));
    let is_address = email.len() <= LONGEST && is_plain && email.parse::<Address>().is_ok();
    if is_address && email != LOCAL_EMAIL { Ok(email) } else { Err(SENTENCE) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_one_whatever_their_case() {
        assert_eq!(parse(" Ann.Lee@Example.ORG ").as_deref(), Ok("ann.lee@example.org"));
        let long = format!("{}@example.org", "a".repeat(300));
        for typed in
            ["", "ann", "ann@", "a b@example.org", "ann@example.org\r\nBcc: x@y.z", LOCAL_EMAIL, &long, "a,b@c.d"]
        {
            assert!(parse(typed).is_err(), "{typed}");
        }
    }
}

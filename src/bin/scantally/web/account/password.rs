//! Passwords: the rules for new ones, and their hashes (argon2id), which take memory and time on purpose.

use std::sync::Arc;

use anyhow::anyhow;
use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use tokio::sync::Semaphore;

use crate::web::problem::Problem;

/// Characters of a new password, as NIST SP 800-63B asks for at least 8 and better more.
const SHORTEST: usize = 10;
const LONGEST: usize = 1000;

/// Hashes made at the same time: each takes 19 MiB, so that many who log in at once would take all memory.
const AT_ONCE: usize = 2;

/// Bytes of salt that argon2 recommends.
const SALT_BYTES: usize = 16;

/// Checks a new password against the rules.
///
/// # Errors
/// A sentence for whoever chose it.
pub fn check_new(password: &str, again: &str, email: &str) -> Result<(), &'static str> {
    let length = password.chars().count();
    if length < SHORTEST {
        return Err("The password is too short; take at least 10 characters, such as a few words.");
    }
    if length > LONGEST {
        return Err("The password is too long; take at most 1000 characters.");
    }
    if password.trim().to_lowercase() == email {
        return Err("The password must not be the e-mail address.");
    }
    if password != again { Err("The two passwords are not the same; type both again.") } else { Ok(()) }
}

/// Makes and checks hashes, a few at once.
pub struct Passwords {
    places: Arc<Semaphore>,
    /// The hash of nobody's password: as much work as one of somebody.
    nobodys: String,
}

impl Passwords {
    pub fn new() -> anyhow::Result<Self> {
        let nobodys = hash("").map_err(|cause| anyhow!("passwords cannot be hashed: {cause}"))?;
        Ok(Self { places: Arc::new(Semaphore::new(AT_ONCE)), nobodys })
    }

    /// The hash of a password, as it is kept.
    ///
    /// # Errors
    /// 500.
    pub async fn hash(&self, password: String) -> Result<String, Problem> {
        self.work(move || hash(&password)).await
    }

    /// Whether a password is the one of this hash; without a hash it is not, and takes as long.
    ///
    /// # Errors
    /// 500.
    pub async fn is_right(&self, password: String, kept: Option<String>) -> Result<bool, Problem> {
        let is_somebodys = kept.is_some();
        let kept = kept.unwrap_or_else(|| self.nobodys.clone());
        self.work(move || {
            let kept = PasswordHash::new(&kept)?;
            Ok(Argon2::default().verify_password(password.as_bytes(), &kept).is_ok() && is_somebodys)
        })
        .await
    }

    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> argon2::password_hash::Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(|cause| Problem::internal(&cause))?;
        let done = tokio::task::spawn_blocking(move || {
            // Kept until the memory is free again, even where nobody waits for the answer any more.
            let _place = place;
            work()
        });
        done.await.map_err(|cause| Problem::internal(&cause))?.map_err(|cause| Problem::internal(&cause))
    }
}

/// By argon2id with the parameters that its crate recommends: 19 MiB, two passes.
fn hash(password: &str) -> argon2::password_hash::Result<String> {
    let salt = SaltString::encode_b64(&rand::random::<[u8; SALT_BYTES]>())?;
    Ok(Argon2::default().hash_password(password.as_bytes(), &salt)?.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_passwords_are_long_and_typed_twice() {
        let check = |password, again| check_new(password, again, "ann@example.org").is_ok();
        assert!(check("four plain words", "four plain words"));
        assert!(!check("ninechars", "ninechars") && !check("four plain words", "four plain word"));
        assert!(!check("Ann@Example.org", "Ann@Example.org"));
    }

    #[tokio::test]
    async fn a_password_is_known_by_its_hash_alone() {
        let passwords = Passwords::new().expect("hashes");
        let kept = passwords.hash("four plain words".to_owned()).await.expect("a hash");
        assert!(kept.starts_with("$argon2id$") && !kept.contains("plain"), "{kept}");
        assert_ne!(passwords.hash("four plain words".to_owned()).await.expect("a hash"), kept);
        for (password, kept, is_right) in
            [("four plain words", Some(kept.clone()), true), ("four plain", Some(kept), false), ("", None, false)]
        {
            assert_eq!(passwords.is_right(password.to_owned(), kept).await, Ok(is_right));
        }
    }
}

//! Random names and secrets, and the hashes by which secrets are known again.

use rand::RngExt;

/// Letters and digits of names; none can be taken for another one.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// 26 of 32 characters are 130 random bits.
const LENGTH: usize = 26;

/// A name or secret that cannot be guessed.
pub fn random() -> String {
    let mut source = rand::rng();
    (0..LENGTH).map(|_| char::from(ALPHABET[source.random_range(0..ALPHABET.len())])).collect()
}

/// What is kept of a secret of [`random`]: it has too many bits to be tried, so that a fast hash will do.
pub fn hash(secret: &str) -> String {
    blake3::hash(secret.as_bytes()).to_hex().to_string()
}

/// Whether two secrets are the same, in a time that does not tell where they differ.
pub fn are_equal(left: &str, right: &str) -> bool {
    // blake3 compares hashes in constant time.
    blake3::hash(left.as_bytes()) == blake3::hash(right.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_long_and_differ() {
        let (one, other) = (random(), random());
        assert_eq!(one.len(), LENGTH);
        assert_ne!(one, other);
        assert!(are_equal(&one, &one.clone()) && !are_equal(&one, &other));
        assert_ne!(hash(&one), one);
    }
}

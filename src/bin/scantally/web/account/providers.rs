//! The file with the keys of sign-in providers: TOML in, checked keys out, with a sentence where something is missing.

use std::path::Path;

use anyhow::{Context, bail};
use openidconnect::url::Url;

use super::mail::is_loopback;

/// The keys of a provider.
#[derive(Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    /// Part of addresses: small letters, digits and `-`.
    pub name: String,
    pub client_id: String,
    pub client_secret: String,
    /// Where the provider describes itself.
    #[serde(default)]
    pub issuer: String,
    /// Whether addresses count as checked though the provider does not say so; what it says to be unchecked never does.
    pub vouches_for_email: Option<bool>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    provider: Vec<Keys>,
}

/// Issuers of well-known providers.
const KNOWN: [(&str, &str); 2] = [("google", "https://accounts.google.com"), (FACEBOOK, "https://www.facebook.com")];

/// The one that needs to be treated apart.
pub const FACEBOOK: &str = "facebook";

impl Keys {
    /// The name for people.
    pub fn title(&self) -> String {
        title(&self.name)
    }
}

/// The name of a provider for people: `google` is Google.
pub fn title(name: &str) -> String {
    let mut rest = name.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}

/// Reads the file.
pub fn read(path: &Path) -> anyhow::Result<Vec<Keys>> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).with_context(|| format!("{shown} (--sign-in) cannot be read"))?;
    parse(&text).with_context(|| format!("{shown} (--sign-in) cannot be used"))
}

fn parse(text: &str) -> anyhow::Result<Vec<Keys>> {
    // The message alone: the whole error would print the line, which may hold a secret.
    let file: File = toml::from_str(text).map_err(|cause| anyhow::anyhow!("{}", cause.message()))?;
    let mut providers = file.provider;
    for at in 0..providers.len() {
        let (before, rest) = providers.split_at_mut(at);
        let keys = &mut rest[0];
        check(keys)?;
        if before.iter().any(|other| other.name == keys.name) {
            bail!("two providers are called {}", keys.name);
        }
    }
    Ok(providers)
}

fn check(keys: &mut Keys) -> anyhow::Result<()> {
    let name = keys.name.clone();
    let is_word = !name.is_empty() && name.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-');
    if !is_word {
        bail!("the name of a provider has small letters, digits and - alone, not {name:?}");
    }
    if keys.client_id.is_empty() || keys.client_secret.is_empty() {
        bail!("the provider {name} lacks its client_id or client_secret");
    }
    if let Some((_, issuer)) = KNOWN.iter().find(|known| known.0 == name) {
        keys.issuer = (*issuer).to_owned();
    }
    let url = Url::parse(&keys.issuer).ok();
    if !url.is_some_and(|url| url.scheme() == "https" || url.scheme() == "http" && is_loopback(&url)) {
        bail!("the provider {name} needs an issuer that begins with https://");
    }
    if name == FACEBOOK && keys.vouches_for_email.is_none() {
        bail!(
            "facebook does not say whether it has checked an address; add vouches_for_email = true if you accept all, \
             else leave the provider out"
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(lines: &str) -> String {
        format!("[[provider]]\nclient_id = \"i\"\nclient_secret = \"hunter2\"\n{lines}\n")
    }

    #[test]
    fn well_known_providers_need_only_their_keys() {
        let facebook = table("name = \"facebook\"\nvouches_for_email = true");
        let text =
            table("name = \"google\"") + &facebook + &table("name = \"our-own\"\nissuer = \"https://id.example.org\"");
        let providers = parse(&text).expect("keys");
        let seen: Vec<(String, &str)> = providers.iter().map(|it| (it.title(), it.issuer.as_str())).collect();
        let expected = [
            ("Google".to_owned(), "https://accounts.google.com"),
            ("Facebook".to_owned(), "https://www.facebook.com"),
            ("Our-own".to_owned(), "https://id.example.org"),
        ];
        assert_eq!(seen, expected);
    }

    #[test]
    fn what_is_missing_is_said_without_secrets() {
        for text in [
            table("name = \"../x\"\nissuer = \"https://id.example.org\""),
            table("name = \"own\""),
            table("name = \"own\"\nissuer = \"http://id.example.org\""),
            table("name = \"google\"") + &table("name = \"google\""),
            table("name = \"facebook\""),
            table("name = \"google\"\nclient_secret = \"hunter2\""),
            "[[provider]]\nname = \"google\"\nclient_secret = \"hunter2\"\n".to_owned(),
            "[[provider]]\nname = \"google\"\nclient_id = \"hunter2".to_owned(),
        ] {
            let sentence = format!("{:#}", parse(&text).map(drop).expect_err(&text));
            assert!(!sentence.contains("hunter2"), "{sentence}");
        }
    }
}

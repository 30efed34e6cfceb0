//! The settings of the server: arguments in, checked values out, with a sentence where they do not go together.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail};

use crate::cli::Serve;
use crate::commands::cores;

/// How the server works.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where it listens.
    pub bind: SocketAddr,
    /// Everything it keeps lies below this folder.
    pub data: PathBuf,
    /// Whether people have accounts; without, everybody is the one person at this machine.
    pub accounts: bool,
    /// Scheme, host and port that people type in, without a `/` behind; `None` where it is the address it listens on.
    pub public_url: Option<String>,
    /// E-mail addresses of administrators, in lower case.
    pub admins: Vec<String>,
    /// How long uploads and results are kept; `None` for ever.
    pub retain: Option<Duration>,
    /// The mail server, where there is one.
    pub smtp: Option<String>,
    /// The sender of mails.
    pub mail_from: String,
    /// The file with the keys of sign-in providers.
    pub sign_in: Option<PathBuf>,
    /// Bounds of one request.
    pub limits: UploadLimits,
    /// How many requests may wait for a reader.
    pub queue_length: usize,
    /// How many pages are read at the same time.
    pub threads: usize,
    /// Whether requests are printed.
    pub verbose: bool,
}

/// Bounds of what one request may bring.
#[derive(Clone, Copy, Debug)]
pub struct UploadLimits {
    /// Bytes of the whole request.
    pub bytes: usize,
    /// Pixels of one page.
    pub pixels: u64,
    /// Pages of one scan.
    pub pages: usize,
}

const SECONDS_PER_DAY: u64 = 86_400;

impl Settings {
    /// Checks the arguments.
    pub fn of(arguments: &Serve) -> anyhow::Result<Self> {
        let is_loopback = arguments.bind.ip().is_loopback();
        if arguments.no_accounts && !is_loopback {
            bail!(
                "--no-accounts would let everybody on the network read and delete all scans; bind to 127.0.0.1, or leave it out"
            );
        }
        let accounts = arguments.accounts || !(arguments.no_accounts || is_loopback);
        let public_url = arguments.public_url.as_deref().map(public_url).transpose()?;
        Ok(Self {
            bind: arguments.bind,
            data: arguments.data.clone(),
            accounts,
            public_url,
            admins: arguments.admin.iter().map(|address| address.trim().to_lowercase()).collect(),
            retain: (arguments.retain > 0).then(|| Duration::from_secs(u64::from(arguments.retain) * SECONDS_PER_DAY)),
            smtp: arguments.smtp.clone(),
            mail_from: arguments.mail_from.clone(),
            sign_in: arguments.sign_in.clone(),
            limits: UploadLimits {
                bytes: usize::try_from(arguments.max_upload)
                    .context("--max-upload is more than this machine can hold")?,
                pixels: arguments.max_pixels,
                pages: arguments.max_pages,
            },
            queue_length: usize::from(arguments.queue),
            threads: arguments.threads.map_or_else(cores, usize::from),
            verbose: arguments.verbose,
        })
    }

    /// Whether people reach it over https, so that cookies may be kept to that.
    pub fn is_secure(&self) -> bool {
        self.public_url.as_deref().is_some_and(|url| url.starts_with("https://"))
    }

    /// The address that links begin with, without a `/` behind; never taken from what a request claims.
    pub fn own_url(&self) -> String {
        self.public_url.clone().unwrap_or_else(|| format!("http://{}", self.bind))
    }
}

/// Scheme, host and port of an address, checked.
fn public_url(text: &str) -> anyhow::Result<String> {
    let url = text.trim().trim_end_matches('/');
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    match host {
        Some(host) if !host.is_empty() && !host.contains(['/', '?', '#', '@', ' ']) => Ok(url.to_lowercase()),
        _ => bail!("--public-url {text} is not scheme, host and port alone, such as https://scans.example.org"),
    }
}

#[cfg(test)]
pub mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::{Cli, Command};

    /// The settings of a command line, such as `--accounts --retain 3`.
    pub fn settings(line: &str) -> anyhow::Result<Settings> {
        let words = ["scantally", "serve"].into_iter().chain(line.split_whitespace());
        match Cli::try_parse_from(words)?.command {
            Command::Serve(arguments) => Settings::of(&arguments),
            _ => bail!("another command"),
        }
    }

    #[test]
    fn accounts_are_asked_for_unless_bound_to_loopback() {
        for (line, accounts) in
            [("", false), ("--accounts", true), ("--bind 0.0.0.0:80", true), ("--bind [::1]:80", false)]
        {
            assert_eq!(settings(line).expect(line).accounts, accounts, "{line}");
        }
        assert!(settings("--bind 0.0.0.0:80 --no-accounts").is_err());
    }

    #[test]
    fn links_begin_with_the_public_address() {
        assert_eq!(settings("").expect("defaults").own_url(), "http://127.0.0.1:8080");
        let public = settings("--public-url https://Scans.Example.org/").expect("an address");
        assert_eq!((public.own_url().as_str(), public.is_secure()), ("https://scans.example.org", true));
        for url in ["scans.example.org", "https://", "https://a/b", "ftp://a", "https://user@a"] {
            assert!(settings(&format!("--public-url {url}")).is_err(), "{url}");
        }
    }
}
